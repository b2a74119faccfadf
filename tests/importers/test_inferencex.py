"""The forms in which benchmark rows are published, and the names that stand in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.instance import InstanceError
from planner.instance.importers.points import import_points
from tests.importers.benchmarks import AGGREGATED, brought, options, points_of, problems

# ---- forms of the file


def test_rows_of_the_dashboards_interface(folder: Path) -> None:
    metrics = {k: AGGREGATED[k] for k in AGGREGATED if k.endswith(("_gpu", "ttft", "tpot", "intvty"))}
    row = {k: v for k, v in AGGREGATED.items() if k not in (*metrics, "hw", "infmax_model_prefix", "spec_decoding")}
    # the interface gives both counts also where the same GPUs do both
    row |= {"hardware": "b200", "model": "dsr1", "spec_method": "none", "num_prefill_gpu": 8, "num_decode_gpu": 8}
    row |= {"metrics": metrics, "run_url": "https://github.com/x/actions/runs/12"}
    [(key, point)] = points_of(brought(folder, [row])).items()
    [wanted] = points_of(brought(folder, [AGGREGATED])).values()
    assert point == wanted | {"note": f"{wanted['note']}; https://github.com/x/actions/runs/12"}
    assert key == wanted["id"]


@pytest.mark.parametrize("form", ["one", "list", "benchmarks"])
def test_forms_of_json(folder: Path, form: str) -> None:
    content = {"one": AGGREGATED, "list": [AGGREGATED], "benchmarks": {"x": [1], "benchmarks": [AGGREGATED]}}[form]
    assert len(points_of(brought(folder, content))) == 1


@pytest.mark.parametrize("word", ["Chip", "GPU"])
def test_the_dashboards_csv(folder: Path, word: str) -> None:
    """Its headings are words; a hardware key carries the framework behind an underscore."""
    header = "Model,ISL,OSL,Hardware,Hardware Key,Framework,Precision,TP,Concurrency,Date,"
    header += f"Throughput/{word} (tok/s),Output Throughput/{word} (tok/s),Input Throughput/{word} (tok/s),"
    header += f"Median TTFT (s),Median Interactivity (tok/s/user),Disaggregated,Num Prefill {word}s,Num Decode {word}s"
    row = "DeepSeek-R1-0528,1024,1024,,b200_trt,trt,fp4,8,64,2026-03-01,2000,990,1010,0.25,50,false,8,8"
    path = folder.parent / "chart.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    found = points_of(import_points([path], folder, options()))
    wanted = points_of(brought(folder, [AGGREGATED]))
    assert found == wanted


def test_csv_with_field_names(folder: Path) -> None:
    path = folder.parent / "rows.csv"
    path.write_text("\n".join([",".join(AGGREGATED), ",".join(map(str, AGGREGATED.values()))]), encoding="utf-8")
    assert points_of(import_points([path], folder, options())) == points_of(brought(folder, [AGGREGATED]))


# ---- names


@pytest.mark.parametrize(
    ("hw", "id_of_hardware"),
    [
        ("h200-cw", "h200-hgx"),
        ("cluster:b300-nv", "b300-hgx"),
        ("MI355X-amds_3", "mi355x-hgx"),
        ("gb300-nvl72", "gb300-nvl72"),
    ],
)
def test_names_of_hardware(folder: Path, hw: str, id_of_hardware: str) -> None:
    [point] = points_of(brought(folder, [AGGREGATED | {"hw": hw}])).values()
    assert point["hardware"] == id_of_hardware


@pytest.mark.parametrize(
    ("prefix", "model", "id_of_model"),
    [
        (None, "deepseek-ai/DeepSeek-R1-0528", "deepseek-r1"),
        (None, "/models/DeepSeek-R1-0528-MXFP4-Preview", "deepseek-r1"),
        ("gptoss", "openai/gpt-oss-120b", "gpt-oss-120b"),
        (None, "amd/Llama-3.3-70B-Instruct-FP8-KV", "llama-3-3-70b"),
        ("kimik2.6", "moonshotai/Kimi-K2.6", "kimi-k2"),
        ("open-m", "x", "open-m"),  # the instance's own
    ],
)
def test_names_of_models(folder: Path, prefix: str | None, model: str, id_of_model: str) -> None:
    [point] = points_of(brought(folder, [AGGREGATED | {"infmax_model_prefix": prefix, "model": model}])).values()
    assert point["model"] == id_of_model


def test_unknown_names_are_reported_and_never_guessed(folder: Path) -> None:
    rows = [AGGREGATED, AGGREGATED | {"hw": "b250"}, AGGREGATED | {"hw": "b250", "conc": 8}]
    rows += [
        AGGREGATED | {"framework": "sglan"},
        AGGREGATED | {"infmax_model_prefix": "glm5.1", "model": "zai-org/GLM-5.1"},
    ]
    change = brought(folder, rows)
    assert len(points_of(change)) == 1
    texts = [str(warning) for warning in change.warnings]
    assert len(texts) == 3
    assert texts[0].startswith("warning: ")
    assert "hw b250 - is not known: no id in hardware; 2 rows left out - did you mean b200?" in texts[0]
    assert "framework sglan - is not known: no id in stacks; 1 row left out - did you mean sglang?" in texts[1]
    assert "or --map GLM-5.1=ID" in texts[2] or "or --map zai-org/GLM-5.1=ID" in texts[2]


def test_a_users_own_names(folder: Path) -> None:
    rows = [AGGREGATED | {"hw": "tpuv7"}]
    assert "no row is left" in problems(folder, rows)[-1]
    [point] = points_of(brought(folder, rows, mapping={"TPUv7": "tpu-v7"})).values()
    assert point["hardware"] == "tpu-v7"


def test_agent_traces_and_failed_runs_are_left_out(folder: Path) -> None:
    rows = [AGGREGATED, {"hw": "b200", "scenario_type": "agentic-coding", "users": 4}]
    rows.append(AGGREGATED | {"conc": 1, "num_requests_total": 9, "num_requests_successful": 0, "median_ttft": None})
    change = brought(folder, rows)
    assert len(points_of(change)) == 1
    assert ["left out" in str(warning) for warning in change.warnings] == [True, True]


@pytest.mark.parametrize("key", ["benchm\\u0061rks", "benchmarks"])
def test_a_key_that_is_escaped_and_one_that_stands_deeper(folder: Path, key: str) -> None:
    """The rows are found by what the key says; the same word in another object is not it."""
    path = folder.parent / "x.json"
    bad = json.dumps(AGGREGATED | {"conc": -1})
    path.write_text(f'{{"about": {{"benchmarks": [{{}}]}},\n"{key}": [\n{bad}]}}', encoding="utf-8")
    with pytest.raises(InstanceError, match=r"x.json:3 conc -1"):
        import_points([path], folder, options())


def test_json_nested_without_end_is_refused(folder: Path) -> None:
    path = folder.parent / "x.json"
    path.write_text('{"benchmarks": ' + "[" * 100_000 + "]" * 100_000 + "}", encoding="utf-8")
    with pytest.raises(InstanceError, match="is nested too deeply"):
        import_points([path], folder, options())

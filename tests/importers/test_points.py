"""Benchmark rows to operating points: names, rates over all GPUs, units, power, ids, duplicates."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from planner.instance import InstanceError, load
from planner.instance.importers.change import Change
from planner.instance.importers.points import PointOptions, import_points

SOURCE = "github.com/SemiAnalysisAI/InferenceX, run 1"

AGGREGATED = {
    "hw": "b200-nv_0",
    "conc": 64,
    "image": "nvcr.io/x",
    "model": "nvidia/DeepSeek-R1-0528-FP4-V2",
    "infmax_model_prefix": "dsr1",
    "framework": "trt",
    "precision": "fp4",
    "spec_decoding": "none",
    "disagg": False,
    "isl": 1024,
    "osl": 1024,
    "is_multinode": False,
    "tp": 8,
    "ep": 1,
    "dp_attention": "false",
    "tput_per_gpu": 2000.0,
    "output_tput_per_gpu": 990.0,
    "input_tput_per_gpu": 1010.0,
    "median_ttft": 0.25,
    "p99_ttft": 1.5,
    "median_tpot": 0.02,
    "median_intvty": 50.0,
    "p99_intvty": 40.0,
    "date": "2026-03-01",
}
"""A row as utils/process_result.py of InferenceX writes it for one server."""

DISAGGREGATED = AGGREGATED | {
    "hw": "gb200",
    "framework": "dynamo-trtllm",
    "spec_decoding": "mtp",
    "disagg": True,
    "is_multinode": True,
    "prefill_tp": 4,
    "prefill_ep": 4,
    "prefill_dp_attention": "true",
    "prefill_num_workers": 1,
    "decode_tp": 32,
    "decode_ep": 32,
    "decode_dp_attention": "true",
    "decode_num_workers": 1,
    "num_prefill_gpu": 4,
    "num_decode_gpu": 32,
    # 36 GPUs make 36,000 tok/s of input and as much of output
    "tput_per_gpu": 2000.0,
    "output_tput_per_gpu": 36_000 / 32,
    "input_tput_per_gpu": 36_000 / 4,
}
"""The same for prefill and decode on GPUs of their own: rates are per GPU of their kind, the sum per GPU of both."""


def options(**more: Any) -> PointOptions:
    return PointOptions(SOURCE, **more)


def brought(folder: Path, rows: Any, **more: Any) -> Change:
    path = folder.parent / "rows.json"
    path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return import_points([path], folder, options(**more))


def points_of(change: Change) -> dict[str, dict[str, str]]:
    """The rows of the new points.csv that were not there, by id."""
    rows = csv.DictReader(change.files["points.csv"].splitlines())
    return {row["id"]: row for row in rows if row["id"] != "box-m-50"}


def problems(folder: Path, rows: Any, **more: Any) -> list[str]:
    with pytest.raises(InstanceError) as caught:
        brought(folder, rows, **more)
    return [str(problem) for problem in caught.value.problems]


def test_a_row_of_one_server(folder: Path) -> None:
    """0.25 s are 250 ms; the B200 server of the catalogue draws 14.47 kW at most, an eighth of it per GPU."""
    [(key, row)] = points_of(brought(folder, [AGGREGATED])).items()
    assert key == "b200-hgx-deepseek-r1-fp4-trt-llm-1024-1024-c64-tp8"
    wanted = {
        "hardware": "b200-hgx",
        "model": "deepseek-r1",
        "stack": "trt-llm",
        "precision": "FP4",
        "isl": "1024",
        "osl": "1024",
        "concurrency": "64",
        "interactivity_tok_per_s": "50",
        "ttft_ms": "250",
        "fresh_input_tok_per_s": "1010",
        "output_tok_per_s": "990",
        "it_kw_per_accelerator": "1.80875",
        "kw_basis": "assumed",
        "throughput_basis": "measured",
        "ttft_basis": "measured",
        "measured_date": "2026-03-01",
        "source": SOURCE,
        "confidence": "measured",
    }
    assert {name: row[name] for name in wanted} == wanted


def test_rates_of_a_disaggregated_row_are_shared_over_all_its_gpus(folder: Path) -> None:
    """36,000 tok/s each way over 4 + 32 GPUs are 1,000 tok/s per GPU each way."""
    [(key, row)] = points_of(brought(folder, [DISAGGREGATED])).items()
    assert (row["fresh_input_tok_per_s"], row["output_tok_per_s"]) == ("1000", "1000")
    assert key == "gb200-nvl72-deepseek-r1-fp4-dynamo-trt-llm-1024-1024-c64-p1x4-pep4-pdpa-d1x32-dep32-ddpa-mtp"
    assert "4 prefill + 32 decode GPUs; speculative decoding (MTP)" in row["note"]


def test_rates_that_are_over_all_gpus_already_stay(folder: Path) -> None:
    row = DISAGGREGATED | {"output_tput_per_gpu": 1000.0, "input_tput_per_gpu": 1000.0}
    [point] = points_of(brought(folder, [row])).values()
    assert (point["fresh_input_tok_per_s"], point["output_tok_per_s"]) == ("1000", "1000")


def test_input_is_the_rest_where_only_the_sum_is_given(folder: Path) -> None:
    rows = [{k: v for k, v in row.items() if k != "input_tput_per_gpu"} for row in (AGGREGATED, DISAGGREGATED)]
    found = points_of(brought(folder, rows)).values()
    assert [point["fresh_input_tok_per_s"] for point in found] == ["1010", "1000"]


def test_rates_that_do_not_add_up_are_a_fault(folder: Path) -> None:
    [text] = problems(folder, [DISAGGREGATED | {"num_decode_gpu": 8}])
    assert "rows.json:2 tput_per_gpu 2000.0 - input 3000 and output 750 tok/s per GPU" in text


def test_a_disaggregated_row_must_say_how_many_gpus_take_part(folder: Path) -> None:
    [text] = problems(folder, [DISAGGREGATED | {"num_decode_gpu": None}])
    assert "num_decode_gpu - is needed to share a disaggregated row's rates over all its GPUs" in text


@pytest.mark.parametrize(
    ("changes", "kw", "basis"),
    [
        ({"avg_power_w": 800}, "1.80875", "assumed"),  # GPUs alone, and nobody says what the rest of the server draws
        ({"avg_power_w": 800, "host_kw": 0.55}, "1.35", "estimated"),
        ({"avg_power_w": 800, "power_valid": 0, "host_kw": 0.55}, "1.80875", "assumed"),
        ({"host_kw": 0.55}, "1.80875", "assumed"),
    ],
)
def test_power(folder: Path, changes: dict[str, Any], kw: str, basis: str) -> None:
    host_kw = changes.get("host_kw")
    row = AGGREGATED | {name: value for name, value in changes.items() if name != "host_kw"}
    [point] = points_of(brought(folder, [row], host_kw=host_kw)).values()
    assert (point["it_kw_per_accelerator"], point["kw_basis"]) == (kw, basis)


def test_another_statistic(folder: Path) -> None:
    [point] = points_of(brought(folder, [AGGREGATED], statistic="p99")).values()
    assert (point["ttft_ms"], point["interactivity_tok_per_s"]) == ("1500", "40")


def test_speed_from_the_time_per_token(folder: Path) -> None:
    row = {name: value for name, value in AGGREGATED.items() if name != "median_intvty"}
    [point] = points_of(brought(folder, [row])).values()
    assert point["interactivity_tok_per_s"] == "50"


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


# ---- values


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"median_ttft": "soon"}, "rows.json:2 median_ttft soon - is not a finite number"),
        ({"median_ttft": None}, "rows.json:2 median_ttft - is missing"),
        ({"conc": 0}, "rows.json:2 conc 0 - is not above 0"),
        ({"tput_per_gpu": float("inf")}, "tput_per_gpu inf - is not a finite number"),
        ({"date": None}, "rows.json:2 date - is missing - a date in the row, or --date"),
        ({"date": "2026-13-01"}, "measured_date 2026-13-01"),
        ({"tput_per_gpu": 990, "input_tput_per_gpu": None}, "leaves no input tokens beside the output"),
    ],
)
def test_faulty_values_are_located(folder: Path, changes: dict[str, Any], text: str) -> None:
    [found] = problems(folder, [AGGREGATED | changes])
    assert text in found


def test_every_fault_is_told_at_once_at_its_line(folder: Path) -> None:
    rows = [AGGREGATED, AGGREGATED | {"conc": -1}, AGGREGATED | {"median_ttft": "x", "conc": 2}]
    first, second = problems(folder, rows)
    lines = (folder.parent / "rows.json").read_text(encoding="utf-8").splitlines()
    opened = [number for number, line in enumerate(lines, start=1) if line.strip() == "{"]
    assert f"rows.json:{opened[1]} conc" in first
    assert f"rows.json:{opened[2]} median_ttft" in second


def test_a_date_for_rows_without_one(folder: Path) -> None:
    [point] = points_of(brought(folder, [AGGREGATED | {"date": None}], date="2026-05-22")).values()
    assert point["measured_date"] == "2026-05-22"


@pytest.mark.parametrize(
    ("name", "content"), [("x.json", "{"), ("x.json", "[]"), ("x.csv", "hw,conc\n"), ("y.json", None)]
)
def test_files_without_rows(folder: Path, name: str, content: str | None) -> None:
    path = folder.parent / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InstanceError, match=name):
        import_points([path], folder, options())


# ---- duplicates


def test_the_later_run_of_the_same_thing_is_kept(folder: Path) -> None:
    later = AGGREGATED | {"date": "2026-04-01", "median_ttft": 0.2}
    for rows in ([AGGREGATED, later], [later, AGGREGATED]):
        [point] = points_of(brought(folder, rows)).values()
        assert (point["measured_date"], point["ttft_ms"]) == ("2026-04-01", "200")


def test_two_results_of_one_day_are_a_fault(folder: Path) -> None:
    [text] = problems(folder, [AGGREGATED, AGGREGATED | {"median_ttft": 0.3}])
    assert "is measured twice on 2026-03-01 with other results, first at" in text


def test_what_tells_recipes_apart_tells_ids_apart(folder: Path) -> None:
    changes = [{}, {"conc": 8}, {"tp": 4}, {"ep": 8}, {"dp_attention": "true"}, {"spec_decoding": "mtp"}]
    changes += [{"precision": "fp8"}, {"osl": 512}, {"framework": "vllm"}, {"recipe_fingerprint": "0123456789"}]
    assert len(points_of(brought(folder, [AGGREGATED | change for change in changes]))) == len(changes)


def test_points_that_are_there_change_only_when_told(folder: Path) -> None:
    change = brought(folder, [AGGREGATED])
    change.try_out()
    change.write()
    again = brought(folder, [AGGREGATED])
    assert again.files == {}
    assert "1 rows left as they are" in " ".join(again.lines)
    better = [AGGREGATED | {"median_ttft": 0.2, "date": "2026-06-01"}]
    [text] = problems(folder, better)
    assert "is a point already, in points.csv:3 - --replace to change it" in text
    change = brought(folder, better, replace=True)
    key = "b200-hgx-deepseek-r1-fp4-trt-llm-1024-1024-c64-tp8"
    assert f"  ~ {key}: ttft_ms 250 -> 200, measured_date 2026-03-01 -> 2026-06-01" in change.lines
    change.write()
    point = load(folder).points[key]
    assert (point.ttft_ms, point.hardware) == (200, "b200-hgx")


def test_what_stands_in_points_csv_keeps_its_bytes(folder: Path) -> None:
    path = folder / "points.csv"
    before = "# ours\n" + path.read_text(encoding="utf-8") + "\n# the end\n"
    path.write_text(before, encoding="utf-8")
    change = brought(folder, [AGGREGATED])
    new = change.lines[0].removeprefix("points.csv: new columns ").split(", ")
    head, row = before.splitlines()[1:3]
    kept = before.replace(head, ",".join([head, *new])).replace(row, row + "," * len(new))
    assert change.files["points.csv"].startswith(kept)
    assert change.files["points.csv"].removeprefix(kept).count("\n") == 1


def test_a_new_points_csv(folder: Path) -> None:
    (folder / "points.csv").unlink()
    change = brought(folder, [AGGREGATED])
    assert change.files["points.csv"].startswith("id,hardware,model,precision,stack,isl,osl,")
    assert len(points_of(change)) == 1

"""Benchmark rows to operating points: rates over all GPUs, units, power, ids, duplicates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from planner.instance import InstanceError, load
from planner.instance.importers.points import PointOptions, _number, import_points
from tests.importers.benchmarks import AGGREGATED, DISAGGREGATED, SOURCE, brought, options, points_of, problems


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


def test_rates_that_no_accelerator_reaches_are_refused(folder: Path) -> None:
    much = {"tput_per_gpu": 3e10, "output_tput_per_gpu": 1.5e10, "input_tput_per_gpu": 1.5e10}
    assert any("output_tok_per_s 15000000000 - is too large" in text for text in problems(folder, [AGGREGATED | much]))
    assert problems(folder, [AGGREGATED | {"median_ttft": 1e300}])
    assert problems(folder, [AGGREGATED | {"median_ttft": 1e307}])
    assert problems(folder, [AGGREGATED | {"osl": 1e16}])


def test_a_wait_that_suits_batch_alone_is_warned_of(folder: Path) -> None:
    [text] = [str(warning) for warning in brought(folder, [AGGREGATED | {"median_ttft": 75}]).warnings]
    assert "rows.json:2 median_ttft 75 - is a time to first token of 75 s, which suits batch alone" in text
    assert brought(folder, [AGGREGATED | {"median_ttft": 60}]).warnings == []


def test_control_characters_do_not_reach_the_table(folder: Path) -> None:
    row = AGGREGATED | {"run_url": "https://x\n\x1b[31m/y\x00", "recipe_fingerprint": "ab\rcd"}
    [point] = points_of(import_points([written_rows(folder, [row])], folder, PointOptions("one\ntwo\x07"))).values()
    assert point["source"] == "one two"
    assert not any(ord(letter) < 32 for cell in point.values() for letter in cell)


def written_rows(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder.parent / "rows.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (1e14, "1" + "0" * 14), (1e300, "1e+300"), (0.1234567, "0.123457")]
)
def test_numbers_are_written_short(value: float, text: str) -> None:
    assert _number(value) == text

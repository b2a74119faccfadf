"""Rows of InferenceX in its own field names, and importing them into a small instance."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from planner.instance import InstanceError
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

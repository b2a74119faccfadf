"""Reading the benchmark rows of SemiAnalysis InferenceX (formerly InferenceMAX): JSON and CSV, as they are published.

Four forms are read, all to the field names of the first:

- the result of a run (`agg_*.json`, one row) and lists of them (`results_bmk`, or under `benchmarks`): `hw`, `model`,
  `infmax_model_prefix`, `framework`, `precision`, `isl`, `osl`, `conc`, `tp`, `ep`, `tput_per_gpu`,
  `output_tput_per_gpu`, `input_tput_per_gpu`, `median_ttft` (s), `median_intvty` (tok/s/user), ...;
- rows of the dashboard's interface: `hardware`, `spec_method`, and the measurements under `metrics`;
- the dashboard's CSV, whose headings are words (`Throughput/Chip (tok/s)`, `Median TTFT (s)`, ...);
- CSV with the field names as headings.

Sources: utils/process_result.py of SemiAnalysisAI/InferenceX (what a run reports, and how throughput is divided by
GPUs); packages/db/src/etl/benchmark-mapper.ts and packages/app/src/lib/csv-export-helpers.ts of InferenceX-app.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.instance.csv_file import decode, read_bytes, read_csv
from planner.instance.importers.change import fail
from planner.instance.problem import InstanceError, Problem

_RENAMED = {"hardware": "hw", "spec_method": "spec_decoding", "recipe-fingerprint": "recipe_fingerprint"}
_HEADINGS = {
    "model": "model",
    "isl": "isl",
    "osl": "osl",
    "hardware": "hw",
    "hardware key": "hw_key",
    "framework": "framework",
    "precision": "precision",
    "tp": "tp",
    "ep": "ep",
    "concurrency": "conc",
    "date": "date",
    "disaggregated": "disagg",
    "spec decoding": "spec_decoding",
    "dp attention": "dp_attention",
    "run url": "run_url",
    "throughput/chip (tok/s)": "tput_per_gpu",
    "output throughput/chip (tok/s)": "output_tput_per_gpu",
    "input throughput/chip (tok/s)": "input_tput_per_gpu",
    "num prefill chips": "num_prefill_gpu",
    "num decode chips": "num_decode_gpu",
}
"""Headings of the dashboard's CSV in small letters (GPU and chip are one word to it) -> field."""

_STATISTIC = re.compile(r"^(mean|median|p\d+(?:\.\d+)?|std) (ttft|tpot|interactivity) \([^)]*\)$")
_LATENCY = {"ttft": "ttft", "tpot": "tpot", "interactivity": "intvty"}


def printable(text: str) -> str:
    """Return a text without control characters, each a blank, so that a cell stays on its line."""
    return "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text).strip()


@dataclass(frozen=True)
class BenchmarkRow:
    """One row of a benchmark table.

    Attributes:
        file, line: where it stands; a row of a JSON file stands where its bracket opens.
        fields: its content by InferenceX's own field names.
    """

    file: str
    line: int
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a field as text; empty when it is absent."""
        value = self.fields.get(name)
        return "" if value is None else printable(str(value))

    def flag(self, name: str) -> bool:
        """Whether a field says yes."""
        return self.text(name).lower() in ("true", "yes", "1")

    def number(self, name: str) -> float | None:
        """Return a field as a number; None when it is absent or blank.

        Raises:
            InstanceError: it is not a finite number.
        """
        text = self.text(name)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.fault(name, "is not a finite number", "a number with a point")
        return value

    def needed(self, name: str) -> float:
        """Return a field as a number above zero.

        Raises:
            InstanceError: it is absent, no number, or not above zero.
        """
        value = self.number(name)
        if value is None:
            raise self.fault(name, "is missing", "a number above 0")
        if value <= 0:
            raise self.fault(name, "is not above 0", "a number above 0")
        return value

    def fault(self, column: str, wrong: str, allowed: str = "") -> InstanceError:
        """Return the error of one field, to be raised."""
        return fail(self.file, self.line, column, self.text(column), wrong, allowed)


def read_rows(path: Path) -> list[BenchmarkRow]:
    """Read a file of benchmark rows.

    Raises:
        InstanceError: it cannot be read, or holds no rows.
    """
    rows = list(_json_rows(path) if path.suffix.lower() == ".json" else _csv_rows(path))
    if not rows:
        raise fail(str(path), None, "", "", "holds no benchmark rows", "rows with hw, model, framework, conc, ...")
    return rows


def _csv_rows(path: Path) -> Iterator[BenchmarkRow]:
    problems: list[Problem] = []
    table = read_csv(path, str(path), problems)
    if table is None or problems:
        raise InstanceError(problems)
    fields = [_field(heading) for heading in table.header]
    for line, cells in table.rows:
        found = {field: cell for field, cell in zip(fields, cells, strict=True) if cell}
        yield BenchmarkRow(table.file, line, {"hw": found.get("hw_key", ""), **found})


def _field(heading: str) -> str:
    plain = heading.strip().lower()
    if match := _STATISTIC.match(plain):
        return f"{match[1]}_{_LATENCY[match[2]]}"
    word = re.sub(r"\bgpus\b", "chips", plain.replace("/gpu", "/chip"))
    return _HEADINGS.get(word, _RENAMED.get(plain, plain))


def _json_rows(path: Path) -> Iterator[BenchmarkRow]:
    problems: list[Problem] = []
    content = read_bytes(path, str(path), problems)
    text = None if content is None else decode(content, str(path), problems, "save it as JSON in UTF-8")
    if text is None:
        raise InstanceError(problems)
    try:
        whole = json.loads(text)
    except RecursionError:
        raise fail(str(path), None, "", "", "is nested too deeply", "InferenceX JSON") from None
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise fail(str(path), line, "", "", f"is not JSON: {getattr(error, 'msg', error)}", "InferenceX JSON") from None
    start = 0
    if isinstance(whole, dict):
        name = next((name for name in ("benchmarks", "rows", "data") if isinstance(whole.get(name), list)), None)
        if name is None:
            yield BenchmarkRow(str(path), 1, _flat(whole))
            return
        start = _value_of(text, name)
        whole = whole[name]
    lines = _opening_lines(text, start)
    for row in whole if isinstance(whole, list) else ():
        if isinstance(row, dict):
            yield BenchmarkRow(str(path), next(lines, 1), _flat(row))


def _value_of(text: str, name: str) -> int:
    """Return where the value of a key of a JSON object begins; of a key given twice, the last, which is what counts."""
    decoder, space = json.JSONDecoder(), re.compile(r"[\s,:]*")
    position, found = space.match(text, text.index("{") + 1).end(), 0
    while text[position] != "}":
        key, end = decoder.raw_decode(text, position)
        start = space.match(text, end).end()
        found = start if key == name else found
        _, end = decoder.raw_decode(text, start)
        position = space.match(text, end).end()
    return found


def _opening_lines(text: str, start: int) -> Iterator[int]:
    """Yield the line at which every object of the list that begins at or after `start` opens."""
    decoder = json.JSONDecoder()
    position = text.find("{", start)
    while position >= 0:
        yield text.count("\n", 0, position) + 1
        _, end = decoder.raw_decode(text, position)
        follows = re.compile(r"\s*,\s*").match(text, end)
        position = text.find("{", follows.end()) if follows else -1


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Lift the measurements under `metrics` and give every field InferenceX's own name."""
    metrics = row.get("metrics")
    merged = {**row, **(metrics if isinstance(metrics, Mapping) else {})}
    return {_RENAMED.get(name, name): value for name, value in merged.items()}

"""Benchmark rows -> operating points: `planner import points FILE... --into INSTANCE --source URL`.

What is done to a row of InferenceX:

- names become ids of the catalogue (`names`); rows with an unknown name are left out and reported;
- rates are per GPU over ALL GPUs that take part. A disaggregated row publishes output per decode GPU and input per
  prefill GPU, and their sum per GPU of both kinds; with P prefill and D decode GPUs, output x D / (P + D) and
  input x P / (P + D) are the rates over all, and must add up to the published sum;
- time to first token: s -> ms, the median unless another statistic is asked for; so is interactivity;
- IT power: the measured draw of the GPUs (`avg_power_w`, where its check has passed) plus the rest of the server, if
  `host_kw` says how much that is, and then known as an estimate; else `unit_kw_max` of the hardware per accelerator,
  assumed. GPUs alone would leave out processors, fans and switches, a third of a server's power;
- the id names what was run (hardware, model, precision, engine, lengths, concurrency, how the GPUs were split), not
  when: a later run of the same thing has the same id, and replaces the row with `replace`.

Agent traces have no input and output length of their own and are left out, as are runs without a success.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.instance.importers.change import Change, edit_rows, fail, tables_of
from planner.instance.importers.inferencex import BenchmarkRow, printable, read_rows
from planner.instance.importers.names import id_of, meant
from planner.instance.problem import InstanceError, Problem
from planner.instance.rows import check
from planner.instance.schema.serving import Point
from planner.instance.tables import Tables
from planner.units import MS_PER_S, W_PER_KW

_ADDS_UP = 0.02
_DIGITS = 6
_WHOLE = 1e15  # from here on a float no longer tells whole numbers apart from others
_SLOW_MS = 60_000.0  # to the first token: only batch waits longer


@dataclass(frozen=True)
class PointOptions:
    """How benchmark rows are read.

    Attributes:
        source: where the rows come from, for every row written.
        date: when they were measured, for rows that do not say.
        statistic: median, mean or a percentile such as p90, of interactivity and time to first token.
        host_kw: power of a server apart from its GPUs (kW per accelerator); None: unknown.
        mapping: the user's own names -> ids.
        replace: change points whose id is there already.
    """

    source: str
    date: str | None = None
    statistic: str = "median"
    host_kw: float | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    replace: bool = False


def import_points(files: Sequence[Path], folder: Path, options: PointOptions) -> Change:
    """Return the change that adds the rows of benchmark files to an instance's points.

    Raises:
        InstanceError: a file or a value cannot be read, no row is left, or ids are there already.
    """
    reader = _Reader(tables_of(folder), options)
    found: dict[str, tuple[BenchmarkRow, dict[str, str]]] = {}
    problems: list[Problem] = []
    for path in files:
        for row in read_rows(path):
            try:
                cells = reader.point(row)
            except InstanceError as error:
                problems += error.problems
                continue
            if cells is not None:
                reader.doubt(row, cells)
                _keep_newest(found, row, cells, problems)
    warnings = reader.warnings()
    if problems or not found:
        none = Problem(str(files[0]), None, "", "", "no row is left to be imported", "", "error")
        raise InstanceError([*problems, *warnings, *([] if problems else [none])])
    change = Change(folder, warnings=warnings)
    rows = {key: cells for key, (_, cells) in found.items()}
    _refuse_present(rows, {key: found[key][0] for key in rows}, reader.tables, options.replace)
    edit_rows(change, "points", rows)
    change.lines.append(f"{sum(reader.skipped.values())} rows of the files left out")
    return change


def _keep_newest(
    found: dict[str, tuple[BenchmarkRow, dict[str, str]]],
    row: BenchmarkRow,
    cells: dict[str, str],
    problems: list[Problem],
) -> None:
    """Keep the later of two runs of the same thing; two of one day that differ are a fault."""
    key = cells["id"]
    if key not in found:
        found[key] = (row, cells)
        return
    first, kept = found[key]
    if cells["measured_date"] == kept["measured_date"] and cells | {"note": ""} != kept | {"note": ""}:
        wrong = f"is measured twice on {cells['measured_date']} with other results, first at {first.file}:{first.line}"
        problems.append(Problem(row.file, row.line, "", key, wrong, "keep one of the two rows"))
    elif cells["measured_date"] > kept["measured_date"]:
        found[key] = (row, cells)


def _refuse_present(
    rows: Mapping[str, Mapping[str, str]], origins: Mapping[str, BenchmarkRow], tables: Tables, replace: bool
) -> None:
    """Refuse ids that are there already with other content, unless they are to be replaced."""
    if replace:
        return
    problems = []
    for key, cells in rows.items():
        raw = tables.raw["points"].get(key)
        if raw is None or all(raw.merged().get(name, "") == value for name, value in cells.items()):
            continue
        place = origins[key]
        wrong = f"is a point already, in {raw.file}:{raw.line}"
        problems.append(Problem(place.file, place.line, "", key, wrong, "--replace to change it"))
    if problems:
        raise InstanceError(problems)


class _Reader:
    """Rows to cells of points, with what was left out and why."""

    def __init__(self, tables: Tables, options: PointOptions) -> None:
        self.tables, self.options = tables, options
        self.mapping = {name.lower(): to for name, to in options.mapping.items()}
        self.skipped: dict[tuple[str, str], int] = {}
        self.places: dict[tuple[str, str], tuple[BenchmarkRow, str, str, str]] = {}
        self.doubts: list[Problem] = []

    def doubt(self, row: BenchmarkRow, cells: Mapping[str, str]) -> None:
        """Warn of a time to first token that nobody waits for who reads the answer."""
        if float(cells["ttft_ms"]) > _SLOW_MS:
            wrong = f"is a time to first token of {float(cells['ttft_ms']) / MS_PER_S:.0f} s, which suits batch alone"
            column = f"{self.options.statistic}_ttft"
            self.doubts.append(Problem(row.file, row.line, column, row.text(column), wrong, "seconds", "warning"))

    def point(self, row: BenchmarkRow) -> dict[str, str] | None:
        """Return the cells of the point that a row is; None when the row is left out."""
        if reason := _no_workload(row):
            return self._skip(row, "scenario_type", row.text("scenario_type"), reason)
        ids = {}
        for table, column, names in _named(row):
            known = self.tables.rows[table]
            found = next((i for name in names if (i := id_of(table, name, known, self.mapping))), None)
            if found is None:
                wrong = f"is not known: no id in {table}"
                return self._skip(row, column, names[-1], wrong, meant(table, names[-1], known))
            ids[table] = found
        values = self._values(row, ids)
        checked, faults = check(Point, values)
        if checked is None:
            raise InstanceError([fault.at(row.file, row.line) for fault in faults])
        return values

    def warnings(self) -> list[Problem]:
        """Return one warning for each reason to leave rows out, at the first of them."""
        found = list(self.doubts)
        for key, count in self.skipped.items():
            row, column, wrong, allowed = self.places[key]
            text = f"{wrong}; {count} row{'s' if count > 1 else ''} left out"
            found.append(Problem(row.file, row.line, column, key[1], text, allowed, "warning"))
        return found

    def _skip(self, row: BenchmarkRow, column: str, value: str, wrong: str, allowed: str = "") -> None:
        key = (column, value)
        self.skipped[key] = self.skipped.get(key, 0) + 1
        self.places.setdefault(key, (row, column, wrong, allowed))

    def _values(self, row: BenchmarkRow, ids: Mapping[str, str]) -> dict[str, str]:
        fresh, output = _rates(row)
        speed, ttft_ms = self._speed(row), row.needed(f"{self.options.statistic}_ttft") * MS_PER_S
        kw, kw_basis, power = self._power(row, ids["hardware"])
        date = row.text("date")[:10] or self.options.date
        if not date:
            raise row.fault("date", "is missing", "a date in the row, or --date")
        precision = row.text("precision").upper()
        engine = [row.text("spec_decoding")] if row.text("spec_decoding").lower() not in ("", "none", "false") else []
        key = _id(ids, precision, row, engine)
        note = [_layout_words(row), *(f"speculative decoding ({word.upper()})" for word in engine), power]
        if self.options.statistic != "median":
            note.append(f"{self.options.statistic} of speed and time to first token")
        note += [row.text("run_url")]
        return {
            "id": key,
            "hardware": ids["hardware"],
            "model": ids["models"],
            "precision": precision,
            "stack": ids["stacks"],
            "isl": _number(row.needed("isl")),
            "osl": _number(row.needed("osl")),
            "cached_share": "0",
            "concurrency": _number(row.needed("conc")),
            "interactivity_tok_per_s": _number(speed),
            "ttft_ms": _number(ttft_ms),
            "fresh_input_tok_per_s": _number(fresh),
            "cached_input_tok_per_s": "0",
            "output_tok_per_s": _number(output),
            "it_kw_per_accelerator": _number(kw),
            "throughput_basis": "measured",
            "ttft_basis": "measured",
            "kw_basis": kw_basis,
            "measured_date": date,
            "source": printable(self.options.source),
            "confidence": "measured",
            "note": "; ".join(word for word in note if word),
        }

    def _speed(self, row: BenchmarkRow) -> float:
        """Return the speed one user sees (tok/s): as reported, or the inverse of the time per output token."""
        statistic = self.options.statistic
        if row.number(f"{statistic}_intvty") is None and row.number(f"{statistic}_tpot") is not None:
            return 1 / row.needed(f"{statistic}_tpot")
        return row.needed(f"{statistic}_intvty")

    def _power(self, row: BenchmarkRow, hardware: str) -> tuple[float, str, str]:
        """Return IT power per accelerator (kW), how it is known, and what the GPUs alone drew."""
        unit: Any = self.tables.rows["hardware"][hardware]
        watts = row.number("avg_power_w")
        if watts is not None and row.fields.get("power_valid") is not None and not row.flag("power_valid"):
            watts = None
        drew = f"GPUs alone drew {_number(watts)} W" if watts else ""
        if watts and self.options.host_kw is not None:
            return watts / W_PER_KW + self.options.host_kw, "estimated", drew
        return unit.unit_kw_max / unit.accelerators_per_unit, "assumed", drew


def _no_workload(row: BenchmarkRow) -> str:
    """Say why a row is no measurement of one workload; empty when it is."""
    if row.text("scenario_type").lower().startswith("agentic") or row.text("benchmark_type") == "agentic_traces":
        return "is a trace of agents without an input and output length"
    if row.text("num_requests_successful") == "0":
        return "no request of this run succeeded"
    return ""


def _named(row: BenchmarkRow) -> Iterable[tuple[str, str, list[str]]]:
    """Yield table, field and the names a row gives, the most certain first."""
    models = [row.text("infmax_model_prefix"), row.text("model")]
    yield "hardware", "hw", [row.text("hw")]
    yield "models", "model", [name for name in models if name] or [""]
    yield "stacks", "framework", [row.text("framework")]


def _rates(row: BenchmarkRow) -> tuple[float, float]:
    """Return input and output tokens per second per GPU, over all GPUs that take part."""
    output, total, given = (
        row.needed("output_tput_per_gpu"),
        row.number("tput_per_gpu"),
        row.number("input_tput_per_gpu"),
    )
    prefill, decode = row.number("num_prefill_gpu") or 0.0, row.number("num_decode_gpu") or 0.0
    if row.flag("disagg") and not _same(total, (given or 0.0) + output):
        if prefill <= 0 or decode <= 0:
            column = "num_prefill_gpu" if prefill <= 0 else "num_decode_gpu"
            raise row.fault(column, "is needed to share a disaggregated row's rates over all its GPUs", "above 0")
        output *= decode / (prefill + decode)
        given = None if given is None else given * prefill / (prefill + decode)
    if total is None and given is None:
        raise row.fault("tput_per_gpu", "is missing, and so is input_tput_per_gpu", "one of them")
    fresh = total - output if given is None else given
    if total is not None and not _same(total, fresh + output):
        wrong = f"input {fresh:.6g} and output {output:.6g} tok/s per GPU, over all GPUs, do not add up to it"
        raise row.fault("tput_per_gpu", wrong, f"their sum within {_ADDS_UP:.0%}")
    if fresh <= 0:
        raise row.fault("tput_per_gpu", "leaves no input tokens beside the output", "input and output together")
    return fresh, output


def _same(total: float | None, parts: float) -> bool:
    return total is not None and abs(parts / total - 1) <= _ADDS_UP if total else False


def _layout(row: BenchmarkRow) -> list[str]:
    """How the GPUs were split, as words of an id."""
    words = []
    if row.flag("disagg"):
        for part, letter in (("prefill", "p"), ("decode", "d")):
            workers, tp, gpus = (row.text(f"{part}_num_workers"), row.text(f"{part}_tp"), row.text(f"num_{part}_gpu"))
            words.append(f"{letter}{workers}x{tp}" if workers and tp else f"{letter}{gpus}")
            words += [f"{letter}ep{row.text(f'{part}_ep')}"] if row.text(f"{part}_ep") not in ("", "0", "1") else []
            words += [f"{letter}dpa"] if row.flag(f"{part}_dp_attention") else []
        return words
    tp, ep = (row.text(name) or row.text(f"decode_{name}") for name in ("tp", "ep"))
    words += [f"tp{tp}"] if tp else []
    words += [f"ep{ep}"] if ep not in ("", "0", "1") else []
    return words + (["dpa"] if row.flag("dp_attention") or row.flag("decode_dp_attention") else [])


def _layout_words(row: BenchmarkRow) -> str:
    if row.flag("disagg"):
        return f"{row.text('num_prefill_gpu')} prefill + {row.text('num_decode_gpu')} decode GPUs"
    tp = row.text("tp") or row.text("decode_tp")
    return f"{tp} GPUs" if tp else ""


def _id(ids: Mapping[str, str], precision: str, row: BenchmarkRow, engine: Sequence[str]) -> str:
    lengths = [_number(row.needed(name)) for name in ("isl", "osl", "conc")]
    words = [ids["hardware"], ids["models"], precision, ids["stacks"], lengths[0], lengths[1], f"c{lengths[2]}"]
    words += [*_layout(row), *engine, row.text("recipe_fingerprint")[:8]]
    return re.sub(r"[^a-z0-9]+", "-", "-".join(word for word in words if word).lower()).strip("-")


def _number(value: float) -> str:
    """Return a number with the digits that matter, as a spreadsheet would show it."""
    whole = abs(value) < _WHOLE and value == round(value)
    return f"{value:.0f}" if whole else f"{value:.{_DIGITS}g}"


def parse_map(texts: Sequence[str]) -> dict[str, str]:
    """Read the user's own names, each NAME=ID.

    Raises:
        InstanceError: one has no equals sign.
    """
    found = {}
    for text in texts:
        name, equals, to = (part.strip() for part in text.partition("="))
        if not (name and equals and to):
            raise fail("--map", None, "", text, "is not a name and an id", "NAME=ID, e.g. tpuv7=tpu-v7")
        found[name] = to
    return found

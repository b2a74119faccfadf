"""Small instances for tests: complete and free of warnings, so that a test changes one cell and sees what follows.

tables = minimal_tables()
tables["sites"][0]["power_limit_mw"] = 50
folder = write_instance(tmp_path / "small", tables)
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Tables = dict[str, list[dict[str, Any]]]

HOURS = 8760
_FACT = {"source": "made up for tests", "confidence": "assumed"}


def minimal_settings() -> dict[str, Any]:
    """Settings of the smallest instance: one representative day of base year 2028, no catalogue but its own tables."""
    return {
        "title": "The smallest instance",
        "base_year": 2028,
        "time": {"mode": "days", "days": [{"name": "summer", "date": "07-15", "weight": 365}]},
        "catalogue": {"source": "none"},
    }


def minimal_tables() -> Tables:
    """The smallest instance: site alpha (100 MW, grid at 50 USD/MWh) serves product chat to market town.

    One system, box: 8 accelerators, 10 kW, 200,000 USD a unit, cooled by air with 0.1 MW/MW. One operating point makes
    500 fresh input and 500 output tok/s per accelerator at 1 kW, in the mix of chat (1000 in, 1000 out). Demand is
    10 Gtok a day at 0.5 USD/Mtok for input and 2 USD/Mtok for output. The link to town takes 10 ms.
    """
    return {
        "sites": [
            {"id": "alpha", "name": "Alpha", "power_limit_mw": 100, "jurisdiction": "us"}
            | {"shell_capex_usd_per_kw_it": 10_000}
        ],
        "hardware": [
            {"id": "box", "name": "Box", "accelerators_per_unit": 8, "unit_kw_max": 10, "cooling_needs": "air"}
            | {"capex_usd_per_unit": 200_000}
            | _FACT
        ],
        "cooling": [
            {"id": "chiller", "name": "Chiller", "max_rack_kw": 50, "fits": "air", "overhead_base": 0.1}
            | {"capex_usd_per_kw_it": 1_000}
            | _FACT
        ],
        "technologies": [{"id": "grid", "name": "Grid", "kind": "grid"} | _FACT],
        "power": [{"node": "alpha", "technology": "grid", "energy_usd_per_mwh": 50}],
        "models": [{"id": "open-m", "name": "Open M", "total_b": 100, "active_b": 10} | _FACT],
        "stacks": [{"id": "engine", "name": "Engine"} | _FACT],
        "points": [
            {"id": "box-m-50", "hardware": "box", "model": "open-m", "stack": "engine", "isl": 1000, "osl": 1000}
            | {"interactivity_tok_per_s": 50, "ttft_ms": 500, "fresh_input_tok_per_s": 500, "output_tok_per_s": 500}
            | {"it_kw_per_accelerator": 1, "throughput_basis": "assumed"}
            | _FACT
        ],
        "products": [
            {"id": "chat", "models": "open-m", "isl": 1000, "osl": 1000, "min_interactivity_tok_per_s": 20}
            | {"max_ttft_ms": 2000}
        ],
        "markets": [{"id": "town", "name": "Town"}],
        "demand": [
            {"market": "town", "product": "chat", "segment": "list", "volume_gtok_per_day": 10}
            | {"price_usd_per_mtok_input": 0.5, "price_usd_per_mtok_output": 2}
        ],
        "links": [{"origin": "alpha", "destination": "town", "latency_ms": 10, "usd_per_gb": 0.01}],
    }


def write_instance(
    folder: Path,
    tables: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    settings: Mapping[str, Any] | None = None,
    series: Mapping[str, Iterable[float]] | None = None,
    scenarios: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """Write an instance and return its folder.

    Args:
        folder: where to; made if needed.
        tables: rows by table, a table without rows is not written; the minimal tables by default.
        settings: content of instance.toml; the minimal settings by default.
        series: values of one year by heading, e.g. {"alpha-temperature [C]": [...]}, all of one length.
        scenarios: content of scenarios.toml.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_toml(folder / "instance.toml", minimal_settings() if settings is None else settings)
    if scenarios is not None:
        write_toml(folder / "scenarios.toml", scenarios)
    for name, rows in (minimal_tables() if tables is None else tables).items():
        if rows:
            write_csv(folder / f"{name}.csv", rows)
    if series:
        (folder / "series").mkdir(exist_ok=True)
        write_series(folder / "series" / "all.csv", series)
    return folder


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV: columns in order of first appearance, None and absent cells blank."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([["" if row.get(name) is None else row[name] for name in header] for row in rows])


def write_series(path: Path, series: Mapping[str, Iterable[float]]) -> None:
    """Write series of one year as CSV, their step following from their length."""
    values = [list(column) for column in series.values()]
    step = HOURS // len(values[0])
    rows = [[hour * step, *cells] for hour, cells in enumerate(zip(*values, strict=True))]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([["hour", *series], *rows])


def write_toml(path: Path, content: Mapping[str, Any]) -> None:
    """Write nested mappings as TOML: sections and arrays of tables by headers, other mappings inline."""
    path.write_text("\n".join(_toml_lines(content)) + "\n", encoding="utf-8")


def _toml_lines(content: Mapping[str, Any], above: str = "") -> list[str]:
    lines = [f"{_key(name)} = {_value(value)}" for name, value in content.items() if not _is_section(value)]
    for name, value in content.items():
        path = f"{above}{_key(name)}"
        if isinstance(value, Mapping) and _is_section(value):
            lines += [f"[{path}]", *_toml_lines(value, f"{path}.")]
        elif _is_section(value):
            for entry in value:
                lines += [f"[[{path}]]", *_toml_lines(entry, f"{path}.")]
    return lines


def _is_section(value: Any) -> bool:
    if isinstance(value, Mapping):
        return not set(value) <= {"multiply", "add"}
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() else f'"{name}"'


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(entry) for entry in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_value(entry)}" for name, entry in value.items()) + "}"
    return str(value)

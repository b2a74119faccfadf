"""Time series: one typical year of 365 days in UTC, read by name from the CSV files in `series/`.

The first column of a file is `hour` (0, step, 2 x step, ... up to the end of the year), every other column is headed
`name [unit]`. Series of finer steps than the model's are averaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from planner.instance.csv_file import CsvTable, read_csv
from planner.instance.overrides import Override
from planner.instance.problem import Problem, among
from planner.instance.schema import TABLES
from planner.instance.schema.base import ID_PATTERN
from planner.instance.schema.describe import Column, columns
from planner.instance.tables import Tables
from planner.units import HOURS_PER_YEAR

_HEADING = re.compile(r"^(?P<name>[^\[\]]+?)\s*\[(?P<unit>[^\[\]]*)\]$")
_LISTED = 3

_LIMITS = {"C": (-90.0, 65.0), "USD/MWh": (-5_000.0, 50_000.0), "share": (0.0, 1.0)}
_TYPICAL = {"C": (-50.0, 56.0), "USD/MWh": (-1_000.0, 10_000.0)}


@dataclass
class SeriesSet:
    """The series an instance uses.

    Attributes:
        values: name -> 8760 / resolution values.
        units: name -> unit.
        contents: bytes of the files that hold them, by file name.
        places: name -> file.
        offered: name -> file of every series there is, used or not.
    """

    values: dict[str, np.ndarray] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    offered: dict[str, str] = field(default_factory=dict)

    def named(self, tables: Tables) -> list[str]:
        """Return the series there are that the tables name."""
        uses = _uses(tables)
        return [name for name in self.offered if name in uses]


@dataclass(frozen=True)
class _Use:
    column: Column
    place: tuple[str, int | None, str]


def read_series(folder: Path, tables: Tables, resolution_h: int, problems: list[Problem]) -> SeriesSet:
    """Read the series that the tables name.

    Args:
        folder: the instance.
        tables: its checked tables.
        resolution_h: length of a model step (h).
        problems: faults are added here.
    """
    uses = _uses(tables)
    found = SeriesSet()
    files = sorted((folder / "series").glob("*.csv"))
    read = [table for path in files if (table := read_csv(path, f"series/{path.name}", problems)) is not None]
    for table in read:
        headings = _headings(table, found.offered, problems)
        _read_used(table, headings, uses, resolution_h, found, problems)
    complete = len(read) == len(files)
    for name, places in uses.items():
        for use in places:
            _check_use(name, use, found, complete, problems)
    return found


def scale(found: SeriesSet, name: str, change: Override) -> None:
    """Scale a series, or set it to one value at every hour."""
    factor, offset = change.scaling or (0.0, change.value)
    found.values[name] = found.values[name] * factor + offset


def check_ranges(found: SeriesSet) -> Iterator[Problem]:
    """Yield a problem for every series whose values its unit does not allow, a warning where they are unusual."""
    for name, values in found.values.items():
        unit, file = found.units[name], found.places[name]
        for limits, severe in ((_LIMITS.get(unit), True), (_TYPICAL.get(unit), False)):
            if limits is None:
                continue
            low, high = limits
            outside = np.flatnonzero((values < low) | (values > high))
            if len(outside):
                hour = int(outside[0]) * (HOURS_PER_YEAR // len(values))
                wrong = f"{len(outside)} values are out of range, the first at hour {hour}"
                problem = Problem(file, None, name, f"{values[outside[0]]:g}", wrong, f"{low:g} to {high:g} {unit}")
                yield problem if severe else problem.as_warning()
                break


def _uses(tables: Tables) -> dict[str, list[_Use]]:
    """Return every place that names a series, by name."""
    uses: dict[str, list[_Use]] = {}
    for table, row_class in TABLES.items():
        for column in columns(row_class).values():
            if not column.series:
                continue
            for key, row in tables.rows[table].items():
                name = getattr(row, column.name)
                if name is not None:
                    uses.setdefault(name, []).append(_Use(column, tables.place(table, key, column.name)))
    return uses


def _headings(table: CsvTable, offered: dict[str, str], problems: list[Problem]) -> dict[str, tuple[int, str]]:
    """Return position and unit of every series in a file; add them to those offered."""
    place = (table.file, table.header_line)
    if table.header[0] != "hour":
        wrong = "the first column of a series file must be hour"
        problems.append(Problem(*place, table.header[0], "", wrong, "hour, then columns headed: name [unit]"))
        return {}
    found: dict[str, tuple[int, str]] = {}
    for index, heading in enumerate(table.header[1:], start=1):
        match = _HEADING.match(heading)
        if not match or not re.match(ID_PATTERN, match["name"]):
            wrong = "this heading does not give a name and a unit"
            problems.append(Problem(*place, heading, "", wrong, "name [unit], e.g. abilene-temperature [C]"))
            continue
        name = match["name"]
        if name in offered:
            wrong = f"this series is given twice, first in {offered[name]}"
            problems.append(Problem(*place, name, "", wrong, "names unique across all files"))
            continue
        offered[name] = table.file
        found[name] = (index, match["unit"].strip())
    return found


def _read_used(
    table: CsvTable,
    headings: Mapping[str, tuple[int, str]],
    uses: Iterable[str],
    resolution_h: int,
    found: SeriesSet,
    problems: list[Problem],
) -> None:
    """Read the used series of one file, averaged to the resolution."""
    used = [name for name in headings if name in uses]
    if not used:
        return
    found.contents[table.file] = table.content
    step = _step(table, resolution_h, problems)
    for name in used:
        index, unit = headings[name]
        found.units[name], found.places[name] = unit, table.file
        values = _numbers(table, index, name, problems)
        if step is not None and values is not None:
            found.values[name] = values.reshape(-1, resolution_h // step).mean(axis=1)


def _step(table: CsvTable, resolution_h: int, problems: list[Problem]) -> int | None:
    """Return the step of a file (h); None (and a problem) when its hours are not complete and in order."""
    allowed = f"hours 0, {resolution_h}, {2 * resolution_h}, ... or finer steps, to the end of a year of 365 days"
    hours = _numbers(table, 0, "hour", problems)
    if hours is None:
        return None
    if len(hours) < 2:
        problems.append(Problem(table.file, None, "hour", "", f"the series has {len(hours)} rows", allowed))
        return None
    step = hours[1] - hours[0]
    if step <= 0 or step != int(step) or resolution_h % int(step):
        line, value = table.rows[1][0], table.rows[1][1][0]
        wrong = f"the step of {step:g} h does not divide the resolution of {resolution_h} h"
        problems.append(Problem(table.file, line, "hour", value, wrong, allowed))
        return None
    wanted = np.arange(len(hours)) * step
    off = np.flatnonzero(hours != wanted)
    if len(off):
        line, cells = table.rows[off[0]]
        wrong = f"hour {wanted[off[0]]:g} was expected here: an hour is missing, given twice or out of order"
        problems.append(Problem(table.file, line, "hour", cells[0], wrong, allowed))
        return None
    if len(hours) * step != HOURS_PER_YEAR:
        wrong = f"the series has {len(hours)} rows of {step:g} h, which is not one year"
        problems.append(Problem(table.file, None, "hour", "", wrong, f"{HOURS_PER_YEAR / step:g} rows: {allowed}"))
        return None
    return int(step)


def _numbers(table: CsvTable, index: int, name: str, problems: list[Problem]) -> np.ndarray | None:
    """Return a column as numbers; None (and problems) when a cell is not one."""
    cells = [row[index] for _, row in table.rows]
    try:
        values = np.array(cells, dtype=float)
    except ValueError:
        values = np.array([_number(cell) for cell in cells])
    wrong = np.flatnonzero(~np.isfinite(values))
    for position in wrong[:_LISTED]:
        line, cell = table.rows[position][0], cells[position]
        text = "is not a finite number" if cell else "is blank"
        problems.append(Problem(table.file, line, name, cell, text, "a number at every hour"))
    if len(wrong) > _LISTED:
        text = f"{len(wrong) - _LISTED} more cells are not numbers"
        problems.append(Problem(table.file, None, name, "", text, "a number at every hour"))
    return None if len(wrong) else values


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _check_use(name: str, use: _Use, found: SeriesSet, complete: bool, problems: list[Problem]) -> None:
    """Report a series that does not exist or has another unit than its column needs."""
    if name not in found.units:
        if complete and name not in found.offered:
            allowed = among(name, list(found.offered), "series")
            problems.append(Problem(*use.place, name, "there is no such series", allowed))
    elif use.column.unit and found.units[name] != use.column.unit:
        wrong = f"the series is in [{found.units[name]}]"
        problems.append(Problem(*use.place, name, wrong, f"a series in [{use.column.unit}]"))

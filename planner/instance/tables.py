"""From CSV text to checked rows: every table of an instance, the catalogue's rows beneath its own.

A row of an instance's catalogue table (hardware, cooling, ...) is laid over the catalogue row with the same id: cells
that are filled win, blank cells leave the catalogue's value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.instance.csv_file import CsvTable, read_csv
from planner.instance.problem import Problem, among
from planner.instance.rows import Fault, check, unknown_column
from planner.instance.schema import CATALOGUE_TABLES, TABLES, Row
from planner.instance.schema.describe import columns

Key = str | tuple[Any, ...]

REQUIRED_TABLES = ("sites", "products", "markets", "demand")
"""Tables without which there is nothing to plan; the catalogue never holds them."""

NEEDED_TABLES = ("hardware", "cooling", "models", "stacks", "points")
"""Tables of which the catalogue and the instance together must offer something."""


@dataclass
class RawRow:
    """The text of one row and where it stands.

    Attributes:
        file, line: where the row stands.
        cells: filled cells by column.
        absent: required columns that the file lacks, reported once for the file.
        base: the catalogue's row beneath it, if any.
    """

    file: str
    line: int
    cells: dict[str, str]
    absent: frozenset[str] = frozenset()
    base: RawRow | None = None

    def merged(self) -> dict[str, str]:
        """Return the filled cells, the catalogue's beneath."""
        return {**self.base.cells, **self.cells} if self.base else self.cells

    def where(self, column: str) -> tuple[str, int]:
        """Return file and line of a cell."""
        if self.base is not None and column not in self.cells and column in self.base.cells:
            return self.base.file, self.base.line
        return self.file, self.line


@dataclass
class Tables:
    """All tables of an instance.

    Attributes:
        rows: table -> key -> checked row.
        raw: table -> key -> text of the row; also of rows that failed.
        contents: bytes of the instance's own tables, by file name.
        unreadable: tables that could not be read, whose ids are therefore unknown.
        origins: (table, key, column) -> file, line and path of the override that has set the value.
    """

    rows: dict[str, dict[Key, Row]] = field(default_factory=lambda: {name: {} for name in TABLES})
    raw: dict[str, dict[Key, RawRow]] = field(default_factory=lambda: {name: {} for name in TABLES})
    contents: dict[str, bytes] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    origins: dict[tuple[str, Key, str], tuple[str, int | None, str]] = field(default_factory=dict)

    def failed(self, table: str) -> bool:
        """Whether rows of the table are unknown because they could not be read."""
        return table in self.unreadable or len(self.raw[table]) > len(self.rows[table])

    def where(self, table: str, key: Key) -> tuple[str, int | None]:
        """Return file and line of a row."""
        raw = self.raw[table].get(key)
        return (raw.file, raw.line) if raw else (f"{table}.csv", None)

    def place(self, table: str, key: Key, column: str) -> tuple[str, int | None, str]:
        """Return file, line and name of a cell: its column, or the path of the override that has set it."""
        if origin := self.origins.get((table, key, column)):
            return origin
        raw = self.raw[table].get(key)
        return (*raw.where(column), column) if raw else (f"{table}.csv", None, column)


def key_of(table: str, row: Row) -> Key:
    """Return the key of a row: a string, or a tuple where several columns make it."""
    names = TABLES[table].KEY
    return getattr(row, names[0]) if len(names) == 1 else tuple(getattr(row, name) for name in names)


def read_tables(folder: Path, catalogue: Path | None, problems: list[Problem]) -> Tables:
    """Read and check every table.

    Args:
        folder: the instance.
        catalogue: folder of the catalogue, None for none.
        problems: faults are added here.
    """
    tables = Tables()
    for name in TABLES:
        base: list[RawRow] = []
        if catalogue is not None and name in CATALOGUE_TABLES:
            base = _read_raw(name, catalogue / f"{name}.csv", f"catalogue/{name}.csv", tables, problems)
        own = _read_raw(name, folder / f"{name}.csv", f"{name}.csv", tables, problems, overlay=bool(base))
        _check_table(name, own, base, tables, problems)
    for name in REQUIRED_TABLES:
        if not tables.raw[name] and name not in tables.unreadable:
            missing = "has no rows" if f"{name}.csv" in tables.contents else "the table is missing"
            problems.append(Problem(f"{name}.csv", None, "", "", missing, _purpose(name)))
    return tables


def _purpose(name: str) -> str:
    return (TABLES[name].__doc__ or "").splitlines()[0]


def _read_raw(
    name: str, path: Path, label: str, tables: Tables, problems: list[Problem], overlay: bool = False
) -> list[RawRow]:
    """Read the text of one file; an absent file has no rows. An overlay need not have every required column."""
    if not path.is_file():
        return []
    table = read_csv(path, label, problems)
    if table is None:
        tables.unreadable.add(name)
        return []
    if label == f"{name}.csv":
        tables.contents[label] = table.content
    absent = _check_header(name, table, overlay, problems)
    if absent.intersection(TABLES[name].KEY):
        tables.unreadable.add(name)
        return []
    known = columns(TABLES[name])
    picked = [(index, column) for index, column in enumerate(table.header) if column in known]
    return [
        RawRow(label, line, {column: cells[index] for index, column in picked if cells[index]}, absent)
        for line, cells in table.rows
    ]


def _check_header(name: str, table: CsvTable, overlay: bool, problems: list[Problem]) -> frozenset[str]:
    """Report unknown and missing columns; return the required columns that are missing."""
    known = columns(TABLES[name])
    unknown = [column for column in table.header if column not in known]
    for column in unknown:
        unused = [option for option in known if option not in table.header]
        wrong, allowed = unknown_column(column, unused, "column")
        problems.append(Problem(table.file, table.header_line, column, "", wrong, allowed))
    needed = [c for c in known.values() if c.required and (c.key or not overlay)]
    missing = [c for c in needed if c.name not in table.header]
    for column in missing:
        allowed = f"{column.text}: {column.allowed()}"
        problems.append(Problem(table.file, table.header_line, column.name, "", "this column is missing", allowed))
    return frozenset(column.name for column in missing)


def _check_table(
    name: str, own: Iterable[RawRow], base: Iterable[RawRow], tables: Tables, problems: list[Problem]
) -> None:
    """Lay own rows over the catalogue's, check each and file it under its key."""
    merged: dict[Key, RawRow] = {}
    for layer in (base, own):
        seen: dict[Key, RawRow] = {}
        for raw in layer:
            key = _raw_key(name, raw)
            if first := seen.get(key):
                problems.append(_duplicate(name, key, raw, first))
                continue
            raw.base = merged.get(key)
            seen[key] = merged[key] = raw
    shared = [key for key, raw in merged.items() if isinstance(key, str) and (raw.base or raw.file != f"{name}.csv")]
    for raw_key, raw in merged.items():
        values = raw.merged()
        row, faults = check(TABLES[name], values)
        if row is None:
            problems.extend(_place(name, raw, _as_new_row(name, raw_key, raw, faults, shared)))
            tables.raw[name][raw_key] = raw
            continue
        key = key_of(name, row)
        if key in tables.rows[name]:
            problems.append(_duplicate(name, key, raw, tables.raw[name][key]))
            continue
        tables.rows[name][key] = row
        tables.raw[name][key] = raw


def _raw_key(name: str, raw: RawRow) -> Key:
    known = columns(TABLES[name])
    parts = tuple(raw.cells.get(column, str(known[column].default or "")) for column in TABLES[name].KEY)
    if "" in parts:
        return (*parts, raw.file, raw.line)  # a row without its key is like no other
    return parts[0] if len(parts) == 1 else parts


def _duplicate(name: str, key: Key, raw: RawRow, first: RawRow) -> Problem:
    text = key if isinstance(key, str) else ".".join(str(part) for part in key)
    allowed = f"one row for each {' and '.join(TABLES[name].KEY)}"
    wrong = f"is given twice, first in line {first.line}"
    return Problem(raw.file, raw.line, TABLES[name].KEY[0] if isinstance(key, str) else "", text, wrong, allowed)


def _as_new_row(name: str, key: Key, raw: RawRow, faults: list[Fault], shared: list[str]) -> list[Fault]:
    """Say once that an incomplete row lies over no row of the catalogue, instead of naming every cell it lacks."""
    missing = [fault.column for fault in faults if fault.kind == "missing"]
    if not missing or not shared or raw.base is not None or raw.file != f"{name}.csv" or not isinstance(key, str):
        return faults
    wrong = f"is not in the catalogue, and as a new row it lacks {', '.join(missing)}"
    rest = [fault for fault in faults if fault.kind != "missing"]
    return [Fault((TABLES[name].KEY[0],), key, wrong, among(key, shared, "the catalogue's ids")), *rest]


def _place(name: str, raw: RawRow, faults: list[Fault]) -> list[Problem]:
    """Give the faults of a row their file and line."""
    known = columns(TABLES[name])
    placed = []
    for fault in faults:
        if fault.kind == "missing" and fault.column in raw.absent:
            continue
        file, line = raw.where(fault.column)
        if fault.kind == "missing":
            wrong, allowed = "is blank and has no default", f"{known[fault.column].text}: {fault.allowed}"
            fault = Fault(fault.path, "", wrong, allowed)
        placed.append(fault.at(file, line))
    return placed

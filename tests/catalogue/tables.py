"""Reads the shipped tables straight from their files, past the loader, so that these tests judge the data alone."""

from __future__ import annotations

import csv
from pathlib import Path

from planner.instance.schema import TABLES, Row

INSTANCES = Path(__file__).parents[2] / "instances"
CATALOGUE = INSTANCES / "catalogue"
ONE_GIGAWATT = INSTANCES / "one-gigawatt"


def read_rows(folder: Path, table: str) -> list[dict[str, str]]:
    """Rows of a table as text, blank cells left out."""
    with open(folder / f"{table}.csv", encoding="utf-8", newline="") as file:
        return [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(file)]


def read_table(folder: Path, table: str) -> dict[tuple, Row]:
    """Rows of a table, checked by the schema, by key."""
    row_class = TABLES[table]
    rows = [row_class.model_validate(row) for row in read_rows(folder, table)]
    found = {tuple(getattr(row, name) for name in row_class.KEY): row for row in rows}
    assert len(found) == len(rows), f"{table}: a key stands twice"
    return found


def by_id(folder: Path, table: str) -> dict[str, Row]:
    """Rows of a table whose key is one id."""
    return {key[0]: row for key, row in read_table(folder, table).items()}

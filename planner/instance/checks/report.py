"""How a check reports: with the file and line of the row it is about."""

from __future__ import annotations

from typing import Any

from planner.instance.instance import Instance
from planner.instance.problem import Problem
from planner.instance.schema.describe import number_text
from planner.instance.tables import Key


def warn(
    instance: Instance, table: str, key: Key, column: str, wrong: str, allowed: str = "", value: Any = None
) -> Problem:
    """Return a warning about one row; its value is the key unless another is given."""
    file, line = instance.provenance(table, key)
    shown = key_text(key) if value is None else number_text(value) if isinstance(value, float) else str(value)
    return Problem(file, line, column, shown, wrong, allowed, "warning")


def key_text(key: Key) -> str:
    """Return a key as it stands in a path."""
    return key if isinstance(key, str) else ".".join(str(part) for part in key)

"""Making overrides: changed cells and settings are collected, then the schema checks what results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from planner.instance.overrides import SERIES, Override, check_form, is_finite, matching, nothing_matches
from planner.instance.problem import Problem, among
from planner.instance.rows import Fault, check
from planner.instance.schema import TABLES, Settings
from planner.instance.schema.describe import columns
from planner.instance.tables import Key, Tables


@dataclass
class Overridden:
    """An instance's settings and tables with overrides applied.

    Attributes:
        settings, tables: what was changed; the originals are left as they were.
        series: the changes to series, still to be made.
    """

    settings: Settings
    tables: Tables
    series: list[Override] = field(default_factory=list)


def apply(changes: Sequence[Override], settings: Settings, tables: Tables, problems: list[Problem]) -> Overridden:
    """Make the changes, in order, and check what results.

    Args:
        changes: the overrides.
        settings, tables: what they are made on; left as they are.
        problems: faults are added here.
    """
    editor = _Editor(settings, tables, problems)
    series = []
    for change in changes:
        if not check_form(change, problems):
            continue
        head = change.parts[0]
        if head == SERIES:
            series.append(change)
        elif head in TABLES:
            editor.change_rows(change)
        elif head in Settings.model_fields:
            editor.change_settings(change)
        else:
            options = [*TABLES, *Settings.model_fields, SERIES]
            problems.append(
                change.problem(f"{head} is neither a table nor a section of settings", among(head, options))
            )
    return Overridden(editor.checked_settings(), editor.checked_tables(), series)


class _Editor:
    """Rows and settings being changed: values are collected first and checked once at the end."""

    def __init__(self, settings: Settings, tables: Tables, problems: list[Problem]) -> None:
        self.settings, self.tables, self.problems = settings, tables, problems
        self.section: dict[str, Any] | None = None
        self.section_changes: list[Override] = []
        self.rows: dict[tuple[str, Key], dict[str, Any]] = {}
        self.touched: dict[tuple[str, Key], dict[str, Override]] = {}

    def change_rows(self, change: Override) -> None:
        table, *key_parts, column_part = change.parts if len(change.parts) > 1 else (*change.parts, "")
        names = TABLES[table].KEY
        if len(key_parts) != len(names) or not column_part:
            wrong = f"a cell of {table} is named by {len(names) + 2} parts"
            self.problems.append(change.problem(wrong, ".".join([table, *(n.upper() for n in names), "COLUMN"])))
            return
        picked = [name for name in matching(column_part, columns(TABLES[table])) if name not in names]
        keys = self._keys(change, table, key_parts)
        if not picked:
            options = [name for name in columns(TABLES[table]) if name not in names]
            if column_part in names:
                wrong = f"{column_part} is part of the key, which cannot be changed"
                self.problems.append(change.problem(wrong, "any other column"))
            else:
                self.problems.append(nothing_matches(change, column_part, options, f"column of {table}"))
        elif keys:
            self._set_cells(change, table, keys, picked)

    def _keys(self, change: Override, table: str, parts: list[str]) -> list[Key]:
        """Return the keys that the parts match; report the first part that matches nothing."""
        remaining = list(self.tables.rows[table])
        for position, part in enumerate(parts):
            options = dict.fromkeys(_key_parts(key)[position] for key in remaining)
            matched = set(matching(part, options))
            if not matched:
                if not self.tables.failed(table):
                    self.problems.append(
                        nothing_matches(change, part, list(options), f"{TABLES[table].KEY[position]} in {table}")
                    )
                return []
            remaining = [key for key in remaining if _key_parts(key)[position] in matched]
        return remaining

    def _set_cells(self, change: Override, table: str, keys: list[Key], picked: list[str]) -> None:
        known = columns(TABLES[table])
        changed = False
        for key in keys:
            values = self.rows.get((table, key))
            if values is None:
                values = self.tables.rows[table][key].model_dump()
            for name in picked:
                if change.scaling is None:
                    values[name] = known[name].default if change.value == "" else _plain(change.value, known[name].kind)
                elif is_finite(values[name]):
                    values[name] = _scaled(values[name], change.scaling)
                else:
                    continue
                self.rows[table, key] = values
                self.touched.setdefault((table, key), {})[name] = change
                changed = True
        if not changed:
            wrong = f"{' and '.join(picked)} has no number here that could be scaled"
            self.problems.append(change.problem(wrong, "a plain value"))

    def change_settings(self, change: Override) -> None:
        if self.section is None:
            self.section = self.settings.model_dump()
        nodes: list[Any] = [self.section]
        places: list[tuple[Any, Any]] = []
        for position, part in enumerate(change.parts):
            entered = [_entries(node) for node in nodes]
            options = list(dict.fromkeys(name for entries in entered for name in entries))
            matched = matching(part, options)
            if not options:
                above = ".".join(change.parts[:position])
                self.problems.append(change.problem(f"{above} has no parts that could be named", above))
                return
            if not matched:
                self.problems.append(nothing_matches(change, part, options, "key"))
                return
            places = [entries[name] for entries in entered for name in matched if name in entries]
            nodes = [holder[key] for holder, key in places]
        for holder, key in places:
            self._set_setting(change, holder, key)

    def _set_setting(self, change: Override, holder: Any, key: Any) -> None:
        current = holder[key]
        if isinstance(current, Mapping):
            self.problems.append(change.problem("is a section, not a value", f"one of its keys: {', '.join(current)}"))
        elif change.scaling is None:
            if change.value == "":
                del holder[key]  # as if it had not been given
            else:
                holder[key] = _plain(change.value, "number")
            self.section_changes.append(change)
        elif is_finite(current):
            holder[key] = _scaled(current, change.scaling)
            self.section_changes.append(change)
        else:
            self.problems.append(change.problem("has no number that could be scaled", "a plain value"))

    def checked_settings(self) -> Settings:
        """Return the changed settings; the old ones when the changed are not allowed."""
        if self.section is None:
            return self.settings
        changed, faults = check(Settings, self.section)
        for fault in faults:
            changes = [c for c in self.section_changes if c.parts[0] == (fault.path[0] if fault.path else "")]
            change = max(changes or self.section_changes, key=lambda c: _common(c.parts, fault.column.split(".")))
            self.problems.append(change.problem(_where(change, fault, fault.column), fault.allowed, fault.value))
        return changed or self.settings

    def checked_tables(self) -> Tables:
        """Return the tables with the changed rows; rows that are not allowed stay as they were."""
        if not self.rows:
            return self.tables
        tables = replace(self.tables, rows={name: dict(rows) for name, rows in self.tables.rows.items()})
        tables.origins = dict(self.tables.origins)
        for (table, key), values in self.rows.items():
            row, faults = check(TABLES[table], values)
            changes = self.touched[table, key]
            if row is not None:
                tables.rows[table][key] = row
                tables.origins |= {(table, key, name): (c.file, c.line, c.path) for name, c in changes.items()}
            for fault in faults:
                change = changes.get(fault.column) or list(changes.values())[-1]
                place = ".".join([table, *_key_parts(key), *filter(None, [fault.column])])
                self.problems.append(change.problem(_where(change, fault, place), fault.allowed, fault.value))
        return tables


def _scaled(value: float, scaling: tuple[float, float]) -> float:
    factor, offset = scaling
    return value * factor + offset


def _plain(value: Any, kind: str) -> Any:
    """Keep true and false from passing as 1 and 0, and let numbers stand where text is asked for."""
    if isinstance(value, bool) and kind != "yes or no":
        return "true" if value else "false"
    if kind in ("text", "id", "choice") and isinstance(value, int | float):
        return str(value)
    return value


def _key_parts(key: Key) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else tuple(str(part) for part in key)


def _entries(node: Any) -> dict[str, tuple[Any, Any]]:
    """Return what stands below a node of the settings by name, as (holder, key) that can be assigned to."""
    if isinstance(node, dict):
        return {name: (node, name) for name in node}
    for name in ("name", "measure"):
        if isinstance(node, list | tuple) and all(isinstance(entry, dict) and name in entry for entry in node):
            return {entry[name]: (node, index) for index, entry in enumerate(node)}
    return {}


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    return sum(1 for a, b in zip(first, second, strict=False) if a == b)


def _where(change: Override, fault: Fault, place: str) -> str:
    """Say what is wrong, and at which place if the path names several."""
    return fault.wrong if place == change.path or not place else f"{place}: {fault.wrong}"

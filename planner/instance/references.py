"""References between tables: every id must point somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from planner.instance.problem import Problem, among
from planner.instance.schema import TABLES
from planner.instance.schema.base import ID_PATTERN, _read_list
from planner.instance.schema.describe import Column, columns
from planner.instance.tables import NEEDED_TABLES, REQUIRED_TABLES, Key, Tables

_PLACES = {"links": ("sites", "pops", "markets"), "lines": ("sites", "hubs")}
"""What joins places -> the tables of those places, whose ids it must be able to tell apart."""


def check_references(tables: Tables) -> Iterator[Problem]:
    """Yield a problem for every id that points nowhere.

    Args:
        tables: all tables, the catalogue merged in.
    """
    known = {name: _ids(name, tables) for name in TABLES}
    for name, row_class in TABLES.items():
        refs = [column for column in columns(row_class).values() if column.refs]
        for column in refs:
            if any(_unknown(table, tables) for table in column.refs if table in TABLES):
                continue  # what is missing there is reported already
            options = _options(column, known)
            yield from _dangling(name, column, options, tables)


def check_places(tables: Tables) -> Iterator[Problem]:
    """Yield a problem for every id shared by two places that links or lines could not tell apart."""
    for joints, places in _PLACES.items():
        seen: dict[Key, str] = {}
        for name in places:
            for key in tables.rows[name]:
                if key in seen:
                    file, line = tables.where(name, key)
                    wrong = f"is also an id in {seen[key]}.csv, so that {joints} cannot tell the two apart"
                    allowed = f"ids unique across {', '.join(places[:-1])} and {places[-1]}"
                    yield Problem(file, line, "id", str(key), wrong, allowed)
                seen[key] = name


def _unknown(name: str, tables: Tables) -> bool:
    """Whether ids of a table are unknown: it cannot be read, is missing, or has a row whose own id is wrong."""
    if name in tables.unreadable or _lacking(name, tables):
        return True
    key_columns = [columns(TABLES[name])[part] for part in TABLES[name].KEY]
    if len(key_columns) > 1:
        return tables.failed(name)
    is_id = key_columns[0].kind == "id"
    return any(not isinstance(key, str) or (is_id and not re.match(ID_PATTERN, key)) for key in _failed(name, tables))


def _failed(name: str, tables: Tables) -> list[Key]:
    """Return the keys of rows that have faults of their own."""
    return [key for key in tables.raw[name] if key not in tables.rows[name]]


def _lacking(name: str, tables: Tables) -> bool:
    return name in (*REQUIRED_TABLES, *NEEDED_TABLES) and not tables.raw[name] and not tables.rows[name]


def _ids(name: str, tables: Tables) -> dict[str, None]:
    """Return the ids of a table, also of rows with faults; for a shape, those of its first key column."""
    keys = [*tables.rows[name], *_failed(name, tables)]
    return dict.fromkeys(key if isinstance(key, str) else key[0] for key in keys)


def _options(column: Column, known: dict[str, dict[str, None]]) -> dict[str, None]:
    options: dict[str, None] = {}
    for table in column.refs:
        options |= known.get(table, {table: None})
    return options


def _dangling(name: str, column: Column, options: dict[str, None], tables: Tables) -> Iterator[Problem]:
    values = {key: getattr(row, column.name) for key, row in tables.rows[name].items()}
    for key in _failed(name, tables):  # a row that is wrong in one cell may be so in another
        text = tables.raw[name][key].merged().get(column.name)
        values[key] = _read_list(text) if column.kind in ("list", "array") else text
    for key, value in values.items():
        for word in value if isinstance(value, tuple) else (value,):
            if word is None or word in options:
                continue
            place = tables.place(name, key, column.name)
            where = " or ".join(table for table in column.refs if table in TABLES)
            yield Problem(*place, word, f"is not in {where}", among(word, list(options), where))

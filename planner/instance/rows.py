"""Checking one row, or one section of settings, against the schema; and saying in plain words what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from planner.instance.problem import Problem, among, closest
from planner.instance.schema import Row
from planner.instance.schema.describe import Column, columns, number_text, section_class

_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")

_PLAIN_WORDS = {
    "tuple_type": "is not a list",
    "string_type": "is not text",
    "too_short": "is blank",
    "string_too_short": "is blank",
    "int_from_float": "is not a whole number",
    "finite_number": "is not a finite number",
}

AnyModel = TypeVar("AnyModel", bound=BaseModel)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one value, without the place where it stands.

    Attributes:
        path: column of a row, or keys (and indices) of a setting.
        value: the value, as text.
        wrong: what is wrong with it.
        allowed: what would be right.
        kind: pydantic's word for the fault.
    """

    path: tuple[str | int, ...]
    value: str
    wrong: str
    allowed: str
    kind: str = ""

    @property
    def column(self) -> str:
        """The path as text: keys joined by dots, positions in lists left out."""
        return ".".join(part for part in self.path if isinstance(part, str))

    def at(self, file: str, line: int | None, column: str | None = None) -> Problem:
        """Return the fault as a problem of a file and line."""
        return Problem(file, line, self.column if column is None else column, self.value, self.wrong, self.allowed)


def check(model: type[AnyModel], values: Mapping[str, Any]) -> tuple[AnyModel | None, list[Fault]]:
    """Validate values with a row or settings class.

    Returns:
        The row (None when anything is wrong) and the faults.
    """
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        order = {name: position for position, name in enumerate(columns(model))}
        faults = [_fault(model, details) for details in error.errors(include_url=False)]
        faults += _beyond(model, values, faults)
        return None, sorted(faults, key=lambda fault: order.get(fault.column.partition(".")[0], len(order)))


def _beyond(model: type[BaseModel], values: Mapping[str, Any], faults: list[Fault]) -> list[Fault]:
    """Return what is wrong with a row as a whole, which pydantic asks only of rows whose cells are all right.

    Faulty cells are mended for that with their default, or a word that is allowed; where neither is known, nobody can
    say.
    """
    known = columns(model)
    mended = dict(values)
    for fault in faults:
        column = known.get(fault.column)
        if not issubclass(model, Row) or not fault.column or (column and column.required and not column.choices):
            return []
        mended.pop(fault.column, None)
        if column and column.required:
            mended[fault.column] = column.choices[0]
    try:
        model.model_validate(mended)
    except ValidationError as error:
        found = [_fault(model, details) for details in error.errors(include_url=False)]
        return [fault for fault in found if not fault.path]
    return []


def unusual(row: Row) -> Iterator[Fault]:
    """Yield a fault for every number outside the range typical of its column; zero and defaults are never unusual."""
    for name, column in columns(type(row)).items():
        if column.typical is None:
            continue
        value, (low, high) = getattr(row, name), column.typical
        if value is None or value in (0, column.default):
            continue
        if not low <= value <= high:
            allowed = f"usually {number_text(low)} to {number_text(high)} {column.unit}".rstrip()
            if column.hint:
                allowed += f" ({column.hint})"
            yield Fault((name,), number_text(value), "is unusual: has the unit slipped?", allowed, "unusual")


def unknown_column(name: str, known: list[str], noun: str) -> tuple[str, str]:
    """Say that a column or key does not exist, and which one may be meant."""
    near = closest(name, known)
    return f"there is no such {noun}", f"did you mean {near}?" if near else f"{noun}s: {', '.join(known)}"


def _fault(model: type[BaseModel], details: ErrorDetails) -> Fault:
    path = tuple(details["loc"])
    kind, value = details["type"], details["input"]
    owner, column = _describe(model, path)
    if kind == "extra_forbidden":
        wrong, allowed = unknown_column(str(path[-1]), list(columns(owner)), _noun(owner))
        home = _home(model, str(path[-1])) if len(path) == 1 else None
        return Fault(path, "", wrong, f"put it under [{home}]" if home else allowed, kind)
    if kind == "missing":
        return Fault(path, "", "is missing", column.allowed() if column else "", kind)
    if kind == "value_error" and (column is None or column.kind in ("section", "tables")):
        return Fault(path, "", str(details["ctx"]["error"]), "", kind)
    text = _text(value)
    wrong, allowed = _wrong(kind, text, details, column)
    return Fault(path, text, wrong, allowed, kind)


def _noun(owner: type[BaseModel]) -> str:
    return "column" if issubclass(owner, Row) else "key"


def _home(model: type[BaseModel], key: str) -> str | None:
    """Return the section a key belongs to, when it stands outside of every section."""
    sections = {name: section_class(model, name) for name, column in columns(model).items() if column.kind == "section"}
    homes = [name for name, section in sections.items() if section and key in columns(section)]
    return homes[0] if len(homes) == 1 else None


def _wrong(kind: str, text: str, details: ErrorDetails, column: Column | None) -> tuple[str, str]:
    """Return what is wrong with a value and what is allowed."""
    allowed = column.allowed() if column else ""
    limits = details.get("ctx", {})
    if text == "" and kind != "value_error":
        return "is blank", allowed
    if kind == "literal_error" and column:
        return "is not one of the choices", among(text, column.choices)
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return "is a plain value where a section is needed", f"[{column.name}]" if column else ""
    if kind in ("float_parsing", "int_parsing", "float_type", "int_type"):
        return _not_a_number(text), allowed
    if kind in _PLAIN_WORDS:
        return _PLAIN_WORDS[kind], allowed
    if kind.startswith(("greater_than", "less_than")):
        small, large = ("early", "late") if column and column.kind == "date" else ("small", "large")
        return f"is too {small if kind.startswith('greater') else large}", allowed
    if kind == "string_pattern_mismatch":
        return "is not spelt as it must be" if column is None or column.kind != "id" else "is not a valid id", allowed
    if kind == "value_error":
        return "cannot be read" if column and column.kind in ("date", "yes or no") else str(limits["error"]), allowed
    message = details["msg"]
    return message[:1].lower() + message[1:], allowed


def _not_a_number(text: str) -> str:
    if _THOUSANDS.match(text):
        return f"is not a number: write {text.replace(',', '')} without the commas"
    if _DECIMAL_COMMA.match(text):
        return f"is not a number: write {text.replace(',', '.')} with a point"
    if _NUMBER.match(text):
        return "is not a whole number"
    return "is not a number"


def _describe(model: type[BaseModel], path: tuple[str | int, ...]) -> tuple[type[BaseModel], Column | None]:
    """Find the class and the column that a path leads to; (class, None) when it leads to a section or nowhere."""
    owner, column = model, None
    for part in path:
        if isinstance(part, int):
            continue
        if column is not None:
            inner = section_class(owner, column.name)
            if inner is None:
                return owner, column
            owner = inner
        column = columns(owner).get(part)
        if column is None:
            return owner, None
    return owner, column


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return "|".join(str(part) for part in value)
    if isinstance(value, dict):
        return "{...}"
    return str(value)

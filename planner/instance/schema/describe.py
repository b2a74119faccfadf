"""Columns and settings as plain descriptions: kind, unit, range, default, meaning.

Messages, the format reference, `planner schema` and the path language all speak from here, so none of them can differ
from what is checked.
"""

from __future__ import annotations

import types
import typing
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from planner.instance.schema.base import ID_PATTERN, Row, _read_date, _read_flag, _read_list

Kind = Literal[
    "text", "id", "number", "whole number", "yes or no", "date", "list", "array", "choice", "section", "tables"
]

_LARGE = 1e5

_EXAMPLES = {
    "id": "small letters, digits and single hyphens, such as gb200-nvl72",
    "yes or no": "yes or no",
    "date": "a date such as 2028, 2028-Q3, 2028-07 or 2028-07-15",
    "text": "text",
    "list": "names parted by |",
    "array": 'an array of names, ["...", "..."]',
}


@dataclass(frozen=True)
class Column:
    """One column of a table or one key of a settings section.

    Attributes:
        name: column or key.
        kind: kind of value.
        text: meaning.
        unit: unit in words; empty when it has none.
        required: whether it must be given.
        default: value of a blank cell; None for none.
        lower, upper: limits of a number, None for none; lower_open, upper_open tell that the limit itself is excluded.
        choices: allowed words; empty for free.
        refs: tables (or plain words) the value must be found in.
        typical: range outside which a warning asks whether the unit slipped.
        hint: advice when a value is out of range.
        series: whether the value names a time series.
        key: whether it is part of the row's key.
    """

    name: str
    kind: Kind
    text: str
    unit: str = ""
    required: bool = False
    default: Any = None
    lower: float | None = None
    upper: float | None = None
    lower_open: bool = False
    upper_open: bool = False
    choices: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    typical: tuple[float, float] | None = None
    hint: str = ""
    series: bool = False
    key: bool = False

    @property
    def numeric(self) -> bool:
        """Whether values are numbers that can be scaled."""
        return self.kind in ("number", "whole number")

    def range_text(self) -> str:
        """Say the range of a number, e.g. "above 0, at most 5000 kW IT"; empty when it has none."""
        parts = []
        if self.lower is not None:
            parts.append(f"{'above' if self.lower_open else 'at least'} {number_text(self.lower)}")
        if self.upper is not None:
            parts.append(f"{'below' if self.upper_open else 'at most'} {number_text(self.upper)}")
        return " ".join(part for part in (", ".join(parts), self.unit) if part) if parts else ""

    def allowed(self) -> str:
        """Say what may stand in this column."""
        if self.choices:
            words = (
                f"{', '.join(self.choices[:-1])} or {self.choices[-1]}" if len(self.choices) > 1 else self.choices[0]
            )
            return {"list": f"{words}, parted by |", "array": f"an array of {words}"}.get(self.kind, words)
        if self.numeric:
            limits = self.range_text()
            unit = f" in {self.unit}" if self.unit and not limits else ""
            text = f"a {self.kind}{unit}" + (f", {limits}" if limits else "")
        elif self.kind in ("section", "tables"):
            text = f"a section [{self.name}]" if self.kind == "section" else f"an array of tables named {self.name}"
        else:
            text = f"the name of a series in [{self.unit}]" if self.series else _EXAMPLES.get(self.kind, self.kind)
        return f"{text} ({self.hint})" if self.hint else text

    def as_dict(self) -> dict[str, Any]:
        """Return the description as plain data, empty entries left out."""
        kept = {name: value for name, value in asdict(self).items() if value not in ("", (), None, False)}
        return kept | {"required": self.required, "default": self.default}


def number_text(value: float) -> str:
    """Return a number as people write it: 20000000 rather than 2e+07."""
    return f"{value:.0f}" if abs(value) >= _LARGE and value == int(value) else f"{value:g}"


@cache
def columns(row_class: type[BaseModel]) -> dict[str, Column]:
    """Describe every column of a row class (or key of a settings section), in order: own columns, then the common."""
    key = getattr(row_class, "KEY", ())
    found = {name: _column(name, field, name in key) for name, field in row_class.model_fields.items()}
    if not issubclass(row_class, Row):
        return found
    own = {name: column for name, column in found.items() if name not in Row.model_fields}
    return own | {name: found[name] for name in Row.model_fields}


def section_class(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """Return the class of a nested section (or of the tables in an array of tables); None for a plain value."""
    inner = _inner(model.model_fields[name].annotation)
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _column(name: str, field: FieldInfo, key: bool) -> Column:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    traits = _traits(field.annotation, list(field.metadata))
    default = field.get_default(call_default_factory=True)
    typical = extra.get("typical")
    return Column(
        name=name,
        kind=_kind(field.annotation, traits),
        text=field.description or "",
        unit=str(extra.get("unit", "")),
        required=field.is_required(),
        default=None if default is PydanticUndefined or isinstance(default, BaseModel) else default,
        choices=_choices(field.annotation),
        refs=tuple(extra.get("ref", ())),
        typical=tuple(typical) if typical else None,
        hint=str(extra.get("hint", "")),
        series=bool(extra.get("series")),
        key=key,
        **_limits(traits),
    )


def _traits(annotation: Any, metadata: list[Any]) -> list[Any]:
    """Gather the metadata of a field and of every annotation nested in it."""
    if typing.get_origin(annotation) is typing.Annotated:
        metadata = metadata + list(annotation.__metadata__)
    for inner in typing.get_args(annotation):
        if not isinstance(inner, str | int | float) and inner is not Ellipsis:
            metadata = metadata + _traits(inner, [])
    return metadata


def _limits(traits: list[Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for trait in traits:
        match trait:
            case Ge(ge=value):
                limits["lower"] = float(value)
            case Gt(gt=value):
                limits |= {"lower": float(value), "lower_open": True}
            case Le(le=value):
                limits["upper"] = float(value)
            case Lt(lt=value):
                limits |= {"upper": float(value), "upper_open": True}
            case FieldInfo():
                limits |= _limits(list(trait.metadata))
    return limits


def _kind(annotation: Any, traits: list[Any]) -> Kind:
    readers = {trait.func for trait in traits if isinstance(trait, BeforeValidator)}
    patterns = {getattr(trait, "pattern", None) for trait in traits}
    patterns |= {getattr(m, "pattern", None) for t in traits if isinstance(t, FieldInfo) for m in t.metadata}
    inner = _inner(annotation)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return "tables" if typing.get_origin(annotation) is tuple else "section"
    for reader, kind in ((_read_flag, "yes or no"), (_read_date, "date"), (_read_list, "list")):
        if reader in readers:
            return typing.cast(Kind, kind)
    if typing.get_origin(_without_none(annotation)) is tuple:
        return "array"
    if _choices(annotation):
        return "choice"
    if inner in (int, float):
        return "whole number" if inner is int else "number"
    return "id" if ID_PATTERN in patterns else "text"


def _without_none(annotation: Any) -> Any:
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        return next(inner for inner in typing.get_args(annotation) if inner is not type(None))
    return annotation


def _inner(annotation: Any) -> Any:
    """Strip optional, tuple and Annotated from a type."""
    annotation = _without_none(annotation)
    if typing.get_origin(annotation) in (tuple, typing.Annotated):
        return _inner(typing.get_args(annotation)[0])
    return annotation


def _choices(annotation: Any) -> tuple[str, ...]:
    inner = _inner(annotation)
    return typing.get_args(inner) if typing.get_origin(inner) is Literal else ()

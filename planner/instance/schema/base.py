"""What every table row has in common: strict columns, units in the description, references to other tables.

A table is a pydantic model. `column(...)` declares one column with its unit, range and meaning; the reader, the format
reference (`instances/README.md`), `planner schema` and the checks are all written from these declarations.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Confidence = Literal["measured", "published", "estimated", "assumed"]

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Id = Annotated[str, Field(pattern=ID_PATTERN)]

_YES, _NO = {"yes", "true", "1"}, {"no", "false", "0"}
_QUARTER = re.compile(r"^(\d{4})-?[qQ]([1-4])$")
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")


def _read_flag(value: object) -> object:
    word = str(value).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError("write yes or no")


def _read_list(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split("|") if part.strip())
    return value


def _read_date(value: object) -> object:
    """A year (2028), quarter (2028-Q3), month (2028-07) or day (2028-07-15) as a decimal year."""
    if isinstance(value, bool):
        raise ValueError("write a date such as 2028, 2028-Q3, 2028-07 or 2028-07-15")
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime.date):
        value = value.isoformat()
    text = str(value).strip()
    if match := _QUARTER.match(text):
        return int(match[1]) + (int(match[2]) - 1) / 4
    if match := _MONTH.match(text):
        if not 1 <= int(match[2]) <= 12:
            raise ValueError("month must be 01 to 12")
        return int(match[1]) + (int(match[2]) - 1) / 12
    try:
        return float(text)
    except ValueError:
        pass
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError("write a date such as 2028, 2028-Q3, 2028-07 or 2028-07-15") from None
    start = datetime.date(day.year, 1, 1)
    return day.year + (day - start).days / (datetime.date(day.year + 1, 1, 1) - start).days


Flag = Annotated[bool, BeforeValidator(_read_flag)]
Names = Annotated[tuple[str, ...], BeforeValidator(_read_list)]
Needs = Annotated[tuple[Literal["air", "liquid", "liquid-warm"], ...], BeforeValidator(_read_list)]
Date = Annotated[float, BeforeValidator(_read_date), Field(ge=1990, le=2100)]


def column(
    default: Any = ...,
    *,
    text: str,
    unit: str = "",
    ref: str | tuple[str, ...] | None = None,
    typical: tuple[float, float] | None = None,
    series: bool = False,
    hint: str = "",
    **limits: Any,
) -> Any:
    """Declare one column.

    `unit` repeats the unit of the column name in words; `ref` names the table(s) the value must be an id of; `typical`
    is a range outside which a warning asks whether the unit slipped; `series` marks the name of a time series; `hint`
    is added to the message when a value is out of range. `limits` are pydantic's ge, gt, le, lt, pattern.
    """
    extra = {"unit": unit, "hint": hint, "series": series}
    if ref is not None:
        extra["ref"] = [ref] if isinstance(ref, str) else list(ref)
    if typical is not None:
        extra["typical"] = list(typical)
    return Field(default, description=text, json_schema_extra=extra, **limits)


class Row(BaseModel):
    """One row of a table. Unknown columns are errors; rows cannot be changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)

    source: str = column("", text="where the numbers of this row come from")
    confidence: Confidence | None = column(
        None, text="how well the row is known: measured, published, estimated or assumed"
    )
    note: str = column("", text="anything a reader should know")


class CatalogueRow(Row):
    """One row of the catalogue: a fact about technology, which must name its source."""

    source: str = column(text="where the numbers of this row come from", min_length=1)
    confidence: Confidence = column(text="how well the row is known: measured, published, estimated or assumed")

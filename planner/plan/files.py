"""Tables as files: CSV, and beside it what every column holds, which CSV does not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd


class PlanError(ValueError):
    """A plan could not be made, read or written; the message says why in the user's words."""


def kind_of(column: pd.Series) -> str:
    """Return what a column holds: bool, int, float or text; a CSV file does not say."""
    is_kind = pd.api.types
    if is_kind.is_bool_dtype(column):
        return "bool"
    if is_kind.is_integer_dtype(column):
        return "int"
    return "float" if is_kind.is_float_dtype(column) else "text"


def read_table(path: Path, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Read a table as it was written: ids that look like numbers stay text, and numbers keep every digit.

    Raises:
        PlanError: there is no such file, or it is damaged.
    """
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        if list(frame) != list(kinds):
            raise ValueError("its columns are not those that were written")
        return pd.DataFrame({column: _READ[kind](frame[column]) for column, kind in kinds.items()})
    except (OSError, ValueError) as error:
        raise PlanError(f"{path} cannot be read: {error}") from error


_READ: Mapping[str, Callable[[pd.Series], pd.Series]] = {
    "text": lambda column: column,
    "bool": lambda column: column == "True",
    "int": lambda column: column.astype(int),
    "float": lambda column: column.where(column != "", "nan").map(float).astype(float),
}
"""Kind of a column -> how its text is read; Python's own numbers, since they are exact."""

"""Any table in the terminal: aligned, units in the heads, numbers short."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table

_DIGITS = 4
_LARGE = 1e4


def show_table(
    frame: pd.DataFrame, console: Console, title: str = "", most: int | None = None, leave_out: Sequence[str] = ()
) -> None:
    """Print a table; of one longer than `most` rows only the first, and how many are left out."""
    shown = frame.drop(columns=[column for column in leave_out if column in frame])
    if shown.empty:
        console.print(f"{title}: none" if title else "none")
        return
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, title_style="bold")
    for column in shown.columns:
        numeric = pd.api.types.is_numeric_dtype(shown[column]) and not pd.api.types.is_bool_dtype(shown[column])
        table.add_column(_head(str(column)), justify="right" if numeric else "left", overflow="fold")
    for row in shown.head(most).itertuples(index=False, name=None):
        table.add_row(*map(number_or_text, row))
    console.print(table)
    if most is not None and len(shown) > most:
        console.print(f"... and {len(shown) - most} more")


def _head(column: str) -> str:
    """A column's name in words; a path stays as it is."""
    return column if "." in column else column.replace("_", " ")


def number_or_text(value: object) -> str:
    """Return a cell as people read it: numbers to four digits that mean something, blanks for what is unknown."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        if math.isinf(value):
            return "no limit" if value > 0 else "-no limit"
        if abs(value) >= _LARGE:
            return f"{value:,.0f}"
        return f"{value + 0.0:,.{_DIGITS}g}"
    return "" if value is None else str(value)

"""Amounts in the terminal: short numbers, and what is too little to mean anything left out."""

from __future__ import annotations

import pandas as pd

_NOTHING = 1e-6
"""Below this share of what the plan handles, and below this much in itself, an amount is dust of the solver."""
_MOST_DECIMALS = 6


def amount(value: float, digits: int = 4) -> str:
    """Return a number with thousands separators and about `digits` significant digits; never a negative zero."""
    if pd.isna(value):
        return "-"
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - int(f"{abs(value):e}".split("e")[1]))
    text = f"{value:,.{min(decimals, _MOST_DECIMALS)}f}"
    return text if any(digit in text for digit in "123456789") else "0"


def is_dust(value: float, handled: float = 0.0) -> bool:
    """Return whether an amount is nothing beside what the plan handles of its kind, the largest amount of all."""
    return not abs(value) > _NOTHING * max(1.0, abs(handled))


def largest(frame: pd.DataFrame, column: str) -> float:
    """Return the largest amount in a column of a plan's table, in any period; 0 in an empty one."""
    return 0.0 if frame.empty else float(frame[column].abs().max())

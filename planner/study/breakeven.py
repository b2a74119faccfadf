"""Break-even: the value of a parameter at which an answer flips, by bisection, with its bracket."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pandas as pd

from planner.plan.plan import PlanError
from planner.study.conditions import Condition, condition
from planner.study.results import Facts, Study, facts, tables_of
from planner.study.session import Session
from planner.study.sweep import record

PROBES = 5
"""Values asked at before bisecting, ends included: a condition that flips twice is then more likely to be seen."""
MOST_STEPS = 60


def breakeven(
    session: Session,
    path: str,
    until: str | Condition,
    low: float,
    high: float,
    *,
    multiply: bool = False,
    tolerance: float = 1e-3,
) -> Study:
    """Find where a condition begins or ceases to hold as one parameter goes from low to high.

    Args:
        session: the live session.
        path: the parameter.
        until: the condition, as text or read.
        low, high: ends of the search, in the parameter's unit, or factors of its value with `multiply`.
        multiply: whether low and high are factors.
        tolerance: width of the bracket to reach, relative to the larger end of the search.

    Returns:
        A study; its table `breakeven` has one row per flip found: path, condition, from, to (the bracket: the condition
        differs between its ends), and whether it begins or ceases to hold there. Empty where it never flips.

    Raises:
        InstanceError: the path names nothing, or a value is not allowed.
        ValueError: low is not below high, or the condition has no known form.
    """
    if not low < high:
        raise ValueError(f"from must be below to: {low:g} and {high:g}")
    wanted = condition(until) if isinstance(until, str) else until
    wanted.refuse_unknown(session.base.reading.m)
    asked: dict[float, Facts] = {}

    def holds(value: float) -> bool:
        if value not in asked:
            asked[value] = facts(session.ask({path: {"multiply": value} if multiply else value}))
        return wanted.holds(asked[value])

    values = [low + (high - low) * k / (PROBES - 1) for k in range(PROBES)]
    rows = []
    for left, right in itertools.pairwise(values):
        if holds(left) != holds(right):
            start, end = _bisect(holds, left, right, tolerance * max(abs(low), abs(high)))
            change = "begins to hold" if holds(end) else "ceases to hold"
            rows.append((path, wanted.text, start, end, change))
    if not any(fact.tables for fact in asked.values()):
        raise PlanError(f"no value of {path} from {low:g} to {high:g} has a plan")
    order = sorted(asked)
    tables = tables_of(pd.DataFrame({path: order}), [asked[value] for value in order])
    tables["breakeven"] = pd.DataFrame(rows, columns=["path", "condition", "from", "to", "change"])
    found: dict[str, Any] = {"path": path, "until": wanted.text, "low": low, "high": high, "multiply": multiply}
    return Study(record(session, "breakeven") | found, tables)


def _bisect(holds: Any, left: float, right: float, width: float) -> tuple[float, float]:
    """Narrow a bracket whose ends differ to the width."""
    for _ in range(MOST_STEPS):
        if right - left <= width or math.isclose(left, right, rel_tol=1e-12):
            break
        middle = (left + right) / 2
        if holds(middle) == holds(left):
            left = middle
        else:
            right = middle
    return left, right

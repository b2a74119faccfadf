"""Goals: the coefficients of one expression of the plan, by column."""

from __future__ import annotations

from typing import Any

import numpy as np

from planner.stamp.errors import StampError
from planner.stamp.levels import PLAN
from planner.stamp.quantities import Data, Form, Number, spread
from planner.stamp.relations import climb
from planner.stamp.walker import Walker, require_readable


def goal_row(walker: Walker, goal: Any, n: int) -> tuple[np.ndarray, float]:
    """Coefficients (n columns) and constant of an expression of the plan; StampError where it is not linear."""
    quantity = walker.read(goal)
    require_readable(quantity, PLAN, goal, "the objective")
    cost = np.zeros(n)
    if quantity.__class__ is not Form:
        return cost, float(spread(quantity, PLAN))
    for key, coefficient in quantity.terms.items():
        start, relation = key if key.__class__ is tuple else (key, None)
        level = walker.by_start[start].level
        reading = (relation or climb(PLAN, level)).reading
        cost[reading.reads + start] += reading.weights * _alone(coefficient)  # one row: no column occurs twice
    offset = _alone(quantity.const)
    if not (np.isfinite(cost).all() and np.isfinite(offset)):
        raise StampError("the objective has a coefficient that is not a finite number")
    return cost, offset


def _alone(number: Number) -> float:
    return float(number.values[0]) if number.__class__ is Data else float(number)

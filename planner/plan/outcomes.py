"""What to make of a solver's outcome: the cheapest of equally good plans, and the rules that leave no plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Protocol

import numpy as np

from planner.instance import Instance
from planner.solver import Options, Outcome, SolverError, iis, relative_gap
from planner.solver import solve as solve_program
from planner.stamp import Stamped

_MOST_RULES = 6
_LONGEST_SEARCH_S = 20.0


class Writer(Protocol):
    """What is needed of a run: its instance and options, and writing its model once more."""

    instance: Instance
    options: Options

    def write_model(self, instance: Instance, floor: float | None = None) -> tuple[object, Stamped]:
        """Build and stamp the model; with a floor on what the run maximises, profit is maximised."""


def cheapest(run: Writer, stamped: Stamped, outcome: Outcome) -> Outcome:
    """Return the most profitable of the plans as good as this one by the run's objective, within the gap.

    Tokens and revenue say nothing of cost: without this second pass any build that serves them would do. The columns
    of both models are the same, so the plan of the second is one of the first. If the second pass finds nothing
    better, the outcome is returned as it is.
    """
    value = stamped.sense * outcome.objective
    floor = value - run.options.gap * abs(value)
    if floor <= 0:
        return outcome
    _, second = run.write_model(run.instance, floor)
    found = solve_program(second.program, run.options)
    if not found.has_plan:
        return outcome
    objective = float(stamped.program.cost @ found.x + stamped.program.offset)
    gap = relative_gap(objective, outcome.bound)
    return replace(
        outcome, x=found.x, objective=objective, gap=gap, method=f"{outcome.method}, then the cheapest such plan"
    )


def conflicting(stamped: Stamped, outcome: Outcome) -> str:
    """Return which rules cannot hold together, as an addition to the reason; empty unless the outcome is infeasible."""
    if outcome.status != "infeasible":
        return ""
    try:
        rows, _ = iis(stamped.program, Options(time_limit_s=_LONGEST_SEARCH_S))
    except SolverError:
        return ""
    places = Counter(_place(stamped, int(row)) for row in np.asarray(rows))
    if not places:
        return ""
    named = [f"{place}{f' ({count} times)' if count > 1 else ''}" for place, count in places.most_common(_MOST_RULES)]
    rest = len(places) - len(named)
    more = f" and {rest} more" if rest else ""
    return f". These rules cannot hold together: {', '.join(named)}{more}; planner maths explains each"


def _place(stamped: Stamped, row: int) -> str:
    """A rule with its index, hours left out: water_limit[abilene]."""
    name, index, _ = stamped.describe_row(row)
    parts = index if isinstance(index, tuple) else (index,)
    where = ", ".join(str(part) for part in parts if part is not None)
    return f"{name.split('.')[-1]}[{where}]" if where else name.split(".")[-1]

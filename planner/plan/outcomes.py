"""What to make of an outcome without a plan: the rules that leave none."""

from __future__ import annotations

from collections import Counter

import numpy as np

from planner.solver import Options, Outcome, SolverError, iis
from planner.stamp import Stamped

_MOST_RULES = 6
_LONGEST_SEARCH_S = 20.0


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

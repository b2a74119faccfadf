"""The objective: one measure of the plan, or a ratio of two; and what keeps earlier objectives while a later one goes.

Of a ratio the model carries its upper measure as Objective; the solver changes the costs (`planner/solver/ratio.py`).
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Objective, Set, maximize, minimize

from planner.instance.goal import OBJECTIVES
from planner.model.measures import MEASURES, RATIOS, is_maximised, measure
from planner.stamp import constraint


def add_objective(m: ConcreteModel, name: str) -> None:
    """Optimise the measure named, or the upper one of the ratio named.

    Raises:
        ValueError: the objective has no such name, or does not suit the instance.
    """
    if name not in OBJECTIVES:
        raise ValueError(f"no objective {name}; choose one of {', '.join(OBJECTIVES)}")
    if name == "tokens_per_mwh" and any(row.direction == "in" for row in m.instance.leases.values()):
        raise ValueError(
            "tokens_per_mwh is about own power: rented units (leases.csv, direction in) use none of it; leave them out"
        )
    m.objective_name = name
    expression = measure(m, RATIOS[name].over if name in RATIOS else name)
    m.objective = Objective(expr=expression, sense=maximize if is_maximised(name) else minimize)


def keep(m: ConcreteModel, kept: dict[str, float]) -> None:
    """Keep earlier objectives at or above their values (below, where minimised), in the units of the measures."""
    m.kept = kept
    m.KEPT = Set(initialize=list(kept), doc="objectives that were optimised before")
    constraint(m, m.KEPT, rule=objective_kept)


def objective_kept(m: ConcreteModel, name: str) -> object:
    """What was optimised before stays as good as it was, but for the slack.

    (measure - value) / size >= 0 where it is maximised, <= 0 where it is minimised; N - value x D of a ratio N / D

    Its dual is what the present objective gives up for the earlier one, times the size.
    """
    value = m.kept[name]
    if name in RATIOS:
        size = MEASURES[RATIOS[name].over].size
        share, bound = (measure(m, RATIOS[name].over) - value * measure(m, RATIOS[name].under)) / size, 0.0
    else:
        size = MEASURES[name].size
        share, bound = measure(m, name) / size, value / size
    return share >= bound if is_maximised(name) else share <= bound

"""The objective: one measure of the plan, or a ratio of two; and what keeps earlier objectives while a later one goes.

Of a ratio the model carries its upper measure as Objective; the solver changes the costs (`planner/solver/ratio.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from pyomo.environ import ConcreteModel, Objective, Set, maximize, minimize

from planner.instance.goal import OBJECTIVES
from planner.model.measures import RATIOS, is_maximised, measure
from planner.stamp import constraint


@dataclass(frozen=True)
class Kept:
    """An objective that was optimised before.

    Attributes:
        value: what it must stay at or above (at or below, where it is minimised), in the units of the measures.
        size: what the row is divided by.
    """

    value: float
    size: float


def add_objective(m: ConcreteModel, name: str) -> None:
    """Optimise the measure named, or the upper one of the ratio named.

    Raises:
        ValueError: the objective has no such name.
    """
    if name not in OBJECTIVES:
        raise ValueError(f"no objective {name}; choose one of {', '.join(OBJECTIVES)}")
    m.objective_name = name
    expression = measure(m, RATIOS[name].over if name in RATIOS else name)
    m.objective = Objective(expr=expression, sense=maximize if is_maximised(name) else minimize)


def keep(m: ConcreteModel, kept: dict[str, Kept]) -> None:
    """Keep earlier objectives at their values while another is optimised."""
    m.kept = kept
    m.KEPT = Set(initialize=list(kept), doc="objectives that were optimised before")
    constraint(m, m.KEPT, rule=objective_kept)


def objective_kept(m: ConcreteModel, name: str) -> object:
    """What was optimised before stays as good as it was, but for the slack.

    (measure - value) / size >= 0 where it is maximised, <= 0 where it is minimised; N - value x D of a ratio N / D

    Its dual is what the present objective gives up for the earlier one, times the size.
    """
    kept = m.kept[name]
    if name in RATIOS:
        share = (measure(m, RATIOS[name].over) - kept.value * measure(m, RATIOS[name].under)) / kept.size
        bound = 0.0
    else:
        share, bound = measure(m, name) / kept.size, kept.value / kept.size
    return share >= bound if is_maximised(name) else share <= bound

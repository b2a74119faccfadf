"""Ramps: how fast the output of power plant may change from one step to the next.

Without units the limit is a share of the capacity. With units it is a share of what stays online; a unit that starts or
stops jumps to or from its minimum load, or as far as an hour's ramp reaches if that is more. This is the usual form for
clusters of units (Palmintier 2013, see `commitment`; GenX writes it so too). Days and years are cyclic; where a source
states its units online before the first step, its output then is not known and that step has no limit.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Block, ConcreteModel, Set

from planner.instance.instance import Instance
from planner.instance.schema.power import Technology
from planner.model.time import by_step
from planner.stamp import constraint, previous


def add_ramps(m: ConcreteModel, instance: Instance) -> None:
    """Limit the change of output where a technology ramps over more than one step."""
    slow = [i for i in m.SOURCES if _reach(m, instance.technologies[i[1]]) < 1]
    m.RAMPED = Set(dimen=2, initialize=[i for i in slow if i not in m.COMMITTED], doc="sources without units that ramp")
    m.RAMPED_UNITS = Set(dimen=2, initialize=[i for i in slow if i in m.COMMITTED], doc="sources of units that ramp")
    constraint(m.step, m.RAMPED, rule=ramp_up)
    constraint(m.step, m.RAMPED, rule=ramp_down)
    later = by_step(m, np.arange(len(m.grid.hour_of_year)) % m.grid.steps_per_day).astype(bool)
    where = {i: later if i in m.STARTING else True for i in m.RAMPED_UNITS}
    constraint(m.step, m.RAMPED_UNITS, rule=unit_ramp_up, where=where)
    constraint(m.step, m.RAMPED_UNITS, rule=unit_ramp_down, where=where)


def _reach(m: ConcreteModel, plant: Technology) -> float:
    """Share of capacity by which output may change from one step to the next; 1 and more is no limit."""
    return 1.0 if plant.ramp_share_per_h is None else plant.ramp_share_per_h * m.grid.step_hours


def _rise(step: Block, n: str, g: str) -> object:
    return step.draw_mw[n, g] - previous(step.draw_mw[n, g], within=step.model().day, wrap=True)


def ramp_up(step: Block, n: str, g: str) -> object:
    """Output rises from step to step by no more than the ramp.

    draw_mw[n,g] - previous(draw_mw[n,g]) <= ramp_share_per_h[g] x hours x capacity_mw[n,g]

    Dual: worth of one more MW of ramp in this step.
    """
    m = step.model()
    return _rise(step, n, g) <= _reach(m, m.instance.technologies[g]) * m.period.capacity_mw[n, g]


def ramp_down(step: Block, n: str, g: str) -> object:
    """Output falls from step to step by no more than the ramp.

    previous(draw_mw[n,g]) - draw_mw[n,g] <= ramp_share_per_h[g] x hours x capacity_mw[n,g]

    Dual: worth of one more MW of ramp in this step.
    """
    m = step.model()
    return -_rise(step, n, g) <= _reach(m, m.instance.technologies[g]) * m.period.capacity_mw[n, g]


def _shares(step: Block, g: str) -> tuple[float, float, float]:
    """Ramp, jump at a start or stop, and minimum load of one unit (MW)."""
    m = step.model()
    plant = m.instance.technologies[g]
    ramp, least = _reach(m, plant) * plant.unit_mw, plant.min_load_share * plant.unit_mw
    return ramp, max(ramp, least), least


def unit_ramp_up(step: Block, n: str, g: str) -> object:
    """Output rises by no more than the ramp of units that stay online and the jump of those that start.

    draw_mw[n,g] - previous(draw_mw[n,g]) <= ramp x (online_units[n,g] - started_units[n,g])
        + max(ramp, minimum load) x started_units[n,g] - minimum load x stopped_units[n,g],
    ramp = ramp_share_per_h[g] x hours x unit_mw[g], minimum load = min_load_share[g] x unit_mw[g]

    Dual: worth of one more MW of ramp in this step.
    """
    ramp, jump, least = _shares(step, g)
    staying = step.online_units[n, g] - step.started_units[n, g]
    return _rise(step, n, g) <= ramp * staying + jump * step.started_units[n, g] - least * step.stopped_units[n, g]


def unit_ramp_down(step: Block, n: str, g: str) -> object:
    """Output falls by no more than the ramp of units that stay online and the jump of those that stop.

    previous(draw_mw[n,g]) - draw_mw[n,g] <= ramp x (online_units[n,g] - started_units[n,g])
        - minimum load x started_units[n,g] + max(ramp, minimum load) x stopped_units[n,g], as in unit_ramp_up

    Dual: worth of one more MW of ramp in this step.
    """
    ramp, jump, least = _shares(step, g)
    staying = step.online_units[n, g] - step.started_units[n, g]
    return -_rise(step, n, g) <= ramp * staying - least * step.started_units[n, g] + jump * step.stopped_units[n, g]

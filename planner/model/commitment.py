"""Commitment: power plant that comes in whole units, and units that start and stop.

Decides `plant_units_built` (period) where a technology has a unit size, and `online_units`, `started_units`,
`stopped_units` (step) where its units start and stop. Posts the cost of starts and stops to `cash`.

All units of a source are one cluster: the model counts how many are online, not which (Palmintier, Incorporating
Operational Flexibility into Electric Generation Planning, MIT 2013). With [dispatch] commitment = "relaxed" the count
is a fraction; with "integer" it is whole, and starts and stops follow it. Minimum times are rounded up to whole steps
(Rajan and Takriti, Minimum Up/Down Polytopes of the Unit Commitment Problem, IBM 2005).
"""

from __future__ import annotations

import math

import numpy as np
from pyomo.environ import Block, ConcreteModel, NonNegativeIntegers, NonNegativeReals, Set, Var
from scipy.sparse import csr_array

from planner.instance.instance import Instance
from planner.model.time import by_period, by_step, in_term
from planner.stamp import Relation, constraint, level_of, previous, relate, series
from planner.units import MUSD_PER_USD

_INDEX = ("node", "technology")
_WHOLE_STEP = 1e-9


def add_commitment(m: ConcreteModel, instance: Instance) -> None:
    """Add whole units of power plant and, where they start and stop, how many are online."""
    p, step, plants = m.period, m.step, instance.technologies
    whole = [i for i in m.SOURCES if plants[i[1]].unit_mw is not None]
    m.PLANTS = Set(dimen=2, initialize=whole, doc="sources that are built in whole units")
    p.plant_units_built = Var(m.PLANTS, within=NonNegativeIntegers, doc="units of power plant built (units)")
    m.counts.append(p.plant_units_built)
    constraint(p, m.PLANTS, rule=whole_units)
    _add_states(m, instance)
    constraint(step, m.COMMITTED, rule=unit_balance)
    constraint(step, m.COMMITTED, rule=online_limit)
    constraint(step, m.COMMITTED, rule=online_draw)
    constraint(step, [i for i in m.COMMITTED if plants[i[1]].min_load_share > 0], rule=minimum_load)
    constraint(step, [i for i in m.COMMITTED if plants[i[1]].min_up_h > 0], rule=minimum_up_time)
    constraint(step, [i for i in m.COMMITTED if plants[i[1]].min_down_h > 0], rule=minimum_down_time)
    costly = [i for i in m.COMMITTED if plants[i[1]].start_usd_per_mw or plants[i[1]].stop_usd_per_mw]
    m.cash.post(
        "starts and stops",
        step,
        Set(dimen=2, initialize=costly),
        rule=_starts_and_stops,
        doc="cost of starting and stopping units",
        heading="energy",
        index_names=_INDEX,
    )


def _add_states(m: ConcreteModel, instance: Instance) -> None:
    step = m.step
    integer = instance.settings.dispatch.commitment == "integer"
    counted = NonNegativeIntegers if integer else NonNegativeReals
    step.online_units = Var(m.COMMITTED, within=counted, doc="units online (units)")
    step.started_units = Var(m.COMMITTED, within=NonNegativeReals, doc="units that start with the step (units)")
    step.stopped_units = Var(m.COMMITTED, within=NonNegativeReals, doc="units that stop with the step (units)")
    if integer:
        m.counts.append(step.online_units)
    known = [i for i in m.COMMITTED if instance.power[i].initial_online_units is not None]
    m.STARTING = Set(dimen=2, initialize=known, doc="sources whose state before the first step is given")
    first = np.arange(len(m.grid.hour_of_year)) % m.grid.steps_per_day == 0
    there = {i: by_period(m, list(in_term(m, instance.power[i].available_until))) for i in m.STARTING}
    before = {i: there[i] * by_step(m, first * float(instance.power[i].initial_online_units)) for i in m.STARTING}
    series(
        step, "online_before", before, m.STARTING, unit="units", doc="units online before the first step; 0 in the rest"
    )


def units_in_service(m: ConcreteModel, n: str, g: str) -> object:
    """Return the units of a source in service (an expression of the period)."""
    return m.period.capacity_mw[n, g] / m.instance.technologies[g].unit_mw


def online_earlier(step: Block, n: str, g: str) -> object:
    """Return the units online one step earlier: in the same day or year, or as given before its first step."""
    m = step.model()
    if (n, g) not in m.STARTING:
        return previous(step.online_units[n, g], within=m.day, wrap=True)
    return previous(step.online_units[n, g], within=m.day, wrap=False) + step.online_before[n, g]


def _within(step: Block, variable: Var, n: str, g: str, hours: float) -> object:
    """Sum of a variable over the steps of the last hours, this one included; none lies before a given state."""
    m = step.model()
    steps = math.ceil(hours / m.grid.step_hours - _WHOLE_STEP)
    return relate(variable[n, g], _window(m, steps, wrap=(n, g) not in m.STARTING))


def _window(m: ConcreteModel, steps: int, wrap: bool) -> Relation:
    """The relation in which every step reads itself and the steps just before it in the same day or year, each once.

    With wrap the first step follows the last; a window never holds more than the day or year.
    """
    per_day, copies = m.grid.steps_per_day, len(level_of(m.step).copies)
    back = np.arange(min(steps, per_day))
    now = np.arange(copies)[:, None]
    within = now % per_day - back
    reads = now - now % per_day + within % per_day
    there = (within >= 0) | wrap
    entries = np.ones(there.sum()), (np.broadcast_to(now, there.shape)[there], reads[there])
    return Relation(level_of(m.step), level_of(m.step), csr_array(entries, shape=(copies, copies)))


def whole_units(p: Block, n: str, g: str) -> object:
    """Plant that comes in units is built in whole ones.

    capacity_built_mw[n,g] = unit_mw[g] x plant_units_built[n,g]

    Dual: worth of one more MW that is not part of a unit; 0 while the number of units is free.
    """
    return p.capacity_built_mw[n, g] == p.model().instance.technologies[g].unit_mw * p.plant_units_built[n, g]


def unit_balance(step: Block, n: str, g: str) -> object:
    """Units online are those online before, and those that start, less those that stop.

    online_units[n,g] = previous(online_units[n,g]) + started_units[n,g] - stopped_units[n,g]

    Before the first step of a day or year stand its last step, or the units that the source states.
    Dual: worth of one more unit online from this step on.
    """
    change = step.started_units[n, g] - step.stopped_units[n, g]
    return step.online_units[n, g] == online_earlier(step, n, g) + change


def online_limit(step: Block, n: str, g: str) -> object:
    """No more units are online than are in service.

    online_units[n,g] <= capacity_mw[n,g] / unit_mw[g]

    Dual: worth of one more unit in this step.
    """
    return step.online_units[n, g] <= units_in_service(step.model(), n, g)


def online_draw(step: Block, n: str, g: str) -> object:
    """Units online give no more than can run of their capacity.

    draw_mw[n,g] <= availability[n,g] x unit_mw[g] x online_units[n,g]

    Dual: scarcity of this source in this hour.
    """
    unit_mw = step.model().instance.technologies[g].unit_mw
    return step.draw_mw[n, g] <= unit_mw * step.availability[n, g] * step.online_units[n, g]


def minimum_load(step: Block, n: str, g: str) -> object:
    """A unit online gives at least its minimum load.

    draw_mw[n,g] >= min_load_share[g] x unit_mw[g] x online_units[n,g]

    Dual: cost of keeping one more MW at minimum load.
    """
    plant = step.model().instance.technologies[g]
    return step.draw_mw[n, g] >= plant.min_load_share * plant.unit_mw * step.online_units[n, g]


def minimum_up_time(step: Block, n: str, g: str) -> object:
    """Units that started within the minimum up time are online.

    sum of started_units[n,g] over the last min_up_h[g] <= online_units[n,g]

    Dual: worth of stopping one unit early.
    """
    hours = step.model().instance.technologies[g].min_up_h
    return _within(step, step.started_units, n, g, hours) <= step.online_units[n, g]


def minimum_down_time(step: Block, n: str, g: str) -> object:
    """Units that stopped within the minimum down time are offline.

    sum of stopped_units[n,g] over the last min_down_h[g] <= capacity_mw[n,g] / unit_mw[g] - online_units[n,g]

    Dual: worth of starting one unit early.
    """
    m = step.model()
    hours = m.instance.technologies[g].min_down_h
    offline = units_in_service(m, n, g) - step.online_units[n, g]
    return _within(step, step.stopped_units, n, g, hours) <= offline


def _starts_and_stops(step: Block, n: str, g: str) -> object:
    """Cost of a step's starts and stops, spread over its hours (M USD/h)."""
    m = step.model()
    plant = m.instance.technologies[g]
    starting = plant.start_usd_per_mw * step.started_units[n, g] + plant.stop_usd_per_mw * step.stopped_units[n, g]
    return -starting * plant.unit_mw * MUSD_PER_USD / m.grid.step_hours

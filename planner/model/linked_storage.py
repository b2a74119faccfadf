"""Linked storage: stores that carry energy from date to date over representative days.

Representative days forget in which order they come; a store that is filled in a windy week and emptied in a calm one
needs to know. So the state of a linked store has two parts. Within a representative day only the level relative to the
day's start counts, `relative_mwh` (step), with its extremes `low_mwh` and `high_mwh` (day) and its end, the day's
`swing_mwh`. Over the 365 dates, each lived through as its representative day, the level at the start of the date is
`carried_mwh` (date), cyclic over the year. All dates of a representative day charge and discharge alike.

What is stored at an hour is carried_mwh x (what standing loss leaves of it by then) + relative_mwh: exact, standing
loss included. Without standing loss the limits on it are exact as well. With it they are checked on the safe side,
against the carried energy as it is at the date's start (for the capacity) and at its end (for emptiness); the room
given away is at most what the carried energy loses in a day. A store in mode = year is the ordinary chain.

Posts nothing: what stores cost and do to the power ledger stands in the chapter on storage. The decomposition into a
level within days and a level between them follows Kotzur et al., Time series aggregation for energy system design:
Modeling seasonal storage, Applied Energy 213 (2018).
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, Expression, NonNegativeReals, NonPositiveReals, Reals, Var

from planner.instance.instance import Instance
from planner.model.storage import net_charge_mw, share_kept
from planner.stamp import constraint, last, previous
from planner.units import HOURS_PER_DAY


def add_linked_storage(m: ConcreteModel, instance: Instance) -> None:
    """Add the state of linked stores, within representative days and from date to date; nothing if there are none."""
    if not len(m.LINKED_STORES):
        return
    day, date, step = m.day, m.date, m.step
    step.relative_mwh = Var(
        m.LINKED_STORES, within=Reals, doc="energy stored at the end of the step, above the start of the day (MWh)"
    )
    day.low_mwh = Var(m.LINKED_STORES, within=NonPositiveReals, doc="lowest level of the day above its start (MWh)")
    day.high_mwh = Var(m.LINKED_STORES, within=NonNegativeReals, doc="highest level of the day above its start (MWh)")
    day.swing_mwh = Expression(m.LINKED_STORES, rule=_swing_mwh, doc="level the day ends at above its start (MWh)")
    date.carried_mwh = Var(m.LINKED_STORES, within=NonNegativeReals, doc="energy stored as the date begins (MWh)")
    for rule in (relative_charge, lowest_charge, highest_charge):
        constraint(step, m.LINKED_STORES, rule=rule)
    for rule in (carried_charge, carried_floor, carried_limit):
        constraint(date, m.LINKED_STORES, rule=rule)


def _swing_mwh(day: Block, n: str, b: str) -> object:
    return last(day.model().step.relative_mwh[n, b], per=day)


def _kept_a_day(m: ConcreteModel, b: str) -> float:
    return share_kept(m.instance.stores[b], HOURS_PER_DAY)


def relative_charge(step: Block, n: str, b: str) -> object:
    """Above the start of its day a store holds what the hours since then have brought, less standing loss.

    relative_mwh = (1 - loss_share_per_h)^hours x previous(relative_mwh, in the day, at first 0)
                   + hours x (efficiency_charge x charge_mw - discharge_mw / efficiency_discharge)

    Dual: worth of one stored MWh at the end of this hour, on all dates of this day.
    """
    m = step.model()
    kept = share_kept(m.instance.stores[b], m.grid.step_hours)
    before = previous(step.relative_mwh[n, b], within=m.day, wrap=False)
    return step.relative_mwh[n, b] == kept * before + step.hours * net_charge_mw(step, n, b)


def lowest_charge(step: Block, n: str, b: str) -> object:
    """No hour leaves less than the day's lowest level.

    low_mwh[n,b] <= relative_mwh[n,b]

    Dual: how much the dates of this day are short of energy in this hour.
    """
    return step.model().day.low_mwh[n, b] <= step.relative_mwh[n, b]


def highest_charge(step: Block, n: str, b: str) -> object:
    """No hour leaves more than the day's highest level.

    relative_mwh[n,b] <= high_mwh[n,b]

    Dual: how much the dates of this day are short of room in this hour.
    """
    return step.relative_mwh[n, b] <= step.model().day.high_mwh[n, b]


def carried_charge(date: Block, n: str, b: str) -> object:
    """A date begins with what the date before began with, less a day's standing loss, plus that day's swing.

    carried_mwh = previous((1 - loss_share_per_h)^24 x carried_mwh + swing_mwh), in calendar order; the last date of the
    year is followed by the first

    Dual: worth of one MWh stored as this date begins.
    """
    m = date.model()
    end = _kept_a_day(m, b) * date.carried_mwh[n, b] + m.day.swing_mwh[n, b]
    return date.carried_mwh[n, b] == previous(end, within=m.year, wrap=True)


def carried_floor(date: Block, n: str, b: str) -> object:
    """At its lowest on this date a store holds no less than nothing.

    (1 - loss_share_per_h)^24 x carried_mwh[n,b] + low_mwh[n,b] >= 0

    Dual: worth of one MWh more at the lowest hour of this date.
    """
    m = date.model()
    return _kept_a_day(m, b) * date.carried_mwh[n, b] + m.day.low_mwh[n, b] >= 0


def carried_limit(date: Block, n: str, b: str) -> object:
    """At its highest on this date a store holds no more than its energy capacity.

    carried_mwh[n,b] + high_mwh[n,b] <= store_mwh[n,b]

    Dual: worth of one more MWh of capacity on this date.
    """
    m = date.model()
    return date.carried_mwh[n, b] + m.day.high_mwh[n, b] <= m.period.store_mwh[n, b]

"""Leases: units rented in beside a site, and own units leased out.

Decides `leased_units` (period) and `running_rented` (step). Posts rent paid and rent earned to `cash`; what rented
units make joins what own units make (`serving`). Leases are take-or-pay: rent is due for every hour of the period.

Units rented in stand in the lessor's halls next to the site's network: their rent holds power, hall and cooling, so
they touch no ledger of the site but that of tokens, which leave from the site; it must be open. The lessor's halls lie
in the site's own jurisdiction, so only hardware that the site may hold can be rented there. Units leased out are own
units in service at full power around the clock. Broken units are rented like the others, whoever rents them.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Block, ConcreteModel, NonNegativeIntegers, NonNegativeReals, Set, Var

from planner.instance.instance import Instance
from planner.model.time import available, on_offer, when_available
from planner.stamp import constraint, series
from planner.units import HOURS_PER_YEAR, MUSD_PER_USD

_INDEX = ("site", "hardware", "lease")


def add_leases(m: ConcreteModel, instance: Instance) -> None:
    """Add the units on lease each way, and what the rented ones run."""
    _add_sets(m, instance)
    p, step = m.period, m.step
    series(p, "lease_units", _offered(m, instance), m.LEASES, unit="units", doc="most units on a lease in the period")
    p.leased_units = Var(m.LEASES, within=_counting, doc="units on a lease, rented in or leased out (units)")
    if len(m.LEASES):
        m.counts.append(p.leased_units)
    dates = {run: m.eligibility.rates[run[1:]].available_from for run in m.RENTED_RUNS}
    late = [run for run, date in dates.items() if date is not None]
    m.LATE_RENTED_RUNS = Set(dimen=4, initialize=late, doc="rented runs of points whose software comes later")
    most = {run: when_available(m, dates[run], None) for run in late}
    series(
        p, "rented_limit", most, m.LATE_RENTED_RUNS, unit="units", doc="0 before the point can be run, then no limit"
    )
    step.running_rented = Var(
        m.RENTED_RUNS,
        within=NonNegativeReals,
        bounds=_rented_bounds,
        doc="rented units running a point for a product (units)",
    )
    constraint(p, m.LEASES, rule=lease_limit)
    constraint(step, m.RENTED_FLEETS, rule=rented_at_work)
    _post(m, instance)


def leased_out(m: ConcreteModel, s: str, h: str) -> object:
    """Return the own units at a site that are leased out in a period (an expression; 0 without such leases)."""
    return sum(m.period.leased_units[i] for i in m.leases_out.get((s, h), []))


def most_rented(m: ConcreteModel, s: str, h: str) -> float:
    """Return the most units of a kind that can ever be rented at a site."""
    return sum(m.instance.leases[i[2]].max_units for i in m.leases_in.get((s, h), []))


def _add_sets(m: ConcreteModel, instance: Instance) -> None:
    offers = {(row.site, row.hardware, key): row for key, row in instance.leases.items()}
    # No unit can stand, so none can be leased out, where no cooling design fits the hardware.
    leases = {i: row for i, row in offers.items() if row.direction == "in" or i[:2] in m.FLEETS}
    m.LEASES = Set(dimen=3, initialize=list(leases), doc="terms on which units are rented in or leased out")
    m.leases_in, m.leases_out = {}, {}
    for i, row in leases.items():
        (m.leases_in if row.direction == "in" else m.leases_out).setdefault(i[:2], []).append(i)
    m.RENTED_FLEETS = Set(dimen=2, initialize=list(m.leases_in), doc="hardware that may be rented at a site")
    runs = [(s, h, k, p) for s, h in m.RENTED_FLEETS for (hardware, k, p) in m.eligibility.rates if hardware == h]
    m.RENTED_RUNS = Set(dimen=4, initialize=runs, doc="points that rented hardware at a site can run for a product")


def _offered(m: ConcreteModel, instance: Instance) -> dict[tuple, np.ndarray]:
    units = {}
    for i in m.LEASES:
        row = instance.leases[i[2]]
        exists = available(m, instance.hardware[row.hardware].available_from)
        units[i] = row.max_units * on_offer(m, row.available_from, row.until) * exists
    return units


def _counting(p: Block, s: str, h: str, lease: str) -> object:
    return NonNegativeIntegers if p.model().instance.hardware[h].whole_units else NonNegativeReals


def _rented_bounds(step: Block, *run: str) -> tuple:
    m = step.model()
    return 0, m.period.rented_limit[run] if run in m.LATE_RENTED_RUNS else None


def lease_limit(p: Block, s: str, h: str, lease: str) -> object:
    """No more units are on a lease than it offers, none outside its term and none at a site that is closed.

    leased_units[s,h,l] <= lease_units[l] x opened[s]

    Dual: worth of one more unit on the lease.
    """
    return p.leased_units[s, h, lease] <= p.lease_units[s, h, lease] * p.opened[s]


def rented_at_work(step: Block, s: str, h: str) -> object:
    """No more rented units run than are rented and not broken.

    sum over k, p of running_rented[s,h,k,p] <= availability[h] x sum over leases l in of leased_units[s,h,l]

    Dual: worth of one more rented unit in this hour.
    """
    m = step.model()
    running = sum(step.running_rented[run] for run in m.RENTED_RUNS if run[:2] == (s, h))
    rented = sum(m.period.leased_units[i] for i in m.leases_in[s, h])
    return running <= m.instance.hardware[h].availability * rented


def _post(m: ConcreteModel, instance: Instance) -> None:
    rent = {
        i: row.usd_per_accelerator_h * instance.hardware[i[1]].accelerators_per_unit * HOURS_PER_YEAR * MUSD_PER_USD
        for i in m.LEASES
        for row in [instance.leases[i[2]]]
    }
    for name, doc, heading, sign, leases in (
        ("units rented in", "rent of units beside the site", "purchases", -1, m.leases_in),
        ("units leased out", "rent earned by own units", "revenue", 1, m.leases_out),
    ):
        if not leases:
            continue
        m.cash.post(
            name,
            m.period,
            Set(dimen=3, initialize=[i for group in leases.values() for i in group]),
            rule=lambda p, *i, sign=sign: sign * rent[i] * p.leased_units[i],
            doc=doc,
            heading=heading,
            index_names=_INDEX,
        )

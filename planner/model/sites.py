"""Sites: which open, and how many megawatts of halls they get.

Decides `opened` and `hall_built_mw` (period). Posts the base load to `power`, halls and opening to `capex`, upkeep and
fixed cost to `cash`. Whatever has a date counts in a period only if it is there on the period's first day.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Expression, NonNegativeReals, Set, Var

from planner.instance.instance import Instance
from planner.model.time import available
from planner.stamp import constraint, in_service, previous, series
from planner.units import MUSD_PER_MW_FROM_USD_PER_KW


def add_sites(m: ConcreteModel, instance: Instance) -> None:
    """Add the sites, their opening and their halls."""
    p = m.period
    m.SITES = Set(initialize=list(instance.sites), doc="places where racks can stand")
    limits = {s: _power_limits(instance, s) for s in m.SITES}
    series(p, "power_limit_mw", limits, m.SITES, unit="MW", doc="most that the facility may draw")
    may_open = {s: available(m, instance.sites[s].opening_date) for s in m.SITES}
    series(p, "may_open", may_open, m.SITES, unit="0 or 1", doc="1 if the site can be open in the period")
    p.opened = Var(
        m.SITES, within=Binary, bounds=lambda p, s: (0, p.may_open[s]), doc="1 once the site is open (0 or 1)"
    )
    p.openings = Expression(m.SITES, rule=_openings, doc="1 in the period in which the site opens (0 or 1)")
    p.hall_built_mw = Var(m.SITES, within=NonNegativeReals, doc="IT load for which halls are built (MW IT)")
    p.hall_mw = Expression(m.SITES, rule=_hall_mw, doc="IT load that the halls in service can hold (MW IT)")
    constraint(p, m.SITES, rule=site_stays_open)
    constraint(p, m.SITES, rule=hall_limit)
    _post(m, instance)


def largest_hall_mw(instance: Instance, s: str) -> float:
    """Return the IT load no plan can exceed at a site (MW IT): its hall limit, or what may be provisioned."""
    limit, provisioned = instance.sites[s].hall_limit_mw, largest_provisioned_mw(instance, s)
    return provisioned if limit is None else min(limit, provisioned)


def largest_provisioned_mw(instance: Instance, s: str) -> float:
    """Return the most that may ever be provisioned at a site (MW)."""
    return instance.sites[s].oversubscription * float(_power_limits(instance, s).max())


def _power_limits(instance: Instance, s: str) -> np.ndarray:
    rows = [instance.site_periods.get((s, period)) for period in instance.periods]
    return np.array([instance.sites[s].power_limit_mw if row is None else row.power_limit_mw for row in rows])


def _openings(p: Block, s: str) -> object:
    return p.opened[s] - previous(p.opened[s], within=p.model(), wrap=False)


def _hall_mw(p: Block, s: str) -> object:
    return in_service(p.hall_built_mw[s], life_years=p.model().instance.sites[s].shell_life_years)


def site_stays_open(p: Block, s: str) -> object:
    """A site that is open stays open.

    openings[s] = opened[s] - previous(opened[s]) >= 0

    Dual: what closing the site again would be worth.
    """
    return p.openings[s] >= 0


def hall_limit(p: Block, s: str) -> object:
    """Halls stand only at open sites, and only up to what the site can hold.

    hall_mw[s] <= hall_limit_mw[s] x opened[s], a blank limit being oversubscription x power limit

    Dual: worth of one more MW of room for halls.
    """
    return p.hall_mw[s] <= largest_hall_mw(p.model().instance, s) * p.opened[s]


def _post(m: ConcreteModel, instance: Instance) -> None:
    p, sites = m.period, instance.sites
    shell = {s: row.shell_capex_usd_per_kw_it * MUSD_PER_MW_FROM_USD_PER_KW for s, row in sites.items()}
    m.power.post(
        "base load",
        m.step,
        m.SITES,
        rule=lambda step, s: -sites[s].base_load_mw * p.opened[s],
        doc="load of an open site apart from IT, cooling and losses",
        heading="facility",
        index_names=("site",),
    )
    m.capex.post(
        "halls",
        p,
        m.SITES,
        rule=lambda p, s: shell[s] * p.hall_built_mw[s],
        doc="halls without cooling and power plant",
        life_years=lambda s: sites[s].shell_life_years,
        index_names=("site",),
    )
    m.capex.post(
        "opening",
        p,
        m.SITES,
        rule=lambda p, s: sites[s].opening_capex_musd * p.openings[s],
        doc="one-off cost of opening sites",
        life_years=lambda s: sites[s].opening_life_years,
        index_names=("site",),
    )
    m.cash.post(
        "halls upkeep",
        p,
        m.SITES,
        rule=lambda p, s: -shell[s] * sites[s].shell_fom_share_per_yr * p.hall_mw[s],
        doc="upkeep of halls in service",
        heading="upkeep",
        index_names=("site",),
    )
    m.cash.post(
        "site fixed cost",
        p,
        m.SITES,
        rule=lambda p, s: -sites[s].fixed_cost_musd_per_yr * p.opened[s],
        doc="yearly cost of open sites",
        heading="upkeep",
        index_names=("site",),
    )

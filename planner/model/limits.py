"""Limits: the gigawatt, in two rules with two prices.

The running rule bounds what a facility draws in any hour and sets the bill; the provisioned rule bounds what may be
installed, all racks at full power on the design day, and lets racks that never peak together share the limit.
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, Expression

from planner.instance.instance import Instance
from planner.model.cooling import overhead_at
from planner.model.hardware import unit_mw
from planner.stamp import constraint


def add_limits(m: ConcreteModel, instance: Instance) -> None:
    """Add the running and the provisioned gigawatt limit of every site."""
    m.step.facility_mw = Expression(m.SITES, initialize=_facility_mw(m), doc="load of the facility (MW)")
    m.period.provisioned_mw = Expression(
        m.SITES, rule=_provisioned_mw, doc="load of the facility with every unit at full power on the design day (MW)"
    )
    firm = {s: row.firm_share * (1 + row.firm_margin) for s, row in instance.sites.items()}
    m.firm.post(
        "provisioned load",
        m.period,
        m.SITES,
        rule=lambda p, s: -firm[s] * p.provisioned_mw[s],
        doc="load that must be backed by firm capacity, margin included",
        index_names=("site",),
    )
    constraint(m.step, m.SITES, rule=gigawatt_limit)
    constraint(m.period, m.SITES, rule=provisioned_limit)


def _facility_mw(m: ConcreteModel) -> dict[str, object]:
    """Return the load of every site: what was posted to power under the heading facility, turned round."""
    load: dict[str, object] = dict.fromkeys(m.SITES, 0.0)
    for post in m.power.posts:
        if post.heading == "facility":
            for index, term in post.expression.items():
                load[index[0] if isinstance(index, tuple) else index] -= term
    return load


def _provisioned_mw(p: Block, s: str) -> object:
    m = p.model()
    site, cooling = m.instance.sites[s], m.instance.cooling
    load = 0.0
    for index in m.halls_at.get(s, []):
        _, h, c = index
        overhead = float(overhead_at(cooling[c], site.design_day_c))
        load += p.units[index] * unit_mw(m.instance, h) * (1 + overhead + site.loss_share)
    return load + site.base_load_mw * p.opened[s]


def gigawatt_limit(step: Block, s: str) -> object:
    """The running rule: in no hour does the facility draw more than its power limit.

    facility_mw[s] = sum over h, c of (1 + overhead[s,c] + loss_share[s]) x it_mw[s,h,c] + base_load_mw[s] x opened[s]
                  <= power_limit_mw[s] x opened[s]

    Dual: worth of one more MW in this hour.
    """
    p = step.model().period
    return step.facility_mw[s] <= p.power_limit_mw[s] * p.opened[s]


def provisioned_limit(p: Block, s: str) -> object:
    """The provisioned rule: what is installed may exceed the power limit only by the oversubscription.

    provisioned_mw[s] = sum over h, c of units[s,h,c] x unit_kw_max[h]/1000 x (1 + design-day overhead + loss_share[s])
                        + base_load_mw[s] x opened[s] <= oversubscription[s] x power_limit_mw[s] x opened[s]

    Dual: worth of one more MW of installed load.
    """
    m = p.model()
    return p.provisioned_mw[s] <= m.instance.sites[s].oversubscription * p.power_limit_mw[s] * p.opened[s]

"""Tightening: rows that whole numbers imply anyway and that keep the relaxation strong.

A fraction of a yes should buy no more than a fraction of what the yes allows: what a market takes from a site is tied
to the site being open, and what software makes for a product to the software being adopted. Every row leaves a hair of
room (`_ROOM`), so that it never takes the price away from the rule that states the limit.
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, Set

from planner.instance.instance import Instance
from planner.model.serving import made_gtok_per_unit_h, rate_of
from planner.stamp import constraint, total
from planner.units import DAYS_PER_YEAR

_ROOM = 1.001


def add_tightening(m: ConcreteModel, instance: Instance) -> None:
    """Tie flows to open sites, and what software makes to its adoption."""
    costly = {s for s, row in instance.sites.items() if row.opening_capex_musd > 0 or row.fixed_cost_musd_per_yr > 0}
    m.flows_of_pair, m.runs_of_software = {}, {}
    for s, market, number, p in m.FLOWS:
        if s in costly:
            m.flows_of_pair.setdefault((s, market, p), []).append((s, market, number, p))
    for run in m.RUNS:
        w = rate_of(m, *run[1:]).stack
        if w in m.STACKS:
            m.runs_of_software.setdefault((w, run[3]), []).append(run)
    m.TIED = Set(dimen=3, initialize=list(m.flows_of_pair), doc="sites with a fixed cost, their markets and products")
    m.USES = Set(dimen=2, initialize=list(m.runs_of_software), doc="software that must be adopted, by product")
    constraint(m.year, m.TIED, rule=open_to_serve)
    constraint(m.year, m.USES, rule=adopted_to_make)


def open_to_serve(year: Block, s: str, market: str, p: str) -> object:
    """A closed site serves nobody: no market takes more from a site in a year than all its demand, if it is open.

    total over the year of flow_gtok_per_h[s,market,*,p] <= 1.001 x yearly demand[market,p] x opened[s]

    Dual: 0 but for rounding; the row only guides the search.
    """
    m = year.model()
    served = total(sum(m.step.flow_gtok_per_h[i] for i in m.flows_of_pair[s, market, p]), per=year)
    room = _ROOM * m.yearly_demand_gtok[market, p] / DAYS_PER_YEAR
    return served / DAYS_PER_YEAR <= room * m.period.opened[s]


def adopted_to_make(year: Block, w: str, p: str) -> object:
    """Software that is not adopted makes nothing: it makes no more in a year than all demand for a product, if adopted.

    total over the year of tokens of product p made by points of software w <= 1.001 x yearly demand[p] x adopted[w]

    Dual: 0 but for rounding; the row only guides the search.
    """
    m = year.model()
    runs = m.runs_of_software[w, p]
    made = total(sum(made_gtok_per_unit_h(m, *run[1:]) * m.step.running_units[run] for run in runs), per=year)
    room = _ROOM * sum(gtok for (_, product), gtok in m.yearly_demand_gtok.items() if product == p) / DAYS_PER_YEAR
    return made / DAYS_PER_YEAR <= room * m.period.adopted[w]

"""Tightening: rows that whole numbers imply anyway and that keep the relaxation strong.

A fraction of a yes should buy no more than a fraction of what the yes allows: what a market takes from a site is tied
to the site being open, and what software makes for a product to the software being adopted. Every row leaves a hair of
room (`_ROOM`), so that it never takes the price away from the rule that states the limit.
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, Set

from planner.instance.instance import Instance
from planner.model.serving import made_gtok_per_h, rate_of
from planner.model.wholesale import yearly_wanted_gtok
from planner.stamp import constraint, total
from planner.units import DAYS_PER_YEAR

_ROOM = 1.001
WATER_SCALE_M3 = 1e3  # keeps the coefficients of these rows near 1


def add_tightening(m: ConcreteModel, instance: Instance) -> None:
    """Tie flows to open sites, and what software makes to its adoption."""
    costly = {s for s, row in instance.sites.items() if row.opening_capex_musd > 0 or row.fixed_cost_musd_per_yr > 0}
    m.flows_of_pair, m.runs_of_software = {}, {}
    for s, market, number, p in m.FLOWS:
        if s in costly:
            m.flows_of_pair.setdefault((s, market, p), []).append((s, market, number, p))
    for run in m.EVERY_RUN:
        w = rate_of(m, *run[1:]).stack
        if w in m.STACKS:
            m.runs_of_software.setdefault((w, run[3]), []).append(run)
    m.TIED = Set(dimen=3, initialize=list(m.flows_of_pair), doc="sites with a fixed cost, their markets and products")
    batch = [use for use in m.runs_of_software if instance.products[use[1]].deadline_h is not None]
    m.BATCH_USES = Set(dimen=2, initialize=batch, doc="software that must be adopted, by batch product")
    at_once = [use for use in m.runs_of_software if use not in m.BATCH_USES]
    m.USES = Set(dimen=2, initialize=at_once, doc="software that must be adopted, by product served at once")
    m.segments_of_product = {}
    for key in m.SEGMENTS:
        m.segments_of_product.setdefault(key[1], []).append(key)
    wet = [(s, c) for s, c in m.CHOICES if s in m.WATER_LIMITED and instance.cooling[c].water_m3_per_mwh > 0]
    m.WET_CHOICES = Set(dimen=2, initialize=wet, doc="designs that drink, at sites with a water right")
    constraint(m.year, m.TIED, rule=open_to_serve)
    constraint(m.year, m.BATCH_USES, rule=adopted_to_make)
    constraint(m.step, m.USES, rule=adopted_to_make_now)
    constraint(m.year, m.WET_CHOICES, rule=chosen_to_drink)


def open_to_serve(year: Block, s: str, market: str, p: str) -> object:
    """A closed site serves nobody: no market takes more from a site in a year than all its demand, if it is open.

    total over the year of carried_gtok_per_h[s,market,*,p] <= 1.001 x yearly demand[market,p] x opened[s]

    Dual: 0 but for rounding; the row only guides the search.
    """
    m = year.model()
    served = total(sum(m.step.carried_gtok_per_h[i] for i in m.flows_of_pair[s, market, p]), per=year)
    room = _ROOM / DAYS_PER_YEAR * yearly_wanted_gtok(m, market, p)
    return served / DAYS_PER_YEAR <= room * m.period.opened[s]


def adopted_to_make(year: Block, w: str, p: str) -> object:
    """Software that is not adopted makes nothing: it makes no more in a year than all demand for a product, if adopted.

    total over the year of tokens of product p made by points of software w <= 1.001 x yearly demand[p] x adopted[w]

    Dual: 0 but for rounding; the row only guides the search.
    """
    m = year.model()
    runs = m.runs_of_software[w, p]
    made = total(made_gtok_per_h(m.step, runs), per=year)
    wanted = sum(yearly_wanted_gtok(m, market, p) for market in m.MARKETS)
    return made / DAYS_PER_YEAR <= _ROOM / DAYS_PER_YEAR * wanted * m.period.adopted[w]


def adopted_to_make_now(step: Block, w: str, p: str) -> object:
    """What is served at once is bound hour by hour: software makes no more than the hour's demand, if adopted.

    tokens of product p made by points of software w <= 1.001 x demand_gtok_per_h[p] x adopted[w],
    wholesale offers counting as demand

    Dual: 0 but for rounding; the row only guides the search.
    """
    m = step.model()
    made = made_gtok_per_h(step, m.runs_of_software[w, p])
    demand = sum(step.demand_gtok_per_h[key] for key in m.segments_of_product.get(p, []))
    demand += sum(m.period.wholesale_gtok_per_h[i] for i in m.wholesale_sales if i[1] == p)
    return made <= _ROOM * demand * m.period.adopted[w]


def chosen_to_drink(year: Block, s: str, c: str) -> object:
    """A design that is not chosen uses no water: it uses no more than the site's whole right, if chosen.

    total over the year of water of design c <= 1.001 x water_limit_m3_per_yr[s] x cooling_chosen[s,c]

    Dual: 0 but for rounding; the row only guides the search.
    """
    m = year.model()
    per_mwh = m.instance.cooling[c].water_m3_per_mwh
    right = m.instance.sites[s].water_limit_m3_per_yr
    used = total(m.step.heat_removed_mw[s, c], per=year) * (per_mwh / WATER_SCALE_M3)
    return used <= _ROOM * right / WATER_SCALE_M3 * m.period.cooling_chosen[s, c]

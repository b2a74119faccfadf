"""Contracts for one site: segments whose tokens must all come from the same place.

Decides `served_from` (year) and `accepted_at` (year): which site serves such a segment, and what share of it travels
over each of that site's routes. The routes carry it beside the pooled flow of the product (`network`), in the
segment's own shape; the site may change from year to year, as contracts are renewed.
"""

from __future__ import annotations

from pyomo.environ import Binary, Block, ConcreteModel, NonNegativeReals, Set, Var

from planner.instance.instance import Instance
from planner.model.network import possible_flows
from planner.stamp import constraint

_ROOM = 1.001  # so that the price of a segment taken whole stays with segment_volume


def add_contracts(m: ConcreteModel, instance: Instance) -> None:
    """Add the site that serves each such segment, and the routes it takes."""
    single = [key for key, row in instance.demand.items() if row.single_site]
    hauls = [
        (market, p, j, s, number)
        for market, p, j in single
        for s, to, number, product in possible_flows(m)
        if (to, product) == (market, p)
    ]
    m.SINGLE_SITE = Set(dimen=3, initialize=single, doc="contract segments that one site must serve alone")
    m.HAULS = Set(dimen=5, initialize=hauls, doc="such segments, sites that may serve them and their routes")
    m.HOSTS = Set(dimen=4, initialize=list(dict.fromkeys(i[:4] for i in hauls)), doc="such segments and those sites")
    m.hauls_of_flow = {}
    for market, p, j, s, number in hauls:
        m.hauls_of_flow.setdefault((s, market, number, p), []).append((market, p, j, s, number))
    year = m.year
    year.accepted_at = Var(m.HAULS, within=NonNegativeReals, doc="share of a segment carried on a route (share)")
    year.served_from = Var(m.HOSTS, within=Binary, doc="1 if the site serves the segment (0 or 1)")
    constraint(year, m.SINGLE_SITE, rule=one_site)
    constraint(year, m.HOSTS, rule=from_that_site)


def close_contracts(m: ConcreteModel) -> None:
    """Tie what is carried of such segments to what is taken of them."""
    constraint(m.year, m.SINGLE_SITE, rule=served_in_full)


def one_site(year: Block, market: str, p: str, j: str) -> object:
    """A segment that asks for one site is served from at most one.

    sum over s of served_from[market,p,j,s] <= 1

    Dual: worth of serving the segment from a second site.
    """
    return sum(year.served_from[i] for i in year.model().HOSTS if i[:3] == (market, p, j)) <= 1


def from_that_site(year: Block, market: str, p: str, j: str, s: str) -> object:
    """Such a segment travels only over routes of the site that serves it.

    sum over routes r of s of accepted_at[market,p,j,s,r] <= 1.001 x served_from[market,p,j,s]

    Dual: worth of serving the segment from this site.
    """
    m = year.model()
    routes = [i for i in m.HAULS if i[:4] == (market, p, j, s)]
    return sum(year.accepted_at[i] for i in routes) <= _ROOM * year.served_from[market, p, j, s]


def served_in_full(year: Block, market: str, p: str, j: str) -> object:
    """What is taken of such a segment is carried from its site.

    sum over s, r of accepted_at[market,p,j,s,r] = taken[market,p,j]

    Dual: cost of serving the whole segment from its site.
    """
    routes = [i for i in year.model().HAULS if i[:3] == (market, p, j)]
    return sum(year.accepted_at[i] for i in routes) == year.taken[market, p, j]

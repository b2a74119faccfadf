"""Network: how tokens travel from sites to markets, over links of limited capacity and within the latency they allow.

Decides `flow_gtok_per_h` (step), `booked_gbps`, `added_gbps` and `link_builds` (period). Posts what is carried to
`tokens`, traffic and capacity to `cash` and `capex`. Answers load a link in its direction, prompts load it the other
way; each way has full capacity. What a route carries is the pooled flow of a product and its part of the contracts that
ask for one site; every load, cost and balance reads that one sum, `carried_gtok_per_h`.

A link with a one-off cost does not exist until it is built, what it is said to have today included, and is gone when
its life is over.
"""

from __future__ import annotations

from bisect import bisect_left

from pyomo.environ import Binary, Block, ConcreteModel, Expression, NonNegativeReals, Set, Var

from planner.instance.demand import token_shares
from planner.instance.instance import Instance
from planner.model.serving import made_gtok_per_h, rate_of
from planner.model.wholesale import yearly_wanted_gtok
from planner.stamp import constraint, in_service, total
from planner.units import (
    DAYS_PER_YEAR,
    GB_PER_GTOK_BYTE,
    GBPS_FROM_GTOK_PER_H_BYTES,
    MUSD_PER_USD,
)

_ROOM = 1.001  # so that the row of a link that is built has no price of its own
_LINK = ("origin", "destination", "kind")
_FLOW = ("site", "market", "route", "product")


def add_network(m: ConcreteModel, instance: Instance) -> None:
    """Add flows on routes, their links and the latency ladder."""
    _add_sets(m, instance)
    p, step = m.period, m.step
    step.flow_gtok_per_h = Var(
        m.POOLED, within=NonNegativeReals, doc="tokens of all kinds on a route, contracts for one site apart (Gtok/h)"
    )
    step.carried_gtok_per_h = Expression(m.FLOWS, rule=_carried, doc="tokens of all kinds on a route (Gtok/h)")
    p.link_builds = Var(m.FIXED_LINKS, within=Binary, doc="1 in the period in which the link is built (0 or 1)")
    p.link_built = Expression(m.FIXED_LINKS, rule=_link_built, doc="1 while the link exists (0 or 1)")
    p.added_gbps = Var(m.EXPANDABLE, within=NonNegativeReals, doc="link capacity added (Gbps)")
    p.booked_gbps = Var(m.METERED, within=NonNegativeReals, doc="link capacity booked, each way (Gbps)")
    p.link_gbps = Expression(m.METERED, rule=_link_gbps, doc="link capacity that can be booked (Gbps)")
    constraint(step, m.METERED, rule=answers_fit)
    constraint(step, m.METERED, rule=prompts_fit)
    constraint(p, [e for e in m.METERED if instance.links[e].gbps is not None], rule=booking_limit)
    constraint(p, m.EXPANDABLE, rule=expansion_limit)
    constraint(p, m.FIXED_LINKS, rule=link_built_once)
    constraint(m.year, m.FIXED_LOADS, rule=built_to_carry)
    constraint(step, m.RUNGS, rule=latency_ladder)
    _post(m, instance)
    _post_construction(m, instance)


def possible_flows(m: ConcreteModel) -> list[tuple[str, str, int, str]]:
    """Return the routes that may carry a product that their site can make: site, market, route, product."""
    return [i for i in m.network.allowance_ms if (i[0], i[3]) in m.runs_of_make]


def _add_sets(m: ConcreteModel, instance: Instance) -> None:
    flows = possible_flows(m)
    m.FLOWS = Set(dimen=4, initialize=flows, doc="routes that may carry a product")
    shared = {key[:2] for key in m.SEGMENTS if key not in m.SINGLE_SITE} | {i[:2] for i in m.wholesale_sales}
    pooled = [i for i in flows if (i[1], i[3]) in shared]
    m.POOLED = Set(dimen=4, initialize=pooled, doc="routes that may carry what is not bound to one site")
    m.flows_of_link, m.flows_of_make = {}, {}
    for s, market, number, p in flows:
        m.flows_of_make.setdefault((s, p), []).append((s, market, number, p))
        for e in m.network.routes[s, market, number].links:
            m.flows_of_link.setdefault(e, []).append((s, market, number, p))
    used = list(m.flows_of_link)
    metered = [e for e in used if instance.links[e].gbps is not None or instance.links[e].usd_per_gbps_yr > 0]
    m.METERED = Set(dimen=3, initialize=metered, doc="links whose capacity is limited or paid for")
    expandable = [e for e in metered if instance.links[e].gbps is not None and instance.links[e].expandable_gbps > 0]
    m.EXPANDABLE = Set(dimen=3, initialize=expandable, doc="links that can be expanded")
    fixed = [e for e in used if instance.links[e].fixed_capex_musd > 0]
    m.FIXED_LINKS = Set(dimen=3, initialize=fixed, doc="links that do not exist until they are built")
    loads = [(*e, *load) for e in fixed for load in dict.fromkeys((i[1], i[3]) for i in m.flows_of_link[e])]
    m.FIXED_LOADS = Set(dimen=5, initialize=loads, doc="such links, and what may travel over them: market, product")
    m.RUNGS = Set(dimen=3, initialize=_rungs(m), doc="site, product and time to first token that some route needs (ms)")


def _rungs(m: ConcreteModel) -> list[tuple[str, str, float]]:
    """For each time to first token at a site, the longest allowance that is still too short for it.

    Between two such times all allowances ask for the same points, so the longest, which most routes are within, says
    it for all of them.
    """
    rungs = []
    for (s, p), flows in m.flows_of_make.items():
        allowances = sorted({m.network.allowance_ms[i] for i in flows})
        times = {rate_of(m, *run[1:]).ttft_ms for run in m.runs_of_make[s, p]}
        shorter = {bisect_left(allowances, ttft) for ttft in times} - {0}
        rungs += [(s, p, allowances[count - 1]) for count in sorted(shorter)]
    return rungs


def _carried(step: Block, *i: object) -> object:
    m = step.model()
    pooled = step.flow_gtok_per_h[i] if i in m.POOLED else 0.0
    hauls = m.hauls_of_flow.get(i, [])
    return pooled + sum(step.demand_gtok_per_h[haul[:3]] * m.year.accepted_at[haul] for haul in hauls)


def _link_built(p: Block, *e: str) -> object:
    return in_service(p.link_builds[e], life_years=p.model().instance.links[e].life_years)


def _exists(p: Block, e: tuple[str, str, str]) -> object:
    """Return 1 while a link exists; a link without a one-off cost always does."""
    return p.link_built[e] if e in p.model().FIXED_LINKS else 1.0


def _link_gbps(p: Block, *e: str) -> object:
    row = p.model().instance.links[e]
    added = in_service(p.added_gbps[e], life_years=row.life_years) if e in p.model().EXPANDABLE else 0.0
    return (row.gbps or 0.0) * _exists(p, e) + added


def _gbps(m: ConcreteModel, p: str) -> tuple[float, float]:
    """Return Gbps of (answers, prompts) per Gtok/h of a product."""
    row = m.instance.products[p]
    fresh, cached, output = token_shares(row)
    answers = output * row.bytes_per_output_token * GBPS_FROM_GTOK_PER_H_BYTES
    return answers, (fresh + cached) * row.bytes_per_input_token * GBPS_FROM_GTOK_PER_H_BYTES


def _gb_per_gtok(m: ConcreteModel, p: str) -> float:
    """Return traffic both ways per Gtok of a product (GB)."""
    row = m.instance.products[p]
    fresh, cached, output = token_shares(row)
    bytes_per_token = output * row.bytes_per_output_token + (fresh + cached) * row.bytes_per_input_token
    return bytes_per_token * GB_PER_GTOK_BYTE


def answers_fit(step: Block, *e: str) -> object:
    """Answers on a link stay within the booked capacity.

    sum over routes r over e, p of carried_gtok_per_h[r,p] x output share[p] x bytes_per_output_token[p]
    <= booked_gbps[e]

    Dual: worth of one more Gbps towards the markets in this hour.
    """
    m = step.model()
    load = sum(_gbps(m, i[3])[0] * step.carried_gtok_per_h[i] for i in m.flows_of_link[e])
    return load <= m.period.booked_gbps[e]


def prompts_fit(step: Block, *e: str) -> object:
    """Prompts on a link stay within the booked capacity the other way.

    sum over routes r over e, p of carried_gtok_per_h[r,p] x input share[p] x bytes_per_input_token[p]
    <= booked_gbps[e]

    Dual: worth of one more Gbps towards the sites in this hour.
    """
    m = step.model()
    load = sum(_gbps(m, i[3])[1] * step.carried_gtok_per_h[i] for i in m.flows_of_link[e])
    return load <= m.period.booked_gbps[e]


def booking_limit(p: Block, *e: str) -> object:
    """No more is booked than the link has, expansion included.

    booked_gbps[e] <= gbps[e] + added capacity in service[e]; with a one-off cost gbps[e] x link_built[e] + added

    Dual: worth of one more Gbps a year.
    """
    return p.booked_gbps[e] <= p.link_gbps[e]


def expansion_limit(p: Block, *e: str) -> object:
    """A link is expanded only so far, and only while it exists.

    added capacity in service[e] <= expandable_gbps[e]; with a one-off cost expandable_gbps[e] x link_built[e]

    Dual: worth of one more Gbps of room.
    """
    row = p.model().instance.links[e]
    return in_service(p.added_gbps[e], life_years=row.life_years) <= row.expandable_gbps * _exists(p, e)


def link_built_once(p: Block, *e: str) -> object:
    """A link that stands is not built a second time.

    link_built[e] = sum of link_builds[e] over the periods since, within life_years[e] <= 1

    Dual: worth of a second link like it.
    """
    return p.link_built[e] <= 1


def built_to_carry(year: Block, *load: str) -> object:
    """A link that was not built carries nothing, and one that was no more of a product than its market wants.

    total over the year of carried_gtok_per_h over routes over e to market, of p
    <= 1.001 x yearly demand[market,p] x link_built[e]

    Dual: 0 but for rounding where the link is built, where it only guides the search; else worth of the link by what
    it would carry.
    """
    m = year.model()
    e, market, p = load[:3], *load[3:]
    flows = [i for i in m.flows_of_link[e] if (i[1], i[3]) == (market, p)]
    carried = total(sum(m.step.carried_gtok_per_h[i] for i in flows), per=year)
    room = _ROOM / DAYS_PER_YEAR * yearly_wanted_gtok(m, market, p)
    return carried / DAYS_PER_YEAR <= room * m.period.link_built[e]


def latency_ladder(step: Block, s: str, p: str, tau: float) -> object:
    """Routes that leave at most tau ms for the first token carry no more than points that fast make.

    sum over routes r of s with max_ttft - rtt <= tau of carried_gtok_per_h[r,p]
    <= tokens made by points with ttft <= tau

    Who can serve a far market can serve a near one, so one row per time to first token of the points is exact.
    Dual: worth of one more fast Gtok in this hour.
    """
    m = step.model()
    far = [i for i in m.flows_of_make[s, p] if m.network.allowance_ms[i] <= tau]
    fast = [run for run in m.runs_of_make[s, p] if rate_of(m, *run[1:]).ttft_ms <= tau]
    return sum(step.carried_gtok_per_h[i] for i in far) <= made_gtok_per_h(step, fast)


def _post(m: ConcreteModel, instance: Instance) -> None:
    links = instance.links
    m.SENDS = Set(
        dimen=5, initialize=[(i[0], i[3], i[1], i[2], "out") for i in m.FLOWS], doc="flows seen from the site"
    )
    m.ARRIVALS = Set(
        dimen=5, initialize=[(i[1], i[3], i[0], i[2], "in") for i in m.FLOWS], doc="flows seen from the market"
    )
    m.tokens.post(
        "sent",
        m.step,
        m.SENDS,
        rule=lambda step, s, p, market, number, _: -step.carried_gtok_per_h[s, market, number, p],
        doc="tokens sent to markets",
        index_names=("site", "product", "market", "route", "direction"),
    )
    m.tokens.post(
        "delivered",
        m.step,
        m.ARRIVALS,
        rule=lambda step, market, p, s, number, _: step.carried_gtok_per_h[s, market, number, p],
        doc="tokens delivered to a market",
        index_names=("market", "product", "site", "route", "direction"),
    )
    usd_per_gtok = {i: _route_usd_per_gb(m, i) * _gb_per_gtok(m, i[3]) for i in m.FLOWS}
    m.cash.post(
        "traffic",
        m.step,
        Set(dimen=4, initialize=[i for i, usd in usd_per_gtok.items() if usd > 0]),
        rule=lambda step, *i: -usd_per_gtok[i] * MUSD_PER_USD * step.carried_gtok_per_h[i],
        doc="traffic by volume",
        heading="network",
        index_names=_FLOW,
    )
    m.cash.post(
        "transit",
        m.period,
        m.METERED,
        rule=lambda p, *e: -links[e].usd_per_gbps_yr * MUSD_PER_USD * p.booked_gbps[e],
        doc="booked network capacity",
        heading="network",
        index_names=_LINK,
    )
    m.capex.post(
        "links",
        m.period,
        m.EXPANDABLE,
        rule=lambda p, *e: links[e].capex_usd_per_gbps * MUSD_PER_USD * p.added_gbps[e],
        doc="network capacity added",
        life_years=lambda *e: links[e].life_years,
        index_names=_LINK,
    )


def _post_construction(m: ConcreteModel, instance: Instance) -> None:
    if not len(m.FIXED_LINKS):
        return
    links = instance.links
    m.capex.post(
        "link construction",
        m.period,
        m.FIXED_LINKS,
        rule=lambda p, *e: links[e].fixed_capex_musd * p.link_builds[e],
        doc="one-off cost of having a link at all",
        life_years=lambda *e: links[e].life_years,
        index_names=_LINK,
    )


def _route_usd_per_gb(m: ConcreteModel, flow: tuple[str, str, int, str]) -> float:
    return sum(m.instance.links[e].usd_per_gb for e in m.network.routes[flow[:3]].links)

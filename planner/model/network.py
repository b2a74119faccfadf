"""Network: how tokens travel from sites to markets, over links of limited capacity and within the latency they allow.

Decides `flow_gtok_per_h` (step), `booked_gbps` and `added_gbps` (period). Posts flows to `tokens`, traffic and capacity
to `cash` and `capex`. Answers load a link in its direction, prompts load it the other way; each way has full capacity.
"""

from __future__ import annotations

from bisect import bisect_left

from pyomo.environ import Block, ConcreteModel, Expression, NonNegativeReals, Set, Var

from planner.instance.demand import token_shares
from planner.instance.instance import Instance
from planner.model.serving import made_gtok_per_h, rate_of
from planner.stamp import constraint, in_service
from planner.units import (
    GB_PER_GTOK_BYTE,
    GBPS_FROM_GTOK_PER_H_BYTES,
    MUSD_PER_USD,
)

_LINK = ("origin", "destination", "kind")
_FLOW = ("site", "market", "route", "product")


def add_network(m: ConcreteModel, instance: Instance) -> None:
    """Add flows on routes, their links and the latency ladder."""
    _add_sets(m, instance)
    p, step = m.period, m.step
    step.flow_gtok_per_h = Var(m.FLOWS, within=NonNegativeReals, doc="tokens of all kinds on a route (Gtok/h)")
    p.added_gbps = Var(m.EXPANDABLE, within=NonNegativeReals, doc="link capacity added (Gbps)")
    p.booked_gbps = Var(m.METERED, within=NonNegativeReals, doc="link capacity booked, each way (Gbps)")
    p.link_gbps = Expression(m.METERED, rule=_link_gbps, doc="link capacity that can be booked (Gbps)")
    constraint(step, m.METERED, rule=answers_fit)
    constraint(step, m.METERED, rule=prompts_fit)
    constraint(p, [e for e in m.METERED if instance.links[e].gbps is not None], rule=booking_limit)
    constraint(p, m.EXPANDABLE, rule=expansion_limit)
    constraint(step, m.RUNGS, rule=latency_ladder)
    _post(m, instance)


def _add_sets(m: ConcreteModel, instance: Instance) -> None:
    flows = [i for i in m.network.allowance_ms if (i[0], i[3]) in m.runs_of_make]
    m.FLOWS = Set(dimen=4, initialize=flows, doc="routes that may carry a product")
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


def _link_gbps(p: Block, *e: str) -> object:
    row = p.model().instance.links[e]
    added = in_service(p.added_gbps[e], life_years=row.life_years) if e in p.model().EXPANDABLE else 0.0
    return (row.gbps or 0.0) + added


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

    sum over routes r over e, p of flow_gtok_per_h[r,p] x output share[p] x bytes_per_output_token[p] <= booked_gbps[e]

    Dual: worth of one more Gbps towards the markets in this hour.
    """
    m = step.model()
    load = sum(_gbps(m, i[3])[0] * step.flow_gtok_per_h[i] for i in m.flows_of_link[e])
    return load <= m.period.booked_gbps[e]


def prompts_fit(step: Block, *e: str) -> object:
    """Prompts on a link stay within the booked capacity the other way.

    sum over routes r over e, p of flow_gtok_per_h[r,p] x input share[p] x bytes_per_input_token[p] <= booked_gbps[e]

    Dual: worth of one more Gbps towards the sites in this hour.
    """
    m = step.model()
    load = sum(_gbps(m, i[3])[1] * step.flow_gtok_per_h[i] for i in m.flows_of_link[e])
    return load <= m.period.booked_gbps[e]


def booking_limit(p: Block, *e: str) -> object:
    """No more is booked than the link has, expansion included.

    booked_gbps[e] <= gbps[e] + added capacity in service[e]

    Dual: worth of one more Gbps a year.
    """
    return p.booked_gbps[e] <= p.link_gbps[e]


def expansion_limit(p: Block, *e: str) -> object:
    """A link is expanded only so far.

    added capacity in service[e] <= expandable_gbps[e]

    Dual: worth of one more Gbps of room.
    """
    row = p.model().instance.links[e]
    return in_service(p.added_gbps[e], life_years=row.life_years) <= row.expandable_gbps


def latency_ladder(step: Block, s: str, p: str, tau: float) -> object:
    """Routes that leave at most tau ms for the first token carry no more than points that fast make.

    sum over routes r of s with max_ttft - rtt <= tau of flow_gtok_per_h[r,p] <= tokens made by points with ttft <= tau

    Who can serve a far market can serve a near one, so one row per time to first token of the points is exact.
    Dual: worth of one more fast Gtok in this hour.
    """
    m = step.model()
    far = [i for i in m.flows_of_make[s, p] if m.network.allowance_ms[i] <= tau]
    fast = [run for run in m.runs_of_make[s, p] if rate_of(m, *run[1:]).ttft_ms <= tau]
    return sum(step.flow_gtok_per_h[i] for i in far) <= made_gtok_per_h(step, fast)


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
        rule=lambda step, s, p, market, number, _: -step.flow_gtok_per_h[s, market, number, p],
        doc="tokens sent to markets",
        index_names=("site", "product", "market", "route", "direction"),
    )
    m.tokens.post(
        "delivered",
        m.step,
        m.ARRIVALS,
        rule=lambda step, market, p, s, number, _: step.flow_gtok_per_h[s, market, number, p],
        doc="tokens delivered to a market",
        index_names=("market", "product", "site", "route", "direction"),
    )
    usd_per_gtok = {i: _route_usd_per_gb(m, i) * _gb_per_gtok(m, i[3]) for i in m.FLOWS}
    m.cash.post(
        "traffic",
        m.step,
        Set(dimen=4, initialize=[i for i, usd in usd_per_gtok.items() if usd > 0]),
        rule=lambda step, *i: -usd_per_gtok[i] * MUSD_PER_USD * step.flow_gtok_per_h[i],
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


def _route_usd_per_gb(m: ConcreteModel, flow: tuple[str, str, int, str]) -> float:
    return sum(m.instance.links[e].usd_per_gb for e in m.network.routes[flow[:3]].links)

"""Wholesale: tokens bought from other providers at a market, and spare tokens sold to them there.

Decides `traded_gtok_per_h` (step). Posts what is bought and sold to `tokens` at the market, and its price to `cash`.
Unlike a contract an offer is used hour by hour, up to a 24th of its daily volume in each. Tokens bought meet the
service level by contract and use no link; tokens sold arrive over the routes to the market, within the service level.
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, NonNegativeReals, Set, Var

from planner.instance.demand import indices
from planner.instance.instance import Instance
from planner.model.time import on_offer
from planner.stamp import constraint, series
from planner.units import DAYS_PER_YEAR, HOURS_PER_DAY, MUSD_PER_GTOK_FROM_USD_PER_MTOK

_INDEX = ("market", "product", "offer")


def add_wholesale(m: ConcreteModel, instance: Instance) -> None:
    """Add the tokens bought and sold wholesale."""
    rows = {(row.market, row.product, key): row for key, row in instance.wholesale.items()}
    m.WHOLESALE = Set(dimen=3, initialize=list(rows), doc="offers of other providers: market, product, offer")
    m.wholesale_sales = [i for i, row in rows.items() if row.direction == "sell"]
    m.wholesale_buys = [i for i, row in rows.items() if row.direction == "buy"]
    limits = {
        i: row.max_gtok_per_day / HOURS_PER_DAY * on_offer(m, row.available_from, row.until) for i, row in rows.items()
    }
    series(
        m.period,
        "wholesale_gtok_per_h",
        limits,
        m.WHOLESALE,
        unit="Gtok/h",
        doc="most tokens an offer takes in an hour",
    )
    prices = {i: row.usd_per_mtok * indices(instance, i[1], "price_index") for i, row in rows.items()}
    series(m.period, "wholesale_usd_per_mtok", prices, m.WHOLESALE, unit="USD/Mtok", doc="price of an offer")
    m.step.traded_gtok_per_h = Var(
        m.WHOLESALE, within=NonNegativeReals, doc="tokens bought or sold under a wholesale offer (Gtok/h)"
    )
    constraint(m.step, m.WHOLESALE, rule=wholesale_limit)
    _post(m, instance)


def yearly_wanted_gtok(m: ConcreteModel, market: str, p: str) -> object:
    """Return the most that contracts and wholesale offers of a market ask for of a product (Gtok/yr, by period)."""
    offers = [m.instance.wholesale[i[2]].max_gtok_per_day for i in m.wholesale_sales if i[:2] == (market, p)]
    contracts = m.period.yearly_demand_gtok[market, p] if (market, p) in m.SALES else 0.0
    return contracts + sum(offers) * DAYS_PER_YEAR


def wholesale_limit(step: Block, market: str, p: str, offer: str) -> object:
    """In no hour is more bought or sold under an offer than a 24th of what it takes in a day.

    traded_gtok_per_h[market,p,offer] <= max_gtok_per_day[offer]/24 within its term, else 0

    Dual: worth of one more Gtok/h in this hour.
    """
    limit = step.model().period.wholesale_gtok_per_h[market, p, offer]
    return step.traded_gtok_per_h[market, p, offer] <= limit


def _post(m: ConcreteModel, instance: Instance) -> None:
    musd_per_gtok = MUSD_PER_GTOK_FROM_USD_PER_MTOK
    for name, item, heading, sign, offers in (
        ("bought", "tokens bought", "purchases", 1, m.wholesale_buys),
        ("sold wholesale", "tokens sold wholesale", "revenue", -1, m.wholesale_sales),
    ):
        if not offers:
            continue
        m.tokens.post(
            name,
            m.step,
            Set(dimen=3, initialize=offers),
            rule=lambda step, *i, sign=sign: sign * step.traded_gtok_per_h[i],
            doc=item,
            index_names=_INDEX,
        )
        m.cash.post(
            item,
            m.step,
            Set(dimen=3, initialize=offers),
            rule=lambda step, *i, sign=sign: (
                -sign * musd_per_gtok * m.period.wholesale_usd_per_mtok[i] * step.traded_gtok_per_h[i]
            ),
            doc=item,
            heading=heading,
            index_names=_INDEX,
        )

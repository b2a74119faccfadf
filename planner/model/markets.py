"""Markets: which contracts are taken, at which price, what is owed when a promise is not kept.

Decides `accepted` (year), `price_chosen` (year, uniform pricing), `short_gtok_per_day` (year) and `backlog_gtok`
(step, batch products). Posts what is served to `tokens`, revenue and penalties to `cash`.

A contract is accepted for the year and served in its own daily shape: choosing hour by hour would drop customers in
dear hours. Only batch products, which have a deadline, may wait inside their day.
"""

from __future__ import annotations

from pyomo.environ import Binary, Block, ConcreteModel, Expression, NonNegativeReals, Set, Var

from planner.instance.demand import (
    arrivals_in_window,
    price_usd_per_mtok,
    prices_usd_per_mtok,
    shape_values,
    volumes_gtok_per_day,
)
from planner.instance.instance import Instance
from planner.model.time import by_period, by_step
from planner.stamp import constraint, previous, series
from planner.units import DAYS_PER_YEAR, HOURS_PER_DAY, MUSD_PER_GTOK_FROM_USD_PER_MTOK

_OFFER = ("market", "product", "segment", "price_of")
_ROOM = 1.001


def add_demand(m: ConcreteModel, instance: Instance) -> None:
    """Add what is asked for: contract segments, their volumes by the hour, and the indices of the periods."""
    _add_sets(m, instance)
    _add_data(m, instance)


def add_markets(m: ConcreteModel, instance: Instance) -> None:
    """Add contracts, their revenue, batch backlogs and commitments."""
    year, step = m.year, m.step
    year.accepted = Var(m.OFFERS, within=_acceptance, doc="share of a contract segment taken at a price (share)")
    year.taken = Expression(m.SEGMENTS, rule=_taken, doc="share of a contract segment taken (share)")
    step.sold_gtok_per_h = Expression(
        m.SALES, rule=_sold, doc="tokens of all kinds asked for under contracts taken (Gtok/h)"
    )
    constraint(year, m.SEGMENTS, rule=segment_volume)
    year.price_chosen = Var(m.PRICES, within=Binary, doc="1 if this segment's price is everybody's (0 or 1)")
    constraint(year, [i for i in m.SALES if m.PRICES], rule=one_price)
    constraint(year, [i for i in m.OFFERS if m.PRICES], rule=price_offered)
    step.backlog_gtok = Var(m.BATCH, within=NonNegativeReals, doc="batch work waiting at the end of the step (Gtok)")
    constraint(step, m.BATCH, rule=deadline)
    year.short_gtok_per_day = Var(m.PROMISES, within=NonNegativeReals, doc="promised volume not served (Gtok/day)")
    constraint(year, m.COMMITMENTS, rule=commitment)
    _post(m, instance)


def close_tokens(m: ConcreteModel) -> None:
    """Close the tokens ledger at every site and market; contracts for one site alone are closed by `served_in_full`."""
    shared = {key[:2] for key in m.SEGMENTS if key not in m.SINGLE_SITE}
    accounts = sorted(set(m.MAKES) | shared | {i[:2] for i in m.WHOLESALE})
    m.TOKEN_ACCOUNTS = Set(dimen=2, initialize=accounts, doc="sites and markets with the products they make or buy")
    constraint(m.step, m.TOKEN_ACCOUNTS, rule=token_balance)


def _add_sets(m: ConcreteModel, instance: Instance) -> None:
    m.SEGMENTS = Set(
        dimen=3, initialize=list(instance.demand), doc="contract segments: market, product, kind of contract"
    )
    sales = list(dict.fromkeys((market, p) for market, p, _ in instance.demand))
    m.SALES = Set(dimen=2, initialize=sales, doc="markets and the products asked for there")
    m.MARKETS = Set(initialize=list(instance.markets), doc="places where tokens are bought")
    uniform = instance.settings.pricing.mode == "uniform"
    m.PRICES = Set(
        dimen=3, initialize=list(instance.demand) if uniform else [], doc="prices that may become everybody's"
    )
    m.OFFERS = Set(dimen=4, initialize=_offers(instance, uniform), doc="segments and the segment whose price they pay")
    m.offers_of, m.segments_of = {}, {}
    for offer in m.OFFERS:
        m.offers_of.setdefault(offer[:3], []).append(offer)
    for key in instance.demand:
        m.segments_of.setdefault(key[:2], []).append(key)
    batch = [(market, p) for market, p in sales if instance.products[p].deadline_h is not None]
    m.BATCH = Set(dimen=2, initialize=batch, doc="batch products by market")
    commitments = list(instance.commitments)
    for key in commitments:
        if key not in sales and not _may_fall_short(instance, key):
            raise ValueError(
                f"the commitment of {key[1]} in {key[0]} cannot be kept: nobody there asks for the product"
            )
    m.COMMITMENTS = Set(dimen=2, initialize=commitments, doc="promised volumes")
    promises = [key for key in commitments if _may_fall_short(instance, key)]
    m.PROMISES = Set(dimen=2, initialize=promises, doc="promises that may be broken at a price")


def _offers(instance: Instance, uniform: bool) -> list[tuple[str, str, str, str]]:
    """A segment pays its own price; under uniform pricing it pays any segment's price that it can bear."""
    if not uniform:
        return [(*key, key[2]) for key in instance.demand]
    price = {key: price_usd_per_mtok(instance, key) for key in instance.demand}
    together: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for key in price:
        together.setdefault(key[:2], []).append(key)
    return [(*key, other[2]) for key in price for other in together[key[:2]] if price[key] >= price[other] - 1e-12]


def _may_fall_short(instance: Instance, key: tuple[str, str]) -> bool:
    row = instance.commitments[key]
    return row.penalty_usd_per_mtok is not None or row.churn_usd_per_mtok > 0


def _add_data(m: ConcreteModel, instance: Instance) -> None:
    hourly, window, shapes, yearly = {}, {}, {}, {}
    volumes = {key: volumes_gtok_per_day(instance, key) for key in instance.demand}
    for key, row in instance.demand.items():
        shape = row.shape, instance.markets[row.market].utc_offset_h
        if shape not in shapes:
            shapes[shape] = shape_values(instance, m.grid, *shape)
        volume = by_period(m, volumes[key])
        hourly[key] = by_step(m, shapes[shape] / HOURS_PER_DAY) * volume
        deadline_h = instance.products[row.product].deadline_h
        if deadline_h is not None:
            window[key] = by_step(m, arrivals_in_window(m.grid, shapes[shape] / HOURS_PER_DAY, deadline_h)) * volume
        sale = row.market, row.product
        yearly[sale] = yearly.get(sale, 0.0) + volumes[key] * DAYS_PER_YEAR
    series(m.step, "demand_gtok_per_h", hourly, m.SEGMENTS, unit="Gtok/h", doc="tokens a whole segment asks for")
    m.BATCH_SEGMENTS = Set(dimen=3, initialize=list(window), doc="contract segments of batch products")
    series(
        m.step,
        "arrivals_gtok",
        window,
        m.BATCH_SEGMENTS,
        unit="Gtok",
        doc="batch work of a whole segment that came within the deadline",
    )
    p, prices = m.period, {key: prices_usd_per_mtok(instance, key) for key in instance.demand}
    series(p, "volume_gtok_per_day", volumes, m.SEGMENTS, unit="Gtok/day", doc="what a whole segment asks for")
    series(p, "price_usd_per_mtok", prices, m.SEGMENTS, unit="USD/Mtok", doc="price over the product's mix of tokens")
    series(p, "yearly_demand_gtok", yearly, m.SALES, unit="Gtok/yr", doc="what all segments of a product ask for")


def _acceptance(year: Block, *offer: str) -> object:
    """Fractions have no bound of their own: the price of a segment belongs to the row `segment_volume`."""
    return Binary if year.model().instance.demand[offer[:3]].whole else NonNegativeReals


def _taken(year: Block, *key: str) -> object:
    return sum(year.accepted[offer] for offer in year.model().offers_of[key])


def _sold(step: Block, market: str, p: str) -> object:
    m = step.model()
    return sum(step.demand_gtok_per_h[key] * m.year.taken[key] for key in m.segments_of[market, p])


def segment_volume(year: Block, market: str, p: str, j: str) -> object:
    """A segment buys no more than it wants, whatever the price.

    sum over prices q of accepted[market,p,j,q] <= 1

    Dual: worth of the whole segment once more.
    """
    return year.taken[market, p, j] <= 1


def one_price(year: Block, market: str, p: str) -> object:
    """Under uniform pricing a product has at most one price in a market.

    sum over q of price_chosen[market,p,q] <= 1

    Dual: worth of a second price.
    """
    return sum(year.price_chosen[key] for key in year.model().segments_of[market, p]) <= 1


def price_offered(year: Block, market: str, p: str, j: str, q: str) -> object:
    """Under uniform pricing a segment buys only at the price that was chosen.

    accepted[market,p,j,q] <= 1.001 x price_chosen[market,p,q]

    The hair of room leaves the price of a segment that is taken whole to `segment_volume`.
    Dual: worth of offering this price to the segment.
    """
    return year.accepted[market, p, j, q] <= _ROOM * year.price_chosen[market, p, q]


def deadline(step: Block, market: str, p: str) -> object:
    """Batch work never waits longer than its deadline: the backlog holds only what came within it.

    backlog_gtok[market,p] <= sum over j of arrivals_gtok[market,p,j] x taken[market,p,j]

    Dual: worth of a little more patience at this hour.
    """
    m = step.model()
    came = sum(step.arrivals_gtok[key] * m.year.taken[key] for key in m.segments_of[market, p])
    return step.backlog_gtok[market, p] <= came


def token_balance(step: Block, place: str, p: str) -> object:
    """At a site, what is made is sent; at a market, what is delivered or bought is sold, batch work sooner or later.

    sum of posts to tokens[place,p] = 0

    Dual: cost of one more Gtok at this place in this hour.
    """
    return step.model().tokens.balance(place, p) == 0


def commitment(year: Block, market: str, p: str) -> object:
    """The promised volume is served, or counted as short.

    sum over j of volume_gtok_per_day[market,p,j] x taken[market,p,j] + short_gtok_per_day[market,p]
    >= promised volume_gtok_per_day[market,p], growth and indices being in the volumes of the segments alone

    Dual: cost of promising one more Gtok a day.
    """
    m = year.model()
    volume = sum(m.period.volume_gtok_per_day[key] * year.taken[key] for key in m.segments_of[market, p])
    short = year.short_gtok_per_day[market, p] if (market, p) in m.PROMISES else 0.0
    return volume + short >= m.instance.commitments[market, p].volume_gtok_per_day


def _post(m: ConcreteModel, instance: Instance) -> None:
    m.tokens.post(
        "sold",
        m.step,
        m.SALES,
        rule=lambda step, market, p: -step.sold_gtok_per_h[market, p],
        doc="tokens asked for under contracts taken",
        index_names=("market", "product"),
    )
    m.tokens.post(
        "backlog",
        m.step,
        m.BATCH,
        rule=lambda step, market, p: (
            (step.backlog_gtok[market, p] - previous(step.backlog_gtok[market, p], within=m.day, wrap=True))
            / step.hours
        ),
        doc="batch work put off, less work caught up",
        index_names=("market", "product"),
    )
    m.cash.post(
        "token sales",
        m.year,
        m.OFFERS,
        rule=lambda year, *offer: _revenue(m, year, offer),
        doc="tokens sold under contracts",
        heading="revenue",
        index_names=_OFFER,
    )
    credit = {key: row.credit_usd_per_mtok for key, row in instance.demand.items() if row.credit_usd_per_mtok}
    if credit:
        m.cash.post(
            "credits",
            m.year,
            Set(dimen=3, initialize=list(credit)),
            rule=lambda year, *key: _per_gtok_day(credit[key]) * m.period.volume_gtok_per_day[key] * year.taken[key],
            doc="worth of tokens served beyond their price (conversion, goodwill); no cash changes hands",
            heading="non-cash",
            index_names=("market", "product", "segment"),
        )
    cost = {key: row for key, row in instance.commitments.items() if key in m.PROMISES}
    m.cash.post(
        "penalties",
        m.year,
        Set(dimen=2, initialize=[key for key, row in cost.items() if row.penalty_usd_per_mtok]),
        rule=lambda year, *key: -_per_gtok_day(cost[key].penalty_usd_per_mtok) * year.short_gtok_per_day[key],
        doc="paid for promised volume not served",
        heading="penalties",
        index_names=("market", "product"),
    )
    m.cash.post(
        "churn",
        m.year,
        Set(dimen=2, initialize=[key for key, row in cost.items() if row.churn_usd_per_mtok]),
        rule=lambda year, *key: -_per_gtok_day(cost[key].churn_usd_per_mtok) * year.short_gtok_per_day[key],
        doc="goodwill lost where promised volume is not served; no cash changes hands",
        heading="non-cash",
        index_names=("market", "product"),
    )


def _per_gtok_day(usd_per_mtok: float | None) -> float:
    """Return M USD/yr per Gtok/day."""
    return (usd_per_mtok or 0.0) * MUSD_PER_GTOK_FROM_USD_PER_MTOK * DAYS_PER_YEAR


def _revenue(m: ConcreteModel, year: Block, offer: tuple[str, str, str, str]) -> object:
    """Yearly revenue of an offer (M USD/yr): volume x the price it pays x share accepted."""
    market, p, _, q = offer
    musd_per_yr = (
        _per_gtok_day(1.0) * m.period.volume_gtok_per_day[offer[:3]] * m.period.price_usd_per_mtok[market, p, q]
    )
    return musd_per_yr * year.accepted[offer]

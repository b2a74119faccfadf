"""Tables of markets: contract segments taken, promises."""

from __future__ import annotations

import pandas as pd

from planner.instance.demand import prices_usd_per_mtok, volumes_gtok_per_day
from planner.plan.reading import Reading, one_scenario
from planner.plan.tables.parts import NEGLIGIBLE, keys_of, ordered, post_named
from planner.units import DAYS_PER_YEAR, HOURS_PER_DAY


def markets_table(r: Reading) -> pd.DataFrame:
    """What is taken of every contract segment, at which price, and what it brings."""
    m, instance = r.m, r.m.instance
    index = ("market", "product", "segment", "price_of")
    frame = r.values(m.year.accepted, *index).rename("accepted_share").reset_index()
    own = frame["segment"] == frame["price_of"]
    frame = frame[own | (frame["accepted_share"] > NEGLIGIBLE)].copy()
    number = {period: position for position, period in enumerate(instance.periods)}
    volume = {key: volumes_gtok_per_day(instance, key) for key in instance.demand}
    price = {key: prices_usd_per_mtok(instance, key) for key in instance.demand}
    at = [number[t] for t in frame["period"]]
    segments = keys_of(frame, "market", "product", "segment")
    frame["volume_gtok_per_day"] = [volume[key][t] for key, t in zip(segments, at, strict=True)]
    frame["sold_gtok_per_day"] = frame["volume_gtok_per_day"] * frame["accepted_share"]
    paid = keys_of(frame, "market", "product", "price_of")
    frame["price_usd_per_mtok"] = [price[key][t] for key, t in zip(paid, at, strict=True)]
    sales = r.values(post_named(m.cash, "token sales").expression, *index)
    frame["revenue_musd_per_yr"] = sales.reindex(pd.MultiIndex.from_frame(frame[list(sales.index.names)])).to_numpy()
    return one_scenario(ordered(frame, "period", *index))


def commitments_table(r: Reading) -> pd.DataFrame:
    """Promised volumes and what is short."""
    m, instance = r.m, r.m.instance
    index = ("market", "product")
    frame = pd.DataFrame(
        [(t, *key, instance.commitments[key].volume_gtok_per_day) for t in instance.periods for key in m.COMMITMENTS],
        columns=["period", *index, "promised_gtok_per_day"],
    )
    short = r.values(m.year.short_gtok_per_day, *index).groupby(["period", *index], sort=False).mean()
    frame["short_gtok_per_day"] = [short.get(key, 0.0) for key in keys_of(frame, "period", *index)]
    return frame


def single_sites_table(r: Reading) -> pd.DataFrame:
    """Which site serves each contract that asks for one, and how much of it over which of its routes."""
    m = r.m
    index = ("market", "product", "segment", "site", "route")
    frame = r.values(m.year.accepted_at, *index).rename("accepted_share").reset_index()
    frame = frame[frame["accepted_share"] > NEGLIGIBLE].copy()
    demand = r.yearly(m.step.demand_gtok_per_h, *index[:3]) / DAYS_PER_YEAR
    volume = [demand[key] for key in keys_of(frame, *index[:3], "period")]
    frame["gtok_per_day"] = frame["accepted_share"] * volume
    return one_scenario(ordered(frame, "period", *index))


def wholesale_table(r: Reading) -> pd.DataFrame:
    """Tokens bought from and sold to other providers, at which price, and what that pays (less what it costs)."""
    m = r.m
    index = ("market", "product", "offer")
    traded = r.yearly(m.step.traded_gtok_per_h, *index) / DAYS_PER_YEAR
    frame = traded.rename("gtok_per_day").reset_index()
    offers = m.instance.wholesale
    frame["direction"] = [offers[offer].direction for offer in frame["offer"]]
    limit = r.values(m.period.wholesale_gtok_per_h, *index)
    price = r.values(m.period.wholesale_usd_per_mtok, *index)
    keys = keys_of(frame, *index, "period")
    frame["max_gtok_per_day"] = [limit[key] * HOURS_PER_DAY for key in keys]
    frame["price_usd_per_mtok"] = [price[key] for key in keys]
    posts = [post for post in m.cash.posts if post.name in ("tokens bought", "tokens sold wholesale")]
    paid = {key: value for post in posts for key, value in r.per_year(post).items()}
    frame["cash_musd_per_yr"] = pd.Series([paid[key] for key in keys], index=frame.index, dtype=float)
    return ordered(frame, "period", "direction", *index)

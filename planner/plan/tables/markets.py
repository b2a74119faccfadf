"""Tables of markets: contract segments taken, promises."""

from __future__ import annotations

import pandas as pd

from planner.instance.demand import prices_usd_per_mtok, volumes_gtok_per_day
from planner.plan.reading import Reading, one_scenario
from planner.plan.tables.parts import NEGLIGIBLE, keys_of, ordered, post_named


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

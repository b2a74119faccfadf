"""Accounts: the very terms that were optimised, per year and as present value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.time import purchase_dates
from planner.plan.reading import Reading
from planner.stamp import series_values

HEADINGS = (
    "revenue",
    "energy sold",
    "energy",
    "water and carbon",
    "software",
    "network",
    "purchases",
    "upkeep",
    "capital",
    "penalties",
    "non-cash",
)


def accounts_table(r: Reading) -> pd.DataFrame:
    """Every cash post by period: M USD a year and present value; present values sum to the profit."""
    frame = r.ledger(r.m.cash).rename(columns={"value": "musd_per_yr"})
    discount = series_values(r.m.period.discount)
    factor = dict(zip(r.m.instance.periods, discount * _lengths(r), strict=True))
    frame["present_value_musd"] = frame["musd_per_yr"] * frame["period"].map(factor)
    rank = {heading: position for position, heading in enumerate(HEADINGS)}
    order = frame["heading"].map(lambda heading: rank.get(heading, len(rank)))
    periods = {period: position for position, period in enumerate(r.m.instance.periods)}
    frame = frame.assign(_p=frame["period"].map(periods), _h=order)
    return frame.sort_values(["_p", "_h"], kind="stable").drop(columns=["_p", "_h"]).reset_index(drop=True)


def capex_table(r: Reading) -> pd.DataFrame:
    """Overnight cost of what is bought, by period, item, life and date (M USD); what dies in service once more."""
    periods = list(r.m.instance.periods.values())
    start = np.array([row.start for row in periods])
    length = np.array([row.length_yr for row in periods])
    number = {row.period: position for position, row in enumerate(periods)}
    rows = []
    for post in r.m.capex.posts:
        if not len(post.expression):
            continue
        names = post.index_names if post.expression.is_indexed() else ()
        values = r.values(post.expression, *names)
        lives = [post.life_years(*key[:-1]) if names else post.life_years() for key in values.index]
        grouped = values.groupby([values.index.get_level_values("period"), np.array(lives)], sort=False).sum()
        for (built, life), musd in grouped.items():
            for t, date in purchase_dates(start, length, life, number[built]):
                rows.append((periods[t].period, post.name, life, date, musd))
    return pd.DataFrame(rows, columns=["period", "item", "life_years", "date", "overnight_musd"])


def _lengths(r: Reading) -> list[float]:
    return [row.length_yr for row in r.m.instance.periods.values()]

"""Table of leases: units rented in and leased out."""

from __future__ import annotations

import pandas as pd

from planner.plan.reading import Reading
from planner.plan.tables.parts import keys_of, ordered


def leases_table(r: Reading) -> pd.DataFrame:
    """Units on every lease, and what that earns (less what it costs)."""
    m = r.m
    index = ("site", "hardware", "lease")
    frame = r.values(m.period.leased_units, *index).rename("units").reset_index()
    rows = [m.instance.leases[lease] for lease in frame["lease"]]
    frame["direction"] = [row.direction for row in rows]
    offered = r.values(m.period.lease_units, *index)
    keys = keys_of(frame, *index, "period")
    frame["max_units"] = [offered[key] for key in keys]
    per_unit = [m.instance.hardware[h].accelerators_per_unit for h in frame["hardware"]]
    frame["accelerators"] = frame["units"] * per_unit
    posts = [post for post in m.cash.posts if post.name in ("units rented in", "units leased out")]
    paid = {key: value for post in posts for key, value in r.per_year(post).items()}
    frame["cash_musd_per_yr"] = pd.Series([paid[key] for key in keys], index=frame.index, dtype=float)
    return ordered(frame, "period", "direction", *index)

"""Tables of serving: operating points at work, software adopted."""

from __future__ import annotations

import pandas as pd

from planner.plan.reading import Reading
from planner.plan.tables.parts import NEGLIGIBLE, keys_of, ordered
from planner.units import HOURS_PER_DAY, HOURS_PER_YEAR

OWN, RENTED = "own", "rented"
"""Whose units run a point, as the column units_of says."""


def serving_table(r: Reading) -> pd.DataFrame:
    """Which operating point serves which product on which hardware: units, tokens and IT energy.

    units_of says whose units run it, own or rented; rented ones draw no energy at the site.
    """
    m, instance = r.m, r.m.instance
    index = ("site", "hardware", "point", "product")
    parts = []
    for whose, running in ((OWN, m.step.running_units), (RENTED, m.step.running_rented)):
        if whose == OWN or len(running):
            mean = r.mean(running, *index)
            part = pd.DataFrame({"mean_units": mean, "peak_units": r.peak(running, *index)}).reset_index()
            parts.append(part.assign(units_of=whose))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[frame["peak_units"] > 1e-6].copy()
    rates = [m.eligibility.rates[key] for key in keys_of(frame, "hardware", "point", "product")]
    headroom = [instance.products[p].headroom for p in frame["product"]]
    points = [instance.points[k] for k in frame["point"]]
    frame["model"] = [point.model for point in points]
    frame["precision"] = [point.precision for point in points]
    frame["stack"] = [point.stack for point in points]
    frame["interactivity_tok_per_s"] = [point.interactivity_tok_per_s for point in points]
    frame["ttft_ms"] = [point.ttft_ms for point in points]
    better = [instance.periods[t].stack_index for t in frame["period"]]
    per_unit = [rate.gtok_per_h * s * index for rate, s, index in zip(rates, headroom, better, strict=True)]
    frame["made_gtok_per_day"] = frame["mean_units"] * per_unit * HOURS_PER_DAY
    energy = frame["mean_units"] * [rate.mw for rate in rates] * HOURS_PER_YEAR
    frame["it_mwh_per_yr"] = energy.where(frame["units_of"] == OWN, 0.0)
    return ordered(frame, "period", *index, "units_of")


def it_shares_table(r: Reading) -> pd.DataFrame:
    """Share of the IT energy at work, all sites together, that runs each product, beside what it must and may be."""
    products = r.m.instance.products
    frame = serving_table(r)
    energy = frame.groupby(["period", "product"], sort=False)["it_mwh_per_yr"].sum()
    rows = []
    for period in r.m.instance.periods:
        used = {p: energy.get((period, p), 0.0) for p in products}
        everything = sum(used.values())
        for p, row in products.items():
            share = used[p] / everything if everything > NEGLIGIBLE else 0.0
            rows.append((period, p, used[p], share, row.it_share_min, row.it_share_max))
    columns = ["period", "product", "it_mwh_per_yr", "it_share", "it_share_min", "it_share_max"]
    return pd.DataFrame(rows, columns=columns)


def software_table(r: Reading) -> pd.DataFrame:
    """Software that must be adopted: whether it is, and on how many units it may run."""
    m = r.m
    adopted = r.values(m.period.adopted, "stack").rename("adopted").reset_index()
    licensed = r.values(m.period.licensed_units, "site", "hardware", "stack")
    units = licensed.groupby(["stack", "period"], sort=False).sum()
    adopted["licensed_units"] = [units.get(key, 0.0) for key in keys_of(adopted, "stack", "period")]
    return ordered(adopted, "period", "stack")

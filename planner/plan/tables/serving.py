"""Tables of serving: operating points at work, software adopted."""

from __future__ import annotations

import pandas as pd

from planner.plan.reading import Reading
from planner.plan.tables.parts import keys_of, ordered
from planner.units import HOURS_PER_DAY, HOURS_PER_YEAR


def serving_table(r: Reading) -> pd.DataFrame:
    """Which operating point serves which product on which hardware: units, tokens and IT energy."""
    m, instance = r.m, r.m.instance
    index = ("site", "hardware", "point", "product")
    mean = r.mean(m.step.running_units, *index)
    frame = pd.DataFrame({"mean_units": mean, "peak_units": r.peak(m.step.running_units, *index)}).reset_index()
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
    frame["it_mwh_per_yr"] = frame["mean_units"] * [rate.mw for rate in rates] * HOURS_PER_YEAR
    return ordered(frame, "period", *index)


def software_table(r: Reading) -> pd.DataFrame:
    """Software that must be adopted: whether it is, and on how many units it may run."""
    m = r.m
    adopted = r.values(m.period.adopted, "stack").rename("adopted").reset_index()
    licensed = r.values(m.period.licensed_units, "site", "hardware", "stack")
    units = licensed.groupby(["stack", "period"], sort=False).sum()
    adopted["licensed_units"] = [units.get(key, 0.0) for key in keys_of(adopted, "stack", "period")]
    return ordered(adopted, "period", "stack")

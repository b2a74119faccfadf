"""Tables of production: sites, units by hall, cooling."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from planner.model.hardware import unit_mw
from planner.plan.reading import Reading
from planner.plan.tables.leases import leases_table
from planner.plan.tables.parts import NEGLIGIBLE, keys_of, ordered, post_named
from planner.units import USD_PER_MUSD


def sites_table(r: Reading) -> pd.DataFrame:
    """Whether a site is open, its halls, and how its two gigawatt limits are used."""
    m, instance = r.m, r.m.instance
    p = m.period
    frame = pd.DataFrame(
        {
            "opened": r.values(p.opened, "site"),
            "hall_mw": r.values(p.hall_mw, "site"),
            "power_limit_mw": r.values(p.power_limit_mw, "site"),
            "provisioned_mw": r.values(p.provisioned_mw, "site"),
            "peak_facility_mw": r.peak(m.step.facility_mw, "site"),
            "mean_facility_mw": r.mean(m.step.facility_mw, "site"),
        }
    ).reset_index()
    over = [instance.sites[s].oversubscription for s in frame["site"]]
    frame.insert(5, "provisioned_limit_mw", frame["power_limit_mw"] * over)
    return ordered(frame, "period", "site")


def hardware_table(r: Reading) -> pd.DataFrame:
    """Units built, retired before their end and in service, their accelerators, load and share at work, by hall."""
    m, instance = r.m, r.m.instance
    index = ("site", "hardware", "cooling")
    built = r.values(m.period.units_built, *index)
    units = r.values(m.period.units, *index)
    frame = pd.DataFrame({"units_built": built, "units_retired": _units_retired(r, built), "units": units})
    frame = frame[(frame > NEGLIGIBLE).any(axis=1)].reset_index()
    rows = [instance.hardware[h] for h in frame["hardware"]]
    frame["accelerators"] = frame["units"] * [row.accelerators_per_unit for row in rows]
    frame["it_capacity_mw"] = frame["units"] * [unit_mw(instance, h) for h in frame["hardware"]]
    mean = r.mean(m.step.it_mw, *index)
    frame["mean_it_mw"] = [
        mean.loc[s, h, c, t] for s, h, c, t in keys_of(frame, "site", "hardware", "cooling", "period")
    ]
    work = _share_at_work(r)
    frame["at_work_share"] = [work.get((s, h, t), 0.0) for s, h, t in keys_of(frame, "site", "hardware", "period")]
    frame["capex_musd"] = frame["units_built"] * [row.capex_usd_per_unit / USD_PER_MUSD for row in rows]
    return ordered(frame, "period", *index)


def retired_table(r: Reading) -> pd.DataFrame:
    """Units out of service before the end of their life, by the period they were built in."""
    columns = ["period", "built", "site", "hardware", "cooling", "units"]
    if not r.m.has_vintages:
        return pd.DataFrame(columns=columns).astype({"units": float})
    retired = r.values(r.m.vintage.retired_units, "site", "hardware", "cooling").rename("units").reset_index()
    start = {period: row.start for period, row in r.m.instance.periods.items()}
    age = retired["period"].map(start) - retired["built"].map(start)
    alive = age < [r.m.instance.hardware[h].life_years for h in retired["hardware"]]
    return retired.loc[alive & (retired["units"] > NEGLIGIBLE), columns].reset_index(drop=True)


def _units_retired(r: Reading, built: pd.Series) -> pd.Series:
    """Return the units that go into early retirement at the start of each period (units)."""
    gone = dict.fromkeys(built.index, 0.0)
    if r.m.has_vintages:
        retired = r.values(r.m.vintage.retired_units, "site", "hardware", "cooling").to_dict()
        previous = {later: earlier for earlier, later in pairwise(r.m.instance.periods)}
        for (*hall, period, year), units in retired.items():
            fresh = units - retired.get((*hall, previous[period], year), 0.0)
            gone[*hall, period] += max(0.0, fresh)  # past their life they are counted no longer
    return pd.Series(gone, index=built.index)


def _share_at_work(r: Reading) -> dict[tuple, float]:
    """Mean units that run or are leased out over units in service."""
    running = r.mean(r.m.step.running_units, "site", "hardware", "point", "product")
    running = running.groupby(["site", "hardware", "period"], sort=False).sum()
    leases = leases_table(r)
    out = leases[leases["direction"] == "out"].groupby(["site", "hardware", "period"])["units"].sum()
    units = r.values(r.m.period.fleet_units, "site", "hardware")
    return {
        key: (running.get(key, 0.0) + out.get(key, 0.0)) / value for key, value in units.items() if value > NEGLIGIBLE
    }


def cooling_table(r: Reading) -> pd.DataFrame:
    """Capacity, mean heat, electricity and water of every cooling design."""
    m = r.m
    index = ("site", "cooling")
    power = post_named(m.power, "cooling")
    frame = pd.DataFrame(
        {
            "built_mw": r.values(m.period.cooling_built_mw, *index),
            "capacity_mw": r.values(m.period.cooling_mw, *index),
            "mean_heat_mw": r.mean(m.step.heat_removed_mw, *index),
            "electricity_mwh_per_yr": -r.yearly(power.expression, *index),
            "water_m3_per_yr": r.yearly(post_named(m.water, "cooling").expression, *index),
        }
    ).reset_index()
    return ordered(frame, "period", *index)

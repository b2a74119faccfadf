"""Tables of power: sources, stores, and the dispatch of every hour."""

from __future__ import annotations

import pandas as pd

from planner.plan.reading import Reading, one_scenario
from planner.plan.tables.parts import NEGLIGIBLE, ordered, post_named
from planner.units import HOURS_PER_YEAR, USD_PER_MUSD

_COSTS = ("energy", "starts and stops", "demand charge", "power upkeep", "power plant")
_BY_NAME = ("supply", "lines", "export")
"""Headings of posts whose item is a source, a store or the node at the other end, not the post."""


def power_table(r: Reading) -> pd.DataFrame:
    """Capacity, energy, cost and emissions of every source offered, what it sells back, and how its units run.

    Energy contains what is sold back; cost does not count what that earns. Energy curtailed is blank where the
    availability is no series, starts and units online where units do not start and stop.
    """
    m = r.m
    index = ("node", "technology")
    energy = r.yearly(m.step.draw_mw, *index)
    capacity = r.values(m.period.capacity_mw, *index)
    cost = sum(_cash_by(r, item, index) for item in _COSTS)
    frame = pd.DataFrame({"built_mw": r.values(m.period.capacity_built_mw, *index), "capacity_mw": capacity})
    backed = [m.instance.technologies[g].firm_credit if n in m.FIRM_NODES else 0.0 for n, g, _ in frame.index]
    frame["firm_mw"] = capacity * backed
    frame["energy_mwh_per_yr"] = energy
    frame["capacity_factor"] = (energy / (capacity * HOURS_PER_YEAR)).where(capacity > NEGLIGIBLE, 0.0)
    frame["cost_musd_per_yr"] = -cost.reindex(frame.index).fillna(0.0)
    frame["usd_per_mwh"] = (frame["cost_musd_per_yr"] * USD_PER_MUSD / energy).where(energy > NEGLIGIBLE)
    frame["co2_t_per_yr"] = r.yearly(post_named(m.carbon, "sources").expression, *index)
    frame["curtailed_mwh_per_yr"] = r.yearly(m.step.curtailed_mw, *index)
    frame["exported_mwh_per_yr"] = r.yearly(m.step.export_mw, *index).reindex(frame.index).fillna(0.0)
    frame["sold_musd_per_yr"] = _cash_by(r, "energy sold", index).reindex(frame.index).fillna(0.0)
    frame["starts_per_yr"] = r.yearly(m.step.started_units, *index) / m.grid.step_hours
    frame["mean_online_units"] = r.mean(m.step.online_units, *index)
    return ordered(frame.reset_index(), "period", *index)


def stores_table(r: Reading) -> pd.DataFrame:
    """Power, energy, throughput and cost of every store offered."""
    m = r.m
    index = ("node", "store")
    cost = sum(_cash_by(r, item, index) for item in ("stores upkeep", "stores"))
    frame = pd.DataFrame(
        {
            "power_mw": r.values(m.period.store_mw, *index),
            "energy_mwh": r.values(m.period.store_mwh, *index),
            "charged_mwh_per_yr": r.yearly(m.step.charge_mw, *index),
            "discharged_mwh_per_yr": r.yearly(m.step.discharge_mw, *index),
        }
    )
    frame["cost_musd_per_yr"] = -cost.reindex(frame.index).fillna(0.0)
    return ordered(frame.reset_index(), "period", *index)


def dispatch_table(r: Reading) -> pd.DataFrame:
    """Every post of the power ledger in every step (MW): supply is positive, load negative; they sum to zero."""
    m = r.m
    parts = []
    for post in m.power.posts:
        if not len(post.expression):
            continue
        node, *rest = post.index_names
        values = r.values(post.expression, *post.index_names)
        frame = values[values.abs() > NEGLIGIBLE].rename("mw").reset_index()
        frame["item"] = frame[rest[0]] if post.heading in _BY_NAME else post.name
        frame["group"] = post.heading
        keys = ["period", "scenario", "day", "step", node, "group", "item"]
        parts.append(frame.groupby(keys, sort=False, as_index=False)["mw"].sum().rename(columns={node: "node"}))
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(4, "hour_utc", frame["step"] * m.grid.step_hours)
    frame["weight_h_per_yr"] = frame["day"].map(m.grid.days) * m.grid.step_hours
    return one_scenario(frame)


def _cash_by(r: Reading, item: str, index: tuple[str, ...]) -> pd.Series:
    """A cash item over every source or store and period (M USD/yr; 0 where it was not posted)."""
    post = post_named(r.m.cash, item)
    base = r.m.SOURCES if index[1] == "technology" else r.m.STORES
    every = [(*key, period) for key in base for period in r.m.instance.periods]
    found = r.per_year(post) if len(post.expression) else {}
    labels = pd.MultiIndex.from_frame(pd.DataFrame(every, columns=[*index, "period"]))  # also where there are none
    return pd.Series([found.get(key, 0.0) for key in every], index=labels, dtype=float)

"""The tables of a plan: what is built, what runs when, what flows where, what is sold.

Every table is tidy: one row per thing and period, units in the column names. Rows that are zero throughout are left out
where the instance offers far more than a plan uses (hardware, serving, routes), and kept where a zero is an answer
(power, markets).
"""

from __future__ import annotations

import pandas as pd

from planner.instance.demand import token_shares
from planner.model.hardware import unit_mw
from planner.model.markets import price_usd_per_mtok
from planner.plan.reading import Reading, one_scenario
from planner.units import (
    DAYS_PER_YEAR,
    GBPS_FROM_GTOK_PER_H_BYTES,
    HOURS_PER_DAY,
    HOURS_PER_YEAR,
    USD_PER_MUSD,
)

_NEGLIGIBLE = 1e-9


def hardware_table(r: Reading) -> pd.DataFrame:
    """Units built and in service, their accelerators, IT load and share of time at work, by hall."""
    m, instance = r.m, r.m.instance
    index = ("site", "hardware", "cooling")
    built = r.values(m.period.units_built, *index)
    units = r.values(m.period.units, *index)
    frame = pd.DataFrame({"units_built": built, "units": units}).reset_index()
    frame = frame[(frame["units_built"] > _NEGLIGIBLE) | (frame["units"] > _NEGLIGIBLE)].copy()
    rows = [instance.hardware[h] for h in frame["hardware"]]
    frame["accelerators"] = frame["units"] * [row.accelerators_per_unit for row in rows]
    frame["it_capacity_mw"] = frame["units"] * [unit_mw(instance, h) for h in frame["hardware"]]
    mean = r.mean(m.step.it_mw, *index)
    frame["mean_it_mw"] = [mean.loc[s, h, c, t] for s, h, c, t in _keys(frame, "site", "hardware", "cooling", "period")]
    work = _share_at_work(r)
    frame["at_work_share"] = [work.get((s, h, t), 0.0) for s, h, t in _keys(frame, "site", "hardware", "period")]
    frame["capex_musd"] = frame["units_built"] * [row.capex_usd_per_unit / USD_PER_MUSD for row in rows]
    return _ordered(frame, "period", *index)


def _share_at_work(r: Reading) -> dict[tuple, float]:
    """Mean running units over units in service."""
    running = r.mean(r.m.step.running_units, "site", "hardware", "point", "product")
    running = running.groupby(["site", "hardware", "period"], sort=False).sum()
    units = r.values(r.m.period.fleet_units, "site", "hardware")
    return {key: running.get(key, 0.0) / value for key, value in units.items() if value > _NEGLIGIBLE}


def cooling_table(r: Reading) -> pd.DataFrame:
    """Capacity, mean heat, electricity and water of every cooling design."""
    m = r.m
    index = ("site", "cooling")
    power = _post(m.power, "cooling")
    frame = pd.DataFrame(
        {
            "built_mw": r.values(m.period.cooling_built_mw, *index),
            "capacity_mw": r.values(m.period.cooling_mw, *index),
            "mean_heat_mw": r.mean(m.step.heat_removed_mw, *index),
            "electricity_mwh_per_yr": -r.yearly(power.expression, *index),
            "water_m3_per_yr": r.yearly(_post(m.water, "cooling").expression, *index),
        }
    ).reset_index()
    return _ordered(frame, "period", *index)


def power_table(r: Reading) -> pd.DataFrame:
    """Capacity, energy, cost and emissions of every source and store offered."""
    m = r.m
    index = ("node", "technology")
    energy = r.yearly(m.step.draw_mw, *index)
    capacity = r.values(m.period.capacity_mw, *index)
    cost = sum(_cash_by(r, item, index) for item in ("energy", "demand charge", "power upkeep", "power plant"))
    frame = pd.DataFrame({"built_mw": r.values(m.period.capacity_built_mw, *index), "capacity_mw": capacity})
    frame["energy_mwh_per_yr"] = energy
    frame["capacity_factor"] = (energy / (capacity * HOURS_PER_YEAR)).where(capacity > _NEGLIGIBLE, 0.0)
    frame["cost_musd_per_yr"] = -cost.reindex(frame.index).fillna(0.0)
    frame["usd_per_mwh"] = (frame["cost_musd_per_yr"] * USD_PER_MUSD / energy).where(energy > _NEGLIGIBLE)
    frame["co2_t_per_yr"] = r.yearly(_post(m.carbon, "sources").expression, *index)
    return _ordered(frame.reset_index(), "period", *index)


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
    return _ordered(frame.reset_index(), "period", *index)


def dispatch_table(r: Reading) -> pd.DataFrame:
    """Every post of the power ledger in every step (MW): supply is positive, load negative; they sum to zero."""
    m = r.m
    parts = []
    for post in m.power.posts:
        if not len(post.expression):
            continue
        node, *rest = post.index_names
        values = r.values(post.expression, *post.index_names)
        frame = values[values.abs() > _NEGLIGIBLE].rename("mw").reset_index()
        frame["item"] = frame[rest[0]] if post.heading == "supply" else post.name
        frame["group"] = post.heading
        keys = ["period", "scenario", "day", "step", node, "group", "item"]
        parts.append(frame.groupby(keys, sort=False, as_index=False)["mw"].sum().rename(columns={node: "node"}))
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(4, "hour_utc", frame["step"] * m.grid.step_hours)
    frame["weight_h_per_yr"] = frame["day"].map(m.grid.days) * m.grid.step_hours
    return one_scenario(frame)


def serving_table(r: Reading) -> pd.DataFrame:
    """Which operating point serves which product on which hardware: units, tokens and IT energy."""
    m, instance = r.m, r.m.instance
    index = ("site", "hardware", "point", "product")
    mean = r.mean(m.step.running_units, *index)
    frame = pd.DataFrame({"mean_units": mean, "peak_units": r.peak(m.step.running_units, *index)}).reset_index()
    frame = frame[frame["peak_units"] > 1e-6].copy()
    rates = [m.eligibility.rates[key] for key in _keys(frame, "hardware", "point", "product")]
    headroom = [instance.products[p].headroom for p in frame["product"]]
    points = [instance.points[k] for k in frame["point"]]
    frame["model"] = [point.model for point in points]
    frame["precision"] = [point.precision for point in points]
    frame["stack"] = [point.stack for point in points]
    frame["interactivity_tok_per_s"] = [point.interactivity_tok_per_s for point in points]
    frame["ttft_ms"] = [point.ttft_ms for point in points]
    per_unit = [rate.gtok_per_h * share for rate, share in zip(rates, headroom, strict=True)]
    frame["made_gtok_per_day"] = frame["mean_units"] * per_unit * HOURS_PER_DAY
    frame["it_mwh_per_yr"] = frame["mean_units"] * [rate.mw for rate in rates] * HOURS_PER_YEAR
    return _ordered(frame, "period", *index)


def routes_table(r: Reading) -> pd.DataFrame:
    """Tokens by route and product, with the round trip and the peak load towards the market."""
    m, instance = r.m, r.m.instance
    index = ("site", "market", "route", "product")
    flow = r.yearly(m.step.flow_gtok_per_h, *index)
    frame = pd.DataFrame({"gtok_per_day": flow / DAYS_PER_YEAR}).reset_index()
    peak = r.peak(m.step.flow_gtok_per_h, *index)
    keys = _keys(frame, "site", "market", "route")
    frame["via"] = [" > ".join([s, *(link[1] for link in m.network.routes[s, d, n].links)]) for s, d, n in keys]
    frame["rtt_ms"] = [m.network.routes[key].rtt_ms for key in keys]
    gbps = [_answer_gbps(instance.products[p]) for p in frame["product"]]
    frame["peak_answers_gbps"] = peak.to_numpy() * gbps
    return _ordered(frame[frame["gtok_per_day"] > _NEGLIGIBLE], "period", *index)


def _answer_gbps(product: object) -> float:
    return token_shares(product)[2] * product.bytes_per_output_token * GBPS_FROM_GTOK_PER_H_BYTES


def markets_table(r: Reading) -> pd.DataFrame:
    """What is taken of every contract segment, at which price, and what it brings."""
    m, instance = r.m, r.m.instance
    index = ("market", "product", "segment", "price_of")
    frame = r.values(m.year.accepted, *index).rename("accepted_share").reset_index()
    own = frame["segment"] == frame["price_of"]
    frame = frame[own | (frame["accepted_share"] > _NEGLIGIBLE)].copy()
    demand = [instance.demand[key] for key in _keys(frame, "market", "product", "segment")]
    growth = [instance.periods[t].demand_index for t in frame["period"]]
    frame["volume_gtok_per_day"] = [row.volume_gtok_per_day * g for row, g in zip(demand, growth, strict=True)]
    frame["sold_gtok_per_day"] = frame["volume_gtok_per_day"] * frame["accepted_share"]
    price = [price_usd_per_mtok(instance, key) for key in _keys(frame, "market", "product", "price_of")]
    frame["price_usd_per_mtok"] = [
        p * instance.periods[t].price_index for p, t in zip(price, frame["period"], strict=True)
    ]
    sales = r.values(_post(m.cash, "token sales").expression, *index)
    frame["revenue_musd_per_yr"] = sales.reindex(pd.MultiIndex.from_frame(frame[list(sales.index.names)])).to_numpy()
    return one_scenario(_ordered(frame, "period", *index))


def commitments_table(r: Reading) -> pd.DataFrame:
    """Promised volumes and what is short."""
    m, instance = r.m, r.m.instance
    index = ("market", "product")
    frame = pd.DataFrame(
        [(t, *key, instance.commitments[key].volume_gtok_per_day) for t in instance.periods for key in m.COMMITMENTS],
        columns=["period", *index, "promised_gtok_per_day"],
    )
    short = r.values(m.year.short_gtok_per_day, *index).groupby(["period", *index], sort=False).mean()
    frame["short_gtok_per_day"] = [short.get(key, 0.0) for key in _keys(frame, "period", *index)]
    return frame


def links_table(r: Reading) -> pd.DataFrame:
    """Booked and available capacity of links that are limited or paid for; blank where there is no limit."""
    m = r.m
    index = ("origin", "destination", "kind")
    frame = pd.DataFrame(
        {"booked_gbps": r.values(m.period.booked_gbps, *index), "available_gbps": r.values(m.period.link_gbps, *index)}
    ).reset_index()
    limited = [m.instance.links[e].gbps is not None for e in _keys(frame, *index)]
    frame["available_gbps"] = frame["available_gbps"].where(limited)
    return _ordered(frame, "period", *index)


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
    return _ordered(frame, "period", "site")


def software_table(r: Reading) -> pd.DataFrame:
    """Software that must be adopted: whether it is, and on how many units it may run."""
    m = r.m
    adopted = r.values(m.period.adopted, "stack").rename("adopted").reset_index()
    licensed = r.values(m.period.licensed_units, "site", "hardware", "stack")
    units = licensed.groupby(["stack", "period"], sort=False).sum()
    adopted["licensed_units"] = [units.get(key, 0.0) for key in _keys(adopted, "stack", "period")]
    return _ordered(adopted, "period", "stack")


TABLES = {
    "sites": sites_table,
    "hardware": hardware_table,
    "cooling": cooling_table,
    "power": power_table,
    "stores": stores_table,
    "dispatch": dispatch_table,
    "serving": serving_table,
    "software": software_table,
    "routes": routes_table,
    "links": links_table,
    "markets": markets_table,
    "commitments": commitments_table,
}
"""Table name -> how it is read from a solution."""


def _post(ledger: object, name: str) -> object:
    return next(post for post in ledger.posts if post.name == name)


def _cash_by(r: Reading, item: str, index: tuple[str, ...]) -> pd.Series:
    """A cash item over every source or store and period (M USD/yr; 0 where it was not posted)."""
    post = _post(r.m.cash, item)
    base = r.m.SOURCES if index[1] == "technology" else r.m.STORES
    every = [(*key, period) for key in base for period in r.m.instance.periods]
    found = r.per_year(post) if len(post.expression) else {}
    labels = pd.MultiIndex.from_frame(pd.DataFrame(every, columns=[*index, "period"]))  # also where there are none
    return pd.Series([found.get(key, 0.0) for key in every], index=labels, dtype=float)


def _keys(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    return list(frame[list(columns)].itertuples(index=False, name=None))


def _ordered(frame: pd.DataFrame, *first: str) -> pd.DataFrame:
    rest = [column for column in frame.columns if column not in first]
    return frame[[*first, *rest]].reset_index(drop=True)

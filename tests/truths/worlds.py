"""Worlds without friction, in which a published problem can be stated and nothing else stands in its way.

Free power, PUE 1, halls for nothing, a network without delay; units that may be bought in fractions, always work and
draw nothing while idle; one day that stands for the year, no interest. Each truth adds what it is about and takes away
what it needs to. Everything is written as tables and read, built and solved like any other instance.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.instance import load
from planner.plan.plan import Plan
from planner.plan.run import solve
from tests.factories import Tables, write_instance

HOURS = 8760
DAYS = 365
SECONDS = HOURS * 3600
RELATIVE = 1e-6
"""How near a plan must come to a truth, relative to it."""

_GAP = 1e-9
_FACT = {"source": "published example", "confidence": "published"}


def settings(title: str, **sections: Any) -> dict[str, Any]:
    """Return settings with one step of a day that stands for the year 2028, no interest and no catalogue."""
    day = {"mode": "days", "resolution_h": 24, "days": [{"name": "day", "date": "01-01", "weight": DAYS}]}
    plain = {"title": title, "base_year": 2028, "time": day, "finance": {"wacc": 0.0}, "catalogue": {"source": "none"}}
    return plain | sections


def frictionless(power_limit_mw: dict[str, float], products: list[str], markets: list[str]) -> Tables:
    """Return tables of sites with free power and of markets linked to all of them; no hardware and no demand yet.

    A request of any product is one output token; a test overwrites that where its mix of tokens matters.
    """
    tables: Tables = {
        "sites": [
            {"id": s, "name": s, "power_limit_mw": limit, "oversubscription": 1} for s, limit in power_limit_mw.items()
        ],
        "hardware": [],
        "cooling": [{"id": "ideal", "name": "Ideal", "max_rack_kw": 2000, "fits": "air", "overhead_base": 0} | _FACT],
        "technologies": [{"id": "wire", "name": "Wire", "kind": "grid"} | _FACT],
        "power": [{"node": s, "technology": "wire"} for s in power_limit_mw],
        "models": [{"id": "model", "name": "Model", "total_b": 1, "active_b": 1} | _FACT],
        "stacks": [{"id": "engine", "name": "Engine"} | _FACT],
        "points": [],
        "products": [{"id": p, "models": "model", "isl": 0, "osl": 1, "headroom": 1} for p in products],
        "markets": [{"id": market, "name": market} for market in markets],
        "demand": [],
        "links": [{"origin": s, "destination": market, "latency_ms": 0} for s in power_limit_mw for market in markets],
    }
    return tables


def add_hardware(tables: Tables, name: str, kw: float, usd_per_yr: float = 0.0, **columns: Any) -> None:
    """Add a system of one accelerator, rented by the year: it lives one year, so its annuity is its price."""
    row = {"id": name, "name": name, "accelerators_per_unit": 1, "unit_kw_max": kw, "idle_share": 0}
    row |= {"cooling_needs": "air", "capex_usd_per_unit": usd_per_yr, "opex_share_per_yr": 0, "life_years": 1}
    tables["hardware"].append(row | {"availability": 1, "whole_units": "no"} | _FACT | columns)


def add_point(tables: Tables, hardware: str, it_kw_per_accelerator: float, **columns: Any) -> None:
    """Add an operating point of a system; without other columns it makes output tokens only, from a request of one."""
    row = {"id": f"{hardware}-{len(tables['points'])}", "hardware": hardware, "model": "model", "stack": "engine"}
    row |= {"isl": 0, "osl": 1, "interactivity_tok_per_s": 100, "it_kw_per_accelerator": it_kw_per_accelerator}
    tables["points"].append(row | {"throughput_basis": "published"} | _FACT | columns)


def add_demand(tables: Tables, market: str, product: str, gtok_per_yr: float, usd_per_mtok: float = 0.0) -> None:
    """Add a contract for a flat volume at one price for tokens of every kind."""
    price = dict.fromkeys(("price_usd_per_mtok_input", "price_usd_per_mtok_cached"), usd_per_mtok)
    row = {"market": market, "product": product, "segment": "all", "volume_gtok_per_day": gtok_per_yr / DAYS}
    tables["demand"].append(row | price | {"price_usd_per_mtok_output": usd_per_mtok})


def promise(tables: Tables, penalty_usd_per_mtok: float | None = None) -> None:
    """Promise all of every demand: at a penalty for what falls short, or without fail."""
    tables["commitments"] = [
        {name: row[name] for name in ("market", "product", "volume_gtok_per_day")}
        | {"penalty_usd_per_mtok": penalty_usd_per_mtok}
        for row in tables["demand"]
    ]


def add_racks(tables: Tables, mwh_per_gtok: float) -> None:
    """Add racks of 1 MW for nothing that make a Gtok out of so many MWh."""
    accelerators, gtok_per_h = 20, 1 / mwh_per_gtok
    rate = gtok_per_h * 1e9 / 3600 / accelerators
    add_hardware(tables, "rack", kw=1000, accelerators_per_unit=accelerators)
    add_point(tables, "rack", 1000 / accelerators, fresh_input_tok_per_s=0, output_tok_per_s=rate)


def constant_load(mw: float) -> Tables:
    """Return tables of one site whose racks must draw so many MW at every hour: a promise at price 0 asks for them."""
    tables = frictionless({"site": mw}, ["token"], ["world"])
    add_racks(tables, mwh_per_gtok=1)
    add_demand(tables, "world", "token", mw * HOURS)
    promise(tables)
    return tables


def varying_load(load_mw: tuple[float, ...]) -> Tables:
    """Return tables of one site whose racks must draw these MW, one after the other, in equal parts of every day."""
    mean, hours = sum(load_mw) / len(load_mw), HOURS // DAYS // len(load_mw)
    tables = constant_load(mean)
    tables["sites"][0]["power_limit_mw"] = max(load_mw)
    tables["demand"][0]["shape"] = "load"
    tables["shapes"] = [
        {"shape": "load", "day_type": kind, "hour_local": hour, "value": load_mw[hour // hours] / mean}
        for kind in ("weekday", "weekend")
        for hour in range(HOURS // DAYS)
    ]
    return tables


def solved(
    folder: Path, tables: Tables, terms: dict[str, Any], series: dict[str, Any] | None = None, **options: Any
) -> Plan:
    """Write the instance, read it and solve it to a gap of 1e-9."""
    instance = load(write_instance(folder, tables, terms, series))
    plan = solve(instance, gap=_GAP, verify=False, **options)
    assert plan.status == "optimal"
    return plan

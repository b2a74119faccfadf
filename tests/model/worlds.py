"""A world in which the common rules have a row: one site, two steps a day, two periods, round numbers.

Rules that would crowd it have a world of their own: a module `world_<topic>.py` beside this one, whose function `world`
takes a folder and returns an instance.

Numbers that many tests use:

- periods: early (2028, one year), late (2029, two years, demand x 1.5, prices x 0.9, capex budget 40 M USD)
- steps of 12 h on one day of weight 365, so that a step stands for 4,380 h a year
- WACC 25 %, so that a payment a year later is worth 0.8
- power limit 10 MW early and 20 MW late, oversubscription 1.2, room for halls 15 MW
- rack: 10 accelerators, 100 kW, idle 20 kW, life 5 years, in `loop` only; box: 8 accelerators, 10 kW, idle 3 kW, life
  1 year, from 2029, in `loop` or `fan`
- rates in Gtok/h a unit: rack-fast 0.36 at 80 kW, rack-slow 0.72 at 100 kW, box-plain 0.0288 at 8 kW; their mix is 0.3
  fresh, 0.2 cached, 0.5 output; headroom 0.8 for chat and 1 for batch
- prices over the mix in USD/Mtok: town list 1.9, town bulk 0.65, far list 2.8, batch 0.18
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from planner.instance import Instance, load
from tests.factories import Tables, write_instance

FACT = {"source": "made up for tests", "confidence": "assumed"}


def everything_settings() -> dict[str, Any]:
    """Settings of the world with every rule: uniform pricing, a carbon price and a carbon limit."""
    return {
        "title": "Everything at once",
        "base_year": 2028,
        "time": {"resolution_h": 12, "days": [{"name": "day", "date": "01-01", "weight": 365}]},
        "finance": {"wacc": 0.25},
        "pricing": {"mode": "uniform"},
        "limits": {"carbon_usd_per_t": 50, "carbon_limit_t_per_yr": 20_000},
        "network": {"routes_per_pair": 1},
        "catalogue": {"source": "none"},
    }


def everything_series() -> dict[str, list[float]]:
    """Series of two values a day: a cool night and a hot day, dear power and sun by day."""
    return {
        "site-temperature [C]": [20.0, 38.0] * 365,
        "grid-price [USD/MWh]": [30.0, 50.0] * 365,
        "site-sun [share]": [0.0, 0.6] * 365,
    }


def everything_tables() -> Tables:
    """Tables of the world with every rule."""
    return {
        "periods": [
            {"period": "early", "start": 2028, "length_yr": 1},
            {"period": "late", "start": 2029, "length_yr": 2, "demand_index": 1.5, "price_index": 0.9}
            | {"capex_budget_musd": 40},
        ],
        "site_periods": [{"site": "site", "period": "late", "power_limit_mw": 20}],
        "supply": [
            {"hardware": "rack", "period": "every", "supply_units": 60},
            {"hardware": "box", "period": "late", "supply_units": 30},
        ],
        **_place(),
        **_technology(),
        **_serving(),
        **_selling(),
    }


def everything(folder: Path, changes: dict[str, Any] | None = None) -> Instance:
    """Write the world with every rule to a folder and load it, with overrides."""
    write_instance(folder, everything_tables(), everything_settings(), everything_series())
    return load(folder, overrides=changes)


def row_worlds() -> dict[str, Callable[[Path], Instance]]:
    """The worlds of the modules `world_<topic>.py` beside this one, by topic."""
    here = Path(__file__).parent
    topics = [module.name for module in pkgutil.iter_modules([str(here)]) if module.name.startswith("world_")]
    return {name.removeprefix("world_"): importlib.import_module(f"tests.model.{name}").world for name in topics}


def _place() -> Tables:
    return {
        "sites": [
            {"id": "site", "name": "Site", "power_limit_mw": 10, "oversubscription": 1.2, "hall_limit_mw": 15}
            | {"opening_date": 2028, "opening_capex_musd": 30, "opening_life_years": 20, "fixed_cost_musd_per_yr": 2}
            | {"shell_capex_usd_per_kw_it": 1200, "shell_life_years": 15, "shell_fom_share_per_yr": 0.02}
            | {"loss_share": 0.05, "base_load_mw": 0.5, "temperature_series": "site-temperature", "design_day_c": 35}
            | {"water_limit_m3_per_yr": 50_000, "water_usd_per_m3": 2, "max_cooling_designs": 1}
            | {"firm_share": 0.5, "firm_margin": 0.2}
        ],
        "site_cooling": [
            {"site": "site", "cooling": "loop", "limit_mw": 12},
            {"site": "site", "cooling": "fan", "limit_mw": None},
        ],
        "power": [
            {"node": "site", "technology": "grid", "max_mw": 12, "existing_mw": 6, "energy_usd_per_mwh": 10}
            | {"price_series": "grid-price", "demand_charge_usd_per_mw_yr": 10_000},
            {"node": "site", "technology": "gas", "max_mw": 8},
            {"node": "site", "technology": "sun", "available_from": 2029, "availability_series": "site-sun"},
        ],
        "site_stores": [{"node": "site", "store": "battery", "max_mw": 3, "max_mwh": 10}],
    }


def _technology() -> Tables:
    return {
        "hardware": [
            {"id": "rack", "name": "Rack", "accelerators_per_unit": 10, "unit_kw_max": 100, "idle_share": 0.2}
            | {"cooling_needs": "liquid", "capex_usd_per_unit": 1_000_000, "opex_share_per_yr": 0.03, "life_years": 5}
            | {"availability": 0.9, "whole_units": "yes", "may_retire": "no"}
            | FACT,
            {"id": "box", "name": "Box", "accelerators_per_unit": 8, "unit_kw_max": 10, "idle_share": 0.3}
            | {"cooling_needs": "air|liquid", "capex_usd_per_unit": 200_000, "opex_share_per_yr": 0.05, "life_years": 1}
            | {"availability": 0.8, "available_from": 2029, "whole_units": "no"}
            | {"may_retire": "no"}
            | FACT,
        ],
        "cooling": [
            {"id": "loop", "name": "Loop", "max_rack_kw": 200, "fits": "liquid", "overhead_base": 0.2}
            | {"free_cooling_below_c": 25, "overhead_slope_per_c": 0.01, "water_m3_per_mwh": 1.8}
            | {"capex_usd_per_kw_it": 500, "fixed_capex_musd": 3, "life_years": 15, "fom_share_per_yr": 0.03}
            | FACT,
            {"id": "fan", "name": "Fan", "max_rack_kw": 20, "fits": "air", "overhead_base": 0.4}
            | {"capex_usd_per_kw_it": 300, "life_years": 10, "fom_share_per_yr": 0.04}
            | FACT,
        ],
        "technologies": [
            {"id": "grid", "name": "Grid", "kind": "grid", "fom_usd_per_kw_yr": 5, "co2_kg_per_mwh": 400} | FACT,
            {"id": "gas", "name": "Gas", "kind": "gas-turbine", "capex_usd_per_kw": 1000, "life_years": 25}
            | {"fom_usd_per_kw_yr": 20, "vom_usd_per_mwh": 3, "heat_rate_mmbtu_per_mwh": 8, "fuel_usd_per_mmbtu": 4}
            | {"co2_kg_per_mwh": 500, "availability": 0.95, "firm_credit": 0.9, "max_hours_per_yr": 4000}
            | FACT,
            {"id": "sun", "name": "Sun", "kind": "solar", "capex_usd_per_kw": 800, "life_years": 25} | FACT,
        ],
        "stores": [
            {"id": "battery", "name": "Battery", "hours": 4, "capex_usd_per_kwh": 200, "capex_usd_per_kw": 100}
            | {"fom_usd_per_kwh_yr": 2, "fom_usd_per_kw_yr": 1, "life_years": 10, "efficiency_charge": 0.9}
            | {"efficiency_discharge": 0.8, "loss_share_per_h": 0.01, "firm_credit": 0.5}
            | FACT
        ],
    }


def _serving() -> Tables:
    def point(name: str, hardware: str, stack: str, ttft_ms: float, kw: float, rate: float) -> dict[str, Any]:
        rates = {"fresh_input_tok_per_s": 0.3 * rate, "cached_input_tok_per_s": 0.2 * rate}
        return (
            {"id": name, "hardware": hardware, "model": "model", "stack": stack, "isl": 1000, "osl": 1000}
            | {"cached_share": 0.4, "interactivity_tok_per_s": 50, "ttft_ms": ttft_ms, "it_kw_per_accelerator": kw}
            | rates
            | {"output_tok_per_s": 0.5 * rate, "throughput_basis": "assumed"}
            | FACT
        )

    return {
        "models": [{"id": "model", "name": "Model", "total_b": 100, "active_b": 10} | FACT],
        "stacks": [
            {"id": "engine", "name": "Engine"} | FACT,
            {"id": "turbo", "name": "Turbo", "adoption_cost_musd": 2, "adoption_life_years": 3}
            | {"licence_usd_per_accelerator_yr": 100, "available_from": 2029}
            | FACT,
        ],
        "points": [
            point("rack-fast", "rack", "engine", 300, 8, 10_000),
            point("rack-slow", "rack", "turbo", 800, 10, 20_000),
            point("box-plain", "box", "engine", 500, 1, 1_000),
        ],
    }


def _selling() -> Tables:
    def demand(market: str, product: str, segment: str, gtok: float, prices: tuple, **more: Any) -> dict[str, Any]:
        names = ("price_usd_per_mtok_input", "price_usd_per_mtok_cached", "price_usd_per_mtok_output")
        key = {"market": market, "product": product, "segment": segment, "volume_gtok_per_day": gtok}
        return key | dict(zip(names, prices, strict=True)) | more

    halves = [("weekday", 0.5, 1.5), ("weekend", 1.0, 1.0)]
    return {
        "products": [
            {"id": "chat", "models": "model", "isl": 1000, "osl": 1000, "cached_share": 0.4, "max_ttft_ms": 1000}
            | {"headroom": 0.8, "bytes_per_input_token": 4, "bytes_per_output_token": 45, "token_weight": 2},
            {"id": "batch", "models": "model", "isl": 1000, "osl": 1000, "cached_share": 0.4, "headroom": 1}
            | {"deadline_h": 12},
        ],
        "markets": [{"id": "town", "name": "Town"}, {"id": "far", "name": "Far", "utc_offset_h": 12}],
        "demand": [
            demand("town", "chat", "list", 10, (1, 0.5, 3), shape="daily"),
            demand("town", "chat", "bulk", 20, (0.5, 0, 1), whole="yes"),
            demand("far", "chat", "list", 6, (2, 1, 4), shape="daily"),
            demand("town", "batch", "list", 8, (0.1, 0, 0.3), shape="daily"),
        ],
        "commitments": [
            {"market": "town", "product": "chat", "volume_gtok_per_day": 5, "penalty_usd_per_mtok": 1}
            | {"churn_usd_per_mtok": 0.5},
            {"market": "far", "product": "chat", "volume_gtok_per_day": 2},
        ],
        "shapes": [
            {"shape": "daily", "day_type": kind, "hour_local": hour, "value": night if hour < 12 else day}
            for kind, night, day in halves
            for hour in range(24)
        ],
        "links": [
            {"origin": "site", "destination": "town", "latency_ms": 10, "usd_per_gb": 0.01},
            {"origin": "site", "destination": "far", "latency_ms": 250, "gbps": 10, "expandable_gbps": 5}
            | {"capex_usd_per_gbps": 1000, "usd_per_gbps_yr": 1200, "usd_per_gb": 0.02},
        ],
    }

"""A world of three periods: racks that may retire, demand that grows, software that improves, orders that take time.

Numbers that many tests use:

- periods: now (2028), next (2029, demand x 2, tokens per unit x 1.5), last (2030, two years, x 2, prices x 0.9)
- WACC 25 %: a year of now, next and last is worth 1, 0.8 and 0.64 + 0.512 = 1.152
- rack: 10 accelerators, 100 kW, idle 20 kW, 1 M USD, lives 2 years; crate: the same for 2 M USD, 5 years, in fractions;
  slab: as crate, never retires, a year from order to service. Orders begin in 2028
- rack-old makes 0.36 Gtok/h a rack at 80 kW; rack-new as much at 50 kW, on software of 2029, later to the first token
- chat: 10 Gtok a day in 2027, growing by half a year; x 1.2 in next for the product; price 1.9 USD/Mtok, x 0.8 in next
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.instance import Instance, load
from tests.factories import Tables, write_instance
from tests.model.worlds import FACT


def world_settings() -> dict[str, Any]:
    """Settings: two steps a day, dear money, orders from 2028."""
    return {
        "title": "Three periods",
        "base_year": 2028,
        "order_date": "2028",
        "time": {"resolution_h": 12, "days": [{"name": "day", "date": "01-01", "weight": 365}]},
        "finance": {"wacc": 0.25, "tax_share": 0.2},
        "catalogue": {"source": "none"},
    }


def world_tables() -> Tables:
    """Tables of the world of three periods."""
    return {
        "periods": [
            {"period": "now", "start": 2028, "length_yr": 1},
            {"period": "next", "start": 2029, "length_yr": 1, "demand_index": 2, "stack_index": 1.5},
            {"period": "last", "start": 2030, "length_yr": 2, "stack_index": 2, "price_index": 0.9},
        ],
        "sites": [
            {"id": "site", "name": "Site", "power_limit_mw": 10, "oversubscription": 1, "fixed_cost_musd_per_yr": 0.1}
            | {"shell_capex_usd_per_kw_it": 1000, "shell_life_years": 20}
        ],
        "site_periods": [{"site": "site", "period": "now", "power_limit_mw": 6}],
        "supply": [{"hardware": "rack", "period": "every", "supply_units": 40}],
        "cooling": [
            {"id": "loop", "name": "Loop", "max_rack_kw": 200, "fits": "liquid", "overhead_base": 0.25}
            | {"capex_usd_per_kw_it": 500, "fixed_capex_musd": 3, "life_years": 15, "fom_share_per_yr": 0.02}
            | FACT
        ],
        **_hardware(),
        **_power(),
        **_selling(),
    }


def world(folder: Path, changes: dict[str, Any] | None = None) -> Instance:
    """Write the world of three periods to a folder and load it, with overrides."""
    return load(write_instance(folder, world_tables(), world_settings()), overrides=changes)


def _hardware() -> Tables:
    def system(name: str, usd: float, life: float, **more: Any) -> dict[str, Any]:
        row = {"id": name, "name": name.title(), "accelerators_per_unit": 10, "unit_kw_max": 100, "idle_share": 0.2}
        row |= {"cooling_needs": "liquid", "capex_usd_per_unit": usd, "opex_share_per_yr": 0.05, "life_years": life}
        return row | {"availability": 0.9, "whole_units": "no"} | FACT | more

    def point(name: str, hardware: str, ttft_ms: float, kw: float, **more: Any) -> dict[str, Any]:
        row = {"id": name, "hardware": hardware, "model": "model", "stack": "engine", "isl": 1000, "osl": 1000}
        row |= {"interactivity_tok_per_s": 50, "ttft_ms": ttft_ms, "it_kw_per_accelerator": kw}
        row |= {"fresh_input_tok_per_s": 5000, "output_tok_per_s": 5000, "throughput_basis": "assumed"}
        return row | FACT | more

    return {
        "hardware": [
            system("rack", 1_000_000, 2, whole_units="yes"),
            system("crate", 2_000_000, 5),
            system("slab", 2_000_000, 5, may_retire="no", lead_time_years=1),
        ],
        "models": [{"id": "model", "name": "Model", "total_b": 100, "active_b": 10} | FACT],
        "stacks": [{"id": "engine", "name": "Engine"} | FACT],
        "points": [
            point("rack-old", "rack", 300, 8),
            point("rack-new", "rack", 800, 5, available_from=2029),
            point("crate-old", "crate", 300, 8),
            point("slab-old", "slab", 300, 8),
        ],
    }


def _power() -> Tables:
    return {
        "technologies": [
            {"id": "grid", "name": "Grid", "kind": "grid"} | FACT,
            {"id": "gas", "name": "Gas", "kind": "gas-turbine", "capex_usd_per_kw": 100, "lead_time_years": 1.5} | FACT,
            {"id": "sun", "name": "Sun", "kind": "solar", "capex_usd_per_kw": 900, "lead_time_years": 9} | FACT,
        ],
        "power": [
            {"node": "site", "technology": "grid", "energy_usd_per_mwh": 60, "max_mw": 100},
            {"node": "site", "technology": "gas", "energy_usd_per_mwh": 30, "max_mw": 4},
            {"node": "site", "technology": "sun", "available_from": 2028, "max_mw": 1},
        ],
        "stores": [
            {"id": "battery", "name": "Battery", "capex_usd_per_kwh": 200, "lead_time_years": 1}
            | {"efficiency_charge": 0.9, "efficiency_discharge": 0.9}
            | FACT
        ],
        "site_stores": [{"node": "site", "store": "battery", "max_mw": 2}],
    }


def _selling() -> Tables:
    return {
        "products": [{"id": "chat", "models": "model", "isl": 1000, "osl": 1000, "max_ttft_ms": 1000, "headroom": 0.8}],
        "product_periods": [{"product": "chat", "period": "next", "demand_index": 1.2, "price_index": 0.8}],
        "markets": [{"id": "town", "name": "Town"}, {"id": "far", "name": "Far"}],
        "demand": [
            {"market": "town", "product": "chat", "segment": "list", "volume_gtok_per_day": 10, "volume_year": 2027}
            | {"growth_per_yr": 0.5, "price_usd_per_mtok_input": 0.8, "price_usd_per_mtok_output": 3},
            {"market": "far", "product": "chat", "segment": "list", "volume_gtok_per_day": 4}
            | {"price_usd_per_mtok_input": 1, "price_usd_per_mtok_output": 3},
        ],
        "commitments": [
            {"market": "town", "product": "chat", "volume_gtok_per_day": 5, "penalty_usd_per_mtok": 1},
        ],
        "links": [
            {"origin": "site", "destination": "town", "latency_ms": 10, "usd_per_gb": 0.01},
            {"origin": "site", "destination": "far", "latency_ms": 250, "usd_per_gb": 0.01},
        ],
    }

"""A world to be solved in which power plant of every kind has its work: units, ramps, contracts, export, a clean share.

One site, a day in six steps of 4 h. Racks follow the day; the grid is dear in the afternoon and takes power back; the
sun is bought as produced; engines are built in units for what is missing, diesel sets to be firm; a combined cycle is
there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.instance import Instance, load
from tests.factories import Tables, minimal_settings, minimal_tables, write_instance

_FACT = {"source": "made up for tests", "confidence": "assumed"}
_GAS = {"heat_rate_mmbtu_per_mwh": 8, "fuel_usd_per_mmbtu": 5, "co2_kg_per_mwh": 400}


def plant_settings() -> dict[str, Any]:
    """Settings with whole units online and 15 % of the year's energy clean."""
    settings = minimal_settings()
    settings["time"] |= {"resolution_h": 4}
    settings["dispatch"] = {"commitment": "integer"}
    settings["limits"] = {"clean_share_per_yr": 0.15, "carbon_usd_per_t": 10}
    return settings


def plant_series() -> dict[str, list[float]]:
    """Sun by day, an afternoon in which the grid is dear."""
    return {
        "sun [share]": [0.0, 0.1, 0.7, 0.9, 0.2, 0.0] * 365,
        "spot [USD/MWh]": [30.0, 30.0, 45.0, 140.0, 120.0, 50.0] * 365,
    }


def plant_tables() -> Tables:
    """Tables of the world."""
    tables = minimal_tables()
    tables["sites"][0] |= {"firm_share": 0.8, "firm_margin": 0.1, "power_limit_mw": 80}
    tables["hardware"][0] |= {"idle_share": 0.2}
    tables["demand"][0] |= {"volume_gtok_per_day": 3000, "shape": "daily"}
    tables["shapes"] = [
        {"shape": "daily", "day_type": kind, "hour_local": hour, "value": 1 + (6 <= hour < 20) * (1 + (hour > 12) / 4)}
        for kind in ("weekday", "weekend")
        for hour in range(24)
    ]
    tables["technologies"] = _technologies()
    tables["power"] = [
        {"node": "alpha", "technology": "grid", "max_mw": 25, "price_series": "spot", "export_max_mw": 15}
        | {"export_usd_per_mwh": -5, "export_price_series": "spot", "demand_charge_usd_per_mw_yr": 20_000},
        {"node": "alpha", "technology": "engine", "max_mw": 60},
        {"node": "alpha", "technology": "cycle", "existing_mw": 30, "max_mw": 30, "initial_online_units": 1},
        {"node": "alpha", "technology": "sun", "max_mw": 30, "existing_mw": 30, "pay": "as-produced"}
        | {"energy_usd_per_mwh": 25, "availability_series": "sun"},
        {"node": "alpha", "technology": "diesel", "max_mw": 50},
    ]
    tables["stores"] = [
        {"id": "battery", "name": "Battery", "capex_usd_per_kwh": 250, "efficiency_charge": 0.95, "hours": 4}
        | {"efficiency_discharge": 0.9, "life_years": 12, "firm_credit": 0.3}
        | _FACT
    ]
    tables["site_stores"] = [{"node": "alpha", "store": "battery", "max_mw": 10}]
    return tables


def _technologies() -> list[dict[str, Any]]:
    rows = [
        {"id": "grid", "kind": "grid", "co2_kg_per_mwh": 380, "firm_credit": 1},
        {"id": "engine", "kind": "gas-engine", "capex_usd_per_kw": 900, "availability": 0.96, "firm_credit": 0.8}
        | {"unit_mw": 9, "min_load_share": 0.4, "start_usd_per_mw": 20, "min_up_h": 8, "min_down_h": 4}
        | _GAS,
        {"id": "cycle", "kind": "gas-turbine", "firm_credit": 0.75, "unit_mw": 15, "min_load_share": 0.5}
        | {"start_usd_per_mw": 70, "stop_usd_per_mw": 5, "ramp_share_per_h": 0.1}
        | (_GAS | {"heat_rate_mmbtu_per_mwh": 6.5}),
        {"id": "sun", "kind": "ppa", "clean": "yes"},
        {"id": "diesel", "kind": "diesel", "capex_usd_per_kw": 400, "firm_credit": 0.95, "max_hours_per_yr": 100}
        | {"ramp_share_per_h": 0.2, "vom_usd_per_mwh": 95},
    ]
    return [{"name": row["id"]} | row | _FACT for row in rows]


def plant(folder: Path, changes: dict[str, Any] | None = None) -> Instance:
    """Write the world to a folder and load it, with overrides."""
    write_instance(folder, plant_tables(), plant_settings(), plant_series())
    return load(folder, overrides=changes)

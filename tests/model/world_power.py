"""A world of power plant with every limit: four steps of 6 h a day, two periods of a year, one site that need not run.

- grid: 60 MW there, 40 and 60 USD/MWh by half-day, sells back at most 30 MW at 10 USD/MWh
- gas: units of 20 MW, at least 0.4 of it, starts 50 and stops 5 USD/MW, up 12 h, down 8 h, ramp 0.05 of it an hour
- coal: units of 50 MW, two of them there, at least 0.5, starts 80 USD/MW, up 18 h, ramp 0.1; one online at first
- sun: a purchase agreement over 40 MW until 2029 at 30 USD/MWh, paid as produced, sun in the two middle steps
- boiler: no units, ramp 0.1 of capacity an hour
- clean: half of the year's and a fifth of every step's consumption
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.instance import Instance, load
from tests.factories import minimal_settings, minimal_tables, write_instance

FACT = {"source": "made up for tests", "confidence": "assumed"}


def world(folder: Path, changes: dict[str, Any] | None = None, time: dict[str, Any] | None = None) -> Instance:
    """Write the world to a folder and load it, with overrides, and with other settings of time."""
    settings = minimal_settings()
    settings["time"] = (time or settings["time"]) | {"resolution_h": 6}
    settings["finance"] = {"wacc": 0.25}
    settings["dispatch"] = {"commitment": "integer"}
    settings["limits"] = {"clean_share_per_yr": 0.5, "clean_share_per_step": 0.2}
    tables = minimal_tables() | {
        "periods": [{"period": "early", "start": 2028}, {"period": "late", "start": 2029}],
        "technologies": _technologies(),
        "power": _power(),
    }
    series = {"sun [share]": [0.0, 0.5, 0.8, 0.0] * 365, "spot [USD/MWh]": [40.0, 40.0, 60.0, 60.0] * 365}
    return load(write_instance(folder, tables, settings, series), overrides=changes)


def _technologies() -> list[dict[str, Any]]:
    fuel = {"heat_rate_mmbtu_per_mwh": 10, "fuel_usd_per_mmbtu": 2}
    rows = [
        {"id": "grid", "kind": "grid"},
        {"id": "gas", "kind": "gas-engine", "capex_usd_per_kw": 1000, "availability": 0.9, "unit_mw": 20}
        | {"min_load_share": 0.4, "start_usd_per_mw": 50, "stop_usd_per_mw": 5, "min_up_h": 12, "min_down_h": 8}
        | {"ramp_share_per_h": 0.05}
        | fuel,
        {"id": "coal", "kind": "other", "capex_usd_per_kw": 3000, "unit_mw": 50, "min_load_share": 0.5}
        | {"start_usd_per_mw": 80, "min_up_h": 18, "ramp_share_per_h": 0.1, "vom_usd_per_mwh": 20},
        {"id": "sun", "kind": "ppa", "clean": "yes", "vom_usd_per_mwh": 30},
        {"id": "boiler", "kind": "other", "capex_usd_per_kw": 500, "ramp_share_per_h": 0.1} | fuel,
    ]
    return [{"name": row["id"]} | row | FACT for row in rows]


def _power() -> list[dict[str, Any]]:
    return [
        {"node": "alpha", "technology": "grid", "max_mw": 60, "existing_mw": 60, "price_series": "spot"}
        | {"export_max_mw": 30, "export_usd_per_mwh": 10},
        {"node": "alpha", "technology": "gas"},
        {"node": "alpha", "technology": "coal", "existing_mw": 100, "max_mw": 200, "initial_online_units": 1},
        {"node": "alpha", "technology": "sun", "existing_mw": 40, "max_mw": 40, "pay": "as-produced"}
        | {"available_until": 2029, "availability_series": "sun"},
        {"node": "alpha", "technology": "boiler", "max_mw": 10},
    ]

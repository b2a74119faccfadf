"""A world in which measures of the whole plan are limited: two periods of one and two years, steps of 12 h.

A step stands for 4,380 h a year. Demand is 10 Gtok a day early and 1.5 times that late; a token weighs 1.2. The grid
emits 0.4 t/MWh, the chiller drinks 1.8 m3 per MWh of heat and takes 0.1 MW/MW, 0.5 MW are drawn whenever the site is
open.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.instance import Instance, load
from tests.factories import Tables, minimal_settings, minimal_tables, write_instance

LIMITS = [
    {"measure": "carbon", "at_most": 20_000},
    {"measure": "tokens", "at_least": 3_000, "at_most": 12_000},
    {"measure": "energy", "at_most": 60_000},
    {"measure": "water", "at_most": 90_000},
    {"measure": "capex", "at_most": 50},
    {"measure": "profit", "at_least": 0},
]


def tables() -> Tables:
    """The smallest instance with two periods, carbon, water and a base load."""
    found = minimal_tables()
    found["periods"] = [
        {"period": "early", "start": 2028, "length_yr": 1},
        {"period": "late", "start": 2029, "length_yr": 2, "demand_index": 1.5},
    ]
    found["sites"][0] |= {"base_load_mw": 0.5, "power_limit_mw": 10}
    found["cooling"][0] |= {"water_m3_per_mwh": 1.8}
    found["technologies"][0] |= {"co2_kg_per_mwh": 400}
    found["products"][0] |= {"token_weight": 1.2}
    found["commitments"] = [
        {"market": "town", "product": "chat", "volume_gtok_per_day": 1, "penalty_usd_per_mtok": 3}
        | {"churn_usd_per_mtok": 1}
    ]
    return found


def world(folder: Path, changes: dict[str, Any] | None = None) -> Instance:
    """Write the world of limited measures to a folder and load it, with overrides."""
    settings = minimal_settings() | {"objective": {"name": "profit", "limits": LIMITS}, "finance": {"wacc": 0.25}}
    settings["time"] = {"resolution_h": 12, "days": settings["time"]["days"]}
    return load(write_instance(folder, tables(), settings), overrides=changes)

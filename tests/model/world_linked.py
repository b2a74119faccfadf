"""A store that carries energy from date to date: one site, one representative day of two steps, round numbers.

- cave (linked): 0.9 in, 0.8 out, loses so much that a step of 12 h keeps a half and a day a quarter
- cell (not linked) beside it
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.instance import Instance, load
from tests.factories import minimal_settings, minimal_tables, write_instance
from tests.model.worlds import FACT


def world(folder: Path, changes: dict[str, Any] | None = None) -> Instance:
    """Write the world to a folder and load it, with overrides."""
    tables = minimal_tables()
    store = {"capex_usd_per_kwh": 20, "capex_usd_per_kw": 30, "efficiency_charge": 0.9, "efficiency_discharge": 0.8}
    tables["stores"] = [
        {"id": "cave", "name": "Cave", "linked": "yes", "loss_share_per_h": 1 - 0.5 ** (1 / 12)} | store | FACT,
        {"id": "cell", "name": "Cell"} | store | FACT,
    ]
    tables["site_stores"] = [
        {"node": "alpha", "store": "cave", "max_mwh": 100, "available_from": 2028},
        {"node": "alpha", "store": "cell", "max_mwh": 100, "available_from": 2029},
    ]
    day = {"name": "day", "date": "01-01", "weight": 365}
    write_instance(folder, tables, minimal_settings() | {"time": {"resolution_h": 12, "days": [day]}})
    return load(folder, overrides=changes)

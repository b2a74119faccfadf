"""Two hubs and the lines to them: one site, two steps a day, two periods, round numbers.

- periods, steps and WACC as in `everything`: early (2028, one year), late (2029, two years); a step is 4,380 h a year
- site alpha asks for firm capacity for half of its provisioned load
- its chiller needs no choice and may remove 90 MW
- hub moor: wind (no firm credit) and gas (0.9), a battery (0.5); hub peak: hydro (firm credit 0.6)
- alpha - moor: hvdc, 5 MW there, at most 20, 400 USD/kW and 3 M USD for any, loses 5 %, 8 USD/MWh, backs 0.8, from 2029
- moor - peak: ac, no limit, 100 USD/kW, 4 USD/kW-yr, life of one year, backs nothing
- peak - alpha: cable, at most 7 MW, lives 40 years
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.instance import Instance, load
from tests.factories import Tables, minimal_settings, minimal_tables, write_instance
from tests.model.worlds import FACT


def grid_tables() -> Tables:
    """Tables of the world."""
    tables = minimal_tables()
    tables["sites"][0] |= {"firm_share": 0.5, "fixed_cost_musd_per_yr": 1}
    tables["periods"] = [
        {"period": "early", "start": 2028, "length_yr": 1},
        {"period": "late", "start": 2029, "length_yr": 2},
    ]
    tables["site_cooling"] = [{"site": "alpha", "cooling": "chiller", "limit_mw": 90}]
    tables["hubs"] = [{"id": "moor", "name": "Moor"}, {"id": "peak"}]
    tables["technologies"] += [
        {"id": "wind", "name": "Wind", "kind": "wind", "capex_usd_per_kw": 900} | FACT,
        {"id": "gas", "name": "Gas", "kind": "gas-turbine", "vom_usd_per_mwh": 90, "firm_credit": 0.9} | FACT,
        {"id": "hydro", "name": "Hydro", "kind": "hydro", "vom_usd_per_mwh": 20, "firm_credit": 0.6} | FACT,
    ]
    tables["power"] += [
        {"node": "moor", "technology": "wind", "availability_series": "moor-wind"},
        {"node": "moor", "technology": "gas"},
        {"node": "peak", "technology": "hydro", "existing_mw": 10, "max_mw": 10},
    ]
    tables["stores"] = [
        {"id": "battery", "name": "Battery", "capex_usd_per_kwh": 90, "capex_usd_per_kw": 10, "efficiency_charge": 0.9}
        | {"efficiency_discharge": 0.8, "firm_credit": 0.5}
        | FACT
    ]
    tables["site_stores"] = [{"node": "moor", "store": "battery", "max_mw": 50, "max_mwh": 100}]
    tables["lines"] = [
        {"origin": "alpha", "destination": "moor", "kind": "hvdc", "existing_mw": 5, "max_mw": 20}
        | {"capex_usd_per_kw": 400, "fixed_capex_musd": 3, "life_years": 30, "loss_share": 0.05, "firm_credit": 0.8}
        | {"wheeling_usd_per_mwh": 8, "available_from": 2029},
        {"origin": "moor", "destination": "peak", "capex_usd_per_kw": 100, "fom_usd_per_kw_yr": 4, "life_years": 1},
        {"origin": "peak", "destination": "alpha", "kind": "cable", "max_mw": 7, "capex_usd_per_kw": 50},
    ]
    return tables


def grid_settings() -> dict[str, Any]:
    """Settings of the world."""
    day = {"name": "day", "date": "01-01", "weight": 365}
    return minimal_settings() | {"time": {"resolution_h": 12, "days": [day]}, "finance": {"wacc": 0.25}}


def world(folder: Path, changes: dict[str, Any] | None = None) -> Instance:
    """Write the world to a folder and load it, with overrides."""
    write_instance(folder, grid_tables(), grid_settings(), {"moor-wind [share]": [0.2, 0.8] * 365})
    return load(folder, overrides=changes)

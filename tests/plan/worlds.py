"""Worlds to be solved: small ones whose parts all matter, and ways to change a world as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from planner.instance import Instance, load
from tests.factories import Tables, minimal_settings, minimal_tables, write_instance
from tests.model.world_grid import world as grid
from tests.model.world_objectives import world as limited
from tests.model.world_selling import world as selling
from tests.model.world_years import world as years
from tests.model.worlds import FACT, everything, everything_series, everything_settings, everything_tables
from tests.plan.world_plant import plant

SHIPPED = Path(__file__).parents[2] / "instances"

Changes = dict[str, Any]


def toy(folder: Path, changes: Changes | None = None) -> Instance:
    """The shipped toy; the folder is not used."""
    return load(SHIPPED / "toy", overrides=changes)


def minimal(folder: Path, changes: Changes | None = None) -> Instance:
    """The smallest instance, by the hour."""
    return load(write_instance(folder), overrides=changes)


def own_prices(folder: Path, changes: Changes | None = None) -> Instance:
    """The world with every rule, each contract at its own price."""
    return everything(folder, {"pricing.mode": "segments"} | (changes or {}))


def broken_promise(folder: Path, changes: Changes | None = None) -> Instance:
    """The world with every rule, with so dear a rack that paying for a broken promise is cheaper."""
    dear = {"hardware.*.capex_usd_per_unit": 30_000_000, "commitments.town.chat.volume_gtok_per_day": 20}
    return own_prices(folder, dear | (changes or {}))


def two_sites_tables() -> Tables:
    """Sites alpha (100 MW, dear power) and beta (6 MW, sun and a little grid, law of its own) serve town and port.

    Two systems: 400 box, and crate with twice the tokens at three times the price. Beta may cool with water. Port is
    nearer to beta and lets only beta serve it. Chat follows the day, batch work may wait for 8 h.
    """
    tables = minimal_tables()
    tables["sites"][0] |= {"fixed_cost_musd_per_yr": 1, "loss_share": 0.03, "base_load_mw": 0.2}
    tables["sites"].append(
        tables["sites"][0]
        | {"id": "beta", "name": "Beta", "power_limit_mw": 6, "jurisdiction": "eu", "oversubscription": 1.0}
        | {"water_usd_per_m3": 3, "water_limit_m3_per_yr": 30_000}
    )
    tables["cooling"].append(
        tables["cooling"][0]
        | {"id": "tower", "name": "Tower", "overhead_base": 0.06, "water_m3_per_mwh": 1.5, "capex_usd_per_kw_it": 1400}
    )
    tables["site_cooling"] = [{"site": "alpha", "cooling": "chiller"}] + [
        {"site": "beta", "cooling": name} for name in ("chiller", "tower")
    ]
    tables["hardware"].append(tables["hardware"][0] | {"id": "crate", "name": "Crate", "capex_usd_per_unit": 600_000})
    tables["supply"] = [{"hardware": "box", "supply_units": 400}]
    tables["points"].append(
        tables["points"][0]
        | {"id": "crate-m-50", "hardware": "crate", "fresh_input_tok_per_s": 1000, "output_tok_per_s": 1000}
    )
    tables["power"].append({"node": "beta", "technology": "grid", "energy_usd_per_mwh": 20, "max_mw": 1})
    tables["power"].append({"node": "beta", "technology": "sun", "availability_series": "beta-sun"})
    tables["technologies"].append({"id": "sun", "name": "Sun", "kind": "solar", "capex_usd_per_kw": 700} | FACT)
    tables["stores"] = [
        {"id": "battery", "name": "Battery", "capex_usd_per_kwh": 60, "capex_usd_per_kw": 20, "efficiency_charge": 0.95}
        | {"efficiency_discharge": 0.9, "life_years": 12}
        | FACT
    ]
    tables["site_stores"] = [{"node": "beta", "store": "battery"}]
    tables["products"].append(
        {"id": "batch", "models": "open-m", "isl": 1000, "osl": 1000, "deadline_h": 8, "headroom": 0.95}
    )
    tables["markets"] = [
        {"id": "town", "name": "Town", "utc_offset_h": -5},
        {"id": "port", "name": "Port", "utc_offset_h": 5.5, "site_jurisdictions": "eu"},
    ]
    return tables | _two_markets()


def _two_markets() -> Tables:
    def demand(market: str, product: str, segment: str, gtok: float, price: float, shape: str | None) -> dict[str, Any]:
        key = {"market": market, "product": product, "segment": segment, "volume_gtok_per_day": gtok}
        return key | {"price_usd_per_mtok_input": price, "price_usd_per_mtok_output": 3 * price, "shape": shape}

    return {
        "demand": [
            demand("town", "chat", "list", 30, 0.8, "daily"),
            demand("town", "chat", "bulk", 200, 0.5, "daily"),
            demand("port", "chat", "list", 20, 1.5, "daily"),
            demand("town", "batch", "list", 60, 0.25, "daily"),
            demand("port", "batch", "list", 40, 0.3, None),
        ],
        "shapes": [
            {"shape": "daily", "day_type": kind, "hour_local": hour, "value": low + abs(12 - abs(hour - 15))}
            for kind, low in (("weekday", 2), ("weekend", 8))
            for hour in range(24)
        ],
        "links": [
            {"origin": "alpha", "destination": "town", "latency_ms": 10, "usd_per_gb": 0.02},
            {"origin": "beta", "destination": "town", "latency_ms": 50, "usd_per_gbps_yr": 20_000},
            {"origin": "beta", "destination": "port", "latency_ms": 5, "usd_per_gb": 0.01, "gbps": 0.2}
            | {"expandable_gbps": 1, "capex_usd_per_gbps": 500_000},
        ],
    }


def two_sites_series() -> dict[str, list[float]]:
    """Sun from 6 to 18 h, strongest at noon."""
    return {"beta-sun [share]": [max(0.0, 1 - abs(12 - hour) / 6) for hour in range(24)] * 365}


def two_sites(folder: Path, changes: Changes | None = None) -> Instance:
    """Two sites and two markets on a working day and a weekend day, in steps of 4 h."""
    days = [{"name": "work", "date": "01-02", "weight": 261}, {"name": "rest", "date": "01-06", "weight": 104}]
    settings = minimal_settings() | {"time": {"resolution_h": 4, "days": days}}
    write_instance(folder, two_sites_tables(), settings, two_sites_series())
    return load(folder, overrides=changes)


def whole_year(folder: Path, changes: Changes | None = None) -> Instance:
    """The two sites through all days of the year, a step a day."""
    settings = minimal_settings() | {"time": {"mode": "year", "resolution_h": 24}}
    write_instance(folder, two_sites_tables(), settings, two_sites_series())
    return load(folder, overrides=changes)


def hubs_and_dates(folder: Path, changes: Changes | None = None) -> Instance:
    """The two sites on wind from two hubs, whose store is linked from date to date; alpha backs its load by a hub."""
    days = [{"name": "windy", "date": "01-02", "weight": 200}, {"name": "calm", "date": "07-03", "weight": 165}]
    settings = minimal_settings() | {"time": {"resolution_h": 4, "days": days}}
    tables = two_sites_tables()
    tables["sites"][0] |= {"firm_share": 0.3}
    tables["hubs"] = [{"id": "moor"}, {"id": "fjord"}]
    tables["technologies"] += [
        {"id": "wind", "name": "Wind", "kind": "wind", "capex_usd_per_kw": 600} | FACT,
        {"id": "hydro", "name": "Hydro", "kind": "hydro", "vom_usd_per_mwh": 60, "firm_credit": 0.7} | FACT,
    ]
    tables["power"][0] |= {"max_mw": 1}
    tables["power"] += [
        {"node": "moor", "technology": "wind", "availability_series": "moor-wind"},
        {"node": "fjord", "technology": "hydro", "max_mw": 12},
    ]
    tables["stores"].append(tables["stores"][0] | {"id": "cave", "linked": "yes", "loss_share_per_h": 0.0001})
    tables["stores"][1] |= {"capex_usd_per_kwh": 0.1}
    tables["site_stores"].append({"node": "moor", "store": "cave"})
    line = {"capex_usd_per_kw": 150, "loss_share": 0.04, "wheeling_usd_per_mwh": 2, "firm_credit": 0.9}
    tables["lines"] = [
        {"origin": "moor", "destination": "alpha", "kind": "hvdc", "fixed_capex_musd": 0.5, "max_mw": 60} | line,
        {"origin": "fjord", "destination": "moor", "existing_mw": 10} | line,
        {"origin": "alpha", "destination": "beta", "max_mw": 20} | line,
    ]
    windy = [[0.8, 1.0, 0.9, 0.7, 0.6, 0.9], [0.1, 0.0, 0.0, 0.2, 0.1, 0.0]]
    wind = [share for date in range(365) for share in windy[date // 20 % 2 if date > 2 else 0]]
    series = {name: values[::4] for name, values in two_sites_series().items()}
    write_instance(folder, tables, settings, series | {"moor-wind [share]": wind})
    return load(folder, overrides=changes)


WORLDS: dict[str, Callable[..., Instance]] = {
    "toy": toy,
    "minimal": minimal,
    "everything": everything,
    "own prices": own_prices,
    "broken promise": broken_promise,
    "two sites": two_sites,
    "years": years,
    "plant": plant,
    "grid": grid,
    "hubs and dates": hubs_and_dates,
    "selling": selling,
    "limited": limited,
}


def with_money_times(folder: Path, k: float) -> Instance:
    """The world with every rule in another currency: every column and setting of money times k."""
    tables, settings = everything_tables(), everything_settings()
    for name, rows in tables.items():
        tables[name] = [
            {column: value * k if _is_money(column) and value is not None else value for column, value in row.items()}
            for row in rows
        ]
    settings["limits"] = {key: value * k if _is_money(key) else value for key, value in settings["limits"].items()}
    series = {
        heading: [value * k for value in values] if "USD" in heading else values
        for heading, values in everything_series().items()
    }
    return load(write_instance(folder, tables, settings, series))


def _is_money(name: str) -> bool:
    return "usd" in name.split("_")[0] or "_usd" in name or "musd" in name

"""A world of selling: two sites, two markets and links of all five kinds; leases, wholesale, contracts for one site.

Time, money and technology are those of the world `everything`: periods early (2028) and late (two years, volumes x 1.5,
prices x 0.9), steps of 12 h, WACC 25 %. Site `site` (us) and `hill` (eu) are plain: no fixed cost, no weather.

- links: site to hub over land (2 Gbps, 3 more, must be built for 4 M USD), hub to town by CDN, site to town by private
  line (0.02 Gbps), hill to town under the sea (no limit, must be built for 6 M USD, lasts a year), hill to far by
  satellite
- town asks for chat: list 10 Gtok a day, gov 6 from one site with a credit, bulk 4 whole and from one site; batch 8.
  far asks for chat: gov 3 from one site
- batch may be made in us only and takes at most half of the energy at work; chat at least 0.3
- 20 racks may be rented at site until 2029; 5 boxes may be leased out there from 2029
- at town 12 Gtok a day of chat are on offer, and until 2029 24 Gtok a day are wanted
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.instance import Instance, load
from tests.factories import Tables, write_instance
from tests.model.worlds import everything_settings, everything_tables


def selling_settings() -> dict[str, Any]:
    """Settings of `everything` with each contract at its own price and without limits on carbon."""
    settings = everything_settings() | {"title": "Selling", "pricing": {"mode": "segments"}, "limits": {}}
    return settings | {"network": {"routes_per_pair": 2}}


def selling_tables() -> Tables:
    """Tables of the world of selling."""
    tables = everything_tables()
    for name in ("site_periods", "site_cooling", "site_stores", "stores", "commitments", "shapes"):
        tables.pop(name)
    site = {"power_limit_mw": 10, "oversubscription": 1.2, "shell_capex_usd_per_kw_it": 1200}
    tables["sites"] = [
        {"id": "site", "name": "Site", "jurisdiction": "us"} | site,
        {"id": "hill", "name": "Hill", "jurisdiction": "eu"} | site,
    ]
    tables["power"] = [
        {"node": s, "technology": "grid", "energy_usd_per_mwh": usd} for s, usd in (("site", 40), ("hill", 60))
    ]
    tables["technologies"] = [row for row in tables["technologies"] if row["id"] == "grid"]
    tables["cooling"][0]["fixed_capex_musd"] = 0
    tables["products"][0] |= {"it_share_min": 0.3}
    tables["products"][1] |= {"it_share_max": 0.5, "site_jurisdictions": "us"}
    return tables | _offers() | _network()


def world(folder: Path, changes: dict[str, Any] | None = None) -> Instance:
    """Write the world of selling to a folder and load it, with overrides."""
    return load(write_instance(folder, selling_tables(), selling_settings()), overrides=changes)


def _offers() -> Tables:
    def demand(market: str, product: str, segment: str, gtok: float, usd: float, **more: Any) -> dict[str, Any]:
        names = ("price_usd_per_mtok_input", "price_usd_per_mtok_cached", "price_usd_per_mtok_output")
        key = {"market": market, "product": product, "segment": segment, "volume_gtok_per_day": gtok}
        return key | dict.fromkeys(names, usd) | more

    return {
        "demand": [
            demand("town", "chat", "list", 10, 2.0),
            demand("town", "chat", "gov", 6, 1.8, single_site="yes", credit_usd_per_mtok=0.2),
            demand("town", "chat", "bulk", 4, 1.5, single_site="yes", whole="yes"),
            demand("far", "chat", "gov", 3, 4.0, single_site="yes"),
            demand("town", "batch", "list", 8, 0.9),
        ],
        "wholesale": [
            {"id": "spot", "direction": "buy", "market": "town", "product": "chat", "usd_per_mtok": 1.6}
            | {"max_gtok_per_day": 12},
            {"id": "rival", "direction": "sell", "market": "town", "product": "chat", "usd_per_mtok": 1.2}
            | {"max_gtok_per_day": 24, "until": 2029},
        ],
        "leases": [
            {"id": "rent", "direction": "in", "site": "site", "hardware": "rack", "max_units": 20}
            | {"usd_per_accelerator_h": 4, "until": 2029},
            {"id": "let", "direction": "out", "site": "site", "hardware": "box", "max_units": 5}
            | {"usd_per_accelerator_h": 5, "available_from": 2029},
        ],
    }


def _network() -> Tables:
    return {
        "pops": [{"id": "hub", "name": "Hub"}],
        "links": [
            {"origin": "site", "destination": "hub", "latency_ms": 5, "gbps": 2, "expandable_gbps": 3}
            | {"capex_usd_per_gbps": 1000, "fixed_capex_musd": 4},
            {"origin": "hub", "destination": "town", "kind": "cdn-edge", "latency_ms": 1, "usd_per_gb": 0.01},
            {"origin": "site", "destination": "town", "kind": "private-line", "latency_ms": 12, "gbps": 0.02}
            | {"usd_per_gbps_yr": 1200},
            {"origin": "hill", "destination": "town", "kind": "submarine", "latency_ms": 40, "fixed_capex_musd": 6}
            | {"life_years": 1},
            {"origin": "hill", "destination": "far", "kind": "satellite", "latency_ms": 250, "usd_per_gb": 0.5},
        ],
    }

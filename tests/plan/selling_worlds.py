"""Small worlds of selling: the smallest instance in fractions of boxes, by one step a day, without idle time.

A box makes 8 x 1,000 tok/s at 8 kW; 0.8 of that may be sold and 0.95 of boxes work: a box earns TOKENS Mtok a year.
A token sells at 1.25 USD/Mtok over the mix of half input and half output; traffic costs 0.01 USD/GB and a Gtok is
24.5 GB.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.instance import Instance, load
from tests.factories import Tables, minimal_settings, minimal_tables, write_instance

MTOK_PER_BOX = 8 * 1000 * 0.8 * 0.95 * 8760 * 3600 / 1e6
TRAFFIC = 0.01 * 24.5 / 1e3  # USD/Mtok
PRICE = 1.25
RENT = {"id": "rent", "direction": "in", "site": "alpha", "hardware": "box", "max_units": 10}
RENT |= {"usd_per_accelerator_h": 1}
LET = RENT | {"id": "let", "direction": "out", "max_units": 5, "usd_per_accelerator_h": 5}
SPOT = {"id": "spot", "direction": "buy", "market": "town", "product": "chat", "usd_per_mtok": 0.5}
SPOT |= {"max_gtok_per_day": 3}
RIVAL = SPOT | {"id": "rival", "direction": "sell", "usd_per_mtok": 1, "max_gtok_per_day": 2}


def tables(boxes: float | None = None, **changed: list[dict[str, Any]]) -> Tables:
    """Tables of the smallest instance with fractions of boxes, of which so many are delivered (None: no limit)."""
    found = minimal_tables()
    found["hardware"][0] |= {"whole_units": "no"}
    if boxes is not None:
        found["supply"] = [{"hardware": "box", "supply_units": boxes}]
    return found | changed


def selling(folder: Path, content: Tables, changes: dict[str, Any] | None = None, **settings: Any) -> Instance:
    """Write such a world in steps of a day and load it, with overrides."""
    day = {"mode": "days", "resolution_h": 24, "days": [{"name": "day", "date": "07-15", "weight": 365}]}
    return load(write_instance(folder, content, minimal_settings() | {"time": day} | settings), overrides=changes)

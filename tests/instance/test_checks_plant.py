"""Each check of power plant: an error or a warning where its one fault is put into the minimal instance."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.factories import HOURS, minimal_tables

UNITS = {"technologies.unit_mw": 30, "technologies.min_load_share": 0.5}
TWO = [{"period": "a", "start": 2028}, {"period": "b", "start": 2029}]


def cells(**power: Any) -> dict[str, Any]:
    return {"cells": {f"power.{name}": value for name, value in power.items()}}


def plant(power: dict[str, Any] | None = None, **technology: Any) -> dict[str, Any]:
    found = {f"power.{name}": value for name, value in (power or {}).items()}
    return {"cells": found | {f"technologies.{name}": value for name, value in technology.items()}}


ERRORS = {
    "part of a unit": (
        plant({"existing_mw": 100}, unit_mw=30),
        "power.csv:2 existing_mw 100 - is no whole number of units of grid, which have 30 MW - 90 or 120",
    ),
    "minimum load of nothing": (
        plant(min_load_share=0.3),
        "technologies.csv:2 min_load_share 0.3 - is said of units of grid, and the size of a unit is not - "
        "a value of unit_mw",
    ),
    "starts of nothing": (
        plant(start_usd_per_mw=20),
        "technologies.csv:2 start_usd_per_mw 20 - is said of units of grid, and the size of a unit is not - "
        "a value of unit_mw",
    ),
    "units online of a source without": (
        cells(initial_online_units=2),
        "power.csv:2 initial_online_units 2 - grid has no units that start and stop - "
        "blank, or unit_mw with limits of units",
    ),
    "more units online than may be": (
        plant({"initial_online_units": 4, "existing_mw": 90}, unit_mw=30, min_load_share=0.5),
        "power.csv:2 initial_online_units 4 - is 120 MW, and only existing capacity, 90 MW, can be on - at most 3",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_wrong(messages: Callable, name: str) -> None:
    content, expected = ERRORS[name]
    assert messages(**content) == [expected]


def with_sun(**source: Any) -> dict[str, Any]:
    """The minimal instance with a purchase of sun beside the grid."""
    tables = minimal_tables()
    tables["technologies"].append(tables["technologies"][0] | {"id": "sun", "kind": "ppa", "vom_usd_per_mwh": 30})
    tables["power"].append({"node": "alpha", "technology": "sun", "max_mw": 10} | source)
    return {"technologies": tables["technologies"], "power": tables["power"]}


WARNINGS = {
    "ended before it begins": (
        cells(available_until=2028),
        "power.csv:2 available_until 2028 - ends before anything of it is in service in 2028, and will never be used",
    ),
    "ended before it can be built": (
        cells(available_from=2029, available_until="2028-07") | {"tables": {"periods": TWO}},
        "power.csv:2 available_until 2028.5 - ends before anything of it is in service in 2029",
    ),
    "longer than a day": (
        plant(unit_mw=30, min_up_h=48),
        "technologies.csv:2 min_up_h 48 - is longer than a modelled day: a unit that runs runs all day - "
        "at most 24, or mode = year",
    ),
    "sold back at a profit": (
        cells(export_max_mw=10, export_usd_per_mwh=60),
        "power.csv:2 export_usd_per_mwh alpha.grid - power of alpha.grid can be sold back for up to "
        "10 USD/MWh more than it costs - at most the price of buying",
    ),
    "sold back at a profit now and then": (
        cells(export_max_mw=10, export_price_series="spot") | {"series": {"spot [USD/MWh]": np.arange(HOURS) % 56}},
        "power.csv:2 export_usd_per_mwh alpha.grid - power of alpha.grid can be sold back for up to 5 USD/MWh more",
    ),
    "purchased sun sold back": (
        {"tables": with_sun(export_max_mw=10, export_usd_per_mwh=40)},
        "power.csv:3 export_usd_per_mwh alpha.sun - power of alpha.sun can be sold back for up to 10 USD/MWh more",
    ),
    "a price without a right": (
        cells(export_usd_per_mwh=20),
        "power.csv:2 export_usd_per_mwh alpha.grid - has a price and no export_max_mw, so nothing is sold back",
    ),
    "nothing clean": (
        {"settings": {"limits": {"clean_share_per_yr": 0.5}}},
        "instance.toml:12 limits.clean_share_per_yr 0.5 - no clean source is offered anywhere, so nothing could run",
    ),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_suspicious(warnings: Callable, name: str) -> None:
    content, expected = WARNINGS[name]
    assert any(text.startswith(f"warning: {expected}") for text in warnings(**content)), warnings(**content)


FINE = {
    "whole units": plant({"existing_mw": 90, "initial_online_units": 2, "max_mw": 100}, unit_mw=30, min_load_share=0.5),
    "units of a part": plant({"existing_mw": 0.3}, unit_mw=0.1),
    "a ramp without units": plant(ramp_share_per_h=0.2),
    "sold back at a loss": cells(export_max_mw=10, export_usd_per_mwh=40),
    "surplus of what is paid for sold back": {
        "tables": with_sun(export_max_mw=10, export_usd_per_mwh=40, pay="as-produced")
    },
    "an end after the last period": cells(available_until=2029),
    "clean by its row": plant(clean="yes") | {"settings": {"limits": {"clean_share_per_step": 1.0}}},
    "nothing clean is owed": {"settings": {"limits": {"clean_share_per_yr": 0.0}}},
}


@pytest.mark.parametrize("name", FINE)
def test_what_only_looks_suspicious_passes(loaded: Callable, name: str) -> None:
    assert loaded(strict=True, **FINE[name]).warnings == ()


@pytest.mark.parametrize(
    ("columns", "committed"),
    [
        ({"unit_mw": 10}, False),
        ({"unit_mw": 10, "ramp_share_per_h": 1}, False),  # an hour takes it from nothing to all
        ({"unit_mw": 10, "ramp_share_per_h": 0.9}, True),
        ({"ramp_share_per_h": 0.9}, False),
        ({"unit_mw": 10, "stop_usd_per_mw": 1}, True),
    ],
)
def test_which_units_start_and_stop(loaded: Callable, columns: dict, committed: bool) -> None:
    assert loaded(**plant(**columns)).technologies["grid"].is_committed is committed


@pytest.mark.parametrize(
    ("kind", "said", "clean"),
    [
        ("solar", None, True),
        ("nuclear", None, True),
        ("ppa", None, False),
        ("ppa", "yes", True),
        ("hydro", "no", False),
    ],
)
def test_what_is_clean(loaded: Callable, kind: str, said: str | None, clean: bool) -> None:
    assert loaded(**plant(kind=kind, clean=said)).technologies["grid"].is_clean is clean

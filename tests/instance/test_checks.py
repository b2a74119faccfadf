"""Each check of sense: silent on the minimal instance, speaking when its one fault is put in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.instance import load
from planner.instance.checks import CHECKS, run_checks
from tests.factories import HOURS, minimal_tables
from tests.instance.conftest import problems_of

Warnings = Callable[..., list[str]]

STORE = {"id": "cell", "name": "Cell", "efficiency_charge": 0.9, "efficiency_discharge": 0.9} | {
    "source": "made up",
    "confidence": "assumed",
}


def one(table: str, **cells: Any) -> dict[str, list[dict[str, Any]]]:
    """The minimal instance's first row of a table with cells changed."""
    return {table: [minimal_tables()[table][0] | cells]}


def more(table: str, **cells: Any) -> dict[str, list[dict[str, Any]]]:
    """A table of the minimal instance with a second row like the first but for some cells."""
    rows = minimal_tables()[table]
    return {table: [*rows, rows[0] | cells]}


def shape(hours: range = range(24), value: float = 1, day_types: tuple[str, ...] = ("weekday", "weekend")) -> list:
    return [
        {"shape": "busy", "day_type": day_type, "hour_local": hour, "value": value}
        for day_type in day_types
        for hour in hours
    ]


def test_the_minimal_instance_passes_every_check(folder: Path) -> None:
    instance = load(folder)
    for check in CHECKS:
        assert list(check(instance)) == [], check.__name__


CASES = {
    "unpowered site": (
        {"tables": {"power": []}},
        "sites.csv:2 id alpha - no source of power is offered here - a row in power.csv",
    ),
    "late source": (
        {"cells": {"power.available_from": 2030}},
        "power.csv:2 available_from 2030 - comes after 2028, when the last period begins, and will never be used",
    ),
    "late hardware": (
        {"tables": more("hardware", id="later", available_from=2031)},
        "hardware.csv:3 available_from 2031 - later comes after 2028, when the last period begins, and will never",
    ),
    "late stack": (
        {"tables": more("stacks", id="later", available_from=2031)},
        "stacks.csv:3 available_from 2031 - later comes after 2028",
    ),
    "late site": (
        {"cells": {"sites.opening_date": "2028-02"}},
        "sites.csv:2 opening_date 2028.08 - alpha comes after 2028",
    ),
    "free power": (
        {"cells": {"power.energy_usd_per_mwh": 0}},
        "power.csv:2 max_mw alpha.grid - is power without cost and without limit - "
        "a price, a cost of capacity or max_mw",
    ),
    "free power by series": (
        {
            "cells": {"power.energy_usd_per_mwh": 0, "power.price_series": "spot"},
            "series": {"spot [USD/MWh]": np.zeros(HOURS)},
        },
        "power.csv:2 max_mw alpha.grid - is power without cost and without limit",
    ),
    "free storage": (
        {"tables": {"stores": [STORE], "site_stores": [{"node": "alpha", "store": "cell", "max_mw": 5}]}},
        "site_stores.csv:2 alpha.cell - is storage whose energy has neither cost nor limit - a cost in stores.csv, or",
    ),
    "design day": (
        {
            "cells": {"sites.temperature_series": "outdoor"},
            "series": {"outdoor [C]": np.linspace(-5, 44, HOURS)},
        },
        "sites.csv:2 design_day_c 35 - the series outdoor reaches 44.0 C, for which cooling is not sized",
    ),
    "no cooling offered": (
        {"tables": more("sites", id="beta", name="Beta") | {"site_cooling": [{"site": "alpha", "cooling": "chiller"}]}},
        "sites.csv:3 id beta - no cooling design is offered here - a row in site_cooling.csv",
    ),
    "uncooled by need": (
        {"cells": {"hardware.cooling_needs": "liquid"}},
        "hardware.csv:2 cooling_needs box - no cooling design at alpha cools it: 10 kW a rack - "
        "liquid; offered there: chiller",
    ),
    "uncooled by density": (
        {"cells": {"hardware.rack_kw": 60}},
        "hardware.csv:2 cooling_needs box - no cooling design at alpha cools it: 60 kW a rack - "
        "air; offered there: chiller",
    ),
    "free hardware": (
        {"cells": {"hardware.capex_usd_per_unit": 0, "sites.shell_capex_usd_per_kw_it": 25_000}},
        "hardware.csv:2 capex_usd_per_unit box - costs nothing and is not limited - a capex, or rows in supply.csv",
    ),
    "export class": (
        {"cells": {"sites.export_classes": "cn-domestic", "hardware.export_class": "us-advanced"}},
        "hardware.csv:2 export_class us-advanced - no site may hold box, whose export class this is - "
        "classes that sites allow: cn-domestic",
    ),
    "misspelt export class": (
        {"cells": {"sites.export_classes": "us-advanced|us-advancd", "hardware.export_class": "us-advanced"}},
        "sites.csv:2 export_classes us-advancd - no hardware on offer has this export class - "
        "did you mean us-advanced?",
    ),
    "useless hardware": (
        {"tables": more("hardware", id="crate")},
        "hardware.csv:3 id crate - no operating point of it serves any product, so it can only stand idle - ",
    ),
    "useless point": (
        {"tables": more("models", id="other-m") | more("points", id="box-other", model="other-m")},
        "points.csv:3 model other-m - no product accepts the model of point box-other - "
        "models that products accept: open-m",
    ),
    "misspelt jurisdiction": (
        {"cells": {"sites.jurisdiction": "usa", "markets.site_jurisdictions": "usaa|usa"}},
        "markets.csv:2 site_jurisdictions usaa - no site lies in this jurisdiction, which town names - "
        "did you mean usa?",
    ),
    "unlawful market": (
        {"cells": {"markets.site_jurisdictions": "eu"}},
        "markets.csv:2 site_jurisdictions town - no site lies in a jurisdiction that may serve it - "
        "all, or a jurisdiction of a site",
    ),
    "unreachable market": (
        {"tables": {"links": []}},
        "markets.csv:2 id town - no link leads here from a site that may serve it - links.csv: a way from alpha",
    ),
    "link the wrong way": (
        {"tables": one("links", origin="town", destination="alpha")},
        "markets.csv:2 id town - no link leads here from a site that may serve it",
    ),
    "product too fast": (
        {"cells": {"products.min_interactivity_tok_per_s": 80}},
        "products.csv:2 id chat - no operating point can serve it - 1 point: 50 tok/s per user is slower than 80",
    ),
    "product without point": (
        {"tables": more("models", id="other-m") | one("products", models="other-m")},
        "products.csv:2 id chat - no operating point can serve it - there is no point for other-m",
    ),
    "product on forbidden hardware": (
        {"cells": {"sites.export_classes": "cn-domestic"}},
        "products.csv:2 id chat - no operating point can serve it - "
        "every point that could is for hardware that no site may hold",
    ),
    "unsold product": (
        {"tables": more("products", id="idle")},
        "products.csv:3 id idle - there is no demand for it - a row in demand.csv",
    ),
    "market without demand": (
        {"tables": more("markets", id="ghost")},
        "markets.csv:3 id ghost - there is no demand for it - a row in demand.csv",
    ),
    "worthless demand": (
        {"cells": {"demand.price_usd_per_mtok_input": 0, "demand.price_usd_per_mtok_output": 0}},
        "demand.csv:2 town.chat.list - nobody pays for it and nothing is lost without it, so it will not be served",
    ),
    "worthless by its mix": (
        {
            "cells": {
                "demand.price_usd_per_mtok_input": 0,
                "demand.price_usd_per_mtok_output": 0,
                "demand.price_usd_per_mtok_cached": 1,
            }
        },
        "demand.csv:2 town.chat.list - nobody pays for it",
    ),
    "commitment beyond demand": (
        {"tables": {"commitments": [{"market": "town", "product": "chat", "volume_gtok_per_day": 11}]}},
        "commitments.csv:2 volume_gtok_per_day 11 - is promised to town for chat, and only 10 Gtok/day are asked for - "
        "at most the demand",
    ),
    "shape lacks a day type": (
        {"tables": {"shapes": shape(day_types=("weekday",))}},
        "shapes.csv:2 hour_local busy - the shape lacks every hour of the weekend, where demand will be zero - "
        "hours 0 to 23 of weekday and weekend",
    ),
    "shape lacks hours": (
        {"tables": {"shapes": shape(hours=range(22))}},
        "shapes.csv:2 hour_local busy - the shape lacks hours 22, 23 of the weekday, where demand will be zero",
    ),
    "shrinking site": (
        {
            "tables": {
                "periods": [{"period": "a", "start": 2028}, {"period": "b", "start": 2029}],
                "site_periods": [
                    {"site": "alpha", "period": "a", "power_limit_mw": 100},
                    {"site": "alpha", "period": "b", "power_limit_mw": 90},
                ],
            }
        },
        "site_periods.csv:3 power_limit_mw 90 - alpha has less power in b than before (100 MW) - limits that grow",
    ),
    "gap between periods": (
        {"tables": {"periods": [{"period": "a", "start": 2028}, {"period": "b", "start": 2030}]}},
        "periods.csv:3 start 2030 - nothing is planned between 2029, when a ends, and b - periods without gaps",
    ),
    "before the base year": (
        {"tables": {"periods": [{"period": "a", "start": 2027}]}},
        "periods.csv:2 start 2027 - begins before the base year 2028, to which cash is discounted",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_suspicious(warnings: Warnings, name: str) -> None:
    content, expected = CASES[name]
    found = warnings(**content)
    assert any(text.startswith(f"warning: {expected}") for text in found), found


@pytest.mark.parametrize("name", CASES)
def test_strict_refuses_what_is_suspicious(messages: Callable, name: str) -> None:
    content, expected = CASES[name]
    assert any(text.startswith(f"warning: {expected}") for text in messages(strict=True, **content))


FINE = {
    "limited free power": {"cells": {"power.energy_usd_per_mwh": 0, "power.max_mw": 50}},
    "fuel is a cost": {
        "cells": {
            "power.energy_usd_per_mwh": 0,
            "technologies.fuel_usd_per_mmbtu": 3,
            "technologies.heat_rate_mmbtu_per_mwh": 8,
        }
    },
    "limited free hardware": {
        "cells": {"hardware.capex_usd_per_unit": 0, "sites.shell_capex_usd_per_kw_it": 25_000},
        "tables": {"supply": [{"hardware": "box", "supply_units": 5}]},
    },
    "tied storage": {
        "tables": {
            "stores": [STORE | {"hours": 4, "capex_usd_per_kwh": 200}],
            "site_stores": [{"node": "alpha", "store": "cell"}],
        }
    },
    "free tier": {
        "cells": {"demand.price_usd_per_mtok_input": 0, "demand.price_usd_per_mtok_output": 0},
        "tables": {"commitments": [{"market": "town", "product": "chat", "volume_gtok_per_day": 10}]},
    },
    "over a pop": {
        "tables": {
            "pops": [{"id": "hub", "name": "Hub"}],
            "links": [
                {"origin": "alpha", "destination": "hub", "latency_ms": 1},
                {"origin": "hub", "destination": "town", "latency_ms": 1},
            ],
        }
    },
    "full shape": {"tables": {"shapes": shape()}, "cells": {"demand.shape": "busy"}},
    "quarters": {
        "tables": {
            "periods": [
                {"period": "2028-q1", "start": "2028-Q1", "length_yr": 0.25},
                {"period": "2028-q2", "start": "2028-04-01", "length_yr": 0.25},
            ]
        }
    },
    "a hot but expected series": {
        "cells": {"sites.temperature_series": "outdoor", "sites.design_day_c": 42},
        "series": {"outdoor [C]": np.linspace(-5, 44, HOURS)},
    },
}


@pytest.mark.parametrize("name", FINE)
def test_what_only_looks_suspicious_passes(loaded: Callable, name: str) -> None:
    assert loaded(strict=True, **FINE[name]).warnings == ()


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [{"period": "b", "start": 2029}, {"period": "a", "start": 2028}],
            "periods.csv:3 start 2028 - a stands after b, which begins later - periods in order of time",
        ),
        (
            [{"period": "a", "start": 2028, "length_yr": 2}, {"period": "b", "start": 2029}],
            "periods.csv:3 start 2029 - b begins before a ends in 2030 - 2030 or later",
        ),
    ],
)
def test_periods_that_cannot_be(messages: Callable, rows: list, message: str) -> None:
    assert messages(tables={"periods": rows}) == [message]


def test_a_shape_of_zeros_cannot_be(messages: Callable) -> None:
    assert messages(tables={"shapes": shape(value=0)}) == [
        "shapes.csv:2 value busy - the shape is zero at every hour, so the demand has no time - "
        "a value above 0 at one hour at least"
    ]


def test_a_sites_power_in_a_period_slips_no_unit(make: Callable) -> None:
    row = {"site": "alpha", "period": "2028", "power_limit_mw": 1}
    (problem,) = problems_of(make(tables={"site_periods": [row]}))
    assert str(problem).startswith("site_periods.csv:2 power_limit_mw 1 - is too small for a site with power")
    assert load(make(tables={"site_periods": [row | {"power_limit_mw": 0}]})).site_periods


def test_checks_never_raise_on_an_instance_that_was_read(folder: Path) -> None:
    assert run_checks(load(folder)) == []

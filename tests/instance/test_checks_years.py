"""Checks of what is said by period: supply, power limits, orders, growth and the indices of products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import minimal_tables

Warnings = Callable[..., list[str]]
YEARS = [{"period": "a", "start": 2028}, {"period": "b", "start": 2029}]


def supplied(*periods: str) -> list[dict[str, Any]]:
    return [{"hardware": "box", "period": period, "supply_units": 5} for period in periods]


CASES = {
    "supply of some periods": (
        {"tables": {"periods": YEARS, "supply": supplied("b")}},
        "supply.csv:2 period b - box is without limit in a, for which no row states its supply - "
        "a row for a, or one for every (did you mean every?)",
    ),
    "limit below the site's own": (
        {
            "tables": {
                "periods": YEARS,
                "site_periods": [{"site": "alpha", "period": "b", "power_limit_mw": 90}],
            }
        },
        "site_periods.csv:2 power_limit_mw 90 - alpha has less power in b than before (100 MW) - limits that grow",
    ),
    "limit that falls back to the site's own": (
        {
            "tables": {
                "periods": YEARS,
                "site_periods": [{"site": "alpha", "period": "a", "power_limit_mw": 190}],
            }
        },
        "sites.csv:2 power_limit_mw 100 - alpha has less power in b than before (190 MW) - "
        "a row of site_periods.csv for b too",
    ),
    "source that cannot be ordered in time": (
        {"cells": {"technologies.lead_time_years": 3}, "settings": {"order_date": "2027-07"}},
        "power.csv:2 available_from 2030.5 - ordered at the first date, comes after 2028, when the last period begins",
    ),
    "hardware that cannot be ordered in time": (
        {"cells": {"hardware.lead_time_years": 0.5}, "settings": {"order_date": 2028}},
        "hardware.csv:2 available_from 2028.5 - box comes after 2028, when the last period begins",
    ),
    "late point": (
        {"tables": {"points": [*minimal_tables()["points"], minimal_tables()["points"][0] | {"id": "x"}]}}
        | {"cells": {"points.available_from": 2030}},
        "points.csv:2 available_from 2030 - box-m-50 comes after 2028, when the last period begins",
    ),
    "promise that demand shrinks below": (
        {
            "tables": {
                "periods": YEARS,
                "commitments": [{"market": "town", "product": "chat", "volume_gtok_per_day": 9}],
            },
            "cells": {"demand.growth_per_yr": -0.2},
        },
        "commitments.csv:2 volume_gtok_per_day 9 - is promised to town for chat, and only 8 Gtok/day are asked for",
    ),
    "growth in per cent": (
        {"cells": {"demand.growth_per_yr": 10}},
        "demand.csv:2 growth_per_yr 10 - is unusual: has the unit slipped?",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_suspicious(warnings: Warnings, name: str) -> None:
    content, expected = CASES[name]
    found = warnings(**content)
    assert any(text.startswith(f"warning: {expected}") for text in found), found


FINE = {
    "supply of the only period in which it exists": {
        "tables": {"periods": YEARS, "supply": supplied("b")},
        "cells": {"hardware.available_from": 2029},
    },
    "supply of every period and more": {"tables": {"periods": YEARS, "supply": supplied("every", "b")}},
    "supply by period": {"tables": {"periods": YEARS, "supply": supplied("a", "b")}},
    "time to power": {
        "tables": {"periods": YEARS, "site_periods": [{"site": "alpha", "period": "a", "power_limit_mw": 0}]}
    },
    "a date of its own before any order could come": {
        "cells": {"technologies.lead_time_years": 3, "power.available_from": 2028},
        "settings": {"order_date": 2028},
    },
    "a lead time without an order date": {"cells": {"technologies.lead_time_years": 3}},
    "indices of a product": {
        "tables": {
            "periods": YEARS,
            "product_periods": [{"product": "chat", "period": "b", "demand_index": 2, "price_index": 0.7}],
        }
    },
}


@pytest.mark.parametrize("name", FINE)
def test_what_only_looks_suspicious_passes(loaded: Callable, name: str) -> None:
    assert loaded(strict=True, **FINE[name]).warnings == ()


def test_indices_of_unknown_products_and_periods_are_refused(messages: Callable) -> None:
    rows = [{"product": "chatt", "period": "a"}, {"product": "chat", "period": "c"}]
    found = messages(tables={"periods": YEARS, "product_periods": rows})
    assert [text.split(" - ")[:2] for text in found] == [
        ["product_periods.csv:2 product chatt", "is not in products"],
        ["product_periods.csv:3 period c", "is not in periods"],
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("demand.growth_per_yr", -1), ("hardware.lead_time_years", -0.1), ("technologies.lead_time_years", 31)],
)
def test_values_out_of_range_are_refused(messages: Callable, cell: str, value: float) -> None:
    (found,) = messages(cells={cell: value})
    assert cell.split(".")[1] in found

"""Checks of hubs, lines and linked stores: each speaks of its one fault, and is silent where nothing is wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import minimal_settings, minimal_tables
from tests.model.worlds import FACT

Messages = Callable[..., list[str]]
Warnings = Callable[..., list[str]]

WIND = {"id": "wind", "name": "Wind", "kind": "wind", "capex_usd_per_kw": 900} | FACT
CELL = {"id": "cell", "name": "Cell", "efficiency_charge": 0.9, "efficiency_discharge": 0.9} | FACT
CELL |= {"capex_usd_per_kwh": 90, "capex_usd_per_kw": 20}
LINE = {"origin": "moor", "destination": "alpha", "capex_usd_per_kw": 300}


def grid(*lines: dict[str, Any], hubs: tuple[str, ...] = ("moor",), **tables: list) -> dict[str, list[dict[str, Any]]]:
    """Alpha, a hub with wind, and a line between them."""
    plain = minimal_tables()
    return {
        "hubs": [{"id": hub} for hub in hubs],
        "technologies": [*plain["technologies"], WIND],
        "power": [*plain["power"], {"node": "moor", "technology": "wind"}],
        "lines": list(lines or (LINE,)),
    } | tables


def stored(linked: str = "yes", **columns: Any) -> dict[str, list[dict[str, Any]]]:
    return {"stores": [CELL | {"linked": linked} | columns], "site_stores": [{"node": "alpha", "store": "cell"}]}


def days(*weights: float) -> dict[str, Any]:
    found = [{"name": f"day-{n}", "date": f"0{n}-15", "weight": weight} for n, weight in enumerate(weights, start=1)]
    return {"time": {"mode": "days", "resolution_h": 12, "days": found}}


FINE = {
    "a hub with a line": {"tables": grid()},
    "a hub that passes on": {
        "tables": grid(LINE | {"destination": "knot"}, LINE | {"origin": "knot"}, hubs=("moor", "knot"))
    },
    "two kinds of line": {"tables": grid(LINE, {**LINE, "origin": "alpha", "destination": "moor", "kind": "hvdc"})},
    "a site that lives on its hub": {"tables": grid(power=[{"node": "moor", "technology": "grid"} | {"max_mw": 9}])},
    "a free line of limited size": {"tables": grid(LINE | {"capex_usd_per_kw": 0, "existing_mw": 5, "max_mw": 5})},
    "a linked store": {"tables": grid() | stored(), "settings": days(300, 65)},
    "wind and a linked store": {
        "tables": grid(power=[{"node": "moor", "technology": "wind"}]) | stored(),
        "settings": days(365),
    },
    "parts of days, not linked": {"tables": grid() | stored("no"), "settings": days(300.5, 64.5)},
    "a line whose own date counts": {
        "tables": grid(LINE | {"lead_time_years": 3, "available_from": 2028}),
        "settings": {"order_date": 2026},
    },
    "lead times without an order": {"tables": grid(LINE | {"lead_time_years": 3})},
    "wind through the year": {
        "tables": grid(power=[{"node": "moor", "technology": "wind"}]),
        "settings": {"time": {"mode": "year", "resolution_h": 12}},
    },
}


@pytest.mark.parametrize("name", FINE)
def test_nothing_is_wrong(loaded: Callable, name: str) -> None:
    assert loaded(strict=True, **FINE[name]).warnings == ()


SUSPICIOUS = {
    "stranded hub": (
        {"tables": grid(LINE, hubs=("moor", "isle"))},
        "hubs.csv:3 id isle - no line leads from it to a site - a row in lines.csv",
    ),
    "hub joined to a hub alone": (
        {"tables": grid(LINE | {"destination": "isle"}, hubs=("moor", "isle"))},
        "hubs.csv:2 id moor - no line leads from it to a site",
    ),
    "idle hub": (
        {"tables": grid(LINE, LINE | {"origin": "isle"}, hubs=("moor", "isle"))},
        "hubs.csv:3 id isle - nothing is offered here, and its only line leads no further - "
        "a row in power.csv or site_stores.csv, or another line",
    ),
    "site without power": (
        {"tables": grid(LINE | {"destination": "knot"}, hubs=("moor", "knot"), power=[])},
        "sites.csv:2 id alpha - no source of power is offered here",
    ),
    "free line": (
        {"tables": grid(LINE | {"capex_usd_per_kw": 0})},
        "lines.csv:2 max_mw moor.alpha.ac - is a line without cost and without limit - a cost of capacity or max_mw",
    ),
    "too much line": (
        {"tables": grid(LINE | {"existing_mw": 9, "max_mw": 5})},
        "lines.csv:2 existing_mw 9 - is above max_mw, which is 5: no plan can keep to that - at most 5",
    ),
    "late line": (
        {"tables": grid(LINE | {"available_from": 2031})},
        "lines.csv:2 available_from 2031 - comes after 2028, when the last period begins, and will never be used",
    ),
    "late by its lead time": (
        {"tables": grid(LINE | {"lead_time_years": 3}), "settings": {"order_date": 2026}},
        "lines.csv:2 available_from 2029 - ordered at the first date, comes after 2028, when the last period begins",
    ),
    "wind alone": (
        {"tables": grid(power=[{"node": "moor", "technology": "wind"}]) | stored("no")},
        "sites.csv:2 id alpha - lives on sun and wind alone, and nothing is stored from one representative day to the "
        "next - linked = yes for a store that can (stores.csv), mode = year, or a source that is always there",
    ),
}


@pytest.mark.parametrize("name", SUSPICIOUS)
def test_suspicious(warnings: Warnings, name: str) -> None:
    content, expected = SUSPICIOUS[name]
    found = warnings(**content)
    assert any(text.startswith(f"warning: {expected}") for text in found), found


WRONG = {
    "line to itself": (
        {"tables": grid(LINE, LINE | {"origin": "alpha"})},
        "lines.csv:3 destination alpha - the line ends where it begins - another site or hub",
    ),
    "both ways": (
        {"tables": grid(LINE, LINE | {"origin": "alpha", "destination": "moor"})},
        "lines.csv:2 origin moor.alpha.ac - the same line stands as alpha.moor.ac: a line carries power both ways - "
        "one row for each line and kind",
    ),
    "fixed cost without limit": (
        {"tables": grid(LINE | {"fixed_capex_musd": 3})},
        "lines.csv:2 max_mw moor.alpha.ac - the line has a fixed cost and no limit, so that the cost would hold "
        "nothing back - the most capacity the line may have",
    ),
    "node of nowhere": (
        {"tables": grid(LINE | {"origin": "more"})},
        "lines.csv:2 origin more - is not in sites or hubs - did you mean moor? sites or hubs: alpha, moor",
    ),
    "hub by the name of a site": (
        {"tables": grid(hubs=("moor", "alpha"))},
        "hubs.csv:3 id alpha - is also an id in sites.csv, so that lines cannot tell the two apart - "
        "ids unique across sites and hubs",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(messages: Messages, name: str) -> None:
    content, expected = WRONG[name]
    found = [text for text in messages(**content) if not text.startswith("warning")]
    assert found == [expected]


def test_parts_of_dates_stand_for_nothing(messages: Messages) -> None:
    settings = minimal_settings() | days(300.5, 64.5)
    first, second = messages(tables=grid() | stored(), settings=settings)
    assert first.startswith("instance.toml:")
    assert "time.days.day-1.weight 300.5 - cell is linked from date to date, and a part of a date is none" in first
    assert second.endswith("whole weights, or mode = year")

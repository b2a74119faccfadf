"""Ids that point nowhere, and ids that mean two things."""

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.instance import InstanceError, load
from planner.instance.problem import among
from tests.factories import minimal_settings, minimal_tables, write_instance

Messages = Callable[..., list[str]]

TWO_PERIODS = [{"period": "2028", "start": 2028}, {"period": "2029", "start": 2029}]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            {"power.node": "alpah"},
            "power.csv:2 node alpah - is not in sites or hubs - did you mean alpha? sites or hubs: alpha",
        ),
        (
            {"power.technology": "sun"},
            "power.csv:2 technology sun - is not in technologies - technologies: grid",
        ),
        ({"demand.market": "twon"}, "demand.csv:2 market twon - is not in markets - did you mean town? markets: town"),
        (
            {"demand.product": "chatt"},
            "demand.csv:2 product chatt - is not in products - did you mean chat? products: chat",
        ),
        ({"demand.shape": "busy"}, "demand.csv:2 shape busy - is not in shapes - there are no shapes"),
        (
            {"products.models": "open-m|opn-m"},
            "products.csv:2 models opn-m - is not in models - did you mean open-m? models: open-m",
        ),
        (
            {"links.destination": "tonw"},
            "links.csv:2 destination tonw - is not in sites or pops or markets - did you mean town? "
            "sites or pops or markets: alpha, town",
        ),
        ({"points.hardware": "bx"}, "points.csv:2 hardware bx - is not in hardware - did you mean box? hardware: box"),
    ],
)
def test_dangling_id(messages: Messages, cells: dict[str, str], message: str) -> None:
    assert message in messages(cells=cells)


def test_tables_that_only_refer(messages: Messages) -> None:
    found = messages(
        tables={
            "supply": [{"hardware": "bax", "period": "2031", "supply_units": 1}],
            "site_periods": [{"site": "alpha", "period": "2031", "power_limit_mw": 100}],
            "site_cooling": [{"site": "alpha", "cooling": "chill"}],
            "site_stores": [{"node": "alpha", "store": "battery"}],
            "commitments": [{"market": "town", "product": "chat2", "volume_gtok_per_day": 1}],
        }
    )
    assert found == [
        "site_periods.csv:2 period 2031 - is not in periods - periods: 2028",
        "supply.csv:2 hardware bax - is not in hardware - did you mean box? hardware: box",
        "supply.csv:2 period 2031 - is not in periods - periods: 2028, every",
        "site_cooling.csv:2 cooling chill - is not in cooling - did you mean chiller? cooling: chiller",
        "site_stores.csv:2 store battery - is not in stores - there are no stores",
        "commitments.csv:2 product chat2 - is not in products - did you mean chat? products: chat",
    ]


def test_every_stands_for_all_periods(loaded: Callable) -> None:
    supply = [
        {"hardware": "box", "period": "", "supply_units": 5},
        {"hardware": "box", "period": 2029, "supply_units": 2},
    ]
    instance = loaded(tables={"periods": TWO_PERIODS, "supply": supply})
    assert list(instance.supply) == [("box", "every"), ("box", "2029")]


def test_rows_that_point_at_a_broken_row_are_not_called_wrong(messages: Messages) -> None:
    assert len(messages(cells={"markets.latitude": 99})) == 1


def test_a_place_has_one_meaning(messages: Messages) -> None:
    assert messages(tables={"pops": [{"id": "town", "name": "Exchange"}]}) == [
        "markets.csv:2 id town - is also an id in pops.csv, so that links cannot tell the two apart - "
        "ids unique across sites, pops and markets"
    ]


def test_a_row_with_a_fault_hides_no_other(messages: Callable[..., list[str]]) -> None:
    """A bad basis in a row of points hides neither the ids nor the rates that are wrong in the same row."""
    cells = {"points.throughput_basis": "sure", "points.hardware": "bux", "points.prefill_tok_per_s": 5}
    found = messages(cells=cells)
    assert [text.split(" - ")[0] for text in found] == [
        "points.csv:2 throughput_basis sure",
        "points.csv:2",
        "points.csv:2 hardware bux",
    ]
    assert "did you mean box?" in found[2]


def test_ids_are_checked_against_a_table_in_which_a_row_has_a_fault(messages: Callable[..., list[str]]) -> None:
    """The row with the fault is there all the same: what names it is right, and what names another is wrong."""
    cells = {"hardware.capex_usd_per_unit": "dear"}
    assert len(messages(cells=cells)) == 1
    supply = [{"hardware": "box", "supply_units": 1}, {"hardware": "bax", "supply_units": 1}]
    found = messages(cells=cells, tables={"supply": supply})
    assert len(found) == 2
    assert "supply.csv:3 hardware bax - is not in hardware - did you mean box?" in found[1]


def test_a_fault_of_the_settings_hides_no_dangling_id(tmp_path: Path) -> None:
    tables = minimal_tables()
    tables["demand"][0]["market"] = "tonw"
    folder = write_instance(tmp_path / "w", tables, minimal_settings() | {"base_year": "soon"})
    text = (folder / "instance.toml").read_text(encoding="utf-8").replace('source = "none"', 'source = "builtin"')
    (folder / "instance.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InstanceError) as raised:
        load(folder)
    text = str(raised.value)
    assert "base_year" in text
    assert "demand.csv:2 market tonw - is not in markets - did you mean town?" in text


def test_grammar_of_what_there_is_none_of() -> None:
    assert among("x", [], "site in site_periods") == "there is no site in site_periods"
    assert among("x", [], "stores") == "there are no stores"

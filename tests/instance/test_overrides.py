"""The path language: what it can name, what it does, and how it refuses."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.instance import InstanceError, load
from planner.instance.overrides import parse_set
from tests.factories import minimal_tables, write_instance
from tests.instance.conftest import problems_of


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """Two markets with two segments each."""
    tables = minimal_tables()
    tables["markets"].append({"id": "city", "name": "City"})
    (row,) = tables["demand"]
    tables["demand"] = [
        row | {"market": market, "segment": segment, "volume_gtok_per_day": volume}
        for (market, segment), volume in zip(
            [("town", "list"), ("town", "bulk"), ("city", "list"), ("city", "bulk")], (1, 2, 3, 4), strict=True
        )
    ]
    tables["links"].append(tables["links"][0] | {"destination": "city"})
    return write_instance(tmp_path / "small", tables)


def volumes(folder: Path, overrides: Any) -> list[float]:
    return [row.volume_gtok_per_day for row in load(folder, overrides=overrides).demand.values()]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"demand.town.chat.bulk.volume_gtok_per_day": 9}, [1, 9, 3, 4]),
        ({"demand.town.*.*.volume_gtok_per_day": {"multiply": 10}}, [10, 20, 3, 4]),
        ({"demand.*.*.list.volume_gtok_per_day": {"add": 0.5}}, [1.5, 2, 3.5, 4]),
        ({"demand.*.chat.*.volume_gtok_per_day": {"multiply": 2, "add": 1}}, [3, 5, 7, 9]),
        ({"demand.c*y.ch*.b*.volume_g*": 0}, [1, 2, 3, 0]),
        (
            [
                ("demand.*.*.*.volume_gtok_per_day", 5),
                ("demand.city.*.*.volume_gtok_per_day", {"multiply": 2}),
                ("demand.*.*.bulk.volume_gtok_per_day", {"add": 1}),
                ("demand.*.*.bulk.volume_gtok_per_day", {"add": 1}),
            ],
            [5, 7, 10, 12],
        ),
    ],
)
def test_cells_are_changed_in_order(wide: Path, overrides: Any, expected: list[float]) -> None:
    assert volumes(wide, overrides) == expected


def test_columns_by_wildcard_leave_what_has_no_number(wide: Path) -> None:
    before, after = (load(wide, overrides=o).demand for o in (None, {"demand.*.*.*.price_*": {"multiply": 0.5}}))
    for key, row in before.items():
        assert after[key].price_usd_per_mtok_input == row.price_usd_per_mtok_input / 2
        assert after[key].price_usd_per_mtok_output == row.price_usd_per_mtok_output / 2
    sites = load(wide, overrides={"sites.*.*_m*": {"multiply": 2}}).sites["alpha"]
    assert (sites.power_limit_mw, sites.hall_limit_mw) == (200, None)


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("finance.wacc", 0.05, lambda i: i.settings.finance.wacc == 0.05),
        ("finance.wacc", {"multiply": 2}, lambda i: i.settings.finance.wacc == 0.18),
        ("pricing.mode", "uniform", lambda i: i.settings.pricing.mode == "uniform"),
        ("limits.carbon_limit_t_per_yr", 100, lambda i: i.settings.limits.carbon_limit_t_per_yr == 100),
        ("time.resolution_h", {"multiply": 3}, lambda i: i.settings.time.resolution_h == 3),
        ("time.days.summer.date", "01-15", lambda i: i.settings.time.days[0].date == "01-15"),
        ("serving.measured_only", ["kw"], lambda i: i.settings.serving.measured_only == ("kw",)),
        ("title", "Another", lambda i: i.settings.title == "Another"),
        ("base_year", 2027, lambda i: list(i.periods) == ["2027"]),
        ("base_year", {"add": 1}, lambda i: i.periods["2029"].start == 2029),
        ("periods.2028.demand_index", 2, lambda i: i.periods["2028"].demand_index == 2),
        ("hardware.box.available_from", "2027-Q3", lambda i: i.hardware["box"].available_from == 2027.5),
        ("hardware.box.whole_units", False, lambda i: i.hardware["box"].whole_units is False),
        ("hardware.box.whole_units", "no", lambda i: i.hardware["box"].whole_units is False),
        ("hardware.box.cooling_needs", "air|liquid", lambda i: i.hardware["box"].cooling_needs == ("air", "liquid")),
        ("hardware.box.cooling_needs", ["air"], lambda i: i.hardware["box"].cooling_needs == ("air",)),
        ("hardware.box.idle_share", "", lambda i: i.hardware["box"].idle_share == 0.3),
        ("hardware.box.note", 7, lambda i: i.hardware["box"].note == "7"),
        ("points.*.output_tok_per_s", {"multiply": 3}, lambda i: i.points["box-m-50"].output_tok_per_s == 1500),
        ("catalogue.hardware", ["box"], lambda i: list(i.hardware) == ["box"]),
    ],
)
def test_everything_can_be_reached(folder: Path, path: str, value: Any, read: Callable) -> None:
    assert read(load(folder, overrides={path: value}))


def test_dates_can_be_moved(make: Callable) -> None:
    folder = make(cells={"hardware.available_from": "2026-Q3"})
    assert load(folder, overrides={"hardware.box.available_from": {"add": 1}}).hardware["box"].available_from == 2027.5


def test_the_overrides_are_kept_as_given(folder: Path) -> None:
    given = {"finance.wacc": 0.05, "sites.alpha.power_limit_mw": {"multiply": 2}}
    assert load(folder, overrides=given).overrides == tuple(given.items())


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "site.alpha.power_limit_mw",
            80,
            "override site.alpha.power_limit_mw - site is neither a table nor a section of settings - "
            "did you mean sites? allowed: periods, sites,",
        ),
        (
            "sites.alhpa.power_limit_mw",
            80,
            "override sites.alhpa.power_limit_mw - nothing matches alhpa - did you mean alpha? id in sites: alpha",
        ),
        (
            "sites.alpha.power_limit",
            80,
            "override sites.alpha.power_limit - nothing matches power_limit - did you mean power_limit_mw? "
            "column of sites: name,",
        ),
        (
            "demand.town.caht.*.volume_gtok_per_day",
            80,
            "override demand.town.caht.*.volume_gtok_per_day - nothing matches caht - did you mean chat? "
            "product in demand: chat",
        ),
        (
            "demand.town.chat.volume_gtok_per_day",
            80,
            "override demand.town.chat.volume_gtok_per_day - a cell of demand is named by 5 parts - "
            "demand.MARKET.PRODUCT.SEGMENT.COLUMN",
        ),
        ("sites", 80, "override sites - a cell of sites is named by 3 parts - sites.ID.COLUMN"),
        ("sites.alpha", 80, "override sites.alpha - a cell of sites is named by 3 parts - sites.ID.COLUMN"),
        ("sites..x", 80, "override sites..x - a part of the path is empty - parts joined by single dots"),
        (
            "sites.alpha.id",
            "beta",
            "override sites.alpha.id - id is part of the key, which cannot be changed - any other column",
        ),
        (
            "sites.alpha.power_limit_mw",
            1,
            "override sites.alpha.power_limit_mw 1 - is too small - "
            "a number, at least 5, at most 20000 MW (a gigawatt is 1000)",
        ),
        (
            "sites.*.power_limit_mw",
            {"multiply": 0.01},
            "override sites.*.power_limit_mw 1.0 - sites.alpha.power_limit_mw: is too small - ",
        ),
        (
            "sites.alpha.power_limit_mw",
            True,
            "override sites.alpha.power_limit_mw true - is not a number - ",
        ),
        ("sites.alpha.power_limit_mw", "", "override sites.alpha.power_limit_mw - is blank - "),
        (
            "sites.alpha.hall_limit_mw",
            {"multiply": 2},
            "override sites.alpha.hall_limit_mw - hall_limit_mw has no number here that could be scaled - a plain",
        ),
        (
            "sites.alpha.power_limit_mw",
            {"multipl": 2},
            "override sites.alpha.power_limit_mw - multipl is not a way to change a value - "
            "a plain value, {multiply = 1.5}, {add = 2} or both",
        ),
        (
            "sites.alpha.power_limit_mw",
            {"multiply": "2"},
            "override sites.alpha.power_limit_mw 2 - multiply is not a finite number - a plain value,",
        ),
        ("hardware.box.available_from", 10**400, "override hardware.box.available_from 1000"),
        ("sites.alpha.power_limit_mw", {"multiply": 10**400}, "override sites.alpha.power_limit_mw 1000"),
        ("sites.alpha.power_limit_mw", {}, "override sites.alpha.power_limit_mw - says nothing - a plain value,"),
        ("power.alpha.grid.price_series", "sp", "override power.alpha.grid.price_series sp - there is no such series"),
        ("demand.*.*.*.shape", "busy", "override demand.*.*.*.shape busy - is not in shapes - there are no shapes"),
        ("finance.wac", 0.1, "override finance.wac - nothing matches wac - did you mean wacc? key: wacc"),
        ("finance.wacc", 9, "override finance.wacc 9 - is too large - a number, at least 0, at most 1 share/yr"),
        ("finance.wacc", True, "override finance.wacc true - is not a number - "),
        ("finance", 9, "override finance - is a section, not a value - one of its keys: wacc"),
        ("finance.wacc.x", 9, "override finance.wacc.x - finance.wacc has no parts that could be named"),
        ("pricing.mode", {"multiply": 2}, "override pricing.mode - has no number that could be scaled - a plain value"),
        (
            "pricing.mode",
            "unifrom",
            "override pricing.mode unifrom - is not one of the choices - did you mean uniform?",
        ),
        ("time.days.summr.weight", 9, "override time.days.summr.weight - nothing matches summr - did you mean summer?"),
        (
            "time.days.summer.weight",
            9,
            "override time.days.summer.weight - time: the weights of [[time.days]] sum to 9, not to 365",
        ),
        ("catalogue.hardware", ["bx"], "override catalogue.hardware bx - there is no such row in hardware - "),
        ("catalogue.source", "nowhere", "override catalogue.source nowhere - there is no such folder in the instance"),
        (
            "points.box-m-50.output_tok_per_s",
            "",
            "override points.box-m-50.output_tok_per_s - points.box-m-50: give fresh_input_tok_per_s and output",
        ),
    ],
)
def test_bad_overrides(folder: Path, path: str, value: Any, message: str) -> None:
    (problem,) = problems_of(folder, overrides={path: value})
    assert str(problem).startswith(message)


def test_all_bad_overrides_at_once(folder: Path) -> None:
    given = {"finance.wac": 1, "sites.b.power_limit_mw": 80, "demand.town.chat.list.volume_gtok_per_day": -1}
    assert [problem.column for problem in problems_of(folder, overrides=given)] == [
        "finance.wac",
        "sites.b.power_limit_mw",
        "demand.town.chat.list.volume_gtok_per_day",
    ]


def test_an_override_of_a_broken_table_is_not_called_wrong(make: Callable) -> None:
    folder = make(cells={"sites.power_limit_mw": 1})
    assert [p.file for p in problems_of(folder, overrides={"sites.alpha.oversubscription": 1})] == ["sites.csv"]


def test_unusual_values_are_warned_about(folder: Path) -> None:
    instance = load(folder, overrides={"sites.alpha.shell_capex_usd_per_kw_it": 11})
    assert str(instance.warnings[0]) == (
        "warning: override sites.alpha.shell_capex_usd_per_kw_it 11 - is unusual: has the unit slipped? - "
        "usually 1000 to 30000 USD/kW IT"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("finance.wacc=0.1", ("finance.wacc", 0.1)),
        (" finance.wacc = 1e-1 ", ("finance.wacc", 0.1)),
        ("a.b=*1.5", ("a.b", {"multiply": 1.5})),
        ("a.b={multiply = 2, add = 1}", ("a.b", {"multiply": 2, "add": 1})),
        ("pricing.mode=uniform", ("pricing.mode", "uniform")),
        ('pricing.mode="uniform"', ("pricing.mode", "uniform")),
        ("x.available_from=2028-Q3", ("x.available_from", "2028-Q3")),
        ("catalogue.hardware=['a','b']", ("catalogue.hardware", ["a", "b"])),
        ("a.whole=true", ("a.whole", True)),
        ("a.note=", ("a.note", "")),
        ("a.note=" + "9" * 5000, ("a.note", "9" * 5000)),
        ("a.note=x=y", ("a.note", "x=y")),
        ("a.note=1\nb=2", ("a.note", "1\nb=2")),
    ],
)
def test_parse_set(text: str, expected: tuple[str, Any]) -> None:
    assert parse_set(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("finance.wacc", "--set finance.wacc - is not an override - path=value, e.g. finance.wacc=0.08"),
        ("=3", "--set =3 - is not an override - path=value"),
        ("a.b=*x", "--set a.b *x - a number must follow the * - a.b=*1.5"),
    ],
)
def test_what_is_not_a_set(text: str, message: str) -> None:
    with pytest.raises(InstanceError) as caught:
        parse_set(text)
    assert str(caught.value).startswith(message)


def test_a_date_from_the_command_line(folder: Path) -> None:
    path, value = parse_set("hardware.box.available_from=2027-07-02")
    box = load(folder, overrides={path: value}).hardware["box"]
    assert box.available_from == pytest.approx(2027.5, abs=0.002)

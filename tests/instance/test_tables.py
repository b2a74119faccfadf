"""Every way a table can be wrong, and the message it earns."""

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.instance import load
from tests.factories import minimal_tables
from tests.instance.conftest import problems_of

Messages = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("cell", "value", "message"),
    [
        (
            "sites.power_limit_mw",
            "lots",
            "sites.csv:2 power_limit_mw lots - is not a number - "
            "a number, at least 5, at most 20000 MW (a gigawatt is 1000)",
        ),
        (
            "sites.power_limit_mw",
            1,
            "sites.csv:2 power_limit_mw 1 - is too small - a number, at least 5, at most 20000 MW (a gigawatt is 1000)",
        ),
        (
            "sites.power_limit_mw",
            -100,
            "sites.csv:2 power_limit_mw -100 - is too small - "
            "a number, at least 5, at most 20000 MW (a gigawatt is 1000)",
        ),
        (
            "sites.power_limit_mw",
            "1,000",
            "sites.csv:2 power_limit_mw 1,000 - is not a number: write 1000 without the commas - "
            "a number, at least 5, at most 20000 MW (a gigawatt is 1000)",
        ),
        (
            "sites.oversubscription",
            "1,15",
            "sites.csv:2 oversubscription 1,15 - is not a number: write 1.15 with a point - "
            "a number, at least 0.5, at most 3 ratio",
        ),
        (
            "sites.power_limit_mw",
            "nan",
            "sites.csv:2 power_limit_mw nan - is not a finite number - "
            "a number, at least 5, at most 20000 MW (a gigawatt is 1000)",
        ),
        (
            "hardware.capex_usd_per_unit",
            "inf",
            "hardware.csv:2 capex_usd_per_unit inf - is not a finite number - "
            "a number, at least 0 USD/unit (USD per unit, not per accelerator)",
        ),
        (
            "sites.power_limit_mw",
            "",
            "sites.csv:2 power_limit_mw - is blank and has no default - most that the facility may draw at any moment: "
            "the gigawatt that will never become two: a number, at least 5, at most 20000 MW (a gigawatt is 1000)",
        ),
        (
            "hardware.accelerators_per_unit",
            "8.5",
            "hardware.csv:2 accelerators_per_unit 8.5 - is not a whole number - "
            "a whole number, at least 1, at most 20000",
        ),
        (
            "demand.price_usd_per_mtok_output",
            -2,
            "demand.csv:2 price_usd_per_mtok_output -2 - is too small - a number, at least 0, at most 10000 USD/Mtok",
        ),
        (
            "technologies.kind",
            "gird",
            "technologies.csv:2 kind gird - is not one of the choices - did you mean grid? allowed: grid, solar, wind, "
            "hydro, geothermal, nuclear, gas-turbine, gas-engine, fuel-cell, diesel, ppa, other",
        ),
        (
            "hardware.confidence",
            "guessed",
            "hardware.csv:2 confidence guessed - is not one of the choices - "
            "allowed: measured, published, estimated, assumed",
        ),
        (
            "hardware.cooling_needs",
            "air|water",
            "hardware.csv:2 cooling_needs water - is not one of the choices - allowed: air, liquid, liquid-warm",
        ),
        (
            "hardware.available_from",
            "soon",
            "hardware.csv:2 available_from soon - cannot be read - a date such as 2028, 2028-Q3, 2028-07 or 2028-07-15",
        ),
        (
            "hardware.available_from",
            "2028-13",
            "hardware.csv:2 available_from 2028-13 - cannot be read - "
            "a date such as 2028, 2028-Q3, 2028-07 or 2028-07-15",
        ),
        (
            "hardware.available_from",
            "28",
            "hardware.csv:2 available_from 28 - is too early - a date such as 2028, 2028-Q3, 2028-07 or 2028-07-15",
        ),
        (
            "demand.whole",
            "maybe",
            "demand.csv:2 whole maybe - cannot be read - yes or no",
        ),
        (
            "products.models",
            "|",
            "products.csv:2 models - is blank - names parted by |",
        ),
        (
            "points.output_tok_per_s",
            "",
            "points.csv:2 - give fresh_input_tok_per_s and output_tok_per_s (or prefill and decode rates)",
        ),
        (
            "sites.id",
            "al.pha",
            "sites.csv:2 id al.pha - is not a valid id - small letters, digits and single hyphens, such as gb200-nvl72",
        ),
    ],
)
def test_one_bad_cell(messages: Messages, cell: str, value: object, message: str) -> None:
    assert messages(cells={cell: value}) == [message]


@pytest.mark.parametrize("spelt", ["Alpha", "al pha", "al_pha", "-alpha", "alpha-", "al--pha", "älpha"])
def test_ids_are_kebab_case(messages: Messages, spelt: str) -> None:
    (message,) = messages(cells={"sites.id": spelt})
    assert message.startswith(f"sites.csv:2 id {spelt} - is not a valid id")


def test_a_blank_cell_takes_the_default(loaded: Callable) -> None:
    site = loaded(cells={"sites.oversubscription": "", "sites.hall_limit_mw": " "}).sites["alpha"]
    assert site.oversubscription == 1.15
    assert site.hall_limit_mw is None


def test_cells_are_read_in_every_allowed_spelling(loaded: Callable) -> None:
    cells = {
        "sites.power_limit_mw": " 1e2 ",
        "demand.whole": "Yes",
        "hardware.available_from": "2027-Q3",
        "hardware.cooling_needs": " air | liquid ",
    }
    instance = loaded(cells=cells)
    assert instance.sites["alpha"].power_limit_mw == 100
    assert instance.demand["town", "chat", "list"].whole is True
    assert instance.hardware["box"].available_from == 2027.5
    assert instance.hardware["box"].cooling_needs == ("air", "liquid")


def test_unknown_column(messages: Messages) -> None:
    assert messages(cells={"sites.hall_limit": 3}) == [
        "sites.csv:1 hall_limit - there is no such column - did you mean hall_limit_mw?"
    ]


def test_misspelt_required_column(folder: Path) -> None:
    path = folder / "sites.csv"
    path.write_text(path.read_text().replace("power_limit_mw", "power_limit"))
    assert [str(problem) for problem in problems_of(folder)] == [
        "sites.csv:1 power_limit - there is no such column - did you mean power_limit_mw?",
        "sites.csv:1 power_limit_mw - this column is missing - most that the facility may draw at any moment: "
        "the gigawatt that will never become two: a number, at least 5, at most 20000 MW (a gigawatt is 1000)",
    ]


def test_missing_key_column_hides_no_other_fault(folder: Path) -> None:
    (folder / "markets.csv").write_text("name\nTown\n")
    (folder / "sites.csv").write_text("id,name,power_limit_mw\nalpha,Alpha,1\n")
    assert [(problem.file, problem.column) for problem in problems_of(folder)] == [
        ("sites.csv", "power_limit_mw"),
        ("markets.csv", "id"),
    ]


@pytest.mark.parametrize("table", ["sites", "products", "markets", "demand"])
def test_required_tables(messages: Messages, table: str) -> None:
    (message,) = messages(tables={table: []})
    assert message.startswith(f"{table}.csv - the table is missing - ")


@pytest.mark.parametrize("table", ["hardware", "cooling", "models", "stacks", "points"])
def test_needed_tables(messages: Messages, table: str) -> None:
    assert messages(tables={table: []})[0] == (
        f"{table}.csv - there are no {table}: neither in the catalogue nor in {table}.csv - "
        f"rows in {table}.csv, or catalogue.source = builtin"
    )


def test_duplicate_id(messages: Messages) -> None:
    rows = minimal_tables()["markets"] * 2
    assert messages(tables={"markets": rows}) == [
        "markets.csv:3 id town - is given twice, first in line 2 - one row for each id"
    ]


def test_duplicate_key_of_several_columns(messages: Messages) -> None:
    (row,) = minimal_tables()["demand"]
    assert messages(tables={"demand": [row, row | {"volume_gtok_per_day": 1}]}) == [
        "demand.csv:3 town.chat.list - is given twice, first in line 2 - "
        "one row for each market and product and segment"
    ]


def test_duplicate_key_in_another_spelling(messages: Messages) -> None:
    rows = [{"shape": "flat", "day_type": "weekday", "hour_local": hour, "value": 1} for hour in ("7", "07")]
    assert messages(tables={"shapes": rows}) == [
        "shapes.csv:3 flat.weekday.7 - is given twice, first in line 2 - "
        "one row for each shape and day_type and hour_local"
    ]


def test_two_rows_without_an_id_are_not_duplicates(messages: Messages) -> None:
    found = messages(tables={"pops": [{"id": "", "name": "One"}, {"id": "", "name": "Two"}]})
    assert [text.split(" - ")[0] for text in found] == ["pops.csv:2 id", "pops.csv:3 id"]


def test_everything_is_reported_at_once(messages: Messages) -> None:
    found = messages(
        cells={"sites.power_limit_mw": 1, "products.isl": "x", "demand.market": "twon", "links.latency_ms": ""},
        settings={"base_year": 1},
    )
    assert [text.split(" ")[0] for text in found] == ["instance.toml:2", "sites.csv:2", "products.csv:2", "links.csv:2"]
    found = messages(cells={"sites.power_limit_mw": 1, "products.isl": "x", "demand.market": "twon"})
    assert [text.split(" ")[0] for text in found] == ["sites.csv:2", "products.csv:2", "demand.csv:2"]


def test_a_slipped_unit_within_the_hard_range_is_a_warning(loaded: Callable, messages: Messages) -> None:
    cells = {"sites.shell_capex_usd_per_kw_it": 11}
    expected = (
        "warning: sites.csv:2 shell_capex_usd_per_kw_it 11 - is unusual: has the unit slipped? - "
        "usually 1000 to 30000 USD/kW IT"
    )
    assert expected in [str(problem) for problem in loaded(cells=cells).warnings]
    assert expected in messages(cells=cells, strict=True)


def test_the_minimal_instance_passes_strict(folder: Path) -> None:
    assert load(folder, strict=True).warnings == ()

"""What every instance of facts must be: sourced in every row, free of faults, its scenarios and documents whole."""

from __future__ import annotations

import tomllib

import pytest

from planner.instance import load
from planner.instance.eligibility import eligible_points
from planner.instance.scenarios import read_scenarios
from planner.instance.schema import TABLES
from tests.catalogue.tables import INSTANCES, read_table

NAMES = ["software-uplift", "tiers", "atlas"]
TABLES_OF = [(name, path.stem) for name in NAMES for path in sorted((INSTANCES / name).glob("*.csv"))]
SCENARIOS_OF = [(name, scenario) for name in NAMES for scenario in sorted(read_scenarios(INSTANCES / name, []))]


@pytest.mark.parametrize(("name", "table"), TABLES_OF)
def test_every_row_fits_the_schema_and_names_its_source(name, table):
    assert table in TABLES
    for key, row in read_table(INSTANCES / name, table).items():
        assert row.source, f"{table} {key}"
        assert row.confidence, f"{table} {key}"


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS_OF)
def test_scenarios_load_and_change_something(name, scenario):
    assert load(INSTANCES / name, scenario=scenario).digest != load(INSTANCES / name).digest
    assert len(read_scenarios(INSTANCES / name, [])[scenario].text) > 20


@pytest.mark.parametrize("name", NAMES)
def test_every_product_can_be_served(name):
    instance = load(INSTANCES / name)
    served = {product for _, _, product in eligible_points(instance).rates}
    assert served == set(instance.products)


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_says_what_is_tuned_and_what_was_found(name):
    text = (INSTANCES / name / "README.md").read_text("utf-8")
    for word in ("TUNED", "measured", "published", "estimated", "assumed", "**What it found.**"):
        assert word in text


@pytest.mark.parametrize("name", NAMES)
def test_the_expected_value_says_where_it_comes_from(name):
    expected = tomllib.loads((INSTANCES / name / "expected.toml").read_text("utf-8"))
    assert len(expected["derivation"]) > 100
    assert expected["objective"] <= expected["upper_bound"] <= expected["objective"] * (1 + expected["gap"])


@pytest.mark.parametrize("name", NAMES)
def test_days_weigh_a_year(name):
    assert sum(day.weight for day in load(INSTANCES / name).settings.time.days) == 365

"""The one-gigawatt instance: whole, honest about its sources, and its representative days worth their name."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.instance import load
from planner.instance.eligibility import eligible_points
from planner.instance.scenarios import read_scenarios
from planner.instance.schema import CATALOGUE_TABLES, TABLES
from tests.catalogue.tables import CATALOGUE, ONE_GIGAWATT, by_id, read_table

OWN_TABLES = sorted(path.stem for path in ONE_GIGAWATT.glob("*.csv"))
SCENARIOS = sorted(read_scenarios(ONE_GIGAWATT, []))
ASKED_FOR = {
    "prices-half",
    "demand-double",
    "no-newest-chip",
    "hgx-only",
    "uniform-pricing",
    "measured-only",
    "no-grid",
}


@pytest.fixture(scope="module")
def instance():
    return load(ONE_GIGAWATT, strict=True)


@pytest.fixture(scope="module")
def year() -> pd.DataFrame:
    """Daily (temperature C, solar, wind, price) with the date of a year whose 1 January is a Monday."""
    frame = pd.read_csv(ONE_GIGAWATT / "series" / "abilene.csv", index_col="hour")
    frame.columns = ["temperature", "solar", "wind", "price"]
    frame["date"] = pd.date_range("2018-01-01", periods=8760, freq="h").strftime("%m-%d")
    return frame


@pytest.mark.parametrize("table", OWN_TABLES)
def test_every_row_fits_the_schema_and_names_its_source(table):
    assert table in TABLES
    assert table not in CATALOGUE_TABLES, "facts about technology belong into the catalogue"
    for key, row in read_table(ONE_GIGAWATT, table).items():
        assert row.source, f"{table} {key}"
        assert row.confidence, f"{table} {key}"


def test_loads_without_a_warning(instance):
    assert instance.warnings == ()
    assert list(instance.sites) == ["abilene"]
    assert instance.sites["abilene"].power_limit_mw == 1000
    assert len(instance.hardware) == 8
    assert len(instance.cooling) == 4


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenarios_load_and_change_something(instance, scenario):
    changed = load(ONE_GIGAWATT, scenario=scenario)
    assert changed.digest != instance.digest


def test_scenarios_say_what_they_ask():
    scenarios = read_scenarios(ONE_GIGAWATT, problems := [])
    assert not problems
    assert set(scenarios) >= ASKED_FOR
    assert all(len(scenario.text) > 20 for scenario in scenarios.values())


def test_every_product_can_be_served_on_two_systems(instance):
    coverage = eligible_points(instance).coverage(instance)
    assert ((coverage > 0).sum() >= 2).all(), coverage


def test_every_system_can_serve_something(instance):
    coverage = eligible_points(instance).coverage(instance)
    assert (coverage.sum(axis=1) > 0).all(), coverage


def test_the_same_silicon_has_a_choice_of_software(instance):
    stacks: dict[tuple[str, str], set[str]] = {}
    for (hardware, _, product), rate in eligible_points(instance).rates.items():
        stacks.setdefault((hardware, product), set()).add(rate.stack)
    assert len(stacks["b200-hgx", "documents"]) >= 3
    assert len(stacks["gb300-nvl72", "agent"]) >= 2
    adopted = {stack for choice in stacks.values() for stack in choice}
    assert all(instance.stacks[stack].adoption_cost_musd > 0 for stack in adopted)


def test_three_contracts_fall_in_price_from_list_to_wholesale():
    demand = read_table(ONE_GIGAWATT, "demand")
    pairs = {(market, product) for market, product, _ in demand if product != "free-chat"}
    assert len(pairs) == 3 * 7
    for market, product in pairs:
        rows = [demand[market, product, segment] for segment in ("list", "committed", "wholesale")]
        for name in ("price_usd_per_mtok_input", "price_usd_per_mtok_cached", "price_usd_per_mtok_output"):
            prices = [getattr(row, name) for row in rows]
            assert prices == sorted(prices, reverse=True)
            assert prices[-1] > 0
        assert rows[0].price_usd_per_mtok_input < rows[0].price_usd_per_mtok_output


def test_the_free_tier_is_promised_in_full_and_only_goodwill_is_lost():
    demand, commitments = read_table(ONE_GIGAWATT, "demand"), read_table(ONE_GIGAWATT, "commitments")
    for (market, product), promise in commitments.items():
        free = demand[market, product, "free"]
        assert promise.volume_gtok_per_day == free.volume_gtok_per_day
        assert promise.penalty_usd_per_mtok is None
        assert promise.churn_usd_per_mtok > 0
        assert free.price_usd_per_mtok_input == free.price_usd_per_mtok_output == 0


def test_shapes_have_a_weekly_mean_of_about_one():
    shapes = read_table(ONE_GIGAWATT, "shapes")
    for shape in {key[0] for key in shapes}:
        weekday, weekend = (
            np.mean([row.value for key, row in shapes.items() if key[:2] == (shape, day_type)])
            for day_type in ("weekday", "weekend")
        )
        assert (5 * weekday + 2 * weekend) / 7 == pytest.approx(1, abs=0.02)
        assert weekend < weekday


def test_days_weigh_a_year_with_its_weekends(instance):
    weekdays = weekends = 0.0
    for day in instance.settings.time.days:
        date = datetime.date.fromisoformat(f"2018-{day.date}")  # 1 January 2018 was a Monday
        if date.weekday() >= 5:
            weekends += day.weight
        else:
            weekdays += day.weight
    assert (weekdays, weekends) == (261, 104)


def test_weighted_days_have_the_means_of_the_year(instance, year):
    weights = {day.date: day.weight for day in instance.settings.time.days}
    by_date = year.groupby("date").mean()
    means = sum(weight * by_date.loc[date] for date, weight in weights.items()) / 365
    assert means["temperature"] == pytest.approx(year["temperature"].mean(), abs=0.1)
    assert means["solar"] == pytest.approx(year["solar"].mean(), abs=0.002)
    assert means["wind"] == pytest.approx(year["wind"].mean(), abs=0.002)
    assert means["price"] == pytest.approx(year["price"].mean(), rel=0.01)


def test_weighted_days_hold_what_wind_earns_and_how_often_it_fails(instance, year):
    """The mean of a product is not the product of means: days picked for their means alone misprice wind and calm."""
    weights = {day.date: day.weight for day in instance.settings.time.days}
    features = pd.DataFrame(
        {"wind_value": year["price"] * year["wind"], "still": year["wind"] < 0.1, "dear": year["price"] > 100}
    ).astype(float)
    by_date = features.groupby(year["date"]).mean()
    means = sum(weight * by_date.loc[date] for date, weight in weights.items()) / 365
    assert means["wind_value"] == pytest.approx(features["wind_value"].mean(), rel=0.05)
    assert means["still"] == pytest.approx(features["still"].mean(), abs=0.04)
    assert means["dear"] == pytest.approx(features["dear"].mean(), abs=0.01)


def test_named_weather_happens_on_its_day(instance, year):
    dates = {day.name: day.date for day in instance.settings.time.days}
    daily = year.groupby("date").mean()
    hottest = daily["temperature"].rank(ascending=False, method="first")
    coldest = daily["temperature"].rank(method="first")
    dearest = daily["price"].rank(ascending=False, method="first")
    stillest = daily["wind"].rank(method="first")
    assert hottest[dates["heatwave"]] <= 10
    assert dearest[dates["heatwave"]] <= 10
    assert coldest[dates["coldsnap"]] <= 5
    assert dearest[dates["coldsnap"]] <= 15
    assert year["temperature"][year["date"] == dates["heatwave"]].max() >= 40
    assert stillest[dates["calm"]] <= 10
    assert daily.loc[dates["calm"], "wind"] < 0.05
    assert daily.loc[dates["calm"], "temperature"] < 10
    for name, months in [
        ("winter", "12 01 02"),
        ("spring", "03 04 05"),
        ("summer", "06 07 08"),
        ("autumn", "09 10 11"),
    ]:
        assert dates[name][:2] in months.split()


def test_all_hardware_offered_has_a_supply_row():
    supply = read_table(ONE_GIGAWATT, "supply")
    assert {hardware for hardware, _ in supply} <= set(by_id(CATALOGUE, "hardware"))
    assert len(supply) == 8


def test_money_of_the_base_year_is_explained():
    text = (ONE_GIGAWATT / "README.md").read_text("utf-8")
    assert "2026" in text
    assert "TUNED" in text
    assert Path(ONE_GIGAWATT / "series" / "abilene.toml").is_file()

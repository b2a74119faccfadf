"""The off-grid instance: honest about its sources, with droughts in its days, and a month of power that has a worth."""

from __future__ import annotations

import pytest

import planner
from planner.instance import load
from planner.instance.eligibility import eligible_points
from planner.instance.scenarios import read_scenarios
from tests.catalogue.owed import (
    longest_dark_spell,
    made_again,
    own_tables,
    read_year,
    unsourced,
    weekdays_and_weekends,
    weighted_means,
)
from tests.catalogue.tables import INSTANCES

OFF_GRID = INSTANCES / "off-grid"
SCENARIOS = sorted(read_scenarios(OFF_GRID, []))
OWN_PLANT = ("recip-engine", "gas-turbine-aero", "sofc", "solar-us", "wind-us")
COARSE = {"time.resolution_h": 12}


@pytest.fixture(scope="module")
def instance():
    return load(OFF_GRID, strict=True)


@pytest.fixture(scope="module")
def year():
    return read_year(OFF_GRID, "pecos")


@pytest.mark.parametrize("table", own_tables(OFF_GRID))
def test_every_row_names_its_source(table):
    assert not unsourced(OFF_GRID, table)


def test_loads_without_a_warning(instance):
    assert instance.warnings == ()
    assert (eligible_points(instance).coverage(instance).sum(axis=0) > 0).all()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenarios_load_and_change_something(instance, scenario):
    changed = load(OFF_GRID, scenario=scenario)
    assert changed.digest != instance.digest
    assert len(read_scenarios(OFF_GRID, [])[scenario].text) > 20


def test_days_weigh_a_year_in_whole_dates(instance):
    assert weekdays_and_weekends(instance) == (261, 104)
    assert all(day.weight == int(day.weight) for day in instance.settings.time.days)


def test_weighted_days_have_the_means_of_the_year(instance, year):
    means = weighted_means(instance, year.assign(saved=year["price"] * year["wind"], still=year["wind"] < 0.1))
    assert means["temperature"] == pytest.approx(year["temperature"].mean(), abs=0.1)
    assert means["solar"] == pytest.approx(year["solar"].mean(), abs=0.002)
    assert means["wind"] == pytest.approx(year["wind"].mean(), abs=0.01)
    assert means["saved"] == pytest.approx((year["price"] * year["wind"]).mean(), rel=0.02)
    assert means["still"] == pytest.approx((year["wind"] < 0.1).mean(), abs=0.005)


def test_the_year_has_weeks_without_sun_and_wind_and_the_days_know_them(instance, year):
    assert longest_dark_spell(year, 0.26) >= 7
    dark = {day.name: day.weight for day in instance.settings.time.days if day.name.startswith("dark")}
    by_date = year[["solar", "wind"]].groupby(year.index // 24).mean().sum(axis=1)
    assert sum(dark.values()) == (by_date < 0.25).sum()


def test_long_storage_carries_energy_from_date_to_date(instance):
    assert instance.stores["iron-air-100h"].linked
    assert not instance.stores["battery-4h-us"].linked


def test_series_are_made_again_byte_for_byte(tmp_path):
    pytest.importorskip("pvlib")
    assert made_again(OFF_GRID, "pecos", tmp_path / "again.csv")


def test_whoever_waits_has_nothing_until_the_grid_comes():
    """Coarse and relaxed: without a grid and without plant of its own the campus can sell nothing before July 2029."""
    waiting = dict.fromkeys((f"power.pecos.{plant}.max_mw" for plant in OWN_PLANT), 0)
    plan = planner.solve(load(OFF_GRID, overrides=COARSE | waiting), relax=True, verify=False)
    sold = plan.tables["markets"].groupby("period")["sold_gtok_per_day"].sum()
    assert (sold[["2028-h1", "2028-h2", "2029-h1"]] < 1e-6).all()
    assert (sold[["2029-h2", "2030-31"]] > 1000).all()


def test_gas_is_the_way_off_the_grid_and_sun_and_wind_are_dearer():
    """Coarse and relaxed: with gas no sun or wind is built; without it they are, and the plan earns less."""
    free = planner.solve(load(OFF_GRID, overrides=COARSE), relax=True, verify=False)
    clean = planner.solve(load(OFF_GRID, scenario="clean", overrides=COARSE), relax=True, verify=False)
    assert clean.objective < free.objective
    for plan, built in ((free, False), (clean, True)):
        capacity = plan.tables["power"].groupby("technology")["capacity_mw"].max()
        assert (capacity.get("wind-us", 0) + capacity.get("solar-us", 0) > 100) == built

"""The token-export instance: honest about its sources, lawful in its routes, and on the side of racks at the hub."""

from __future__ import annotations

import pytest

import planner
from planner.instance import load
from planner.instance.eligibility import eligible_points
from planner.instance.routes import find_routes
from planner.instance.scenarios import read_scenarios
from tests.catalogue.owed import made_again, own_tables, read_year, unsourced, weekdays_and_weekends, weighted_means
from tests.catalogue.tables import INSTANCES

TOKEN_EXPORT = INSTANCES / "token-export"
SCENARIOS = sorted(read_scenarios(TOKEN_EXPORT, []))
PLACES = sorted(path.stem for path in (TOKEN_EXPORT / "series").glob("*.toml"))
COARSE = {"time.resolution_h": 12}


@pytest.fixture(scope="module")
def instance():
    return load(TOKEN_EXPORT, strict=True)


@pytest.fixture(scope="module")
def coarse():
    return planner.solve(load(TOKEN_EXPORT, overrides=COARSE), relax=True, verify=False)


@pytest.mark.parametrize("table", own_tables(TOKEN_EXPORT))
def test_every_row_names_its_source(table):
    assert not unsourced(TOKEN_EXPORT, table)


def test_loads_without_a_warning(instance):
    assert instance.warnings == ()
    coverage = eligible_points(instance).coverage(instance)
    assert (coverage.loc["ascend-910c-cm384"] > 0).all()
    assert ((coverage > 0).sum() >= 2).all()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenarios_load_and_change_something(instance, scenario):
    changed = load(TOKEN_EXPORT, scenario=scenario)
    assert changed.digest != instance.digest
    assert len(read_scenarios(TOKEN_EXPORT, [])[scenario].text) > 20


def test_domestic_chips_stay_home_and_us_chips_abroad(instance):
    for site in instance.sites.values():
        assert (site.jurisdiction == "cn") == (tuple(site.export_classes) == ("cn-domestic",))


def test_eastern_china_is_served_from_china_only_and_overseas_from_everywhere(instance):
    pairs = {(site, market) for site, market, _ in find_routes(instance, eligible_points(instance)).routes}
    assert {site for site, market in pairs if market == "china-east"} == {"ulanqab", "zhongwei", "shaoguan"}
    for market in set(instance.markets) - {"china-east"}:
        assert {site for site, to in pairs if to == market} == set(instance.sites)


def test_days_weigh_a_year_and_have_the_means_of_its_places(instance):
    assert weekdays_and_weekends(instance) == (261, 104)
    for place, columns in (("ulanqab", ("solar", "wind")), ("gansu", ("solar", "wind")), ("abu-dhabi", ("solar",))):
        year = read_year(TOKEN_EXPORT, place)
        means = weighted_means(instance, year)
        for column in columns:
            assert means[column] == pytest.approx(year[column].mean(), abs=0.007), (place, column)


@pytest.mark.parametrize("place", PLACES)
def test_series_are_made_again_byte_for_byte(tmp_path, place):
    pytest.importorskip("pvlib")
    assert made_again(TOKEN_EXPORT, place, tmp_path / "again.csv")


def test_racks_go_to_the_wind_and_no_uhv_line_is_built(coarse):
    """Coarse and relaxed: the first racks stand at Ulanqab on the wind of its hub, and no UHV line is built."""
    racks = coarse.tables["hardware"].query("period == '2028'").groupby("site")["units"].sum()
    assert racks["ulanqab"] > 100
    assert racks.get("shaoguan", 0) < 1e-3
    lines = coarse.tables["lines"]
    assert lines.loc[lines["destination"] == "shaoguan", "capacity_mw"].max() < 1
    assert lines.loc[lines["destination"] == "ulanqab", "capacity_mw"].max() > 50


def test_the_coast_as_the_only_place_earns_less(coarse):
    east = planner.solve(load(TOKEN_EXPORT, scenario="electrons-east", overrides=COARSE), relax=True, verify=False)
    assert east.objective < 0.95 * coarse.objective

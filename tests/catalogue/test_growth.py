"""The growth instance: honest about its sources, its calendar that of its story, its shortage one of chips."""

from __future__ import annotations

from itertools import pairwise

import pytest

import planner
from planner.instance import load
from planner.instance.eligibility import eligible_points
from planner.instance.scenarios import read_scenarios
from tests.catalogue.owed import made_again, own_tables, read_year, unsourced, weekdays_and_weekends, weighted_means
from tests.catalogue.tables import INSTANCES

GROWTH = INSTANCES / "growth"
SCENARIOS = sorted(read_scenarios(GROWTH, []))
COARSE = {"time.resolution_h": 12}


@pytest.fixture(scope="module")
def instance():
    return load(GROWTH, strict=True)


@pytest.fixture(scope="module")
def coarse():
    return planner.solve(load(GROWTH, overrides=COARSE), relax=True, verify=False)


@pytest.mark.parametrize("table", own_tables(GROWTH))
def test_every_row_names_its_source(table):
    assert not unsourced(GROWTH, table)


def test_loads_without_a_warning(instance):
    assert instance.warnings == ()
    assert (eligible_points(instance).coverage(instance).sum(axis=0) > 0).all()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenarios_load_and_change_something(instance, scenario):
    changed = load(GROWTH, scenario=scenario)
    assert changed.digest != instance.digest
    assert len(read_scenarios(GROWTH, [])[scenario].text) > 20


def test_demand_doubles_each_quarter_from_thirty_trillion_a_day(instance):
    assert sum(row.volume_gtok_per_day for row in instance.demand.values()) == pytest.approx(30_000)
    indices = [period.demand_index for period in instance.periods.values()]
    assert [b / a for a, b in pairwise(indices)] == pytest.approx([2] * 4 + [1.25] * 4)


def test_what_was_sold_in_january_is_promised_in_its_committed_part(instance):
    for (market, product), promise in instance.commitments.items():
        assert promise.volume_gtok_per_day == pytest.approx(
            instance.demand[market, product, "committed"].volume_gtok_per_day
        )


def test_days_weigh_a_year_and_have_its_means(instance):
    year = read_year(GROWTH, "dallas")
    means = weighted_means(instance, year)
    assert weekdays_and_weekends(instance) == (261, 104)
    assert means["temperature"] == pytest.approx(year["temperature"].mean(), abs=0.1)
    assert means["price"] == pytest.approx(year["price"].mean(), rel=0.01)


def test_series_are_made_again_byte_for_byte(tmp_path):
    pytest.importorskip("pvlib")
    assert made_again(GROWTH, "dallas", tmp_path / "again.csv")


def test_nothing_of_ones_own_stands_before_its_lead_time(coarse):
    """Ordered in January 2027: chips after a quarter or more, fuel cells after half a year, engines after 1.3 years."""
    first = {"b200-hgx": "2027-q2", "mi355x-hgx": "2027-q2", "gb300-nvl72": "2027-q3", "vr200-nvl72": "2027-q4"}
    built = coarse.tables["hardware"].query("units > 1e-3")
    for hardware, period in first.items():
        assert (built.loc[built["hardware"] == hardware, "period"] >= period).all()
    power = (
        coarse.tables["power"].query("node == 'campus' and capacity_mw > 1e-3").groupby("technology")["period"].min()
    )
    assert power["sofc"] == "2027-q3"
    assert power["recip-engine"] == "2028-q3"
    assert power["grid-ercot"] == "2029-q1"


def test_there_is_a_shortage_of_chips_and_not_of_power(coarse):
    """From the third quarter on less than 95 % of what is asked for is served; B200 and MI355X are worth more than
    they cost in every quarter, and no megawatt of the campus has a price."""
    totals = coarse.tables["markets"].groupby("period")[["volume_gtok_per_day", "sold_gtok_per_day"]].sum()
    served = totals["sold_gtok_per_day"] / totals["volume_gtok_per_day"]
    assert served["2027-q2"] > 0.95
    assert (served["2027-q4":] < 0.9).all()
    prices = coarse.tables["prices"]
    supply = prices[(prices["rule"] == "hardware_supply") & (prices["period"] >= "2027-q4")]
    assert (supply.loc[supply["where"].isin(["b200-hgx", "mi355x-hgx"]), "value"] > 1000).all()
    limits = prices[(prices["where"] == "campus") & prices["rule"].isin(["gigawatt_limit", "provisioned_limit"])]
    assert (limits.loc[limits["period"] >= "2027-q4", "value"].abs() < 1).all()

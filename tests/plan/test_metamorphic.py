"""How the answer must change when the question does: nobody knows the numbers, everybody knows the direction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.instance import load
from planner.plan.plan import PlanError
from planner.plan.run import solve
from tests.factories import Tables, minimal_settings, write_instance
from tests.model.worlds import everything
from tests.plan.invariants import check_all
from tests.plan.worlds import WORLDS, two_sites_series, two_sites_tables, with_money_times

EQUAL = 1e-7

BETTER = {
    "more power": {"sites.*.power_limit_mw": {"multiply": 1.5}},
    "room for more racks": {"sites.*.oversubscription": 1.5},
    "cheaper power": {"power.*.*.energy_usd_per_mwh": {"multiply": 0.5}},
    "cheaper racks": {"hardware.*.capex_usd_per_unit": {"multiply": 0.7}},
    "faster points": {
        f"points.*.{kind}_tok_per_s": {"multiply": 1.2} for kind in ("fresh_input", "cached_input", "output")
    },
    "more demand": {"demand.*.*.*.volume_gtok_per_day": {"multiply": 2}},
    "higher prices": {f"demand.*.*.*.price_usd_per_mtok_{kind}": {"multiply": 1.2} for kind in ("input", "output")},
    "longer deadlines": {"products.batch.deadline_h": 24},
    "nearer markets": {"links.*.*.*.latency_ms": {"multiply": 0.5}},
    "less interest": {"finance.wacc": 0.02},
    "milder days": {"sites.*.design_day_c": 10},
    "cooler series": {"series.site-temperature": {"add": -15}},
    "looser promises": {"commitments.*.*.volume_gtok_per_day": {"multiply": 0.2}},
    "dearer carbon": {"limits.carbon_usd_per_t": 500},
    "tighter carbon": {"limits.carbon_limit_t_per_yr": 3000},
    "dearer water": {"sites.*.water_usd_per_m3": {"add": 50}},
    "fewer racks": {"supply.*.*.supply_units": {"multiply": 0.05}},
}
WORSE = ("dearer carbon", "tighter carbon", "dearer water", "fewer racks")
APPLIES = {
    "toy": ("more power", "room for more racks", "cheaper power", "cheaper racks", "more demand", "higher prices"),
    "own prices": [name for name in BETTER if name != "more demand"],  # a whole contract may grow too large
    "everything": ("cheaper racks", "higher prices", "less interest", "tighter carbon", "fewer racks"),
    "two sites": ("more power", "cheaper power", "more demand", "longer deadlines", "nearer markets", "fewer racks"),
}
CASES = [(world, change) for world, changes in APPLIES.items() for change in changes]
MUST_MOVE = {
    ("toy", "more power"),
    ("toy", "cheaper power"),
    ("own prices", "cheaper racks"),
    ("own prices", "dearer carbon"),
    ("own prices", "tighter carbon"),
    ("own prices", "fewer racks"),
    ("own prices", "cooler series"),
    ("own prices", "less interest"),
    ("two sites", "more demand"),
    ("two sites", "longer deadlines"),
    ("two sites", "fewer racks"),
}


@pytest.mark.parametrize(("world", "change"), CASES)
def test_direction(tmp_path: Path, solved: Callable, world: str, change: str) -> None:
    """Good news never hurts and bad news never helps; some of it must be felt."""
    before = solved(world)[0].objective
    instance = WORLDS[world](tmp_path / "changed", BETTER[change])
    after = solve(instance, gap=0.0, verify=False).objective
    gain = before - after if change in WORSE else after - before
    assert gain >= -EQUAL * abs(before)
    if (world, change) in MUST_MOVE:
        assert gain > 1e-3


@pytest.mark.parametrize("k", [0.1, 7.0])
def test_another_currency(tmp_path: Path, solved: Callable, k: float) -> None:
    """All money times k: the same plan, its worth and its prices times k."""
    plain, _ = solved("everything")
    instance = with_money_times(tmp_path / "world", k)
    plan = solve(instance, gap=0.0, verify=False)
    check_all(plan, instance)
    assert plan.objective == pytest.approx(k * plain.objective, rel=EQUAL)
    assert plan.hardware["units"].tolist() == pytest.approx(plain.hardware["units"].tolist())
    assert plan.accounts["musd_per_yr"].sum() == pytest.approx(k * plain.accounts["musd_per_yr"].sum(), rel=EQUAL)
    dear = plain.prices["value"].abs() > 1
    assert dear.any()
    assert plan.prices["value"][dear].tolist() == pytest.approx((k * plain.prices["value"][dear]).tolist(), rel=1e-5)


DAY = {"name": "one", "date": "01-02"}


@pytest.mark.parametrize(
    "days",
    [
        [DAY | {"weight": 200}, DAY | {"name": "two", "weight": 165}],
        [
            DAY | {"weight": 1},
            DAY | {"name": "two", "date": "01-03", "weight": 363},
            DAY | {"name": "three", "weight": 1},
        ],
    ],
)
def test_a_day_may_be_cut_in_equal_days(tmp_path: Path, days: list[dict[str, Any]]) -> None:
    """2 and 3 January are working days alike: a day of weight 365 is as good as several that make 365."""
    objectives = []
    for number, chosen in enumerate(([DAY | {"weight": 365}], days)):
        settings = minimal_settings() | {"time": {"resolution_h": 6, "days": chosen}}
        series = {"beta-sun [share]": [0.0, 0.4, 0.8, 0.0] * 365}
        instance = load(write_instance(tmp_path / str(number), two_sites_tables(), settings, series))
        objectives.append(solve(instance, gap=0.0, verify=False).objective)
    assert objectives[1] == pytest.approx(objectives[0], rel=EQUAL)


def test_a_finer_step_of_the_same_hours_changes_nothing(tmp_path: Path) -> None:
    """Sun, prices and demand that are constant in every 6 h: steps of 3 h tell the same story."""
    objectives = []
    for resolution_h in (6, 3):
        settings = minimal_settings() | {"time": {"resolution_h": resolution_h, "days": [DAY | {"weight": 365}]}}
        tables = two_sites_tables()
        tables["shapes"] = [row | {"value": 1 + row["hour_local"] // 6} for row in tables["shapes"]]
        tables["markets"] = [row | {"utc_offset_h": 6} for row in tables["markets"]]
        tables["products"][-1]["deadline_h"] = 12
        series = {"beta-sun [share]": [0.0, 0.0, 0.4, 0.4, 0.8, 0.8, 0.0, 0.0] * 365}
        instance = load(write_instance(tmp_path / str(resolution_h), tables, settings, series))
        objectives.append(solve(instance, relax=True, verify=False).objective)
    assert objectives[1] == pytest.approx(objectives[0], rel=EQUAL)


def twice(tables: Tables, *, apart: bool) -> Tables:
    """The two sites once more under other names, with markets of their own or with twice the volume in the old ones."""
    places = {"alpha": "alpha-2", "beta": "beta-2"} | ({"town": "town-2", "port": "port-2"} if apart else {})
    keys = ("id", "site", "node", "origin", "destination", "market")
    copied = ("sites", "site_cooling", "power", "site_stores", "links", *(("markets", "demand") if apart else ()))
    result = dict(tables)
    for name in copied:
        again = [
            {column: places.get(v, v) if column in keys else v for column, v in row.items()} for row in tables[name]
        ]
        result[name] = [*tables[name], *again]
    if not apart:
        result["demand"] = [row | {"volume_gtok_per_day": 2 * row["volume_gtok_per_day"]} for row in tables["demand"]]
    result["supply"] = [row | {"supply_units": 2 * row["supply_units"]} for row in tables["supply"]]
    return result


@pytest.mark.parametrize("apart", [True, False], ids=["with markets of their own", "with markets in common"])
def test_everything_twice(tmp_path: Path, apart: bool) -> None:
    """Twice the world is worth twice as much: with fractions no mix of the two halves is better than their mean.

    Being open is free here: the row that ties a site to a market's whole demand is looser where two sites share it.
    """
    once = two_sites_tables()
    once["sites"] = [row | {"fixed_cost_musd_per_yr": 0} for row in once["sites"]]
    settings = minimal_settings() | {"time": {"resolution_h": 6, "days": [DAY | {"weight": 365}]}}
    series = {"beta-sun [share]": [0.0, 0.4, 0.8, 0.0] * 365}
    objectives = []
    for name, tables in (("once", once), ("twice", twice(once, apart=apart))):
        instance = load(write_instance(tmp_path / name, tables, settings, series))
        objectives.append(solve(instance, relax=True, verify=False).objective)
    assert objectives[1] == pytest.approx(2 * objectives[0], rel=EQUAL)


def test_an_offer_that_nobody_takes_changes_nothing(tmp_path: Path, solved: Callable) -> None:
    """Equipment at a prohibitive price might as well not exist."""
    tables = two_sites_tables()
    tables["hardware"].append(tables["hardware"][0] | {"id": "gold", "capex_usd_per_unit": 1e9})
    tables["points"].append(tables["points"][0] | {"id": "gold-m", "hardware": "gold"})
    tables["technologies"].append(tables["technologies"][-1] | {"id": "dream", "capex_usd_per_kw": 1e6})
    tables["power"].append({"node": "beta", "technology": "dream", "availability_series": "beta-sun"})
    days = [{"name": "work", "date": "01-02", "weight": 261}, {"name": "rest", "date": "01-06", "weight": 104}]
    settings = minimal_settings() | {"time": {"resolution_h": 4, "days": days}}
    instance = load(write_instance(tmp_path / "world", tables, settings, two_sites_series()))
    plan = solve(instance, gap=0.0, verify=False)
    assert plan.objective == pytest.approx(solved("two sites")[0].objective, rel=EQUAL)
    assert "gold" not in set(plan.hardware["hardware"])


def test_own_prices_are_worth_at_least_a_uniform_price(solved: Callable) -> None:
    assert solved("own prices")[0].objective >= solved("everything")[0].objective


def test_no_objective_beats_the_one_that_is_maximised(solved: Callable) -> None:
    """The plan for revenue has the most revenue, that for profit the most profit."""
    plans = {name: solved("own prices", name, verify=False)[0] for name in ("profit", "revenue", "tokens")}

    def profit(plan: Any) -> float:
        return plan.accounts["present_value_musd"].sum()

    def revenue(plan: Any) -> float:
        return plan.accounts.loc[plan.accounts["heading"] == "revenue", "present_value_musd"].sum()

    assert profit(plans["profit"]) == pytest.approx(max(profit(plan) for plan in plans.values()), rel=EQUAL)
    assert revenue(plans["revenue"]) == pytest.approx(max(revenue(plan) for plan in plans.values()), rel=EQUAL)
    assert revenue(plans["revenue"]) > revenue(plans["profit"]) + 0.1


def test_a_promise_that_cannot_be_kept_leaves_no_plan(tmp_path: Path) -> None:
    impossible = {"commitments.far.chat.volume_gtok_per_day": 7}  # 6 are asked for
    instance = everything(tmp_path / "world", impossible)
    with pytest.raises(PlanError, match="world: "):
        solve(instance)

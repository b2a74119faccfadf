"""What must hold of every plan, on every world and objective."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.instance import load
from planner.plan.plan import Plan
from planner.plan.run import solve
from tests.plan import invariants
from tests.plan.invariants import INVARIANTS, check_all
from tests.plan.worlds import SHIPPED, WORLDS, two_sites, whole_year


@pytest.mark.parametrize("check", INVARIANTS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", WORLDS)
def test_profit(solved: Callable, name: str, check: Callable) -> None:
    check(*solved(name))


@pytest.mark.parametrize("objective", ["tokens", "revenue"])
@pytest.mark.parametrize("name", ["toy", "own prices", "two sites"])
def test_other_objectives(solved: Callable, name: str, objective: str) -> None:
    plan, instance = solved(name, objective, verify=False)
    check_all(plan, instance)
    assert plan.record["objective_name"] == objective


VOLUME = ("tokens>=2000",)
"""Enough for a plan, and what a ratio stands on."""


@pytest.mark.parametrize("objective", ["carbon", "water,energy", "capex", "cost", "cost_per_mtok", "tokens_per_mwh"])
@pytest.mark.parametrize("name", ["limited", "own prices", "two sites"])
def test_what_is_minimised_and_ratios(solved: Callable, name: str, objective: str) -> None:
    plan, instance = solved(name, objective, limits=VOLUME, verify=False)
    check_all(plan, instance)
    assert plan.record["objective_name"] == objective.split(",")[0]
    assert [one["objective"] for one in plan.record["passes"]] == [*objective.split(","), "profit"]
    assert plan.record["measures"]["tokens"] >= 2000 * (1 - 1e-6)


@pytest.mark.parametrize("name", ["everything", "two sites"])
def test_relaxed(solved: Callable, name: str) -> None:
    plan, instance = solved(name, relax=True, verify=False)
    check_all(plan, instance)
    assert plan.objective >= solved(name)[0].objective - 1e-9  # fractions are never worse
    assert plan.record["relaxed"]
    assert plan.record["size"]["whole_columns"] == 0
    assert plan.record["pricing"]["distance_from_plan"] == pytest.approx(0, abs=1e-7)  # the prices are its own


def test_the_whole_year(tmp_path: Path) -> None:
    instance = whole_year(tmp_path / "world")
    plan = solve(instance, relax=True, verify=False)
    check_all(plan, instance)
    assert len(plan.dispatch.drop_duplicates(["day", "step"])) == 365


def test_what_serves_nothing_is_paid_for_by_what_serves(tmp_path: Path) -> None:
    """Idle racks at alpha beside racks at work, and beta open with racks of its own that never run."""

    def idle(m: Any) -> None:
        m.period.units_built["alpha", "crate", "chiller"].fix(7)
        m.period.units_built["beta", "box", "chiller"].fix(5)
        for run in m.RUNS:
            if run[0] == "beta" or run[1] == "crate":
                m.step.running_units[run].fix(0)

    instance = two_sites(tmp_path / "world", {"power.beta.grid.max_mw": 5})
    plan = solve(instance, extend=[idle], gap=0.0, verify=False)
    at_work = plan.hardware.set_index(["site", "hardware"])["at_work_share"]
    assert at_work["alpha", "crate"] == 0
    assert at_work["beta", "box"] == 0
    assert at_work["alpha", "box"] > 0
    check_all(plan, instance)


@pytest.mark.slow
def test_one_gigawatt() -> None:
    instance = load(SHIPPED / "one-gigawatt")
    check_all(solve(instance, relax=True, verify=False), instance)


def test_the_worlds_exercise_what_is_checked(solved: Callable) -> None:
    """An invariant about nothing would hold of any plan."""
    plans = [solved(name)[0] for name in WORLDS]
    assert any((plan.stores["discharged_mwh_per_yr"] > 1).any() for plan in plans)
    assert any((plan.commitments["short_gtok_per_day"] > 0.1).any() for plan in plans)
    assert any(len(plan.routes["site"].drop_duplicates()) > 1 for plan in plans)
    assert any((plan.links["booked_gbps"] > 0.01).any() for plan in plans)
    assert any((plan.software["adopted"] > 0.5).any() for plan in plans)
    assert any(len(set(plan.hardware["hardware"])) > 1 for plan in plans)
    assert any((plan.cooling["water_m3_per_yr"] > 1).any() for plan in plans)
    assert any((plan.prices["rule"] == "gigawatt_limit").any() for plan in plans)
    assert any(plan.markets.eval("accepted_share > 0.01 and accepted_share < 0.99").any() for plan in plans)


BREAKS = {
    "check_power_closes": ("dispatch", "mw", 1.01),
    "check_energy_adds_up": ("power", "energy_mwh_per_yr", 1.01),
    "check_gigawatt_limits": ("sites", "power_limit_mw", 0.5),
    "check_sold_at_most_asked": ("markets", "sold_gtok_per_day", 1.2),
    "check_sold_is_delivered_is_made": ("routes", "gtok_per_day", 1.001),
    "check_accounts_are_the_objective": ("accounts", "present_value_musd", 1 + 1e-7),
    "check_measures": ("measures", "value", 1 + 1e-6),
    "check_revenue": ("identity", "revenue_musd_per_yr", 1.0001),
    "check_levelised_cost": ("levelised_cost", "levelised_usd_per_mtok", 1.0001),
    "check_figures": ("kpis", "value", 1.0001),
    "check_overnight_cost": ("hardware", "capex_musd", 1.001),
    "check_fleets": ("hardware", "units", 1.001),
    "check_cash_flow": ("cash_flow", "revenue_musd", 1.001),
    "check_whole_numbers": ("hardware", "units_built", 1.001),
    "check_capacity_is_enough": ("power", "capacity_mw", 0.1),
    "check_latency": ("routes", "rtt_ms", 100.0),
    "check_prices": ("prices", "value", -1.0),
}


@pytest.mark.parametrize("name", BREAKS)
def test_an_invariant_sees_a_plan_that_is_wrong(solved: Callable, name: str) -> None:
    plan, instance = solved("toy")
    table, column, factor = BREAKS[name]
    frame: pd.DataFrame = plan.tables[table].copy()
    rows = frame.index if table != "dispatch" else frame.index[:1]
    frame.loc[rows, column] = frame.loc[rows, column] * factor
    wrong = Plan(plan.record, {**plan.tables, table: frame})
    check = getattr(invariants, name)
    check(plan, instance)
    with pytest.raises(AssertionError):
        check(wrong, instance)

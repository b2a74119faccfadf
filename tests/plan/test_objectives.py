"""Objectives beside the profit, in order, within limits: on the toy by hand, where every number is known.

A rack costs 0.2 M USD a year and 0.00625 for its 0.1 MW of hall; at work it draws 0.08 MW and 0.02 for its cooling, so
876 MWh a year for 0.0438 M USD. The site costs 1. The best plan, of 80 racks, earns 73.604 and takes 70,080 MWh.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

import planner
from planner.instance import Instance
from planner.plan.plan import PlanError
from planner.plan.run import solve
from planner.stamp import constraint
from tests.plan.invariants import check_all
from tests.plan.worlds import two_sites

RACK = 0.2 + 0.00625 + 0.0438
CHAT_ONLY = 63.072 - 60 * 0.20625 - 40 * 0.0438 - 1


def asked(slack: float | None = None) -> Instance:
    toy = planner.load("toy")
    objective = toy.settings.objective.model_copy(update={"slack": slack})
    return dataclasses.replace(toy, settings=toy.settings.model_copy(update={"objective": objective}))


def value(plan: Any, measure: str) -> float:
    return plan.measures.set_index("measure")["value"][measure]


# ---- limits


def test_a_frontier_of_two_points() -> None:
    """Half the energy is what chat takes, on 60 racks; each MWh above it makes 18 Gtok of batch at 50 USD, less 50."""
    full, half, above = (solve(asked(), limits=[f"energy<={mwh}"], gap=0.0) for mwh in (70_080, 35_040, 35_140))
    assert full.objective == pytest.approx(73.604)
    assert half.objective == pytest.approx(CHAT_ONLY)
    assert pytest.approx(47.945) == CHAT_ONLY
    assert above.objective == pytest.approx(CHAT_ONLY + 100 * 850e-6)
    assert above.price("measure_limit", "energy / at_most", "all") == pytest.approx(850)
    assert half.record["limits"] == [["energy", "at_most", 35_040.0]]
    row = above.prices.set_index("rule").loc["measure_limit"]
    assert (row["what"], row["unit"]) == ("one more MWh of energy", "USD/MWh, present value")
    assert row["binds"]


def test_a_limit_that_no_plan_keeps_is_named() -> None:
    with pytest.raises(PlanError, match=r"cannot hold together: .*measure_limit\[tokens, at_least\]"):
        solve(asked(), limits=["tokens>=2e6"])


def test_limits_that_do_not_bind_change_nothing() -> None:
    plan = solve(asked(), limits=["carbon<=0", "tokens>=1", "capex<=88"], gap=0.0, verify=False)
    assert plan.objective == pytest.approx(73.604)


# ---- one after the other


def test_tokens_then_profit_is_the_second_pass() -> None:
    """As before: profit is maximised with the tokens held at what they can be at most, less the gap."""
    gap = 1e-3
    plan = solve(asked(), "tokens,profit", gap=gap, verify=False)
    assert plan.objective >= (1 - gap) * (2592 + 432) * 365 * (1 - 1e-9)
    first, second = plan.record["passes"]
    floor = (1 - gap) * first["reached"]

    def floored(m: Any) -> None:
        def tokens_floor(p: Any) -> Any:
            offers = m.OFFERS
            volume = {offer: m.instance.demand[offer[:3]].volume_gtok_per_day * 365 for offer in offers}
            return sum(volume[offer] * m.year.accepted[offer] for offer in offers) / floor >= 1

        constraint(m.year, rule=tokens_floor)

    by_hand = solve(asked(), "profit", extend=[floored], gap=gap, verify=False)
    assert second["value"] == pytest.approx(by_hand.objective, rel=gap)
    assert [one["objective"] for one in plan.record["passes"]] == ["tokens", "profit"]
    assert solve(asked(), "tokens", gap=gap, verify=False).record["passes"][1]["value"] == second["value"]


def test_the_slack_is_given_to_what_follows() -> None:
    """A tenth of 73.604 may go for less energy: 13 racks at 0.53835 M USD and 876 MWh, then batch at 850 USD/MWh."""
    plan = solve(asked(slack=0.1), "profit,energy", gap=0.0, verify=False)
    assert plan.objective == pytest.approx(0.9 * 73.604)
    assert plan.hardware["units"].tolist() == [67]
    assert value(plan, "energy") == pytest.approx(70_080 - 13 * 876 - (7.3604 - 13 * 0.53835) / 850e-6)
    profit, energy = plan.record["passes"]
    assert (profit["reached"], profit["value"]) == pytest.approx((73.604, 66.2436))
    assert (energy["sense"], energy["unit"]) == ("minimise", "MWh")
    assert energy["bound"] == pytest.approx(energy["value"])


def test_three_objectives_in_order() -> None:
    """With the tokens of one rack at least, least capex is a rack; then most tokens on it, then most profit."""
    plan = solve(asked(slack=0.0), "capex,tokens", limits=["tokens>=10000"], gap=0.0)
    assert plan.objective == pytest.approx(1.1)
    assert plan.record["unit"] == "M USD"
    assert value(plan, "tokens") == pytest.approx(1.8 * 8760)
    assert [one["objective"] for one in plan.record["passes"]] == ["capex", "tokens", "profit"]


def test_the_most_profitable_of_the_plans_with_least_carbon(solved: Callable) -> None:
    """The gas of the world emits, its sun does not: no carbon, and not one plan with less profit than need be."""
    plan, instance = solved("two sites", "carbon")
    assert plan.objective == pytest.approx(0, abs=1e-9)
    assert value(plan, "profit") == pytest.approx(solved("two sites")[0].objective, rel=1e-6)  # nothing there emits
    check_all(plan, instance)


# ---- ratios


def least_cost_per_mtok(least_gtok: float) -> float:
    """Try every number of racks: at full work they make batch, and beyond its 2,592 Gtok a day chat."""
    ratios = []
    for racks in range(1, 81):
        batch_h = min(24 * racks, 1440)
        gtok = (1.8 * batch_h + 0.9 * (24 * racks - batch_h)) * 365
        if gtok >= least_gtok:
            ratios.append((1 + RACK * racks) / gtok * 1e3)
    return min(ratios)


@pytest.mark.parametrize("least_gtok", [10_000, 300_000, 946_081, 1_000_000, 1_100_000])
def test_cost_per_token_against_trying_every_number_of_racks(least_gtok: float) -> None:
    plan = solve(asked(), "cost_per_mtok", limits=[f"tokens>={least_gtok}"], gap=0.0, verify=False)
    assert plan.objective == pytest.approx(least_cost_per_mtok(least_gtok), rel=1e-6)
    assert plan.objective == pytest.approx(value(plan, "cost") / value(plan, "tokens") * 1e3)
    assert (plan.record["unit"], plan.record["sense"]) == ("USD/Mtok", "minimise")
    assert plan.bound == pytest.approx(plan.objective, rel=2e-6)
    assert "Dinkelbach" in plan.record["method"]


def test_tokens_per_mwh_at_their_most() -> None:
    """Batch alone: 1.8 Gtok an hour at 0.1 MW. With more tokens than its demand, 54 Gtok or so of chat, at 9,000."""
    plan = solve(asked(), "tokens_per_mwh", limits=["tokens>=300000"], gap=0.0, verify=False)
    assert (plan.objective, plan.record["unit"]) == (pytest.approx(18_000), "Mtok/MWh")
    more = solve(asked(), "tokens_per_mwh", limits=["tokens>=1e6"], gap=0.0, verify=False)
    mwh = 946_080 / 18 + (1e6 - 946_080) / 9
    assert more.objective == pytest.approx(1e6 / mwh * 1e3, rel=1e-6)
    assert more.bound >= more.objective


def test_a_promise_that_cannot_be_broken_is_a_volume() -> None:
    """A promise of 27 Gtok of batch a day takes a rack at least; the ratio is that of 60 racks all the same."""
    promised = planner.load("toy")
    row = {"market": "town", "product": "batch", "volume_gtok_per_day": 27}
    from planner.instance.schema.markets import Commitment

    promised = dataclasses.replace(promised, commitments={("town", "batch"): Commitment(**row)})
    plan = solve(promised, "cost_per_mtok", gap=0.0, verify=False)
    assert plan.objective == pytest.approx(least_cost_per_mtok(27 * 365), rel=1e-6)


@pytest.mark.parametrize("name", ["cost_per_mtok", "tokens_per_mwh"])
def test_a_ratio_without_a_volume_is_refused(name: str) -> None:
    with pytest.raises(PlanError, match=f"toy: {name} needs a volume to stand on.*set a limit such as tokens>=1000"):
        solve(asked(), name)
    with pytest.raises(PlanError, match="needs a volume"):
        solve(asked(), name, limits=["tokens>=0", "tokens<=5e5"])


def test_a_ratio_after_other_objectives_that_lacks_a_volume_is_left_out() -> None:
    plan = solve(asked(), "carbon,cost_per_mtok", gap=0.0, verify=False)
    left_out = plan.record["passes"][1]
    assert (left_out["status"], left_out["value"] is None) == ("left out", False)
    assert "needs a volume" in left_out["reason"]


def test_a_ratio_that_no_plan_can_have_is_told_as_infeasible() -> None:
    with pytest.raises(PlanError, match="no plan satisfies all rows"):
        solve(asked(), "cost_per_mtok", limits=["tokens>=2e6"])


# ---- stopping


@pytest.mark.parametrize("objective", ["profit", "tokens"])
def test_a_time_limit_keeps_a_plan_and_skips_what_is_not_needed(tmp_path: Any, objective: str) -> None:
    instance = two_sites(tmp_path / "world")
    plan = solve(instance, objective, time_limit_s=1e-3)
    check = plan.record["pricing"]
    assert plan.status == "feasible"
    assert plan.record["reason"] == "the time limit was reached before a plan was found; kept is doing nothing"
    assert plan.objective == pytest.approx(0)
    assert "verified" not in check
    assert check["not_verified"] == "the time limit was reached"
    assert "verify" not in plan.record["seconds"]
    for one in plan.record["passes"][1:]:
        assert (one["status"], one["reason"]) == ("left out", "the time limit was reached")


def test_a_stop_by_the_caller_keeps_the_plan_and_skips_the_check(tmp_path: Any, monkeypatch: Any) -> None:
    """The first progress that is told says stop; the solve is made to take long enough to tell one."""
    from planner.solver import watch

    monkeypatch.setattr(watch, "REPORT_EVERY_S", 0.0)
    monkeypatch.setattr(watch, "NAP_S", 1e-4)
    told = []

    def stop(now: Any) -> bool:
        told.append(now)
        return False

    plan = solve(two_sites(tmp_path / "world"), gap=0.0, progress=stop)
    assert told
    assert plan.record["pricing"]["not_verified"] == "the progress callback asked to stop"


def test_progress_tells_values_as_people_read_them(tmp_path: Any, monkeypatch: Any) -> None:
    from planner.solver import watch

    monkeypatch.setattr(watch, "REPORT_EVERY_S", 0.0)
    monkeypatch.setattr(watch, "NAP_S", 1e-4)
    told: list = []
    instance = two_sites(tmp_path / "world")
    plan = solve(instance, gap=0.0, progress=told.append, verify=False)
    bounds = [now.bound for now in told if now.bound is not None]
    assert bounds
    assert min(bounds) >= plan.objective - 1e-6

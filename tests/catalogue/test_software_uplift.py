"""The software-uplift instance: one silicon, a ladder of measured software, and profit that climbs it."""

from __future__ import annotations

import itertools

import pytest

import planner
from planner.instance import load
from planner.instance.eligibility import eligible_points
from tests.catalogue.tables import CATALOGUE, INSTANCES, by_id

FOLDER = INSTANCES / "software-uplift"
LADDER = ["sglang-single-node", "best-recipe", "dynamo-trt-llm", "dynamo-trt-llm-mtp"]


def _profit(scenario: str | None) -> float:
    return planner.solve(load(FOLDER, scenario=scenario), verify=False).objective


def test_loads_without_a_warning():
    assert load(FOLDER, strict=True).warnings == ()


def test_the_base_case_has_one_silicon():
    bought = {hardware for (hardware, _), row in load(FOLDER).supply.items() if row.supply_units > 0}
    assert bought == {"b200-hgx"}


def test_points_taken_from_the_catalogue_differ_in_their_stack_alone():
    own, shared = by_id(FOLDER, "points"), by_id(CATALOGUE, "points")
    renamed = set(own) & set(shared)
    assert len(renamed) == 11 + 20  # B200 with multi-token prediction, and the four dates of the MI355X branch
    for name in renamed:
        mine, theirs = own[name].model_dump(), shared[name].model_dump()
        different = {field for field in mine if mine[field] != theirs[field]}
        assert different == {"stack", "note"}


def test_software_alone_is_worth_twelve_to_fourteen_times_the_throughput():
    """Best rate at 70 and at 100 tok/s/user: 7,111 over 565 = 12.6 and 2,833 over 209 = 13.5 tok/s per GPU."""
    rates = eligible_points(load(FOLDER)).rates
    gains = {}
    for product in ("fast-chat", "premium-chat"):
        best = {
            stack: max(r.gtok_per_h for (_, _, p), r in rates.items() if p == product and r.stack == stack)
            for stack in (LADDER[0], LADDER[-1])
        }
        gains[product] = best[LADDER[-1]] / best[LADDER[0]]
    assert gains["fast-chat"] == pytest.approx(7111.4 / (281.5 + 282.4), rel=0.01)
    assert gains["premium-chat"] == pytest.approx(2833 / (104.0 + 104.8), rel=0.01)


def test_profit_climbs_the_ladder_of_software():
    scenarios = ("owned-single-node", "owned-fp8-recipes", "owned-disaggregated", "owned")
    steps = [_profit(scenario) for scenario in scenarios]
    assert all(lower < higher for lower, higher in itertools.pairwise(steps))
    assert steps[-1] > 5 * steps[0]


def test_the_baseline_pays_for_no_server():
    assert _profit("single-node") == pytest.approx(0, abs=1)
    assert _profit(None) > 10_000


def test_a_stack_that_comes_too_late_makes_nothing():
    plan = planner.solve(load(FOLDER, scenario="fp8-recipes"), verify=False)
    assert set(plan.serving["stack"]) <= {"sglang-single-node", "best-recipe"}

"""Tokens and revenue say nothing of cost: of all plans as good, the most profitable is returned."""

from __future__ import annotations

import pytest

import planner
from planner.plan.plan import PlanError

LITTLE = {"demand.town.batch.list.volume_gtok_per_day": 100}


@pytest.mark.parametrize("objective", ["tokens", "revenue"])
def test_no_rack_stands_idle(objective: str) -> None:
    # chat by day fills 54 / 0.9 = 60 racks; 100 Gtok of batch fit into the night, when 40 racks are free; so 60 racks
    plan = planner.solve(planner.load("toy", overrides=LITTLE), objective, verify=False)
    assert plan.hardware["units"].sum() == pytest.approx(60, abs=1)
    assert plan.gap <= 2e-4
    assert plan.bound >= plan.objective
    profit = planner.solve(planner.load("toy", overrides=LITTLE), verify=False)
    assert plan.accounts["present_value_musd"].sum() == pytest.approx(profit.objective, rel=0.01)


def test_an_infeasible_instance_names_the_rules() -> None:
    with pytest.raises(PlanError, match=r"cannot hold together: source_limit\[site, wire\]"):
        planner.solve(planner.load("toy", overrides={"power.site.wire.existing_mw": 30}))


def test_a_fault_in_an_extension_is_told_with_its_line() -> None:
    def broken(m: object) -> None:
        raise KeyError("grid")

    with pytest.raises(ValueError, match=r"test_second_pass.py line \d+: KeyError: 'grid'"):
        planner.solve(planner.load("toy"), extend=[broken])

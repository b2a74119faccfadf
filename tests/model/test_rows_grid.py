"""Rows, bounds and posts of hubs and lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyomo.environ import ConcreteModel

from planner.model.build import build
from planner.stamp import at
from tests.model.reading import EXACT, Rows, coefficients, present_value
from tests.model.test_cash import annuity, hourly, lasting, yearly
from tests.model.world_grid import world

HVDC, AC, CABLE = "alpha,moor,hvdc", "moor,peak,ac", "peak,alpha,cable"
BACK = "moor,alpha,hvdc"


@pytest.fixture
def grid(rows_of: dict[str, Rows]) -> Rows:
    return rows_of["grid"]


@pytest.fixture
def model(built: dict[str, ConcreteModel]) -> ConcreteModel:
    return built["grid"]


def test_line_limit(grid: Rows) -> None:
    early, late = f"line_built_mw[{CABLE}]@early", f"line_built_mw[{CABLE}]@late"
    grid.at_most(f"line_limit[{CABLE}]@early", {early: 1}, 7)
    grid.at_most(f"line_limit[{CABLE}]@late", {early: 1, late: 1}, 7)
    assert f"line_limit[{AC}]@early" not in grid.names()


def test_a_line_with_a_fixed_cost_grows_where_it_is_laid(grid: Rows) -> None:
    # 20 - 5 MW may be added to the 5 MW that are there
    built = [f"line_built_mw[{HVDC}]@{period}" for period in ("early", "late")]
    laid = [f"line_laid[{HVDC}]@{period}" for period in ("early", "late")]
    grid.at_most(f"line_limit[{HVDC}]@early", {built[0]: 1, laid[0]: -15}, 0)
    grid.at_most(f"line_limit[{HVDC}]@late", dict.fromkeys(built, 1) | dict.fromkeys(laid, -15), 0)
    grid.at_most(f"line_laid_once[{HVDC}]@early", {laid[0]: 1}, 1)
    grid.at_most(f"line_laid_once[{HVDC}]@late", dict.fromkeys(laid, 1), 1)
    assert grid.whole(laid[0])


def test_a_design_without_a_choice_has_its_limit(grid: Rows) -> None:
    built = {f"cooling_built_mw[alpha,chiller]@{period}": 1 for period in ("early", "late")}
    grid.at_most("cooling_limit[alpha,chiller]@late", built, 90)


def test_line_capacity_holds_both_ways_together(grid: Rows) -> None:
    flows = {f"flow_mw[{HVDC}]@early.1": 1, f"flow_mw[{BACK}]@early.1": 1}
    grid.at_most(f"line_capacity[{HVDC}]@early.1", flows | {f"line_built_mw[{HVDC}]@early": -1}, 5)
    flows = {f"flow_mw[{AC}]@late.0": 1, "flow_mw[peak,moor,ac]@late.0": 1}
    grid.at_most(f"line_capacity[{AC}]@late.0", flows | {f"line_built_mw[{AC}]@late": -1}, 0)  # the early one is gone


def test_power_balance_of_a_hub(grid: Rows) -> None:
    supply = {"draw_mw[moor,wind]@late.1": 1, "draw_mw[moor,gas]@late.1": 1}
    supply |= {"discharge_mw[moor,battery]@late.1": 1, "charge_mw[moor,battery]@late.1": -1}
    leaves = {f"flow_mw[{BACK}]@late.1": -1, f"flow_mw[{AC}]@late.1": -1}
    arrives = {f"flow_mw[{HVDC}]@late.1": 0.95, "flow_mw[peak,moor,ac]@late.1": 1}
    grid.equal("power_balance[moor]@late.1", supply | leaves | arrives, 0)


def test_power_balance_of_a_site(grid: Rows) -> None:
    # overhead of the chiller 0.1
    load = {"it_mw[alpha,box,chiller]@early.0": -1, "heat_removed_mw[alpha,chiller]@early.0": -0.1}
    leaves = {f"flow_mw[{HVDC}]@early.0": -1, "flow_mw[alpha,peak,cable]@early.0": -1}
    arrives = {f"flow_mw[{BACK}]@early.0": 0.95, f"flow_mw[{CABLE}]@early.0": 1}
    grid.equal("power_balance[alpha]@early.0", {"draw_mw[alpha,grid]@early.0": 1} | load | leaves | arrives, 0)


def test_firm_transfer(grid: Rows) -> None:
    flows = {f"firm_flow_mw[{HVDC}]@early": 1, f"firm_flow_mw[{BACK}]@early": 1}
    grid.at_most(f"firm_transfer[{HVDC}]@early", flows | {f"line_built_mw[{HVDC}]@early": -0.8}, 4)
    assert f"firm_transfer[{AC}]@early" not in grid.names()


def test_firm_capacity_is_passed_on_by_who_has_it(grid: Rows) -> None:
    # the hub: gas 0.9, battery 0.5, wind nothing; peak has no line with a credit and no row
    own = {"capacity_built_mw[moor,gas]@early": -0.9, "store_built_mw[moor,battery]@early": -0.5}
    passed = {f"firm_flow_mw[{BACK}]@early": 1, f"firm_flow_mw[{HVDC}]@early": -0.95}
    grid.at_most("firm_capacity[moor]@early", own | passed, 0)
    assert "firm_capacity[peak]@early" not in grid.names()
    # the site: half of 10 kW x 1.1 a box, its design day being that of its chiller
    load = {"units_built[alpha,box,chiller]@early": 0.5 * 0.011}
    received = {f"firm_flow_mw[{BACK}]@early": -0.95, f"firm_flow_mw[{HVDC}]@early": 1}
    grid.at_most("firm_capacity[alpha]@early", load | received, 0)


@pytest.mark.parametrize(
    ("column", "upper"),
    [
        (f"line_built_mw[{HVDC}]@early", 0),
        (f"line_built_mw[{HVDC}]@late", 16),  # out of reach of the limit
        (f"line_built_mw[{AC}]@early", float("inf")),
        (f"line_built_mw[{CABLE}]@early", 8),
        (f"line_laid[{HVDC}]@early", 1),
    ],
)
def test_bounds(grid: Rows, column: str, upper: float) -> None:
    assert grid.bounds(column) == (0, upper)


def test_an_order_takes_its_time(tmp_path: Path) -> None:
    """Ordered in 2027, two years later: the line is there late; a date of its own counts before its lead time."""
    changes = {"order_date": 2027, "lines.*.*.*.lead_time_years": 2}
    ordered = Rows(build(world(tmp_path / "w", changes)))
    assert ordered.bounds(f"line_built_mw[{CABLE}]@early") == (0, 0)
    assert ordered.bounds(f"line_built_mw[{CABLE}]@late") == (0, 8)
    early = Rows(build(world(tmp_path / "v", changes | {"lines.*.*.hvdc.available_from": 2028})))
    assert early.bounds(f"line_built_mw[{HVDC}]@early") == (0, 16)


CASH = {
    "power lines": lasting(f"line_built_mw[{HVDC}]", -0.4 * annuity(30))
    | yearly(f"line_built_mw[{AC}]", -0.1 * annuity(1))
    | lasting(f"line_built_mw[{CABLE}]", -0.05 * annuity(40)),
    "laying of power lines": lasting(f"line_laid[{HVDC}]", -3 * annuity(30)),
    "power lines upkeep": yearly(f"line_built_mw[{AC}]", -0.004),
    "wheeling": hourly(f"flow_mw[{HVDC}]", -8) | hourly(f"flow_mw[{BACK}]", -8),
}
CAPEX_LATE = {
    "power lines": {f"line_built_mw[{line}]@late": cost for line, cost in ((HVDC, 0.4), (AC, 0.1), (CABLE, 0.05))},
    "laying of power lines": {f"line_laid[{HVDC}]@late": 3},
}


@pytest.mark.parametrize("name", CASH)
def test_cash_post(model: ConcreteModel, name: str) -> None:
    found, constant = present_value(model, model.cash, name)
    assert found == pytest.approx(CASH[name], rel=EXACT, abs=0)
    assert constant == 0


@pytest.mark.parametrize("name", CAPEX_LATE)
def test_overnight_cost(model: ConcreteModel, name: str) -> None:
    post = next(post for post in model.capex.posts if post.name == name)
    late = sum(at(term, per=model, period="late") for term in post.expression.values())
    assert coefficients(model, late) == (pytest.approx(CAPEX_LATE[name], rel=EXACT, abs=0), 0)

"""OR-Library's capacitated warehouse location (Beasley): which sites to open, and from where to serve whom."""

import pytest

from tests.truths.facility_location import MONEY_PER_MUSD, read_problem, tables_of
from tests.truths.oracles import oracle
from tests.truths.worlds import RELATIVE, settings, solved

pytestmark = pytest.mark.truth

COST = {"cap64": 1045650.250, "cap94": 946051.325, "cap71": 932615.750}
"""Optimal cost of serving everybody, as published."""

SINGLE_SITE_COST = {"cap64": 1053197.4375, "cap94": 950608.425}
"""The same where each customer is supplied from one facility only, as published for single-source problems."""

PROFIT = {"cap64": 28088349.75, "cap94": 28187948.675, "cap71": 28201384.25}
"""What remains of 500 a unit when everybody is served."""

OPTIONAL_PROFIT = {5: 13431.925, 10: 81006.25, 15: 179414.975, 20: 386843.0875, 25: 628220.1625}
"""cap71, the best choice of customers at a price, from an independent model."""

THREE_CHEAPEST_ROUTES = 1062423.2000
"""cap64 where each customer can be reached from its three cheapest facilities only, from an independent model."""


def money(folder, name, **terms):
    """Solve a problem and return what is earned, in the problem's own money."""
    problem = read_problem(oracle(f"cflp/{name}.txt"))
    plan = solved(folder / name, tables_of(problem, **terms), settings(f"Facility location {name}"))
    return plan.objective * MONEY_PER_MUSD


@pytest.mark.parametrize("name", COST)
def test_cost_of_serving_everybody(tmp_path, name):
    assert -money(tmp_path, name, penalty=500) == pytest.approx(COST[name], rel=RELATIVE)


@pytest.mark.parametrize("name", PROFIT)
def test_profit_at_a_price_that_makes_everybody_worth_serving(tmp_path, name):
    assert money(tmp_path, name, price=500) == pytest.approx(PROFIT[name], rel=RELATIVE)


@pytest.mark.parametrize("price", OPTIONAL_PROFIT)
def test_which_markets_are_worth_serving(tmp_path, price):
    assert money(tmp_path, "cap71", price=price) == pytest.approx(OPTIONAL_PROFIT[price], rel=RELATIVE)


def test_cost_over_the_three_cheapest_routes_of_each_market(tmp_path):
    cost = -money(tmp_path, "cap64", penalty=500, routes_per_customer=3)
    assert cost == pytest.approx(THREE_CHEAPEST_ROUTES, rel=RELATIVE)


@pytest.mark.parametrize("name", ["cap64", pytest.param("cap94", marks=pytest.mark.slow)])
def test_cost_with_one_site_for_each_market(tmp_path, name):
    cost = -money(tmp_path, name, penalty=500, single_site=True)
    assert cost == pytest.approx(SINGLE_SITE_COST[name], rel=RELATIVE)
    assert cost > COST[name] + 1000  # splitting a customer between facilities would be cheaper

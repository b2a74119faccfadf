"""The smallest ratio of two linear functions: by hand, against Charnes and Cooper, against trying everything."""

import itertools

import numpy as np
import pytest
import scipy.sparse as sp

from planner.solver import Linear, Options, least_value, relax, smallest_ratio, solve
from planner.solver.residuals import primal_residuals
from tests.solver.capacity import capacity_program
from tests.solver.charnes_cooper import charnes_cooper
from tests.solver.small import INF, dense


def works(fixed: float, whole: bool = True, least: float = 3.0):
    """Machines a (makes 2, costs 3 a piece) and b (makes 5, costs 9), a works that costs `fixed`; make at least 3."""
    program = dense([3, 9], [[2, 5]], [least], [INF], upper=[4, 3], whole=[whole] * 2, offset=fixed)
    return program, Linear(np.array([2.0, 5.0]))


def by_trying(program, under):
    """The smallest ratio over every pair of whole numbers."""
    pairs = itertools.product(range(5), range(4))
    made = [(program.cost @ pair + program.offset, under.at(np.array(pair, dtype=float))) for pair in pairs]
    return min(cost / amount for cost, amount in made if amount >= program.row_lower[0])


@pytest.mark.parametrize("fixed", [0.0, 0.5, 1.0, 2.0, 4.0, 20.0, 100.0])
def test_whole_numbers_against_trying_everything(fixed):
    program, under = works(fixed)
    outcome = smallest_ratio(program, under, 3.0, Options(gap=0.0))
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(by_trying(program, under), rel=1e-9)
    assert outcome.bound <= outcome.objective
    assert outcome.gap <= 1e-6
    assert outcome.objective == pytest.approx((program.cost @ outcome.x + fixed) / under.at(outcome.x), rel=1e-12)


def test_by_hand():
    """Without a fixed cost only a is built, as 3 / 2 < 9 / 5; a fixed cost of 100 asks for all: (100 + 39) / 23."""
    assert smallest_ratio(*works(0.0), 3.0).objective == pytest.approx(1.5)
    outcome = smallest_ratio(*works(100.0), 3.0)
    assert outcome.x.tolist() == [4, 3]
    assert outcome.objective == pytest.approx(139 / 23)


@pytest.mark.parametrize("seed", range(12))
def test_linear_programs_against_charnes_and_cooper(seed):
    rng = np.random.default_rng(seed)
    n, m = 7, 5
    rows = rng.uniform(0, 1, (m, n))
    program = dense(
        rng.uniform(-1, 3, n), rows, np.full(m, 0.5), np.full(m, 4.0), upper=np.full(n, 3.0), offset=rng.uniform(0, 5)
    )
    under = Linear(rng.uniform(0.2, 2, n), rng.uniform(0, 1))
    least = least_value(program, under).bound
    outcome = smallest_ratio(program, under, least)
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(charnes_cooper(program, under), rel=1e-8)
    assert outcome.bound == pytest.approx(outcome.objective, rel=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_a_plant_with_racks_and_switches(seed):
    """Cost per token of a random plant: no better than its relaxation, and no plan for N - q D is below 0."""
    program, under = plant(seed)
    least = least_value(program, under).bound
    outcome = smallest_ratio(program, under, least, Options(gap=1e-5))
    assert outcome.status == "optimal"
    assert primal_residuals(program, outcome.x).primal_ok()
    relaxed = smallest_ratio(relax(program), under, least)
    assert relaxed.objective <= outcome.objective * (1 + 1e-9)
    assert relaxed.bound <= outcome.bound + 1e-9
    assert outcome.gap <= 1e-5
    other = program.copy()
    other.cost = program.cost - outcome.bound * under.coefficients
    again = solve(other, Options(gap=1e-6))
    assert again.bound >= -2e-5 * abs(outcome.objective) * under.at(outcome.x)


def plant(seed, **size):
    """A random plant that must sell; its sales are the lower part of the ratio, its other costs the upper."""
    program = capacity_program(seed, **size)
    sales = np.where(program.cost < 0, -program.cost, 0.0)
    program.cost = np.where(program.cost < 0, 0.0, program.cost)
    most = -solve(relax(Linear(-sales).of(program))).objective
    program.matrix = sp.csr_array(sp.vstack([program.matrix, sp.csr_array(sales[None, :])]))
    program.row_lower, program.row_upper = np.append(program.row_lower, 0.3 * most), np.append(program.row_upper, INF)
    return program, Linear(sales)


HARD = {"sites": 3, "racks": 4, "cooling": 2, "periods": 2, "hours": 24}


def test_a_time_limit_keeps_the_best_ratio_and_what_is_proven():
    program, under = plant(0, **HARD)
    least = least_value(program, under).bound
    best = smallest_ratio(program, under, least, Options(gap=1e-6))
    given = smallest_ratio(program, under, least, Options(gap=0.5)).x
    outcome = smallest_ratio(program, under, least, Options(gap=0.0, time_limit_s=0.4), first=given)
    assert outcome.stopped == "the time limit was reached"
    assert (outcome.status, outcome.has_plan) == ("feasible", True)
    assert outcome.seconds < 60  # it does not hang
    assert primal_residuals(program, outcome.x).primal_ok()
    assert best.objective * (1 - 1e-6) <= outcome.objective <= program.cost @ given / under.at(given) * (1 + 1e-9)
    assert outcome.bound is None or outcome.bound <= best.objective
    nothing = smallest_ratio(program, under, least, Options(time_limit_s=0.02))
    assert (nothing.status, nothing.x, nothing.stopped) == ("no_plan", None, "the time limit was reached")


def test_a_stop_keeps_the_best_ratio_and_its_gap():
    program, under = plant(0)
    told = []

    def stop(now):
        told.append(now)
        return False

    least = least_value(program, under).bound
    outcome = smallest_ratio(program, under, least, Options(gap=0.0), stop)
    if told:  # a quick machine may be done before it is asked
        assert outcome.stopped
        assert "ratio, step" in told[0].phase
    if outcome.x is not None:
        assert outcome.bound is None or outcome.bound <= outcome.objective


def test_a_lower_part_that_may_vanish_is_refused():
    with pytest.raises(ValueError, match="must be above 0 everywhere, and may be 0"):
        smallest_ratio(*works(1.0), 0.0)


def test_an_impossible_program_is_told_as_such():
    program, under = works(1.0, least=100.0)
    assert smallest_ratio(program, under, 100.0).status == "infeasible"
    assert smallest_ratio(relax(program), under, 100.0).status == "infeasible"

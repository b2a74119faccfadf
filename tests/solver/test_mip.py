"""Mixed-integer programs against trying everything, and the built start against plain branch and cut."""

import math

import numpy as np
import pytest

from planner.solver import Options, relative_gap, relax, solve
from planner.solver.highs import Run
from planner.solver.mip import Search, _branch_and_cut
from planner.solver.residuals import primal_residuals
from planner.solver.start import Plan, settled
from planner.solver.watch import Watch
from tests.solver.capacity import capacity_program
from tests.solver.small import INF, best_by_trying, best_random, dense, facilities, random_mip

EXACT = {start: Options(gap=0, start=start) for start in ("always", "never")}


def assert_consistent(program, outcome, gap):
    """What every finished MIP must satisfy, whatever its numbers."""
    assert outcome.status == "optimal", outcome.reason
    assert outcome.has_plan
    whole = outcome.x[program.integrality]
    assert np.array_equal(whole, np.round(whole))
    assert primal_residuals(program, outcome.x, outcome.objective).primal_ok()
    assert outcome.bound <= outcome.objective
    assert outcome.gap == relative_gap(outcome.objective, outcome.bound)
    assert outcome.objective - outcome.bound <= max(gap * abs(outcome.objective), 1e-6 * max(1, abs(outcome.objective)))
    assert outcome.row_dual is None
    assert outcome.col_dual is None


@pytest.mark.parametrize("options", EXACT.values(), ids=EXACT)
def test_knapsack(options):
    """Weights 5 4 6 3, values 10 40 30 50, room 10: items 2 and 4 with 3 to spare, worth 90."""
    program = dense([-10, -40, -30, -50], [[5, 4, 6, 3]], [-INF], [10], upper=[1] * 4, whole=[True] * 4)
    outcome = solve(program, options)
    assert_consistent(program, outcome, 0)
    assert outcome.objective == -90
    assert outcome.x.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("options", EXACT.values(), ids=EXACT)
@pytest.mark.parametrize("seed", range(4))
def test_facility_location_against_trying_every_set_of_sites(seed, options):
    program = facilities(seed)
    outcome = solve(program, options)
    assert_consistent(program, outcome, 0)
    assert outcome.objective == pytest.approx(best_by_trying(program), rel=1e-7)


@pytest.mark.parametrize("options", EXACT.values(), ids=EXACT)
@pytest.mark.parametrize("seed", range(12))
def test_random_programs_against_trying_every_choice(seed, options):
    program = random_mip(seed)
    truth, outcome = best_random(seed), solve(program, options)
    if math.isinf(truth):
        assert outcome.status == "infeasible"
        assert outcome.x is None
    else:
        assert_consistent(program, outcome, 0)
        assert outcome.objective == pytest.approx(truth, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_built_start_and_plain_branch_and_cut_agree_within_the_gap(seed):
    program = capacity_program(seed, periods=1 + seed % 2, cooling=1 + seed % 3)
    plain, built = (solve(program, Options(gap=1e-4, start=start)) for start in ("never", "always"))
    for outcome in (plain, built):
        assert_consistent(program, outcome, 1e-4)
    slack = 1e-4 * abs(plain.objective)
    assert abs(plain.objective - built.objective) <= slack
    assert max(plain.bound, built.bound) <= min(plain.objective, built.objective) + 1e-9 * abs(plain.objective)


def test_a_program_of_planning_size_is_closed_from_its_relaxation():
    """Thousands of racks: the rounded relaxation lies within 1 % of the bound, so no branch and cut is needed."""
    program = capacity_program(seed=3, sites=3, racks=3, hours=12)
    assert program.nonzeros > 4_000
    outcome = solve(program, Options(gap=1e-2, start="always"))
    assert_consistent(program, outcome, 1e-2)
    assert "relaxation rounded" in outcome.method
    assert outcome.nodes == 0
    assert outcome.bound >= solve(relax(program)).objective * (1 + 1e-9)


@pytest.mark.parametrize("options", EXACT.values(), ids=EXACT)
def test_infeasible_by_rows_by_whole_numbers_and_by_empty_ranges(options):
    rows = dense([1, 1], [[1, 1]], [9], [INF], upper=[3, 3], whole=[True, True])
    parity = dense([1, 1], [[2, 2]], [3], [3], upper=[5, 5], whole=[True, True])
    range_ = dense([1, 1], lower=[0.2, 0], upper=[0.8, 1], whole=[True, True])
    for program in (rows, parity, range_):
        outcome = solve(program, options)
        assert (outcome.status, outcome.x, outcome.objective) == ("infeasible", None, None)


@pytest.mark.parametrize("options", EXACT.values(), ids=EXACT)
def test_unbounded_is_told_from_infeasible(options):
    unbounded = dense([-1, -1], [[1, -1]], [-INF], [1], whole=[True, True])
    assert solve(unbounded, options).status == "unbounded"
    neither = dense([-1, 0, 0], [[0, 2, 2]], [3], [3], upper=[INF, 5, 5], whole=[True] * 3)
    assert solve(neither, options).status == "infeasible"


def test_whole_numbers_with_fractional_bounds_stay_inside():
    outcome = solve(dense([-1, 1], lower=[-2.5, -2.5], upper=[2.5, 2.5], whole=[True, True]), EXACT["always"])
    assert outcome.x.tolist() == [2, -2]


def test_no_rows_and_only_whole_numbers():
    outcome = solve(dense([-1, 2], upper=[4, 5.5], whole=[True, True]), EXACT["never"])
    assert outcome.objective == -4


def test_a_loose_gap_is_honest():
    program = capacity_program(seed=4)
    loose, tight = solve(program, Options(gap=0.05)), solve(program, Options(gap=1e-6))
    assert loose.bound <= tight.objective <= loose.objective + 1e-9 * abs(tight.objective)
    assert loose.gap <= 0.05


def test_a_plan_that_rounding_upsets_is_solved_again_with_its_counts_held():
    """y <= 1e6 x with x = 1 - 1e-7 and y = 1e6 - 0.1: x becomes 1; x = 1e-7 with y = 0.1 becomes 0, and y with it."""
    program = dense([1, -1], [[-1e6, 1]], [-INF], [0], upper=[1, 1e6], whole=[True, False])
    plan, found = settled(program, np.array([1 - 1e-7, 1e6 - 0.1]), "", Options(), Watch())
    assert (plan.x[0], found.row) == (1.0, 0.0)
    plan, _ = settled(program, np.array([1e-7, 0.1]), "", Options(), Watch())
    assert plan.x.tolist() == [0, 0]
    assert plan.objective == 0


def test_a_plan_that_cannot_be_put_right_is_none():
    program = dense([1, 1], [[1, 1]], [1], [1], upper=[1, 1], whole=[True, True])
    plan, found = settled(program, np.array([0.4, 0.4]), "", Options(), Watch())
    assert plan is None
    assert found.row == 1


def test_a_plan_of_the_solver_that_does_not_pass_the_check_is_an_error(monkeypatch):
    wrong = Run("optimal", "", np.array([0.4, 0.4]), None, None, 0.8, 0.8, 0, 0)
    monkeypatch.setattr("planner.solver.highs.Session.run", lambda *_, **__: wrong)
    outcome = solve(dense([1, 1], [[1, 1]], [1], [1], upper=[1, 1], whole=[True, True]), EXACT["never"])
    assert (outcome.status, outcome.x) == ("error", None)
    assert "does not pass the check: row 0" in outcome.reason


def test_a_better_plan_at_hand_is_kept_and_continued_from():
    program = capacity_program(seed=5)
    best = solve(program, Options(gap=1e-6, start="never"))
    watch = Watch()
    search = Search(program, Options(gap=1e-2), watch)
    search.learn(plan=Plan(best.x, best.objective, "given", best.residuals))
    assert _branch_and_cut(search) is None
    assert search.plan.objective == best.objective
    assert watch.incumbent == pytest.approx(best.objective)
    assert search.bound <= best.objective

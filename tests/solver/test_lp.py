"""Linear programs: answers known by hand, every method, every verdict, programs at the edge of being programs."""

import numpy as np
import pytest

from planner.solver import Options, relax, solve
from planner.solver.highs import Run
from planner.solver.lp import attempts, judge, solve_lp
from planner.solver.watch import Watch
from tests.solver.capacity import capacity_program
from tests.solver.small import INF, dense, wyndor

METHODS = ["simplex", "ipx", "pdlp"]


@pytest.mark.parametrize("method", METHODS)
def test_wyndor_glass_has_its_textbook_plan_and_prices(method):
    outcome = solve(wyndor(), Options(method=method))
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(-36, rel=1e-6)
    assert outcome.x == pytest.approx([2, 6], abs=1e-5)
    assert -outcome.row_dual == pytest.approx([0, 1.5, 1], abs=1e-5)
    assert outcome.residuals.primal_ok()
    assert outcome.residuals.dual_ok()
    assert outcome.gap <= 1e-6


def test_offset_is_part_of_objective_and_bound():
    program = wyndor()
    program.offset = 100.0
    outcome = solve(program)
    assert (outcome.objective, outcome.bound) == (pytest.approx(64), pytest.approx(64))


@pytest.mark.parametrize("method", ["simplex", "ipx"])
def test_infeasible(method):
    outcome = solve(dense([1, 1], [[1, 1], [1, 1]], [3, -INF], [INF, 2]), Options(method=method))
    assert outcome.status == "infeasible"
    assert outcome.x is None
    assert not outcome.has_plan


@pytest.mark.parametrize("method", ["simplex", "ipx"])
def test_unbounded(method):
    outcome = solve(dense([-1, -1], [[1, -1]], [-INF], [1]), Options(method=method))
    assert outcome.status == "unbounded"
    assert not outcome.has_plan


def test_infeasible_and_dual_infeasible_is_told_as_infeasible():
    program = dense([-1, 0, 0], [[0, 1, 1], [0, 1, 1]], [3, -INF], [INF, 2])
    assert solve(program).status == "infeasible"


@pytest.mark.parametrize("vertex", [False, True])
def test_interior_point_agrees_with_simplex_on_a_plan(vertex):
    program = relax(capacity_program(seed=1))
    simplex = solve(program, Options(method="simplex"))
    interior = solve(program, Options(method="ipx", vertex=vertex))
    assert interior.method == ("ipx + crossover" if vertex else "ipx")
    assert interior.objective == pytest.approx(simplex.objective, rel=1e-7)
    assert interior.residuals.dual_ok()


def test_auto_takes_simplex_for_small_and_interior_point_for_large_programs():
    program = relax(capacity_program())
    assert attempts(program, Options())[0] == ("simplex", True)
    large = relax(capacity_program(sites=4, racks=4, cooling=3, periods=3, hours=18))
    assert large.nonzeros > 50_000
    assert attempts(large, Options())[0] == ("ipx", False)
    assert attempts(large, Options(vertex=True))[0] == ("ipx", True)
    assert attempts(large, Options())[-1] == ("simplex", True)


@pytest.mark.parametrize("seed", range(5))
def test_degenerate_programs_have_duals_that_prove_the_optimum(seed):
    """Assignment polytopes are as degenerate as can be: n^2 columns, 2n - 1 independent rows, n columns at 1."""
    rng = np.random.default_rng(seed)
    n = 8
    rows = np.vstack([np.kron(np.eye(n), np.ones(n)), np.kron(np.ones(n), np.eye(n))])
    outcome = solve(dense(rng.integers(0, 4, n * n), rows, [1] * (2 * n), [1] * (2 * n)))
    assert outcome.status == "optimal"
    assert outcome.residuals.complementarity <= 1e-6
    assert outcome.row_dual.sum() == pytest.approx(outcome.objective)


def test_no_columns():
    fine = solve(dense([], [[], []], [-1, -INF], [INF, 0], offset=3.0))
    assert (fine.status, fine.objective, fine.x.shape, fine.row_dual.shape) == ("optimal", 3.0, (0,), (2,))
    assert solve(dense([], [[]], [1], [INF])).status == "infeasible"
    assert solve(dense([])).status == "optimal"


def test_no_rows():
    outcome = solve(dense([1, -1], upper=[4, 5]))
    assert (outcome.status, outcome.objective) == ("optimal", -5)
    assert solve(dense([1, -1])).status == "unbounded"


def test_a_row_without_columns_is_a_contradiction_or_nothing():
    assert solve(dense([1], [[0], [1]], [0, 2], [1, INF])).objective == 2
    outcome = solve(dense([1], [[0], [1]], [5, 2], [INF, INF]))
    assert outcome.status == "infeasible"
    assert "row 0" in outcome.reason


def test_free_rows_have_no_price():
    outcome = solve(dense([1, 2], [[1, 1], [1, -1]], [2, -INF], [INF, INF]))
    assert outcome.objective == 2
    assert outcome.row_dual.tolist() == [1, 0]


def test_free_columns_and_equalities():
    outcome = solve(dense([1, 1], [[1, -1]], [3], [3], lower=[-INF, -2]))
    assert outcome.x.tolist() == [1, -2]
    assert outcome.row_dual.tolist() == [1]
    assert outcome.col_dual.tolist() == [0, 2]


def test_bounds_crossed_by_rounding_meet_and_others_are_infeasible():
    assert solve(dense([1], lower=[3 + 1e-12], upper=[3])).objective == pytest.approx(3)
    crossed = solve(dense([1, 1], lower=[0, 3], upper=[1, 2]))
    assert crossed.status == "infeasible"
    assert "column 1" in crossed.reason


def test_a_stopped_lp_that_is_feasible_keeps_its_plan_with_the_gap_its_duals_prove():
    """x = (0, 6) earns 30; prices (3, 2.5, 0) prove 4 x 3 + 12 x 2.5 = 42: the gap is 12 / 30."""
    run = Run("interrupted", "", np.array([0.0, 6.0]), -np.array([3.0, 2.5, 0.0]), np.zeros(2), -30.0, -INF, 3, 0)
    watch = Watch()
    watch.press_stop("stopped by Ctrl-C")
    outcome = judge(wyndor(), run, "simplex", watch)
    assert (outcome.status, outcome.objective, outcome.bound) == ("feasible", -30, -42)
    assert outcome.gap == pytest.approx(0.4)
    assert outcome.row_dual is None
    assert outcome.reason.startswith("stopped by Ctrl-C")


def test_a_stopped_lp_without_a_plan_says_so_and_keeps_its_bound():
    run = Run("interrupted", "", np.array([9.0, 9.0]), -np.array([0.0, 1.5, 1.0]), np.zeros(2), -72.0, -INF, 3, 0)
    outcome = judge(wyndor(), run, "simplex", Watch())
    assert (outcome.status, outcome.x, outcome.bound) == ("no_plan", None, -36)


@pytest.mark.parametrize(
    ("x", "row_dual", "said"),
    [
        ([4.0, 6.0], [0.0, 1.5, 1.0], "row 2 is violated"),
        ([2.0, 6.0], [0.0, 1.5, 2.0], "duals do not pass"),
        ([2.0, 3.0], [0.0, 1.5, 1.0], "complementary slackness"),
        ([np.nan, 6.0], [0.0, 1.5, 1.0], "solution does not pass"),
    ],
)
def test_a_wrong_answer_of_the_solver_is_never_passed_on(x, row_dual, said):
    program, y = wyndor(), -np.array(row_dual)
    x = np.array(x)
    run = Run("optimal", "Optimal", x, y, program.cost - program.matrix.T @ y, float(program.cost @ x), -INF, 3, 0)
    outcome = judge(program, run, "simplex", Watch())
    assert outcome.status == "error"
    assert said in outcome.reason


def test_a_wrong_answer_of_one_method_is_put_right_by_the_next():
    class Lying:
        """A session whose interior point method returns duals that are off; its simplex method is honest."""

        log, asked = "", []

        def run(self, method, *, crossover):
            self.asked.append((method, crossover))
            y = -np.array([0.0, 1.5, 1.0 if method == "simplex" else 1.1])
            return Run("optimal", "", np.array([2.0, 6.0]), y, wyndor().cost - wyndor().matrix.T @ y, -36.0, -INF, 1, 0)

    outcome = solve_lp(wyndor(), Options(method="ipx"), Watch(), Lying())
    assert Lying.asked == [("ipx", False), ("ipx", True), ("simplex", True)]
    assert (outcome.status, outcome.method, outcome.iterations) == ("optimal", "simplex", 3)


def test_hipo_is_refused_where_highs_would_silently_take_another_method(monkeypatch):
    monkeypatch.setattr("planner.solver.lp.has_hipo", lambda: False)
    with pytest.raises(ValueError, match="highspy-extras"):
        solve(wyndor(), Options(method="hipo"))

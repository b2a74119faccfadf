"""The independent check: violations are seen, scales are respected, weak duality holds for any duals."""

import math

import numpy as np
import pytest

from planner.solver import relative_gap, relax, solve
from planner.solver.residuals import lagrangian_bound, lp_residuals, primal_residuals
from tests.solver.capacity import capacity_program
from tests.solver.small import INF, dense, random_mip, wyndor


def test_row_violation_is_relative_to_the_rows_scale():
    """1000 x <= 5000 broken by 1: 1/5000 of its bound, and 1/5001 of its largest term; the larger scale counts."""
    program = dense([1], [[1000]], [-INF], [5000])
    assert primal_residuals(program, np.array([5.001])).row == pytest.approx(1 / 5001)
    assert primal_residuals(program, np.array([5.0])).row == 0


def test_column_violation_integrality_and_objective():
    program = dense([2, 1], lower=[0, 1], upper=[10, 4], whole=[True, False])
    found = primal_residuals(program, np.array([2.25, 5.0]), reported=9.0)
    assert found.column == pytest.approx(1 / 4)
    assert found.integrality == pytest.approx(0.25)
    assert found.objective == pytest.approx(0.5 / 9.5)
    assert found.worst_column == 1
    assert not found.primal_ok()
    assert all(word in found.fault() for word in ("column 1", "whole number", "objective"))


def test_nan_never_passes():
    found = primal_residuals(wyndor(), np.array([np.nan, 0.0]))
    assert not found.primal_ok()
    assert not primal_residuals(wyndor(), np.zeros(2), reported=np.nan).primal_ok()


def test_perfect_duals_pass_and_each_law_is_checked():
    program, x = wyndor(), np.array([2.0, 6.0])
    y = -np.array([0.0, 1.5, 1.0])
    assert lp_residuals(program, x, y, np.zeros(2), -36).dual_ok()
    assert lp_residuals(program, x, y, np.array([0.1, 0.0])).stationarity == pytest.approx(0.1 / 3)
    # Plant 2 paid for being used: windows earn 5 + 2 x 1.5 = 8 without an upper bound, 8/5 of their own size.
    wrong_sign = np.array([0.0, 1.5, 0.0])
    found = lp_residuals(program, x, wrong_sign, program.cost - program.matrix.T @ wrong_sign)
    assert found.dual == pytest.approx(8 / 5)
    idle = -np.array([1.0, 1.5, 1.0])  # a price on plant 1, which has 2 of its 4 hours left
    found = lp_residuals(program, x, idle, program.cost - program.matrix.T @ idle)
    assert found.complementarity == pytest.approx((1 * 2 + 1 * 2) / 36)


@pytest.mark.parametrize("seed", range(20))
def test_any_duals_prove_a_bound_that_no_plan_is_below(seed):
    program = relax(random_mip(seed + 1 if seed % 5 == 0 else seed))
    optimum = solve(program)
    assert optimum.status == "optimal"
    rng = np.random.default_rng(seed)
    for size in (0.01, 0.1, 1.0):
        duals = optimum.row_dual + size * rng.normal(size=program.shape[0])
        assert lagrangian_bound(program, duals) <= optimum.objective + 1e-9
    assert lagrangian_bound(program, optimum.row_dual) == pytest.approx(optimum.objective, rel=1e-9, abs=1e-9)


def test_duals_that_lean_on_absent_bounds_prove_nothing():
    assert lagrangian_bound(wyndor(), np.array([0.0, 1.0, 0.0])) == -INF
    assert lagrangian_bound(wyndor(), np.zeros(3)) == -INF


def test_lagrangian_bound_of_a_plan_equals_its_optimum():
    program = relax(capacity_program(seed=2))
    outcome = solve(program)
    assert lagrangian_bound(program, outcome.row_dual) == pytest.approx(outcome.objective, rel=1e-9)


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [
        (-100.0, -101.0, 0.01),
        (200.0, 199.0, 0.005),
        (0.0, 0.0, 0.0),
        (0.0, -1e-6, 1e3),
        (5.0, -INF, INF),
        (None, 3.0, None),
        (3.0, None, None),
        (math.nan, 3.0, None),
    ],
)
def test_gap_arithmetic(objective, bound, gap):
    assert relative_gap(objective, bound) == (gap if gap is None else pytest.approx(gap))

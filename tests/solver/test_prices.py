"""Shadow prices of a plan, derived by hand, and prices of changed programs from the same live session."""

import numpy as np
import pytest

from planner.solver import Options, Pricer, price, solve
from tests.solver.capacity import capacity_program
from tests.solver.small import INF, dense

# Racks n of 0.3 MW each under a limit of 1 MW x opened, at most 8 in supply; a rack earns 2, opening costs 1.
# Columns n, opened. The plan: 3 racks, opened, worth 5. With the count relaxed: 1 / 0.3 = 3.33 racks, 5.67.
RACKS, OPENED = 0, 1


def site(limit_mw=1.0):
    rows = [[0.3, 0], [1, -8]]
    return dense([-2, 1], rows, [-INF, -INF], [limit_mw, 0], upper=[20, 1], whole=[True, True])


def test_with_counts_relaxed_the_limit_has_its_price():
    plan = solve(site(), Options(gap=0))
    assert plan.x.tolist() == [3, 1]
    outcome = price(site(), plan.x, [RACKS])
    assert outcome.objective == pytest.approx(1 - 2 / 0.3)
    assert outcome.row_dual == pytest.approx([-2 / 0.3, 0])  # one more MW is worth 6.67
    assert outcome.x[OPENED] == 1
    assert outcome.col_dual[OPENED] == pytest.approx(1)  # its cost, as it is held


def test_with_counts_held_the_limit_has_none():
    outcome = price(site(), np.array([3, 1.0]), [])
    assert outcome.objective == -5
    assert outcome.row_dual == pytest.approx([0, 0])
    assert outcome.col_dual == pytest.approx([-2, 1])


def test_columns_may_be_a_mask_and_values_are_rounded():
    by_mask = price(site(), np.array([2.9999999, 1.0000001]), np.array([False, False]))
    assert by_mask.x.tolist() == [3, 1]


def test_one_more_unit_of_the_limit_is_worth_its_price():
    plan, step = np.array([3.0, 1.0]), 0.01
    low, high = (price(site(limit), plan, [RACKS]).objective for limit in (1 - step, 1 + step))
    assert (high - low) / (2 * step) == pytest.approx(price(site(), plan, [RACKS]).row_dual[0])


def test_prices_of_a_plan_are_those_of_its_linear_program():
    program = capacity_program(seed=7)
    plan = solve(program, Options(gap=1e-6))
    counts = np.flatnonzero(program.integrality & (program.col_upper > 1))
    outcome = price(program, plan.x, counts)
    assert outcome.status == "optimal"
    assert outcome.residuals.dual_ok()
    assert outcome.objective <= plan.objective + 1e-9 * abs(plan.objective)
    switches = program.integrality & (program.col_upper == 1)
    assert outcome.x[switches] == pytest.approx(plan.x[switches])


def test_a_live_session_prices_changed_programs_as_a_fresh_one_does():
    program = capacity_program(seed=8)
    plan = solve(program, Options(start="always"))
    assert plan.relaxation is not None
    counts = np.flatnonzero(program.integrality & (program.col_upper > 1))
    pricer = Pricer(program, plan.x, counts, outcome=plan)
    for change in (0.0, 0.01, -0.01):
        changed = program.copy()
        changed.row_upper = np.where(np.isfinite(changed.row_upper), changed.row_upper * (1 + change), INF)
        changed.matrix.data = changed.matrix.data * np.where(changed.matrix.data < -20, 1 + change, 1.0)
        changed.cost = changed.cost * (1 - change)
        live, fresh = pricer.solve(changed), price(changed, plan.x, counts)
        assert live.method == "simplex, restarted"
        assert live.objective == pytest.approx(fresh.objective, rel=1e-8)
        assert live.residuals.dual_ok()


def test_a_session_refuses_to_become_a_program_of_another_pattern():
    program = capacity_program(seed=8)
    plan = solve(program, Options(start="always"))
    other = program.copy()
    other.matrix = other.matrix.copy()
    other.matrix.data[0] = 0.0
    other.matrix.eliminate_zeros()
    pricer = Pricer(program, plan.x, [], outcome=plan)
    assert pricer.solve(other).method == "simplex"


def test_a_plan_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="shape"):
        price(site(), np.zeros(3), [])
    with pytest.raises(ValueError, match="NaN"):
        price(site(), np.array([np.nan, 1]), [])


def test_held_choices_that_leave_no_plan_are_told():
    assert price(site(), np.array([9.0, 1.0]), []).status == "infeasible"

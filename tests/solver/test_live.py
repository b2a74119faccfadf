"""Programs one after another in the solver: the same answers as from scratch, and what is wrong is found."""

from __future__ import annotations

import numpy as np
import pytest

from planner.solver import LiveProgram, Options, relax, solve
from planner.solver.highs import Run, Session
from tests.solver.capacity import capacity_program
from tests.solver.small import wyndor

RELATIVE = 1e-9


def changed(program, what, factor):
    """The program with its costs, column bounds, row bounds or coefficients multiplied; another pattern for `entry`."""
    copy = program.copy()
    if what == "entry":
        copy.matrix.data[0] = 0.0
        copy.matrix.eliminate_zeros()
        return copy
    arrays = {"cost": ["cost"], "columns": ["col_lower", "col_upper"], "rows": ["row_lower", "row_upper"]}
    for name in arrays.get(what, []):
        setattr(copy, name, getattr(copy, name) * factor)
    if what == "coefficients":
        copy.matrix.data[::7] *= factor
    return copy


@pytest.mark.parametrize("what", ["cost", "columns", "rows", "coefficients", "entry"])
@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_changed_program_gives_the_answer_from_scratch(what, factor):
    program = relax(capacity_program(seed=3))
    live = LiveProgram()
    live.solve(program)
    other = changed(program, what, factor)
    outcome = live.solve(other)
    fresh = solve(other, Options(method="simplex"))
    assert outcome.status == fresh.status == "optimal"
    assert outcome.objective == pytest.approx(fresh.objective, rel=RELATIVE)
    assert live.restarted + live.cold == 2


def test_a_wrong_optimum_from_a_restart_is_found_and_solved_again(monkeypatch):
    live = LiveProgram()
    assert live.solve(wyndor()).objective == pytest.approx(-36)
    honest, lies = Session.run, [True]

    def lying_once(self, *args, **kwargs):
        run = honest(self, *args, **kwargs)
        return Run(**{**run.__dict__, "x": np.zeros_like(run.x), "objective": 0.0}) if lies.pop() else run

    monkeypatch.setattr(Session, "run", lambda *args, **kwargs: (lying_once if lies else honest)(*args, **kwargs))
    dearer = wyndor()
    dearer.cost[:] = [-4, -5]
    assert live.solve(dearer).objective == pytest.approx(-38)  # 2 doors and 6 windows
    assert (live.restarted, live.rejected, live.cold) == (0, 1, 2)


def test_an_infeasible_change_is_told_and_the_next_answer_is_right():
    live = LiveProgram()
    live.solve(wyndor())
    never = wyndor()
    never.row_lower[:] = [5, 0, 0]
    never.row_upper[:] = [6, 12, 14]  # 3 doors at most are left in the third plant, no 5
    assert live.solve(never).status == "infeasible"
    assert live.solve(wyndor()).objective == pytest.approx(-36)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_mixed_integer_program_goes_on_from_the_relaxation_before(factor):
    program = capacity_program(seed=5)
    options = Options(start="always")
    first = solve(program, options)
    other = changed(program, "cost", factor)
    after, fresh = solve(other, options, after=first), solve(other, options)
    assert after.status == fresh.status == "optimal"
    assert after.objective == pytest.approx(fresh.objective, rel=2 * options.gap)
    assert after.bound <= fresh.objective * (1 - RELATIVE) or after.bound == pytest.approx(fresh.objective)


def test_the_ranges_of_wyndor_glass():
    """Hillier and Lieberman: plant 1 has hours to spare; the others keep their price in [6, 18] and [12, 24]."""
    live = LiveProgram()
    outcome = live.solve(wyndor())
    ranges = live.ranges()
    assert -outcome.row_dual == pytest.approx([0, 1.5, 1])
    assert ranges.row_low == pytest.approx([2, 6, 12])
    assert ranges.row_high == pytest.approx([np.inf, 18, 24])
    assert ranges.cost_low == pytest.approx([-7.5, -np.inf])  # doors earn 0 to 7.5, windows 2 or more
    assert ranges.cost_high == pytest.approx([0, -2])


def test_ranges_hold_inside_and_not_outside():
    program = relax(capacity_program(seed=4))
    live = LiveProgram()
    outcome = live.solve(program)
    ranges = live.ranges()
    row = int(np.argmax(np.abs(outcome.row_dual) * np.isfinite(ranges.row_high) * (program.row_upper < np.inf)))
    price = outcome.row_dual[row]
    for bound, same in ((ranges.row_high[row] * (1 - 1e-6), True), (ranges.row_high[row] * 1.05 + 1, False)):
        moved = program.copy()
        moved.row_upper[row] = bound
        gain = live.solve(moved).objective - outcome.objective
        expected = price * (bound - program.row_upper[row])
        assert bool(gain == pytest.approx(expected, rel=1e-6, abs=1e-9)) is same

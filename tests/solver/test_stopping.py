"""Ctrl-C, time limits and progress: the best plan survives, its gap is proven, nothing hangs."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from planner.solver import Options, relax, solve
from planner.solver.mip import solve_mip
from planner.solver.residuals import primal_residuals
from planner.solver.watch import Watch, attended
from tests.solver.capacity import capacity_program

ROOT = Path(__file__).parents[2]
GUARD_S = 60.0
"""Nothing here takes a tenth of it; it tells a call that hangs from a machine that is busy."""

# A program that takes far longer than any test may: the gap is never closed to 0.
HARD = {"seed": 0, "sites": 3, "racks": 4, "cooling": 2, "periods": 2, "hours": 24}
# A linear program of several seconds, far more than the moment after which it is interrupted.
LONG = {"seed": 0, "sites": 4, "racks": 4, "cooling": 3, "periods": 3, "hours": 60}

SOLVE = """
import json, sys, time
from planner.solver import Options, relax, solve
from tests.solver.capacity import capacity_program
size, options, wanted, linear = json.loads(sys.argv[1])  # wanted: interrupt only once there is a plan
program = capacity_program(**size)
told = []
def progress(now):
    if not told and (now.incumbent is not None or not wanted):
        told.append(now)
        print("NOW", flush=True)
outcome = solve(relax(program) if linear else program, Options(**options), progress)
print(json.dumps({
    "status": outcome.status, "reason": outcome.reason, "objective": outcome.objective, "bound": outcome.bound,
    "gap": outcome.gap, "plan": outcome.has_plan, "x": None if outcome.x is None else outcome.x.tolist(),
}), flush=True)
"""


def interrupted(code, *arguments, times=1, within=120.0):
    """Run code in a new process, send SIGINT when it prints NOW; its last line, exit status, seconds since SIGINT."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline().strip() == "NOW", process.stderr.read()
    sent = time.monotonic()
    for _ in range(times):
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.3)
    output, errors = process.communicate(timeout=within)
    return output.strip().splitlines()[-1] if output.strip() else errors, process.returncode, time.monotonic() - sent


def test_ctrl_c_in_a_mip_returns_the_best_plan_and_its_gap():
    size = json.dumps([HARD, {"gap": 0.0}, True, False])
    line, status, seconds = interrupted(SOLVE, size)
    answer = json.loads(line)
    assert (answer["status"], status) == ("feasible", 0)
    assert "Ctrl-C" in answer["reason"]
    assert 0 < answer["gap"] < 0.01
    assert answer["bound"] < answer["objective"]
    assert seconds < GUARD_S
    assert primal_residuals(capacity_program(**HARD), np.array(answer["x"]), answer["objective"]).primal_ok()


def test_ctrl_c_in_plain_branch_and_cut_returns_a_plan_too():
    line, status, _ = interrupted(SOLVE, json.dumps([HARD, {"gap": 0.0, "start": "never"}, True, False]))
    answer = json.loads(line)
    assert (answer["status"], status) == ("feasible", 0)
    assert answer["plan"]


@pytest.mark.parametrize("method", ["simplex", "ipx"])
def test_ctrl_c_in_an_lp_comes_back_at_once(method):
    line, status, seconds = interrupted(SOLVE, json.dumps([LONG, {"method": method}, False, True]))
    answer = json.loads(line)
    assert status == 0
    assert "Ctrl-C" in answer["reason"]
    assert seconds < GUARD_S
    if answer["status"] == "feasible":  # where it was stopped decides whether the point at hand satisfies all rows
        assert answer["plan"]
        program = relax(capacity_program(**LONG))
        assert primal_residuals(program, np.array(answer["x"]), answer["objective"]).primal_ok()
    else:
        assert (answer["status"], answer["plan"]) == ("no_plan", False)


def test_a_second_ctrl_c_is_raised_without_waiting():
    code = """
import time
from planner.solver.watch import Watch, attended
def deaf():
    print("NOW", flush=True)
    time.sleep(8)
begun = time.monotonic()
try:
    attended(deaf, Watch())
except KeyboardInterrupt:
    print("raised" if time.monotonic() - begun < 7 else "late", flush=True)
"""
    line, status, _ = interrupted(code, times=2)
    assert (line, status) == ("raised", 0)


def test_time_limit_keeps_the_plan():
    """Whatever the limit, what is kept is a plan; on a busy machine a good one and a proof take a longer limit."""
    program = capacity_program(**HARD)
    for limit in (1.5, 6, 24, 96):
        outcome = solve(program, Options(gap=0.0, time_limit_s=limit))
        assert (outcome.status, outcome.stopped) == ("feasible", "the time limit was reached")
        assert outcome.seconds < limit + GUARD_S
        if outcome.gap is not None and outcome.gap < 0.01:
            break
    assert 0 < outcome.gap < 0.01
    assert outcome.bound < outcome.objective
    assert primal_residuals(program, outcome.x, outcome.objective).primal_ok()


def test_time_limit_before_any_plan_keeps_the_plan_of_doing_nothing():
    program = capacity_program(**LONG)
    outcome = solve(program, Options(time_limit_s=0.02, start="always"))
    assert (outcome.status, outcome.method) == ("feasible", "doing nothing")
    assert outcome.stopped == "the time limit was reached"
    assert outcome.reason == "the time limit was reached before a plan was found; kept is doing nothing"
    assert outcome.objective == program.offset
    assert not outcome.x.any()
    assert outcome.bound is None or outcome.bound < outcome.objective
    assert outcome.seconds < GUARD_S


def test_time_limit_in_an_lp_keeps_a_plan_where_doing_nothing_is_one():
    """The point the solver stands at may be the one that does nothing, or a better one."""
    program = relax(capacity_program(**LONG))
    outcome = solve(program, Options(time_limit_s=0.02))
    assert (outcome.status, outcome.stopped) == ("feasible", "the time limit was reached")
    assert primal_residuals(program, outcome.x, outcome.objective).primal_ok()
    assert outcome.seconds < GUARD_S


@pytest.mark.parametrize("linear", [True, False])
def test_time_limit_before_any_plan_where_something_must_be_done(linear):
    """A row asks for half a rack: doing nothing is no plan."""
    program = capacity_program(**LONG)
    racks = np.flatnonzero(program.integrality & (program.col_upper > 1))
    asked = sp.csr_array((np.ones(len(racks)), (np.zeros(len(racks), dtype=int), racks)), shape=(1, program.shape[1]))
    program.matrix = sp.csr_array(sp.vstack([program.matrix, asked]))
    program.row_lower, program.row_upper = np.append(program.row_lower, 0.5), np.append(program.row_upper, np.inf)
    program = relax(program) if linear else program
    outcome = solve(program, Options(time_limit_s=0.02, start="always"))
    assert (outcome.status, outcome.x) == ("no_plan", None)
    assert "time limit" in outcome.reason


def test_a_plan_known_beforehand_is_the_least_that_comes_back():
    program = capacity_program(seed=1)
    best = solve(program, Options(gap=0.0))
    again = solve(program, Options(gap=1.0), first=best.x)
    assert again.objective == pytest.approx(best.objective, rel=1e-9)


def test_progress_tells_a_shrinking_gap_from_the_calling_thread():
    told = []

    def progress(now):
        assert threading.current_thread() is threading.main_thread()
        told.append(now)

    outcome = solve(capacity_program(**HARD), Options(gap=1e-4, time_limit_s=2.5), progress)
    assert told
    assert all(later.seconds - now.seconds >= 0.3 for now, later in itertools.pairwise(told))
    bounds = [now.bound for now in told if now.bound is not None]
    plans = [now.incumbent for now in told if now.incumbent is not None]
    assert bounds == sorted(bounds)
    assert plans == sorted(plans, reverse=True)
    assert all(bound <= outcome.objective for bound in bounds)
    assert all(plan >= outcome.objective - 1e-6 * abs(outcome.objective) for plan in plans)


def test_progress_may_stop_the_solve_and_keeps_the_plan():
    def stop(now):
        return now.incumbent is None

    outcome = solve(capacity_program(**HARD), Options(gap=0.0), stop)
    assert outcome.status == "feasible"
    assert "asked to stop" in outcome.reason


def test_stopped_in_branch_and_cut_before_a_plan_the_relaxation_is_rounded():
    """Stop is pressed before plain branch and cut has begun: a plan comes from rounding the relaxation, in grace."""
    real, calls = Watch.must_stop.fget, []

    class Pressed(Watch):
        """A watch whose stop button is pressed once branch and cut is under way."""

        @property
        def must_stop(self):
            calls.append(self.phase)
            if self.phase == "branch and cut":
                self.press_stop("stopped by the test")
            return real(self)

    watch = Pressed()
    outcome = solve_mip(capacity_program(seed=1), Options(gap=0.0, start="never"), watch)
    assert "branch and cut" in calls
    assert outcome.status == "feasible"
    assert outcome.reason.startswith("stopped by the test")
    assert "relaxation rounded" in outcome.method


def test_what_progress_raises_stops_the_solve_and_is_raised():
    def broken(now):
        raise RuntimeError("no terminal")

    begun = time.monotonic()
    with pytest.raises(RuntimeError, match="no terminal"):
        solve(capacity_program(**HARD), Options(gap=0.0), broken)
    assert time.monotonic() - begun < GUARD_S


def test_what_the_work_raises_is_raised():
    def work():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        attended(work, Watch())


def test_watch_grace_and_deadline():
    watch = Watch(time_limit_s=100)
    assert not watch.over
    assert 100 - GUARD_S < watch.remaining_s <= 100
    watch.press_stop("first")
    watch.press_stop("second")
    assert watch.stop_reason == "first"
    with watch.grace(60):
        assert not watch.must_stop
    assert watch.must_stop
    assert Watch(time_limit_s=1e-9).over

"""The entry: faults refused, trivial programs settled, the rest solved in a thread that Ctrl-C can stop."""

from __future__ import annotations

import numpy as np

from planner.solver.highs import SolverError
from planner.solver.idle import without_a_search
from planner.solver.lp import solve_lp, stopped_words
from planner.solver.mip import solve_mip
from planner.solver.options import Options
from planner.solver.outcome import Outcome
from planner.solver.programs import contradiction, refuse_faults, rounded_in, uncrossed
from planner.solver.residuals import lp_residuals, primal_residuals
from planner.solver.watch import ProgressCall, Watch, attended
from planner.stamp import Program


def solve(
    program: Program,
    options: Options | None = None,
    progress: ProgressCall | None = None,
    after: Outcome | None = None,
    first: np.ndarray | None = None,
) -> Outcome:
    """Solve a program of m rows and n columns, an LP or a MIP by its integrality.

    `after` may be the outcome of a program a little different: the relaxation then starts from its basis, or from where
    it ended, and where it is still in the solver only what differs is sent. `first` (n) may be a plan known beforehand:
    a MIP starts from it, and a search that is stopped too early keeps it. Without one, what is kept then is the plan of
    doing nothing, if the rows allow it.
    `progress` is called from the calling thread with a `Progress` about twice a second; returning False stops the
    solve and keeps the best plan. So does Ctrl-C; a second Ctrl-C is raised as KeyboardInterrupt. The plan returned
    has passed the check in `residuals.py`; one that does not has status "error". ValueError for programs with faults
    (NaN, wrong shapes, infinite costs).
    """
    options = options or Options()
    refuse_faults(program)
    watch = Watch(options.time_limit_s)
    outcome = attended(lambda: _solve(program, options, watch, after, first), watch, progress)
    outcome.seconds = watch.seconds
    if watch.stop_pressed or (watch.remaining_s <= 0 and outcome.status in ("feasible", "no_plan")):
        outcome.stopped = stopped_words(watch)
    return outcome


def _solve(
    program: Program, options: Options, watch: Watch, after: Outcome | None, first: np.ndarray | None
) -> Outcome:
    program = rounded_in(program)
    reason = contradiction(program)
    if reason:
        return Outcome("infeasible", reason, method="bounds")
    program = uncrossed(program)
    if program.shape[1] == 0:
        return _empty(program)
    try:
        if program.integrality.any():
            live, basis = (None, None) if after is None else (after.relaxation, after.basis)
            outcome = solve_mip(program, options, watch, live, basis, first)
        else:
            outcome = solve_lp(program, options, watch, live=None if after is None else after.relaxation)
        return without_a_search(program, outcome, options, watch, first)
    except SolverError as error:
        return Outcome("error", str(error))


def _empty(program: Program) -> Outcome:
    """A program without columns has one plan, the empty one; its rows have been looked at by `contradiction`."""
    x, duals = np.zeros(0), np.zeros(program.shape[0])
    residuals = lp_residuals(program, x, duals, x) if program.shape[0] else primal_residuals(program, x)
    outcome = Outcome("optimal", "there is nothing to decide", x, duals, x.copy(), program.offset, program.offset, 0.0)
    outcome.method, outcome.residuals = "none", residuals
    return outcome

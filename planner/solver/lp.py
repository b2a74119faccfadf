"""Linear programs: the fastest method whose answer passes the check, then the safer ones."""

from __future__ import annotations

import math

import numpy as np

from planner.solver.highs import Run, Session, has_hipo
from planner.solver.options import SIMPLEX_NONZEROS, Options
from planner.solver.outcome import Outcome, relative_gap
from planner.solver.residuals import lagrangian_bound, lp_residuals, objective_of, primal_residuals
from planner.solver.watch import Watch
from planner.stamp import Program


def attempts(program: Program, options: Options) -> list[tuple[str, bool]]:
    """(method, crossover) in the order in which they are tried.

    An interior point method goes without crossover first: its answer counts only if primal, dual and complementarity
    residuals pass. Simplex comes last because it is the slowest and the surest.
    """
    method = options.method
    if method == "auto":
        method = "simplex" if program.nonzeros < SIMPLEX_NONZEROS else "ipx"
    if method == "simplex":
        return [("simplex", True)]
    if method == "hipo" and not has_hipo():
        raise ValueError(
            'method "hipo" needs the package highspy-extras; without it HiGHS silently takes another method'
        )
    bare = [] if options.vertex else [(method, False)]
    return [*bare, (method, True), ("simplex", True)]


def solve_lp(
    program: Program, options: Options, watch: Watch, session: Session | None = None, live: Session | None = None
) -> Outcome:
    """Solve an LP. The outcome carries duals that satisfy complementary slackness, or says what is wrong.

    `session` may hold the program already; `live` one a little different, from which this one is restarted.
    """
    watch.phase = "linear program"
    restarted = None if live is None else _restarted(program, watch, live)
    if restarted is not None:
        return restarted
    session = session or Session(program, options, watch)
    iterations = 0
    for method, crossover in attempts(program, options):
        run = session.run(method, crossover=crossover)
        iterations += run.iterations
        name = method if method == "simplex" else f"{method} + crossover" if crossover else method
        outcome = judge(program, run, name, watch)
        if outcome.status != "error" or watch.over:
            break
    outcome.iterations, outcome.log = iterations, session.log
    if crossover and outcome.status == "optimal":
        outcome.relaxation = session
    return _without_bad_duals(outcome)


def _restarted(program: Program, watch: Watch, live: Session) -> Outcome | None:
    """The optimum from where another program's ended; None where that leads nowhere and a fresh start is needed."""
    live.attend(watch)
    if not live.become(program):
        return None
    run = live.run("simplex")
    outcome = judge(program, run, "simplex, restarted", watch)
    outcome.iterations, outcome.relaxation = run.iterations, live
    return outcome if outcome.status == "optimal" and outcome.row_dual is not None else None


def _without_bad_duals(outcome: Outcome) -> Outcome:
    """A checked plan whose duals failed in every attempt is still a plan: keep it and its gap, drop the duals."""
    if outcome.status == "error" and outcome.residuals is not None and outcome.residuals.primal_ok():
        outcome.status = "feasible"
        outcome.row_dual = outcome.col_dual = None
    return outcome


def judge(program: Program, run: Run, method: str, watch: Watch) -> Outcome:
    """The outcome of one run on an LP, checked on the arrays."""
    if run.verdict in ("infeasible", "unbounded", "infeasible_or_unbounded"):
        return Outcome(run.verdict, VERDICT_REASONS[run.verdict], method=method)
    if run.x is None:
        return _without_plan(program, run, method, watch)
    objective = objective_of(program, run.x)
    if run.row_dual is None:
        residuals, proven = primal_residuals(program, run.x, run.objective), -math.inf
    else:
        residuals = lp_residuals(program, run.x, run.row_dual, run.col_dual, run.objective)
        proven = lagrangian_bound(program, run.row_dual)
    if run.verdict != "optimal" and not residuals.primal_ok():
        return _without_plan(program, run, method, watch)
    bound = min(objective, proven)
    outcome = Outcome(
        "optimal", "the optimum of the linear program", run.x, run.row_dual, run.col_dual, objective, bound
    )
    outcome.gap, outcome.method, outcome.residuals = relative_gap(objective, bound), method, residuals
    if not residuals.primal_ok():
        outcome.status, outcome.reason = "error", f"{method}: the solution does not pass the check: {residuals.fault()}"
    elif not residuals.dual_ok() and run.verdict == "optimal":
        outcome.status, outcome.reason = "error", f"{method}: the duals do not pass the check: {residuals.fault()}"
    elif run.verdict != "optimal" and not residuals.dual_ok():
        outcome.status, outcome.reason = (
            "feasible",
            f"{stopped_words(watch)}; the plan is feasible, its gap is proven by duality",
        )
        outcome.row_dual = outcome.col_dual = None
    return outcome


VERDICT_REASONS = {
    "infeasible": "no plan satisfies all rows and bounds",
    "unbounded": "the objective can be improved without limit: a bound or a row is missing",
    "infeasible_or_unbounded": "either no plan exists or the objective has no limit; the solver could not tell which",
}


def stopped_words(watch: Watch) -> str:
    """Why the work came back early."""
    return watch.stop_reason or ("the time limit was reached" if watch.remaining_s <= 0 else "the solver stopped early")


def _without_plan(program: Program, run: Run, method: str, watch: Watch) -> Outcome:
    if run.verdict == "unknown" or run.verdict == "optimal":
        return Outcome("error", f"{method}: the solver ended with status {run.words}", method=method)
    bound = -math.inf if run.row_dual is None else lagrangian_bound(program, np.asarray(run.row_dual))
    outcome = Outcome("no_plan", f"{stopped_words(watch)} before a plan was found", method=method)
    outcome.bound = bound if math.isfinite(bound) else None
    return outcome

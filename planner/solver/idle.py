"""The plan that is there before any search: the one at hand, or else doing nothing.

A search that is stopped before its first relaxation has ended has no plan of its own. What is tried then costs next to
nothing: the plan the caller gave, every column at zero (or at its bound nearest to zero), and the few columns that must
move when every whole number stays there.
"""

from __future__ import annotations

import math

import numpy as np

from planner.solver.highs import Session
from planner.solver.lp import stopped_words
from planner.solver.options import Options
from planner.solver.outcome import Outcome, relative_gap
from planner.solver.programs import fix, relax
from planner.solver.residuals import objective_of, primal_residuals
from planner.solver.start import GIVEN, Plan, settled
from planner.solver.watch import Watch
from planner.stamp import Program

# Seconds that looking for such a plan may take after the time is up.
IDLE_S = 5.0
IDLE = "doing nothing"


def without_a_search(program: Program, outcome: Outcome, options: Options, watch: Watch, first: np.ndarray | None):
    """The outcome itself if it has a plan or ended by a verdict; else a plan at hand, with the gap that is proven."""
    if outcome.status != "no_plan":
        return outcome
    plan = None if first is None else settled(program, first, GIVEN, options, Watch(IDLE_S))[0]
    plan = plan or idle_plan(program, options)
    if plan is None:
        return outcome
    bound = None if outcome.bound is None else min(outcome.bound, plan.objective)
    gap = relative_gap(plan.objective, -math.inf if bound is None else bound)
    reason = f"{stopped_words(watch)} before a plan was found; kept is {plan.method}"
    kept = Outcome("feasible", reason, plan.x, None, None, plan.objective, bound, gap, method=plan.method)
    kept.residuals, kept.iterations, kept.nodes, kept.log = (
        plan.residuals,
        outcome.iterations,
        outcome.nodes,
        outcome.log,
    )
    return kept


def idle_plan(program: Program, options: Options) -> Plan | None:
    """The plan of doing nothing; None where the rows ask for something that costs a whole number."""
    x = np.clip(0.0, program.col_lower, program.col_upper)
    residuals = primal_residuals(program, x)
    if residuals.primal_ok():
        return Plan(x, objective_of(program, x), IDLE, residuals)
    whole = program.integrality
    if not whole.any():
        return None
    run = Session(relax(fix(program, whole, x[whole])), options, Watch(IDLE_S)).run("simplex")
    if run.verdict != "optimal" or run.x is None:
        return None
    return settled(program, run.x, IDLE, options, Watch(IDLE_S))[0]

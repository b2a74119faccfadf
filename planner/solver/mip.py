"""Mixed-integer programs: relaxation, a plan built from it, a proof from the switches, then branch and cut.

A plan rounded from the relaxation (`start.py`) often lies within the gap. Otherwise branching on the switches alone
(`switches.py`) closes the gap or narrows the choices, `tighten.py` takes out what no better plan can contain, and
HiGHS' branch and cut goes on from the plan. The bound and the plan reported are the best of all steps, both checked on
the arrays. Tiny programs go straight to branch and cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from planner.solver.highs import Basis, Run, Session
from planner.solver.lp import VERDICT_REASONS, attempts, stopped_words
from planner.solver.options import Options
from planner.solver.outcome import Outcome, relative_gap
from planner.solver.programs import relax
from planner.solver.residuals import lagrangian_bound
from planner.solver.start import GIVEN, Builder, Plan, settled
from planner.solver.switches import SwitchSearch
from planner.solver.tighten import Narrowed, cutoff, narrow
from planner.solver.watch import Watch
from planner.stamp import Program

# Below this size branch and cut ends in well under a second and a built plan gains nothing.
TINY_NONZEROS = 10_000
# A relaxation needs a basis: up to this size simplex is quicker than an interior point with crossover (the atlas, with
# 294,000 nonzeros and 25 sites that resemble each other: over 520 s against 290 s on a busy machine).
SIMPLEX_RELAXATION_NONZEROS = 200_000
# Plans and bounds are good to the solver's tolerances; no gap finer than this (relative) can be told from none.
FINEST = 1e-6
# Seconds that turning a solved relaxation into a plan may take after somebody asked to stop.
GRACE_S = 5.0
# The search over switches may take this many times what the relaxation and the first plan took together.
SWITCHES_PER_RELAXATION = 4.0


@dataclass
class Search:
    """What is known while a MIP is being solved: best plan, best bound, and how they came about."""

    program: Program
    options: Options
    watch: Watch
    plan: Plan | None = None
    narrowed: Narrowed | None = None
    bound: float = -math.inf
    iterations: int = 0
    nodes: int = 0
    fault: str = ""
    logs: list[str] = field(default_factory=list)
    session: Session | None = None
    basis: Basis | None = None

    def learn(self, plan: Plan | None = None, bound: float = -math.inf) -> None:
        """Keep the better plan and the better bound, and tell the watch."""
        if plan is not None and (self.plan is None or plan.objective < self.plan.objective):
            self.plan = plan
            self.watch.learn(incumbent=plan.objective)
        if bound > self.bound:
            self.bound = bound
            self.watch.learn(bound=bound)

    @property
    def gap(self) -> float:
        """Relative gap between plan and bound, inf without one of them."""
        return (
            math.inf if self.plan is None else relative_gap(self.plan.objective, min(self.bound, self.plan.objective))
        )

    @property
    def closed(self) -> bool:
        """True where the plan is proven within the gap."""
        if self.plan is None:
            return False
        reach = max(self.options.gap * abs(self.plan.objective), FINEST * max(1.0, abs(self.plan.objective)))
        return self.plan.objective - self.bound <= reach


def solve_mip(
    program: Program,
    options: Options,
    watch: Watch,
    live: Session | None = None,
    basis: Basis | None = None,
    first: np.ndarray | None = None,
) -> Outcome:
    """Solve a program with whole-number columns; see the module for the order of events.

    `live` may hold the relaxation of a program a little different, from which this one's is restarted: from `basis`,
    or from wherever that session stands. `first` (n) may be a plan known beforehand.
    """
    search = Search(program, options, watch, session=live, basis=basis)
    if first is not None:
        search.learn(plan=settled(program, first, GIVEN, options, watch)[0])
    builds = options.start == "always" or (options.start == "auto" and program.nonzeros >= TINY_NONZEROS)
    if builds:
        verdict = _from_relaxation(search)
        if verdict is not None:
            return verdict
    if not search.closed and not watch.over:
        verdict = _branch_and_cut(search)
        if verdict is not None:
            return verdict
        if search.plan is None and not builds:
            _last_resort(search)
    return _finish(search)


def _from_relaxation(search: Search) -> Outcome | None:
    """Bound and, if possible, plan from the relaxation; an outcome where the relaxation settles the matter."""
    watch = search.watch
    watch.phase = "relaxation"
    relaxed = relax(search.program)
    session = search.session
    if session is not None:
        session.attend(watch)
    restarted = session is not None and session.become(relaxed)
    if not restarted:
        session = Session(relaxed, search.options, watch)
    search.session = session
    if search.basis is not None and (len(search.basis.rows), len(search.basis.columns)) == relaxed.shape:
        session.start_from(search.basis)
        restarted = True
    run = _run_relaxation(session, search, restarted)
    search.basis = session.basis
    if run.verdict == "infeasible":
        return Outcome(
            "infeasible", "no plan satisfies all rows and bounds, not even with fractional counts", log=session.log
        )
    if run.row_dual is not None:
        search.learn(bound=lagrangian_bound(relaxed, run.row_dual))
    if run.verdict != "optimal" or run.x is None:
        search.logs.append(session.log)
        return None  # unbounded, or stopped: branch and cut has the last word if there is time
    builder = Builder(search.program, session, search.options, watch, run.x)
    if not search.closed:
        with watch.grace(GRACE_S):
            search.learn(plan=builder.quick())
    if not search.closed and not watch.over and builder.loses_more_than(search.options.gap / 2, search.plan):
        search.learn(plan=builder.refine(search.plan))
    if search.plan is not None and not search.closed and not watch.over:
        _prove_by_switches(search, relaxed, session, builder, run)
    search.iterations += builder.iterations
    search.logs.append(session.log)
    return None


def _prove_by_switches(search: Search, relaxed: Program, session: Session, builder: Builder, root: Run) -> None:
    """A better bound, perhaps a better plan, and a smaller program from branching on the switches alone."""
    watch, gap = search.watch, search.options.gap
    watch.phase = "proving by switches"

    def settle(x: np.ndarray) -> float:
        search.learn(plan=builder.round_at(x))
        return search.plan.objective

    builder.release()
    switches = SwitchSearch(relaxed, session, builder.switches, watch, settle)
    seconds = min(SWITCHES_PER_RELAXATION * watch.seconds, watch.remaining_s / 2)
    bound = switches.prove(search.bound, search.plan.objective, lambda best: cutoff(best, gap), seconds)
    search.learn(bound=bound)
    search.iterations += switches.iterations
    search.nodes += switches.nodes
    if not search.closed:
        limit = cutoff(search.plan.objective, gap)
        left = switches.choices_left()
        search.narrowed = narrow(search.program, search.plan.x, limit, builder.switches, left, root.row_dual)


def _run_relaxation(session: Session, search: Search, restarted: bool) -> Run:
    """The relaxation with a basis, for the roundings: fewer fractional counts, restarts in a few iterations."""
    options = search.options
    if restarted or (options.method == "auto" and session.program.nonzeros < SIMPLEX_RELAXATION_NONZEROS):
        options = replace(options, method="simplex")
    for method, crossover in attempts(session.program, options):
        if method != "simplex" and not crossover:
            continue
        run = session.run(method, crossover=crossover)
        search.iterations += run.iterations
        if run.verdict != "unknown" or search.watch.over:
            break
    return run


def _branch_and_cut(search: Search) -> Outcome | None:
    """HiGHS' own search, from the best plan known; an outcome where there is nothing to report but a verdict."""
    watch = search.watch
    watch.phase = "branch and cut"
    program, ceiling = search.program, math.inf
    if search.narrowed is not None:
        program, ceiling = search.narrowed.program, search.narrowed.cutoff
    session = Session(program, search.options, watch, tells_up_to=ceiling)
    if search.plan is not None:
        session.offer(search.plan.x)
    run = session.run(gap=search.options.gap)
    search.iterations += run.iterations
    search.nodes += run.nodes
    search.logs.append(session.log)
    if run.verdict == "infeasible" and search.plan is None:
        return Outcome("infeasible", VERDICT_REASONS["infeasible"], method="branch and cut", log=session.log)
    if run.verdict in ("unbounded", "infeasible_or_unbounded") and search.plan is None:
        return _which(search, session.log)
    if run.verdict in ("optimal", "limit", "interrupted"):
        search.learn(bound=min(run.bound, ceiling))
    if run.x is not None:
        with watch.grace(GRACE_S):
            plan, found = settled(search.program, run.x, "branch and cut", search.options, watch)
        search.learn(plan=plan)
        if plan is None:
            search.fault = f"branch and cut returned a plan that does not pass the check: {found.fault()}"
    elif run.verdict == "unknown" or run.verdict == "infeasible":
        search.fault = f"branch and cut ended with status {run.words}"
    return None


def _which(search: Search, log: str) -> Outcome:
    """Unbounded or infeasible? With rational data and an unbounded relaxation it is unbounded if any plan exists."""
    probe = search.program.copy()
    probe.cost[:] = 0.0
    search.watch.phase = "looking for any plan"
    run = Session(probe, search.options, search.watch).run(gap=0.0)
    verdict = {"optimal": "unbounded", "infeasible": "infeasible"}.get(run.verdict, "infeasible_or_unbounded")
    return Outcome(verdict, VERDICT_REASONS[verdict], method="branch and cut", log=log)


def _last_resort(search: Search) -> None:
    """Branch and cut was stopped without a plan and no relaxation was rounded before: try that, briefly."""
    if search.watch.remaining_s <= 0:
        return
    with search.watch.grace(GRACE_S):
        _from_relaxation(search)


def _finish(search: Search) -> Outcome:
    """The outcome of all that is known."""
    common = {"iterations": search.iterations, "nodes": search.nodes, "log": "".join(search.logs)}
    bound = search.bound if math.isfinite(search.bound) else None
    if search.plan is None:
        if search.fault:
            return Outcome("error", search.fault, bound=bound, **common)
        return Outcome("no_plan", f"{stopped_words(search.watch)} before a plan was found", bound=bound, **common)
    plan = search.plan
    bound = None if bound is None else min(bound, plan.objective)
    gap = relative_gap(plan.objective, -math.inf if bound is None else bound)
    if search.closed:
        status, reason = "optimal", f"proven within {gap:.2%} of the optimum"
    else:
        cause = search.fault or stopped_words(search.watch)
        known = f"at most {gap:.2%} from the optimum" if math.isfinite(gap) else "not proven to be near the optimum"
        status, reason = "feasible", f"{cause}; the plan is {known}"
    outcome = Outcome(status, reason, plan.x, None, None, plan.objective, bound, gap, method=plan.method, **common)
    outcome.residuals = plan.residuals
    outcome.relaxation, outcome.basis = search.session, search.basis
    return outcome

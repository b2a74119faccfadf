"""The smallest ratio of two linear functions over a program, exactly, by Dinkelbach's method.

Wanted is the least N(x) / D(x) over the plans x of a program, where 0 < least <= D(x) for every one of them. For a
number q let F(q) = min over x of N(x) - q D(x): a program like the first, with other costs. F falls as q grows, and
F(q) = 0 where q is the smallest ratio. A plan with N(x) - q D(x) < 0 has a ratio below q, and that ratio is the next
q: the sequence falls, ends at the smallest ratio, and converges faster than linearly. With whole numbers the first q is
the smallest ratio of the relaxation, which is seldom far away.

The bound. Let L <= F(q) be what the solver has proven. Then N(x) >= q D(x) + L for every x, so N(x) / D(x) >= q + L /
D(x), and with D(x) >= least

    smallest ratio >= q + L / least    where L < 0
    smallest ratio >= q                where L >= 0 (D may be of any size)

The best of these over all q that were tried is the bound that is reported. Where the last q is the ratio of the plan at
hand, L is below 0 by the tolerance of the solve, and `least` may be far below the D of the plan; so a q a little below
is tried as well, at which L >= 0 can be reached.

W. Dinkelbach, On nonlinear fractional programming, Management Science 13 (1967) 492-498.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from planner.solver.mip import FINEST
from planner.solver.options import Options
from planner.solver.outcome import Outcome, Progress, relative_gap
from planner.solver.programs import relax
from planner.solver.residuals import objective_of
from planner.solver.solving import solve
from planner.solver.watch import ProgressCall, Watch
from planner.stamp import Program

MOST_STEPS = 30
# How often a q just below the plan's ratio is tried, each time with a finer gap.
PROOFS = 3
# Objectives of the programs on the way are brought to this size, where gaps are relative and not absolute.
SIZE = 1e3
# A ratio is smaller if it is so by this share; an LP is done at this gap.
FINE = 1e-10


@dataclass(frozen=True)
class Linear:
    """A linear function of the columns: coefficients (n) and constant."""

    coefficients: np.ndarray
    constant: float = 0.0

    def at(self, x: np.ndarray) -> float:
        """Its value at x (n)."""
        return float(self.coefficients @ x + self.constant)

    def of(self, program: Program) -> Program:
        """The program with this function as its objective."""
        return replace(program, cost=self.coefficients, offset=self.constant)


def least_value(program: Program, function: Linear, options: Options | None = None) -> Outcome:
    """The least value of a function over the relaxation of a program; its `bound` holds for every plan."""
    return solve(relax(function.of(program)), options)


def parametrised(program: Program, under: Linear, q: float) -> Program:
    """The program with the objective N - q D, N being its own."""
    return replace(program, cost=program.cost - q * under.coefficients, offset=program.offset - q * under.constant)


def smallest_ratio(
    program: Program,
    under: Linear,
    least: float,
    options: Options | None = None,
    progress: ProgressCall | None = None,
    first: np.ndarray | None = None,
) -> Outcome:
    """Minimise the program's objective over `under`, which is at least `least` > 0 for every plan of the program.

    The outcome's objective, bound and gap are those of the ratio; `progress` tells ratios too. Time limit and Ctrl-C
    keep the best ratio found, as does `first` (n), a plan known beforehand. An infeasible program is told as such.
    """
    if not least > 0:
        raise ValueError(f"the lower part of a ratio must be above 0 everywhere, and may be {least:g}")
    options = options or Options()
    watch = Watch(options.time_limit_s)
    search = _Search(program, under, least, options, watch, progress)
    if first is not None:
        search.learn_plan(first)
    q = search.ratio if math.isfinite(search.ratio) else 0.0
    if program.integrality.any():
        root = _Search(relax(program), under, least, replace(options, vertex=True, gap=FINE), watch, progress)
        root.run(q)
        search.bound = root.bound
        if root.x is None and root.last.status not in ("no_plan", "feasible"):
            return root.last
        if root.x is not None:
            q, search.reference = root.ratio, under.at(root.x)
        search.last = root.last
        if root.last.stopped:
            return search.outcome()
    search.run(q)
    outcome = search.outcome()
    outcome.seconds = watch.seconds
    return outcome


class _Search:
    """What is known while a ratio is sought: the best plan, its ratio, the bound; q after q is tried."""

    def __init__(
        self,
        program: Program,
        under: Linear,
        least: float,
        options: Options,
        watch: Watch,
        progress: ProgressCall | None,
    ) -> None:
        self.program, self.under, self.least = program, under, least
        self.options, self.watch, self.progress = options, watch, progress
        self.whole = bool(program.integrality.any())
        self.x: np.ndarray | None = None
        self.ratio, self.bound = math.inf, -math.inf
        self.reference = 0.0
        self.last: Outcome | None = None
        self.steps = 0

    def run(self, q: float) -> None:
        """Try q after q until the gap is closed or nothing gets better."""
        precision, proofs = self.options.gap / 2, 0
        while self.steps < MOST_STEPS:
            before = self.ratio
            self.last = self._solve(q, precision)
            if self.last.x is None or not self.last.has_plan:
                return
            self.learn_plan(self.last.x)
            if self.closed or self.last.stopped or self.watch.remaining_s <= 0:
                return
            if self.ratio < before - FINE * abs(before) or not math.isfinite(before):
                q = self.ratio
                continue
            if not self.whole or proofs == PROOFS:
                return
            proofs, precision = proofs + 1, precision / 10
            q = self.ratio - max(self.options.gap, FINEST) * abs(self.ratio)

    def learn_plan(self, x: np.ndarray) -> None:
        """Keep the plan with the smaller ratio."""
        below = self.under.at(x)
        ratio = objective_of(self.program, x) / below if below > 0 else math.inf
        if ratio < self.ratio:
            self.x, self.ratio, self.reference = x, ratio, below

    @property
    def closed(self) -> bool:
        """True where the ratio is proven within the gap."""
        return self.ratio - self.bound <= max(self.options.gap, FINEST if self.whole else FINE) * abs(self.ratio)

    def _solve(self, q: float, precision: float) -> Outcome:
        """Minimise N - q D, moved by |q| x D of the plan at hand so that a relative gap is one of the ratio."""
        self.steps += 1
        moved = abs(q) * self.reference
        scale = SIZE / moved if moved > 0 else 1.0
        plain = parametrised(self.program, self.under, q)
        program = replace(plain, cost=plain.cost * scale, offset=(plain.offset + moved) * scale)
        limit = self.watch.remaining_s
        options = replace(self.options, gap=precision, time_limit_s=max(limit, 1e-3) if math.isfinite(limit) else None)
        outcome = solve(program, options, self._told(), after=self.last, first=self.x)
        if outcome.bound is not None:
            proven = outcome.bound / scale - moved
            self.bound = max(self.bound, q + min(proven, 0.0) / self.least)
        return outcome

    def _told(self) -> ProgressCall | None:
        """The caller's progress, with ratios in the place of the objectives on the way."""
        if self.progress is None:
            return None

        def tell(now: Progress) -> object:
            ratio = self.ratio if math.isfinite(self.ratio) else None
            bound = self.bound if math.isfinite(self.bound) else None
            phase = f"ratio, step {self.steps}: {now.phase}"
            return self.progress(
                Progress(phase, self.watch.seconds, bound, ratio, relative_gap(ratio, bound), now.nodes)
            )

        return tell

    def outcome(self) -> Outcome:
        """The outcome of all that is known."""
        last = self.last
        method = f"Dinkelbach, {self.steps} steps; {last.method}"
        stopped = last.stopped or ("" if self.closed or self.watch.remaining_s > 0 else "the time limit was reached")
        if self.x is None:
            status = "no_plan" if last.has_plan else last.status
            reason = f"{stopped} before a plan was found" if last.has_plan else last.reason
            nothing = {"x": None, "objective": None, "bound": None, "gap": None, "row_dual": None, "col_dual": None}
            return replace(last, status=status, reason=reason, method=method, stopped=stopped, **nothing)
        bound = min(self.bound, self.ratio)
        gap = relative_gap(self.ratio, bound)
        outcome = replace(last, x=self.x, row_dual=None, col_dual=None, objective=self.ratio, gap=gap, method=method)
        outcome.stopped = stopped
        outcome.bound = bound if math.isfinite(bound) else None
        proven = f"within {gap:.2%} of the best ratio" if math.isfinite(gap) else "by nothing yet"
        if self.closed or gap <= FINEST:
            outcome.status, outcome.reason = "optimal", f"proven {proven} in {self.steps} steps"
        else:
            cause = stopped or "the ratio got no better"
            outcome.status, outcome.reason = "feasible", f"{cause}; the ratio is proven {proven}"
        return outcome

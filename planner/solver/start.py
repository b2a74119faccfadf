"""A first plan for a mixed-integer program, rounded from its relaxation.

Whole-number columns come in two kinds: *switches* have two neighbouring values (open a site, choose a design), *counts*
have many (racks). Switches are rounded up first, for they permit what the fractional plan already does; those that earn
less than they cost are dropped one by one; then the counts are rounded in batches, dearest first, or by a small branch
and cut near them. Each step is a warm-started LP over the same session. Nothing here proves anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.solver.highs import Run, Session
from planner.solver.options import Options
from planner.solver.programs import fix, relax
from planner.solver.residuals import Residuals, objective_of, primal_residuals
from planner.solver.watch import Watch
from planner.stamp import Program

WHOLE = 1e-6
# How many units around the fractional counts the small branch and cut looks at.
REACH = 2
# A plan violated by more than this is worth solving its continuous columns again.
UPSET = 1e-7
SETTLE_S = 60.0
# How a plan is called that the caller knew beforehand.
GIVEN = "the plan given beforehand"
# Counts are rounded in at most this many batches, each followed by a restarted LP.
BATCHES = 24


@dataclass
class Plan:
    """A checked plan: x (n) with exactly whole numbers, its objective, how it was found."""

    x: np.ndarray
    objective: float
    method: str
    residuals: Residuals


class Builder:
    """Builds plans from a solved relaxation held in `session`; `relaxed` (n) is its solution."""

    def __init__(self, program: Program, session: Session, options: Options, watch: Watch, relaxed: np.ndarray):
        self._program, self._session, self._options, self._watch = program, session, options, watch
        whole = np.flatnonzero(program.integrality)
        wide = program.col_upper[whole] - program.col_lower[whole] > 1 + WHOLE
        self._switches, self._counts = whole[~wide], whole[wide]
        self._relaxed = relaxed
        self._anchor: np.ndarray | None = None
        self._spent_s = watch.seconds
        self.iterations = 0

    def quick(self) -> Plan | None:
        """The first plan at hand: switches up, counts to the nearest, or down, or up."""
        self._watch.phase = "rounding the relaxation"
        run = self._settle_switches()
        if run is None:
            return None
        self._anchor = run.x
        return self._round_counts(run.x)

    def loses_more_than(self, share: float, plan: Plan | None) -> bool:
        """True where rounding the anchor's counts cost more than `share` of the plan's objective, or no plan came."""
        if plan is None or self._anchor is None:
            return True
        return plan.objective - objective_of(self._program, self._anchor) > share * abs(plan.objective)

    @property
    def switches(self) -> np.ndarray:
        """Positions of the columns with two values."""
        return self._switches

    def release(self) -> None:
        """Give every whole-number column its own bounds back."""
        self._release(self._switches)
        self._release(self._counts)

    def round_at(self, x: np.ndarray) -> Plan | None:
        """The plan with the switches of `x` (n) and its counts rounded."""
        self._hold(self._switches, np.round(x[self._switches]))
        plan = self._round_counts(x)
        self._release(self._switches)
        return plan

    def refine(self, plan: Plan | None) -> Plan | None:
        """A better plan than `plan`: idle switches dropped, counts chosen by a small branch and cut nearby."""
        self._watch.phase = "improving the rounded plan"
        best = plan
        if self._anchor is not None:
            if self._drop_switches():
                best = better(best, self._round_counts(self._anchor))
            best = better(best, self._search_nearby(self._anchor, best, free_switches=False))
        else:
            best = better(best, self._search_nearby(self._relaxed, best, free_switches=True))
        return best

    def _settle_switches(self) -> Run | None:
        """The relaxation with whole switches: all up, else one by one, else to the nearest; None: no solution."""
        values = self._relaxed[self._switches]
        self._hold(self._switches, _up(values))
        run = self._solve() or self._dive_switches()
        if run is None:
            self._hold(self._switches, np.round(values))
            run = self._solve()
        if run is None:
            self._release(self._switches)
        return run

    def _dive_switches(self) -> Run | None:
        """Switches settled from the strongest down, where they exclude each other and cannot all be up.

        Each round holds every switch that is up, turns the largest fraction up (down where that has no solution) and
        solves again.
        """
        self._release(self._switches)
        lower, upper = self._program.col_lower[self._switches].copy(), self._program.col_upper[self._switches].copy()
        run = self._solve()
        for _ in range(len(self._switches)):
            if run is None or self._watch.over:
                return None
            fraction = run.x[self._switches] - lower
            lower = np.where(fraction >= 1 - WHOLE, upper, lower)
            open_ones = np.flatnonzero((fraction > WHOLE) & (lower < upper))
            if not len(open_ones):
                break
            place = open_ones[np.argmax(fraction[open_ones])]
            lower[place] = upper[place]
            self._session.set_bounds(self._switches, lower, upper)
            run = self._solve()
            if run is None:
                lower[place], upper[place] = upper[place] - 1.0, upper[place] - 1.0
                self._session.set_bounds(self._switches, lower, upper)
                run = self._solve()
        if run is not None:
            self._hold(self._switches, np.round(run.x[self._switches]))
        return run

    def _drop_switches(self) -> bool:
        """Try every fractional switch at its lower value, weakest first, and keep what helps. True if any helped."""
        values = self._relaxed[self._switches]
        held = _up(values)
        fractional = np.flatnonzero(held - values > WHOLE)
        best = objective_of(self._program, self._anchor)
        budget, helped = self._budget_s(), False
        self._release(self._counts)
        for place in fractional[np.argsort(values[fractional], kind="stable")]:
            if self._watch.over or budget() <= 0:
                break
            trial = held.copy()
            trial[place] -= 1.0
            self._hold(self._switches, trial)
            run = self._solve(worse_than=best)
            if run is not None and objective_of(self._program, run.x) < best:
                held, best, self._anchor, helped = trial, objective_of(self._program, run.x), run.x, True
        self._hold(self._switches, held)
        return helped

    def _round_counts(self, around: np.ndarray) -> Plan | None:
        """Counts made whole in batches, dearest first, the rest solved again after each.

        What rounding a dear unit upsets, cheaper units make good; the last and cheapest leave next to nothing.
        """
        x, pending = around, self._counts[np.argsort(-np.abs(self._program.cost[self._counts]), kind="stable")]
        size = max(1, math.ceil(len(pending) / BATCHES))
        while len(pending):
            if self._watch.over:
                x = None
                break
            batch, pending = pending[:size], pending[size:]
            x = self._round_batch(batch, x)
            if x is None:
                break
        self._release(self._counts)
        return None if x is None else self._checked(x, "relaxation rounded")

    def _round_batch(self, batch: np.ndarray, x: np.ndarray) -> np.ndarray | None:
        """The solution with a batch of counts at whole numbers near `x`; None where none is found."""
        values = x[batch]
        if np.abs(values - np.round(values)).max() <= WHOLE:
            self._hold(batch, np.round(values))
            return x
        for rounding in (np.round, _down, _up):
            self._hold(batch, rounding(values))
            run = self._solve()
            if run is not None:
                return run.x
        return None

    def _search_nearby(self, around: np.ndarray, plan: Plan | None, *, free_switches: bool) -> Plan | None:
        """Branch and cut over the counts within REACH of `around`, switches held as they are there or free."""
        nearby = self._program.copy()
        if not free_switches:
            held = np.round(around[self._switches])
            nearby.col_lower[self._switches] = nearby.col_upper[self._switches] = held
        counts = around[self._counts]
        low, high = _down(counts) - REACH, _up(counts) + REACH
        if plan is not None and np.array_equal(plan.x[self._switches], np.round(around[self._switches])):
            low, high = np.minimum(low, plan.x[self._counts]), np.maximum(high, plan.x[self._counts])
        nearby.col_lower[self._counts] = np.maximum(low, nearby.col_lower[self._counts])
        nearby.col_upper[self._counts] = np.minimum(high, nearby.col_upper[self._counts])
        session = Session(nearby, self._options, self._watch)
        run = session.run(gap=self._options.gap / 4, time_limit_s=max(0.0, self._budget_s()()))
        self.iterations += run.iterations
        return None if run.x is None else self._checked(run.x, "relaxation rounded by a small branch and cut")

    def _checked(self, x: np.ndarray, method: str) -> Plan | None:
        """The plan, or None where it does not pass the check on the arrays."""
        return settled(self._program, x, method, self._options, self._watch)[0]

    def _solve(self, worse_than: float = math.inf) -> Run | None:
        run = self._session.run("simplex", worse_than=worse_than)
        self.iterations += run.iterations
        return run if run.verdict == "optimal" and run.x is not None else None

    def _hold(self, columns: np.ndarray, values: np.ndarray) -> None:
        lower, upper = self._program.col_lower[columns], self._program.col_upper[columns]
        values = np.clip(values, lower, upper)
        self._session.set_bounds(columns, values, values)

    def _release(self, columns: np.ndarray) -> None:
        self._session.set_bounds(columns, self._program.col_lower[columns], self._program.col_upper[columns])

    def _budget_s(self) -> Callable[[], float]:
        """Seconds left for one improving step: as long as the relaxation took, within a quarter of the time left."""
        allowed = min(max(2.0, self._spent_s), self._watch.remaining_s / 4)
        begun = self._watch.seconds
        return lambda: allowed - (self._watch.seconds - begun)


def settled(
    program: Program, x: np.ndarray, method: str, options: Options, watch: Watch
) -> tuple[Plan | None, Residuals]:
    """The plan of `x` (n) with exactly whole numbers, None where it does not pass the check; and its violations.

    A solver's whole numbers are whole within a tolerance, and so are its rows. Where that shows once they are exact,
    the rest is solved again around them.
    """
    x, whole = x.copy(), program.integrality
    x[whole] = np.round(x[whole])
    residuals = primal_residuals(program, x)
    if max(residuals.row, residuals.column) > UPSET:
        again = Session(relax(fix(program, whole, x[whole])), options, watch).run("simplex", time_limit_s=SETTLE_S)
        if again.verdict == "optimal" and again.x is not None:
            again.x[whole] = x[whole]
            x, residuals = again.x, primal_residuals(program, again.x)
    plan = Plan(x, objective_of(program, x), method, residuals) if residuals.primal_ok() else None
    return plan, residuals


def better(one: Plan | None, other: Plan | None) -> Plan | None:
    """The plan with the lower objective."""
    if one is None or other is None:
        return one or other
    return other if other.objective < one.objective else one


def _up(values: np.ndarray) -> np.ndarray:
    return np.ceil(values - WHOLE)


def _down(values: np.ndarray) -> np.ndarray:
    return np.floor(values + WHOLE)

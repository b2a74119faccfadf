"""A proof from the switches alone: branch and bound over the columns with two values, counts left fractional.

What weakens a planning model's relaxation is a fraction of a fixed cost; rounding thousands of racks costs next to
nothing. So the cheapest proof branches on switches only. Every node is the relaxation with a few bounds changed,
restarted by dual simplex wherever the last node ended (going back to the parent's basis costs more than it saves:
HiGHS computes all pricing weights anew), cut off once it is no better than the plan less the gap, its bound recomputed
from its duals on the arrays. The choices left open, the *survivors*, are all that branch and cut still has to look at.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from planner.solver.highs import Session
from planner.solver.residuals import lagrangian_bound
from planner.solver.watch import Watch
from planner.stamp import Program

_WHOLE = 1e-6


@dataclass(order=True)
class _Node:
    """A part of the switches' choices: a bound on every plan in it, and the switches held so far (place: value)."""

    bound: float
    number: int
    held: dict[int, float] = field(compare=False)


class SwitchSearch:
    """Branch and bound over `switches` (columns with two values) of a relaxed program held in `session`.

    The session's other bounds must be those of `relaxed`. `settle(x)` is called with the solution of every node whose
    switches are whole and that could improve the plan; it returns the objective of the best plan from then on.
    """

    def __init__(
        self,
        relaxed: Program,
        session: Session,
        switches: np.ndarray,
        watch: Watch,
        settle: Callable[[np.ndarray], float],
    ) -> None:
        self._relaxed, self._session, self._switches = relaxed.copy(), session, switches
        self._lower, self._upper = relaxed.col_lower[switches].copy(), relaxed.col_upper[switches].copy()
        self._watch, self._settle = watch, settle
        self._number = itertools.count()
        self._open: list[_Node] = []
        self._unsettled: list[_Node] = []
        self.nodes = 0
        self.iterations = 0

    def prove(self, root_bound: float, objective: float, cutoff: Callable[[float], float], seconds: float) -> float:
        """Search, and return a bound on all plans that are better than the cutoff; the cutoff itself if there are none.

        `cutoff(objective)` is the value below which a plan is still of interest once one of `objective` is known.
        Stops after `seconds`, or half of that once counts have left a hole that switches cannot close; what is still
        open then bounds the answer from below.
        """
        best, begun = objective, self._watch.seconds
        self._open = [_Node(root_bound, next(self._number), {})]
        while self._open and not self._watch.over:
            if self._watch.seconds - begun > (seconds / 2 if self._unsettled else seconds):
                break
            node = heapq.heappop(self._open)
            limit = cutoff(best)
            if node.bound >= limit:
                continue
            bound, x = self._solve(node, limit)
            if bound >= limit:
                continue
            place = None if x is None else self._to_branch(x)
            if place is None:
                self._unsettled.append(_Node(bound, node.number, node.held))
                if x is not None:
                    best = min(best, self._settle(x))
                    self._hold({})
                continue
            low = math.floor(x[self._switches[place]] + _WHOLE)
            for value in (low + 1.0, float(low)):  # on first: it is a few iterations away from its parent
                heapq.heappush(self._open, _Node(bound, next(self._number), {**node.held, place: value}))
        self._hold({})
        limit = cutoff(best)
        self._unsettled = [node for node in (*self._unsettled, *self._open) if node.bound < limit]
        return min((node.bound for node in self._unsettled), default=limit)

    def choices_left(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper values of the switches over all survivors; crossed (inf, -inf) where nothing survived."""
        low, high = np.full(len(self._switches), math.inf), np.full(len(self._switches), -math.inf)
        for node in self._unsettled:
            lower, upper = self._bounds(node.held)
            low, high = np.minimum(low, lower), np.maximum(high, upper)
        return low, high

    def _solve(self, node: _Node, limit: float) -> tuple[float, np.ndarray | None]:
        """A proven bound on a node, inf if it has no solution, and its solution if it was solved to the end."""
        self.nodes += 1
        self._hold(node.held)
        run = self._session.run("simplex", worse_than=limit)
        if run.verdict == "infeasible":
            self._session.forget()  # restarts have been seen to go wrong: only a fresh solve is believed
            run = self._session.run("simplex")
            if run.verdict == "infeasible":
                return math.inf, None
        self.iterations += run.iterations
        bound = node.bound
        if run.row_dual is not None:
            bound = max(bound, lagrangian_bound(self._relaxed, run.row_dual))
        return bound, run.x if run.verdict == "optimal" else None

    def _bounds(self, held: dict[int, float]) -> tuple[np.ndarray, np.ndarray]:
        lower, upper = self._lower.copy(), self._upper.copy()
        for place, value in held.items():
            lower[place] = upper[place] = value
        return lower, upper

    def _hold(self, held: dict[int, float]) -> None:
        lower, upper = self._bounds(held)
        self._relaxed.col_lower[self._switches], self._relaxed.col_upper[self._switches] = lower, upper
        self._session.set_bounds(self._switches, lower, upper)

    def _to_branch(self, x: np.ndarray) -> int | None:
        """The fractional switch of most promise, None where all are whole.

        Off, a switch proves the more the nearer it was to on; on, it proves its missing part times its cost.
        """
        fraction = x[self._switches] - np.floor(x[self._switches] + _WHOLE)
        fractional = np.flatnonzero((fraction > _WHOLE) & (fraction < 1 - _WHOLE))
        if not len(fractional):
            return None
        share = fraction[fractional]
        cost = np.maximum(self._relaxed.cost[self._switches[fractional]], _WHOLE)
        return int(fractional[np.argmax(share**2 * (1 - share) * cost)])

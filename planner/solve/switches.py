"""A bound from the switches alone: branch and bound over the few yes-or-no columns, counts left fractional.

In a planning model the counts (racks) hardly weaken the relaxation, rounding thousands costs next to nothing; what
does is a fraction of a fixed cost. So with a good plan at hand the cheapest proof branches on switches only, best bound
first; every node is the relaxation with a few bounds changed, restarted by dual simplex and cut off as soon as it is
known to be worse than the plan less the gap. Each node's bound is recomputed from its duals on the arrays.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from planner.solve.highs import Session
from planner.solve.residuals import lagrangian_bound
from planner.solve.watch import Watch
from planner.stamp import Program

_WHOLE = 1e-6


@dataclass(order=True)
class _Node:
    """A part of the switches' choices: its bound from above, the switches held so far, the basis of its parent."""

    bound: float
    number: int
    held: dict[int, float] = field(compare=False)
    basis: object = field(compare=False, default=None)


class SwitchSearch:
    """Branch and bound over `switches` (columns with two values) of a relaxed program held in `session`.

    The session's other bounds must be those of `relaxed`. `settle(x)` is called with the solution of every node whose
    switches are whole and that could improve the plan; it returns the plan's objective from then on.
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
        self.nodes = 0
        self.iterations = 0

    def prove(self, root_bound: float, objective: float, gap: float, seconds: float) -> float:
        """Return a proven bound on the whole program: no better than the plan less the gap is looked for.

        Stops after `seconds`; what is still open then bounds the answer from below.
        """
        best, closed = objective, math.inf
        open_nodes = [_Node(root_bound, next(self._number), {})]
        begun = self._watch.seconds
        while open_nodes:
            cutoff = best - gap * abs(best)
            if min(open_nodes[0].bound, closed) >= cutoff:
                break
            if self._watch.over or self._watch.seconds - begun > seconds:
                break
            node = heapq.heappop(open_nodes)
            bound, x = self._solve(node, cutoff)
            if x is None or bound >= cutoff:
                closed = min(closed, bound)
                continue
            place = self._to_branch(x)
            if place is None:
                closed = min(closed, bound)
                best = min(best, self._settle(x))
                continue
            basis = self._session.basis()
            for value in (math.floor(x[place] + _WHOLE), math.floor(x[place] + _WHOLE) + 1):
                heapq.heappush(
                    open_nodes, _Node(bound, next(self._number), {**node.held, int(place): float(value)}, basis)
                )
        self._hold({})
        return min([closed, *(node.bound for node in open_nodes)])

    def _solve(self, node: _Node, cutoff: float) -> tuple[float, np.ndarray | None]:
        """A node's bound and its solution; None where it has none or is cut off."""
        self.nodes += 1
        self._hold(node.held)
        self._session.start_from(node.basis)
        run = self._session.run("simplex", worse_than=cutoff)
        self.iterations += run.iterations
        if run.verdict == "infeasible":
            return math.inf, None
        bound = node.bound
        if run.row_dual is not None:
            bound = max(bound, lagrangian_bound(self._relaxed, run.row_dual))
        return bound, run.x if run.verdict == "optimal" else None

    def _hold(self, held: dict[int, float]) -> None:
        lower, upper = self._lower.copy(), self._upper.copy()
        for column, value in held.items():
            place = int(np.flatnonzero(self._switches == column)[0])
            lower[place] = upper[place] = value
        self._relaxed.col_lower[self._switches], self._relaxed.col_upper[self._switches] = lower, upper
        self._session.set_bounds(self._switches, lower, upper)

    def _to_branch(self, x: np.ndarray) -> int | None:
        """The fractional switch whose missing part costs most: on, it raises the bound by that; None: all are whole."""
        fraction = x[self._switches] - np.floor(x[self._switches] + _WHOLE)
        fractional = np.flatnonzero((fraction > _WHOLE) & (fraction < 1 - _WHOLE))
        if not len(fractional):
            return None
        missing = (1 - fraction[fractional]) * np.maximum(self._relaxed.cost[self._switches[fractional]], 0.0)
        ranked = np.lexsort((fraction[fractional], missing))
        return int(self._switches[fractional[ranked[-1]]])

"""What a solve returns: the plan, its duals, what is proven about it, and how well it satisfies the program."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from planner.solver.residuals import Residuals
from planner.solver.words import Status


def relative_gap(objective: float | None, bound: float | None) -> float | None:
    """|objective - bound| / |objective|; None where either is missing, inf without a finite bound."""
    if objective is None or bound is None or math.isnan(objective) or math.isnan(bound):
        return None
    if objective == bound:
        return 0.0
    if math.isinf(objective) or math.isinf(bound):
        return math.inf
    return abs(objective - bound) / max(1e-9, abs(objective))


@dataclass(frozen=True)
class Progress:
    """A solve under way: phase in words, seconds so far, best bound and plan (None: not yet), nodes of the search."""

    phase: str
    seconds: float
    bound: float | None = None
    incumbent: float | None = None
    gap: float | None = None
    nodes: int = 0


@dataclass
class Outcome:
    """The answer to a program of m rows and n columns.

    status, reason: the verdict (see `words.Status`) and one sentence for people.
    x: (n) values of the columns or None; whole numbers are exactly whole.
    row_dual: (m) change of the minimum per unit of a row's active bound; col_dual: (n) reduced costs. None for MIPs.
    objective: of x, offset included, computed here from the arrays; bound: no plan can be below it; gap: relative
    distance.
    seconds: wall clock of the call; iterations of simplex, interior point and crossover together; nodes of branch and
    cut.
    method: what the numbers came from, e.g. "simplex", "ipx", "ipx + crossover", "rounding", "branch and cut".
    log: tail of the solver's log. residuals: how far x, and the duals if any, are from satisfying the program.
    relaxation: the live session of the relaxation (of an LP: its own, where it has a basis), from which prices start.
    stopped: why the work came back before it was done, in words; empty where it was not stopped.
    basis: the basis of the solved relaxation of a MIP; None where there is none.
    """

    status: Status
    reason: str
    x: np.ndarray | None = None
    row_dual: np.ndarray | None = None
    col_dual: np.ndarray | None = None
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float = 0.0
    iterations: int = 0
    nodes: int = 0
    method: str = ""
    log: str = ""
    residuals: Residuals | None = None
    relaxation: object = field(default=None, repr=False, compare=False)
    basis: object = field(default=None, repr=False, compare=False)
    stopped: str = ""

    def __getstate__(self) -> dict:
        """Everything but the live session, which cannot leave its process."""
        return {**self.__dict__, "relaxation": None}

    @property
    def has_plan(self) -> bool:
        """True where `x` is a plan that passed the check."""
        return self.status in ("optimal", "feasible") and self.x is not None

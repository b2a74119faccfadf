"""Shadow prices of a mixed-integer plan: the duals of the LP that remains when its choices are held."""

from __future__ import annotations

import numpy as np

from planner.solver.live import LiveProgram
from planner.solver.options import Options
from planner.solver.outcome import Outcome
from planner.solver.programs import fix, positions_of, relax
from planner.stamp import Program


class Pricer:
    """The LP around a plan, kept in the solver: solved once for its prices, and again for programs a little different.

    Integer columns NOT among `relaxed_columns` (positions, or a mask of n bools) are fixed at their rounded values in
    `x` (n); those among them lose only their integrality. Relax the counts and hold the switches: with counts fixed,
    the rows that limit what may be built have no price. `outcome` may be that of the solve that found the plan: its
    relaxation, still in the solver, then saves most of the work.

    Raises:
        ValueError: `x` has the wrong shape or NaN.
    """

    def __init__(
        self,
        program: Program,
        x: np.ndarray,
        relaxed_columns: np.ndarray,
        options: Options | None = None,
        outcome: Outcome | None = None,
    ) -> None:
        self._x = np.asarray(x, dtype=float)
        n = program.shape[1]
        if self._x.shape != (n,) or np.isnan(self._x).any():
            raise ValueError(f"x needs shape ({n},) without NaN, got {self._x.shape}")
        self._counts = positions_of(relaxed_columns, n)
        self._live = LiveProgram(options, None if outcome is None else outcome.relaxation)

    def solve(self, program: Program) -> Outcome:
        """Return the LP's outcome with duals for `program`: the one the plan was made for, or a changed one.

        The objective lies at or below the plan's; tell how far.
        """
        held = program.integrality.copy()
        held[self._counts] = False
        return self._live.solve(relax(fix(program, held, np.round(self._x[held]))))


def price(program: Program, x: np.ndarray, relaxed_columns: np.ndarray, options: Options | None = None) -> Outcome:
    """Solve the LP around a plan once and return its outcome with duals; see `Pricer` for the arguments and errors."""
    return Pricer(program, x, relaxed_columns, options).solve(program)

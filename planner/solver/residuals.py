"""The independent check: how far a returned solution is from satisfying the program, computed from the arrays alone.

Row violations are measured against the row's own scale, the largest of 1, its bound and its largest single term |a_ij
x_j|, because the rows of a plan mix gigawatts with kilowatts. Duals are checked by the three laws of linear
programming: reduced costs = cost - A'y, no dual pushes against a bound that is not there, and what has a price is
exhausted (complementary slackness).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from planner.stamp import Program

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Residuals:
    """Largest violations; every number is relative (see the module) and 0 is perfect. None where it does not apply.

    row, column: bounds of rows and columns; integrality: distance to the next whole number; objective: reported
    against recomputed;
    stationarity: reduced costs against cost - A'y; dual: duals that push against an absent bound;
    complementarity: sum of |dual| x distance to the bound it prices, over max(1, |objective|).
    """

    row: float = 0.0
    column: float = 0.0
    integrality: float = 0.0
    objective: float | None = None
    stationarity: float | None = None
    dual: float | None = None
    complementarity: float | None = None
    worst_row: int | None = None
    worst_column: int | None = None

    def primal_ok(self, tolerance: float = TOLERANCE) -> bool:
        """True where x satisfies rows, columns and integrality, and its objective is the reported one."""
        return all(value <= tolerance for value in (self.row, self.column, self.integrality, self.objective or 0.0))

    def dual_ok(self, tolerance: float = TOLERANCE) -> bool:
        """True where there are duals and they satisfy stationarity, signs and complementary slackness."""
        checks = (self.stationarity, self.dual, self.complementarity)
        return all(value is not None and value <= tolerance for value in checks)

    def fault(self, tolerance: float = TOLERANCE) -> str:
        """The violations above the tolerance, in words; empty where all is well."""
        said = {
            "row": f"row {self.worst_row} is violated by {self.row:.1e} of its scale",
            "column": f"column {self.worst_column} is outside its bounds by {self.column:.1e} of their scale",
            "integrality": f"a whole number is off by {self.integrality:.1e}",
            "objective": f"the reported objective differs from the recomputed one by {self.objective or 0:.1e}",
            "stationarity": f"reduced costs differ from cost - A'y by {self.stationarity or 0:.1e}",
            "dual": f"a dual of relative size {self.dual or 0:.1e} prices a bound that does not exist",
            "complementarity": f"complementary slackness is violated by {self.complementarity or 0:.1e}",
        }
        return "; ".join(words for name, words in said.items() if not (getattr(self, name) or 0.0) <= tolerance)


def objective_of(program: Program, x: np.ndarray) -> float:
    """cost @ x + offset."""
    return float(program.cost @ x + program.offset)


def primal_residuals(program: Program, x: np.ndarray, reported: float | None = None) -> Residuals:
    """Violations of `x` (n); `reported` is the objective the solver gave, checked where it is given."""
    activity = program.matrix @ x
    scale = np.maximum(_largest_terms(program.matrix, np.abs(x)), 1.0)
    row = _outside(activity, program.row_lower, program.row_upper, scale)
    column = _outside(x, program.col_lower, program.col_upper, np.ones_like(x))
    whole = x[program.integrality]
    own = objective_of(program, x)
    terms = max(1.0, abs(own), float(np.max(np.abs(program.cost * x), initial=0.0)))
    return Residuals(
        row=_top(row),
        column=_top(column),
        integrality=_top(np.abs(whole - np.round(whole))),
        objective=None if reported is None else float(abs(own - reported) / terms),
        worst_row=int(np.argmax(row)) if row.size else None,
        worst_column=int(np.argmax(column)) if column.size else None,
    )


def lp_residuals(
    program: Program, x: np.ndarray, row_dual: np.ndarray, col_dual: np.ndarray, reported: float | None = None
) -> Residuals:
    """Violations of `x` (n) and of the duals `row_dual` (m), `col_dual` (n) of an LP; integrality is not looked at."""
    primal = primal_residuals(program, x, reported)
    scale = np.maximum(_largest_terms(sp.csr_array(program.matrix.T), np.abs(row_dual)), 1.0)
    scale = np.maximum(scale, np.abs(program.cost))
    reduced = program.cost - program.matrix.T @ row_dual
    activity = program.matrix @ x
    absent_rows, slack_rows = _priced_distance(row_dual, activity, program.row_lower, program.row_upper)
    absent_cols, slack_cols = _priced_distance(col_dual, x, program.col_lower, program.col_upper)
    row_scale = max(1.0, float(np.max(np.abs(row_dual), initial=0.0)))
    return Residuals(
        row=primal.row,
        column=primal.column,
        objective=primal.objective,
        stationarity=_top(np.abs(reduced - col_dual) / scale),
        dual=max(_top(absent_rows / row_scale), _top(absent_cols / scale)),
        complementarity=float((slack_rows.sum() + slack_cols.sum()) / max(1.0, abs(objective_of(program, x)))),
        worst_row=primal.worst_row,
        worst_column=primal.worst_column,
    )


def lagrangian_bound(program: Program, row_dual: np.ndarray, tolerance: float = 1e-7) -> float:
    """The lower bound on the minimum that ANY row duals (m) prove by weak duality; -inf where they prove nothing.

    min of (cost - A'y) x over the column bounds, plus y times the row bounds it leans on. Reduced costs and duals up
    to `tolerance` of their scale that lean on an absent bound are read as zero.
    """
    largest = max(1.0, float(np.max(np.abs(row_dual), initial=0.0)))
    y = np.where(
        np.abs(row_dual) <= tolerance * largest,
        _without_absent(row_dual, program.row_lower, program.row_upper),
        row_dual,
    )
    reduced = program.cost - program.matrix.T @ y
    scale = np.maximum(_largest_terms(sp.csr_array(program.matrix.T), np.abs(y)), np.maximum(1.0, np.abs(program.cost)))
    tiny = np.abs(reduced) <= tolerance * scale
    reduced = np.where(tiny, _without_absent(reduced, program.col_lower, program.col_upper), reduced)
    return float(
        program.offset
        + _support(y, program.row_lower, program.row_upper)
        + _support(reduced, program.col_lower, program.col_upper)
    )


def _support(price: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    """min of price @ z over lower <= z <= upper, with 0 x inf = 0."""
    lean = np.where(price > 0, lower, upper)
    used = price != 0
    return float(price[used] @ lean[used]) if np.all(np.isfinite(lean[used])) else -np.inf


def _without_absent(price: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    absent = np.isinf(np.where(price > 0, lower, upper))
    return np.where(absent, 0.0, price)


def _priced_distance(
    price: np.ndarray, value: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Per position: |price| if the bound it leans on is absent, and |price| x distance to it if it is there."""
    lean = np.where(price > 0, lower, upper)
    absent = np.isinf(lean)
    distance = np.abs(value - np.where(absent, value, lean))
    return np.where(absent, np.abs(price), 0.0), np.abs(price) * distance


def _outside(value: np.ndarray, lower: np.ndarray, upper: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Distance outside [lower, upper], over the largest of `scale` and the violated bound; nan counts as infinite."""
    distances = []
    for bound, distance in ((lower, lower - value), (upper, value - upper)):
        finite = np.isfinite(bound)
        size = np.maximum(scale, np.where(finite, np.abs(bound), 1.0))
        distances.append(np.where(finite, distance, 0.0) / size)
    worst = np.maximum(np.maximum(*distances), 0.0)
    return np.where(np.isnan(value) | np.isnan(worst), np.inf, worst)


def _largest_terms(matrix: sp.csr_array, size: np.ndarray) -> np.ndarray:
    """max_j |a_ij| size_j for every row i, 0 for empty rows."""
    terms = np.abs(matrix.data) * size[matrix.indices]
    largest = np.zeros(matrix.shape[0])
    filled = np.flatnonzero(np.diff(matrix.indptr))
    if filled.size:
        largest[filled] = np.maximum.reduceat(terms, matrix.indptr[filled])
    return largest


def _top(values: np.ndarray) -> float:
    return float(np.max(values, initial=0.0))

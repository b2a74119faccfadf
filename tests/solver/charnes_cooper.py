"""Linear-fractional programs by the transformation of Charnes and Cooper, solved by scipy: a second opinion.

With t = 1 / D(x) and y = t x the ratio N(x) / D(x) becomes the linear N.y + n t, under A y - b t <= 0, D.y + d t = 1.
A. Charnes and W. Cooper, Programming with linear fractional functionals, Naval Research Logistics 9 (1962) 181-186.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from planner.solver import Linear
from planner.stamp import Program


def charnes_cooper(program: Program, under: Linear) -> float:
    """The smallest ratio of the program's objective to `under`, integrality left out."""
    rows, n = program.matrix.toarray(), program.shape[1]
    rows = np.vstack([rows, np.eye(n)])
    upper = np.concatenate([program.row_upper, program.col_upper])
    lower = np.concatenate([program.row_lower, program.col_lower])
    above, below = np.isfinite(upper), np.isfinite(lower)
    answer = linprog(
        np.append(program.cost, program.offset),
        A_ub=np.vstack([np.column_stack([rows[above], -upper[above]]), np.column_stack([-rows[below], lower[below]])]),
        b_ub=np.zeros(above.sum() + below.sum()),
        A_eq=[np.append(under.coefficients, under.constant)],
        b_eq=[1.0],
        bounds=[(None, None)] * n + [(0, None)],
        method="highs",
    )
    assert answer.status == 0, answer.message
    return answer.fun

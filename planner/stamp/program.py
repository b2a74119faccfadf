"""The program: a linear or mixed-integer minimisation as plain arrays, all that a solver needs to see."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import scipy.sparse as sp


@dataclass
class Program:
    """Minimise `cost @ x + offset` with row_lower <= matrix @ x <= row_upper and col_lower <= x <= col_upper.

    Shapes: n columns, m rows; `cost`, `col_lower`, `col_upper` (n, float), `integrality` (n, bool: the column is a
    whole number), `matrix` (m x n, scipy CSR, int32 indices sorted in each row), `row_lower`, `row_upper` (m, float).
    No bound is +-inf.
    """

    cost: np.ndarray
    offset: float
    col_lower: np.ndarray
    col_upper: np.ndarray
    integrality: np.ndarray
    matrix: sp.csr_array
    row_lower: np.ndarray
    row_upper: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.matrix.shape

    @property
    def nonzeros(self) -> int:
        """How many coefficients the matrix holds."""
        return int(self.matrix.nnz)

    def copy(self) -> Program:
        """A program with arrays of its own."""
        return Program(
            *(
                value if isinstance(value, float) else value.copy()
                for value in (getattr(self, f.name) for f in fields(self))
            )
        )

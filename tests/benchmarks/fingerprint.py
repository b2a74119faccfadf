"""What a loaded solver holds, as numbers that do not depend on the order of its rows and columns.

Every variable of the case gets random values, by its name and index only. Columns are told apart by these values, rows
by their activity at them; in the order of these numbers, solvers that hold the same program show the same numbers.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp


def fingerprint(highs: highspy.Highs, columns: dict[str, np.ndarray]) -> dict[str, Any]:
    """What a loaded solver holds; `columns` says where the columns of each variable of the case are."""
    lp = highs.getLp()
    n, rows = lp.num_col_, lp.num_row_
    values = np.empty(n)
    rng = np.random.default_rng(2)
    for name in sorted(columns):
        values[columns[name]] = rng.uniform(1.0, 2.0, len(columns[name]))
    matrix = lp.a_matrix_
    by_column = matrix.format_ == highspy.MatrixFormat.kColwise
    entries = (np.array(matrix.value_), np.array(matrix.index_), np.array(matrix.start_))
    stored = sp.csr_array(entries, shape=(n, rows) if by_column else (rows, n))
    csr = stored.T.tocsr() if by_column else stored
    activity = csr @ values + csr.multiply(csr) @ values
    by_activity, by_value = np.argsort(activity), np.argsort(values)
    whole = [kind == highspy.HighsVarType.kInteger for kind in lp.integrality_] or [False] * n
    columns_in_order = np.array([lp.col_cost_, lp.col_lower_, lp.col_upper_, whole], dtype=float)[:, by_value]
    return {
        "sizes": np.array([rows, n, csr.nnz]),
        "offset": np.array([lp.offset_]),
        "activities": activity[by_activity],
        "row bounds": np.array([lp.row_lower_, lp.row_upper_])[:, by_activity],
        "columns": columns_in_order,
    }


def differ(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> str | None:
    """In what two fingerprints differ; None when they are the same."""
    for part in one:
        if one[part].shape != other[part].shape:
            return f"{part}: {one[part].shape} against {other[part].shape}"
        if not np.allclose(one[part], other[part], rtol=1e-10, atol=1e-10):
            return f"{part}: {int((~np.isclose(one[part], other[part], rtol=1e-10, atol=1e-10)).sum())} numbers differ"
    return None

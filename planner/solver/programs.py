"""Programs before they are solved: faults refused, contradictions settled, relaxed and fixed copies."""

from __future__ import annotations

import numpy as np

from planner.stamp import Program

# What HiGHS 1.15 would silently drop or read as infinite.
SMALLEST_COEFFICIENT = 1e-9
LARGEST_COEFFICIENT = 1e15
INFINITE = 1e20


def relax(program: Program) -> Program:
    """A copy without integrality: the LP relaxation, whose minimum bounds that of the program."""
    relaxed = program.copy()
    relaxed.integrality[:] = False
    return relaxed


def fix(program: Program, columns: np.ndarray, values: np.ndarray | float) -> Program:
    """A copy in which `columns` (positions, or n bools) are held at `values`, one each or one for all."""
    fixed = program.copy()
    positions = positions_of(columns, program.shape[1])
    fixed.col_lower[positions] = values
    fixed.col_upper[positions] = values
    return fixed


def positions_of(columns: np.ndarray, n: int) -> np.ndarray:
    """Positions (int64) from positions or from a mask of n bools; ValueError for anything outside 0..n-1."""
    columns = np.asarray(columns)
    if columns.dtype == bool:
        if columns.shape != (n,):
            raise ValueError(f"a mask of columns needs {n} entries, got {columns.shape}")
        return np.flatnonzero(columns)
    positions = columns.astype(np.int64).ravel()
    if positions.size and not (
        np.array_equal(positions, columns.ravel()) and 0 <= positions.min() <= positions.max() < n
    ):
        raise ValueError(f"column positions must be whole numbers from 0 to {n - 1}")
    return positions


def refuse_faults(program: Program) -> None:
    """ValueError where the arrays are no program to trust a solver with: shapes, NaN, infinities, tiny coefficients."""
    m, n = program.shape
    for name, size in (
        ("cost", n),
        ("col_lower", n),
        ("col_upper", n),
        ("integrality", n),
        ("row_lower", m),
        ("row_upper", m),
    ):
        array = getattr(program, name)
        if array.shape != (size,):
            raise ValueError(f"{name} needs shape ({size},) to fit the matrix {m} x {n}, got {array.shape}")
        if np.isnan(array).any():
            raise ValueError(f"{name} holds NaN at position {int(np.argmax(np.isnan(array)))}")
    if program.integrality.dtype != bool:
        raise ValueError(f"integrality must be bool, got {program.integrality.dtype}")
    if not np.isfinite(program.offset):
        raise ValueError(f"the offset must be finite, got {program.offset}")
    _refuse_sizes(program)


def _refuse_sizes(program: Program) -> None:
    if np.any(np.abs(program.cost) >= INFINITE):
        raise ValueError(f"cost at position {int(np.argmax(np.abs(program.cost)))} is infinite for a solver")
    for name, absent in (("col_lower", -np.inf), ("row_lower", -np.inf), ("col_upper", np.inf), ("row_upper", np.inf)):
        bound = getattr(program, name)
        wrong = (bound != absent) & (np.abs(bound) >= INFINITE)
        if wrong.any():
            where = int(np.argmax(wrong))
            raise ValueError(f"{name} at position {where} is {bound[where]}; write {absent} for no bound")
    size = np.abs(program.matrix.data)
    wrong = ~((size == 0) | ((size >= SMALLEST_COEFFICIENT) & (size < LARGEST_COEFFICIENT)))
    if wrong.any():
        raise ValueError(
            f"{int(wrong.sum())} matrix coefficients are NaN or outside {SMALLEST_COEFFICIENT:g} to "
            f"{LARGEST_COEFFICIENT:g} in size, the first is {program.matrix.data[int(np.argmax(wrong))]}: "
            "drop or rescale them"
        )


def contradiction(program: Program) -> str:
    """Why the program is infeasible at a glance (crossed bounds, rows without columns), or an empty string."""
    columns = _crossed(program.col_lower, program.col_upper)
    rows = _crossed(program.row_lower, program.row_upper)
    for kind, crossed, lower, upper in (
        ("column", columns, program.col_lower, program.col_upper),
        ("row", rows, program.row_lower, program.row_upper),
    ):
        if crossed.size:
            first = crossed[0]
            where = f"the first is {kind} {first}: {lower[first]:g} > {upper[first]:g}"
            return f"{crossed.size} {kind}(s) have a lower bound above the upper bound, {where}"
    broken = _broken_empty_rows(program)
    if broken.size:
        first = broken[0]
        where = f"the first is row {first}: {program.row_lower[first]:g} <= 0 <= {program.row_upper[first]:g}"
        return f"{broken.size} row(s) without columns cannot hold, {where}"
    return ""


def crossed_bounds(program: Program) -> tuple[np.ndarray, np.ndarray]:
    """One row or one column that is a contradiction by itself, as positions (rows, columns); empty if there is none."""
    columns = _crossed(program.col_lower, program.col_upper)
    rows = np.concatenate([_crossed(program.row_lower, program.row_upper), _broken_empty_rows(program)])
    return (rows[:0], columns[:1]) if columns.size else (rows[:1], columns)


def _crossed(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    tolerance = 1e-9 * np.maximum(1.0, np.abs(np.where(np.isfinite(upper), upper, 0.0)))
    return np.flatnonzero(lower > upper + tolerance)


def _broken_empty_rows(program: Program) -> np.ndarray:
    empty = np.diff(program.matrix.indptr) == 0
    return np.flatnonzero(empty & ((program.row_lower > 1e-9) | (program.row_upper < -1e-9)))


def uncrossed(program: Program) -> Program:
    """The program itself, or a copy whose bounds that are crossed by rounding only meet at their middle."""
    columns, rows = program.col_lower > program.col_upper, program.row_lower > program.row_upper
    if not (columns.any() or rows.any()):
        return program
    program = program.copy()
    for lower, upper, where in (
        (program.col_lower, program.col_upper, columns),
        (program.row_lower, program.row_upper, rows),
    ):
        lower[where] = upper[where] = (lower[where] + upper[where]) / 2
    return program


def rounded_in(program: Program) -> Program:
    """The program itself, or a copy in which the bounds of whole-number columns are whole numbers."""
    whole = program.integrality
    lower = np.where(whole, np.ceil(program.col_lower - 1e-9), program.col_lower)
    upper = np.where(whole, np.floor(program.col_upper + 1e-9), program.col_upper)
    if np.array_equal(lower, program.col_lower) and np.array_equal(upper, program.col_upper):
        return program
    program = program.copy()
    program.col_lower, program.col_upper = lower, upper
    return program

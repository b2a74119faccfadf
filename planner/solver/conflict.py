"""Rows and columns that contradict each other: where the explanation of an infeasible program begins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.solver.highs import Session, SolverError
from planner.solver.options import Options
from planner.solver.programs import contradiction, crossed_bounds, refuse_faults, relax, rounded_in, uncrossed
from planner.solver.watch import Watch, attended
from planner.stamp import Program

# HiGHS: 2 tries a dual ray, 4 an elastic LP; together they end in a fraction of a second where 4 alone took 30 s. 0,
# the default, returns an empty set and calls it valid.
IIS_STRATEGY = 6
TIME_LIMIT_S = 60.0


def iis(program: Program, options: Options | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Positions (int64) of rows and of columns that cannot all hold together; both empty for a feasible program.

    The set is irreducible (leave any member out and the rest can hold) where the fractional program is infeasible
    already. Where only whole numbers make it so, rows are left out in ever smaller groups; the rows are then
    irreducible unless the time limit (`options.time_limit_s`, 60 s if not given) cut the search short, and the
    columns are all that occur in them and have a bound or are whole numbers. Ctrl-C does the same. ValueError for
    programs with faults; SolverError where the search fails.
    """
    options = options or Options()
    refuse_faults(program)
    watch = Watch(options.time_limit_s or TIME_LIMIT_S)
    return attended(lambda: _conflict(program, options, watch), watch)


def _conflict(program: Program, options: Options, watch: Watch) -> tuple[np.ndarray, np.ndarray]:
    program = rounded_in(program)
    if contradiction(program):
        return crossed_bounds(program)
    program = uncrossed(program)
    if program.shape[1] == 0:
        return _nothing()
    program = replace(program, cost=np.zeros_like(program.cost))  # infeasible or not, whatever the objective wants
    relaxed = Session(relax(program), options, watch)
    if relaxed.run("simplex").verdict == "infeasible":
        rows, columns, sure = relaxed.conflict(IIS_STRATEGY, watch.remaining_s)
        if not sure:
            raise SolverError("HiGHS found the program infeasible but gave no conflicting rows")
        return np.sort(rows), np.sort(columns)
    if not program.integrality.any() or not _impossible(program, options, watch):
        return _nothing()
    rows = _leave_out(program, options, watch)
    return rows, _bounded_columns(program, rows)


def _leave_out(program: Program, options: Options, watch: Watch) -> np.ndarray:
    """Rows of an infeasible MIP of which none can be left out, found by leaving out groups of halving size."""
    rows = np.arange(program.shape[0])
    size = max(1, rows.size // 2)
    while rows.size and not watch.over:
        begin = 0
        while begin < rows.size and not watch.over:
            rest = np.delete(rows, slice(begin, begin + size))
            if _impossible(_only(program, rest), options, watch):
                rows = rest
            else:
                begin += size
        if size == 1:
            break
        size = max(1, min(size, rows.size) // 2)
    return rows


def _only(program: Program, rows: np.ndarray) -> Program:
    return replace(
        program, matrix=program.matrix[rows], row_lower=program.row_lower[rows], row_upper=program.row_upper[rows]
    )


def _impossible(program: Program, options: Options, watch: Watch) -> bool:
    """True where the solver proves that no plan exists."""
    return Session(program, options, watch).run(gap=0.0).verdict == "infeasible"


def _bounded_columns(program: Program, rows: np.ndarray) -> np.ndarray:
    used = np.unique(program.matrix[rows].indices) if rows.size else np.arange(program.shape[1])
    limited = np.isfinite(program.col_lower) | np.isfinite(program.col_upper) | program.integrality
    return used[limited[used]].astype(np.int64)


def _nothing() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)

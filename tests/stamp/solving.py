"""A program solved by HiGHS, for tests."""

from __future__ import annotations

from typing import NamedTuple

import highspy
import numpy as np

from planner.stamp import Program


class Answer(NamedTuple):
    objective: float
    x: np.ndarray
    row_dual: np.ndarray
    col_dual: np.ndarray


def solve(program: Program) -> Answer:
    rows, n = program.shape
    highs = highspy.Highs()
    highs.silent()
    matrix = program.matrix
    status = highs.passModel(
        n,
        rows,
        program.nonzeros,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        program.offset,
        program.cost,
        program.col_lower,
        program.col_upper,
        program.row_lower,
        program.row_upper,
        matrix.indptr,
        matrix.indices,
        matrix.data,
        program.integrality.astype(np.int32),
    )
    assert status == highspy.HighsStatus.kOk
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal, highs.getModelStatus()
    solution = highs.getSolution()
    return Answer(
        highs.getInfo().objective_function_value,
        np.array(solution.col_value),
        np.array(solution.row_dual),
        np.array(solution.col_dual),
    )

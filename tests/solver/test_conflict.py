"""Rows and columns that contradict each other: they do, and none of them is idle."""

from dataclasses import replace

import numpy as np
import pytest

from planner.solver import iis, solve
from tests.solver.capacity import capacity_program
from tests.solver.small import INF, dense, random_mip, wyndor


def without_row(program, row):
    keep = np.delete(np.arange(program.shape[0]), row)
    return replace(
        program, matrix=program.matrix[keep], row_lower=program.row_lower[keep], row_upper=program.row_upper[keep]
    )


def only_rows(program, rows):
    return replace(
        program, matrix=program.matrix[rows], row_lower=program.row_lower[rows], row_upper=program.row_upper[rows]
    )


def test_two_of_four_rows_conflict():
    rows = [[1, 0, 0], [1, 1, 0], [0, 0, 1], [1, 1, 0]]
    program = dense([1, 1, 1], rows, [1, 3, 1, -INF], [INF, INF, INF, 2])
    found, columns = iis(program)
    assert found.tolist() == [1, 3]
    assert columns.tolist() == [0, 1]


def test_the_objective_plays_no_part():
    """Unbounded as well as infeasible: x0 may grow without limit, rows 0 and 1 still conflict."""
    program = dense([-1, 0, 0], [[0, 1, 1], [0, 1, 1]], [3, -INF], [INF, 2])
    assert iis(program)[0].tolist() == [0, 1]


def test_a_bound_takes_part_in_the_conflict():
    rows, columns = iis(dense([1, 1], [[1, 1]], [5], [INF], upper=[2, 2]))
    assert rows.tolist() == [0]
    assert columns.tolist() == [0, 1]


def test_a_plan_that_cannot_be():
    """A capacity plan asked for more racks than its supply rows allow: leaving out any row found makes room."""
    program = capacity_program(seed=9)
    counts = np.flatnonzero(program.integrality & (program.col_upper > 1))
    program.col_lower[counts] = 5_000
    rows, _ = iis(program)
    assert solve(program).status == "infeasible"
    assert rows.size > 0
    assert solve(only_rows(program, rows)).status == "infeasible"
    for position in range(rows.size):
        assert solve(only_rows(program, np.delete(rows, position))).status != "infeasible"


def test_whole_numbers_alone_conflict():
    """x + y = 1.5 in halves of two whole numbers: only row 1 is to blame, with both its columns."""
    rows = [[1, 0, 1], [2, 2, 0], [0, 1, 1]]
    program = dense([1, 1, 1], rows, [0, 3, 0], [9, 3, 9], upper=[5, 5, 5], whole=[True, True, False])
    found, columns = iis(program)
    assert found.tolist() == [1]
    assert columns.tolist() == [0, 1]


@pytest.mark.parametrize("seed", [0, 5, 10])
def test_random_conflicts_are_irreducible(seed):
    program = random_mip(seed)
    rows, columns = iis(program)
    assert 1 in rows  # the row that asks for 100
    assert columns.size
    for row in rows:
        assert solve(without_row(only_rows(program, rows), int(np.flatnonzero(rows == row)[0]))).status != "infeasible"


def test_contradictions_at_a_glance():
    crossed = dense([1, 1], [[1, 1]], [0], [9], lower=[0, 3], upper=[1, 2])
    assert [part.tolist() for part in iis(crossed)] == [[], [1]]
    crossed_row = dense([1], [[1], [1]], [0, 4], [9, 3])
    assert [part.tolist() for part in iis(crossed_row)] == [[1], []]
    empty_row = dense([1], [[1], [0]], [0, 4], [9, 5])
    assert [part.tolist() for part in iis(empty_row)] == [[1], []]
    assert [part.tolist() for part in iis(dense([], [[]], [1], [2]))] == [[0], []]


@pytest.mark.parametrize("program", [wyndor(), random_mip(1), dense([])], ids=["lp", "mip", "empty"])
def test_a_feasible_program_has_no_conflict(program):
    assert [part.size for part in iis(program)] == [0, 0]

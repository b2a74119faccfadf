"""Columns, objective and the arrays of a program: bounds by copy, whole numbers, fixed variables, senses."""

import numpy as np
from pyomo.environ import (
    Binary,
    ConcreteModel,
    Constraint,
    NonNegativeIntegers,
    NonNegativeReals,
    Objective,
    Param,
    Reference,
    Var,
    maximize,
)

from planner.stamp import Level, add_levels, series, stamp, total


def model(n=3):
    m = ConcreteModel()
    add_levels(m, [Level("hour", n)])
    m.hour.x = Var()
    m.hour.y = Var()
    return m


def program(m):
    return stamp(m, minimise=0.0).program


def dense(m):
    return program(m).matrix.toarray().tolist()


def test_bounds_by_copy_and_domain():
    m = model()
    series(m.hour, "low", [-1.0, 0.5, -np.inf])
    series(m.hour, "high", {"a": [1.0, 2.0, np.inf], "b": 5.0}, ["a", "b"])
    m.scale = Param(initialize=2.0, mutable=True)
    m.hour.u = Var(["a", "b"], bounds=lambda b, i: (b.low, m.scale * b.high[i]), within=NonNegativeReals)
    m.hour.v = Var(within=Binary)
    m.limit = Var(bounds=(None, m.scale))
    got, start = stamp(m, minimise=0.0), {}
    for var in (m.limit, m.hour.u, m.hour.v):
        start[var.name] = got.columns(var)[1][0]
    lower, upper = got.program.col_lower, got.program.col_upper
    u, v, limit = start["hour.u"], start["hour.v"], start["limit"]
    assert lower[u : u + 6].tolist() == [0.0, 0.5, 0.0] * 2
    assert upper[u : u + 6].tolist() == [2.0, 4.0, np.inf, 10.0, 10.0, 10.0]
    assert (lower[v], upper[v]) == (0.0, 1.0)
    assert (lower[limit], upper[limit]) == (-np.inf, 2.0)


def test_whole_numbers_at_any_level():
    m = model()
    m.count = Var(["a"], within=NonNegativeIntegers)
    m.hour.on = Var(within=Binary)
    got = stamp(m, minimise=0.0)
    whole = {got.describe_column(j)[0] for j in np.flatnonzero(got.program.integrality)}
    assert whole == {"count", "hour.on"}
    assert got.program.integrality.sum() == 1 + 3


def test_fixed_variables_become_bounds():
    m = model()
    m.hour.y.fix(4.0)
    m.hour.row = Constraint(expr=m.hour.x + m.hour.y <= 9)
    got = program(m)
    assert got.col_lower.tolist() == [-np.inf] * 3 + [4.0] * 3
    assert got.col_upper.tolist() == [np.inf] * 3 + [4.0] * 3
    assert got.row_upper.tolist() == [9.0] * 3
    m.hour.y.unfix()
    freed = program(m)
    assert (freed.matrix != got.matrix).nnz == 0, "freeing changes no coefficient"


def test_references_are_no_columns_of_their_own():
    m = model()
    m.hour.z = Var(["a", "b"])
    m.hour.alias = Reference(m.hour.z["a"])
    m.hour.row = Constraint(expr=m.hour.alias[None] <= 1)
    assert program(m).shape == (3, 12)


def test_maximising_is_minimising_the_negative():
    m = model()
    m.profit = Objective(expr=total(3 * m.hour.x + 1, per=m) - 5, sense=maximize)
    stamped = stamp(m)
    assert stamped.sense == -1
    assert stamped.program.cost.tolist() == [-3.0] * 3 + [0.0] * 3
    assert stamped.program.offset == 2.0


def test_a_given_goal_stands_in_for_the_objective():
    m = model()
    m.profit = Objective(expr=total(m.hour.x, per=m), sense=maximize)
    stamped = stamp(m, minimise=total(7 * m.hour.y, per=m))
    assert stamped.sense == 1
    assert stamped.program.cost.tolist() == [0.0] * 3 + [7.0] * 3


def test_a_model_without_levels_is_one_copy():
    m = ConcreteModel()
    m.x = Var([1, 2])
    m.row = Constraint([1, 2], rule=lambda b, i: i * b.x[i] <= 5)
    assert dense(m) == [[1, 0], [0, 2]]


def test_an_empty_model():
    m = ConcreteModel()
    add_levels(m, [Level("hour", 0)])
    m.hour.x = Var()
    m.hour.row = Constraint(expr=m.hour.x <= 1)
    m.row = Constraint(expr=total(m.hour.x, per=m) <= 1)
    assert program(m).shape == (1, 0)


def test_program_copies_own_their_arrays():
    m = model()
    m.hour.row = Constraint(expr=m.hour.x <= 1)
    got = program(m)
    other = got.copy()
    other.matrix.data[:] = 9.0
    other.row_upper[0] = other.cost[0] = other.col_lower[0] = 9.0
    assert got.matrix.data.tolist() == [1.0] * 3
    assert (got.row_upper[0], got.cost[0], got.col_lower[0]) == (1.0, 0.0, -np.inf)


def test_arrays_are_what_a_solver_takes():
    m = model()
    m.hour.row = Constraint(expr=m.hour.x + m.hour.y <= 1)
    got = program(m)
    assert got.matrix.indices.dtype == got.matrix.indptr.dtype == np.int32
    assert got.matrix.data.dtype == got.cost.dtype == got.row_lower.dtype == got.col_upper.dtype == float
    assert got.row_lower.flags.writeable
    assert got.integrality.dtype == bool

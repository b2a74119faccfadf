"""Rows: masks, every kind of row, terms that meet, what is left out."""

import gc
import inspect
from functools import partial

import numpy as np
import pytest
from pyomo.environ import (
    Block,
    ConcreteModel,
    Constraint,
    ConstraintList,
    Expr_if,
    Expression,
    Param,
    Var,
    exp,
    inequality,
)

from planner.stamp import Level, Relation, add_levels, constraint, level_of, previous, relate, series, stamp, total


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


def test_the_rule_gives_name_and_text():
    def power_limit(b, i):
        """Power stays below its limit.

        Second paragraph.
        """
        return b.x <= i

    m = model()
    made = constraint(m.hour, [1, 2], rule=power_limit)
    assert made is m.hour.power_limit
    assert made.doc == inspect.getdoc(power_limit)
    assert constraint(m.hour, rule=partial(power_limit, i=3), name="again") is m.hour.again


@pytest.mark.parametrize(
    "where",
    [
        {"a": np.array([True, False, True]), "b": False},
        lambda b, i: np.array([True, False, True]) if i == "a" else False,
        lambda b, i: [i == "a", False, i == "a"],
    ],
)
def test_where_leaves_rows_out(where):
    m = model()
    series(m.hour, "limit", [1.0, 2.0, 3.0])
    constraint(m.hour, ["a", "b"], name="row", rule=lambda b, i: b.x * b.limit <= b.limit, where=where)
    stamped = stamp(m, minimise=0.0)
    assert stamped.program.matrix.toarray()[:, :3].tolist() == [[1, 0, 0], [0, 0, 3]]
    assert stamped.program.row_upper.tolist() == [1.0, 3.0]
    assert [stamped.describe_row(i) for i in range(2)] == [
        ("hour.row", "a", {"hour": 0}),
        ("hour.row", "a", {"hour": 2}),
    ]


def test_where_is_asked_anew_at_every_stamp():
    m = model()
    m.late = Param(initialize=1, mutable=True)
    constraint(m.hour, name="row", rule=lambda b: b.x <= 1, where=lambda b: np.arange(3) >= b.model().late.value)
    assert program(m).shape[0] == 2
    m.late = 2
    assert program(m).shape[0] == 1
    clone = m.clone()
    clone.late = 0
    assert program(clone).shape[0] == 3


def test_rows_skipped_or_deactivated_are_left_out():
    m = model()
    constraint(m.hour, [1, 2, 3], name="row", rule=lambda b, i: Constraint.Skip if i == 2 else b.x <= i)
    m.hour.other = Constraint(expr=m.hour.x >= 0)
    m.hour.inner = Block()
    m.hour.inner.row = Constraint(expr=m.hour.x >= 5)
    m.hour.row[3].deactivate()
    m.hour.other.deactivate()
    m.hour.inner.deactivate()
    assert program(m).row_upper.tolist() == [1.0] * 3


def test_every_kind_of_row():
    m = model(1)
    m.hour.rows = ConstraintList()
    m.hour.rows.add(m.hour.x <= 2)
    m.hour.rows.add(m.hour.x >= 2)
    m.hour.rows.add(m.hour.x == 2)
    m.hour.rows.add(inequality(1, m.hour.x + 1, 4))
    m.hour.rows.add((None, m.hour.x - 3, 0))
    m.hour.rows.add(3 * m.hour.x <= 1 + m.hour.y)
    got = program(m)
    assert got.row_lower.tolist() == [-np.inf, 2, 2, 0, -np.inf, -np.inf]
    assert got.row_upper.tolist() == [2, np.inf, 2, 3, 3, 1]
    assert got.matrix.toarray()[-1].tolist() == [3, -1]


def test_tiny_coefficients_are_dropped():
    m = model()
    series(m.hour, "a", [1.0, 9e-10, -9e-10])
    series(m.hour, "b", [1.1e-9, 0.0, -1.1e-9])
    m.hour.row = Constraint(expr=m.hour.a * m.hour.x + m.hour.b * m.hour.y + 1e-10 * previous(m.hour.y, m, True) <= 1)
    got = program(m)
    assert got.nonzeros == 3
    assert got.matrix.indptr.tolist() == [0, 2, 2, 3]
    assert got.matrix.toarray()[0].tolist() == [1.0, 0, 0, 1.1e-9, 0, 0]


def test_tiny_coefficients_of_totals_are_dropped():
    m = model()
    series(m.hour, "a", [1.0 + 1e-11, 1e-12, 2.0])
    m.row = Constraint(expr=total(m.hour.a * m.hour.x, per=m) + total(m.hour.y, per=m) <= 1)
    m.none = Constraint(expr=total(1e-12 * m.hour.x, per=m) <= 1)
    m.twice = Constraint(expr=total(m.hour.a * m.hour.x, per=m) - total(m.hour.x, per=m) <= 1)
    assert dense(m) == [[1 + 1e-11, 0, 2, 1, 1, 1], [0] * 6, [0, -1 + 1e-12, 1, 0, 0, 0]]
    assert program(m).nonzeros == 5 + 0 + 2


def test_terms_of_one_variable_meet():
    m = model(2)
    m.hour.row = Constraint(expr=m.hour.x + 2 * previous(m.hour.x, within=m, wrap=True) - m.hour.x * 0.5 <= 1)
    assert [row[:2] for row in dense(m)] == [[0.5, 2], [2, 0.5]]
    single = model(1)
    single.hour.row = Constraint(expr=single.hour.x - previous(single.hour.x, within=single, wrap=True) <= 1)
    assert program(single).nonzeros == 0, "in a cycle of one copy the previous copy is the copy itself"


def test_a_relation_that_reads_nothing_in_some_rows():
    m = model()
    hour = level_of(m.hour)
    lower_part = Relation(hour, hour, np.tril(np.ones((3, 3)), -1))
    m.hour.row = Constraint(expr=relate(m.hour.x, lower_part) <= 1)
    assert program(m).matrix.indptr.tolist() == [0, 0, 1, 3]


def test_data_only_functions_of_plain_numbers_pass():
    m = model(1)
    m.a = Param(initialize=3.0, mutable=True)
    m.hour.row = Constraint(expr=Expr_if(m.a >= 2, m.a**2, exp(m.a)) * m.hour.x <= exp(0 * m.a))
    got = program(m)
    assert got.matrix.data.tolist() == [9.0]
    assert got.row_upper.tolist() == [1.0]
    m.a = 1.0
    assert program(m).matrix.data.tolist() == [np.exp(1.0)]


@pytest.mark.parametrize(("condition", "expected"), [(True, 2.0), (False, 3.0)])
def test_branches_on_plain_truth(condition, expected):
    m = model(1)
    m.a = Param(initialize=int(condition), mutable=True)
    m.hour.row = Constraint(expr=Expr_if(condition, 2.0, 3.0) * m.hour.x + Expr_if(m.a, 2.0, 3.0) * m.hour.y <= 1)
    assert dense(m) == [[expected, expected]]


def test_data_over_data():
    m = model()
    series(m.hour, "a", [1.0, 2.0, 4.0])
    series(m, "b", 8.0)
    m.hour.row = Constraint(expr=m.hour.a * ((m.hour.x + m.hour.y) / m.hour.a / m.b) <= m.b / m.hour.a - 1 / m.b)
    got = program(m)
    assert got.matrix.data.tolist() == [0.125] * 6
    assert got.row_upper.tolist() == [7.875, 3.875, 1.875]


def test_blocks_larger_than_what_is_written_at_a_time():
    """2,000 copies of 200 terms, every third row left out, one coefficient in ten zero."""
    n, k = 2000, 200
    m = ConcreteModel()
    add_levels(m, [Level("hour", n)])
    rng = np.random.default_rng(0)
    coefficients = rng.uniform(1, 2, (n, k)) * (rng.random((n, k)) > 0.1)
    series(m.hour, "a", dict(enumerate(coefficients.T)), range(k))
    m.hour.v = Var(range(k))
    mask = np.arange(n) % 3 > 0
    constraint(m.hour, name="row", rule=lambda b: sum(b.a[i] * b.v[i] for i in range(k)) <= 1, where=mask)
    got = program(m)
    rows, terms = np.nonzero(coefficients[mask])
    assert got.matrix.data.tolist() == coefficients[mask][rows, terms].tolist()
    assert got.matrix.indices.tolist() == (terms * n + np.flatnonzero(mask)[rows]).tolist()
    assert np.diff(got.matrix.indptr).tolist() == (coefficients[mask] > 0).sum(axis=1).tolist()


def test_stamping_again_keeps_nothing_of_the_last_time():
    """Relations made from data do not pile up on the levels, which outlive every stamp."""
    m = model()
    series(m.hour, "a", [1.0, 2.0, 3.0])
    m.hour.row = Constraint(expr=previous(m.hour.x, m, True) + total(m.hour.a * m.hour.x, per=m) <= 1)

    def relations():
        gc.collect()
        return sum(isinstance(thing, Relation) for thing in gc.get_objects())

    first, before = program(m), relations()
    for _ in range(3):
        again = program(m)
    assert relations() == before
    assert (again.matrix != first.matrix).nnz == 0


def test_macros_and_data_on_any_level_multiply():
    m = model()
    series(m.hour, "a", [1.0, 2.0, 3.0])
    m.site_factor = Expression(["n"], rule=lambda b, i: 4.0)
    m.hour.factor = Expression(expr=m.hour.a * m.site_factor["n"] / (m.hour.a + 1))
    m.hour.row = Constraint(expr=m.hour.factor * (m.hour.x - 1) <= 0)
    assert np.diag(program(m).matrix.toarray()[:, :3]).tolist() == [2.0, 8 / 3, 3.0]
    assert program(m).row_upper.tolist() == [2.0, 8 / 3, 3.0]


def test_rows_without_variables_are_left_to_the_solver():
    m = model()
    series(m.hour, "a", [0.0, 1.0, 2.0])
    m.hour.row = Constraint(expr=0 * m.hour.x + m.hour.a <= 1)
    got = program(m)
    assert (got.shape[0], got.nonzeros) == (3, 0)
    assert got.row_upper.tolist() == [1.0, 0.0, -1.0]

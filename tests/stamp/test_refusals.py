"""What the stamp refuses, and that it says where and what to write instead."""

import re

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from pyomo.common.errors import PyomoException
from pyomo.core.expr.numeric_expr import NumericExpression
from pyomo.environ import (
    ConcreteModel,
    Constraint,
    Expr_if,
    Expression,
    LogicalConstraint,
    Objective,
    Param,
    SOSConstraint,
    Var,
    exp,
    log,
    maximize,
    value,
)

from planner.stamp import (
    Level,
    Relation,
    StampError,
    add_levels,
    at,
    constraint,
    first,
    in_service,
    last,
    level_of,
    previous,
    relate,
    series,
    stamp,
    total,
)


def model():
    """Periods with days (the second period has none) and shifts, siblings of the days."""
    m = ConcreteModel()
    period = Level("period", pd.DataFrame({"start_year": [0.0, 5.0]}, index=pd.Index([2025, 2030], name="period")))
    day = Level("day", pd.Index(["a", "b"], name="day"), parent=period, parent_of=[0, 0])
    shift = Level("shift", 2, parent=period, parent_of=[0, 1])
    add_levels(m, [period, day, shift])
    m.z = Var()
    m.period.x, m.period.y = Var(), Var()
    m.day.x = Var(["north"])
    m.shift.x = Var()
    series(m.period, "price", [1.0, 4.0])
    series(m.day, "price", [0.0, 4.0])
    m.factor = Param(initialize=2.0, mutable=True)
    return m


def refuse_row(make, *words, block="period"):
    """The row `make(m) <= 1` is refused with a message that names the row and has these words."""
    m = model()
    getattr(m, block, m).row = Constraint(expr=make(m) <= 1)
    _refuse(m, "row", *words)


def _refuse(m, *words):
    with pytest.raises(StampError) as refusal:
        stamp(m, minimise=m.z)
    for word in words:
        assert re.search(re.escape(word), str(refusal.value)), str(refusal.value)


def test_product_of_variables():
    refuse_row(lambda m: m.period.x * m.period.y, "product of variables", "period.row")


def test_product_of_variables_inside_expressions():
    def make(m):
        m.period.a, m.period.b = Expression(expr=m.period.x + 1), Expression(expr=m.period.y - 1)
        return m.period.a * m.period.b

    refuse_row(make, "product of variables")


def test_product_with_a_fixed_variable():
    """A fixed variable stays a column, so that it can be freed; it is no number."""

    def make(m):
        m.period.y.fix(3)
        return m.period.x * m.period.y

    refuse_row(make, "product of variables")


@pytest.mark.parametrize("function", [exp, abs, lambda x: x**2, lambda x: 2**x, lambda x: x**-1])
def test_nonlinear_function_of_a_variable(function):
    refuse_row(lambda m: function(m.period.x), "variables inside a nonlinear function", "period.x")


@pytest.mark.parametrize("function", [exp, abs, lambda x: x**2, lambda x: 2**x])
def test_nonlinear_function_of_a_series(function):
    refuse_row(lambda m: function(m.period.price) * m.period.x, "function of data by copy", "numpy")


def test_variables_in_a_denominator():
    refuse_row(lambda m: 1 / m.period.x, "variables in a denominator")


def test_a_function_without_a_value():
    def make(m):
        m.factor = -1.0
        return log(m.factor) * m.period.x

    refuse_row(make, "log(factor) has no value")


def test_nodes_nobody_knows():
    class Odd(NumericExpression):
        def nargs(self):
            return 1

        def _to_string(self, values, verbose, smap):
            return "odd"

    refuse_row(lambda m: m.period.y + Odd((m.period.x,)), "Odd is nothing the stamp can read")


def test_long_expressions_are_cut_in_messages():
    m = model()
    m.period.many = Var(range(300))
    m.period.row = Constraint(expr=sum(m.period.many[i] for i in range(300)) * m.period.x <= 1)
    with pytest.raises(StampError) as refusal:
        stamp(m, minimise=m.z)
    assert len(str(refusal.value)) < 400


def test_division_by_zero():
    refuse_row(lambda m: m.day.x["north"] / m.day.price, "division by zero", "day.row", block="day")


def test_division_by_a_plain_zero():
    def make(m):
        m.factor = 0.0
        return m.period.x / m.factor

    refuse_row(make, "division by zero")


def test_branching_on_a_series():
    refuse_row(lambda m: Expr_if(m.period.price >= 3, 1.0, 2.0) * m.period.x, "branching on data by copy", "where=")


def test_branching_on_a_variable():
    refuse_row(lambda m: Expr_if(m.period.x >= 3, 1.0, 2.0) * m.period.x, "variables in the condition of a branch")


def test_python_if_on_a_series_is_refused_by_pyomo():
    m = model()
    with pytest.raises(PyomoException, match="Cannot convert non-constant Pyomo"):
        _ = m.period.x if m.period.price > 3 else m.period.y


def test_finer_variable_in_a_coarser_row():
    words = "period.row", "variable 'day.x[north]'", "'period'", "'day'", "total("
    refuse_row(lambda m: m.period.x + m.day.x["north"], *words)


def test_finer_series_in_a_coarser_row():
    refuse_row(lambda m: m.period.x * m.day.price, "series 'day.price'", "total(")


def test_finer_series_on_a_right_hand_side():
    m = model()
    m.period.row = Constraint(expr=m.period.x <= m.day.price)
    _refuse(m, "period.row", "right-hand side", "day.price")


def test_finer_series_in_a_bound():
    m = model()
    m.period.w = Var(bounds=(0, m.day.price))
    _refuse(m, "period.w", "day.price")


def test_finer_variable_in_a_coarser_expression():
    m = model()
    m.period.macro = Expression(expr=2 * m.day.x["north"])
    m.day.row = Constraint(expr=m.period.macro <= 1)
    _refuse(m, "day.row", "period.macro", "day.x[north]")


def test_finer_expression_in_a_coarser_row():
    def make(m):
        m.day.macro = Expression(expr=m.period.x)
        return m.day.macro

    refuse_row(make, "expression 'day.macro'", "total(")


def test_siblings_in_one_row():
    refuse_row(lambda m: m.shift.x + m.day.x["north"], "sibling", block="shift")


def test_a_sibling_alone_in_a_row():
    refuse_row(lambda m: 2 * m.day.x["north"], "sibling", "day.x[north]", "'shift'", block="shift")


def test_objective_below_the_plan():
    m = model()
    with pytest.raises(StampError, match="the objective") as refusal:
        stamp(m, minimise=m.period.x)
    assert "total(" in str(refusal.value)


@pytest.mark.parametrize(
    ("labels", "words"),
    [({"day": "c"}, "0 copies"), ({}, "2 copies"), ({"hour": 3}, "not 'hour'")],
)
def test_labels_that_do_not_pick_one_copy(labels, words):
    refuse_row(lambda m: at(m.day.x["north"], per=m, **labels), words, block="plan")


def test_a_label_missing_in_one_coarser_copy():
    refuse_row(lambda m: at(m.day.x["north"], per=m.period, day="a"), "0 copies", "2030")


@pytest.mark.parametrize("word", [first, last])
def test_end_of_nothing(word):
    refuse_row(lambda m: word(m.day.x["north"], per=m.period), "2030", "no copy of 'day'")


def test_total_of_coarser_without_over():
    refuse_row(lambda m: total(m.z, per=m.period), "total", "'plan'", "over=")


def test_total_over_a_level_that_is_not_below():
    refuse_row(lambda m: total(m.period.x, per=m.day, over=m.shift), "total", "not below 'day'", block="day")


def test_total_over_something_coarser_than_the_expression():
    refuse_row(lambda m: total(m.day.x["north"], per=m, over=m.period), "day.x[north]", block="plan")


def test_previous_of_something_no_finer():
    refuse_row(lambda m: previous(m.period.x, within=m.period, wrap=True), "previous", "not below 'period'")


def test_in_service_without_years():
    refuse_row(lambda m: in_service(m.day.x["north"], 5), "start_year", block="day")


@pytest.mark.parametrize("life", [0, -1, float("nan")])
def test_life_that_is_none(life):
    with pytest.raises(StampError, match="life"):
        in_service(model().period.x, life)


def test_relation_read_from_a_finer_expression():
    def make(m):
        return relate(m.day.x["north"], Relation(level_of(m.period), level_of(m.period), np.eye(2)))

    refuse_row(make, "day.x[north]")


@pytest.mark.parametrize("matrix", [np.eye(3), sp.eye_array(2, 3), np.array([[1.0, np.nan], [0.0, 1.0]])])
def test_relation_of_wrong_shape_or_without_numbers(matrix):
    level = Level("thing", 2)
    with pytest.raises(StampError, match="relation"):
        Relation(level, level, matrix)


def test_special_ordered_sets():
    m = model()
    m.sos = SOSConstraint(var=m.day.x, sos=1)
    _refuse(m, "sos", "SOSConstraint")


def test_logical_constraints():
    m = model()
    m.logic = LogicalConstraint(expr=True)
    _refuse(m, "logic", "LogicalConstraint")


def test_two_objectives():
    m = model()
    m.cost, m.profit = Objective(expr=m.z), Objective(expr=-m.z, sense=maximize)
    with pytest.raises(StampError, match=r"there are 2 \['cost', 'profit'\]"):
        stamp(m)


def test_no_objective():
    with pytest.raises(StampError, match="there are 0"):
        stamp(model())


@pytest.mark.parametrize("bounds", [(float("nan"), None), (None, float("nan"))])
def test_bounds_that_are_nan(bounds):
    m = model()
    m.period.w = Var(bounds=bounds)
    _refuse(m, "period.w", "NaN")


def test_right_hand_side_that_is_nan():
    m = model()
    m.factor = float("nan")
    m.period.row = Constraint(expr=m.period.x <= m.factor)
    _refuse(m, "period.row", "NaN")


def test_right_hand_side_of_infinity_less_infinity():
    m = model()
    series(m.period, "limit", [np.inf, 1.0])
    m.period.row = Constraint(expr=m.period.x + m.period.limit <= 2 * m.period.limit)
    _refuse(m, "period.row", "NaN")


def test_coefficient_that_is_infinite():
    m = model()
    series(m.period, "limit", [np.inf, 1.0])
    m.period.row = Constraint(expr=m.period.x * m.period.limit <= 2)
    _refuse(m, "period.row", "finite")


def test_objective_that_is_infinite():
    m = model()
    series(m.period, "limit", [np.inf, 1.0])
    with pytest.raises(StampError, match="objective"):
        stamp(m, minimise=total(m.period.limit * m.period.x, per=m))


def test_domain_with_gaps():
    m = model()
    m.period.w = Var(within=[1, 4, 9])
    _refuse(m, "period.w", "domain")


def test_fixed_without_a_value():
    m = model()
    m.period.x.fixed = True
    _refuse(m, "period.x", "no value")


def test_variable_of_another_model():
    other = model()
    refuse_row(lambda m: other.period.x + 0, "not on this model")


def test_parameter_without_a_value():
    def make(m):
        m.empty = Param(mutable=True)
        return m.empty * m.period.x

    refuse_row(make, "'empty' has no value")


def test_expression_without_content():
    def make(m):
        m.period.macro = Expression()
        return m.period.macro + m.period.x

    refuse_row(make, "'period.macro' is empty")


@pytest.mark.parametrize("where", [np.array([1, 0]), np.array([True]), [True, False, True], {"south": True}])
def test_masks_that_do_not_fit(where):
    m = model()
    constraint(m.period, ["north"], name="row", rule=lambda b, i: b.x <= 1, where=where)
    _refuse(m, "period.row[north]", "where")


def test_rows_without_a_name():
    with pytest.raises(StampError, match="name"):
        constraint(model().period, rule=lambda b: b.x <= 1)


def test_a_word_has_no_value_of_its_own():
    m = model()
    m.period.x.value = 1.0
    with pytest.raises(StampError, match=re.escape("total(..., per=plan)")):
        value(total(m.period.x, per=m))


def test_words_read_as_what_was_written():
    m = model()
    assert str(2 * total(m.period.x, per=m)) == "2*total(period.x, per=plan)"

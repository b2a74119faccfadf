"""What the stamp refuses, and that it says where and what to write instead."""

import numpy as np
import pytest
from pyomo.common.errors import PyomoException
from pyomo.core.expr.numeric_expr import NumericExpression
from pyomo.environ import (
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
)

from planner.stamp import (
    StampError,
    constraint,
    series,
    stamp,
    total,
)

from .refusing import model, refuse, refuse_row


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
    refuse(m, "period.row", "right-hand side", "day.price")


def test_finer_series_in_a_bound():
    m = model()
    m.period.w = Var(bounds=(0, m.day.price))
    refuse(m, "period.w", "day.price")


def test_finer_variable_in_a_coarser_expression():
    m = model()
    m.period.macro = Expression(expr=2 * m.day.x["north"])
    m.day.row = Constraint(expr=m.period.macro <= 1)
    refuse(m, "day.row", "period.macro", "day.x[north]")


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


def test_special_ordered_sets():
    m = model()
    m.sos = SOSConstraint(var=m.day.x, sos=1)
    refuse(m, "sos", "SOSConstraint")


def test_logical_constraints():
    m = model()
    m.logic = LogicalConstraint(expr=True)
    refuse(m, "logic", "LogicalConstraint")


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
    refuse(m, "period.w", "NaN")


def test_right_hand_side_that_is_nan():
    m = model()
    m.factor = float("nan")
    m.period.row = Constraint(expr=m.period.x <= m.factor)
    refuse(m, "period.row", "NaN")


def test_right_hand_side_of_infinity_less_infinity():
    m = model()
    series(m.period, "limit", [np.inf, 1.0])
    m.period.row = Constraint(expr=m.period.x + m.period.limit <= 2 * m.period.limit)
    refuse(m, "period.row", "NaN")


def test_coefficient_that_is_infinite():
    m = model()
    series(m.period, "limit", [np.inf, 1.0])
    m.period.row = Constraint(expr=m.period.x * m.period.limit <= 2)
    refuse(m, "period.row", "finite")


def test_objective_that_is_infinite():
    m = model()
    series(m.period, "limit", [np.inf, 1.0])
    with pytest.raises(StampError, match="objective"):
        stamp(m, minimise=total(m.period.limit * m.period.x, per=m))


def test_domain_with_gaps():
    m = model()
    m.period.w = Var(within=[1, 4, 9])
    refuse(m, "period.w", "domain")


def test_fixed_without_a_value():
    m = model()
    m.period.x.fixed = True
    refuse(m, "period.x", "no value")


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
    refuse(m, "period.row[north]", "where")


def test_rows_without_a_name():
    with pytest.raises(StampError, match="name"):
        constraint(model().period, rule=lambda b: b.x <= 1)

"""Series: data by copy beside a Param that holds NaN."""

import math

import numpy as np
import pandas as pd
import pytest
from pyomo.environ import ConcreteModel, Constraint, Objective, SolverFactory, Var, value
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from planner.stamp import Level, StampError, add_levels, is_series, series, series_values, set_series, stamp, total


def model():
    m = ConcreteModel()
    add_levels(m, [Level("hour", 3)])
    m.hour.x = Var(["a", "b"])
    return m


def test_scalar_array_and_mapping():
    m = model()
    series(m.hour, "flat", 2)
    series(m.hour, "price", [1, 2, 3], unit="USD/MWh", doc="what power costs")
    series(m.hour, "by_site", {"a": [1.0, 2.0, 3.0], "b": 7.0}, ["a", "b"])
    series(m.hour, "by_pair", {("a", 1): 1.0, ("b", 2): 2.0}, [("a", 1), ("b", 2)])
    assert series_values(m.hour.flat).tolist() == [2.0] * 3
    assert series_values(m.hour.price).tolist() == [1.0, 2.0, 3.0]
    assert series_values(m.hour.by_site, "b").tolist() == [7.0] * 3
    assert series_values(m.hour.by_site["a"]).tolist() == [1.0, 2.0, 3.0]
    assert series_values(m.hour.by_pair["b", 2]).tolist() == [2.0] * 3
    assert m.hour.price.doc == "what power costs [USD/MWh]"
    assert is_series(m.hour.by_site)


def test_the_data_are_a_copy_and_cannot_be_changed_in_place():
    m, given = model(), np.array([1.0, 2.0, 3.0])
    series(m.hour, "price", given)
    given[0] = 99.0
    assert series_values(m.hour.price)[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        series_values(m.hour.price)[0] = 99.0


def test_outside_the_stamp_a_series_is_nan():
    m = model()
    series(m.hour, "price", [1.0, 2.0, 3.0])
    assert math.isnan(value(m.hour.price))
    assert math.isnan(value(2 * m.hour.price + 1))


def test_pyomo_itself_cannot_solve_a_model_with_series():
    m = model()
    series(m.hour, "price", [1.0, 2.0, 3.0])
    m.row = Constraint(expr=m.hour.x["a"] * m.hour.price >= 1)
    m.cost = Objective(expr=m.hour.x["a"])
    with pytest.raises(Exception):  # noqa: B017, PT011 (each of Pyomo's readers fails in its own way)
        SolverFactory("appsi_highs").solve(m)


def test_pyomo_itself_cannot_read_words():
    m = model()
    m.cost = Objective(expr=total(m.hour.x["a"], per=m))
    with pytest.raises(Exception):  # noqa: B017, PT011
        LinearStandardFormCompiler().write(m)


def test_replaced_data_are_stamped_and_clones_keep_their_own():
    m = model()
    series(m.hour, "price", [1.0, 2.0, 3.0])
    m.cost = Objective(expr=total(m.hour.price * m.hour.x["a"], per=m))
    clone = m.clone()
    set_series(clone.hour.price, [4.0, 5.0, 6.0])
    assert stamp(clone).program.cost[:3].tolist() == [4.0, 5.0, 6.0]
    assert stamp(m).program.cost[:3].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("data", "sets", "words"),
    [
        ([1.0, 2.0], (), r"series 'hour.price': 2 numbers of shape \(2,\) for 3 copies of 'hour'"),
        ([1.0, np.nan, 2.0], (), "series 'hour.price': NaN at copy 1"),
        (np.nan, (), "NaN"),
        ("cheap", (), "not numbers"),
        (np.eye(3), (), "shape"),
        ({"a": [1.0, np.nan, 2.0], "b": 1.0}, (["a", "b"],), r"series 'hour.price\[a\]': NaN"),
        ({"a": 1.0}, (["a", "b"],), r"no data for \['b'\]"),
        ({"a": 1.0, "b": 1.0, "c": 1.0}, (["a", "b"],), r"\['c'\], which are not in its sets"),
        ([1.0, 2.0, 3.0], (["a", "b"],), "give a mapping"),
    ],
)
def test_refused_data(data, sets, words):
    with pytest.raises(StampError, match=words):
        series(model().hour, "price", data, *sets)


def test_a_plain_parameter_is_no_series():
    m = model()
    series(m.hour, "price", {"a": 1.0}, ["a"])
    with pytest.raises(StampError, match="no member 'z'"):
        series_values(m.hour.price, "z")
    with pytest.raises(StampError, match="is no series"):
        series_values(m.hour.x)
    with pytest.raises(StampError, match="is no series"):
        set_series(m.hour.x, 1.0)


def test_a_table_column_is_data():
    m = model()
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 6.0]})
    series(m.hour, "price", dict(table.items()), ["a", "b"])
    assert series_values(m.hour.price, "b").tolist() == [4.0, 5.0, 6.0]

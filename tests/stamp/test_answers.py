"""Answers come back under the names and labels of the model."""

import numpy as np
import pandas as pd
import pytest
from pyomo.environ import ConcreteModel, Expression, NonNegativeReals, Objective, Var, maximize

from planner.stamp import (
    Level,
    StampError,
    add_levels,
    in_service,
    last,
    previous,
    series_values,
    stamp,
    total,
)

from .solving import solve
from .toy import toy


@pytest.fixture(scope="module")
def solved():
    stamped = stamp(toy())
    return stamped.model, stamped, solve(stamped.program)


def test_the_objective_is_what_the_solver_says(solved):
    m, stamped, answer = solved
    assert stamped.evaluate(m.cost, answer.x).tolist() == pytest.approx([answer.objective], rel=1e-12)


def test_the_objective_of_a_maximisation_keeps_its_sign(solved):
    _, _, answer = solved
    m = toy()
    m.cost.deactivate()
    m.gain = Objective(expr=-m.cost.expr, sense=maximize)
    stamped = stamp(m)
    again = solve(stamped.program)
    assert again.objective == pytest.approx(answer.objective)
    assert stamped.evaluate(m.gain, again.x).item() == pytest.approx(-answer.objective)


def test_values_of_a_variable_are_labelled_by_sets_then_copies(solved):
    m, stamped, answer = solved
    output = stamped.values(m.step.output, answer.x, names=["plant"])
    assert output.index.names == ["plant", "period", "day", "step"]
    assert len(output) == 2 * 18
    indexes, starts, n = stamped.columns(m.step.output)
    assert (indexes, n) == (["wind", "gas"], 18)
    for index, start in zip(indexes, starts, strict=True):
        assert output.loc[index].to_numpy().tolist() == answer.x[start : start + n].tolist()
    for j in range(starts[1], starts[1] + n):
        name, index, labels = stamped.describe_column(j)
        assert (name, index) == ("step.output", "gas")
        assert output.loc[("gas", *labels.values())] == answer.x[j]


def test_values_of_members_expressions_and_series(solved):
    m, stamped, answer = solved
    output = stamped.values(m.step.output, answer.x)
    assert output.index.names[0] == "set0"
    assert stamped.values(m.step.output["gas"], answer.x).tolist() == output.loc["gas"].tolist()
    assert stamped.array(m.step.output["gas"], answer.x).tolist() == output.loc["gas"].tolist()
    assert stamped.values(m.store_mwh, answer.x).index.tolist() == [0]
    availability = stamped.values(m.step.availability, answer.x)
    assert availability.loc["wind"].tolist() == series_values(m.step.availability, "wind").tolist()
    assert stamped.evaluate(m.step.load_mw, answer.x).index.names == ["period", "day", "step"]


def test_values_of_an_indexed_expression_are_those_of_its_parts(solved):
    m, stamped, answer = solved
    built = stamped.values(m.period.built, answer.x)
    capacity = stamped.evaluate(m.period.capacity, answer.x)
    gas, wind = built.loc["gas"].to_numpy(), built.loc["wind"].to_numpy()
    assert capacity.loc["gas"].to_numpy() == pytest.approx(np.cumsum(gas))
    assert capacity.loc["wind"].to_numpy() == pytest.approx([wind[0], wind[0] + wind[1], wind[1] + wind[2]])


def test_evaluating_words_data_and_numbers(solved):
    m, stamped, answer = solved
    load = series_values(m.step.load_mw).reshape(3, 2, 3)
    hours = np.array([6.0, 10.0, 8.0])
    yearly = stamped.evaluate(total(m.step.load_mw, per=m.period), answer.x)
    assert yearly.index.names == ["period"]
    assert yearly.to_numpy() == pytest.approx((load @ hours) @ [200.0, 165.0])
    stored = stamped.values(m.step.stored, answer.x)
    ends = stamped.evaluate(last(m.step.stored, per=m.day) * 2 + 1, answer.x)
    assert ends.tolist() == (2 * stored.to_numpy()[2::3] + 1).tolist()
    before = stamped.evaluate(previous(m.step.stored, within=m.day, wrap=False), answer.x)
    assert before.to_numpy().reshape(6, 3)[:, 0].tolist() == [0.0] * 6
    assert stamped.evaluate(3.5, answer.x).tolist() == [3.5]


def test_rows_hold_when_evaluated(solved):
    """The left-hand side of a row, evaluated, lies between its bounds: evaluation and matrix agree."""
    m, stamped, answer = solved
    slack = stamped.evaluate(m.step.availability["wind"] * m.period.capacity["wind"] - m.step.output["wind"], answer.x)
    assert slack.min() > -1e-7
    activity = stamped.program.matrix @ answer.x
    names, starts, _ = stamped.rows(m.step.output_limit)
    start = starts[names.index("wind")]
    assert slack.to_numpy() == pytest.approx(-activity[start : start + 18], abs=1e-9)


def test_duals_are_the_change_of_the_objective(solved):
    m, stamped, answer = solved
    dual = stamped.duals(m.step.balance, answer.row_dual)
    assert dual.index.names == ["period", "day", "step"]
    for row in range(stamped.program.shape[0]):
        name, _, labels = stamped.describe_row(row)
        if name == "step.balance" and labels["step"] == 1:
            more = stamped.program.copy()
            more.row_lower[row] += 1e-4
            more.row_upper[row] += 1e-4
            gained = (solve(more).objective - answer.objective) / 1e-4
            assert dual.loc[tuple(labels.values())] == pytest.approx(gained, rel=1e-4, abs=1e-4)


def test_duals_of_rows_that_do_not_exist_are_absent(solved):
    m, stamped, answer = solved
    dual = stamped.duals(m.period.gas_limit, answer.row_dual)
    assert dual.index.tolist() == ["middle", "late"]
    start = stamped.rows(m.period.gas_limit)[1][0]
    assert dual.tolist() == answer.row_dual[start : start + 2].tolist()
    assert (dual < 0).any(), "the limit binds"


def test_duals_of_an_indexed_constraint_and_of_one_member(solved):
    m, stamped, answer = solved
    dual = stamped.duals(m.step.output_limit, answer.row_dual, names=["plant"])
    assert dual.index.names == ["plant", "period", "day", "step"]
    assert stamped.duals(m.step.output_limit["gas"], answer.row_dual).tolist() == dual.loc["gas"].tolist()


def test_reduced_costs_are_cost_less_what_the_rows_pay(solved):
    m, stamped, answer = solved
    reduced = stamped.reduced_costs(m.step.output, answer.col_dual)
    program = stamped.program
    expected = program.cost - program.matrix.T @ answer.row_dual
    start = stamped.columns(m.step.output)[1][0]
    assert reduced.to_numpy() == pytest.approx(expected[start : start + 36], abs=1e-6)
    assert reduced.index.names == ["set0", "period", "day", "step"]


def test_path_weight_turns_duals_into_prices_per_unit(solved):
    m, stamped, answer = solved
    price = stamped.duals(m.step.balance, answer.row_dual) / stamped.path_weight(m.step)
    assert stamped.path_weight(m.step)[0] == 2.0 * 200.0 * 6.0
    assert price.max() <= 2.0 + 1e-9, "never above what unserved load costs"


def test_every_column_and_row_has_its_own_description(solved):
    _, stamped, _ = solved
    rows, n = stamped.program.shape
    assert len({str(stamped.describe_column(j)) for j in range(n)}) == n
    assert len({str(stamped.describe_row(i)) for i in range(rows)}) == rows
    for describe, position in ((stamped.describe_column, n), (stamped.describe_row, rows), (stamped.describe_row, -1)):
        with pytest.raises(StampError, match="there is no"):
            describe(position)


def test_descriptions_skip_variables_without_members():
    m = ConcreteModel()
    add_levels(m, [Level("hour", 2)])
    m.a, m.hour.none, m.hour.b, m.hour.empty = Var(), Var([]), Var(), Var([])
    stamped = stamp(m, minimise=m.a)
    assert [stamped.describe_column(j)[0] for j in range(3)] == ["a", "hour.b", "hour.b"]
    assert stamped.values(m.hour.none, np.zeros(3)).empty


def test_sets_of_pairs_give_an_index_level_each():
    m = ConcreteModel()
    add_levels(m, [Level("hour", 2)])
    m.hour.flow = Var([("a", "b"), ("a", "c")], [1, 2])
    stamped = stamp(m, minimise=0.0)
    flow = stamped.values(m.hour.flow, np.arange(8.0), names=["source", "target", "line"])
    assert flow.index.names == ["source", "target", "line", "hour"]
    assert flow.loc[("a", "c", 2)].tolist() == [6.0, 7.0]
    with pytest.raises(StampError, match="2 names"):
        stamped.values(m.hour.flow, np.arange(8.0), names=["source", "target"])


def test_expressions_are_given_at_the_level_of_their_block():
    m = ConcreteModel()
    year = Level("year", pd.DataFrame({"start_year": [0.0, 1.0]}, index=pd.Index([2030, 2031], name="year")))
    add_levels(m, [year, Level("hour", 4, parent=year, parent_of=[0, 0, 1, 1])])
    m.year.built = Var(within=NonNegativeReals)
    m.hour.capacity = Expression(expr=in_service(m.year.built, 9))
    m.hour.flat = Expression(["a"], rule=lambda b, i: 2.0)
    stamped = stamp(m, minimise=0.0)
    assert stamped.evaluate(m.hour.capacity, np.array([1.0, 2.0])).tolist() == [1.0, 1.0, 3.0, 3.0]
    assert stamped.values(m.hour.flat, np.zeros(2)).tolist() == [2.0] * 4
    assert stamped.evaluate(total(m.hour.flat["a"], per=m.year), np.zeros(2)).tolist() == [4.0, 4.0]


def test_a_year_of_a_variable_is_the_weighted_sum_of_its_values(solved):
    m, stamped, answer = solved
    output = stamped.values(m.step.output["gas"], answer.x)
    yearly = stamped.evaluate(total(m.step.output["gas"], per=m.period), answer.x)
    assert (yearly * [2.0, 3.0, 5.0]).sum() == pytest.approx((output * stamped.path_weight(m.step)).sum())


def test_variables_of_a_clone_have_no_values_here(solved):
    m, stamped, answer = solved
    with pytest.raises(StampError, match="not on this model"):
        stamped.values(m.clone().step.output, answer.x)

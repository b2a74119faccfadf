"""What the levels mean: weights, scenarios, chains, lives. Most tests compare two models that must say the same."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from pyomo.environ import ConcreteModel, NonNegativeReals, Objective, Reals, Var

from planner.stamp import (
    Level,
    Relation,
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

from .solving import solve

LOAD = np.array([3.0, 6.0, 2.0, 5.0, 7.0, 1.0, 4.0, 9.0, 3.0])
SUN = np.array([0.0, 1.0, 0.2, 0.1, 0.9, 0.0, 0.0, 0.4, 0.1])


def grid(day_weights, years=None, dates=None):
    """Days of three steps, under years of given probability and over calendar dates where there are any."""
    n, levels = len(day_weights), []
    year = of_year = None
    if years is not None:
        year = Level("year", len(years), weight=years)
        of_year = np.repeat(np.arange(len(years)), n // len(years))
        levels.append(year)
    day = Level("day", n, parent=year, parent_of=of_year, weight=day_weights)
    levels += [day, Level("step", 3 * n, parent=day, parent_of=np.repeat(np.arange(n), 3))]
    if dates is not None:
        levels.append(Level("date", len(dates), parent=day, parent_of=dates))
    return levels


def dispatch(levels, load=LOAD, sun=SUN):
    m = ConcreteModel()
    add_levels(m, levels)
    series(m.step, "load", load)
    series(m.step, "sun", sun)
    m.panel = Var(within=NonNegativeReals)
    m.store = Var(within=NonNegativeReals)
    m.step.gas = Var(within=NonNegativeReals)
    m.step.charge = Var(bounds=(-5, 5))
    constraint(m.step, name="supply", rule=lambda b: b.gas + b.sun * m.panel - b.charge >= b.load)
    m.cost = Objective(expr=10 * m.panel + 3 * m.store + total(9 * m.step.gas, per=m))
    return m


def with_chain(m, within):
    """A store whose content runs in a cycle through the steps of each copy of `within`."""
    m.step.stored = Var(within=NonNegativeReals)
    constraint(m.step, name="chain", rule=lambda b: b.stored == previous(b.stored, within=within, wrap=True) + b.charge)
    constraint(m.step, name="fits", rule=lambda b: b.stored <= m.store)
    return m


def with_linked_dates(m):
    """A store carried from date to date: each date repeats the swing of its day from another starting point."""
    m.step.swing = Var(within=Reals)
    m.day.low, m.day.high = Var(within=Reals), Var(within=Reals)
    m.date.carried = Var(within=Reals)
    constraint(m.step, name="swings", rule=lambda b: b.swing == previous(b.swing, within=m.day, wrap=False) + b.charge)
    constraint(m.step, name="below", rule=lambda b: b.swing <= m.day.high)
    constraint(m.step, name="above", rule=lambda b: b.swing >= m.day.low)
    net = last(m.step.swing, per=m.day)
    constraint(m.date, name="carry", rule=lambda b: b.carried == previous(b.carried + net, within=m, wrap=True))
    constraint(m.date, name="never_empty", rule=lambda b: b.carried + m.day.low >= 0)
    constraint(m.date, name="never_full", rule=lambda b: b.carried + m.day.high <= m.store)
    return m


def optimum(m):
    return solve(stamp(m).program).objective


def test_a_day_of_weight_two_is_two_equal_days():
    twice = [0, 1, 2, *range(6)]
    one = dispatch(grid([2.0, 5.0]), LOAD[:6], SUN[:6])
    two = dispatch(grid([1.0, 1.0, 5.0]), LOAD[twice], SUN[twice])
    assert optimum(with_chain(one, one.day)) == pytest.approx(optimum(with_chain(two, two.day)), rel=1e-9)


def test_two_identical_scenarios_of_half_are_one():
    one = dispatch(grid([3.0, 5.0], years=[1.0]), LOAD[:6], SUN[:6])
    two = dispatch(grid([3.0, 5.0] * 2, years=[0.5, 0.5]), np.tile(LOAD[:6], 2), np.tile(SUN[:6], 2))
    assert optimum(with_chain(one, one.day)) == pytest.approx(optimum(with_chain(two, two.day)), rel=1e-9)


def test_dates_in_the_order_of_the_days_are_one_chain():
    chain, linked = dispatch(grid([1.0] * 3)), dispatch(grid([1.0] * 3, dates=[0, 1, 2]))
    seasonal = optimum(with_chain(chain, chain))
    assert optimum(with_linked_dates(linked)) == pytest.approx(seasonal, rel=1e-9)
    daily = dispatch(grid([1.0] * 3))
    assert optimum(with_chain(daily, daily.day)) > seasonal * 1.001, "carrying across days is worth something here"


def test_dates_that_repeat_days_are_the_chain_written_out():
    order = [2, 0, 1, 1, 0]
    steps = np.concatenate([np.arange(3) + 3 * day for day in order])
    long = dispatch(grid([1.0] * 5), LOAD[steps], SUN[steps])
    with_chain(long, long)
    again, before = np.r_[12:15, 9:12], np.r_[3:6, 6:9]  # the same day has the same dispatch on each of its dates
    step = level_of(long.step)
    same = Relation(step, step, sp.csr_array((np.ones(6), (again, before)), shape=(15, 15)))
    mask = np.isin(np.arange(15), again)
    constraint(long.step, name="same", rule=lambda b: b.charge == relate(b.charge, same), where=mask)
    short = dispatch(grid([2.0, 2.0, 1.0], dates=order))
    assert optimum(with_linked_dates(short)) == pytest.approx(optimum(long), rel=1e-9)


def rows(m, name="row"):
    """The dense coefficients of one constraint, its rows by copy, all columns."""
    stamped = stamp(m, minimise=0.0)
    positions = [i for i in range(stamped.program.shape[0]) if stamped.describe_row(i)[0].endswith(name)]
    return stamped.program.matrix.toarray()[positions]


def small(block, periods=None, steps=None):
    """A model with periods and steps below them, x at `block`, and nothing else."""
    starts = [0.0, 1.0, 3.0] if periods is None else periods
    table = pd.DataFrame({"start_year": starts, "length_yr": 1.0}, index=pd.RangeIndex(len(starts), name="period"))
    period = Level("period", table, weight=[1.0, 2.0, 4.0][: len(starts)])
    of = [0, 0, 1, 1, 1, 2] if steps is None else steps
    labels = [(parent, of[:position].count(parent)) for position, parent in enumerate(of)]
    index = pd.MultiIndex.from_tuples(labels, names=["period", "step"])
    step = Level("step", index, parent=period, parent_of=of, weight=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    m = ConcreteModel()
    add_levels(m, [period, step])
    getattr(m, block, m).x = Var()
    return m


def test_total_weights_the_copies_below():
    m = small("step")
    constraint(m.period, name="row", rule=lambda b: total(m.step.x, per=b) <= 1)
    assert rows(m).tolist() == [[1, 2, 0, 0, 0, 0], [0, 0, 3, 4, 5, 0], [0, 0, 0, 0, 0, 6]]


def test_total_multiplies_the_weights_on_the_way():
    m = small("step")
    constraint(m, name="row", rule=lambda b: total(m.step.x, per=b) <= 1)
    assert rows(m).tolist() == [[1, 2, 6, 8, 10, 24]]


def test_total_in_two_strides_is_total_in_one():
    m = small("step")
    constraint(m, name="row", rule=lambda b: total(total(m.step.x, per=m.period), per=b) <= 1)
    assert rows(m).tolist() == [[1, 2, 6, 8, 10, 24]]


def test_total_of_coarser_counts_it_in_every_finer_copy():
    m = small("period")
    constraint(m.period, name="row", rule=lambda b: total(b.x, per=b, over=m.step) <= 1)
    assert rows(m).tolist() == np.diag([3.0, 12.0, 6.0]).tolist()


def test_total_at_its_own_level_is_the_expression():
    m = small("period")
    constraint(m.period, name="row", rule=lambda b: total(3 * b.x, per=b) <= 1)
    assert rows(m).tolist() == np.diag([3.0] * 3).tolist()


def test_total_of_nothing_is_zero():
    m = small("step")
    m.step.nothing = Var([], within=Reals)
    constraint(
        m, name="row", rule=lambda b: total(sum(m.step.nothing[i] for i in []), per=b) + total(m.step.x, per=b) <= 1
    )
    assert rows(m).tolist() == [[1, 2, 6, 8, 10, 24]]


@pytest.mark.parametrize(
    ("wrap", "expected"),
    [
        (
            True,
            [
                [0, 1, 0, 0, 0, 0],
                [1, 0, 0, 0, 0, 0],
                [0, 0, 0, 0, 1, 0],
                [0, 0, 1, 0, 0, 0],
                [0, 0, 0, 1, 0, 0],
                [0] * 5 + [1],
            ],
        ),
        (False, [[0] * 6, [1, 0, 0, 0, 0, 0], [0] * 6, [0, 0, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0], [0] * 6]),
    ],
)
def test_previous_stays_inside(wrap, expected):
    m = small("step")
    constraint(m.step, name="row", rule=lambda b: previous(b.x, within=m.period, wrap=wrap) <= 1)
    assert rows(m).tolist() == expected


def test_previous_follows_the_order_of_the_level_not_of_its_parents():
    m = small("step", periods=[0.0, 1.0], steps=[0, 1, 0, 1, 0, 1])
    constraint(m.step, name="row", rule=lambda b: previous(b.x, within=m.period, wrap=False) <= 1)
    assert rows(m).nonzero()[1].tolist() == [0, 1, 2, 3]


def test_first_last_and_at():
    m = small("step")
    picked = (
        first(m.step.x, per=m.period) + 10 * last(m.step.x, per=m.period) + 100 * at(m.step.x, per=m.period, step=0)
    )
    constraint(m.period, name="row", rule=lambda b: picked <= 1)
    assert rows(m).tolist() == [[101, 10, 0, 0, 0, 0], [0, 0, 101, 0, 10, 0], [0, 0, 0, 0, 0, 111]]


def test_constants_pass_through_words():
    m = small("step")
    constraint(m.step, name="row", rule=lambda b: previous(b.x + 2, within=m.period, wrap=False) <= 1)
    assert stamp(m, minimise=0.0).program.row_upper.tolist() == [1, -1, 1, -1, -1, 1]


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        (1, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        (2.5, [[1, 0, 0], [1, 1, 0], [0, 1, 1]]),
        (9, [[1, 0, 0], [1, 1, 0], [1, 1, 1]]),
    ],
)
def test_in_service_counts_what_is_still_alive(life, expected):
    m = small("period")
    constraint(m.period, name="row", rule=lambda b: in_service(b.x, life) <= 1)
    assert rows(m).tolist() == expected


def test_a_life_that_ends_where_a_period_starts_has_ended_despite_rounding():
    m = small("period", periods=[0.0, 0.1, 0.3])
    assert 0.1 + 0.2 > 0.3
    constraint(m.period, name="row", rule=lambda b: in_service(b.x, 0.1 + 0.2) <= 1)
    assert rows(m).tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 1]]


def test_lives_stay_under_their_own_parent():
    future = Level("future", 2)
    table = pd.DataFrame({"start_year": [0.0, 1.0] * 2}, index=pd.RangeIndex(4, name="period"))
    m = ConcreteModel()
    add_levels(m, [future, Level("period", table, parent=future, parent_of=[0, 0, 1, 1])])
    m.period.x = Var()
    constraint(m.period, name="row", rule=lambda b: in_service(b.x, 9) <= 1)
    assert rows(m).tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]]


def test_vintages_by_relation():
    """Units of each (period, built) pair: what is left of what was built, summed over the pairs of a period."""
    m = ConcreteModel()
    period = Level("period", 3)
    pairs = [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2)]
    labels = pd.MultiIndex.from_tuples(pairs, names=["period", "built"])
    vintage = Level("vintage", labels, parent=period, parent_of=[pair[0] for pair in pairs])
    add_levels(m, [period, vintage])
    m.period.built = Var()
    m.vintage.retired = Var()
    when = sp.csr_array((np.ones(5), (range(5), [pair[1] for pair in pairs])), shape=(5, 3))
    built = relate(m.period.built, Relation(vintage, period, when))
    constraint(m.vintage, name="left", rule=lambda b: b.retired <= built)
    constraint(m.period, name="row", rule=lambda b: total(built - m.vintage.retired, per=b) >= 1)
    assert rows(m, "left")[:, :3].tolist() == [[-1, 0, 0], [-1, 0, 0], [0, -1, 0], [0, -1, 0], [0, 0, -1]]
    assert rows(m).tolist() == [[1, 0, 0, -1, 0, 0, 0, 0], [1, 1, 0, 0, -1, -1, 0, 0], [0, 1, 1, 0, 0, 0, -1, -1]]

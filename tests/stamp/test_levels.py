"""Levels: tables of copies, their tree, and their tie to the blocks of a model."""

import copy

import numpy as np
import pandas as pd
import pytest
from pyomo.environ import Block, ConcreteModel, Var

from planner.stamp import Level, Levels, StampError, add_levels, level_of, stamp


def tree():
    year = Level("year", pd.Index([2030, 2031], name="year"), weight=[0.25, 0.75])
    day = Level("day", pd.Index(list("abc"), name="day"), parent=year, parent_of=[0, 1, 1], weight=[365, 100, 265])
    return year, day, Level("step", 6, parent=day, parent_of=[0, 0, 1, 1, 2, 2], weight=12.0)


def test_copies_as_a_table_an_index_or_a_number():
    table = Level("year", pd.DataFrame({"start_year": [1.0, 2.0]}, index=pd.Index([5, 6], name="name")))
    assert table.label_names == ["name"]
    assert table.copies["start_year"].tolist() == [1.0, 2.0]
    assert Level("year", pd.Index([5, 6])).label_names == ["year"]
    assert Level("year", 3).labels.tolist() == [0, 1, 2]


def test_blocks_know_their_level():
    year, day, step = tree()
    m = ConcreteModel()
    levels = add_levels(m, [year, day, step])
    m.day.inner = Block([1, 2])
    m.day.inner[1].x = Var(["a"])
    assert level_of(m.day.inner[1].x["a"]) is day
    assert level_of(m.step) is step
    assert level_of(m) is levels.plan
    assert list(levels) == ["plan", "year", "day", "step"]
    assert levels["day"] is day


def test_a_plan_level_of_ones_own():
    m = ConcreteModel()
    plan = Level("plan", pd.Index(["gigawatt"], name="plan"))
    add_levels(m, list(tree()), plan=plan)
    m.x = Var()
    assert level_of(m) is plan
    assert stamp(m, minimise=m.x).values(m.x, np.array([7.0])).to_dict() == {"gigawatt": 7.0}


def test_a_clone_shares_levels():
    year, day, step = tree()
    m = ConcreteModel()
    add_levels(m, [year, day, step])
    assert level_of(m.clone().day) is day
    assert copy.deepcopy(step) is step


def test_ancestors_and_weights():
    year, day, step = tree()
    assert step.up(year).tolist() == [0, 0, 1, 1, 1, 1]
    assert step.weight_up(day).tolist() == [12.0] * 6
    assert step.weight_up(year).tolist() == [12.0 * 365] * 2 + [1200.0] * 2 + [12.0 * 265] * 2


def test_path_weight_is_the_product_up_to_the_plan():
    year, day, step = tree()
    m = ConcreteModel()
    add_levels(m, [year, day, step])
    m.x = Var()
    stamped = stamp(m, minimise=m.x)
    assert stamped.path_weight(m.day).tolist() == [0.25 * 365, 75.0, 0.75 * 265]
    assert stamped.path_weight(m.step).tolist() == np.repeat(12 * stamped.path_weight(m.day), 2).tolist()
    assert stamped.path_weight(m).tolist() == [1.0]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Level("day", pd.Index(["a", "a"])), "stands for more than one copy"),
        (lambda: Level("day", pd.MultiIndex.from_tuples([(1, 2)])), "name every part"),
        (lambda: Level("day", 2, weight=[1.0]), "weight"),
        (lambda: Level("day", 2, weight=[1.0, np.nan]), "weight"),
        (lambda: Level("day", 2, parent=Level("year", 2)), "parent_of"),
        (lambda: Level("day", 2, parent=Level("year", 2), parent_of=[0, 2]), "outside"),
        (lambda: Level("day", 2, parent=Level("year", 2), parent_of=[0, -1]), "outside"),
        (lambda: Level("day", 2, parent=Level("year", 2), parent_of=[0.0, 1.0]), "whole numbers"),
        (lambda: Levels([Level("day", 2), Level("day", 3)]), "two levels"),
        (lambda: Levels([Level("day", 2, parent=Level("year", 2), parent_of=[0, 1])]), "put its parent 'year' before"),
        (lambda: Levels([], plan=Level("plan", 2)), "one copy"),
        (lambda: add_levels(ConcreteModel(), [Level("values", 2)]), "choose another"),
        (lambda: Level("day", 2).up(Level("year", 2)), "not above"),
    ],
)
def test_refused_levels(make, words):
    with pytest.raises(StampError, match=words):
        make()

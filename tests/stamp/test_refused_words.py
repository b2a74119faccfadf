"""Words that cross copies where there is nothing to cross to, or no single copy to pick."""

import re

import numpy as np
import pytest
import scipy.sparse as sp
from pyomo.environ import (
    value,
)

from planner.stamp import (
    Level,
    Relation,
    StampError,
    at,
    first,
    in_service,
    last,
    level_of,
    previous,
    relate,
    total,
)

from .refusing import model, refuse_row


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


def test_a_word_has_no_value_of_its_own():
    m = model()
    m.period.x.value = 1.0
    with pytest.raises(StampError, match=re.escape("total(..., per=plan)")):
        value(total(m.period.x, per=m))


def test_words_read_as_what_was_written():
    m = model()
    assert str(2 * total(m.period.x, per=m)) == "2*total(period.x, per=plan)"

"""Ledgers: what is posted once is found in every balance and every sum."""

from __future__ import annotations

import pytest
from pyomo.environ import ConcreteModel, Objective, Set, Var

from planner.model.ledger import Ledger
from planner.stamp import Level, add_levels, constraint, total
from tests.model.reading import Rows, coefficients


@pytest.fixture
def small() -> ConcreteModel:
    """One year of two steps that stand for 30 and 50 h; x at each step and y in the year, for nodes a and b."""
    m = ConcreteModel()
    year = Level("year", 1)
    step = Level("step", 2, parent=year, parent_of=[0, 0], weight=[30.0, 50.0])
    add_levels(m, [year, step])
    m.NODES = Set(initialize=["a", "b"])
    m.WAYS = Set(dimen=2, initialize=[("a", "in"), ("a", "out"), ("b", "in")])
    m.step.x = Var(m.NODES)
    m.year.y = Var(m.NODES)
    return m


@pytest.fixture
def book(small: ConcreteModel) -> Ledger:
    ledger = Ledger("power", "MW", dims=1)
    ledger.post("use", small.step, small.NODES, rule=lambda step, n: -2 * step.x[n], doc="use")
    ledger.post("both-ways", small.step, small.WAYS, rule=lambda step, n, way: 3 * step.x[n], doc="each way")
    ledger.post("base load", small.year, small.NODES, rule=lambda year, n: -year.y[n], doc="base")
    return ledger


def test_a_balance_sums_every_post_to_its_account(small: ConcreteModel, book: Ledger) -> None:
    def balance(step: object, n: str) -> object:
        return book.balance(n) == 0

    constraint(small.step, small.NODES, rule=balance)
    small.objective = Objective(expr=0.0)
    rows = Rows(small)
    found = {name: rows.row(name).coefficients for name in rows.names()}
    assert found["balance[a]@1"] == {"x[a]@1": -2 + 3 + 3, "y[a]": -1}
    assert found["balance[b]@0"] == {"x[b]@0": -2 + 3, "y[b]": -1}


def test_per_sums_each_post_with_the_weights_of_its_copies(small: ConcreteModel, book: Ledger) -> None:
    found, constant = coefficients(small, total(book.per(small.year, "a"), per=small))
    assert found == {"x[a]@0": 30 * 4, "x[a]@1": 50 * 4, "y[a]": -1}  # y is yearly already
    assert constant == 0


def test_an_account_without_posts_is_zero(small: ConcreteModel, book: Ledger) -> None:
    assert book.balance("nowhere") == 0
    assert book.per(small.year, "nowhere") == 0


def test_a_name_is_posted_once(small: ConcreteModel, book: Ledger) -> None:
    with pytest.raises(ValueError, match="power already has a post named use"):
        book.post("use", small.year, rule=lambda year: 0.0, doc="again")
    assert [post.name for post in book.posts] == ["use", "both-ways", "base load"]


def test_the_same_name_may_stand_in_two_ledgers(small: ConcreteModel, book: Ledger) -> None:
    other = Ledger("cash", "M USD", dims=0)
    post = other.post("use", small.year, rule=lambda year: year.y["a"], doc="paid")
    assert other.posts == [post]
    assert other.balance() is not None


def test_a_post_becomes_a_documented_expression_of_its_block(small: ConcreteModel, book: Ledger) -> None:
    assert small.step.power_both_ways.doc == "each way (MW)"
    assert small.year.power_base_load.doc == "base (MW)"
    assert len(small.step.power_both_ways) == 3


def test_a_ledger_without_accounts_keeps_everything_in_one(small: ConcreteModel) -> None:
    ledger = Ledger("carbon", "t/h", dims=0)
    ledger.post("use", small.step, small.NODES, rule=lambda step, n: step.x[n], doc="use")
    ledger.post("rest", small.step, rule=lambda step: 5 * step.x["a"], doc="rest")
    found, _ = coefficients(small, total(ledger.per(small.year), per=small))
    assert found == {"x[a]@0": 180, "x[a]@1": 300, "x[b]@0": 30, "x[b]@1": 50}


def test_indices_have_names_even_if_nobody_gave_them_any(small: ConcreteModel, book: Ledger) -> None:
    plain = book.post("plain", small.year, rule=lambda year: 0.0 * year.y["a"], doc="no index")
    named = book.post("named", small.step, small.NODES, rule=lambda s, n: s.x[n], doc="named", index_names=("node",))
    assert [post.index_names for post in (book.posts[0], book.posts[1], plain, named)] == [
        ("index1",),
        ("index1", "index2"),
        (),
        ("node",),
    ]


def test_a_closed_ledger_takes_no_more_posts(small: ConcreteModel, book: Ledger) -> None:
    book.closed = True
    with pytest.raises(ValueError, match="power is closed: its balances are written, and late would count nowhere"):
        book.post("late", small.year, rule=lambda year: year.y["a"], doc="late")

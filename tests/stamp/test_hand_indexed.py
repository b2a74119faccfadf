"""The stamped toy is the matrix of the same model indexed by hand, and solves to the same optimum."""

import pytest
from pyomo.environ import SolverFactory, value

from planner.stamp import stamp, unstamp

from .compare import assert_same, tables_of_pyomo, tables_of_stamped
from .hand_indexed import hand_indexed
from .solving import solve
from .toy import toy


def test_stamped_toy_is_the_hand_indexed_model():
    assert_same(tables_of_stamped(stamp(toy())), tables_of_pyomo(hand_indexed()))


def test_unstamped_toy_is_the_hand_indexed_model():
    assert_same(tables_of_pyomo(unstamp(stamp(toy()))), tables_of_pyomo(hand_indexed()))


def test_both_solve_to_one_optimum():
    by_hand = hand_indexed()
    SolverFactory("appsi_highs").solve(by_hand)
    assert solve(stamp(toy()).program).objective == pytest.approx(value(by_hand.cost), rel=1e-9)


def test_whole_numbers_reach_the_solver():
    stamped = stamp(toy(integer=True))
    built = stamped.values(stamped.model.period.built, solve(stamped.program).x)
    assert built.to_numpy() == pytest.approx(built.round().to_numpy(), abs=1e-6)
    assert stamped.program.integrality.sum() == len(built)

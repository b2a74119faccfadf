"""The stamp and an ordinary compiler of the written-out model agree entry for entry."""

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyomo.common.errors import InfeasibleConstraintException

from planner.stamp import stamp, unstamp

from .compare import assert_same, tables_of_pyomo, tables_of_stamped
from .random_models import random_model

SEEDS = st.integers(0, 2**32)
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # a seed has no smaller sibling to shrink to


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(SEEDS)
def test_stamped_is_unstamped(seed):
    stamped = stamp(random_model(seed))
    ours = tables_of_stamped(stamped)
    try:
        theirs = tables_of_pyomo(unstamp(stamped))
    except (
        InfeasibleConstraintException
    ):  # the ordinary compiler refuses a row 0 >= 1; the stamp leaves it to the solver
        assert any(not coefficients and (low > 0 or high < 0) for coefficients, low, high in ours.rows.values())
    else:
        assert_same(ours, theirs)


@settings(max_examples=15, deadline=None, phases=PHASES)
@given(SEEDS)
def test_clone_stamps_to_the_same_matrix(seed):
    m = random_model(seed)
    assert_same(tables_of_stamped(stamp(m.clone())), tables_of_stamped(stamp(m)), tolerance=0.0)

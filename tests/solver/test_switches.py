"""The search over switches: its bounds hold, it closes what it can, and what it takes away is never missed."""

import math

import numpy as np
import pytest

from planner.solver import Options, relax, solve
from planner.solver.highs import Session
from planner.solver.residuals import lagrangian_bound, primal_residuals
from planner.solver.switches import SwitchSearch
from planner.solver.tighten import cutoff, narrow
from planner.solver.watch import Watch
from tests.solver.capacity import capacity_program
from tests.solver.small import best_by_trying, best_random, facilities, random_mip


def searched(program, objective, gap, seconds=math.inf):
    """The search on a relaxation, its bound, and the solutions it settled; every plan counts as `objective`."""
    relaxed, watch = relax(program), Watch()
    session = Session(relaxed, Options(), watch)
    root = session.run("simplex")
    switches = np.flatnonzero(program.integrality & (program.col_upper - program.col_lower == 1))
    seen = []
    search = SwitchSearch(relaxed, session, switches, watch, lambda x: seen.append(x) or objective)
    bound = search.prove(lagrangian_bound(relaxed, root.row_dual), objective, lambda z: cutoff(z, gap), seconds)
    return search, bound, seen, switches, root


@pytest.mark.parametrize("seed", range(6))
def test_with_switches_only_it_proves_the_optimum(seed):
    """Facility location has nothing but switches: from a plan 10 % too dear the search settles the true optimum."""
    program = facilities(seed)
    truth = best_by_trying(program)
    search, bound, seen, _, _ = searched(program, 1.1 * truth, gap=0)
    assert bound == pytest.approx(truth, rel=1e-7)
    assert min(program.cost @ x for x in seen) == pytest.approx(truth, rel=1e-7)
    assert search.nodes < 2 ** len(program.cost)


@pytest.mark.parametrize("seed", [s for s in range(16) if s % 5])
@pytest.mark.parametrize("gap", [0.0, 0.2])
def test_its_bound_is_never_above_the_optimum_or_the_cutoff_is(seed, gap):
    program = random_mip(seed)
    truth = best_random(seed)
    if math.isinf(truth):
        pytest.skip("no plan exists")
    _, bound, _, _, _ = searched(program, truth, gap)
    assert bound <= truth + 1e-7


@pytest.mark.parametrize("seed", [s for s in range(13) if s % 5])
def test_the_narrowed_program_keeps_every_plan_better_than_the_cutoff(seed):
    """With a plan a good deal above the optimum at hand, the optimum must survive the narrowing."""
    program = random_mip(seed)
    truth = best_random(seed)
    if math.isinf(truth):
        pytest.skip("no plan exists")
    any_plan = program.copy()
    any_plan.cost = -any_plan.cost
    worst = solve(any_plan, Options(gap=0)).x
    objective = float(program.cost @ worst + program.offset)
    search, _, _, switches, root = searched(program, objective, 0.0)
    limit = cutoff(objective, 0.0)
    smaller = narrow(program, worst, limit, switches, search.choices_left(), root.row_dual).program
    assert best_by_trying(smaller) == pytest.approx(truth, abs=1e-7)
    assert primal_residuals(smaller, worst).primal_ok()


def test_narrowing_holds_switches_and_shrinks_counts_of_a_plan():
    program = capacity_program(seed=6, sites=3, racks=3)
    best = solve(program, Options(gap=1e-6))
    search, bound, _, switches, root = searched(program, best.objective, 1e-3)
    limit = cutoff(best.objective, 1e-3)
    smaller = narrow(program, best.x, limit, switches, search.choices_left(), root.row_dual).program
    assert np.all(smaller.col_lower >= program.col_lower)
    assert np.all(smaller.col_upper <= program.col_upper)
    assert (smaller.col_lower[switches] == smaller.col_upper[switches]).sum() > 0
    again = solve(smaller, Options(gap=1e-6, start="never"))
    assert again.objective == pytest.approx(best.objective, rel=2e-6)
    assert bound <= best.objective


def test_out_of_time_it_returns_the_bound_of_what_is_open():
    program = facilities(1)
    truth = best_by_trying(program)
    search, bound, seen, _, root = searched(program, 1.1 * truth, 0.0, seconds=-1.0)
    assert bound == pytest.approx(root.objective)
    assert (search.nodes, seen) == (0, [])
    low, high = search.choices_left()
    assert low.tolist() == [0] * 4
    assert high.tolist() == [1] * 4

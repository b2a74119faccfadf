"""Faults are refused by name; derived programs leave their origin alone; options are checked."""

import dataclasses
import pickle

import numpy as np
import pytest

from planner.solver import Options, fix, relax, solve, versions
from planner.solver.programs import positions_of
from tests.solver.capacity import capacity_program
from tests.solver.small import INF, wyndor


@pytest.mark.parametrize("name", ["cost", "col_lower", "col_upper", "row_lower", "row_upper"])
def test_nan_is_refused_by_name_and_position(name):
    program = wyndor()
    getattr(program, name)[1] = np.nan
    with pytest.raises(ValueError, match=rf"{name} holds NaN at position 1"):
        solve(program)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cost": np.zeros(3)}, r"cost needs shape \(2,\)"),
        ({"row_upper": np.zeros(2)}, r"row_upper needs shape \(3,\)"),
        ({"integrality": np.zeros(2)}, "integrality must be bool"),
        ({"cost": np.array([1.0, INF])}, "cost at position 1"),
        ({"cost": np.array([1e21, 0.0])}, "cost at position 0"),
        ({"col_lower": np.array([0.0, INF])}, "col_lower at position 1"),
        ({"row_upper": np.array([4.0, -INF, 18.0])}, "row_upper at position 1"),
        ({"row_upper": np.array([4.0, 1e25, 18.0])}, "write inf for no bound"),
        ({"offset": np.nan}, "offset"),
    ],
)
def test_faults_are_refused(change, said):
    with pytest.raises(ValueError, match=said):
        solve(dataclasses.replace(wyndor(), **change))


@pytest.mark.parametrize("value", [1e-12, 1e16, np.nan, INF])
def test_coefficients_the_solver_would_drop_or_choke_on_are_refused(value):
    program = wyndor()
    program.matrix.data[0] = value
    with pytest.raises(ValueError, match="1 matrix coefficients"):
        solve(program)


def test_explicit_zeros_are_harmless():
    program = wyndor()
    program.matrix.data[-1] = 0.0  # plant 3 makes no windows any more: 4 doors, 6 windows
    assert solve(program).objective == pytest.approx(-42)


def test_relax_and_fix_return_copies():
    program = capacity_program()
    relaxed = relax(program)
    assert program.integrality.any()
    assert not relaxed.integrality.any()
    fixed = fix(program, np.array([0, 2]), np.array([1.0, 0.0]))
    assert fixed.col_lower[[0, 2]].tolist() == fixed.col_upper[[0, 2]].tolist() == [1, 0]
    assert program.col_upper[2] == 1
    by_mask = fix(program, np.arange(program.shape[1]) == 2, 0.0)
    assert by_mask.col_upper[2] == 0
    assert by_mask.col_upper[1] == 1


@pytest.mark.parametrize("columns", [[5], [-1], [0.5], np.array([True])])
def test_wrong_column_positions_are_refused(columns):
    with pytest.raises(ValueError, match="column"):
        positions_of(np.asarray(columns), 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"gap": -0.1},
        {"gap": float("nan")},
        {"gap": "small"},
        {"time_limit_s": 0},
        {"time_limit_s": -1.0},
        {"threads": 0},
        {"threads": 1.5},
        {"method": "gurobi"},
        {"start": "maybe"},
        {"seed": -1},
        {"log": "yes"},
        {"vertex": 1},
    ],
)
def test_wrong_options_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Options(**wrong)


def test_options_are_frozen_and_recorded():
    options = Options(gap=1e-3, threads=2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.gap = 0.5
    assert Options(**options.as_dict()) == options


def test_versions_name_the_solver():
    found = versions()
    assert found["highs"].startswith("1.")
    assert set(found) == {"highspy", "highs", "highs_commit", "highspy_extras"}


def test_outcomes_travel_between_processes():
    outcome = solve(capacity_program(), Options(start="always"))
    copy = pickle.loads(pickle.dumps(outcome))
    assert copy.objective == outcome.objective
    assert copy.x.tolist() == outcome.x.tolist()


def test_threads_may_change_from_call_to_call():
    for threads in (1, 2, 1):
        outcome = solve(capacity_program(), Options(threads=threads))
        assert outcome.status == "optimal"
        assert f"Thread count {threads}" in outcome.log


def test_log_is_printed_on_request_and_kept_always(capsys):
    quiet = solve(wyndor())
    assert "Objective" in quiet.log
    assert capsys.readouterr().out == ""
    solve(wyndor(), Options(log=True))
    assert "Objective" in capsys.readouterr().out

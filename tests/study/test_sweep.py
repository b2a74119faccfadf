"""Sweeps: every combination, the same on one core and on several, flips found, the published kinks reached."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.instance import InstanceError
from planner.plan.plan import PlanError
from planner.study.breakeven import breakeven
from planner.study.conditions import condition
from planner.study.results import facts, read_study
from planner.study.session import Session
from planner.study.sweep import questions_of, sweep, values_of
from planner.study.workers import WorkerLost, ask_all
from tests.plan.worlds import two_sites
from tests.truths import test_inferencex as truth

LIMIT = "sites.beta.power_limit_mw"
PRICE = "power.alpha.grid.energy_usd_per_mwh"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return two_sites(tmp_path_factory.mktemp("study") / "world")


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Points without what differs from run to run."""
    return frame.drop(columns=["seconds", "how"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b.c=1:3:3", [1.0, 2.0, 3.0]),
        ("a.b.c=*0.5:1.5:3", [{"multiply": 0.5}, {"multiply": 1.0}, {"multiply": 1.5}]),
        ("a.b.c=1,x", [1.0, "x"]),
        ("a.b.c=5", [5.0]),
    ],
)
def test_values_are_read(text: str, expected: list[Any]) -> None:
    assert values_of(text) == ("a.b.c", expected)


@pytest.mark.parametrize("text", ["a.b.c", "a=1:2", "a=1:2:0", "=1:2:3", "a=", "a=*x", "a=1:2:x"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write PATH=from:to:n|only numbers can multiply"):
        values_of(text)


def test_every_combination_or_side_by_side() -> None:
    assert questions_of({"a": [1, 2], "b": [3, 4]}) == [
        (("a", 1), ("b", 3)),
        (("a", 1), ("b", 4)),
        (("a", 2), ("b", 3)),
        (("a", 2), ("b", 4)),
    ]
    assert questions_of({"a": [1, 2], "b": [3, 4]}, together=True) == [(("a", 1), ("b", 3)), (("a", 2), ("b", 4))]
    with pytest.raises(ValueError, match="a: 2, b: 1"):
        questions_of({"a": [1, 2], "b": [3]}, together=True)


def test_a_grid_of_two_parameters(world: Any, tmp_path: Path) -> None:
    study = sweep(Session(world), {LIMIT: [6, 12], PRICE: [20.0, 50.0, 90.0]})
    points = study.points
    assert list(points[LIMIT]) == [6, 6, 6, 12, 12, 12]
    assert list(points["status"]) == ["optimal"] * 6
    by_price = points["objective"].to_numpy().reshape(2, 3)
    assert (np.diff(by_price, axis=1) < 0).all()  # dearer power never helps
    assert (np.diff(by_price, axis=0) >= -1e-9).all()  # nor does less of it
    again = read_study(study.write(tmp_path / "study"))
    pd.testing.assert_frame_equal(again.points, points, check_exact=True)
    pd.testing.assert_frame_equal(again.design, study.design, check_dtype=False)
    with pytest.raises(PlanError, match="already holds a study"):
        study.write(tmp_path / "study")
    with pytest.raises(InstanceError, match="nothing matches gamma"):
        sweep(Session(world), {"sites.gamma.power_limit_mw": [5]})


def test_workers_give_the_same_answers(world: Any) -> None:
    vary = {LIMIT: [5.0, 6.0, 9.0], PRICE: [30.0, 60.0]}
    session = Session(world)
    here, there = sweep(session, vary), sweep(session, vary, workers=2)
    for name in ("design", "accounts", "prices", "flips"):
        pd.testing.assert_frame_equal(here.tables[name], there.tables[name], check_exact=True)
    pd.testing.assert_frame_equal(plain(here.points), plain(there.points), check_exact=True)


def dies_once(answer: Any) -> float:
    """Kill the worker that is given the mark, the first time; a file remembers that it happened."""
    mark = Path(os.environ["PLANNER_TEST_MARK"])
    if answer.changes[0][1] == 6.0 and not mark.exists():
        mark.touch()
        os._exit(1)
    return answer.objective


def always_dies(answer: Any) -> float:
    os._exit(1)


def test_a_worker_that_dies_is_replaced(world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANNER_TEST_MARK", str(tmp_path / "died"))
    session = Session(world)
    questions = [((LIMIT, value),) for value in (5.0, 6.0, 7.0)]
    found = ask_all(session, questions, dies_once, workers=2)
    assert (tmp_path / "died").exists()
    assert found == [session.ask(question).objective for question in questions]


@pytest.mark.slow
def test_a_question_that_kills_every_worker_is_given_up(world: Any) -> None:
    with pytest.raises(WorkerLost, match="died"):
        ask_all(Session(world), [((LIMIT, 5.0),), ((LIMIT, 6.0),)], always_dies, workers=2)


def test_where_something_appears_is_a_flip(world: Any) -> None:
    sun = "technologies.sun.capex_usd_per_kw"
    study = sweep(Session(world), {sun: [200.0, 50_000.0]})
    rows = set(study.flips[["kind", "what", "change"]].itertuples(index=False, name=None))
    assert ("power", "beta / sun", "disappears") in rows
    session = Session(world)
    found = breakeven(session, sun, "chosen power beta/sun", 200, 50_000, tolerance=1e-3).tables["breakeven"]
    assert list(found["change"]) == ["ceases to hold"]
    low, high = found["from"].iloc[0], found["to"].iloc[0]
    assert 0 < high - low <= 50
    holds = condition("chosen power beta/sun")
    assert holds.holds(facts(session.ask({sun: low})))
    assert not holds.holds(facts(session.ask({sun: high})))


@pytest.mark.parametrize("text", ["objective", "amount box > 1", "chosen fuel x", "price > ", "nothing < 1"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no condition|there is no kind"):
        condition(text)


@pytest.mark.truth
def test_one_sweep_reaches_the_published_budgets_and_kinks(tmp_path: Path) -> None:
    """The choices of InferenceX under four budgets; tokens are linear in the budget between two kinks."""
    plan = truth.gigawatt(tmp_path / "gigawatt", 850e3)
    budgets = [400e3, 500e3, 600e3, 700e3, 850e3, 1e6]
    from planner import load

    world = load(tmp_path / "gigawatt")
    path = "periods.2028.capex_budget_musd"
    session = Session(world, "tokens")
    study = sweep(session, {path: [usd * truth.HOURS / 1e6 for usd in budgets]})
    tokens = study.points["objective"].to_numpy() * 1e9 / truth.SECONDS
    expected = {500e3: 2.282939e9, 700e3: 2.654012e9, 850e3: 2.764265e9, 1e6: 2.800000e9}
    for usd, tok_per_s in expected.items():
        assert tokens[budgets.index(usd)] == pytest.approx(tok_per_s, rel=truth.RELATIVE)
    assert plan.objective * 1e9 / truth.SECONDS == pytest.approx(tokens[4], rel=truth.RELATIVE)
    steep, gentle = (tokens[1] - tokens[0]) / 100e3, (tokens[4] - tokens[3]) / 150e3
    power_binds = 600e3 - (tokens[1] + steep * 100e3 - tokens[2]) / (steep - gentle)
    assert power_binds == pytest.approx(truth.KINKS[0], rel=truth.RELATIVE)
    assert 700e3 + (tokens[5] - tokens[3]) / gentle == pytest.approx(truth.KINKS[1], rel=truth.RELATIVE)

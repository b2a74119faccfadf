"""The face in Python: names in place of instances, answers in one line, and plain words where a type is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import planner
from planner.cli import app


def test_a_name_or_a_folder_is_loaded(tmp_path: Path) -> None:
    from planner.instance.library import find

    named = planner.solve("toy", verify=False)
    assert named.objective == planner.solve(find("toy"), verify=False).objective
    with pytest.raises(TypeError, match="by its folder or its name, not from a int"):
        planner.solve(5)


def test_a_misspelt_name_is_told_from_the_shipped_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(planner.InstanceError, match="did you mean one-gigawatt"):
        planner.load("one-gigawat")


@pytest.fixture(scope="module")
def session() -> planner.Session:
    return planner.Session(planner.load("toy"))


@pytest.mark.parametrize("changes", ["x", 5, ["x"], [("x",)], [(1, 2)]])
def test_what_is_no_change_is_refused_in_one_sentence(session: planner.Session, changes: Any) -> None:
    with pytest.raises(TypeError, match="changes are a mapping such as"):
        session.ask(changes)


def test_an_answer_in_one_line_and_its_prices(session: planner.Session) -> None:
    answer = session.ask({"sites.site.power_limit_mw": 11})
    assert repr(answer).startswith("Answer(toy, sites.site.power_limit_mw=11: optimal, objective ")
    assert "\n" not in repr(answer)
    assert answer.price("power_limit_mw", "site") == pytest.approx(4_306_800)
    with pytest.raises(KeyError, match="there are prices of it at"):
        answer.price("power_limit_mw", "nowhere")


def test_a_plan_with_nothing_proven_ends_with_its_own_code(tmp_path: Path) -> None:
    """The search is stopped before it begins: doing nothing is kept, written and told apart from an answer."""
    words = ["--width", "120", "solve", "one-gigawatt", "--time-limit", "0.001", "--out", str(tmp_path / "plan")]
    result = CliRunner().invoke(app, [*words, "--set", "time.resolution_h=12"])
    assert result.exit_code == 2, result.output
    assert "kept is doing nothing" in " ".join(result.stdout.split())
    assert not planner.read_plan(tmp_path / "plan").is_proven
    help_text = " ".join(CliRunner().invoke(app, ["solve", "--help"]).stdout.split())
    assert "Exit code 0" in help_text

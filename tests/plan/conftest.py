"""Plans that many tests look at, solved once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.instance import Instance
from planner.plan.plan import Plan
from planner.plan.run import solve
from tests.plan.worlds import WORLDS

Solved = tuple[Plan, Instance]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in, so that paths and what is written are seen."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Solved]:
    """Solve one of the worlds to the optimum, once for each way of asking."""
    kept: dict[tuple, Solved] = {}

    def run(name: str, objective: str | None = None, **options: object) -> Solved:
        key = (name, objective, *sorted(options.items()))
        if key not in kept:
            instance = WORLDS[name](tmp_path_factory.mktemp("world") / "w")
            kept[key] = solve(instance, objective, gap=0.0, **options), instance
        return kept[key]

    return run

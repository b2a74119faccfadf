"""Plans that many tests look at, solved once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planner.instance import Instance
from planner.plan.plan import Plan
from planner.plan.run import solve
from tests.plan.worlds import WORLDS

Solved = tuple[Plan, Instance]


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

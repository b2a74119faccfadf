"""The worlds of the row tests, built and stamped once: `everything` (m, rows), and each `world_*.py` beside it."""

from __future__ import annotations

import pytest
from pyomo.environ import ConcreteModel

from planner.instance import Instance
from planner.model.build import build
from tests.model.reading import Rows
from tests.model.worlds import everything, row_worlds


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return everything(tmp_path_factory.mktemp("everything") / "world")


@pytest.fixture(scope="session")
def m(instance: Instance) -> ConcreteModel:
    return build(instance)


@pytest.fixture(scope="session")
def rows(m: ConcreteModel) -> Rows:
    return Rows(m)


@pytest.fixture(scope="session")
def built(m: ConcreteModel, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ConcreteModel]:
    """The model of every world of the row tests, by name."""
    worlds = row_worlds()
    folder = tmp_path_factory.mktemp("worlds")
    return {"everything": m} | {name: build(world(folder / name)) for name, world in worlds.items()}


@pytest.fixture(scope="session")
def rows_of(built: dict[str, ConcreteModel], rows: Rows) -> dict[str, Rows]:
    """The rows of every world of the row tests, by name."""
    return {"everything": rows} | {name: Rows(model) for name, model in built.items() if name != "everything"}

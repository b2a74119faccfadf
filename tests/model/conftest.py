"""The world with every rule, built and stamped once."""

from __future__ import annotations

import pytest
from pyomo.environ import ConcreteModel

from planner.instance import Instance
from planner.model.build import build
from tests.model.reading import Rows
from tests.model.worlds import everything


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return everything(tmp_path_factory.mktemp("everything") / "world")


@pytest.fixture(scope="session")
def m(instance: Instance) -> ConcreteModel:
    return build(instance)


@pytest.fixture(scope="session")
def rows(m: ConcreteModel) -> Rows:
    return Rows(m)

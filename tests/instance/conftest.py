"""Loading instances that differ from the minimal one in one respect, and collecting what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.instance import Instance, InstanceError, Problem, load
from tests.factories import minimal_settings, minimal_tables, write_instance


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The minimal instance, written."""
    return write_instance(tmp_path / "small")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Write the minimal instance with tables replaced or cells of first rows changed, and return its folder."""

    def write(
        tables: dict[str, list[dict[str, Any]]] | None = None,
        cells: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
        **more: Any,
    ) -> Path:
        content = minimal_tables() | (tables or {})
        for path, value in (cells or {}).items():
            table, column = path.split(".")
            content[table][0][column] = value
        return write_instance(tmp_path / "small", content, minimal_settings() | (settings or {}), **more)

    return write


@pytest.fixture
def loaded(make: Callable[..., Path]) -> Callable[..., Instance]:
    """Write and load."""

    def run(*, scenario: str | None = None, overrides: Any = None, strict: bool = False, **content: Any) -> Instance:
        return load(make(**content), scenario=scenario, overrides=overrides, strict=strict)

    return run


@pytest.fixture
def messages(loaded: Callable[..., Instance]) -> Callable[..., list[str]]:
    """Write and load an instance that is wrong; return its problems as text."""

    def run(**arguments: Any) -> list[str]:
        with pytest.raises(InstanceError) as caught:
            loaded(**arguments)
        assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
        return [str(problem) for problem in caught.value.problems]

    return run


@pytest.fixture
def warnings(loaded: Callable[..., Instance]) -> Callable[..., list[str]]:
    """Write and load an instance that is suspicious; return its warnings as text."""

    def run(**arguments: Any) -> list[str]:
        return [str(problem) for problem in loaded(**arguments).warnings]

    return run


def problems_of(folder: Path, **arguments: Any) -> list[Problem]:
    """Load a folder that is wrong and return its problems."""
    with pytest.raises(InstanceError) as caught:
        load(folder, **arguments)
    return caught.value.problems

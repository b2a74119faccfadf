"""An instance with changes made: read again from its folder, checked like any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from planner.instance import Instance, load
from planner.instance.overrides import as_pairs

Changes = Mapping[str, Any] | Iterable[tuple[str, Any]]


class Edited(ValueError):
    """The files of an instance are no longer those it was read from."""


def with_changes(instance: Instance, changes: Changes = ()) -> Instance:
    """Return the instance with further changes, made after its own scenario and overrides.

    Args:
        instance: what was read before.
        changes: paths with plain values, {"multiply": 1.5} or {"add": 2}.

    Raises:
        InstanceError: a path names nothing, or a value is not allowed.
        TypeError: the changes are neither a mapping nor pairs.
    """
    pairs = as_pairs(changes)
    own = list(instance.overrides)[_of_scenario(instance) :]
    return load(instance.folder, scenario=_scenarios(instance), overrides=[*own, *pairs])


def refuse_edited(instance: Instance) -> None:
    """Raise Edited if the instance's files have changed since it was read: a study must be of one world."""
    if with_changes(instance).digest != instance.digest:
        raise Edited(f"{instance.folder} was edited since it was read; load it again")


def _of_scenario(instance: Instance) -> int:
    """Return how many of an instance's changes its scenario made: they stand first."""
    if instance.scenario is None:
        return 0
    return len(load(instance.folder, scenario=_scenarios(instance)).overrides)


def _scenarios(instance: Instance) -> list[str] | None:
    """The names of the scenarios an instance was read with; its record joins several by commas."""
    return None if instance.scenario is None else instance.scenario.split(", ")

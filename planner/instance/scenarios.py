"""Scenarios: named sets of overrides in `scenarios.toml`.

    [demand-double]
    text = "Twice the demand of every contract"
    "demand.*.*.*.volume_gtok_per_day" = { multiply = 2 }
    limits.carbon_usd_per_t = 80

A path may stand in quotation marks or as a dotted TOML key; `text` describes the scenario.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.instance.overrides import SCALING, Override
from planner.instance.problem import Problem, among
from planner.instance.schema.base import ID_PATTERN
from planner.instance.toml_file import TomlFile, read_toml

FILE = "scenarios.toml"


@dataclass(frozen=True)
class Scenario:
    """A named set of overrides.

    Attributes:
        name: its id.
        text: what it means, for people.
        overrides: its changes, in order.
        line: where it stands in scenarios.toml.
    """

    name: str
    text: str
    overrides: tuple[Override, ...]
    line: int | None = None


def read_scenarios(folder: Path, problems: list[Problem]) -> dict[str, Scenario]:
    """Read the scenarios of an instance by name; none when it has no scenarios.toml."""
    path = folder / FILE
    if not path.is_file():
        return {}
    toml = read_toml(path, FILE, problems)
    return {name: _scenario(name, content, toml, problems) for name, content in toml.data.items()} if toml else {}


def pick_scenario(name: str, scenarios: Mapping[str, Scenario], problems: list[Problem]) -> Scenario | None:
    """Return a scenario by name; None and a problem when there is none of that name."""
    if name not in scenarios:
        allowed = among(name, list(scenarios), "scenarios")
        problems.append(Problem(FILE, None, "", name, "there is no such scenario", allowed))
    return scenarios.get(name)


def pick_scenarios(
    names: str | Sequence[str] | None, scenarios: Mapping[str, Scenario], problems: list[Problem]
) -> list[Scenario]:
    """Return scenarios by name, in the order asked for; a problem for every name there is none of."""
    asked = [names] if isinstance(names, str) else list(names or ())
    found = [pick_scenario(name, scenarios, problems) for name in asked]
    return [scenario for scenario in found if scenario is not None]


def _scenario(name: str, content: Any, toml: TomlFile, problems: list[Problem]) -> Scenario:
    line = toml.line_of((name,))
    if not re.match(ID_PATTERN, name):
        wrong = "is not a valid name of a scenario"
        problems.append(Problem(FILE, line, "", name, wrong, "small letters, digits and single hyphens"))
    if not isinstance(content, dict):
        wrong = "a scenario is a section of overrides"
        problems.append(Problem(FILE, line, name, str(content), wrong, '[name], then "path" = value'))
        return Scenario(name, "", (), line)
    text = content.get("text", "")
    if not isinstance(text, str):
        problems.append(Problem(FILE, toml.line_of((name, "text")), f"{name}.text", str(text), "is not text", '"..."'))
        text = ""
    changes = [
        Override(".".join(keys), value, FILE, toml.line_of((name, *keys)))
        for keys, value in _leaves({key: value for key, value in content.items() if key != "text"})
    ]
    return Scenario(name, text, tuple(changes), line)


def _leaves(content: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield (keys, value) of everything below; a table under a quoted path is a value, e.g. {multiply = 2}."""
    for key, value in content.items():
        keys = (*above, key)
        dotted = isinstance(value, dict) and value and not set(value) & set(SCALING) and "." not in key
        if dotted:
            yield from _leaves(value, keys)
        else:
            yield keys, value

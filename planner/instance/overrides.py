"""The one path language: naming cells of tables, settings and series, and changing them.

    sites.abilene.power_limit_mw             table.key.column
    demand.*.chat.*.volume_gtok_per_day      a * stands for any text within one part
    finance.wacc   time.days.heatwave.weight settings, an entry of an array of tables by its name
    series.ercot-price                       a whole series

A value is plain, or `{multiply = 1.5}`, `{add = 2}` or both (multiplied first). Changes are made in order, each on the
result of those before it, and the schema checks the outcome again.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from planner.instance.problem import InstanceError, Problem, among

COMMAND_LINE = "--set"
SERIES = "series"

SCALING = ("multiply", "add")


@dataclass(frozen=True)
class Override:
    """One change, as it was written.

    Attributes:
        path: what is changed.
        value: plain value, or a mapping with `multiply`, `add` or both.
        file, line: where it was written.
    """

    path: str
    value: Any
    file: str = "override"
    line: int | None = None

    @property
    def parts(self) -> list[str]:
        """The path, part by part."""
        return self.path.split(".")

    @property
    def scaling(self) -> tuple[float, float] | None:
        """Factor and offset of a scaling change; None for a plain value."""
        if not isinstance(self.value, Mapping):
            return None
        return self.value.get("multiply", 1.0), self.value.get("add", 0.0)

    def problem(self, wrong: str, allowed: str = "", value: str = "") -> Problem:
        """Return a problem with this change."""
        return Problem(self.file, self.line, self.path, value, wrong, allowed)


def parse_set(text: str) -> tuple[str, Any]:
    """Read `path=value` as it is written on a command line.

    The value is a TOML value (a number, a list, `{multiply=2}`), `*1.5` to multiply, or else plain text.

    Raises:
        InstanceError: there is no `=` or no path.
    """
    path, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not path:
        allowed = "path=value, e.g. finance.wacc=0.08 or sites.abilene.power_limit_mw=*0.9"
        raise InstanceError([Problem(COMMAND_LINE, None, "", text, "is not an override", allowed)])
    if value.startswith("*"):
        try:
            return path, {"multiply": float(value[1:])}
        except ValueError:
            wrong = "a number must follow the *"
            raise InstanceError([Problem(COMMAND_LINE, None, path, value, wrong, f"{path}=*1.5")]) from None
    try:
        parsed = tomllib.loads(f"value = {value}")
    except ValueError:  # TOMLDecodeError, or a number of thousands of digits
        return path, value
    return path, parsed["value"] if list(parsed) == ["value"] else value


def as_overrides(given: Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> list[Override]:
    """Return overrides given in Python, as a mapping or pairs of path and value, in order.

    Raises:
        TypeError: they are neither.
    """
    return [Override(path, _plain(value)) for path, value in as_pairs(given)]


def as_pairs(given: Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> list[tuple[str, Any]]:
    """Return changes given in Python as pairs of path and value.

    Raises:
        TypeError: they are neither a mapping nor pairs that begin with a path.
    """
    pairs = given.items() if isinstance(given, Mapping) else () if given is None else given
    allowed = 'changes are a mapping such as {"sites.abilene.power_limit_mw": 800}, or pairs of path and value'
    if isinstance(pairs, str | bytes) or not isinstance(pairs, Iterable):
        raise TypeError(f"{allowed}; got {given!r}")
    found = list(pairs)
    for pair in found:
        if not isinstance(pair, tuple | list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise TypeError(f"{allowed}; got {pair!r}")
    return [(path, value) for path, value in found]


def _plain(value: Any) -> Any:
    """Turn numpy's numbers, which sweeps are made of, into Python's."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.item() if isinstance(value, np.generic) else value


def match_series(change: Override, names: Iterable[str], offered: Iterable[str], problems: list[Problem]) -> list[str]:
    """Return the series that a change names; none and a problem when there is none or its value cannot be used.

    Args:
        change: the change.
        names: the series that are used.
        offered: all there are; one that nothing uses may be named, and is a warning.
        problems: faults and warnings are added here.
    """
    names = list(names)
    if len(change.parts) != 2:
        problems.append(change.problem("a series is named by two parts", "series.NAME"))
        return []
    if change.scaling is None and (isinstance(change.value, bool) or not is_finite(change.value)):
        problems.append(change.problem("is not a number", "a number or {multiply = 1.5}", str(change.value)))
        return []
    found = matching(change.parts[1], names)
    if not found and matching(change.parts[1], offered):
        wrong = f"changes nothing: no row uses the series {change.parts[1]}"
        problems.append(change.problem(wrong, among(change.parts[1], names, "series in use")).as_warning())
    elif not found:
        problems.append(nothing_matches(change, change.parts[1], names, "series"))
    return found


def check_form(change: Override, problems: list[Problem]) -> bool:
    """Check the form of a change apart from what it names."""
    if not all(change.parts):
        problems.append(change.problem("a part of the path is empty", "parts joined by single dots"))
        return False
    if not isinstance(change.value, Mapping):
        return True
    allowed = "a plain value, {multiply = 1.5}, {add = 2} or both"
    for word in change.value:
        if word not in SCALING:
            problems.append(change.problem(f"{word} is not a way to change a value", allowed))
            return False
    if not change.value:
        problems.append(change.problem("says nothing", allowed))
        return False
    for word, number in change.value.items():
        if not is_finite(number):
            problems.append(change.problem(f"{word} is not a finite number", allowed, str(number)))
            return False
    return True


def is_finite(value: Any) -> bool:
    """Whether a value is a finite number (true and false are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def matching(part: str, options: Iterable[str]) -> list[str]:
    """Return the options that one part of a path names."""
    if "*" in part:
        return [option for option in options if fnmatchcase(option, part.replace("[", "[[]").replace("?", "[?]"))]
    return [part] if part in options else []


def nothing_matches(change: Override, part: str, options: Sequence[str], noun: str) -> Problem:
    """Say that a part of a path names nothing, and what it may have meant."""
    return change.problem(f"nothing matches {part}", among(part, list(options), noun))

"""Assumptions with ranges: the file `ranges.toml` of an instance, or any file of its form.

[[assumption]]
name = "grid price"
path = "power.abilene.grid-ercot.energy_usd_per_mwh"
low = 0.8            # in the unit of the column, or factors with multiply = true
high = 1.5
multiply = true
source = "spread of the futures strip"
distribution = "triangular"    # for sampling: uniform, triangular (mode = the value as it is) or normal
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from planner.instance import Instance
from planner.instance.problem import InstanceError, Problem
from planner.instance.toml_file import read_toml

RANGES_FILE = "ranges.toml"
Distribution = Literal["uniform", "triangular", "normal"]


class Assumption(BaseModel):
    """One parameter with the range it is thought to lie in."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    path: str = Field(min_length=1)
    low: float
    high: float
    name: str = ""
    multiply: bool = False
    mode: float | None = None
    distribution: Distribution = "uniform"
    source: str = ""

    @model_validator(mode="after")
    def _range_is_one(self) -> Assumption:
        if not self.low < self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        if self.mode is not None and not self.low <= self.mode <= self.high:
            raise ValueError(f"mode {self.mode:g} lies outside {self.low:g} to {self.high:g}")
        return self

    @property
    def title(self) -> str:
        """Name for people: the name, or the path."""
        return self.name or self.path

    def change(self, value: float) -> tuple[str, Any]:
        """Return the change that sets the assumption to a value of its range."""
        return self.path, ({"multiply": value} if self.multiply else value)


_ALLOWED = ", ".join(Assumption.model_fields)
_FORM = "[[assumption]] tables with path, low and high"


def read_assumptions(path: str | Path) -> list[Assumption]:
    """Read assumptions from a file.

    Raises:
        InstanceError: with everything that is wrong, by line.
    """
    path = Path(path)
    problems: list[Problem] = []
    toml = read_toml(path, path.name, problems)
    if toml is None:
        raise InstanceError(problems)
    given = toml.data.get("assumption", [])
    for key in toml.data:
        if key != "assumption":
            problems.append(Problem(path.name, toml.line_of((key,)), key, "", "is not known", "[[assumption]] tables"))
    found = []
    for number, row in enumerate(given if isinstance(given, list) else []):
        try:
            found.append(Assumption.model_validate(row))
        except ValidationError as error:
            for fault in error.errors():
                key = str(fault["loc"][0]) if fault["loc"] else ""
                line = toml.line_of(("assumption", number, key) if key else ("assumption", number))
                wrong = fault["msg"].removeprefix("Value error, ")
                problems.append(
                    Problem(path.name, line, key, str(row.get(key, "")), wrong, ", ".join(Assumption.model_fields))
                )
    if not found and not problems:
        problems.append(
            Problem(path.name, None, "", "", "holds no assumption", "[[assumption]] with path, low and high")
        )
    if problems:
        raise InstanceError(problems)
    return found


def assumptions_of(instance: Instance, path: str | Path | None = None) -> list[Assumption]:
    """Read the assumptions of a file, or those that stand beside an instance.

    Raises:
        InstanceError: there is no such file, or it has faults.
    """
    file = Path(path) if path is not None else instance.folder / RANGES_FILE
    if not file.is_file():
        wrong = "there is no file with ranges" if path is None else "there is no such file"
        raise InstanceError([Problem(str(file), None, "", "", wrong, _FORM)])
    return read_assumptions(file)

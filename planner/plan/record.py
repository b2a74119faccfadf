"""The record of a plan: what was asked, how it was answered, what it came to, and with which means."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Protocol

import pandas as pd
from pyomo.environ import ConcreteModel

from planner.instance import Instance
from planner.instance.goal import limits_of
from planner.model.measures import is_maximised
from planner.plan.passes import Answer
from planner.plan.units_told import is_weighted, unit_told
from planner.solver import Options, versions

Extension = Callable[[ConcreteModel], None] | str


class Run(Protocol):
    """What is told of a run."""

    instance: Instance
    options: Options
    extend: Sequence[Extension]
    relax: bool
    seconds: dict[str, float]


def make_record(run: Run, answer: Answer, measures: pd.DataFrame) -> dict:
    """Return how a plan was made and what it is worth, as plain data."""
    program, outcome, first = answer.stamped.program, answer.outcome, answer.passes[0]
    rows, columns = program.shape
    instance = run.instance
    return {
        "instance": instance.name,
        "title": instance.settings.title,
        "digest": instance.digest,
        "scenario": instance.scenario,
        "overrides": [list(change) for change in instance.overrides],
        "extended_by": [
            extension if isinstance(extension, str) else getattr(extension, "__qualname__", repr(extension))
            for extension in run.extend
        ],
        "objective_name": first.objective,
        "sense": "maximise" if is_maximised(first.objective) else "minimise",
        "unit": unit_told(instance, first.objective),
        "status": outcome.status,
        "reason": outcome.reason,
        "objective": first.value,
        "bound": first.bound,
        "gap": first.gap,
        "passes": [one.as_dict() | {"unit": unit_told(instance, one.objective)} for one in answer.passes],
        "limits": [[measure, side, value] for (measure, side), value in limits_of(instance).items()],
        "tokens_weighted": is_weighted(instance),
        "measures": {row.measure: row.value for row in measures.itertuples()},
        "relaxed": run.relax,
        "method": _method(answer),
        "seconds": {phase: round(seconds, 3) for phase, seconds in run.seconds.items()},
        "size": {
            "rows": rows,
            "columns": columns,
            "nonzeros": int(program.nonzeros),
            "whole_columns": int(program.integrality.sum()),
        },
        "options": run.options.as_dict(),
        "versions": {
            "planner": version("token-factory-planner"),
            "python": platform.python_version(),
            "pyomo": version("pyomo"),
            **versions(),
        },
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _method(answer: Answer) -> str:
    later = [f"then {one.objective} by {one.outcome.method}" for one in answer.passes[1:] if one.outcome is not None]
    return ", ".join([answer.outcome.method, *later])

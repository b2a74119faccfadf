"""Sweeps: one or several parameters along values, and where the plan changes its mind."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from planner.plan.design import choices
from planner.study.results import Facts, Study, facts, fault, tables_of
from planner.study.session import Session
from planner.study.workers import ask_all

FLIPS = ["path", "at", "from", "to", "period", "kind", "what", "change"]


def values_of(text: str) -> tuple[str, list[Any]]:
    """Read `PATH=from:to:n` (n values from one to the other) or `PATH=a,b,c` (those values).

    A value or range that begins with * multiplies what the instance has: `PATH=*0.5:1.5:11`.

    Raises:
        ValueError: it is neither.
    """
    path, equals, given = (part.strip() for part in text.partition("="))
    factor = given.startswith("*")
    numbers = given.removeprefix("*")
    try:
        if any(word in numbers.lower() for word in ("nan", "inf")):
            raise ValueError
        if ":" in numbers:
            low, high, count = numbers.split(":")
            found = [float(value) for value in np.linspace(float(low), float(high), _count(count))]
        else:
            found = [float(value) if _is_number(value) else value.strip() for value in numbers.split(",")]
    except ValueError:
        equals = ""
    if not equals or not path or not found or any(value == "" for value in found):
        raise ValueError(f"{text}: write PATH=from:to:n or PATH=a,b,c, e.g. sites.abilene.power_limit_mw=500:1500:11")
    if factor and not all(isinstance(value, float) for value in found):
        raise ValueError(f"{text}: only numbers can multiply")
    return path, [{"multiply": value} for value in found] if factor else found


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError("at least one value")
    return count


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def sweep(
    session: Session,
    vary: Mapping[str, Sequence[Any]],
    *,
    together: bool = False,
    workers: int = 1,
    cluster: str | None = None,
    told: Callable[[int, Facts], object] | None = None,
) -> Study:
    """Ask for every combination of values.

    Args:
        session: the live session; its `reoptimise` decides what may change.
        vary: path -> values, plain or {"multiply": 1.5}.
        together: take the first values of all paths, then the second ..., instead of every combination.
        workers, cluster, told: as for `ask_all`.

    Returns:
        A study with the tables points, design, accounts, prices and, along each single path, flips: between which two
        values something appears in the design or disappears from it.

    Raises:
        InstanceError: a path names nothing, or a value is not allowed.
        ValueError: values of different number with `together`, or nothing to vary.
    """
    questions = questions_of(vary, together)
    found = ask_all(session, questions, facts, workers=workers, cluster=cluster, told=told, faulty=fault)
    varied = pd.DataFrame([dict(said(path, value) for path, value in question) for question in questions])
    tables = tables_of(varied, found) | {"flips": flips(varied, found)}
    return Study(
        record(session, "sweep")
        | {"vary": {path: list(values) for path, values in vary.items()}, "rejected": session.rejected},
        tables,
    )


def questions_of(vary: Mapping[str, Sequence[Any]], together: bool = False) -> list[tuple[tuple[str, Any], ...]]:
    """Return every combination of the values, the last path running fastest, or the values side by side."""
    if not vary or not all(len(values) for values in vary.values()):
        raise ValueError("there is nothing to vary")
    if together:
        if len({len(values) for values in vary.values()}) > 1:
            counts = ", ".join(f"{path}: {len(values)}" for path, values in vary.items())
            raise ValueError(f"parameters varied together need as many values each ({counts})")
        rows = zip(*vary.values(), strict=True)
    else:
        rows = itertools.product(*vary.values())
    return [tuple(zip(vary, row, strict=True)) for row in rows]


def said(path: str, value: Any) -> tuple[str, Any]:
    """Return heading and cell with which a table shows a value; a factor or an addition says that it is one."""
    if isinstance(value, Mapping):
        words = {"multiply": "times", "add": "plus"}
        heading = " ".join([path, *(words[word] for word in value)])
        return heading, next(iter(value.values())) if len(value) == 1 else str(dict(value))
    return path, value if isinstance(value, int | float | str) else str(value)


def record(session: Session, kind: str) -> dict[str, Any]:
    """Return what a study was about."""
    instance = session.instance
    return {
        "kind": kind,
        "instance": instance.name,
        "digest": instance.digest,
        "scenario": instance.scenario,
        "overrides": [list(change) for change in instance.overrides],
        "objective_name": session.base.reading.m.objective_name,
        "reoptimised": session.reoptimise,
        "gap": session.options.gap,
        "base_objective": session.base.objective,
    }


def flips(varied: pd.DataFrame, found: Sequence[Facts]) -> pd.DataFrame:
    """Return between which two neighbouring values of a path, all others equal, a choice appears or disappears."""
    chosen = [choices(fact.tables["design"]) if fact.tables else None for fact in found]
    rows = []
    for path in varied.columns:
        others = [column for column in varied.columns if column != path]
        groups = varied.groupby(others, sort=False).indices.values() if others else [varied.index]
        for group in groups:
            for before, after in itertools.pairwise(group):
                if chosen[before] is None or chosen[after] is None:
                    continue
                at = ", ".join(f"{column}={varied[column][before]}" for column in others)
                ends = path, at, varied[path][before], varied[path][after]
                rows += [(*ends, *choice, "appears") for choice in sorted(chosen[after] - chosen[before])]
                rows += [(*ends, *choice, "disappears") for choice in sorted(chosen[before] - chosen[after])]
    return pd.DataFrame(rows, columns=FLIPS)

"""Tornado: each assumption from the low end of its range to the high one, ranked by what that does to the answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd

from planner.plan.design import choices
from planner.study.assumptions import Assumption
from planner.study.results import Facts, Study, facts, fault, tables_of
from planner.study.session import Session
from planner.study.sweep import record
from planner.study.workers import ask_all

COLUMNS = [
    "assumption",
    "path",
    "low",
    "high",
    "objective_low",
    "objective_high",
    "effect_low",
    "effect_high",
    "swing",
    "flips_low",
    "flips_high",
    "meaningful",
]


def tornado(
    session: Session,
    assumptions: Sequence[Assumption],
    *,
    workers: int = 1,
    cluster: str | None = None,
    told: Callable[[int, Facts], object] | None = None,
) -> Study:
    """Ask for both ends of every assumption, the others left as they are.

    Args:
        session: the live session; its `reoptimise` decides what may flip.
        assumptions: what to vary, with ranges.
        workers, cluster, told: as for `ask_all`.

    Returns:
        A study; its table `tornado` has one row per assumption: first those that leave no plan at one end (swing
        blank), then by swing. It holds the objective at both ends, the difference to the base, and which choices of
        hardware, cooling, power ... appear (+) or disappear (-).
        `meaningful` is False where both differences lie within the gaps of mixed-integer answers.

    Raises:
        InstanceError: a path names nothing, or a value is not allowed.
    """
    ends = [(assumption, value) for assumption in assumptions for value in (assumption.low, assumption.high)]
    questions = [(assumption.change(value),) for assumption, value in ends]
    found = ask_all(session, questions, facts, workers=workers, cluster=cluster, told=told, faulty=fault)
    varied = pd.DataFrame([(a.title, a.path, value) for a, value in ends], columns=["assumption", "path", "value"])
    base = facts(session.base)
    rows = [_row(assumption, base, found[2 * k], found[2 * k + 1]) for k, assumption in enumerate(assumptions)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    ranked = table.sort_values("swing", ascending=False, kind="stable", na_position="first").reset_index(drop=True)
    return Study(record(session, "tornado"), tables_of(varied, found) | {"tornado": ranked})


def _row(assumption: Assumption, base: Facts, low: Facts, high: Facts) -> tuple:
    at_base, at_low, at_high = (fact.row["objective"] for fact in (base, low, high))
    noise = sum(abs(fact.row["gap"] * fact.row["objective"]) for fact in (base, low, high) if fact.tables)
    effects = at_low - at_base, at_high - at_base
    whole = bool(low.tables and high.tables)
    swing = max(at_base, at_low, at_high) - min(at_base, at_low, at_high) if whole else math.nan
    return (
        assumption.title,
        assumption.path,
        assumption.low,
        assumption.high,
        at_low,
        at_high,
        *effects,
        swing,
        _flips(base, low),
        _flips(base, high),
        bool(max(map(abs, effects)) > noise) if whole else True,
    )


def _flips(base: Facts, other: Facts) -> str:
    """What another design chooses that the base does not (+), and the other way round (-)."""
    if not other.tables:
        return f"no plan: {other.row['status']}"
    before, after = choices(base.tables["design"]), choices(other.tables["design"])
    signs = [("+", choice) for choice in sorted(after - before)] + [("-", choice) for choice in sorted(before - after)]
    return "; ".join(f"{sign} {kind} {what} ({period})" for sign, (period, kind, what) in signs)

"""Plans side by side: what was asked differently, what is built, what it earns, and which prices moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from planner.plan.plan import Plan, PlanError

KEYS = {
    "design": (["period", "kind", "what", "unit"], "amount"),
    "accounts": (["period", "heading", "item"], "musd_per_yr"),
    "figures": (["period", "where", "figure", "unit"], "value"),
    "prices": (["period", "what", "where", "rule", "unit"], "value"),
}
"""Table of a comparison -> the columns that name a row, and the column that is compared."""

_SOURCE = {"figures": "kpis"}
_ASKED = ("instance", "scenario", "objective_name", "passes", "limits", "extended_by", "relaxed", "options", "digest")
_MOVED = 1e-9
_SHORT = 12


def compare(plans: Mapping[str, Plan]) -> dict[str, pd.DataFrame]:
    """Return plans side by side.

    Args:
        plans: name -> plan, the first being what the others are compared with.

    Returns:
        Tables: `answers` (one row per plan: status, objective, bound, gap and the difference to the first; a
        difference within the two gaps is marked as not meaningful), `inputs` (what was asked differently), and design,
        accounts, figures and prices with one column per plan, `difference` (largest less smallest) and only the rows
        that differ, the largest difference within a unit first.

    Raises:
        PlanError: fewer than two plans, or plans of different objectives.
    """
    if len(plans) < 2:
        raise PlanError("two plans are needed to compare")
    objectives = {str(plan.record["objective_name"]) for plan in plans.values()}
    if len(objectives) > 1:
        raise PlanError(f"plans of different objectives cannot be compared: {', '.join(sorted(objectives))}")
    tables = {"answers": _answers(plans), "inputs": _inputs(plans)}
    for name, (keys, column) in KEYS.items():
        source = _SOURCE.get(name, name)
        if all(source in plan.tables for plan in plans.values()):
            tables[name] = _beside({title: plan.tables[source] for title, plan in plans.items()}, keys, column)
    return tables


def _answers(plans: Mapping[str, Plan]) -> pd.DataFrame:
    first = next(iter(plans.values()))
    rows = []
    for title, plan in plans.items():
        objective, gap = plan.record["objective"], plan.record["gap"] or 0.0
        difference = objective - first.record["objective"]
        noise = abs(objective) * gap + abs(first.record["objective"]) * (first.record["gap"] or 0.0)
        meaningful = plan is first or abs(difference) > noise
        rows.append((title, plan.status, objective, plan.record["bound"], gap, difference, meaningful))
    return pd.DataFrame(
        rows, columns=["plan", "status", "objective", "bound", "gap", "difference_to_first", "meaningful"]
    )


def _inputs(plans: Mapping[str, Plan]) -> pd.DataFrame:
    """What was asked, by plan; only what differs."""
    asked = {title: _questions(plan) for title, plan in plans.items()}
    every = list(dict.fromkeys(key for answers in asked.values() for key in answers))
    rows = [[key, *(answers.get(key, "") for answers in asked.values())] for key in every]
    return pd.DataFrame([row for row in rows if len(set(row[1:])) > 1], columns=["input", *plans])


def _questions(plan: Plan) -> dict[str, str]:
    found = {key: plan.record.get(key, "") for key in _ASKED}
    found["passes"] = ", ".join(str(one.get("objective", "")) for one in found["passes"] or ())
    found["digest"] = str(found["digest"])[:_SHORT]
    found |= {f"option {name}": value for name, value in dict(found.pop("options") or {}).items()}
    found = {key: str(value) for key, value in found.items()}
    return found | {str(path): str(value) for path, value in plan.record.get("overrides", [])}


def _beside(frames: Mapping[str, pd.DataFrame], keys: Sequence[str], column: str) -> pd.DataFrame:
    """Return one column per plan, 0 where a plan does not have the row, and only rows that differ."""
    columns = [frame.set_index(list(keys))[column].rename(title) for title, frame in frames.items()]
    columns = [one.groupby(level=list(range(len(keys))), sort=False).sum() for one in columns]
    table = pd.concat(columns, axis=1, sort=False).fillna(0.0)
    largest = table.abs().max(axis=1)
    table["difference"] = table.max(axis=1) - table.min(axis=1)
    moved = table[table["difference"] > _MOVED * largest.clip(lower=1.0)]
    return moved.sort_values("difference", ascending=False, kind="stable").reset_index()

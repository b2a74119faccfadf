"""Plan token factories: which racks, power, software, routes and contracts earn most per gigawatt.

An instance is read (`instance`), one hour of the factory is written in Pyomo (`model`), that hour is stamped over the
years into one sparse matrix (`stamp`), HiGHS solves it (`solver`), and the plan is read back as tables whose accounts
are the very terms that were optimised (`plan`); `report` shows them and `cli` is the face.

    import planner
    plan = planner.solve(planner.load("one-gigawatt"))
    plan.accounts
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.instance import Instance, InstanceError, load
    from planner.plan.plan import Plan, PlanError, read_plan
    from planner.plan.run import solve
    from planner.study.session import Session

__all__ = ["Instance", "InstanceError", "Plan", "PlanError", "Session", "load", "read_plan", "solve"]

_HOMES = {
    "Instance": "planner.instance",
    "InstanceError": "planner.instance",
    "Plan": "planner.plan.plan",
    "PlanError": "planner.plan.plan",
    "Session": "planner.study.session",
    "load": "planner.instance",
    "read_plan": "planner.plan.plan",
    "solve": "planner.plan.run",
}


def __getattr__(name: str) -> Any:
    """Import public names when they are first used, so that `planner --help` need not wait for the solver."""
    if name not in _HOMES:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)

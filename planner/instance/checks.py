"""Checks of sense."""

from __future__ import annotations

from planner.instance.instance import Instance
from planner.instance.problem import Problem


def run_checks(instance: Instance) -> list[Problem]:
    """Run every check and return what they find."""
    return []

"""Shipped instances solve to what their expected.toml says, within the gap it allows."""

from __future__ import annotations

import tomllib

import pytest

import planner
from planner.instance.library import find, shipped

EXPECTED = {
    name: tomllib.loads((find(name) / "expected.toml").read_text(encoding="utf-8"))
    for name, _ in shipped()
    if (find(name) / "expected.toml").is_file()
}
CASES = [pytest.param(name, marks=[pytest.mark.slow] if EXPECTED[name].get("slow") else []) for name in EXPECTED]


def test_every_shipped_instance_says_what_to_expect() -> None:
    assert [name for name, _ in shipped()] == list(EXPECTED)


@pytest.mark.parametrize("name", CASES)
def test_solves_to_what_is_expected(name: str) -> None:
    expected = EXPECTED[name]
    gap = expected.get("gap", 1e-6)
    plan = planner.solve(planner.load(name), expected["objective_name"], gap=gap, verify=False)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(expected["objective"], rel=gap)
    assert plan.objective <= expected.get("upper_bound", plan.bound) * (1 + 1e-9)
    assert plan.bound >= expected["objective"] * (1 - 1e-9)

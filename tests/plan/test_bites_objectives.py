"""Limits on measures bite: tightened a little, the objective falls by about what their price says."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.plan.run import solve
from tests.model.world_objectives import world

# (objective, other limits, the limit, its value, what it is tightened by)
BITES = [
    ("profit", (), "carbon<=", 1200.0, -20.0),
    ("profit", (), "water<=", 4000.0, -50.0),
    ("profit", (), "energy<=", 3000.0, -50.0),
    ("profit", (), "capex<=", 4.0, -0.05),
    ("profit", (), "tokens<=", 9000.0, -100.0),
    ("tokens", (), "capex<=", 4.0, -0.05),
    ("carbon", (), "tokens>=", 6000.0, 100.0),
    ("cost", (), "tokens>=", 6000.0, 100.0),
    ("capex", (), "tokens>=", 6000.0, 100.0),
    ("energy", (), "profit>=", 3.0, 0.05),
    ("cost_per_mtok", ("tokens>=4000",), "capex<=", 3.0, -0.05),
    ("tokens_per_mwh", ("tokens>=4000",), "capex<=", 3.0, -0.05),
]


@pytest.mark.parametrize(("objective", "others", "limit", "value", "change"), BITES, ids=lambda part: str(part))
def test_a_limit_is_worth_its_price(
    tmp_path: Path, objective: str, others: tuple, limit: str, value: float, change: float
) -> None:
    """With fractions the optimum is concave (convex) in the limit: the price lies between the two one-sided changes."""
    instance = world(tmp_path / "world")
    at, tight, loose = (
        solve(instance, objective, limits=[*others, f"{limit}{level}"], relax=True, verify=False)
        for level in (value, value + change, value - change)
    )
    sense = 1 if at.record["sense"] == "maximise" else -1
    falls, rises = sense * (at.objective - tight.objective), sense * (loose.objective - at.objective)
    side = "at_most" if "<" in limit else "at_least"
    price = at.price("measure_limit", f"{limit[:-2]} / {side}", "all")
    per_unit = {"profit": 1e6, "cost": 1e6, "capex": 1e6, "tokens": 1e6, "carbon": 1e3, "energy": 1e3}
    worth = price / per_unit.get(objective, 1.0) * abs(change)
    assert falls > 0
    assert rises - 1e-6 * abs(rises) - 1e-9 <= worth <= falls + 1e-6 * abs(falls) + 1e-9


@pytest.mark.parametrize(
    ("objective", "unit"), [("cost_per_mtok", "USD/Mtok per MW"), ("tokens_per_mwh", "Mtok/MWh per MW")]
)
def test_prices_of_a_ratio_are_what_it_moves_by(objective: str, unit: str) -> None:
    """Ten megawatts of toy, and a volume that needs nearly all of them: one hundredth of a megawatt more, and less."""
    toy, floor = planner.load("toy"), ["tokens>=1.1e6"]
    plan = solve(toy, objective, limits=floor, relax=True)
    row = plan.prices.set_index("rule").loc["power_limit_mw"]
    assert row["unit"] == unit
    assert "not_verified" in plan.record["pricing"]
    changed = [
        solve(planner.load("toy", overrides={"sites.site.power_limit_mw": mw}), objective, limits=floor, relax=True)
        for mw in (9.99, 10.01)
    ]
    sense = 1 if plan.record["sense"] == "maximise" else -1
    falls, rises = sense * (plan.objective - changed[0].objective), sense * (changed[1].objective - plan.objective)
    tiny = 1e-8 * abs(plan.objective)
    assert rises - tiny <= row["value"] * 0.01 <= falls + tiny

"""Limits on measures bite: tightened a little, the objective falls by about what their price says."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.plan.plan import Plan
from planner.plan.run import solve
from tests.model.world_objectives import world

# (objective, other limits, the limit, its value, what it is tightened by)
BITES = [
    ("profit", (), "carbon<=", 1200.0, -20.0),
    ("profit", (), "energy<=", 3000.0, -50.0),
    ("profit", (), "capex<=", 4.0, -0.05),
    ("profit", (), "tokens<=", 9000.0, -100.0),
    ("tokens", (), "capex<=", 4.0, -0.05),
    ("carbon", (), "tokens>=", 6000.0, 100.0),
    ("capex", (), "tokens>=", 6000.0, 100.0),
    ("energy", (), "profit>=", 3.0, 0.05),
    ("cost_per_mtok", ("tokens>=4000",), "capex<=", 3.0, -0.05),
]


@pytest.mark.parametrize(("objective", "others", "limit", "value", "change"), BITES, ids=lambda part: str(part))
def test_a_limit_is_worth_its_price(
    tmp_path: Path, objective: str, others: tuple, limit: str, value: float, change: float
) -> None:
    """With fractions the optimum is concave (convex) in the limit: the price lies between the two one-sided changes."""
    instance = world(tmp_path / "world")
    at, tight, loose = (
        solve(instance, objective, limits=[*others, f"{limit}{level}"], gap=0.0, relax=True, verify=False)
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


RATIOS = [("cost_per_mtok", "USD/Mtok per MW"), ("tokens_per_mwh", "Mtok/MWh per MW")]


@pytest.mark.parametrize(("objective", "unit"), RATIOS)
def test_prices_of_a_ratio_are_what_it_moves_by(objective: str, unit: str) -> None:
    """The toy with a volume that needs nearly all of its power: 0.01 MW up and down, and 100 Gtok."""

    def asked(mw: float = 10, gtok: float = 1.1e6) -> Plan:
        toy = planner.load("toy", overrides={"sites.site.power_limit_mw": mw})
        return solve(toy, objective, limits=[f"tokens>={gtok}"], relax=True, gap=0.0)

    plan = asked()
    row = plan.prices.set_index("rule").loc["power_limit_mw"]
    assert row["unit"] == unit
    assert "not_verified" in plan.record["pricing"]
    assert "energy_prices" not in plan.tables
    tokens = plan.price("measure_limit", "tokens / at_least", "all")
    sense, tiny = 1 if plan.record["sense"] == "maximise" else -1, 1e-8 * abs(plan.objective)
    for worth, worse, better in (
        (row["value"] * 0.01, asked(mw=9.99), asked(mw=10.01)),
        (tokens * 100, asked(gtok=1.1e6 + 100), asked(gtok=1.1e6 - 100)),
    ):
        falls, rises = sense * (plan.objective - worse.objective), sense * (better.objective - plan.objective)
        assert rises - tiny <= worth * 1.001
        assert worth <= falls * 1.001 + tiny
    assert tokens > 0

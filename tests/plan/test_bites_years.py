"""Rules of several periods bite, and their prices say how hard; what is due is due when it is chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyomo.environ import ConcreteModel

from planner.model.build import build
from planner.plan.plan import Plan
from planner.plan.prices import _room_prices, one_a_year
from planner.plan.run import solve
from tests.model.world_years import world

HAIR = 1e-3
MUCH = {"demand.*.*.*.volume_gtok_per_day": {"multiply": 50}}
SCARCE = MUCH | {"supply.rack.every.supply_units": 1000}
SHORT = MUCH | {
    "hardware.rack.life_years": 1,
    "hardware.crate.available_from": 2032,
    "hardware.slab.available_from": 2032,
}


def relaxed(folder: Path, changes: dict[str, Any], **options: Any) -> Plan:
    return solve(world(folder, changes), gap=1e-9, relax=True, **{"verify": False} | options)


def test_supply_counts_every_delivery(tmp_path: Path) -> None:
    """Racks of one year: in last each unit takes two deliveries. A unit less in every period costs the sum of duals."""
    changes = SHORT | {"supply.rack.every.supply_units": 4}
    plan = relaxed(tmp_path / "one", changes)
    prices = plan.prices[plan.prices["rule"] == "hardware_supply"].set_index("period")["value"]
    assert (prices > 0).all()
    built = plan.hardware[plan.hardware["hardware"] == "rack"].set_index("period")["units_built"]
    assert built.to_dict() == pytest.approx({"now": 4, "next": 4, "last": 2})
    less = relaxed(tmp_path / "other", changes | {"supply.rack.every.supply_units": 4 - HAIR})
    assert plan.objective - less.objective == pytest.approx(HAIR * prices.sum() * 1e-6, rel=1e-3)


def test_the_budget_counts_replacements(tmp_path: Path) -> None:
    changes = SHORT | {"periods.last.capex_budget_musd": 3}
    plan = relaxed(tmp_path / "one", changes)
    price = plan.price("capex_budget", period="last")
    assert price > 0
    assert plan.capex.loc[plan.capex["period"] == "last", "overnight_musd"].sum() == pytest.approx(3)
    less = relaxed(tmp_path / "other", changes | {"periods.last.capex_budget_musd": 3 - HAIR})
    assert plan.objective - less.objective == pytest.approx(HAIR * price, rel=1e-3)


def test_a_megawatt_in_every_period_is_worth_the_prices_of_its_periods(tmp_path: Path) -> None:
    """6 MW now and 10 MW later, both scarce; solved again at +1 % and -1 % of every limit."""
    plan = solve(world(tmp_path / "one", SCARCE), gap=1e-6)
    prices = plan.prices[plan.prices["rule"] == "power_limit_mw"].set_index("period")["value"]
    assert (prices > 0).all()
    (check,) = plan.record["pricing"]["verified"]
    assert check["from_1_percent_more"] == pytest.approx(check["dual"], rel=1e-3)
    assert check["from_1_percent_less"] == pytest.approx(check["dual"], rel=1e-3)


def test_retiring_early_pays_where_watts_are_scarce(tmp_path: Path) -> None:
    """Racks of now give way to slabs, which come in next and make three times the tokens of the same watts."""
    slabs = {f"points.slab-old.{kind}_tok_per_s": 15_000 for kind in ("fresh_input", "output")}
    free = relaxed(tmp_path / "free", SCARCE | slabs)
    assert free.hardware.set_index(["hardware", "period"]).loc[("rack", "next"), "units_retired"] > 1
    held = relaxed(tmp_path / "held", SCARCE | slabs | {"hardware.*.may_retire": "no"})
    assert held.hardware["units_retired"].sum() == 0
    assert held.objective < free.objective - 1e-3


@pytest.mark.parametrize(("opening", "due"), [("2028", "now"), ("2029", "next"), ("2030", "last")])
def test_a_cooling_design_is_paid_for_when_it_is_chosen(tmp_path: Path, opening: str, due: str) -> None:
    plan = solve(world(tmp_path / "w", {"sites.site.opening_date": opening}), verify=False)
    designs = plan.capex[plan.capex["item"] == "cooling designs"].set_index("period")["overnight_musd"]
    assert designs.to_dict() == pytest.approx({t: 3.0 * (t == due) for t in ("now", "next", "last")})


def test_better_software_and_growth_never_hurt(tmp_path: Path) -> None:
    plain = relaxed(tmp_path / "plain", SCARCE)
    better = relaxed(tmp_path / "better", SCARCE | {"periods.last.stack_index": 3})
    more = relaxed(tmp_path / "more", {"demand.town.chat.list.growth_per_yr": 0.6})
    assert better.objective > plain.objective + 1
    assert more.objective > relaxed(tmp_path / "less", {}).objective + 1


def test_an_order_made_earlier_is_worth_something(tmp_path: Path) -> None:
    late = relaxed(tmp_path / "late", SCARCE)
    early = relaxed(tmp_path / "early", SCARCE | {"order_date": "2025"})
    assert early.objective > late.objective + 1e-3


def test_room_for_halls_is_priced_where_the_limit_is_largest(tmp_path: Path) -> None:
    """Limits of 6, 10 and 10 MW: the room of now follows the 10 MW of next, so its worth belongs there."""
    m: ConcreteModel = build(world(tmp_path / "w"))
    rows = [("now", 2.0), ("next", 3.0), ("last", 4.0)]
    table = pd.DataFrame([(t, "site", "hall_limit", v) for t, v in rows], columns=["period", "where", "rule", "value"])
    worth = one_a_year(m)
    found = _room_prices(m, table, "site")
    assert found == pytest.approx({"now": 0, "next": 3 + 2 * worth["now"] / worth["next"], "last": 4})
    moved = {t: mw * worth[t] for t, mw in (("now", 6), ("next", 10), ("last", 10))}
    whole = sum(10 * value * worth[t] for t, value in rows)  # every room is 10 MW
    assert sum(found[t] * moved[t] for t in moved) == pytest.approx(whole)

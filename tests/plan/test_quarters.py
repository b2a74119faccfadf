"""Quarters with lead times: what comes when is worth what, derived by hand.

One site of 5 MW and all the demand it can serve at 1 USD/Mtok. A rack draws 1 MW, makes a Gtok/h, worth 8.76 M USD a
year, costs 1 M USD and lives a year: at 21 % its annuity is 1.21. Grid energy at 100 USD/MWh costs 0.876 M USD a year,
gas at 20 USD/MWh 0.1752. Orders begin in 2028: racks come after a quarter, gas after half a year.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.instance import load
from planner.plan.plan import Plan
from planner.plan.run import solve
from tests.factories import write_instance
from tests.truths.worlds import HOURS, add_demand, add_racks, frictionless, settings

GRID, GAS = 5 * (8.76 - 1.21 - 0.876), 5 * (8.76 - 1.21 - 0.1752)  # M USD a year
QUARTERS = [{"period": f"q{k + 1}", "start": f"2028-Q{k + 1}", "length_yr": 0.25} for k in range(4)]
WORTH = [0.25 * 1.21 ** -(k / 4) for k in range(4)]


def quarters(folder: Path, periods: list[dict[str, Any]] = QUARTERS, **more: Any) -> Plan:
    tables = frictionless({"site": 5}, ["token"], ["world"])
    add_racks(tables, mwh_per_gtok=1)
    tables["hardware"][0] |= {"capex_usd_per_unit": 1_000_000, "lead_time_years": 0.25}
    fact = {"source": "made up for tests", "confidence": "assumed"}
    tables["technologies"].append(
        {"id": "gas", "name": "Gas", "kind": "gas-engine", "vom_usd_per_mwh": 20, "lead_time_years": 0.5} | fact
    )
    tables["power"][0]["energy_usd_per_mwh"] = 100
    tables["power"].append({"node": "site", "technology": "gas", "max_mw": 50})
    add_demand(tables, "world", "token", 100 * HOURS, 1)
    tables["periods"] = periods
    terms = settings("Which quarter?", finance={"wacc": 0.21}, **more)
    return solve(load(write_instance(folder, tables, terms)), gap=1e-9)


def test_lead_times_count_from_the_order_date(tmp_path: Path) -> None:
    plan = quarters(tmp_path / "w", order_date="2028-01")
    assert plan.objective == pytest.approx(WORTH[1] * GRID + (WORTH[2] + WORTH[3]) * GAS)
    yearly = plan.accounts.groupby("period")["musd_per_yr"].sum()
    assert yearly.to_dict() == pytest.approx({"q1": 0, "q2": GRID, "q3": GAS, "q4": GAS}, abs=1e-9)
    assert plan.cash_flow.set_index("period")["overnight_capex_musd"].to_dict() == pytest.approx(
        {"q1": 0, "q2": 5, "q3": 0, "q4": 0}, abs=1e-9
    )


def test_ordering_a_quarter_earlier_brings_everything_forward(tmp_path: Path) -> None:
    plan = quarters(tmp_path / "w", order_date="2027-10")
    assert plan.objective == pytest.approx(WORTH[0] * GRID + sum(WORTH[1:]) * GAS)


def test_a_year_and_its_quarters_weigh_cost_against_revenue_alike(tmp_path: Path) -> None:
    """Annuities are yearly rates in periods of any length, so that the yearly profit is the same in both."""
    plan = quarters(tmp_path / "quarters")
    assert plan.objective == pytest.approx(sum(WORTH) * GAS)
    year = quarters(tmp_path / "year", [{"period": "y", "start": 2028}])
    assert year.objective == pytest.approx(GAS)


def test_the_price_of_a_megawatt_by_quarter(tmp_path: Path) -> None:
    """Prices are per year: a MW earns what a rack earns less its energy and annuity; nothing in q1, before any rack."""
    plan = quarters(tmp_path / "w", order_date="2028-01")
    worth = {t: plan.price("power_limit_mw", "site", t) for t in ("q1", "q2", "q3", "q4")}
    (check,) = plan.record["pricing"]["verified"]
    # a rack of q2 is paid in q2, q3 and q4 alike: the duals of the three share what it earns
    total = sum(WORTH[k] * worth[f"q{k + 1}"] for k in (1, 2, 3))
    assert total == pytest.approx((WORTH[1] * GRID + (WORTH[2] + WORTH[3]) * GAS) / 5 * 1e6)
    assert worth["q1"] == pytest.approx(0, abs=1e-3)
    assert check["dual"] == pytest.approx(total / sum(WORTH))
    assert check["from_1_percent_more"] == pytest.approx(check["dual"])
    assert check["from_1_percent_less"] == pytest.approx(check["dual"])

"""Ways out that are shut: clean energy burnt for its share, chips that live on unpaid, tokens without a MWh."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner import PlanError
from planner.instance import load
from planner.plan.run import solve
from tests.factories import Tables, write_instance
from tests.truths.worlds import add_demand, add_racks, constant_load, frictionless, settings

HOURS = 8760
FACT = {"source": "made up for tests", "confidence": "assumed"}
SUN = [0.0, 1.0, 0.0, 0.0] * 365
QUARTERS = {"mode": "days", "resolution_h": 6, "days": [{"name": "day", "date": "01-01", "weight": 365}]}


def sunny(share: float) -> tuple[Tables, dict]:
    """A load of 10 MW on a free grid and 100 MW of free sun that shines for a quarter of the day; a tiny battery."""
    tables = constant_load(10)
    tables["technologies"].append({"id": "sun", "name": "Sun", "kind": "solar"} | FACT)
    tables["power"].append({"node": "site", "technology": "sun", "availability_series": "sun", "max_mw": 100})
    tables["stores"] = [
        {"id": "leak", "name": "Leak", "efficiency_charge": 0.5, "efficiency_discharge": 0.5, "capex_usd_per_kwh": 1}
        | FACT
    ]
    tables["site_stores"] = [{"node": "site", "store": "leak", "max_mwh": 0.001}]
    return tables, settings("Sunny", time=QUARTERS, limits={"clean_share_per_yr": share})


def test_burning_clean_energy_does_not_make_the_rest_cleaner(tmp_path: Path) -> None:
    tables, terms = sunny(0.25)
    plan = solve(load(write_instance(tmp_path / "can", tables, terms, {"sun [share]": SUN})), verify=False)
    grid = plan.power.set_index("technology")["energy_mwh_per_yr"]["wire"]
    assert grid == pytest.approx(0.75 * 10 * HOURS, rel=1e-4)
    tables, terms = sunny(0.3)
    with pytest.raises(PlanError, match="no plan satisfies"):
        solve(load(write_instance(tmp_path / "cannot", tables, terms, {"sun [share]": SUN})), verify=False)


def test_chips_that_die_in_a_later_period_are_bought_again_there(tmp_path: Path) -> None:
    """Racks of 5 years, 3 delivered in 2028 and 4 in the ten years after: each built early needs two more then."""
    tables = frictionless({"site": 10}, ["token"], ["world"])
    add_racks(tables, mwh_per_gtok=1)
    tables["hardware"][0] |= {"capex_usd_per_unit": 1e6, "life_years": 5, "may_retire": "no"}
    tables["periods"] = [
        {"period": "a", "start": 2028, "length_yr": 1},
        {"period": "b", "start": 2029, "length_yr": 10},
    ]
    tables["supply"] = [
        {"hardware": "rack", "period": "a", "supply_units": 3},
        {"hardware": "rack", "period": "b", "supply_units": 4},
    ]
    add_demand(tables, "world", "token", 1e6, 100)
    plan = solve(load(write_instance(tmp_path / "w", tables, settings("Replaced"))), verify=False)
    units = plan.hardware.groupby("period")["units"].sum()
    assert units["b"] == pytest.approx(2)  # 2 x 2 purchases, whenever they were built first
    assert plan.capex.groupby("period")["overnight_musd"].sum()["b"] == pytest.approx(4)


def test_tokens_of_rented_units_are_no_tokens_per_mwh(tmp_path: Path) -> None:
    tables = constant_load(10)
    lease = {"id": "rent", "direction": "in", "site": "site", "hardware": "rack", "max_units": 1}
    tables["leases"] = [lease | {"usd_per_accelerator_h": 1}]
    instance = load(write_instance(tmp_path / "w", tables, settings("Rented")))
    with pytest.raises(ValueError, match="about own power"):
        solve(instance, "tokens_per_mwh", limits=["tokens>=1"])

"""Nothing is earned by what cannot be there: units without a hall, a line laid twice, chips before their launch."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.instance import load
from planner.plan.run import solve
from tests.factories import minimal_settings, minimal_tables, write_instance
from tests.truths.test_two_nodes import two_nodes
from tests.truths.worlds import settings


def test_units_that_no_hall_can_hold_are_not_leased_out(tmp_path: Path) -> None:
    tables = minimal_tables()
    dense = {"id": "slab", "name": "Slab", "unit_kw_max": 400, "capex_usd_per_unit": 10_000_000}
    tables["hardware"].append(tables["hardware"][0] | dense)
    without = solve(load(write_instance(tmp_path / "without", tables, minimal_settings())), verify=False)
    let = {"id": "let", "direction": "out", "site": "alpha", "hardware": "slab", "max_units": 100}
    tables["leases"] = [let | {"usd_per_accelerator_h": 3}]
    plan = solve(load(write_instance(tmp_path / "with", tables, minimal_settings())), verify=False)
    assert plan.objective == pytest.approx(without.objective, rel=1e-6)


def test_a_line_grows_to_its_limit_only_once(tmp_path: Path) -> None:
    tables = two_nodes({"max_mw": 40, "fixed_capex_musd": 0.1, "life_years": 30})
    tables["periods"] = [{"period": str(year), "start": year} for year in (2028, 2029)]
    plan = solve(load(write_instance(tmp_path / "w", tables, settings("Laid once"))), verify=False)
    assert plan.lines.set_index("period")["capacity_mw"].to_dict() == pytest.approx({"2028": 40, "2029": 40})


def test_chips_are_not_rented_before_their_launch(tmp_path: Path) -> None:
    tables = minimal_tables()
    tables["hardware"][0]["available_from"] = 2030
    rent = {"id": "rent", "direction": "in", "site": "alpha", "hardware": "box", "max_units": 50}
    tables["leases"] = [rent | {"usd_per_accelerator_h": 0.01}]
    plan = solve(load(write_instance(tmp_path / "w", tables, minimal_settings())), verify=False)
    assert plan.leases["units"].sum() == 0

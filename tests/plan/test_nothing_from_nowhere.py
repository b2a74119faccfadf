"""What cannot be there brings nothing: hardware to lease, lines laid twice, room without cooling, offers of nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.instance import InstanceError, load
from planner.plan.run import solve
from tests.factories import Tables, minimal_settings, minimal_tables, write_instance
from tests.truths.test_two_nodes import two_nodes
from tests.truths.worlds import HOURS, RELATIVE, settings, solved

LET = {"id": "let", "direction": "out", "site": "alpha", "hardware": "box", "max_units": 0, "usd_per_accelerator_h": 3}
GAP = 1e-9


def boxes(**more: Any) -> Tables:
    """The smallest instance with fractions of boxes and more demand than they can serve."""
    tables = minimal_tables()
    tables["hardware"][0] |= {"whole_units": "no"} | more
    tables["demand"][0] |= {"volume_gtok_per_day": 1000}
    return tables


def test_what_cannot_stand_cannot_be_leased_out(tmp_path: Path) -> None:
    tables = boxes()
    tables["hardware"].append(tables["hardware"][0] | {"id": "slab", "name": "Slab", "unit_kw_max": 400})
    tables["leases"] = [LET | {"hardware": "slab", "max_units": 100}]
    with pytest.raises(InstanceError, match="no cooling design at alpha cools slab"):
        load(write_instance(tmp_path / "w", tables, minimal_settings()))


def test_a_line_laid_in_every_period_has_its_limit_once(tmp_path: Path) -> None:
    """40 MW enter at 30 + 10 USD/MWh and 38 MW arrive; the other 62 MW cost 80. The line is due over 30 years."""
    tables = two_nodes({"max_mw": 40, "fixed_capex_musd": 0.1, "life_years": 30})
    tables["periods"] = [{"period": name, "start": start} for name, start in (("a", 2028), ("b", 2029))]
    plan = solved(tmp_path / "w", tables, settings("How often is a line laid?"))
    yearly = (40 * 40 + 62 * 80) * HOURS / 1e6 + 0.1 / 30
    assert -plan.objective == pytest.approx(2 * yearly, rel=RELATIVE)


def test_an_offer_of_no_units_changes_nothing(tmp_path: Path) -> None:
    tables = boxes(idle_share=0.0, availability=0.5)
    design = tables["cooling"][0] | {"id": "bad", "name": "Bad", "overhead_base": 1.0, "capex_usd_per_kw_it": 0}
    tables["cooling"].append(design)
    tables["supply"] = [{"hardware": "box", "supply_units": 200}]
    found = [
        solve(load(write_instance(tmp_path / name, tables | more, minimal_settings())), gap=GAP, verify=False).objective
        for name, more in (("without", {}), ("with", {"leases": [LET]}))
    ]
    assert found[1] == pytest.approx(found[0], rel=1e-7)


def test_hardware_is_not_rented_before_it_exists(tmp_path: Path) -> None:
    tables = boxes(available_from=2030)
    tables["leases"] = [LET | {"id": "rent", "direction": "in", "max_units": 50, "usd_per_accelerator_h": 1}]
    plan = solve(load(write_instance(tmp_path / "w", tables, minimal_settings())), gap=GAP, verify=False)
    assert plan.objective == pytest.approx(0, abs=1e-9)


def test_a_design_without_a_choice_keeps_to_its_limit(tmp_path: Path) -> None:
    tables = boxes() | {"site_cooling": [{"site": "alpha", "cooling": "chiller", "limit_mw": 0.5}]}
    plan = solve(load(write_instance(tmp_path / "w", tables, minimal_settings())), gap=GAP, verify=False)
    assert plan.cooling["built_mw"].tolist() == pytest.approx([0.5])

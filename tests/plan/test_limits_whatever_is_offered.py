"""Limits that hold whatever else is offered: leases of what cannot stand, offers of no units, cooling with a limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.instance import load
from planner.plan.run import solve
from tests.factories import Tables, minimal_settings, minimal_tables, write_instance

LET = {"id": "let", "direction": "out", "site": "alpha", "hardware": "box", "max_units": 0, "usd_per_accelerator_h": 3}
GAP = 1e-9


def boxes(**more: Any) -> Tables:
    """The smallest instance with fractions of boxes and more demand than they can serve."""
    tables = minimal_tables()
    tables["hardware"][0] |= {"whole_units": "no"} | more
    tables["demand"][0] |= {"volume_gtok_per_day": 1000}
    return tables


def test_a_lease_of_what_cannot_stand_is_told(tmp_path: Path) -> None:
    tables = boxes()
    tables["hardware"].append(tables["hardware"][0] | {"id": "slab", "name": "Slab", "unit_kw_max": 400})
    tables["leases"] = [LET | {"hardware": "slab", "max_units": 100}]
    instance = load(write_instance(tmp_path / "w", tables, minimal_settings()))
    assert [str(w) for w in instance.warnings if "so that no unit of it can be leased out there" in str(w)]


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


def test_a_design_without_a_choice_keeps_to_its_limit(tmp_path: Path) -> None:
    tables = boxes() | {"site_cooling": [{"site": "alpha", "cooling": "chiller", "limit_mw": 0.5}]}
    plan = solve(load(write_instance(tmp_path / "w", tables, minimal_settings())), gap=GAP, verify=False)
    assert plan.cooling["built_mw"].tolist() == pytest.approx([0.5])

"""What the screen says of a plan: like beside like, once where it is one thing, and nothing that is dust."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from planner.instance import load
from planner.plan.plan import Plan
from planner.plan.run import solve
from planner.report.amounts import amount, is_dust
from planner.report.tables import number_or_text
from planner.report.terminal import _systems, show
from planner.report.worth import headline, returns
from tests.factories import minimal_settings, minimal_tables, write_instance
from tests.model.world_years import world

WIDE = 200


def screen(plan: Plan) -> str:
    console = Console(record=True, width=WIDE, file=io.StringIO())
    show(plan, console)
    return console.export_text()


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A plan of three periods in which the power limit is scarce."""
    changes = {"demand.*.*.*.volume_gtok_per_day": {"multiply": 50}, "supply.rack.every.supply_units": 1000}
    return solve(world(tmp_path_factory.mktemp("years") / "w", changes), gap=1e-6)


def test_each_present_value_stands_beside_its_own_rate(years: Plan) -> None:
    plain, credited = returns(years)
    for line, value, rate in (
        (plain, "net present value, capital when paid", "internal rate of return"),
        (credited, "net present value, unpaid capital credited", "internal rate of return, unpaid capital credited"),
    ):
        assert f"{amount(years.figure(value, period='all'))} M USD" in line
        found = years.figure(rate, period="all")
        assert (f"{found:.1%}" if found == found else "no internal rate of return") in line
    assert "nothing credited" in plain
    assert "not yet paid off at the end credited" in credited


def test_one_line_for_the_limit_of_a_site_in_all_periods(years: Plan) -> None:
    """The mean of the prices stands beside what solving again gives, for that moves all periods."""
    first, *rest = headline(years)
    (check,) = years.record["pricing"]["verified"]
    assert f"is worth {amount(check['dual'])} USD/MW-yr in the mean of all periods" in first
    assert first.count("solved again") == 1
    for period in ("now", "next", "last"):
        assert f"{amount(years.price('power_limit_mw', 'site', period))} in {period}" in first
    assert len(rest) == 1
    record = years.record | {"pricing": {**years.record["pricing"], "verified": []}}
    assert f"is worth {amount(check['dual'])} USD" in headline(Plan(record, years.tables))[0]


def test_the_share_of_a_fleet_at_work_is_told_once() -> None:
    keys = {"period": "a", "site": "here", "hardware": "rack", "units_retired": 0.0, "mean_it_mw": 1.0}
    frame = pd.DataFrame([{**keys, "cooling": c, "units": 10.0, "at_work_share": 0.88} for c in ("dry", "wet")])
    lone = pd.DataFrame([{**keys, "hardware": "box", "cooling": "dry", "units": 5.0, "at_work_share": 0.5}])
    dust = lone.assign(hardware="crumb", units=7e-6)
    rows = _systems(SimpleNamespace(hardware=pd.concat([frame, lone, dust])), "a")
    assert [row[-1] for row in rows] == ["1.000 MW, fleet 88% at work", "1.000 MW", "1.000 MW, 50% at work"]


def test_sources_nobody_uses_are_no_part_of_the_build(tmp_path: Path) -> None:
    """A free second line that costs more per MWh is left alone, until it has to back load."""
    tables = minimal_tables()
    tables["technologies"][0]["firm_credit"] = 1
    spare = tables["technologies"][0] | {"id": "spare", "name": "Spare"}
    tables["technologies"].append(spare)
    tables["power"] += [{"node": "alpha", "technology": "spare", "energy_usd_per_mwh": 90, "existing_mw": 40}]
    plan = solve(load(write_instance(tmp_path / "a", tables, minimal_settings())), verify=False)
    assert plan.power.set_index("technology").loc["spare", "capacity_mw"] == pytest.approx(40)
    assert "spare" not in screen(plan).split("Accounts")[0]
    tables["sites"][0]["firm_share"] = 1
    plan = solve(load(write_instance(tmp_path / "b", tables, minimal_settings())), verify=False)
    assert plan.power.set_index("technology").loc["spare", "firm_mw"] == pytest.approx(40)
    assert "spare" in screen(plan).split("Accounts")[0]


@pytest.mark.parametrize(("value", "text"), [(-0.0, "0"), (-3e-9, "0"), (0.0123456, "0.01235"), (-2.5, "-2.500")])
def test_amounts_have_no_negative_zero(value: float, text: str) -> None:
    assert amount(value) == text


def test_tables_have_no_negative_zero() -> None:
    assert number_or_text(-0.0) == "0"


def test_dust_is_told_by_what_the_plan_handles() -> None:
    assert is_dust(0.01, 20_000)
    assert not is_dust(0.03, 20_000)
    assert is_dust(7e-6, 10)
    assert not is_dust(1e-3, 10)


def test_a_period_without_tokens_worth_the_name_has_no_mean_cost(solved: Callable) -> None:
    plan, _ = solved("toy")
    assert "mean cost" in screen(plan)
    kpis = plan.kpis.copy()
    last = kpis[(kpis["where"] == "all")].assign(period="busy")
    kpis.loc[kpis["figure"] == "tokens of all kinds", "value"] = 1e-6
    changed = Plan(plan.record, plan.tables | {"kpis": pd.concat([kpis, last])})
    figures = screen(changed).split("Build")[0]
    assert "mean cost" not in figures
    assert "overnight capex" in figures


@pytest.mark.parametrize(("weight", "words"), [(2, ", weighted"), (1, "")])
def test_weighted_tokens_are_called_so(tmp_path: Path, weight: float, words: str) -> None:
    tables: Any = minimal_tables()
    tables["products"][0]["token_weight"] = weight
    instance = load(write_instance(tmp_path / "w", tables, minimal_settings()))
    plan = solve(instance, "tokens", limits=["tokens>=1"], verify=False)
    assert plan.record["unit"] == f"Gtok{words}"
    unit = plan.measures.set_index("measure")["unit"]
    assert [unit[name] for name in ("tokens", "cost_per_mtok", "tokens_per_mwh", "profit")] == [
        f"Gtok{words}",
        f"USD/Mtok{words}",
        f"Mtok/MWh{words}",
        "M USD (present value)",
    ]
    assert re.search(rf"within tokens>=1 Gtok{words}\s", screen(plan))
    kpi = plan.kpis.set_index("figure").loc["billable tokens"]
    assert kpi["unit"] == f"Gtok/day{words}"
    assert kpi["value"] * 365 == pytest.approx(plan.record["measures"]["tokens"], rel=1e-9)


def test_billable_tokens_are_the_measure_also_where_tokens_are_traded(solved: Callable) -> None:
    plan, instance = solved("selling")
    years = {period: row.length_yr for period, row in instance.periods.items()}
    rows = plan.kpis[plan.kpis["figure"] == "billable tokens"]
    total = sum(row.value * 365 * years[row.period] for row in rows.itertuples())
    assert plan.wholesale["gtok_per_day"].sum() > 0
    assert total == pytest.approx(plan.record["measures"]["tokens"], rel=1e-6)

"""Limits of power plant are felt: by as much as their price says, or as a day worked out by hand.

One site whose load is given, hour by hour; only what feeds it is decided. A day stands for the year, without interest.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.plan.plan import Plan
from planner.plan.run import solve
from tests.plan.world_plant import plant
from tests.truths import worlds
from tests.truths.worlds import DAYS, HOURS, settings, varying_load

USD = 1e6
_FACT = {"source": "made up for tests", "confidence": "assumed"}

Row = dict[str, Any]


def grid(usd_per_mwh: float, **columns: Any) -> Row:
    return {"id": "grid", "kind": "grid", "vom_usd_per_mwh": usd_per_mwh} | columns


def run(folder: Path, load_mw: tuple[float, ...], plants: list[Row], rows: dict[str, Row], **more: Any) -> Plan:
    """Solve a site with this load, plants on offer, and further columns of their rows of power.csv."""
    tables = varying_load(load_mw)
    tables["technologies"] = [{"name": plant["id"]} | plant | _FACT for plant in plants]
    tables["power"] = [{"node": "site", "technology": plant["id"]} | rows.get(plant["id"], {}) for plant in plants]
    for name, content in more.pop("tables", {}).items():
        tables[name] = content
    tables["sites"][0] |= more.pop("site", {})
    series = more.pop("series", None)
    day = {"resolution_h": 24 // len(load_mw), "days": [{"name": "day", "date": "01-01", "weight": DAYS}]}
    return worlds.solved(folder, tables, settings("What feeds this load?", time=day, **more), series)


def usd_per_day(plan: Plan) -> float:
    return -plan.objective * USD / DAYS


def price(plan: Plan, rule: str) -> float:
    """The one price of a rule, which binds."""
    (row,) = plan.prices[plan.prices["rule"] == rule].itertuples()
    assert row.binds
    return row.value


def source(plan: Plan, name: str) -> Any:
    return next(row for row in plan.power.itertuples() if row.technology == name)


def test_export_is_worth_what_it_earns(tmp_path: Path) -> None:
    """Gas at 20 makes 100 MW, the load is 60 MW, and 20 MW more are sold back for 35: 15 USD in each of 8,760 h."""
    plants = [grid(50), {"id": "gas", "kind": "gas-turbine", "vom_usd_per_mwh": 20, "co2_kg_per_mwh": 500}]

    def sold_back(mw: float) -> Plan:
        rows = {
            "grid": {"existing_mw": 30, "max_mw": 30, "export_max_mw": mw, "export_usd_per_mwh": 35},
            "gas": {"existing_mw": 100, "max_mw": 100},
        }
        return run(tmp_path / str(mw), (60,), plants, rows)

    plan = sold_back(20)
    assert price(plan, "export_limit") == pytest.approx(15 * HOURS)
    assert plan.objective - sold_back(18).objective == pytest.approx(2 * 15 * HOURS / USD)
    assert source(sold_back(50), "grid").exported_mwh_per_yr == pytest.approx(30 * HOURS)  # as much as the connection
    row = source(plan, "grid")
    assert (row.energy_mwh_per_yr, row.exported_mwh_per_yr) == pytest.approx((0, 20 * HOURS))
    assert row.sold_musd_per_yr == pytest.approx(20 * HOURS * 35 / USD)
    booked = plan.accounts.set_index("item")["musd_per_yr"]
    assert booked["energy sold"] == pytest.approx(row.sold_musd_per_yr)
    assert plan.figure("energy sold") == pytest.approx(row.sold_musd_per_yr)
    assert plan.figure("exported energy") == pytest.approx(20 * HOURS)
    assert plan.figure("revenue") == 0  # no tokens were paid for
    assert plan.figure("facility energy") == pytest.approx(60 * HOURS)
    assert source(plan, "gas").co2_t_per_yr == pytest.approx(80 * HOURS * 0.5)  # carbon of what is sold stays
    assert plan.dispatch[plan.dispatch["group"] == "export"]["mw"].tolist() == pytest.approx([-20])


CLEAN = [grid(50), {"id": "green", "kind": "ppa", "clean": "yes", "vom_usd_per_mwh": 80}]


@pytest.mark.parametrize(
    ("limit", "rule", "value"),
    [
        ("clean_share_per_yr", "clean_share_of_year", 30),  # of a MWh
        ("clean_share_per_step", "clean_share_of_step", 30 * HOURS),  # of a MW in every hour
    ],
)
def test_a_clean_share_costs_what_green_is_dearer(tmp_path: Path, limit: str, rule: str, value: float) -> None:
    """Green energy costs 30 USD/MWh more than the grid: a tenth more of 8 and 12 MW is a MW in the mean."""
    plans = {s: run(tmp_path / str(s), (8, 12), CLEAN, {}, limits={limit: s}) for s in (0.4, 0.5)}
    assert price(plans[0.4], rule) == pytest.approx(value)
    assert plans[0.4].objective - plans[0.5].objective == pytest.approx(30 * HOURS / USD)
    assert source(plans[0.4], "green").energy_mwh_per_yr == pytest.approx(4 * HOURS)


def test_a_share_of_the_year_may_come_when_it_likes_and_a_share_of_the_hour_not(tmp_path: Path) -> None:
    """Sun for nothing in half of the day, 20 MW of it: half of the year is clean at no cost, the night is not."""
    plants = [*CLEAN, {"id": "sun", "kind": "solar"}]
    rows = {"sun": {"existing_mw": 20, "max_mw": 20, "availability_series": "sun"}}
    series = {"sun [share]": [0.0, 1.0] * 365}
    plans = {
        name: run(tmp_path / name, (10, 10), plants, rows, series=series, limits={name: 0.5})
        for name in ("clean_share_per_yr", "clean_share_per_step")
    }
    assert usd_per_day(plans["clean_share_per_yr"]) == pytest.approx(10 * 12 * 50)
    assert usd_per_day(plans["clean_share_per_step"]) == pytest.approx(12 * (5 * 50 + 5 * 80))
    assert source(plans["clean_share_per_yr"], "sun").curtailed_mwh_per_yr == pytest.approx(10 * 12 * DAYS)


@pytest.mark.parametrize("limit", ["clean_share_per_yr", "clean_share_per_step"])
def test_stored_clean_energy_counts_once_and_its_losses_are_clean_too(tmp_path: Path, limit: str) -> None:
    """Sun at 1 USD/kW-yr by day only, a store of 0.9 each way for the night: 10 + 10 / 0.81 MW, and nothing else."""
    plants = [grid(0.01), {"id": "sun", "kind": "solar", "fom_usd_per_kw_yr": 1}]
    rows = {"sun": {"availability_series": "sun"}}
    store = {"id": "cells", "name": "Cells", "efficiency_charge": 0.9, "efficiency_discharge": 0.9} | _FACT
    tables = {"stores": [store], "site_stores": [{"node": "site", "store": "cells", "max_mw": 50, "max_mwh": 500}]}
    series = {"sun [share]": [0.0, 1.0] * 365}
    plan = run(tmp_path / "sun", (10, 10), plants, rows, series=series, limits={limit: 1.0}, tables=tables)
    assert source(plan, "grid").energy_mwh_per_yr == pytest.approx(0, abs=1e-6)
    assert source(plan, "sun").built_mw == pytest.approx(10 + 10 / 0.81)


def test_what_is_sold_back_is_taken_from_the_clean_energy(tmp_path: Path) -> None:
    """All is to be clean: the 4 MW that are sold back need 4 MW of green more, which cost 80 and earn 90."""
    plants = [grid(100), CLEAN[1]]
    rows = {"grid": {"max_mw": 50, "existing_mw": 50, "export_max_mw": 4, "export_usd_per_mwh": 90}}
    plan = run(tmp_path / "green", (10,), plants, rows, limits={"clean_share_per_yr": 1.0})
    assert source(plan, "green").energy_mwh_per_yr == pytest.approx(14 * HOURS)
    assert usd_per_day(plan) == pytest.approx(24 * (14 * 80 - 4 * 90))


ENGINE = {"id": "engine", "kind": "gas-engine", "vom_usd_per_mwh": 20, "unit_mw": 10}
THERE = {"engine": {"existing_mw": 10, "max_mw": 10}}


@pytest.mark.parametrize(
    ("commitment", "usd", "starts", "online"),
    [
        # by night 2 MW are below the minimum of 5: the grid gives them, and the engine starts in the morning
        ("integer", 12 * (2 * 100 + 8 * 20) + 10 * 50, 1, 0.5),
        # 0.4 units give 2 MW by night, another 0.4 start for the 8 MW of the day
        ("relaxed", 12 * (2 + 8) * 20 + 0.4 * 10 * 50, 0.4, 0.6),
    ],
)
def test_minimum_load(tmp_path: Path, commitment: str, usd: float, starts: float, online: float) -> None:
    engine = ENGINE | {"min_load_share": 0.5, "start_usd_per_mw": 50}
    plan = run(tmp_path / "engine", (2, 8), [grid(100), engine], THERE, dispatch={"commitment": commitment})
    assert usd_per_day(plan) == pytest.approx(usd)
    row = source(plan, "engine")
    assert (row.starts_per_yr, row.mean_online_units) == pytest.approx((starts * DAYS, online))
    booked = plan.accounts.set_index("item")["musd_per_yr"]
    assert booked["starts and stops"] == pytest.approx(-starts * 500 * DAYS / USD)
    assert row.cost_musd_per_yr == pytest.approx(-booked["starts and stops"] + row.energy_mwh_per_yr * 20 / USD)


@pytest.mark.parametrize(
    ("limits", "steps"),
    [
        ({}, 0),
        ({"min_up_h": 6}, 0),  # the step of the peak
        ({"min_up_h": 7}, 1),  # a step more, begun
        ({"min_down_h": 18}, 0),  # the three steps beside it
        ({"min_down_h": 19}, 3),  # no room for four
        ({"min_up_h": 12, "min_down_h": 18}, 3),  # two and three are more than a day has
    ],
)
def test_minimum_times(tmp_path: Path, limits: Row, steps: int) -> None:
    """The grid gives 4 MW at 20, an engine the 6 MW of the peak at 100; online for longer it makes 2 MW a step."""
    engine = ENGINE | {"vom_usd_per_mwh": 100, "min_load_share": 0.2} | limits
    rows = THERE | {"grid": {"max_mw": 4}}
    plan = run(tmp_path / "engine", (2, 10, 2, 2), [grid(20), engine], rows, dispatch={"commitment": "integer"})
    assert usd_per_day(plan) == pytest.approx(6 * (10 * 20 + 6 * 100) + steps * 6 * 2 * 80)


@pytest.mark.parametrize("share_per_h", [0.02, 0.03])
@pytest.mark.parametrize("unit_mw", [None, 10])
def test_ramps(tmp_path: Path, unit_mw: float | None, share_per_h: float) -> None:
    """From 4 MW by night an engine of 10 MW reaches 12 x 0.2 or 0.3 MW more by day; the grid gives the rest at 100."""
    engine = ENGINE | {"unit_mw": unit_mw, "ramp_share_per_h": share_per_h}
    plan = run(tmp_path / "engine", (4, 10), [grid(100), engine], THERE, dispatch={"commitment": "integer"})
    reached = 4 + 12 * share_per_h * 10
    assert usd_per_day(plan) == pytest.approx(12 * (20 * (4 + reached) + 100 * (10 - reached)))


def test_freer_units_are_never_worse(tmp_path: Path, solved: Callable) -> None:
    """Whole units online, fractions online, fractions built: each a little better than the one before."""
    whole = solved("plant")[0].objective
    online = solve(plant(tmp_path / "online", {"dispatch.commitment": "relaxed"}), gap=0.0, verify=False)
    built = solved("plant", relax=True, verify=False)[0]
    assert whole < online.objective < built.objective
    plain = {f"technologies.*.{name}": 0 for name in ("min_load_share", "start_usd_per_mw", "stop_usd_per_mw")}
    free = plant(tmp_path / "free", plain | {"technologies.*.min_up_h": 0, "technologies.*.min_down_h": 0})
    assert solve(free, gap=0.0, verify=False).objective > whole


def test_whole_units_are_built(tmp_path: Path) -> None:
    """A load of 50 MW takes two units of 40 MW where a share of a unit would do."""
    engine = ENGINE | {"unit_mw": 40, "fom_usd_per_kw_yr": 10}
    plan = run(tmp_path / "engine", (50,), [engine], {})
    assert source(plan, "engine").built_mw == pytest.approx(80)
    assert -plan.objective == pytest.approx(80 * 0.01 + 50 * HOURS * 20 / USD)
    assert plan.record["pricing"]["objective"] == pytest.approx(-50 * 0.01 - 50 * HOURS * 20 / USD)


@pytest.mark.parametrize(("pay", "usd", "drawn"), [("as-produced", 9 * 30 + 2 * 20, 6), ("as-used", 8 * 20, 0)])
def test_a_contract_paid_as_produced_is_drawn_first(tmp_path: Path, pay: str, usd: float, drawn: float) -> None:
    """10 MW of sun give 9 MW by day for 30 USD/MWh, 6 MW are needed then; the grid costs 20."""
    plants = [grid(20), {"id": "sun", "kind": "ppa", "vom_usd_per_mwh": 30}]
    rows = {"sun": {"existing_mw": 10, "max_mw": 10, "pay": pay, "availability_series": "sun"}}
    plan = run(tmp_path / "sun", (2, 6), plants, rows, series={"sun [share]": [0.0, 0.9] * 365})
    assert usd_per_day(plan) == pytest.approx(12 * usd)
    row = source(plan, "sun")
    assert row.energy_mwh_per_yr == pytest.approx(drawn * 12 * DAYS, abs=1e-6)
    assert row.curtailed_mwh_per_yr == pytest.approx((9 - drawn) * 12 * DAYS)


def test_a_contract_ends_and_the_grid_takes_over(tmp_path: Path) -> None:
    """A contract at 20 until the middle of 2029 serves through 2029, whose first day it sees, and not in 2030."""
    plants = [grid(50), {"id": "nearby", "kind": "ppa", "vom_usd_per_mwh": 20}]
    periods = [{"period": str(year), "start": year} for year in (2028, 2029, 2030)]
    tables = {"periods": periods}
    row = {"existing_mw": 8, "max_mw": 8, "available_until": "2029-07"}
    plan = run(tmp_path / "contract", (10,), plants, {"nearby": row}, tables=tables)
    power = plan.power[plan.power["technology"] == "nearby"].set_index("period")
    assert power["capacity_mw"].tolist() == pytest.approx([8, 8, 0])
    assert -plan.objective * USD / HOURS == pytest.approx(2 * (8 * 20 + 2 * 50) + 10 * 50)


def test_diesel_is_bought_to_be_firm_and_runs_as_long_as_its_permit(tmp_path: Path) -> None:
    """All of 10 MW is to be firm and the grid is not: diesel of 10 / 0.95 MW at 60 USD/kW-yr stands by.

    Its 200 USD/MWh are less than the 500 of the evening, so it runs its 100 h in full, each MWh of them worth 300.
    """
    diesel = {"id": "diesel", "kind": "diesel", "vom_usd_per_mwh": 200, "fom_usd_per_kw_yr": 60, "firm_credit": 0.95}

    def with_permit(hours: float) -> Plan:
        plants = [grid(0), diesel | {"max_hours_per_yr": hours}]
        series = {"spot [USD/MWh]": [50.0, 500.0] * 365}
        rows = {"grid": {"price_series": "spot"}}
        return run(tmp_path / str(hours), (10, 10), plants, rows, series=series, site={"firm_share": 1})

    plan = with_permit(100)
    built = 10 / 0.95
    row = source(plan, "diesel")
    assert (row.built_mw, row.energy_mwh_per_yr) == pytest.approx((built, 100 * built))
    assert price(plan, "permitted_hours") == pytest.approx(300)
    assert with_permit(110).objective - plan.objective == pytest.approx(300 * 10 * built / USD)
    assert price(plan, "firm_capacity") == pytest.approx((60_000 - 300 * 100) / 0.95)
    assert -plan.objective * USD == pytest.approx(built * (60_000 - 300 * 100) + 10 * HOURS * (50 + 500) / 2)

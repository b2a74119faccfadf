"""Hubs, lines and dates in a plan: what the model is made of, what its tables and the summary say."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from planner.instance import load
from planner.instance.calendar import assign_dates
from planner.model.build import build
from planner.plan.run import solve
from planner.report.terminal import show
from planner.stamp import level_of, stamp, unstamp
from tests.factories import minimal_settings, minimal_tables, write_instance
from tests.model.world_linked import world as linked
from tests.model.worlds import FACT
from tests.plan.worlds import hubs_and_dates
from tests.stamp.compare import assert_same, tables_of_pyomo, tables_of_stamped

YEAR = {"time": {"mode": "year", "resolution_h": 24}}


def test_the_program_is_the_one_that_pyomo_would_write(tmp_path: Path) -> None:
    """With several representative days, dates, hubs and lines: entry for entry."""
    stamped = stamp(build(hubs_and_dates(tmp_path / "w")))
    assert_same(tables_of_stamped(stamped), tables_of_pyomo(unstamp(stamped)))


def test_dates_are_below_their_days_in_every_year(tmp_path: Path) -> None:
    instance = hubs_and_dates(tmp_path / "w")
    m = build(instance)
    date = level_of(m.date)
    stands_for = assign_dates(instance.settings.time.days, instance.series.values())
    names = np.array([day.name for day in instance.settings.time.days])
    assert (date.labels.get_level_values("day") == names[stands_for]).all()
    weights = np.bincount(stands_for)[stands_for]
    assert date.weight == pytest.approx(1 / weights)  # the dates of a day weigh as much as the day
    assert stamp(m).path_weight(date) == pytest.approx(np.ones(365))


def test_there_are_no_dates_where_nothing_is_linked(tmp_path: Path) -> None:
    assert build(linked(tmp_path / "with")).component("date") is not None
    assert build(linked(tmp_path / "without", {"stores.cave.linked": "no"})).component("date") is None


def test_a_hub_without_anything_has_no_balance(tmp_path: Path) -> None:
    instance = load(write_instance(tmp_path / "w", minimal_tables() | {"hubs": [{"id": "isle"}]}))
    assert list(build(instance).step.power_balance) == ["alpha"]


def test_in_mode_year_a_linked_store_is_the_ordinary_chain(tmp_path: Path) -> None:
    tables = minimal_tables()
    store = {"id": "cave", "name": "Cave", "capex_usd_per_kwh": 20, "efficiency_charge": 0.9}
    tables["stores"] = [store | {"efficiency_discharge": 0.8} | FACT]
    tables["site_stores"] = [{"node": "alpha", "store": "cave"}]
    folder = write_instance(tmp_path / "w", tables, minimal_settings() | YEAR)
    plain, other = (load(folder, overrides={"stores.cave.linked": word}) for word in ("no", "yes"))
    assert_same(tables_of_stamped(stamp(build(plain))), tables_of_stamped(stamp(build(other))), tolerance=0.0)
    assert solve(other, verify=False).calendar.empty


def test_what_is_carried_is_followed_by_what_the_day_brings(solved: Callable) -> None:
    """The table of carried energy, with the day's dispatch and standing loss, from each date to the next."""
    plan, instance = solved("hubs and dates")
    cave = instance.stores["cave"]
    kept = (1 - cave.loss_share_per_h) ** 4
    net = plan.dispatch[plan.dispatch["item"] == "cave"].set_index(["day", "step"])["mw"]

    def after(level: float, day: str) -> float:
        for step in range(6):
            mw = net.get((day, step), 0.0)
            into = -mw * cave.efficiency_charge if mw < 0 else -mw / cave.efficiency_discharge
            level = kept * level + 4 * into
        return level

    dates = plan.carried
    ends = [after(row.carried_mwh, row.day) for row in dates.itertuples()]
    assert np.roll(ends, 1) == pytest.approx(dates["carried_mwh"].to_numpy(), rel=1e-6, abs=1e-3)
    assert dates["carried_mwh"].max() - dates["carried_mwh"].min() > 1000  # weeks of wind for weeks of calm
    assert dates[["date", "day"]].to_numpy().tolist() == plan.calendar.to_numpy().tolist()


def test_lines_in_the_dispatch_and_the_summary(solved: Callable) -> None:
    plan, _ = solved("hubs and dates")
    moved = plan.dispatch[plan.dispatch["group"] == "lines"]
    hours = moved["mw"] * moved["weight_h_per_yr"]
    left = -hours[(moved["node"] == "moor") & (moved["item"] == "alpha") & (moved["mw"] < 0)].sum()
    table = plan.lines.set_index(["origin", "destination"])
    assert left == pytest.approx(table.loc[("moor", "alpha"), "from_origin_mwh_per_yr"], rel=1e-9)
    console = Console(record=True, width=160)
    show(plan, console)
    assert "line to alpha" in console.export_text()


def test_hubs_and_lines_cost_what_the_accounts_say(solved: Callable) -> None:
    plan, _ = solved("hubs and dates")
    items = ["power lines", "laying of power lines", "power lines upkeep", "wheeling"]
    booked = plan.accounts[plan.accounts["item"].isin(items)]["musd_per_yr"].sum()
    assert plan.lines["cost_musd_per_yr"].sum() == pytest.approx(-booked, rel=1e-9)
    sites = plan.sites.set_index("site")["mean_facility_mw"]
    shared = sum(plan.figure("electricity cost, stores apart", s) * mw * 8760e-6 for s, mw in sites.items())
    hubs = plan.power["cost_musd_per_yr"].sum() + plan.lines["cost_musd_per_yr"].sum()
    idle = plan.lines[plan.lines[["from_origin_mwh_per_yr", "from_destination_mwh_per_yr"]].sum(axis=1) < 1e-6]
    assert idle["cost_musd_per_yr"].sum() == pytest.approx(0, abs=1e-9)  # else nobody would carry it
    assert shared == pytest.approx(hubs, rel=1e-6)


def test_an_empty_table_can_be_read_again(solved: Callable, tmp_path: Path) -> None:
    plan, _ = solved("minimal")
    target = plan.write(tmp_path / "plan")
    for name in ("lines", "calendar", "carried"):
        with (target / "tables" / f"{name}.csv").open() as file:
            assert list(csv.reader(file)) == [list(plan.tables[name].columns)]

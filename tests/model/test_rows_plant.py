"""Rows, bounds and money of power plant with units, ramps, export and a clean share; the numbers are in world_power."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyomo.environ import ConcreteModel

from planner.model.build import build
from planner.stamp import series_values
from tests.model.reading import EXACT, Rows, present_value
from tests.model.world_power import world

GAS, COAL, SUN, GRID, BOILER = (f"alpha,{name}" for name in ("gas", "coal", "sun", "grid", "boiler"))
GAS_BUILT = ("capacity_built_mw[alpha,gas]@early", "capacity_built_mw[alpha,gas]@late")
COAL_BUILT = ("capacity_built_mw[alpha,coal]@early", "capacity_built_mw[alpha,coal]@late")
HOURS = 6 * 365
LATE = 0.8  # a payment a year later, at 25 %
SOURCES = ("grid", "gas", "coal", "sun", "boiler")


@pytest.fixture
def power(rows_of: dict[str, Rows]) -> Rows:
    return rows_of["power"]


def at(variable: str, source: str, *copies: str) -> list[str]:
    return [f"{variable}[{source}]@{copy}" for copy in copies]


def names(source: str, copy: str) -> tuple[str, str, str, str]:
    """Draw, units online, started and stopped of a copy."""
    kinds = ("draw_mw", "online_units", "started_units", "stopped_units")
    return tuple(f"{kind}[{source}]@{copy}" for kind in kinds)


def test_whole_units(power: Rows) -> None:
    built = "plant_units_built[alpha,gas]@late"
    power.equal("whole_units[alpha,gas]@late", {GAS_BUILT[1]: 1, built: -20}, 0)
    assert power.whole(built)
    assert power.whole("online_units[alpha,gas]@early.0")
    assert not power.whole("started_units[alpha,gas]@early.0")
    assert "whole_units[alpha,boiler]@late" not in power.names()


def test_unit_balance_is_cyclic_or_begins_as_given(power: Rows, tmp_path: Path) -> None:
    _, now, started, stopped = names(GAS, "late.0")
    last = names(GAS, "late.3")[1]
    power.equal("unit_balance[alpha,gas]@late.0", {now: 1, last: -1, started: -1, stopped: 1}, 0)
    _, now, started, stopped = names(COAL, "late.0")
    power.equal("unit_balance[alpha,coal]@late.0", {now: 1, started: -1, stopped: 1}, 1)  # one online before
    gone = Rows(build(world(tmp_path / "w", {"power.alpha.coal.available_until": 2029})))
    gone.equal("unit_balance[alpha,coal]@late.0", {now: 1, started: -1, stopped: 1}, 0)  # none exists by then
    before = now
    _, now, started, stopped = names(COAL, "late.1")
    power.equal("unit_balance[alpha,coal]@late.1", {now: 1, before: -1, started: -1, stopped: 1}, 0)


TWO_DAYS = [{"name": "cold", "date": "01-15", "weight": 65}, {"name": "warm", "date": "07-15", "weight": 300}]


@pytest.mark.parametrize(
    ("time", "steps"), [({"mode": "days", "days": TWO_DAYS}, [0, 4, 8, 12]), ({"mode": "year"}, [0, 4 * 365])]
)
def test_the_given_state_stands_before_every_day_or_year(tmp_path: Path, time: dict, steps: list[int]) -> None:
    """Two periods of two days of four steps, or of a year of 1,460."""
    m = build(world(tmp_path / "world", time=time))
    before = series_values(m.step.online_before, ("alpha", "coal"))
    assert np.flatnonzero(before).tolist() == steps
    assert set(before) == {0, 1}


def test_units_online_are_in_service(power: Rows) -> None:
    online = names(GAS, "late.1")[1]
    power.at_most("online_limit[alpha,gas]@late.1", {online: 1} | dict.fromkeys(GAS_BUILT, -1 / 20), 0)
    online = names(COAL, "early.1")[1]
    power.at_most("online_limit[alpha,coal]@early.1", {online: 1, COAL_BUILT[0]: -1 / 50}, 2)


def test_output_of_units_online(power: Rows) -> None:
    draw, online, _, _ = names(GAS, "early.2")
    power.at_most("online_draw[alpha,gas]@early.2", {draw: 1, online: -18}, 0)  # 0.9 of 20 MW
    power.at_most("minimum_load[alpha,gas]@early.2", {draw: -1, online: 8}, 0)
    assert "draw_limit[alpha,gas]@early.2" not in power.names()
    assert "minimum_load[alpha,boiler]@early.2" not in power.names()


def test_minimum_times(power: Rows) -> None:
    # 12 h are two steps, 8 h are two as well, 18 h three
    online = names(GAS, "early.0")[1]
    row = dict.fromkeys(at("started_units", GAS, "early.0", "early.3"), 1)
    power.at_most("minimum_up_time[alpha,gas]@early.0", row | {online: -1}, 0)
    row = dict.fromkeys(at("stopped_units", GAS, "early.0", "early.3"), 1)
    power.at_most("minimum_down_time[alpha,gas]@early.0", row | {online: 1, GAS_BUILT[0]: -1 / 20}, 0)
    for last in (1, 3):  # what happened before the given state does not bind
        copies = [f"late.{step}" for step in range(max(0, last - 2), last + 1)]
        row = dict.fromkeys(at("started_units", COAL, *copies), 1) | {names(COAL, f"late.{last}")[1]: -1}
        power.at_most(f"minimum_up_time[alpha,coal]@late.{last}", row, 0)
    assert "minimum_down_time[alpha,coal]@early.0" not in power.names()


def test_ramps_of_units(power: Rows) -> None:
    # gas: 0.05 x 6 h x 20 MW = 6 MW, a start jumps to the 8 MW of minimum load
    draw, online, started, stopped = names(GAS, "early.0")
    earlier = names(GAS, "early.3")[0]
    up = {draw: 1, earlier: -1, online: -6, started: 6 - 8, stopped: 8}
    power.at_most("unit_ramp_up[alpha,gas]@early.0", up, 0)
    down = {draw: -1, earlier: 1, online: -6, started: 6 + 8, stopped: -8}
    power.at_most("unit_ramp_down[alpha,gas]@early.0", down, 0)
    # coal: 0.1 x 6 h x 50 MW = 30 MW, more than its minimum load of 25 MW; nothing is known before the first step
    draw, online, started, stopped = names(COAL, "late.1")
    earlier = names(COAL, "late.0")[0]
    up = {draw: 1, earlier: -1, online: -30, stopped: 25}
    power.at_most("unit_ramp_up[alpha,coal]@late.1", up, 0)
    down = {draw: -1, earlier: 1, online: -30, started: 30 + 25, stopped: -30}
    power.at_most("unit_ramp_down[alpha,coal]@late.1", down, 0)
    for rule in ("unit_ramp_up", "unit_ramp_down"):
        assert f"{rule}[alpha,coal]@late.0" not in power.names()
        assert f"{rule}[alpha,boiler]@late.1" not in power.names()


def test_ramps_without_units(power: Rows) -> None:
    now, earlier = at("draw_mw", BOILER, "early.0", "early.3")
    built = "capacity_built_mw[alpha,boiler]@early"
    power.at_most("ramp_up[alpha,boiler]@early.0", {now: 1, earlier: -1, built: -0.6}, 0)
    power.at_most("ramp_down[alpha,boiler]@early.0", {now: -1, earlier: 1, built: -0.6}, 0)
    assert "ramp_up[alpha,grid]@early.0" not in power.names()


def test_what_is_quick_has_no_ramp(tmp_path: Path) -> None:
    quick = {"technologies.boiler.ramp_share_per_h": 1 / 6, "technologies.gas.ramp_share_per_h": 0.5}
    found = Rows(build(world(tmp_path / "world", quick))).names()
    assert not [name for name in found if name.startswith(("ramp_", "unit_ramp_up[alpha,gas]"))]


def test_relaxed_commitment_lets_fractions_run(tmp_path: Path) -> None:
    found = Rows(build(world(tmp_path / "world", {"dispatch.commitment": "relaxed"})))
    assert not found.whole("online_units[alpha,gas]@early.0")
    assert found.whole("plant_units_built[alpha,gas]@early")


def test_a_contract_ends(power: Rows) -> None:
    draw = "draw_mw[alpha,sun]@{}"
    built = "capacity_built_mw[alpha,sun]@early"
    power.at_most("draw_limit[alpha,sun]@early.2", {draw.format("early.2"): 1, built: -0.8}, 0.8 * 40)
    power.at_most("draw_limit[alpha,sun]@late.2", {draw.format("late.2"): 1}, 0)
    assert power.bounds("capacity_built_mw[alpha,sun]@early") == (0, 41)
    assert power.bounds("capacity_built_mw[alpha,sun]@late") == (0, 0)


def test_export(power: Rows) -> None:
    sold = "export_mw[alpha,grid]@late.2"
    power.at_most("export_limit[alpha,grid]@late.2", {sold: 1}, 30)
    built = [f"capacity_built_mw[alpha,grid]@{period}" for period in ("early", "late")]
    power.at_most("export_capacity[alpha,grid]@late.2", {sold: 1} | dict.fromkeys(built, -1), 60)
    assert power.row("power_balance[alpha]@late.2").coefficients[sold] == -1
    assert sold not in power.row("gigawatt_limit[alpha]@late.2").coefficients


def test_clean_shares(power: Rows) -> None:
    """Drawn from all but the sun is at most the rest of the load: IT and 0.1 MW of cooling for every MW of heat."""

    def row(share: float, copy: str, weight: float = 1) -> dict[str, float]:
        draws = {f"draw_mw[alpha,{source}]@{copy}": weight for source in SOURCES if source != "sun"}
        draws[f"it_mw[alpha,box,chiller]@{copy}"] = -weight * (1 - share)
        return draws | {f"heat_removed_mw[alpha,chiller]@{copy}": -weight * (1 - share) * 0.1}

    power.at_most("clean_share_of_step@early.1", row(0.2, "early.1"), 0)
    year = {name: value for step in range(4) for name, value in row(0.5, f"late.{step}", HOURS).items()}
    power.at_most("clean_share_of_year@late", year, 0)


def test_money_of_starts_and_export(built: dict[str, ConcreteModel]) -> None:
    m = built["power"]
    found, constant = present_value(m, m.cash, "starts and stops")
    expected = {}
    for period, worth in (("early", 1), ("late", LATE)):
        for step in range(4):  # USD/MW x MW x 365 days
            expected[f"started_units[alpha,gas]@{period}.{step}"] = -50e-6 * 20 * 365 * worth
            expected[f"stopped_units[alpha,gas]@{period}.{step}"] = -5e-6 * 20 * 365 * worth
            expected[f"started_units[alpha,coal]@{period}.{step}"] = -80e-6 * 50 * 365 * worth
    assert found == pytest.approx(expected, rel=EXACT)
    assert constant == 0
    found, _ = present_value(m, m.cash, "energy sold")
    sold = {("early", 1.0), ("late", LATE)}
    expected = {f"export_mw[alpha,grid]@{p}.{step}": 10e-6 * HOURS * worth for p, worth in sold for step in range(4)}
    assert found == pytest.approx(expected, rel=EXACT)


def test_money_of_energy_as_produced(built: dict[str, ConcreteModel]) -> None:
    """All that 40 MW could give is paid: 30 USD/MWh x (0.5 + 0.8) x 6 h x 365 d, in the period of the contract."""
    m = built["power"]
    found, constant = present_value(m, m.cash, "energy")
    sun = 30e-6 * 1.3 * HOURS
    assert constant == pytest.approx(-40 * sun, rel=EXACT)
    assert found["capacity_built_mw[alpha,sun]@early"] == pytest.approx(-sun, rel=EXACT)
    assert not [name for name in found if name.startswith("draw_mw[alpha,sun]")]
    assert found["draw_mw[alpha,gas]@late.0"] == pytest.approx(-20e-6 * HOURS * LATE, rel=EXACT)  # 10 MMBtu x 2 USD
    assert found["draw_mw[alpha,grid]@early.3"] == pytest.approx(-60e-6 * HOURS, rel=EXACT)


def test_fuel_is_paid_as_it_is_burnt(tmp_path: Path) -> None:
    changes = {"technologies.sun.heat_rate_mmbtu_per_mwh": 1, "technologies.sun.fuel_usd_per_mmbtu": 7}
    m = build(world(tmp_path / "world", changes))
    found, constant = present_value(m, m.cash, "energy")
    assert found["draw_mw[alpha,sun]@early.1"] == pytest.approx(-7e-6 * HOURS, rel=EXACT)
    assert constant == pytest.approx(-40 * 30e-6 * 1.3 * HOURS, rel=EXACT)


def test_posts_to_power_and_their_heading(built: dict[str, ConcreteModel]) -> None:
    posts = {post.name: post.heading for post in built["power"].power.posts}
    assert posts["export"] == "export"  # neither supply nor load of the facility

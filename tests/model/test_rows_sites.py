"""Rows of sites, hardware and cooling."""

from __future__ import annotations

import pytest

from tests.model.reading import Rows

RACKS = ("units_built[site,rack,loop]@early", "units_built[site,rack,loop]@late")
BOX_LOOP, BOX_FAN = "units_built[site,box,loop]@late", "units_built[site,box,fan]@late"
HALLS = ("hall_built_mw[site]@early", "hall_built_mw[site]@late")
LOOPS = ("cooling_built_mw[site,loop]@early", "cooling_built_mw[site,loop]@late")
FANS = ("cooling_built_mw[site,fan]@early", "cooling_built_mw[site,fan]@late")


def of(names: tuple[str, ...], value: float) -> dict[str, float]:
    return dict.fromkeys(names, value)


def test_an_open_site_stays_open(rows: Rows) -> None:
    rows.at_most("site_stays_open[site]@early", {"opened[site]@early": -1}, 0)  # nothing is open before the first
    rows.at_most("site_stays_open[site]@late", {"opened[site]@early": 1, "opened[site]@late": -1}, 0)


def test_halls_stand_only_at_open_sites(rows: Rows) -> None:
    # room: min(15 MW, 1.2 x 20 MW) = 15 MW in every period; halls last 15 years, so early ones stand in both
    rows.at_most("hall_limit[site]@early", {HALLS[0]: 1, "opened[site]@early": -15}, 0)
    rows.at_most("hall_limit[site]@late", of(HALLS, 1) | {"opened[site]@late": -15}, 0)


def test_units_need_hall_space(rows: Rows) -> None:
    # rack 0.1 MW, box 0.01 MW; boxes last a year, so those built early are gone when late begins
    boxes_early = {"units_built[site,box,loop]@early": 0.01, "units_built[site,box,fan]@early": 0.01}
    rows.at_most("hall_space[site]@early", {RACKS[0]: 0.1} | boxes_early | {HALLS[0]: -1}, 0)
    rows.at_most("hall_space[site]@late", of(RACKS, 0.1) | {BOX_LOOP: 0.01, BOX_FAN: 0.01} | of(HALLS, -1), 0)


def test_supply_limits_what_is_built_in_a_period(rows: Rows) -> None:
    rows.at_most("hardware_supply[rack]@early", {RACKS[0]: 1}, 60)
    rows.at_most("hardware_supply[rack]@late", {RACKS[1]: 1}, 60)
    # boxes last one of the two years, so that each is delivered twice
    rows.at_most("hardware_supply[box]@late", {BOX_LOOP: 2, BOX_FAN: 2}, 30)
    assert "hardware_supply[box]@early" not in rows.names()  # no limit is stated for that period


def test_hardware_with_a_choice_of_cooling_shares_its_load_within_its_halls(rows: Rows) -> None:
    # its one point draws 8 kW, idle is 30 % of 10 kW; 0.8 of the boxes work: 0.8 x 8 + 0.2 x 3
    load = "it_mw[site,box,loop]@late.1"
    rows.at_most("hall_full_load[site,box,loop]@late.1", {load: 1, BOX_LOOP: -0.007}, 0)
    rows.at_most("hall_idle_load[site,box,loop]@late.1", {load: -1, BOX_LOOP: 0.003}, 0)
    assert not [name for name in rows.names() if name.startswith("hall_full_load[site,rack")]  # racks have no choice


def test_cooling_is_sized_for_full_power(rows: Rows) -> None:
    boxes = {"units_built[site,box,loop]@early": 0.01}
    rows.at_most("cooling_capacity[site,loop]@early", {RACKS[0]: 0.1, LOOPS[0]: -1} | boxes, 0)
    rows.at_most("cooling_capacity[site,loop]@late", of(RACKS, 0.1) | {BOX_LOOP: 0.01} | of(LOOPS, -1), 0)
    rows.at_most("cooling_capacity[site,fan]@late", {BOX_FAN: 0.01} | of(FANS, -1), 0)


def test_a_design_works_only_where_it_was_chosen(rows: Rows) -> None:
    rows.at_most(
        "cooling_choice[site,loop]@late", of(LOOPS, 1) | {"cooling_chosen[site,loop]@late": -12}, 0
    )  # its limit
    rows.at_most("cooling_choice[site,fan]@late", of(FANS, 1) | {"cooling_chosen[site,fan]@late": -15.015}, 0)  # halls


def test_a_design_that_was_chosen_stays_chosen(rows: Rows) -> None:
    chosen = ("cooling_chosen[site,fan]@early", "cooling_chosen[site,fan]@late")
    rows.at_most("cooling_stays_chosen[site,fan]@late", {chosen[0]: 1, chosen[1]: -1}, 0)
    assert "cooling_stays_chosen[site,fan]@early" not in rows.names()


def test_a_site_mixes_only_so_many_designs(rows: Rows) -> None:
    chosen = {"cooling_chosen[site,loop]@late": 1, "cooling_chosen[site,fan]@late": 1}
    rows.at_most("cooling_designs[site]@late", chosen, 1)


def test_all_heat_is_removed(rows: Rows) -> None:
    loads = {"it_mw[site,rack,loop]@early.0": 1, "it_mw[site,box,loop]@early.0": 1}
    rows.equal("heat_balance[site,loop]@early.0", loads | {"heat_removed_mw[site,loop]@early.0": -1}, 0)
    fan = {"it_mw[site,box,fan]@late.1": 1, "heat_removed_mw[site,fan]@late.1": -1}
    rows.equal("heat_balance[site,fan]@late.1", fan, 0)


def test_water_of_a_year(rows: Rows) -> None:
    # 1.8 m3/MWh x 12 h x 365 days = 7,884 m3 a year for each MW in a step; the fan drinks nothing
    heat = {"heat_removed_mw[site,loop]@late.0": 7884, "heat_removed_mw[site,loop]@late.1": 7884}
    rows.at_most("water_limit[site]@late", heat, 50_000)


@pytest.mark.parametrize(
    ("column", "upper"),
    [
        ("units_built[site,rack,loop]@early", 151),  # 15 MW of room / 0.1 MW, and one to spare
        ("units_built[site,box,fan]@early", 0),  # not to be had before 2029
        ("units_built[site,box,fan]@late", 1501),
        ("hall_built_mw[site]@late", float("inf")),
        ("opened[site]@early", 1),
        ("cooling_chosen[site,loop]@late", 1),
    ],
)
def test_bounds(rows: Rows, column: str, upper: float) -> None:
    assert rows.bounds(column) == (0, upper)


def test_whole_numbers(rows: Rows) -> None:
    whole = {name.split("[")[0] for name in rows.columns if rows.whole(name)}
    assert whole == {"units_built", "opened", "cooling_chosen", "adopted", "accepted", "price_chosen"}
    assert rows.whole("units_built[site,rack,loop]@early")
    assert not rows.whole("units_built[site,box,loop]@late")  # boxes may be bought in fractions
    assert rows.whole("accepted[town,chat,bulk,bulk]@early")
    assert not rows.whole("accepted[town,chat,list,list]@early")


def test_a_design_that_was_not_chosen_drinks_nothing(rows: Rows) -> None:
    # thousand m3 a year: 12 h x 365 days x 1.8 m3/MWh in each step against a right of 50,000 m3 and a hair of room
    drunk = {f"heat_removed_mw[site,loop]@early.{step}": 12 * 365 * 1.8 / 1000 for step in (0, 1)}
    rows.at_most("chosen_to_drink[site,loop]@early", drunk | {"cooling_chosen[site,loop]@early": -50 * 1.001}, 0)

"""Rows of power, storage, the gigawatt limits and the capex budget."""

from __future__ import annotations

import pytest

from tests.model.reading import Rows

GAS = ("capacity_built_mw[site,gas]@early", "capacity_built_mw[site,gas]@late")
GRID = ("capacity_built_mw[site,grid]@early", "capacity_built_mw[site,grid]@late")
SUN = ("capacity_built_mw[site,sun]@early", "capacity_built_mw[site,sun]@late")
STORE_MW = ("store_built_mw[site,battery]@early", "store_built_mw[site,battery]@late")
STORE_MWH = ("store_built_mwh[site,battery]@early", "store_built_mwh[site,battery]@late")


def of(names: tuple[str, ...], value: float) -> dict[str, float]:
    return dict.fromkeys(names, value)


def facility(copy: str, loop_overhead: float) -> dict[str, float]:
    """Load of the site without its base load: IT and 5 % losses, cooling by overhead."""
    it = {f"it_mw[site,{hall}]@{copy}": 1.05 for hall in ("rack,loop", "box,loop", "box,fan")}
    cooling = {f"heat_removed_mw[site,loop]@{copy}": loop_overhead, f"heat_removed_mw[site,fan]@{copy}": 0.4}
    return it | cooling


def test_source_limit_counts_what_exists(rows: Rows) -> None:
    rows.at_most("source_limit[site,grid]@early", {GRID[0]: 1}, 6)  # 12 MW allowed, 6 MW there
    rows.at_most("source_limit[site,grid]@late", of(GRID, 1), 6)
    rows.at_most("source_limit[site,gas]@late", of(GAS, 1), 8)
    assert "source_limit[site,sun]@late" not in rows.names()


def test_draw_limit(rows: Rows) -> None:
    rows.at_most("draw_limit[site,gas]@late.1", {"draw_mw[site,gas]@late.1": 1} | of(GAS, -0.95), 0)
    rows.at_most("draw_limit[site,grid]@early.0", {"draw_mw[site,grid]@early.0": 1, GRID[0]: -1}, 6)
    rows.at_most("draw_limit[site,sun]@late.0", {"draw_mw[site,sun]@late.0": 1}, 0)  # night
    rows.at_most("draw_limit[site,sun]@late.1", {"draw_mw[site,sun]@late.1": 1} | of(SUN, -0.6), 0)


def test_yearly_peak(rows: Rows) -> None:
    row = {"draw_mw[site,grid]@late.0": 1, "peak_mw[site,grid]@late": -1}
    rows.at_most("yearly_peak[site,grid]@late.0", row, 0)


def test_permitted_hours(rows: Rows) -> None:
    # a step stands for 12 h x 365 = 4,380 h a year
    draws = {"draw_mw[site,gas]@late.0": 4380, "draw_mw[site,gas]@late.1": 4380}
    rows.at_most("permitted_hours[site,gas]@late", draws | of(GAS, -4000), 0)


def test_power_balance(rows: Rows) -> None:
    # loop: 0.2 below 25 C and 0.01 for every degree above it: 0.2 in the night at 20 C, 0.33 by day at 38 C
    for copy, overhead in (("early.0", 0.2), ("late.1", 0.33)):
        supply = {f"draw_mw[site,{source}]@{copy}": 1 for source in ("grid", "gas", "sun")}
        supply |= {f"discharge_mw[site,battery]@{copy}": 1, f"charge_mw[site,battery]@{copy}": -1}
        load = {name: -value for name, value in facility(copy, overhead).items()}
        opened = {f"opened[site]@{copy.split('.')[0]}": -0.5}
        rows.equal(f"power_balance[site]@{copy}", supply | load | opened, 0)


def test_gigawatt_limit(rows: Rows) -> None:
    # base load 0.5 MW less the limit: 10 MW early, 20 MW late
    rows.at_most("gigawatt_limit[site]@early.0", facility("early.0", 0.2) | {"opened[site]@early": -9.5}, 0)
    rows.at_most("gigawatt_limit[site]@late.1", facility("late.1", 0.33) | {"opened[site]@late": -19.5}, 0)


def test_provisioned_limit(rows: Rows) -> None:
    # design day 35 C: loop 0.2 + 0.01 x 10 = 0.3, fan 0.4; with 5 % losses 1.35 and 1.45 times the power of a unit
    late = {"units_built[site,rack,loop]@early": 0.135, "units_built[site,rack,loop]@late": 0.135}
    late |= {"units_built[site,box,loop]@late": 0.0135, "units_built[site,box,fan]@late": 0.0145}
    rows.at_most("provisioned_limit[site]@late", late | {"opened[site]@late": 0.5 - 1.2 * 20}, 0)


def test_firm_capacity(rows: Rows) -> None:
    # half of the provisioned load and 20 % margin: 0.6; gas counts 0.9, the battery 0.5, grid and sun nothing
    supply = of(GAS, 0.9) | of(STORE_MW, 0.5)
    load = {"units_built[site,rack,loop]@early": 0.081, "units_built[site,rack,loop]@late": 0.081}
    load |= {"units_built[site,box,loop]@late": 0.0081, "units_built[site,box,fan]@late": 0.0087}
    load |= {"opened[site]@late": 0.3}
    rows.at_most("firm_capacity[site]@late", load | {name: -value for name, value in supply.items()}, 0)


def test_carbon_limit(rows: Rows) -> None:
    # 0.4 and 0.5 t/MWh x 4,380 h; the sun emits nothing
    draws = {f"draw_mw[site,grid]@early.{step}": 1752 for step in (0, 1)}
    draws |= {f"draw_mw[site,gas]@early.{step}": 2190 for step in (0, 1)}
    rows.at_most("carbon_limit@early", draws, 20_000)


def test_store_sizes(rows: Rows) -> None:
    rows.equal("store_duration[site,battery]@late", {STORE_MWH[1]: 1, STORE_MW[1]: -4}, 0)
    rows.at_most("store_power_limit[site,battery]@late", of(STORE_MW, 1), 3)
    rows.at_most("store_energy_limit[site,battery]@late", of(STORE_MWH, 1), 10)


def test_state_of_charge_is_cyclic_in_the_day(rows: Rows) -> None:
    # 1 % an hour over 12 h leaves 0.99^12; 12 h x 0.9 goes in, 12 h / 0.8 comes out
    for now, before in ((0, 1), (1, 0)):
        row = {f"stored_mwh[site,battery]@early.{now}": 1, f"stored_mwh[site,battery]@early.{before}": -(0.99**12)}
        row |= {f"charge_mw[site,battery]@early.{now}": -10.8, f"discharge_mw[site,battery]@early.{now}": 15}
        rows.equal(f"state_of_charge[site,battery]@early.{now}", row, 0)


def test_store_limits(rows: Rows) -> None:
    early, copy = STORE_MW[0], "@early.1"
    both = {f"charge_mw[site,battery]{copy}": 1, f"discharge_mw[site,battery]{copy}": 1}
    rows.at_most("store_rating[site,battery]@early.1", both | {early: -1}, 0)
    stored = {"stored_mwh[site,battery]@late.0": 1} | of(STORE_MWH, -1)
    rows.at_most("stored_limit[site,battery]@late.0", stored, 0)


def test_capex_budget_holds_every_overnight_cost(rows: Rows) -> None:
    late = {
        "hall_built_mw[site]@late": 1.2,  # 1,200 USD/kW
        "opened[site]@late": 30,  # 30 M USD in the period of opening
        "opened[site]@early": -30,
        "units_built[site,rack,loop]@late": 1,
        "units_built[site,box,loop]@late": 0.4,  # bought twice: they last one of the two years
        "units_built[site,box,fan]@late": 0.4,
        "cooling_built_mw[site,loop]@late": 0.5,
        "cooling_built_mw[site,fan]@late": 0.3,
        "cooling_chosen[site,loop]@late": 3,  # due when the design is chosen
        "cooling_chosen[site,loop]@early": -3,
        "capacity_built_mw[site,gas]@late": 1,
        "capacity_built_mw[site,sun]@late": 0.8,
        "store_built_mw[site,battery]@late": 0.1,
        "store_built_mwh[site,battery]@late": 0.2,
        "adopted[turbo]@late": 2,
        "adopted[turbo]@early": -2,
        "added_gbps[site,far,terrestrial]@late": 0.001,
    }
    rows.at_most("capex_budget@late", late, 40)
    assert "capex_budget@early" not in rows.names()


@pytest.mark.parametrize(
    ("column", "upper"),
    [
        (GAS[0], 9),  # 8 MW and one out of reach
        (SUN[0], 0),
        (SUN[1], float("inf")),
        (STORE_MW[0], 4),
        (STORE_MWH[0], 11),
    ],
)
def test_bounds(rows: Rows, column: str, upper: float) -> None:
    assert rows.bounds(column) == (0, upper)

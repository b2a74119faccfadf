"""Rows and costs of several periods: age classes, growing demand, better software, lead times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pyomo.environ import ConcreteModel

from planner.model.build import build
from planner.model.time import bought, purchase_dates
from planner.stamp import series_values, unstamp
from tests.model.reading import EXACT, Rows, present_value
from tests.model.world_years import world
from tests.stamp.compare import assert_same, tables_of_pyomo, tables_of_stamped

RACK, CRATE, SLAB = "site,rack,loop", "site,crate,loop", "site,slab,loop"
WORTH = {"now": 1.0, "next": 0.8, "last": 1.152}


@pytest.fixture
def years(rows_of: dict[str, Rows]) -> Rows:
    return rows_of["years"]


def built(hall: str, value: float, *periods: str) -> dict[str, float]:
    return {f"units_built[{hall}]@{period}": value for period in periods}


def retired(hall: str, value: float, *vintages: str) -> dict[str, float]:
    return {f"retired_units[{hall}]@{vintage}": value for vintage in vintages}


def standing(value: float) -> dict[str, float]:
    """All units in service in the last period: racks of now have died, racks of next and all crates and slabs live."""
    row = built(RACK, value, "next", "last") | retired(RACK, -value, "last.next")
    row |= built(CRATE, value, "now", "next", "last") | retired(CRATE, -value, "last.now", "last.next")
    return row | built(SLAB, value, "now", "next", "last")


def with_dead(row: dict[str, float], value: float) -> dict[str, float]:
    """Racks of now that died by last cannot be retired any more: their column is there, held at zero."""
    return row | retired(RACK, -value, "last.now")


def test_no_more_retire_than_were_built(years: Rows) -> None:
    for vintage, then in (("next.now", "now"), ("last.next", "next")):
        row = retired(RACK, 1, vintage) | built(RACK, -1, then)
        years.at_most(f"retired_units_were_built[{RACK}]@{vintage}", row, 0)
    names = [name for name in years.names() if name.startswith("retired_units_were_built[site,rack")]
    assert len(names) == 2  # racks of now are dead in last
    assert years.bounds(f"retired_units[{RACK}]@last.now") == (0, 0)
    assert years.bounds(f"retired_units[{RACK}]@last.next") == (0, 101)  # 10 MW / 0.1 MW and one to spare
    assert years.whole(f"retired_units[{RACK}]@last.next")
    assert not years.whole(f"retired_units[{CRATE}]@last.next")


def test_what_retired_stays_retired(years: Rows) -> None:
    row = retired(CRATE, 1, "next.now") | retired(CRATE, -1, "last.now")
    years.at_most(f"retired_units_stay_retired[{CRATE}]@last.now", row, 0)
    assert [name for name in years.names() if name.startswith("retired_units_stay")] == [
        f"retired_units_stay_retired[{CRATE}]@last.now"
    ]


def test_hardware_that_never_retires_has_no_age_classes(years: Rows) -> None:
    assert not [name for name in years.columns if name.startswith("retired_units[site,slab")]


def test_retired_units_need_no_room_no_cooling_and_no_power(years: Rows) -> None:
    racks = with_dead(standing(0.1), 0.1)
    halls = {f"hall_built_mw[site]@{period}": -1 for period in WORTH}
    years.at_most("hall_space[site]@last", racks | halls, 0)
    plant = {f"cooling_built_mw[site,loop]@{period}": -1 for period in WORTH}
    years.at_most("cooling_capacity[site,loop]@last", racks | plant, 0)
    provisioned = with_dead(standing(0.125), 0.125)  # cooling of a quarter on top
    years.at_most("provisioned_limit[site]@last", provisioned | {"opened[site]@last": -10}, 0)


def test_retired_units_neither_work_nor_idle(years: Rows) -> None:
    runs = {f"running_units[site,rack,{k},chat]@next.0": 1.0 for k in ("rack-old", "rack-new")}
    racks = built(RACK, -0.9, "now", "next") | retired(RACK, 0.9, "next.now")
    years.at_most("units_at_work[site,rack]@next.0", runs | racks, 0)
    load = {
        "running_units[site,rack,rack-old,chat]@next.0": -0.06,
        "running_units[site,rack,rack-new,chat]@next.0": -0.03,
    }
    idle = built(RACK, -0.02, "now", "next") | retired(RACK, 0.02, "next.now")
    years.equal("it_load[site,rack]@next.0", {f"it_mw[{RACK}]@next.0": 1} | load | idle, 0)


def test_retired_units_cost_their_annuity_and_no_upkeep(built_years: ConcreteModel) -> None:
    """5 % of 1 and 2 M USD a year; racks live 2 years, so those of now are paid for in now and next."""
    found, _ = present_value(built_years, built_years.cash, "chips upkeep")
    upkeep: dict[str, float] = {}
    for hall, usd, lives in (
        (RACK, 1, {"now": ("now", "next"), "next": ("next", "last"), "last": ("last",)}),
        (CRATE, 2, {"now": tuple(WORTH), "next": ("next", "last"), "last": ("last",)}),
        (SLAB, 2, {"now": tuple(WORTH), "next": ("next", "last"), "last": ("last",)}),
    ):
        for then, alive in lives.items():
            upkeep |= built(hall, -0.05 * usd * sum(WORTH[t] for t in alive), then)
            for t in alive:
                if t != then and hall != SLAB:
                    upkeep |= retired(hall, 0.05 * usd * WORTH[t], f"{t}.{then}")
    upkeep |= retired(RACK, 0.05 * WORTH["last"], "last.now")  # held at zero
    assert found == pytest.approx(upkeep, rel=EXACT)
    chips, _ = present_value(built_years, built_years.cash, "chips")
    assert not [name for name in chips if name.startswith("retired")]
    # 0.25 / (1 - 0.64) = 25 / 36 of 1 M USD
    assert chips[f"units_built[{RACK}]@now"] == pytest.approx(-25 / 36 * 1.8)
    assert chips[f"units_built[{RACK}]@next"] == pytest.approx(-25 / 36 * (0.8 + 1.152))


@pytest.fixture
def built_years(built: dict[str, ConcreteModel]) -> ConcreteModel:
    return built["years"]


def test_volumes_and_prices_grow(built_years: ConcreteModel) -> None:
    """10 x 1.5 in 2028; 10 x 1.5^2 x 2 x 1.2 in 2029; 10 x 1.5^3 in 2030. Prices 1.9, x 0.8, x 0.9."""
    p = built_years.period
    key = ("town", "chat", "list")
    assert series_values(p.volume_gtok_per_day, key) == pytest.approx([15, 54, 33.75])
    assert series_values(p.price_usd_per_mtok, key) == pytest.approx([1.9, 1.52, 1.71])
    assert series_values(p.volume_gtok_per_day, ("far", "chat", "list")) == pytest.approx([4, 9.6, 4])
    sales, _ = present_value(built_years, built_years.cash, "token sales")
    offer = "accepted[town,chat,list,list]"
    yearly = {"now": 15 * 1.9, "next": 54 * 1.52, "last": 33.75 * 1.71}
    expected = {f"{offer}@{t}": musd * 0.365 * WORTH[t] for t, musd in yearly.items()}
    assert {name: value for name, value in sales.items() if name.startswith(offer)} == pytest.approx(expected)


def test_commitments_and_sales_follow_the_growing_volume(years: Rows) -> None:
    row = {"accepted[town,chat,list,list]@next": -54, "short_gtok_per_day[town,chat]@next": -1}
    years.at_most("commitment[town,chat]@next", row, -5)
    sold = {"flow_gtok_per_h[site,town,1,chat]@next.0": 1, "accepted[town,chat,list,list]@next": -54 / 24}
    years.equal("token_balance[town,chat]@next.0", sold, 0)
    flows = {f"flow_gtok_per_h[site,town,1,chat]@last.{step}": 12 for step in (0, 1)}
    years.at_most("open_to_serve[site,town,chat]@last", flows | {"opened[site]@last": -33.75 * 1.001}, 0)


@pytest.mark.parametrize(("period", "better"), [("now", 1), ("next", 1.5), ("last", 2)])
def test_better_software_makes_more_of_every_unit(years: Rows, period: str, better: float) -> None:
    # 0.8 of 0.36 Gtok/h
    fast = {f"running_units[site,{h},{h}-old,chat]@{period}.0": 0.288 * better for h in ("rack", "crate", "slab")}
    made = fast | {f"running_units[site,rack,rack-new,chat]@{period}.0": 0.288 * better}
    far = f"flow_gtok_per_h[site,far,1,chat]@{period}.0"
    sent = {f"flow_gtok_per_h[site,town,1,chat]@{period}.0": -1, far: -1}
    years.equal(f"token_balance[site,chat]@{period}.0", made | sent, 0)
    rung = {name: -value for name, value in fast.items()}
    years.at_most(f"latency_ladder[site,chat,500]@{period}.0", {far: 1} | rung, 0)


@pytest.mark.parametrize(
    ("column", "upper"),
    [
        ("running_units[site,rack,rack-new,chat]@now.0", 0),  # its software comes in 2029
        ("running_units[site,rack,rack-new,chat]@next.0", float("inf")),
        ("running_units[site,rack,rack-old,chat]@now.0", float("inf")),
        (f"units_built[{SLAB}]@now", 0),  # ordered in 2028, there in 2029
        (f"units_built[{SLAB}]@next", 101),
        (f"units_built[{CRATE}]@now", 101),
        ("capacity_built_mw[site,gas]@next", 0),  # ordered in 2028, there in the middle of 2029
        ("capacity_built_mw[site,gas]@last", 5),
        ("capacity_built_mw[site,sun]@now", 2),  # a date of its own takes precedence over the lead time
        ("store_built_mw[site,battery]@now", 0),
        ("store_built_mw[site,battery]@next", 3),
    ],
)
def test_bounds(years: Rows, column: str, upper: float) -> None:
    assert years.bounds(column) == (0, upper)


def test_the_written_out_model_is_the_same(years: Rows) -> None:
    """Age classes, read through relations of their own, agree entry for entry with an ordinary compiler's rows."""
    assert_same(tables_of_stamped(years.stamped), tables_of_pyomo(unstamp(years.stamped)))


def test_without_an_order_date_lead_times_do_not_count(tmp_path: Path) -> None:
    rows = Rows(build(world(tmp_path / "world", {"order_date": ""})))
    assert rows.bounds(f"units_built[{SLAB}]@now") == (0, 101)
    assert rows.bounds("capacity_built_mw[site,gas]@now") == (0, 5)


def test_a_plan_without_retirement_has_no_age_classes(tmp_path: Path) -> None:
    m = build(world(tmp_path / "never", {"hardware.*.may_retire": "no"}))
    assert m.component("vintage") is None
    assert not [name for name in Rows(m).columns if name.startswith("retired")]


@pytest.mark.parametrize(
    ("length", "life", "times"), [(1, 5, 1), (5, 5, 1), (0.25, 0.25, 1), (2, 1, 2), (10, 4, 3), (10, 5, 2)]
)
def test_what_dies_inside_its_period_is_bought_again(length: float, life: float, times: int) -> None:
    assert bought(np.array([2028.0]), np.array([length]), life).tolist() == [[times]]


def test_what_dies_in_a_later_period_is_bought_again_there() -> None:
    """Built in 2028 for five years it serves 2029 to 2038 to the end: bought again in 2033 and 2038."""
    assert bought(np.array([2028.0, 2029.0]), np.array([1.0, 10.0]), 5).tolist() == [[1, 0], [2, 2]]
    assert purchase_dates(np.array([2028.0, 2029.0]), np.array([1.0, 10.0]), 5, 0) == [(0, 2028), (1, 2033), (1, 2038)]
    assert bought(np.array([2028.0, 2033.0]), np.array([5.0, 5.0]), 5).tolist() == [[1, 0], [0, 1]]  # dead in time


def test_supply_and_budget_count_replacements(tmp_path: Path, changed: Callable) -> None:
    """Racks of one year in a period of two are bought twice; halls and the rest once."""
    rows = changed({"hardware.rack.life_years": 1, "periods.last.capex_budget_musd": 50})
    rows.at_most("hardware_supply[rack]@last", built(RACK, 2, "last"), 40)
    rows.at_most("hardware_supply[rack]@now", built(RACK, 1, "now"), 40)
    budget = rows.row("capex_budget@last").coefficients
    assert budget[f"units_built[{RACK}]@last"] == 2
    assert budget[f"units_built[{CRATE}]@last"] == 2
    assert budget["hall_built_mw[site]@last"] == 1


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[dict], Rows]:
    return lambda changes: Rows(build(world(tmp_path / "changed", changes)))

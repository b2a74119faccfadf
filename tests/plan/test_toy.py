"""The shipped toy against the answer derived by hand in its README.

A rack runs `fast` at 2,500 tok/s x 100 accelerators = 0.9 Gtok/h or `slow` at twice that, both at 80 of its 100 kW.
10 MW of limit over 0.1 MW x 1.25 (racks at full power with their cooling) is 80 racks. Chat is worth 0.2 USD/Mtok at
0.9 Gtok/h, batch 0.05 at 1.8: chat goes first. Its 864 Gtok a day need 20 racks in the quiet half of the day and 60 in
the busy one; the 60 and 20 that are left make 1.8 x 12 x (60 + 20) = 1,728 of the 2,592 Gtok a day that batch asks for.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.instance import load
from planner.plan.run import solve
from tests.factories import write_csv
from tests.plan.invariants import check_all
from tests.plan.worlds import SHIPPED, toy

REVENUE = 864 * 0.2 * 0.365 + 1728 * 0.05 * 0.365
COST = {
    "token sales": REVENUE,
    "energy": -8 * 8760 * 50e-6,  # 6.4 MW at work and 0.25 of that for cooling
    "site fixed cost": -1,
    "halls": -8 * 1 / 16,  # 8 MW at 1 M USD/MW over 16 years, without interest
    "chips": -80 * 1 / 5,
}


@pytest.fixture(scope="module")
def plan(solved: Callable) -> object:
    return solved("toy")[0]


def test_profit(plan: object) -> None:
    assert pytest.approx(63.072 + 31.536) == REVENUE
    assert plan.objective == pytest.approx(73.604, abs=1e-9)
    assert plan.status == "optimal"
    assert plan.bound == pytest.approx(73.604, abs=1e-6)
    assert plan.gap == pytest.approx(0, abs=1e-9)


def test_the_answer_agrees_with_what_is_shipped(plan: object) -> None:
    expected = tomllib.loads((SHIPPED / "toy" / "expected.toml").read_text(encoding="utf-8"))
    assert plan.objective == pytest.approx(expected["objective"], rel=1e-9)
    assert plan.record["objective_name"] == expected["objective_name"]


def test_accounts(plan: object) -> None:
    accounts = plan.accounts.set_index("item")["musd_per_yr"]
    assert accounts[accounts.abs() > 1e-9].to_dict() == pytest.approx(COST)


def test_what_is_built(plan: object) -> None:
    row = plan.hardware.iloc[0]
    assert (len(plan.hardware), row["units"], row["accelerators"], row["capex_musd"]) == (1, 80, 8000, 80)
    assert row["mean_it_mw"] == pytest.approx(6.4)
    assert row["at_work_share"] == pytest.approx(1)
    site = plan.sites.iloc[0]
    assert (site["opened"], site["hall_mw"], site["provisioned_mw"]) == pytest.approx((1, 8, 10))
    assert (site["peak_facility_mw"], site["mean_facility_mw"]) == pytest.approx((8, 8))


def test_what_runs(plan: object) -> None:
    rows = plan.serving.set_index("product")
    assert rows.loc["chat", ["point", "mean_units", "peak_units", "made_gtok_per_day"]].tolist() == [
        "fast",
        pytest.approx(40),
        pytest.approx(60),
        pytest.approx(864),
    ]
    assert rows.loc["batch", ["point", "mean_units", "peak_units", "made_gtok_per_day"]].tolist() == [
        "slow",
        pytest.approx(40),
        pytest.approx(60),
        pytest.approx(1728),
    ]
    assert plan.points_dropped.to_dict("records") == [
        {"point": "slow", "product": "chat", "reason": "10 tok/s per user is slower than 50"}
    ]


def test_what_is_sold(plan: object) -> None:
    rows = plan.markets.set_index("product")
    assert rows["sold_gtok_per_day"].to_dict() == pytest.approx({"chat": 864, "batch": 1728})
    assert rows["accepted_share"].to_dict() == pytest.approx({"chat": 1, "batch": 2 / 3})
    assert rows["revenue_musd_per_yr"].to_dict() == pytest.approx({"chat": 63.072, "batch": 31.536})


def test_dispatch(plan: object) -> None:
    by_item = plan.dispatch.pivot_table(index="step", columns="item", values="mw")
    assert by_item.loc[0].to_dict() == pytest.approx({"racks": -6.4, "cooling": -1.6, "wire": 8})
    assert by_item.loc[1].to_dict() == pytest.approx({"racks": -6.4, "cooling": -1.6, "wire": 8})


def test_the_revenue_identity(plan: object) -> None:
    """10 MW x load factor 0.8 x 8,760 h, half of it for each product, 9,000 and 18,000 Mtok/MWh of facility power."""
    rows = plan.identity.set_index("product")
    assert rows["load_factor"].tolist() == pytest.approx([0.8, 0.8])
    assert rows["energy_share"].tolist() == pytest.approx([0.5, 0.5])
    assert rows["mtok_per_mwh"].to_dict() == pytest.approx({"chat": 9000, "batch": 18000})
    assert rows["usd_per_mtok"].to_dict() == pytest.approx({"chat": 0.2, "batch": 0.05})


def test_levelised_cost(plan: object) -> None:
    """21.004 M USD a year, half for each product since each has half of the unit-hours and of the energy."""
    cost = plan.levelised_cost.set_index("product")["levelised_usd_per_mtok"]
    assert cost.to_dict() == pytest.approx({"chat": 10.502 / 0.365 / 864, "batch": 10.502 / 0.365 / 1728})


def test_key_figures(plan: object) -> None:
    figures = {
        "revenue": REVENUE,
        "cost": 21.004,
        "cash profit": 73.604,
        "overnight capex": 88,
        "tokens of all kinds": 2592,
        "facility energy": 70_080,
        "profit per GW of limit": 7360.4,
        "load factor of the limit": 0.8,
        "tokens per MWh": 13_500,
        "energy per token": 1 / 13.5,
        "mean price": 0.1,
    }
    assert {name: plan.figure(name) for name in figures} == pytest.approx(figures)
    at_site = {
        "PUE": 1.25,
        "accelerators": 8000,
        "utilisation": 1,
        "electricity cost, stores apart": 50,
        "provisioned load": 10,
    }
    assert {name: plan.figure(name, "site") for name in at_site} == pytest.approx(at_site)
    with pytest.raises(KeyError, match=r"no figure 'revnue' for 'all'; there are .*'revenue'"):
        plan.figure("revnue")


def test_what_one_more_megawatt_is_worth(plan: object) -> None:
    """8 more racks make batch: each 1.8 x 8,760 h x 0.05 = 0.7884, less 0.2 for itself, 0.1 MW x 8,760 h x 50 of power
    and 0.1 MW of hall: 8 x (0.7884 - 0.2 - 0.0438 - 0.00625) = 4.3068 M USD a year."""
    per_rack = 1.8 * 8760 * 0.05e-3 - 0.2 - 0.1 * 8760 * 50e-6 - 0.1 / 16
    assert plan.price("power_limit_mw", "site") == pytest.approx(8e6 * per_rack)
    assert plan.price("power_limit_mw", "site") == pytest.approx(4_306_800)
    assert plan.price("provisioned_limit", "site") == pytest.approx(4_306_800)
    assert plan.price("gigawatt_limit", "site") == pytest.approx(0, abs=1e-3)
    checked = plan.record["pricing"]["verified"]
    assert [row["site"] for row in checked] == ["site"]
    for way in ("dual", "from_1_percent_more", "from_1_percent_less"):
        assert checked[0][way] == pytest.approx(4_306_800)


def test_what_one_more_customer_is_worth(plan: object) -> None:
    """As much chat again would take 40 racks from batch, 1,728 Gtok a day of it: 63.072 - 31.536 M USD a year."""
    assert plan.price("segment_volume", "town / chat / list") == pytest.approx(31.536)
    assert plan.price("segment_volume", "town / batch / list") == pytest.approx(0, abs=1e-6)
    assert not plan.prices.set_index("where").loc["town / batch / list", "binds"]
    with pytest.raises(KeyError, match="no price of 'segment_volume' at 'town'; there are prices of it at 'town / "):
        plan.price("segment_volume", "town")
    with pytest.raises(KeyError, match="in '2030'; there are prices of it in 2028"):
        plan.price("power_limit_mw", "site", "2030")
    with pytest.raises(KeyError, match="no price of 'segment'; there are prices of power_limit_mw, "):
        plan.price("segment", "town")


def test_what_power_costs_at_the_node(plan: object) -> None:
    assert plan.energy_prices["usd_per_mwh"].tolist() == pytest.approx([50, 50])


@pytest.mark.parametrize(
    ("objective", "value"),
    [
        # 80 racks as for profit: nothing sells more at any cost, and batch pays least
        ("revenue", REVENUE),
        # A token is a token: batch first, which a rack makes twice as fast. Its 2,592 Gtok a day take 1,440 of the
        # 80 x 24 = 1,920 rack-hours; the other 480 make 0.9 x 480 = 432 Gtok of chat, half of it, on 10 racks and 30.
        # Batch waits for the 70 racks of the quiet half: 1.8 x 12 x (70 + 50) = 2,592.
        ("tokens", (2592 + 432) * 365),
    ],
)
def test_other_objectives(solved: Callable, objective: str, value: float) -> None:
    plan, _ = solved("toy", objective, verify=False)
    assert plan.objective == pytest.approx(value, rel=1e-9)
    assert plan.record["unit"] == ("Gtok" if objective == "tokens" else "M USD (present value)")


def test_relaxed_units_change_nothing_here(solved: Callable) -> None:
    plan, _ = solved("toy", relax=True, verify=False)
    assert plan.objective == pytest.approx(73.604, abs=1e-6)
    assert plan.record["relaxed"]


def test_a_limit_between_two_racks_leaves_a_gap_to_the_prices(tmp_path: Path) -> None:
    """10.05 MW hold 80.4 racks: 80 whole ones in the plan, 80.4 in the LP that the prices come from."""
    plan = solve(toy(tmp_path, {"sites.site.power_limit_mw": 10.05}), gap=0.0)
    assert plan.objective == pytest.approx(73.604)
    assert plan.price("power_limit_mw", "site") == pytest.approx(4_306_800)
    assert plan.record["pricing"]["objective"] == pytest.approx(73.604 + 0.05 * 4.3068)
    assert plan.record["pricing"]["distance_from_plan"] == pytest.approx(0.05 * 4.3068 / 73.604)


def test_the_oversubscription_multiplies_what_a_megawatt_of_limit_is_worth(tmp_path: Path) -> None:
    """0.8 x 12.5 MW may be provisioned: the same 80 racks, and a megawatt of limit makes room for 0.8 MW of them."""
    plan = solve(toy(tmp_path, {"sites.site.power_limit_mw": 12.5, "sites.site.oversubscription": 0.8}), gap=0.0)
    assert plan.objective == pytest.approx(73.604)
    assert plan.price("provisioned_limit", "site") == pytest.approx(4_306_800)
    assert plan.price("power_limit_mw", "site") == pytest.approx(0.8 * 4_306_800)
    checked = plan.record["pricing"]["verified"][0]
    for way in ("dual", "from_1_percent_more", "from_1_percent_less"):
        assert checked[way] == pytest.approx(0.8 * 4_306_800)


def test_the_running_limit_binds_where_racks_draw_less_than_they_could(tmp_path: Path) -> None:
    """13.5 MW may be provisioned and 9 MW drawn: 90 racks at 0.08 x 1.25 MW, and no use for a 91st.

    Batch gets 70 and 30 racks, 1.8 x 12 x 100 = 2,160 Gtok a day. One more MW runs 10 more racks: 10 x 0.53835.
    """
    plan = solve(toy(tmp_path, {"sites.site.power_limit_mw": 9, "sites.site.oversubscription": 1.5}), gap=0.0)
    assert plan.hardware["units"].tolist() == [90]
    assert plan.objective == pytest.approx(63.072 + 2160 * 0.365 * 0.05 - 18 - 9 * 8760 * 50e-6 - 9 / 16 - 1)
    assert plan.price("gigawatt_limit", "site") == pytest.approx(5_383_500)
    assert plan.price("provisioned_limit", "site") == pytest.approx(0, abs=1e-3)
    assert plan.price("power_limit_mw", "site") == pytest.approx(5_383_500)
    assert plan.energy_prices["usd_per_mwh"].tolist() == pytest.approx([50, 50])  # the limit is not the node's price


def test_two_periods(tmp_path: Path) -> None:
    """10 MW in 2028 and 12 in 2029 and 2030: 80 racks, then 96; each year's megawatt is worth the same 4.3068 M USD.

    16 more racks make 16 x 0.53835 = 8.6136 M USD more in each of the later years.
    """
    folder = tmp_path / "two"
    shutil.copytree(SHIPPED / "toy", folder)
    periods = [{"period": f"p{year}", "start": year, "length_yr": n} for year, n in ((2028, 1), (2029, 2))]
    write_csv(folder / "periods.csv", periods)
    write_csv(folder / "site_periods.csv", [{"site": "site", "period": "p2029", "power_limit_mw": 12}])
    instance = load(folder)
    plan = solve(instance, gap=0.0)
    check_all(plan, instance)
    assert plan.objective == pytest.approx(3 * 73.604 + 2 * 8.6136)
    assert plan.hardware["units_built"].tolist() == pytest.approx([80, 16])
    assert plan.hardware["units"].tolist() == pytest.approx([80, 96])
    for period in ("p2028", "p2029"):
        assert plan.price("power_limit_mw", "site", period) == pytest.approx(4_306_800)
    checked = plan.record["pricing"]["verified"][0]
    for way in ("dual", "from_1_percent_more", "from_1_percent_less"):
        assert checked[way] == pytest.approx(4_306_800)

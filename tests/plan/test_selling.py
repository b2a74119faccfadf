"""What stands beside a plan: merit order, uniform prices, supply of tokens; invariants of selling see faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from planner.instance import load
from planner.instance.eligibility import eligible_points
from planner.instance.merit import cost_line, merit_order
from planner.instance.routes import find_routes
from planner.plan.plan import Plan
from planner.plan.run import solve
from planner.report.inputs import show_inputs
from tests.factories import Tables
from tests.plan import invariants
from tests.plan.selling_worlds import MTOK_PER_BOX, SPOT, TRAFFIC, selling, tables

NEAR = 1e-6
USD_PER_MW_YR = 8 * 1000 * 0.8 / 0.008 * 8760 * 3600 / 1e6 * 1.25  # of boxes at work that sell at 1.25 USD/Mtok


def annuity(life: int) -> float:
    return 0.09 / (1 - 1.09**-life)


def three_prices() -> Tables:
    """Segments list, bulk and dump at 1.25, 0.9 and 0.1 USD/Mtok over the mix: 10, 30 and 50 Gtok a day."""
    found = tables()
    rows = [("list", 10, 1.25), ("bulk", 30, 0.9), ("dump", 50, 0.1)]
    found["demand"] = [
        {"market": "town", "product": "chat", "segment": name, "volume_gtok_per_day": gtok}
        | {f"price_usd_per_mtok_{kind}": usd for kind in ("input", "output")}
        for name, gtok, usd in rows
    ]
    return found


def test_merit_order_by_hand(tmp_path: Path) -> None:
    instance = selling(tmp_path / "w", three_prices())
    eligibility = eligible_points(instance)
    frame = merit_order(instance, eligibility, find_routes(instance, eligibility), "2028")
    assert frame["segment"].tolist() == ["list", "bulk", "dump"]
    assert frame["point"].unique().tolist() == ["box-m-50"]
    worth = [USD_PER_MW_YR * usd / 1.25 for usd in (1.25, 0.9, 0.1)]
    assert frame["revenue_usd_per_it_mw_yr"].tolist() == pytest.approx(worth, rel=NEAR)
    gtok_per_day_mw = USD_PER_MW_YR / 1.25 / 365e3
    needed = [gtok / gtok_per_day_mw for gtok in (10, 40, 90)]
    assert frame["cumulative_it_mw"].tolist() == pytest.approx(needed, rel=NEAR)


def test_a_point_too_slow_for_the_way_is_not_the_best(tmp_path: Path) -> None:
    content = tables()
    content["points"].append(content["points"][0] | {"id": "late", "ttft_ms": 1990, "output_tok_per_s": 510})
    for latency_ms, best in ((1, "late"), (10, "box-m-50")):  # 2,000 ms less the round trip
        content["links"][0]["latency_ms"] = latency_ms
        instance = selling(tmp_path / str(latency_ms), content)
        eligibility = eligible_points(instance)
        frame = merit_order(instance, eligibility, find_routes(instance, eligibility), "2028")
        assert frame["point"].tolist() == [best]


def test_what_is_not_there_yet_is_in_no_merit_order(tmp_path: Path) -> None:
    content = tables()
    for name, changes in (("box", {"hardware.box.available_from": 2030}), ("site", {"sites.*.opening_date": 2030})):
        selling(tmp_path / name, content)
        instance = load(tmp_path / name, overrides=changes)
        eligibility = eligible_points(instance)
        assert merit_order(instance, eligibility, find_routes(instance, eligibility), "2028").empty
    instance = load(tmp_path / "box", overrides={"order_date": 2028, "hardware.box.lead_time_years": 1})
    eligibility = eligible_points(instance)
    assert merit_order(instance, eligibility, find_routes(instance, eligibility), "2028").empty


def test_the_cost_line_by_hand(tmp_path: Path) -> None:
    """20 M USD of boxes, 10 of halls and 1 of cooling a rated MW, upkeep of 3 % of boxes, 1.1 x 8,760 MWh at 50 USD.

    A box at work draws 8 of its 10 kW, so that 1.25 rated MW stand for each MW at work.
    """
    instance = selling(tmp_path / "w", tables())
    line = cost_line(instance, eligible_points(instance))
    cash = 1.25 * 0.03 * 20e6 + 1.1 * 8760 * 50
    assert line.cash_usd_per_it_mw_yr == pytest.approx(cash, rel=NEAR)
    capital = 1.25 * (20e6 * annuity(5) + (10e6 + 1e6) * annuity(15))
    assert line.usd_per_it_mw_yr == pytest.approx(cash + capital, rel=NEAR)
    assert (line.site, line.hardware) == ("alpha", "box")


def test_the_merit_order_is_drawn_without_solving(tmp_path: Path) -> None:
    console = Console(record=True, width=120, file=(tmp_path / "out").open("w"))
    show_inputs(selling(tmp_path / "w", three_prices()), console)
    text = console.export_text()
    drawn = {name: next(row for row in text.splitlines() if f"chat / {name}" in row) for name in ("list", "dump")}
    assert drawn["list"].count("█") > drawn["list"].rindex("|") - drawn["list"].index("█") - 5
    assert drawn["dump"].index("|") > drawn["dump"].rindex("█")  # it earns less than the line
    assert "box at alpha" in text


def test_uniform_prices_are_exact_where_the_marginal_cost_is_constant(tmp_path: Path) -> None:
    """Boxes without limit: both margins are the objectives of the plans that set prices so."""
    content = three_prices()
    own, uniform = (
        solve(selling(tmp_path / mode, content, pricing={"mode": mode}), gap=0.0, verify=False)
        for mode in ("segments", "uniform")
    )
    (row,) = own.uniform_prices.to_dict("records")
    at_work = 0.95 * 0.008 + 0.05 * 0.003
    box = 0.2 * (annuity(5) + 0.03) + (0.1 + 0.01) * annuity(15) + at_work * 1.1 * 50 * 8760 / 1e6
    assert row["marginal_cost_usd_per_mtok"] == pytest.approx(box * 1e6 / MTOK_PER_BOX + TRAFFIC, rel=NEAR)
    assert row["segments_margin_musd_per_yr"] == pytest.approx(own.objective, rel=NEAR)
    assert row["single_margin_musd_per_yr"] == pytest.approx(uniform.objective, rel=NEAR)
    assert (row["single_price_usd_per_mtok"], row["single_gtok_per_day"]) == (pytest.approx(0.9), 40)
    assert row["segments_gtok_per_day"] == 40


def test_no_single_price_where_none_pays(tmp_path: Path) -> None:
    dear = {"hardware.box.capex_usd_per_unit": 2_000_000}
    plan = solve(selling(tmp_path / "w", three_prices(), dear), gap=0.0, verify=False)
    (row,) = plan.uniform_prices.to_dict("records")
    assert (row["segments_margin_musd_per_yr"], row["single_margin_musd_per_yr"]) == (0, 0)
    assert pd.isna(row["single_price_usd_per_mtok"])


def test_uniform_prices_are_left_out_where_duals_are_no_money(solved: Callable) -> None:
    assert solved("two sites", "tokens", verify=False)[0].uniform_prices.empty


def test_the_merit_order_of_a_plan_stands_beside_its_cost(tmp_path: Path) -> None:
    plan = solve(selling(tmp_path / "w", three_prices()), gap=0.0, verify=False)
    assert plan.merit_order["accepted_share"].tolist() == pytest.approx([1, 1, 0])
    at_work = plan.it_shares["it_mwh_per_yr"].sum() / 8760
    cost = plan.figure("cost") * 1e6 / at_work
    assert plan.merit_order["plan_cost_usd_per_it_mw_yr"].unique().tolist() == pytest.approx([cost], rel=NEAR)
    worth = plan.merit_order["revenue_usd_per_it_mw_yr"]
    assert worth[1] > cost > worth[2]


def test_the_supply_of_tokens_climbs(tmp_path: Path, solved: Callable) -> None:
    plan = solve(selling(tmp_path / "w", tables(10, wholesale=[SPOT])), gap=0.0, verify=False)
    assert plan.token_supply["made_at"].tolist() == ["alpha", "spot"]
    for table in (plan.token_supply, solved("two sites")[0].token_supply, solved("selling")[0].token_supply):
        for _, group in table.groupby(["period", "product"]):
            assert group["levelised_usd_per_mtok"].is_monotonic_increasing
            assert group["gtok_per_day"].cumsum().tolist() == pytest.approx(group["cumulative_gtok_per_day"].tolist())


BREAKS = {
    "check_single_sites": ("single_sites", "gtok_per_day", 1.01),
    "check_deals": ("leases", "units", 3.0),
    "check_it_shares": ("it_shares", "it_share", 0.2),
    "check_built_links": ("links", "built", 0.5),
    "check_revenue": ("wholesale", "cash_musd_per_yr", 1.001),
    "check_levelised_cost": ("token_supply", "cost_musd_per_yr", 1.001),
    "check_sold_is_delivered_is_made": ("wholesale", "gtok_per_day", 1.001),
}


@pytest.mark.parametrize("name", BREAKS)
def test_an_invariant_sees_a_plan_that_is_wrong(solved: Callable, name: str) -> None:
    plan, instance = solved("selling")
    table, column, factor = BREAKS[name]
    wrong = Plan(
        plan.record, {**plan.tables, table: plan.tables[table].assign(**{column: plan.tables[table][column] * factor})}
    )
    check = getattr(invariants, name)
    check(plan, instance)
    with pytest.raises(AssertionError):
        check(wrong, instance)


@pytest.mark.parametrize("objective", ["tokens", "revenue"])
def test_other_objectives(solved: Callable, objective: str) -> None:
    plan, instance = solved("selling", objective, verify=False)
    invariants.check_all(plan, instance)


def test_the_world_of_selling_exercises_what_is_checked(solved: Callable) -> None:
    plan, _ = solved("selling")
    assert (plan.leases.groupby("direction")["units"].sum() > 1).all()
    assert (plan.wholesale["gtok_per_day"] > 1).any()
    assert set(plan.single_sites["site"]) == {"site", "hill"}
    assert set(plan.links["built"].round()) == {0, 1}
    assert set(plan.serving["units_of"]) == {"own", "rented"}
    assert set(plan.identity["earned_by"]) == {"own units", "rented units", "units leased out"}

"""Cash flow, net present value, rate of return and payback, against numbers derived by hand."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from planner.instance import load
from planner.plan.plan import Plan
from planner.plan.returns import cash_flow_table, internal_rate, payback_years, returns_rows
from planner.plan.run import solve
from tests.factories import minimal_settings, minimal_tables, write_instance
from tests.truths.worlds import HOURS, add_demand, add_racks, frictionless, promise, settings


@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        ([(2028, -1), (2029, 1.25)], 0.25),
        ([(2028, -1), (2028.5, 1.1)], 0.21),
        ([(2028, -100), (2029, 60), (2030, 60)], 0.1306623862918075),  # 1 / (1 + r) = (sqrt(1 + 400 / 60) - 1) / 2
        ([(2028, -10), (2029, 20), (2030, -5)], math.sqrt(0.5)),  # the sums -10, 10, 5 change sign once
        ([(2028, -1), (2029, 0.5)], -0.5),
        ([(2028, -1), (2029, 5), (2030, -6)], math.nan),  # 100 % and 200 % would both do
        ([(2028, 1), (2029, 2)], math.nan),
        ([(2028, -1), (2029, -2)], math.nan),
        ([(2028, -1), (2028, 1)], math.nan),  # nothing is left
        ([], math.nan),
    ],
)
def test_internal_rate(flows: list, rate: float) -> None:
    assert internal_rate(flows) == pytest.approx(rate, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("flows", "years"),
    [
        ([(2028, -3), (2029, 2), (2030, 2)], 1.5),
        ([(2028.5, -1), (2029.5, 1)], 1),
        ([(2028, -3), (2029, 4), (2030, -2), (2031, 2)], 2.5),  # back at zero for good only after the second purchase
        ([(2028, -3), (2029, 2)], math.nan),
        ([(2028, 3), (2029, 2)], math.nan),
    ],
)
def test_payback(flows: list, years: float) -> None:
    assert payback_years(flows) == pytest.approx(years, nan_ok=True)


def asked(periods: dict[str, tuple[float, float]], wacc: float, tax_share: float = 0.0) -> Any:
    """What these tables are read for: periods by start and length, and the terms."""
    rows = {name: SimpleNamespace(start=start, length_yr=length) for name, (start, length) in periods.items()}
    finance = SimpleNamespace(wacc=wacc, tax_share=tax_share)
    return SimpleNamespace(periods=rows, settings=SimpleNamespace(base_year=2028, finance=finance))


def tables_of(accounts: list[tuple], capex: list[tuple]) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame(accounts, columns=["period", "heading", "musd_per_yr"]).assign(present_value_musd=0.0)
    return {
        "accounts": frame,
        "capex": pd.DataFrame(capex, columns=["period", "item", "life_years", "date", "overnight_musd"]),
        "retired": pd.DataFrame(columns=["period", "built", "site", "hardware", "cooling", "units"]),
    }


def test_losses_are_carried_forward_and_depreciation_follows_the_life() -> None:
    """A rack of 1 M USD lives two years: 0.5 a year. 0.25 and 1.5 come in: a loss of 0.25, then 1 - 0.25 is taxed."""
    instance = asked({"a": (2028, 1), "b": (2029, 1)}, 0.25, 0.2)
    accounts = [("a", "revenue", 0.3), ("a", "energy", -0.05), ("b", "revenue", 1.5), ("b", "capital", -0.7)]
    accounts += [("b", "non-cash", -9.0)]
    flow = cash_flow_table(instance, tables_of(accounts, [("a", "chips", 2.0, 2028, 1.0)]))
    assert list(flow["revenue_musd"]) == [0.3, 1.5]
    assert list(flow["operating_cost_musd"]) == pytest.approx([0.05, 0])
    assert list(flow["overnight_capex_musd"]) == [1, 0]
    assert list(flow["pre_tax_cash_flow_musd"]) == pytest.approx([-0.75, 1.5])
    assert list(flow["discounted_cash_flow_musd"]) == pytest.approx([-1 + 0.25 * 0.8, 1.5 * 0.64])
    assert list(flow["cumulative_cash_flow_musd"]) == pytest.approx([-0.75, 0.75])
    assert list(flow["depreciation_musd"]) == [0.5, 0.5]
    assert list(flow["tax_musd"]) == pytest.approx([0, 0.15])
    assert list(flow["after_tax_cash_flow_musd"]) == pytest.approx([-0.75, 1.35])


def test_what_dies_inside_its_period_is_paid_for_again() -> None:
    """Life 4 in ten years: 3 M USD in all, bought in 2028, 2032 and 2036, the last half written off when they end."""
    instance = asked({"a": (2028, 10), "b": (2038, 2.5)}, 0.25)
    tables = tables_of(
        [("a", "revenue", 1.0), ("b", "revenue", 1.0)], [("a", "chips", 4.0, 2028 + 4 * k, 1.0) for k in range(3)]
    )
    flow = cash_flow_table(instance, tables)
    assert list(flow["depreciation_musd"]) == pytest.approx([2.5, 0.5])
    paid = 1 + 0.8**4 + 0.8**8
    assert flow["discounted_cash_flow_musd"][0] == pytest.approx(sum(0.8**k for k in range(1, 11)) - paid)
    assert flow["discounted_cash_flow_musd"][1] == pytest.approx(0.8**11 + 0.8**12 + 0.5 * 0.8**12.5)


def test_what_is_not_paid_off_is_the_worth_of_the_annuities_left() -> None:
    """A life of 2 years, one of them in the plan: the second annuity, 25 / 36, is worth 20 / 36 a year before."""
    instance = asked({"a": (2028, 1)}, 0.25)
    tables = tables_of([("a", "revenue", 1.0)], [("a", "chips", 2.0, 2028, 1.0)])
    figures = {row[2]: row[3] for row in returns_rows(instance, tables)}
    assert figures["capital not yet paid off at the end"] == pytest.approx(20 / 36)
    assert figures["net present value, capital when paid"] == pytest.approx(-1 + 0.8)
    assert figures["net present value, unpaid capital credited"] == pytest.approx(-1 + 0.8 * (1 + 20 / 36))
    assert figures["internal rate of return"] == pytest.approx(0, abs=1e-9)
    assert figures["internal rate of return, unpaid capital credited"] == pytest.approx(20 / 36)
    assert figures["payback time"] == 1


def test_what_is_retired_is_not_credited_at_the_end() -> None:
    """Four racks of 1 M USD and two years, one retired after the first: of each 20 / 36 are unpaid a year before."""
    instance = asked({"a": (2028, 0.5), "b": (2028.5, 0.5)}, 0.25)
    instance.hardware = {"rack": SimpleNamespace(life_years=2.0, capex_usd_per_unit=1e6)}
    tables = tables_of([("a", "revenue", 1.0)], [("a", "chips", 2.0, 2028, 4.0)])
    tables["retired"].loc[0] = ["b", "a", "site", "rack", "loop", 1.0]
    figures = {row[2]: row[3] for row in returns_rows(instance, tables)}
    assert figures["capital not yet paid off at the end"] == pytest.approx(3 * 20 / 36)
    assert figures["unpaid capital of units retired, not credited"] == pytest.approx(20 / 36)
    paid = figures["net present value, capital when paid"]
    assert figures["net present value, unpaid capital credited"] - paid == pytest.approx(0.8 * 3 * 20 / 36)


def test_where_units_retire_the_annuities_know_what_is_unpaid_of_them(tmp_path: Path) -> None:
    """Racks idle at a cost once nobody buys: they are retired, and the two present values differ by their rest."""
    terms = minimal_settings() | {"finance": {"wacc": 0.1}}
    tables = minimal_tables() | {"periods": [{"period": f"y{k}", "start": 2028 + k} for k in range(2)]}
    tables["periods"][1]["demand_index"] = 0.25
    tables["hardware"][0] |= {"may_retire": "yes", "life_years": 4, "opex_share_per_yr": 0.2}
    plan = solve(load(write_instance(tmp_path / "w", tables, terms)), gap=1e-6, verify=False)
    assert plan.retired["units"].sum() > 0
    gone = returned(plan, "unpaid capital of units retired, not credited")
    assert gone > 0
    credited = returned(plan, "net present value, unpaid capital credited")
    annuities = returned(plan, "net present value, capital as annuities")
    assert annuities == pytest.approx(1.1 * (credited + gone * 1.1**-2))


def test_what_just_earns_its_annuity_returns_the_wacc(tmp_path: Path) -> None:
    """A rack of 1 M USD that lives a year earns 1.25 M USD in it, at 25 %: profit 0, paid back in 0.8 years."""
    tables = frictionless({"site": 5}, ["token"], ["world"])
    add_racks(tables, mwh_per_gtok=1)
    tables["hardware"][0]["capex_usd_per_unit"] = 1_000_000
    add_demand(tables, "world", "token", 5 * HOURS, 1.25 / 8.76)
    promise(tables)
    plan = solve(load(write_instance(tmp_path / "w", tables, settings("Break even", finance={"wacc": 0.25}))))
    assert plan.objective == pytest.approx(0, abs=1e-9)
    assert returned(plan, "net present value, capital when paid") == pytest.approx(0, abs=1e-9)
    assert returned(plan, "internal rate of return") == pytest.approx(0.25)
    assert returned(plan, "payback time") == pytest.approx(0.8)


def returned(plan: Plan, name: str) -> float:
    return plan.figure(name, period="all")


def test_annuities_and_purchases_tell_one_story(tmp_path: Path) -> None:
    """In whole years both sides differ by the date of their money: accounts discount a year by its beginning."""
    terms = minimal_settings() | {"finance": {"wacc": 0.1, "tax_share": 0.3}}
    tables = minimal_tables() | {"periods": [{"period": f"y{k}", "start": 2028 + k} for k in range(3)]}
    tables["periods"][2]["demand_index"] = 2
    plan = solve(load(write_instance(tmp_path / "w", tables, terms)), gap=1e-6, verify=False)
    annuities = returned(plan, "net present value, capital as annuities")
    assert annuities == pytest.approx(plan.objective)
    assert annuities == pytest.approx(1.1 * returned(plan, "net present value, unpaid capital credited"))
    assert returned(plan, "internal rate of return after tax") < returned(plan, "internal rate of return")
    assert plan.capex.loc[plan.capex["item"] == "chips", "overnight_musd"].gt(0).sum() == 2

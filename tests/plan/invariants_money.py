"""What must hold of the money of every plan: accounts, measures, figures, cash flow, overnight cost."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from planner.instance import Instance
from planner.plan.plan import Plan

SOLVED = 1e-6
"""What a solver's feasibility tolerance leaves open, relative to the size of the thing."""


def check_accounts_are_the_objective(plan: Plan, instance: Instance) -> None:
    """The present values in the accounts, or what else was optimised, sum to the objective; no bound is worse."""
    found = measured(plan, instance)[plan.record["objective_name"]]
    size = plan.accounts["present_value_musd"].abs().sum()
    assert found == pytest.approx(plan.objective, rel=1e-9, abs=1e-9 * max(1.0, size))
    sense = 1 if plan.record["sense"] == "maximise" else -1
    assert sense * (plan.bound - plan.objective) >= -1e-9 * max(1.0, abs(plan.objective))


def check_measures(plan: Plan, instance: Instance) -> None:
    """Every measure is the sum of what other tables show, and stands in the record."""
    table = plan.measures.set_index("measure")["value"]
    expected = measured(plan, instance)
    assert set(table.index) >= set(expected) - {"cost_per_mtok", "tokens_per_mwh"}
    size = plan.accounts["present_value_musd"].abs().sum()
    for name, value in table.items():
        assert value == pytest.approx(expected[name], rel=1e-8, abs=1e-8 * max(1.0, size)), name
    assert plan.record["measures"] == table.to_dict()
    assert plan.record["objective"] == table[plan.record["objective_name"]]


def check_limits(plan: Plan, instance: Instance) -> None:
    """No measure is beyond its limit, no earlier objective worse than its slack allows."""
    table = plan.measures.set_index("measure")["value"]
    for name, side, value in plan.record["limits"]:
        beyond = table[name] - value if side == "at_most" else value - table[name]
        assert beyond <= SOLVED * max(1.0, abs(value)), name
    for one in plan.record["passes"]:
        if one["status"] in ("optimal", "feasible") and one["value"] is not None:
            worse = one["reached"] - one["value"] if one["sense"] == "maximise" else one["value"] - one["reached"]
            slack = instance.settings.objective.slack
            slack = plan.record["options"]["gap"] if slack is None else slack
            assert worse <= (slack + SOLVED) * abs(one["reached"]) + SOLVED, one


def measured(plan: Plan, instance: Instance) -> dict[str, float]:
    """Every measure, computed from the other tables."""
    years = {t: row.length_yr for t, row in instance.periods.items()}
    headings = plan.accounts.groupby("heading")["present_value_musd"].sum()
    paid = plan.markets[plan.markets["price_usd_per_mtok"] > 0]
    weight = pd.Series([instance.products[p].token_weight for p in paid["product"]], paid.index, dtype=float)
    traded = [
        (1 if row.direction == "sell" else -1)
        * instance.products[row.product].token_weight
        * row.gtok_per_day
        * years[row.period]
        for row in plan.wholesale.itertuples()
    ]
    found = {
        "profit": headings.sum(),
        "revenue": headings.get("revenue", 0.0),
        "cost": -headings.drop(["revenue", "non-cash"], errors="ignore").sum(),
        "tokens": ((paid["sold_gtok_per_day"] * weight * paid["period"].map(years).astype(float)).sum() + sum(traded))
        * 365,
        "carbon": (plan.power["co2_t_per_yr"] * plan.power["period"].map(years)).sum(),
        "water": (plan.cooling["water_m3_per_yr"] * plan.cooling["period"].map(years)).sum(),
        "energy": (plan.sites["mean_facility_mw"] * 8760 * plan.sites["period"].map(years)).sum(),
        "capex": plan.capex["overnight_musd"].sum(),
    }
    if found["tokens"] > 1e-6:
        found["cost_per_mtok"] = found["cost"] / found["tokens"] * 1e3
    if found["energy"] > 1e-6:
        found["tokens_per_mwh"] = found["tokens"] / found["energy"] * 1e3
    return found


def check_revenue(plan: Plan, instance: Instance) -> None:
    """Revenue is the same in the accounts, by contract, offer and lease, and as power x tokens per MWh x price."""
    booked = plan.accounts[plan.accounts["heading"] == "revenue"].groupby("period")["musd_per_yr"].sum()
    sold = plan.markets.groupby("period")["revenue_musd_per_yr"].sum()
    for table, way in (("wholesale", "sell"), ("leases", "out")):
        rows = plan.tables[table]
        earned = rows[rows["direction"] == way].groupby("period")["cash_musd_per_yr"].sum()
        sold = sold.add(earned, fill_value=0.0)
    same(booked, sold)
    numbers = plan.identity.columns[4:]
    own = plan.identity[plan.identity["earned_by"] == "own units"].astype(dict.fromkeys(numbers, float))
    factors = own["power_limit_mw"] * own["load_factor"] * 8.76e3 * own["energy_share"] * own["mtok_per_mwh"]
    assert np.allclose(factors * own["usd_per_mtok"] / 1e6, own["revenue_musd_per_yr"], rtol=SOLVED, atol=1e-9)
    same(booked, plan.identity.groupby("period")["revenue_musd_per_yr"].sum())
    price = plan.markets["sold_gtok_per_day"] * plan.markets["price_usd_per_mtok"] * 0.365
    assert np.allclose(price, plan.markets["revenue_musd_per_yr"], rtol=SOLVED, atol=1e-9)


def check_levelised_cost(plan: Plan, instance: Instance) -> None:
    """Levelised cost times volume is all cost but penalties, non-cash terms and what units leased out cost.

    That is so of every period that sells something.
    """
    parts = plan.levelised_cost["levelised_usd_per_mtok"] * plan.levelised_cost["gtok_per_day"] * 0.365
    spread = parts.groupby(plan.levelised_cost["period"]).sum()
    costs = plan.accounts[~plan.accounts["heading"].isin(["revenue", "penalties", "non-cash"])]
    booked = -costs.groupby("period")["musd_per_yr"].sum()
    leased = plan.kpis[plan.kpis["figure"] == "cost of units leased out"].set_index("period")["value"]
    booked = booked.sub(leased, fill_value=0.0)
    selling = spread.index
    same(booked[booked.index.isin(selling)], spread)
    supply = plan.token_supply.groupby("period")["cost_musd_per_yr"].sum()
    same(supply, spread)


def check_figures(plan: Plan, instance: Instance) -> None:
    """Key figures agree with the tables."""
    for period, accounts in plan.accounts.groupby("period"):
        cash = accounts.loc[accounts["heading"] != "non-cash", "musd_per_yr"].sum()
        assert plan.figure("cash profit", period=period) == pytest.approx(cash, rel=1e-9, abs=1e-9)
        revenue, cost = (plan.figure(name, period=period) for name in ("revenue", "cost"))
        assert revenue - cost == pytest.approx(cash, rel=1e-9, abs=1e-9)
    pue = plan.kpis[plan.kpis["figure"] == "PUE"]
    assert (pue["value"] >= 1 - SOLVED).all()


def check_overnight_cost(plan: Plan, instance: Instance) -> None:
    """Chips in the capex table are those in the hardware table, and no period exceeds its budget."""
    starts = plan.capex["period"].map({t: row.start for t, row in instance.periods.items()})
    fresh = plan.capex[(plan.capex["item"] == "chips") & (plan.capex["date"] == starts)]
    chips = fresh.groupby("period")["overnight_musd"].sum()
    same(chips, plan.hardware.groupby("period")["capex_musd"].sum())
    for period, spent in plan.capex.groupby("period")["overnight_musd"].sum().items():
        budget = instance.periods[period].capex_budget_musd
        assert budget is None or spent <= budget * (1 + SOLVED)


def check_supply(plan: Plan, instance: Instance) -> None:
    """No period builds more than the vendors deliver, what dies inside it being delivered again."""
    for (period, h), built in plan.hardware.groupby(["period", "hardware"])["units_built"].sum().items():
        row = instance.supply.get((h, period)) or instance.supply.get((h, "every"))
        again = math.ceil(instance.periods[period].length_yr / instance.hardware[h].life_years - SOLVED)
        assert row is None or built * max(1, again) <= row.supply_units * (1 + SOLVED)


def check_fleets(plan: Plan, instance: Instance) -> None:
    """Units in service are those built and still alive, less those retired, and what may not retire never does."""
    start = {period: row.start for period, row in instance.periods.items()}
    for (_, h, _), rows in plan.hardware.groupby(["site", "hardware", "cooling"]):
        row = instance.hardware[h]
        assert row.may_retire or (rows["units_retired"] == 0).all()
        for period, units in zip(rows["period"], rows["units"], strict=True):
            age = start[period] - rows["period"].map(start)
            alive = rows.loc[(age >= 0) & (age < row.life_years - SOLVED), "units_built"].sum()
            gone = rows.loc[age >= 0, "units_retired"].sum()
            assert alive - gone - SOLVED <= units <= alive + SOLVED
            assert gone > 0 or units == pytest.approx(alive, rel=SOLVED, abs=SOLVED)


def check_cash_flow(plan: Plan, instance: Instance) -> None:
    """The cash flow is the accounts without annuities and the purchases; its present values sum to the key figure."""
    flow = plan.cash_flow.set_index("period")
    years = pd.Series({period: row.length_yr for period, row in instance.periods.items()})
    accounts = plan.accounts[~plan.accounts["heading"].isin(["capital", "non-cash"])]
    operating = accounts.groupby("period")["musd_per_yr"].sum() * years
    same(flow["revenue_musd"] - flow["operating_cost_musd"], operating)
    same(flow["overnight_capex_musd"], plan.capex.groupby("period")["overnight_musd"].sum())
    paid = flow["overnight_capex_musd"] + flow["tax_musd"]
    same(flow["after_tax_cash_flow_musd"], flow["revenue_musd"] - flow["operating_cost_musd"] - paid)
    worth = plan.figure("net present value, capital when paid", period="all")
    assert worth == pytest.approx(flow["discounted_cash_flow_musd"].sum(), rel=1e-9, abs=1e-9)
    annuities = plan.figure("net present value, capital as annuities", period="all")
    goodwill = plan.accounts.loc[plan.accounts["heading"] == "non-cash", "present_value_musd"].sum()
    assert annuities == pytest.approx(plan.accounts["present_value_musd"].sum() - goodwill, rel=1e-9, abs=1e-9)


def same(one: pd.Series, other: pd.Series) -> None:
    """Require two series to agree where either has an entry, within what a solver leaves open."""
    both = pd.DataFrame({"one": one, "other": other}).astype(float).fillna(0.0)
    scale = max(1.0, both.abs().to_numpy().max()) if len(both) else 1.0
    assert np.allclose(both["one"], both["other"], rtol=SOLVED, atol=SOLVED * scale), both

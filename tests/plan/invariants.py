"""What must hold of every plan, whatever the instance: checked from its tables and the instance alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.instance import Instance
from planner.instance.demand import token_shares
from planner.plan.plan import Plan

SOLVED = 1e-6
"""What a solver's feasibility tolerance leaves open, relative to the size of the thing."""


def check_all(plan: Plan, instance: Instance) -> None:
    """Check every invariant; those about money or prices only where the plan has them."""
    for check in INVARIANTS:
        check(plan, instance)


def check_power_closes(plan: Plan, instance: Instance) -> None:
    """At every node and step supply and load cancel, and the steps of a year are 8,760 h."""
    keys = [key for key in ("period", "scenario", "day", "step", "node") if key in plan.dispatch]
    sums = plan.dispatch.groupby(keys)["mw"].sum()
    assert np.allclose(sums, 0, atol=SOLVED * max(1.0, plan.dispatch["mw"].abs().max()))
    for _, group in plan.dispatch.groupby(["period", "node"]):
        steps = group.drop_duplicates([key for key in keys if key not in ("period", "node")])
        assert steps["weight_h_per_yr"].sum() <= 8760 + 1e-6


def check_energy_adds_up(plan: Plan, instance: Instance) -> None:
    """Energy of sources plus what stores give back is what the facility and the stores took."""
    supplied = plan.power.groupby(["period", "node"])["energy_mwh_per_yr"].sum()
    stores = plan.stores.groupby(["period", "node"])[["charged_mwh_per_yr", "discharged_mwh_per_yr"]].sum()
    for (period, node), group in plan.sites.groupby(["period", "site"]):
        used = group["mean_facility_mw"].sum() * 8760
        lost = 0.0
        if (period, node) in stores.index:
            lost = (
                stores.loc[(period, node), "charged_mwh_per_yr"] - stores.loc[(period, node), "discharged_mwh_per_yr"]
            )
        assert supplied.get((period, node), 0.0) == pytest.approx(used + lost, rel=SOLVED, abs=1e-3)


def check_stores_make_no_energy(plan: Plan, instance: Instance) -> None:
    """What a store gives back is at most what went in less the losses of going in and out."""
    for row in plan.stores.itertuples():
        store = instance.stores[row.store]
        share = store.efficiency_charge * store.efficiency_discharge
        assert row.discharged_mwh_per_yr <= share * row.charged_mwh_per_yr * (1 + SOLVED) + 1e-3


def check_capacity_is_enough(plan: Plan, instance: Instance) -> None:
    """No source gives more than its capacity in a year, no link carries more than it has."""
    assert (plan.power["energy_mwh_per_yr"] <= plan.power["capacity_mw"] * 8760 * (1 + SOLVED) + 1e-3).all()
    for row in plan.links.itertuples():
        limited = instance.links[row.origin, row.destination, row.kind].gbps is not None
        assert pd.notna(row.available_gbps) == limited
        assert not limited or row.booked_gbps <= row.available_gbps * (1 + SOLVED) + SOLVED


def check_gigawatt_limits(plan: Plan, instance: Instance) -> None:
    """The facility stays within its limit in every step, what is installed within the oversubscribed limit."""
    load = plan.dispatch[plan.dispatch["group"] == "facility"]
    keys = [key for key in ("period", "scenario", "day", "step", "node") if key in load]
    peak = -load.groupby(keys)["mw"].sum().groupby(["period", "node"]).min()
    for row in plan.sites.itertuples():
        limit = row.power_limit_mw * (1 + SOLVED) + SOLVED
        assert peak.get((row.period, row.site), 0.0) == pytest.approx(row.peak_facility_mw, rel=SOLVED, abs=SOLVED)
        assert row.peak_facility_mw <= limit * row.opened + SOLVED
        assert row.provisioned_mw <= instance.sites[row.site].oversubscription * limit * row.opened + SOLVED


def check_whole_numbers(plan: Plan, instance: Instance) -> None:
    """Units that are bought whole, sites, software and whole contracts are whole."""
    if plan.record["relaxed"]:
        return
    whole = plan.hardware[[instance.hardware[h].whole_units for h in plan.hardware["hardware"]]]
    contracts = plan.markets[
        [
            instance.demand[key].whole
            for key in zip(*(plan.markets[n] for n in ("market", "product", "segment")), strict=True)
        ]
    ]
    for values in (whole["units_built"], plan.sites["opened"], plan.software["adopted"], contracts["accepted_share"]):
        assert np.allclose(values, np.round(values.astype(float)), rtol=0, atol=SOLVED)


def check_sold_at_most_asked(plan: Plan, instance: Instance) -> None:
    """No segment buys more than it asks for, at whatever prices."""
    sold = plan.markets.groupby(["period", "market", "product", "segment"])[["sold_gtok_per_day"]].sum()
    for (period, *key), row in sold.iterrows():
        asked = instance.demand[tuple(key)].volume_gtok_per_day * instance.periods[period].demand_index
        assert row["sold_gtok_per_day"] <= asked * (1 + SOLVED) + SOLVED


def check_sold_is_delivered_is_made(plan: Plan, instance: Instance) -> None:
    """Over a year, what routes bring a market is what was sold there, and what a site sends is what it makes."""
    sold = plan.markets.groupby(["period", "market", "product"])["sold_gtok_per_day"].sum()
    brought = plan.routes.groupby(["period", "market", "product"])["gtok_per_day"].sum()
    _same(sold, brought)
    made = plan.serving.groupby(["period", "site", "product"])["made_gtok_per_day"].sum()
    sent = plan.routes.groupby(["period", "site", "product"])["gtok_per_day"].sum()
    _same(made, sent)


def check_promises(plan: Plan, instance: Instance) -> None:
    """What is promised is sold or counted as short."""
    sold = plan.markets.groupby(["period", "market", "product"])["sold_gtok_per_day"].sum()
    for row in plan.commitments.itertuples():
        kept = sold.get((row.period, row.market, row.product), 0.0) + row.short_gtok_per_day
        assert kept >= row.promised_gtok_per_day * (1 - SOLVED) - SOLVED


def check_latency(plan: Plan, instance: Instance) -> None:
    """The fastest point at work on a site answers over each of its routes in time, round trip included."""
    fastest = plan.serving.groupby(["period", "site", "product"])["ttft_ms"].min()
    for row in plan.routes.itertuples():
        if (row.period, row.site, row.product) in fastest.index:
            answer = fastest[row.period, row.site, row.product] + row.rtt_ms
            assert answer <= instance.products[row.product].max_ttft_ms + 1e-6
        law = instance.markets[row.market].site_jurisdictions
        assert "all" in law or instance.sites[row.site].jurisdiction in law


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
    weight = [instance.products[p].token_weight for p in paid["product"]]
    found = {
        "profit": headings.sum(),
        "revenue": headings.get("revenue", 0.0),
        "cost": -headings.drop(["revenue", "non-cash"], errors="ignore").sum(),
        "tokens": (paid["sold_gtok_per_day"] * weight * paid["period"].map(years)).sum() * 365,
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
    """Revenue is the same in the accounts, by contract, and as power x tokens per MWh x price."""
    booked = plan.accounts[plan.accounts["heading"] == "revenue"].groupby("period")["musd_per_yr"].sum()
    sold = plan.markets.groupby("period")["revenue_musd_per_yr"].sum()
    _same(booked, sold)
    _same(booked, plan.identity.groupby("period")["revenue_musd_per_yr"].sum())
    price = plan.markets["sold_gtok_per_day"] * plan.markets["price_usd_per_mtok"] * 0.365
    assert np.allclose(price, plan.markets["revenue_musd_per_yr"], rtol=SOLVED, atol=1e-9)


def check_levelised_cost(plan: Plan, instance: Instance) -> None:
    """Levelised cost times volume is all cost but penalties and non-cash terms, where every period sells something."""
    parts = plan.levelised_cost["levelised_usd_per_mtok"] * plan.levelised_cost["gtok_per_day"] * 0.365
    spread = parts.groupby(plan.levelised_cost["period"]).sum()
    costs = plan.accounts[~plan.accounts["heading"].isin(["revenue", "penalties", "non-cash"])]
    booked = -costs.groupby("period")["musd_per_yr"].sum()
    selling = spread.index
    _same(booked[booked.index.isin(selling)], spread)


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
    chips = plan.capex[plan.capex["item"] == "chips"].groupby("period")["overnight_musd"].sum()
    _same(chips, plan.hardware.groupby("period")["capex_musd"].sum())
    for period, spent in plan.capex.groupby("period")["overnight_musd"].sum().items():
        budget = instance.periods[period].capex_budget_musd
        assert budget is None or spent <= budget * (1 + SOLVED)


def check_supply(plan: Plan, instance: Instance) -> None:
    """No period builds more than the vendors deliver."""
    for (period, h), built in plan.hardware.groupby(["period", "hardware"])["units_built"].sum().items():
        row = instance.supply.get((h, period)) or instance.supply.get((h, "every"))
        assert row is None or built <= row.supply_units * (1 + SOLVED)


def check_link_load(plan: Plan, instance: Instance) -> None:
    """Answers at their peak fit on every link that is booked, where only one route and product uses it."""
    for row in plan.routes.itertuples():
        product = instance.products[row.product]
        mean = row.gtok_per_day / 24 * token_shares(product)[2] * product.bytes_per_output_token * 8 / 3600
        assert row.peak_answers_gbps >= mean * (1 - SOLVED) - SOLVED


def check_prices(plan: Plan, instance: Instance) -> None:
    """More of what is limited, or less of what is owed, never hurts."""
    if "prices" in plan.tables:
        scale = max(1.0, plan.prices["value"].abs().max())
        assert (plan.prices["value"] >= -SOLVED * scale).all()


INVARIANTS = (
    check_power_closes,
    check_energy_adds_up,
    check_stores_make_no_energy,
    check_capacity_is_enough,
    check_gigawatt_limits,
    check_whole_numbers,
    check_sold_at_most_asked,
    check_sold_is_delivered_is_made,
    check_promises,
    check_latency,
    check_accounts_are_the_objective,
    check_measures,
    check_limits,
    check_revenue,
    check_levelised_cost,
    check_figures,
    check_overnight_cost,
    check_supply,
    check_link_load,
    check_prices,
)
"""Every invariant, to be called with a plan and its instance."""


def _same(one: pd.Series, other: pd.Series) -> None:
    """Require two series to agree where either has an entry, within what a solver leaves open."""
    both = pd.DataFrame({"one": one, "other": other}).astype(float).fillna(0.0)
    scale = max(1.0, both.abs().to_numpy().max()) if len(both) else 1.0
    assert np.allclose(both["one"], both["other"], rtol=SOLVED, atol=SOLVED * scale), both

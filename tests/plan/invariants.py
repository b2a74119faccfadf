"""What must hold of every plan, whatever the instance: checked from its tables and the instance alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planner.instance import Instance
from planner.instance.demand import token_shares, volumes_gtok_per_day
from planner.plan.plan import Plan
from tests.plan.invariants_money import (
    SOLVED,
    check_accounts_are_the_objective,
    check_cash_flow,
    check_figures,
    check_fleets,
    check_levelised_cost,
    check_limits,
    check_measures,
    check_overnight_cost,
    check_revenue,
    check_supply,
    same,
)


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
    """At every node, energy of sources and lines is what facility, stores and lines took and what was sold back."""
    net = plan.power["energy_mwh_per_yr"] - plan.power["exported_mwh_per_yr"]
    supplied = net.groupby([plan.power["period"], plan.power["node"]]).sum()
    stores = plan.stores.groupby(["period", "node"])[["charged_mwh_per_yr", "discharged_mwh_per_yr"]].sum()
    facility = plan.sites.set_index(["period", "site"])["mean_facility_mw"] * 8760
    moved = _moved_over_lines(plan, instance)
    for period, node in [(period, node) for period in instance.periods for node in (*instance.sites, *instance.hubs)]:
        used = facility.get((period, node), 0.0)
        lost = -moved.get((period, node), 0.0)
        if (period, node) in stores.index:
            lost += (
                stores.loc[(period, node), "charged_mwh_per_yr"] - stores.loc[(period, node), "discharged_mwh_per_yr"]
            )
        assert supplied.get((period, node), 0.0) == pytest.approx(used + lost, rel=SOLVED, abs=1e-3)


def _moved_over_lines(plan: Plan, instance: Instance) -> dict[tuple[str, str], float]:
    """What arrives at a node over lines less what leaves it (MWh/yr), by period and node."""
    moved: dict[tuple[str, str], float] = {}
    for row in plan.lines.itertuples():
        arrives = 1 - instance.lines[row.origin, row.destination, row.kind].loss_share
        there, back = row.from_origin_mwh_per_yr, row.from_destination_mwh_per_yr
        for node, mwh in ((row.origin, arrives * back - there), (row.destination, arrives * there - back)):
            moved[row.period, node] = moved.get((row.period, node), 0.0) + mwh
        assert row.lost_mwh_per_yr == pytest.approx((1 - arrives) * (there + back), rel=SOLVED, abs=1e-3)
    return moved


def check_lines_carry_what_they_can(plan: Plan, instance: Instance) -> None:
    """No line carries more than its capacity, nor has more than its limit, and a hub draws nothing of its own."""
    for row in plan.lines.itertuples():
        line = instance.lines[row.origin, row.destination, row.kind]
        assert row.peak_mw <= row.capacity_mw * (1 + SOLVED) + SOLVED
        assert line.max_mw is None or row.capacity_mw <= line.max_mw * (1 + SOLVED) + SOLVED
        both = row.from_origin_mwh_per_yr + row.from_destination_mwh_per_yr
        assert both <= row.peak_mw * 8760 * (1 + SOLVED) + 1e-3
    assert not set(plan.dispatch.loc[plan.dispatch["group"] == "facility", "node"]) & set(instance.hubs)


def check_linked_stores(plan: Plan, instance: Instance) -> None:
    """At no hour of the year does a linked store hold less than nothing or more than it can; the year closes."""
    capacity = plan.stores.set_index(["period", "node", "store"])["energy_mwh"]
    for (period, node, store), dates in plan.carried.groupby(["period", "node", "store"]):
        most = capacity[period, node, store]
        room = SOLVED * max(1.0, most)
        assert len(dates) == 365
        assert dates["lowest_mwh"].min() >= -room
        assert dates["highest_mwh"].max() <= most + room


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
    whole = plan.hardware[plan.hardware["hardware"].map(lambda h: instance.hardware[h].whole_units).astype(bool)]
    contracts = plan.markets[
        [
            instance.demand[key].whole
            for key in zip(*(plan.markets[n] for n in ("market", "product", "segment")), strict=True)
        ]
    ]
    counts = (whole["units_built"], whole["units_retired"])
    for values in (*counts, plan.sites["opened"], plan.software["adopted"], contracts["accepted_share"]):
        assert np.allclose(values, np.round(values.astype(float)), rtol=0, atol=SOLVED)


def check_power_plant(plan: Plan, instance: Instance) -> None:
    """Nothing gives more than its availability, permits hold, units are whole and run no more than there are."""
    for row in plan.power.itertuples():
        plant = instance.technologies[row.technology]
        assert not row.curtailed_mwh_per_yr < -SOLVED * max(1.0, row.energy_mwh_per_yr)
        if plant.max_hours_per_yr is not None:
            assert row.energy_mwh_per_yr <= plant.max_hours_per_yr * row.capacity_mw * (1 + SOLVED) + SOLVED
        if plant.unit_mw is not None and not plan.record["relaxed"]:
            units = row.built_mw / plant.unit_mw
            assert units == pytest.approx(round(units), abs=SOLVED)
        assert pd.notna(row.mean_online_units) == plant.is_committed
        if plant.is_committed:
            assert row.mean_online_units * plant.unit_mw <= row.capacity_mw * (1 + SOLVED) + SOLVED
            least = row.mean_online_units * plant.unit_mw * plant.min_load_share * 8760
            assert row.energy_mwh_per_yr >= least * (1 - SOLVED) - SOLVED


def check_clean_share(plan: Plan, instance: Instance) -> None:
    """What unclean sources give is at most the rest of the facilities' load, and what is sold back is clean."""
    share = instance.settings.limits.clean_share_per_yr
    load = plan.sites.groupby("period")["mean_facility_mw"].sum() * 8760
    for period, power in plan.power.groupby("period"):
        unclean = [not instance.technologies[g].is_clean for g in power["technology"]]
        given = power.loc[unclean, "energy_mwh_per_yr"].sum()
        assert share is None or given <= (1 - share) * load[period] * (1 + SOLVED) + SOLVED


def check_sold_at_most_asked(plan: Plan, instance: Instance) -> None:
    """No segment buys more than it asks for, at whatever prices."""
    sold = plan.markets.groupby(["period", "market", "product", "segment"])[["sold_gtok_per_day"]].sum()
    for (period, *key), row in sold.iterrows():
        asked = volumes_gtok_per_day(instance, tuple(key))[list(instance.periods).index(period)]
        assert row["sold_gtok_per_day"] <= asked * (1 + SOLVED) + SOLVED


def check_sold_is_delivered_is_made(plan: Plan, instance: Instance) -> None:
    """Over a year a market sells what routes bring and what it buys, and a site sends what it makes."""
    keys = ["period", "market", "product"]
    trade = {way: plan.wholesale[plan.wholesale["direction"] == way].groupby(keys) for way in ("buy", "sell")}
    sold = plan.markets.groupby(keys)["sold_gtok_per_day"].sum()
    sold = sold.add(trade["sell"]["gtok_per_day"].sum(), fill_value=0.0)
    brought = plan.routes.groupby(keys)["gtok_per_day"].sum()
    brought = brought.add(trade["buy"]["gtok_per_day"].sum(), fill_value=0.0)
    same(sold, brought)
    made = plan.serving.groupby(["period", "site", "product"])["made_gtok_per_day"].sum()
    sent = plan.routes.groupby(["period", "site", "product"])["gtok_per_day"].sum()
    same(made, sent)


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
        for law in (instance.markets[row.market], instance.products[row.product]):
            assert {"all", instance.sites[row.site].jurisdiction} & set(law.site_jurisdictions)


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


def check_single_sites(plan: Plan, instance: Instance) -> None:
    """What is taken of a contract for one site is carried in full, from one site, over routes that carry as much."""
    keys = ["period", "market", "product", "segment"]
    carried = plan.single_sites.groupby(keys)["gtok_per_day"].sum()
    single = [key for key, row in instance.demand.items() if row.single_site]
    sold = plan.markets.groupby(keys)["sold_gtok_per_day"].sum()
    same(carried, sold[[key[1:] in single for key in sold.index]])
    if not plan.record["relaxed"]:
        large = plan.single_sites[plan.single_sites["accepted_share"] > SOLVED]
        assert not large.drop_duplicates([*keys, "site"]).duplicated(keys).any()
    routes = ["period", "site", "market", "route", "product"]
    flow = plan.routes.groupby(routes)["gtok_per_day"].sum()
    for key, gtok in plan.single_sites.groupby(routes)["gtok_per_day"].sum().items():
        assert gtok <= flow.get(key, 0.0) * (1 + SOLVED) + SOLVED


def check_deals(plan: Plan, instance: Instance) -> None:
    """Nothing is rented, leased out, bought or sold beyond its offer; units leased out run nothing for us."""
    assert (plan.leases["units"] <= plan.leases["max_units"] + SOLVED).all()
    assert (plan.wholesale["gtok_per_day"] <= plan.wholesale["max_gtok_per_day"] * (1 + SOLVED) + SOLVED).all()
    keys = ["period", "site", "hardware"]
    units = plan.hardware.groupby(keys)["units"].sum()
    own = plan.serving[plan.serving["units_of"] == "own"].groupby(keys)["mean_units"].sum()
    rented = plan.serving[plan.serving["units_of"] == "rented"].groupby(keys)["mean_units"].sum()
    by_way = {way: rows.groupby(keys)["units"].sum() for way, rows in plan.leases.groupby("direction")}
    for key, leased in by_way.get("out", pd.Series(dtype=float)).items():
        free = instance.hardware[key[2]].availability * (units.get(key, 0.0) - leased)
        assert own.get(key, 0.0) <= free * (1 + SOLVED) + SOLVED
    for key, running in rented.items():
        assert running <= instance.hardware[key[2]].availability * by_way["in"][key] * (1 + SOLVED) + SOLVED


def check_it_shares(plan: Plan, instance: Instance) -> None:
    """Each product has at least and at most its share of the IT energy at work."""
    working = plan.it_shares[plan.it_shares.groupby("period")["it_mwh_per_yr"].transform("sum") > 1e-3]
    assert (working["it_share"] >= working["it_share_min"] - SOLVED).all()
    assert (working["it_share"] <= working["it_share_max"] + SOLVED).all()


def check_built_links(plan: Plan, instance: Instance) -> None:
    """A link with a one-off cost carries only while it is built, and is built whole."""
    for row in plan.links.itertuples():
        if instance.links[row.origin, row.destination, row.kind].fixed_capex_musd == 0:
            assert row.built == 1
            continue
        assert plan.record["relaxed"] or row.built == pytest.approx(round(row.built), abs=SOLVED)
        hop = f"{row.origin} > {row.destination}"
        over = plan.routes[(plan.routes["period"] == row.period) & plan.routes["via"].str.contains(hop, regex=False)]
        kinds = [link for link in instance.links if link[:2] == (row.origin, row.destination)]
        assert row.built > SOLVED or len(kinds) > 1 or over["gtok_per_day"].sum() <= SOLVED


INVARIANTS = (
    check_power_closes,
    check_energy_adds_up,
    check_lines_carry_what_they_can,
    check_linked_stores,
    check_stores_make_no_energy,
    check_capacity_is_enough,
    check_gigawatt_limits,
    check_whole_numbers,
    check_power_plant,
    check_clean_share,
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
    check_fleets,
    check_cash_flow,
    check_link_load,
    check_prices,
    check_single_sites,
    check_deals,
    check_it_shares,
    check_built_links,
)
"""Every invariant, to be called with a plan and its instance."""

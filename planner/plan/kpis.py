"""Key figures of a plan.

Tokens of different models do not add up; where a figure sums over products it says tokens of all kinds. Billable
tokens are the measure tokens by the day, its weights included. Figures per
watt and per MWh are about what own units make: tokens bought and those made on rented units are left out, and so is the
energy of units leased out. Mean price and mean cost are about tokens: units leased out are left out of both.
Power plant,
stores and lines, those of hubs above all, are shared among the sites whose electricity they are
(planner/plan/electricity.py); what electricity sold back earns is taken off their cost, as the income of a by-product.
"""

from __future__ import annotations

import pandas as pd

from planner.instance import Instance
from planner.instance.demand import price_usd_per_mtok
from planner.plan.costs import LEASED_OUT, at_work, leased_out_cost
from planner.plan.electricity import carried_by_sites
from planner.plan.reading import Reading
from planner.plan.returns import returns_rows
from planner.plan.tables.serving import RENTED
from planner.plan.units_told import unit_told
from planner.units import (
    DAYS_PER_YEAR,
    HOURS_PER_YEAR,
    KW_PER_MW,
    MTOK_PER_GTOK,
    MUSD_PER_GTOK_FROM_USD_PER_MTOK,
    SECONDS_PER_HOUR,
    TOK_PER_GTOK,
    USD_PER_MUSD,
)

_TOK_PER_S_FROM_GTOK_PER_YR = TOK_PER_GTOK / SECONDS_PER_HOUR / HOURS_PER_YEAR
_NEGLIGIBLE = 1e-9


def kpis_table(r: Reading, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return key figures: period (or all: the whole horizon), where (a site or all), figure, value, unit."""
    rows: list[tuple] = []
    work, leased_cost = at_work(r, tables), leased_out_cost(r, tables)
    for period in r.m.instance.periods:
        rows += _period_figures(r.m.instance, tables, period, work[work["period"] == period], leased_cost)
        rows += _site_figures(r, tables, period)
    rows += returns_rows(r.m.instance, tables)
    return pd.DataFrame(rows, columns=["period", "where", "figure", "value", "unit"])


def _period_figures(
    instance: Instance,
    tables: dict[str, pd.DataFrame],
    period: str,
    work: pd.DataFrame,
    leased_costs: dict[str, float],
) -> list[tuple]:
    leased_cost = leased_costs.get(period, 0.0)
    accounts = tables["accounts"][tables["accounts"]["period"] == period]
    sites = tables["sites"][tables["sites"]["period"] == period]
    markets = tables["markets"][tables["markets"]["period"] == period]
    revenue = accounts.loc[accounts["heading"] == "revenue", "musd_per_yr"].sum()
    noncash = accounts.loc[accounts["heading"] == "non-cash", "musd_per_yr"].sum()
    cost = revenue + noncash - accounts["musd_per_yr"].sum()
    limit_gw = sites.loc[sites["opened"] > 0, "power_limit_mw"].sum() / KW_PER_MW
    mwh = sites["mean_facility_mw"].sum() * HOURS_PER_YEAR
    trade = tables["wholesale"][tables["wholesale"]["period"] == period]
    resold = trade.loc[trade["direction"] == "sell", "gtok_per_day"].sum() * DAYS_PER_YEAR
    gtok = markets["sold_gtok_per_day"].sum() * DAYS_PER_YEAR + resold
    rent = accounts.loc[accounts["item"] == LEASED_OUT, "musd_per_yr"].sum()
    own_gtok, own_mwh = gtok - _from_others(tables, period), mwh - _energy_leased_out(sites, work)
    capex = tables["capex"].loc[tables["capex"]["period"] == period, "overnight_musd"].sum()
    figures = [
        ("revenue", revenue, "M USD/yr"),
        ("cost", cost, "M USD/yr"),
        ("cash profit", revenue - cost, "M USD/yr"),
        ("non-cash terms", noncash, "M USD/yr"),
        ("overnight capex", capex, "M USD"),
        ("tokens of all kinds", gtok / DAYS_PER_YEAR, "Gtok/day"),
        ("billable tokens", _billable(instance, markets, trade), unit_told(instance, "tokens", "Gtok/day")),
        ("facility energy", mwh, "MWh/yr"),
    ]
    power = tables["power"][tables["power"]["period"] == period]
    if power["exported_mwh_per_yr"].sum() > _NEGLIGIBLE:
        figures += [
            ("energy sold", power["sold_musd_per_yr"].sum(), "M USD/yr"),
            ("exported energy", power["exported_mwh_per_yr"].sum(), "MWh/yr"),
        ]
    if limit_gw > 0:
        figures += [
            ("revenue per GW of limit", revenue / limit_gw, "M USD/GW-yr"),
            ("profit per GW of limit", (revenue - cost) / limit_gw, "M USD/GW-yr"),
            ("load factor of the limit", sites["mean_facility_mw"].sum() / (limit_gw * KW_PER_MW), "share"),
        ]
    if own_mwh > _NEGLIGIBLE:
        figures += [
            ("tokens per watt", own_gtok * _TOK_PER_S_FROM_GTOK_PER_YR / (own_mwh / HOURS_PER_YEAR), "tok/s per MW"),
            ("tokens per MWh", own_gtok * MTOK_PER_GTOK / own_mwh, "Mtok/MWh"),
        ]
    if own_gtok > _NEGLIGIBLE:
        figures.append(("energy per token", own_mwh * KW_PER_MW / (own_gtok * MTOK_PER_GTOK), "kWh/Mtok"))
    if gtok > _NEGLIGIBLE:
        figures += [
            ("mean price", (revenue - rent) / gtok / MUSD_PER_GTOK_FROM_USD_PER_MTOK, "USD/Mtok"),
            ("mean cost", (cost - leased_cost) / gtok / MUSD_PER_GTOK_FROM_USD_PER_MTOK, "USD/Mtok"),
        ]
    if rent > _NEGLIGIBLE:
        figures += [
            ("rent of units leased out", rent, "M USD/yr"),
            ("cost of units leased out", leased_cost, "M USD/yr"),
        ]
    return [(period, "all", *figure) for figure in figures]


def _billable(instance: Instance, markets: pd.DataFrame, trade: pd.DataFrame) -> float:
    """The measure tokens by the day (Gtok): contracts with a price, and wholesale sold less bought, weighted."""
    keys = ["market", "product", "price_of"]
    paid = [price_usd_per_mtok(instance, key) > 0 for key in markets[keys].itertuples(index=False, name=None)]
    weight = {p: row.token_weight for p, row in instance.products.items()}
    sold = markets[paid]
    gtok = (sold["sold_gtok_per_day"] * sold["product"].map(weight).astype(float)).sum()
    signed = trade["gtok_per_day"].where(trade["direction"] == "sell", -trade["gtok_per_day"])
    return float(gtok + (signed * trade["product"].map(weight).astype(float)).sum())


def _site_figures(r: Reading, tables: dict[str, pd.DataFrame], period: str) -> list[tuple]:
    rows = []
    sites = tables["sites"][tables["sites"]["period"] == period].set_index("site")
    cooling, hardware = (tables[name][tables[name]["period"] == period] for name in ("cooling", "hardware"))
    cost, carbon = carried_by_sites(tables, period)
    for s, row in sites.iterrows():
        it = hardware.loc[hardware["site"] == s, "mean_it_mw"].sum()
        if it <= _NEGLIGIBLE:
            continue
        mine = hardware[hardware["site"] == s]
        accelerators = mine["accelerators"].sum()
        rows += [
            ("PUE", row["mean_facility_mw"] / it, "MW/MW"),
            ("WUE", cooling.loc[cooling["site"] == s, "water_m3_per_yr"].sum() / (it * HOURS_PER_YEAR), "L/kWh"),
            ("accelerators", accelerators, "accelerators"),
            (
                "utilisation",
                (mine["at_work_share"] * mine["accelerators"]).sum() / accelerators,
                "share of accelerators",
            ),
            ("mean facility load", row["mean_facility_mw"], "MW"),
            ("peak facility load", row["peak_facility_mw"], "MW"),
            ("provisioned load", row["provisioned_mw"], "MW"),
            (
                "electricity cost, stores apart",
                cost.get(s, 0.0) * USD_PER_MUSD / (row["mean_facility_mw"] * HOURS_PER_YEAR),
                "USD/MWh",
            ),
            ("carbon dioxide", carbon.get(s, 0.0), "t/yr"),
        ]
        rows[-9:] = [(period, s, *figure) for figure in rows[-9:]]
    return rows


def _from_others(tables: dict[str, pd.DataFrame], period: str) -> float:
    """Tokens of a year that no unit of ours made: bought, or made on rented units (Gtok)."""
    trade, serving = tables["wholesale"], tables["serving"]
    bought = trade.loc[(trade["period"] == period) & (trade["direction"] == "buy"), "gtok_per_day"].sum()
    rented = serving[(serving["period"] == period) & (serving["units_of"] == RENTED)]["made_gtok_per_day"].sum()
    return (bought + rented) * DAYS_PER_YEAR


def _energy_leased_out(sites: pd.DataFrame, work: pd.DataFrame) -> float:
    """Facility energy of a year that serves units leased out: their share of each site's IT energy at work (MWh)."""
    energy = work.groupby("site", sort=False)["it_mwh_per_yr"].sum()
    leased = work[work["product"] == LEASED_OUT].groupby("site", sort=False)["it_mwh_per_yr"].sum()
    load = sites.set_index("site")["mean_facility_mw"]
    return sum(load[s] * HOURS_PER_YEAR * mwh / energy[s] for s, mwh in leased.items())

"""Key figures of a plan, and the revenue identity.

Tokens of different models do not add up; where a figure sums over products it says tokens of all kinds.
Costs are shared out by cause: chips (capital and upkeep) by the unit-hours each product runs on that hardware, all
other site costs by IT energy, idle time in proportion; network costs by traffic. Systems that never run are carried by
their site, sites that serve nothing by all. Power plant, stores and lines, those of hubs above all, are shared among
the sites whose electricity they are (planner/plan/electricity.py). Penalties and non-cash terms are left out of the
levelised cost. Revenue is that of tokens; what electricity sold back earns is taken off the cost, as the income of a
by-product.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from planner.model.ledger import Post
from planner.plan.electricity import Shares, carried_by_sites, receivers, shares_of_sites
from planner.plan.reading import Reading
from planner.plan.returns import returns_rows
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
    for period in r.m.instance.periods:
        rows += _period_figures(tables, period)
        rows += _site_figures(r, tables, period)
    rows += returns_rows(r.m.instance, tables)
    return pd.DataFrame(rows, columns=["period", "where", "figure", "value", "unit"])


def _period_figures(tables: dict[str, pd.DataFrame], period: str) -> list[tuple]:
    accounts = tables["accounts"][tables["accounts"]["period"] == period]
    sites = tables["sites"][tables["sites"]["period"] == period]
    markets = tables["markets"][tables["markets"]["period"] == period]
    revenue = accounts.loc[accounts["heading"] == "revenue", "musd_per_yr"].sum()
    noncash = accounts.loc[accounts["heading"] == "non-cash", "musd_per_yr"].sum()
    cost = revenue + noncash - accounts["musd_per_yr"].sum()
    limit_gw = sites.loc[sites["opened"] > 0, "power_limit_mw"].sum() / KW_PER_MW
    mwh = sites["mean_facility_mw"].sum() * HOURS_PER_YEAR
    gtok = markets["sold_gtok_per_day"].sum() * DAYS_PER_YEAR
    billable = markets.loc[markets["price_usd_per_mtok"] > 0, "sold_gtok_per_day"].sum() * DAYS_PER_YEAR
    capex = tables["capex"].loc[tables["capex"]["period"] == period, "overnight_musd"].sum()
    figures = [
        ("revenue", revenue, "M USD/yr"),
        ("cost", cost, "M USD/yr"),
        ("cash profit", revenue - cost, "M USD/yr"),
        ("non-cash terms", noncash, "M USD/yr"),
        ("overnight capex", capex, "M USD"),
        ("tokens of all kinds", gtok / DAYS_PER_YEAR, "Gtok/day"),
        ("billable tokens", billable / DAYS_PER_YEAR, "Gtok/day"),
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
    if mwh > _NEGLIGIBLE:
        figures += [
            ("tokens per watt", gtok * _TOK_PER_S_FROM_GTOK_PER_YR / (mwh / HOURS_PER_YEAR), "tok/s per MW"),
            ("tokens per MWh", gtok * MTOK_PER_GTOK / mwh, "Mtok/MWh"),
        ]
    if gtok > _NEGLIGIBLE:
        figures += [
            ("energy per token", mwh * KW_PER_MW / (gtok * MTOK_PER_GTOK), "kWh/Mtok"),
            ("mean price", revenue / gtok / MUSD_PER_GTOK_FROM_USD_PER_MTOK, "USD/Mtok"),
            ("mean cost", cost / gtok / MUSD_PER_GTOK_FROM_USD_PER_MTOK, "USD/Mtok"),
        ]
    return [(period, "all", *figure) for figure in figures]


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


def identity_table(r: Reading, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The revenue identity, by period, site and product.

    revenue = power limit x load factor x 8760 h x product's share of the energy x tokens per MWh x realised price;
    the last column is that product of columns, and equals the revenue of the contracts served from the site.
    """
    share = _energy_share(tables["serving"])
    sites = tables["sites"].set_index(["period", "site"])
    price = _realised_prices(tables["markets"])
    rows = []
    routes = tables["routes"].copy()
    routes["price"] = [
        price.get(key, 0.0) for key in routes[["period", "market", "product"]].itertuples(index=False, name=None)
    ]
    routes["value"] = routes["gtok_per_day"] * routes["price"]
    for (period, s, p), group in routes.groupby(["period", "site", "product"], sort=False):
        if (period, s, p) not in share:
            continue  # a trace of a flow, below what the table of serving shows
        limit = sites.loc[(period, s), "power_limit_mw"]
        load_factor = sites.loc[(period, s), "mean_facility_mw"] / limit
        gtok = group["gtok_per_day"].sum()
        mwh = limit * load_factor * HOURS_PER_YEAR * share[period, s, p]
        mtok_per_mwh = gtok * DAYS_PER_YEAR * MTOK_PER_GTOK / mwh
        usd_per_mtok = group["value"].sum() / gtok
        revenue = limit * load_factor * HOURS_PER_YEAR * share[period, s, p] * mtok_per_mwh * usd_per_mtok / 1e6
        rows.append((period, s, p, limit, load_factor, share[period, s, p], mtok_per_mwh, usd_per_mtok, revenue))
    columns = ["period", "site", "product", "power_limit_mw", "load_factor", "energy_share", "mtok_per_mwh"]
    return pd.DataFrame(rows, columns=[*columns, "usd_per_mtok", "revenue_musd_per_yr"])


def _energy_share(serving: pd.DataFrame) -> dict[tuple, float]:
    energy = serving.groupby(["period", "site", "product"], sort=False)["it_mwh_per_yr"].sum()
    return (energy / energy.groupby(level=["period", "site"]).transform("sum")).to_dict()


def _realised_prices(markets: pd.DataFrame) -> dict[tuple, float]:
    """Revenue over tokens by period, market and product (USD/Mtok)."""
    sums = markets.groupby(["period", "market", "product"], sort=False)[
        ["revenue_musd_per_yr", "sold_gtok_per_day"]
    ].sum()
    sums = sums[sums["sold_gtok_per_day"] > _NEGLIGIBLE]
    gtok = sums["sold_gtok_per_day"] * DAYS_PER_YEAR
    return (sums["revenue_musd_per_yr"] / gtok / MUSD_PER_GTOK_FROM_USD_PER_MTOK).to_dict()


def levelised_cost_table(r: Reading, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Levelised cost per Mtok by product and market, and by product overall, beside the realised price."""
    site_cost = _site_product_cost(r, tables)
    network = _network_cost(r, tables)
    price = _realised_prices(tables["markets"])
    rows = []
    made = tables["routes"].groupby(["period", "site", "product"], sort=False)["gtok_per_day"].sum()
    for (period, market, p), group in tables["routes"].groupby(["period", "market", "product"], sort=False):
        gtok = group["gtok_per_day"].sum()
        cost = sum(
            site_cost.get((period, s, p), 0.0) * flow / made[period, s, p]
            for s, flow in zip(group["site"], group["gtok_per_day"], strict=True)
        )
        cost += network.get((period, market, p), 0.0)
        usd = cost / (gtok * DAYS_PER_YEAR) / MUSD_PER_GTOK_FROM_USD_PER_MTOK
        rows.append((period, p, market, gtok, usd, price.get((period, market, p), 0.0)))
    columns = ["period", "product", "market", "gtok_per_day", "levelised_usd_per_mtok", "price_usd_per_mtok"]
    return pd.DataFrame(rows, columns=columns).sort_values(["period", "product"], kind="stable").reset_index(drop=True)


def _site_product_cost(r: Reading, tables: dict[str, pd.DataFrame]) -> dict[tuple, float]:
    """Yearly cost of making a product at a site (M USD/yr), without network."""
    serving = tables["serving"]
    chips, other = _site_cost(r, tables)
    hours = serving.groupby(["period", "site", "hardware", "product"], sort=False)["mean_units"].sum()
    hours = hours / hours.groupby(level=["period", "site", "hardware"]).transform("sum")
    energy = serving.groupby(["period", "site", "product"], sort=False)["it_mwh_per_yr"].sum()
    at_site = energy / energy.groupby(level=["period", "site"]).transform("sum")
    overall = energy / energy.groupby(level="period").transform("sum")
    _pass_on(chips, {key[:3] for key in hours.index}, other, lambda period, s, h: (period, s))
    _pass_on(other, {key[:2] for key in at_site.index}, other, lambda period, s: (period, None))
    cost: dict[tuple, float] = {}
    for (period, s, h, p), share in hours.items():
        cost[period, s, p] = cost.get((period, s, p), 0.0) + share * chips.get((period, s, h), 0.0)
    for (period, s, p), share in at_site.items():
        common = overall[period, s, p] * other.get((period, None), 0.0)
        cost[period, s, p] = cost.get((period, s, p), 0.0) + share * other.get((period, s), 0.0) + common
    return cost


def _site_cost(r: Reading, tables: dict[str, pd.DataFrame]) -> tuple[dict[tuple, float], dict[tuple, float]]:
    """Yearly cost of chips by (period, site, hardware), and all other cost by (period, site or None)."""
    chips: dict[tuple, float] = {}
    other: dict[tuple, float] = {}
    shares = {period: shares_of_sites(tables, period) for period in r.m.instance.periods}
    ends = {period: receivers(tables, period) for period in r.m.instance.periods}
    for post in r.m.cash.posts:
        if post.heading in ("revenue", "network", "penalties", "non-cash") or not len(post.expression):
            continue
        if post.name == "links":
            continue
        for key, value in r.per_year(post).items():
            *index, period = key if isinstance(key, tuple) else (key,)
            if post.name.startswith("chips"):
                chips[period, index[0], index[1]] = chips.get((period, index[0], index[1]), 0.0) - value
            else:
                for s, share in _carriers(r, post, tuple(index), shares[period], ends[period]).items():
                    other[period, s] = other.get((period, s), 0.0) - share * value
    return chips, other


def _carriers(r: Reading, post: Post, index: tuple, shares: Shares, ends: dict[tuple, str]) -> dict[str | None, float]:
    """The share of a cost that each site carries; None: all sites together, by their energy."""
    place = index[0] if index else None
    if post.index_names[:1] in (("node",), ("origin",)):
        if post.index_names[1:2] == ("other_node",):
            place = index[1]
        elif index in ends:
            place = ends[index]
        if place in shares:
            rest = 1.0 - sum(shares[place].values())
            return shares[place] | ({None: rest} if rest > _NEGLIGIBLE else {})
    return {place if place in r.m.instance.sites else None: 1.0}


def _pass_on(cost: dict[tuple, float], at_work: set[tuple], to: dict[tuple, float], whose: Callable) -> None:
    """Move the cost of what serves nothing to the account that carries it, so that no cost is lost."""
    for key in [key for key in cost if None not in key and key not in at_work]:
        carrier = whose(*key)
        to[carrier] = to.get(carrier, 0.0) + cost.pop(key)


def _network_cost(r: Reading, tables: dict[str, pd.DataFrame]) -> dict[tuple, float]:
    """Yearly network cost by period, market and product (M USD/yr): all of it, shared by traffic."""
    costs = [p for p in r.m.cash.posts if (p.heading == "network" or p.name == "links") and len(p.expression)]
    total: dict[str, float] = {}
    for post in costs:
        for period, value in r.per_year(post).groupby("period", sort=False).sum().items():
            total[period] = total.get(period, 0.0) - value
    gtok = tables["routes"].groupby(["period", "market", "product"], sort=False)["gtok_per_day"].sum()
    share = gtok / gtok.groupby(level="period").transform("sum")
    return {key: value * total.get(key[0], 0.0) for key, value in share.items()}

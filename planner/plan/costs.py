"""Levelised cost of a token, by site, market and product: every cost is borne by what causes it.

Chips (capital and upkeep) are shared out by the unit-hours each product runs on that hardware, all other site costs by
IT energy, idle time in proportion (power plant, stores and lines among the sites whose electricity they are, see
`electricity.py`); rent of units by the unit-hours on them; network costs by traffic; tokens bought
cost their price. Units leased out bear their hours and energy like a product, whose cost is no token's. Systems that
never run are carried by their site, sites that serve nothing by all. Penalties and non-cash terms are left out.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from planner.model.hardware import unit_mw
from planner.model.ledger import Post
from planner.plan.electricity import Shares, receivers, shares_of_sites
from planner.plan.reading import Reading
from planner.plan.tables.serving import OWN, RENTED
from planner.units import DAYS_PER_YEAR, HOURS_PER_YEAR, MUSD_PER_GTOK_FROM_USD_PER_MTOK

LEASED_OUT = "units leased out"
"""Stands for a product where units that are leased out bear a part of the cost."""

_NEGLIGIBLE = 1e-9
_NETWORK = ("links", "link construction")
_RENT, _BOUGHT = "units rented in", "tokens bought"
_SUPPLY = ["period", "product", "made_at", "market", "gtok_per_day", "cost_musd_per_yr"]


def token_supply_table(r: Reading, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What tokens of each product cost by where they come from and where they go, cheapest first.

    made_at is a site, or the offer of another provider; cumulative_gtok_per_day counts up within a period and product:
    the supply curve of the plan. levelised_usd_per_mtok times gtok_per_day, over all rows, is the cost in the accounts
    less penalties, non-cash terms and what units leased out cost.
    """
    site_cost = _site_product_cost(r, tables)
    network = _network_cost(r, tables)
    flows = tables["routes"].groupby(["period", "site", "market", "product"], sort=False)["gtok_per_day"].sum()
    made = flows.groupby(level=["period", "site", "product"]).sum()
    rows = []
    for (period, s, market, p), gtok in flows.items():
        cost = site_cost.get((period, s, p), 0.0) * gtok / made[period, s, p] + network[period, s, market, p]
        rows.append((period, p, s, market, gtok, cost))
    for row in tables["wholesale"].itertuples():
        if row.direction == "buy" and row.gtok_per_day > _NEGLIGIBLE:
            rows.append((row.period, row.product, row.offer, row.market, row.gtok_per_day, -row.cash_musd_per_yr))
    frame = pd.DataFrame(rows, columns=_SUPPLY).astype({"gtok_per_day": float, "cost_musd_per_yr": float})
    frame["levelised_usd_per_mtok"] = frame["cost_musd_per_yr"] / _musd_per_usd_per_mtok(frame["gtok_per_day"])
    order = frame.groupby(["period", "product"], sort=False).ngroup()
    frame = frame.assign(_order=order).sort_values(["_order", "levelised_usd_per_mtok"], kind="stable")
    frame["cumulative_gtok_per_day"] = frame.groupby("_order")["gtok_per_day"].cumsum()
    return frame.drop(columns=["_order"]).reset_index(drop=True)


def levelised_cost_table(tables: dict[str, pd.DataFrame], price: dict[tuple, float]) -> pd.DataFrame:
    """Levelised cost per Mtok by product and market, beside the realised price (by period, market and product)."""
    keys = ["period", "product", "market"]
    columns = ["gtok_per_day", "cost_musd_per_yr"]
    frame = tables["token_supply"].groupby(keys, sort=False)[columns].sum().reset_index()
    frame["levelised_usd_per_mtok"] = frame["cost_musd_per_yr"] / _musd_per_usd_per_mtok(frame["gtok_per_day"])
    sold = frame[["period", "market", "product"]].itertuples(index=False, name=None)
    frame["price_usd_per_mtok"] = pd.Series([price.get(key, 0.0) for key in sold], dtype=float)
    frame = frame.drop(columns="cost_musd_per_yr")
    return frame.sort_values(["period", "product"], kind="stable").reset_index(drop=True)


def leased_out_cost(r: Reading, tables: dict[str, pd.DataFrame]) -> dict[str, float]:
    """Return what units leased out cost, by period (M USD/yr)."""
    cost: dict[str, float] = {}
    for (period, _, p), value in _site_product_cost(r, tables).items():
        if p == LEASED_OUT:
            cost[period] = cost.get(period, 0.0) + value
    return cost


def at_work(r: Reading, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the table serving with rows for units leased out: always at full power, LEASED_OUT for a product."""
    keys = ["period", "site", "hardware", "units_of", "product", "mean_units", "it_mwh_per_yr"]
    leases = tables["leases"]
    out = leases[(leases["direction"] == "out") & (leases["units"] > _NEGLIGIBLE)]
    if out.empty:
        return tables["serving"][keys]
    mwh = [row.units * unit_mw(r.m.instance, row.hardware) * HOURS_PER_YEAR for row in out.itertuples()]
    rows = out[["period", "site", "hardware"]].assign(units_of=OWN, product=LEASED_OUT, mean_units=out["units"])
    return pd.concat([tables["serving"][keys], rows.assign(it_mwh_per_yr=mwh)], ignore_index=True)


def _musd_per_usd_per_mtok(gtok_per_day: pd.Series) -> pd.Series:
    return gtok_per_day * DAYS_PER_YEAR * MUSD_PER_GTOK_FROM_USD_PER_MTOK


def _site_product_cost(r: Reading, tables: dict[str, pd.DataFrame]) -> dict[tuple, float]:
    """Yearly cost of making a product at a site (M USD/yr), without network."""
    work = at_work(r, tables)
    units, other = _site_cost(r, tables)
    hours = work.groupby(["period", "site", "hardware", "units_of", "product"], sort=False)["mean_units"].sum()
    hours = hours / hours.groupby(level=["period", "site", "hardware", "units_of"]).transform("sum")
    at_site, overall = _energy_weights(work)
    _pass_on(units, {key[:4] for key in hours.index}, other, lambda period, s, h, whose: (period, s))
    _pass_on(other, {key[:2] for key in at_site.index}, other, lambda period, s: (period, None))
    cost: dict[tuple, float] = {}
    for (period, s, h, whose, p), share in hours.items():
        cost[period, s, p] = cost.get((period, s, p), 0.0) + share * units.get((period, s, h, whose), 0.0)
    for (period, s, p), share in at_site.items():
        cost[period, s, p] = cost.get((period, s, p), 0.0) + share * other.get((period, s), 0.0)
    for (period, s, p), share in overall.items():
        cost[period, s, p] = cost.get((period, s, p), 0.0) + share * other.get((period, None), 0.0)
    return cost


def _energy_weights(work: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Shares of the IT energy of a site, and of all sites, by period, site and product; leased-out units bear no
    common cost. Where no unit of ours is at work, rented unit-hours stand for the energy.
    """

    def shares(frame: pd.DataFrame, level: list[str]) -> pd.Series:
        total = frame.groupby(level)["it_mwh_per_yr"].transform("sum")
        weight = frame["it_mwh_per_yr"].where(total > _NEGLIGIBLE, frame["mean_units"])
        weight = weight.groupby([frame[key] for key in ("period", "site", "product")], sort=False).sum()
        return weight / weight.groupby(level=level).transform("sum")

    return shares(work, ["period", "site"]), shares(work[work["product"] != LEASED_OUT], ["period"])


def _site_cost(r: Reading, tables: dict[str, pd.DataFrame]) -> tuple[dict[tuple, float], dict[tuple, float]]:
    """Yearly cost of units by (period, site, hardware, whose), and all other cost by (period, site or None)."""
    units: dict[tuple, float] = {}
    other: dict[tuple, float] = {}
    shares = {period: shares_of_sites(tables, period) for period in r.m.instance.periods}
    ends = {period: receivers(tables, period) for period in r.m.instance.periods}
    for post in r.m.cash.posts:
        if post.heading in ("revenue", "network", "penalties", "non-cash") or not len(post.expression):
            continue
        if post.name in (*_NETWORK, _BOUGHT):
            continue
        whose = RENTED if post.name == _RENT else OWN if post.name.startswith("chips") else None
        for key, value in r.per_year(post).items():
            *index, period = key if isinstance(key, tuple) else (key,)
            if whose:
                account = period, index[0], index[1], whose
                units[account] = units.get(account, 0.0) - value
                continue
            for s, share in _carriers(r, post, tuple(index), shares[period], ends[period]).items():
                other[period, s] = other.get((period, s), 0.0) - share * value
    return units, other


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
    """Yearly network cost by period, site, market and product (M USD/yr): all of it, shared by traffic."""
    costs = [p for p in r.m.cash.posts if (p.heading == "network" or p.name in _NETWORK) and len(p.expression)]
    total: dict[str, float] = {}
    for post in costs:
        for period, value in r.per_year(post).groupby("period", sort=False).sum().items():
            total[period] = total.get(period, 0.0) - value
    gtok = tables["routes"].groupby(["period", "site", "market", "product"], sort=False)["gtok_per_day"].sum()
    share = gtok / gtok.groupby(level="period").transform("sum")
    return {key: value * total.get(key[0], 0.0) for key, value in share.items()}

"""The revenue identity: power x tokens per MWh x price, and what is earned without power of ours.

Prices are realised ones: all that a market pays for a product, by contract and wholesale, over all tokens of it sold
there. So every token that reaches a market, made or bought, counts at the same price.
"""

from __future__ import annotations

import pandas as pd

from planner.plan.costs import LEASED_OUT, at_work
from planner.plan.reading import Reading
from planner.plan.tables.serving import OWN, RENTED
from planner.units import DAYS_PER_YEAR, HOURS_PER_YEAR, MTOK_PER_GTOK, MUSD_PER_GTOK_FROM_USD_PER_MTOK, USD_PER_MUSD

COLUMNS = ["period", "site", "product", "earned_by", "power_limit_mw", "load_factor", "energy_share", "mtok_per_mwh"]
COLUMNS += ["usd_per_mtok", "revenue_musd_per_yr"]
_NEGLIGIBLE = 1e-9
_NONE = float("nan")


def identity_table(r: Reading, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The revenue identity, by period, site and product.

    revenue = power limit x load factor x 8760 h x product's share of the energy x tokens per MWh x realised price.
    That is the row of own units. What is earned without energy of ours has a row of its own, its factors blank: tokens
    made on rented units, tokens bought (no site), and units leased out (whose share of the energy is no product's).
    The last column equals, over all rows, the revenue in the accounts.
    """
    work = at_work(r, tables)
    energy = work.groupby(["period", "site", "product"], sort=False)["it_mwh_per_yr"].sum()
    share = (energy / energy.groupby(level=["period", "site"]).transform("sum")).to_dict()
    rows = _token_rows(tables, share) + _bought_rows(tables) + _leased_rows(tables)
    return pd.DataFrame(rows, columns=COLUMNS)


def realised_prices(tables: dict[str, pd.DataFrame]) -> dict[tuple, float]:
    """Revenue over tokens sold, by contract and wholesale, by period, market and product (USD/Mtok)."""
    keys = ["period", "market", "product"]
    markets, trade = tables["markets"], tables["wholesale"]
    sold = trade[trade["direction"] == "sell"]
    sold = sold.rename(columns={"cash_musd_per_yr": "revenue_musd_per_yr", "gtok_per_day": "sold_gtok_per_day"})
    columns = [*keys, "revenue_musd_per_yr", "sold_gtok_per_day"]
    both = pd.concat([markets[columns], sold[columns]]) if len(sold) else markets[columns]
    sums = both.groupby(keys, sort=False).sum()
    sums = sums[sums["sold_gtok_per_day"] > _NEGLIGIBLE]
    gtok = sums["sold_gtok_per_day"] * DAYS_PER_YEAR
    return (sums["revenue_musd_per_yr"] / gtok / MUSD_PER_GTOK_FROM_USD_PER_MTOK).to_dict()


def _token_rows(tables: dict[str, pd.DataFrame], share: dict[tuple, float]) -> list[tuple]:
    """Rows of what routes carry from a site, parted by whose units made it."""
    sites = tables["sites"].set_index(["period", "site"])
    price = realised_prices(tables)
    made = tables["serving"].groupby(["period", "site", "product", "units_of"], sort=False)["made_gtok_per_day"].sum()
    routes = tables["routes"].copy()
    sold = routes[["period", "market", "product"]].itertuples(index=False, name=None)
    routes["value"] = routes["gtok_per_day"] * [price.get(key, 0.0) for key in sold]
    rows = []
    for (period, s, p), group in routes.groupby(["period", "site", "product"], sort=False):
        by_own, by_rented = (made.get((period, s, p, whose), 0.0) for whose in (OWN, RENTED))
        if by_own + by_rented == 0:
            continue  # a trace of a flow, below what the table of serving shows
        gtok = group["gtok_per_day"].sum()
        usd_per_mtok = group["value"].sum() / gtok
        own = gtok * by_own / (by_own + by_rented)
        if by_own:
            limit = sites.loc[(period, s), "power_limit_mw"]
            load_factor = sites.loc[(period, s), "mean_facility_mw"] / limit
            mwh = limit * load_factor * HOURS_PER_YEAR * share[period, s, p]
            mtok_per_mwh = own * DAYS_PER_YEAR * MTOK_PER_GTOK / mwh
            revenue = mwh * mtok_per_mwh * usd_per_mtok / USD_PER_MUSD
            factors = (limit, load_factor, share[period, s, p], mtok_per_mwh, usd_per_mtok)
            rows.append((period, s, p, "own units", *factors, revenue))
        if by_rented:
            revenue = (gtok - own) * DAYS_PER_YEAR * usd_per_mtok * MUSD_PER_GTOK_FROM_USD_PER_MTOK
            rows.append((period, s, p, "rented units", *(_NONE,) * 4, usd_per_mtok, revenue))
    return rows


def _bought_rows(tables: dict[str, pd.DataFrame]) -> list[tuple]:
    price, trade = realised_prices(tables), tables["wholesale"]
    rows = []
    for row in trade[(trade["direction"] == "buy") & (trade["gtok_per_day"] > _NEGLIGIBLE)].itertuples():
        usd_per_mtok = price.get((row.period, row.market, row.product), 0.0)
        revenue = row.gtok_per_day * DAYS_PER_YEAR * usd_per_mtok * MUSD_PER_GTOK_FROM_USD_PER_MTOK
        rows.append((row.period, "", row.product, "tokens bought", *(_NONE,) * 4, usd_per_mtok, revenue))
    return rows


def _leased_rows(tables: dict[str, pd.DataFrame]) -> list[tuple]:
    leases = tables["leases"]
    out = leases[(leases["direction"] == "out") & (leases["units"] > _NEGLIGIBLE)]
    rent = out.groupby(["period", "site"], sort=False)["cash_musd_per_yr"].sum()
    return [(period, s, "", LEASED_OUT, *(_NONE,) * 5, value) for (period, s), value in rent.items()]

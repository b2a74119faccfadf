"""What selling could look like beside the plan: one price for all, and the order in which demand deserves its power."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.instance.merit import merit_order
from planner.plan.costs import at_work
from planner.plan.prices import one_a_year
from planner.plan.reading import Reading
from planner.units import DAYS_PER_YEAR, HOURS_PER_YEAR, MUSD_PER_GTOK_FROM_USD_PER_MTOK, USD_PER_MUSD

UNIFORM_COLUMNS = ["period", "market", "product", "marginal_cost_usd_per_mtok", "segments_gtok_per_day"]
UNIFORM_COLUMNS += ["segments_margin_musd_per_yr", "single_price_usd_per_mtok", "single_gtok_per_day"]
UNIFORM_COLUMNS += ["single_margin_musd_per_yr"]
_NEGLIGIBLE = 1e-9
_NOT_OF_A_MEGAWATT = ("revenue", "purchases", "penalties", "non-cash")


def uniform_prices_table(r: Reading, row_dual: np.ndarray, markets: pd.DataFrame) -> pd.DataFrame:
    """What one price for all would bring where a product has several prices in a market: an ESTIMATE.

    marginal_cost_usd_per_mtok is the plan's marginal cost of a token delivered there (dual of the market's token
    balance, weighted by demand; markets with contracts for one site alone have none and are left out). segments_...:
    every segment that pays more than that, each at its own price; single_...: the best single price among theirs, at
    which those who would pay more buy. Both margins take the marginal cost as it is, though serving other volumes would
    move it: the exact answer is a plan with pricing.mode = "uniform". No rows where something other than profit is
    maximised.
    """
    rows = []
    if r.m.objective_name == "profit":
        cost = _marginal_costs(r, row_dual)
        own = markets[markets["segment"] == markets["price_of"]]
        keys = ["period", "market", "product"]
        for key, group in own.groupby(keys, sort=False):
            if key in cost and group["price_usd_per_mtok"].max() > group["price_usd_per_mtok"].min():
                rows.append((*key, *_margins(group, cost[key])))
    return pd.DataFrame(rows, columns=UNIFORM_COLUMNS)


def merit_order_table(r: Reading, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Every segment by what a MW of IT load earns with it, beside what that MW costs in the plan.

    revenue_usd_per_it_mw_yr is that of the best point that may serve the segment, it_mw the mean IT load the whole
    segment would take on it; cumulative_it_mw counts up. plan_cost_usd_per_it_mw_yr is the plan's cost, purchases,
    penalties and non-cash terms left out, per MW of mean IT load at work; plan_cash_cost_... leaves capital out as
    well. Blank where no unit of ours works. accepted_share is what the plan takes of the segment.
    """
    m = r.m
    accepted = tables["markets"].groupby(["period", "market", "product", "segment"])["accepted_share"].sum()
    work = at_work(r, tables).groupby("period")["it_mwh_per_yr"].sum() / HOURS_PER_YEAR
    parts = []
    for period in m.instance.periods:
        frame = merit_order(m.instance, m.eligibility, m.network, period)
        frame.insert(0, "period", period)
        keys = frame[["period", "market", "product", "segment"]].itertuples(index=False, name=None)
        frame["accepted_share"] = pd.Series([accepted.get(key, 0.0) for key in keys], dtype=float)
        accounts = tables["accounts"][tables["accounts"]["period"] == period]
        cost = accounts[~accounts["heading"].isin(_NOT_OF_A_MEGAWATT)]
        running = cost[cost["heading"] != "capital"]
        mw = work.get(period, 0.0)
        for name, posts in (("plan_cost", cost), ("plan_cash_cost", running)):
            total = -posts["musd_per_yr"].sum() * USD_PER_MUSD
            frame[f"{name}_usd_per_it_mw_yr"] = total / mw if mw > _NEGLIGIBLE else np.nan
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def _marginal_costs(r: Reading, row_dual: np.ndarray) -> dict[tuple, float]:
    """Marginal cost of a token by period, market and product (USD/Mtok), each hour weighted by its demand."""
    m, step = r.m, r.m.step
    names = ["market", "product"]
    dual = r.stamped.duals(step.token_balance, row_dual, names)
    asked = r.values(step.demand_gtok_per_h, *names, "segment")
    levels = [name for name in asked.index.names if name != "segment"]
    asked = asked.groupby(levels, sort=False).sum()
    worth = (dual.reindex(asked.index) * asked).groupby(["period", *names], sort=False).sum()
    gtok = r.yearly(step.demand_gtok_per_h, *names, "segment").groupby(["period", *names], sort=False).sum()
    yearly = one_a_year(m)
    return {
        key: float(worth[key] / yearly[key[0]] / total / MUSD_PER_GTOK_FROM_USD_PER_MTOK)
        for key, total in gtok.items()
        if total > _NEGLIGIBLE and key[1:] in m.TOKEN_ACCOUNTS
    }


def _margins(group: pd.DataFrame, cost: float) -> tuple[float, ...]:
    """Marginal cost, then volume and margin at own prices, then the best single price with its volume and margin."""
    price, volume = group["price_usd_per_mtok"].to_numpy(), group["volume_gtok_per_day"].to_numpy()
    musd = DAYS_PER_YEAR * MUSD_PER_GTOK_FROM_USD_PER_MTOK
    paying = price > cost
    own = float(((price - cost) * volume)[paying].sum()) * musd
    margins = [(float((q - cost) * volume[price >= q].sum()) * musd, q) for q in np.unique(price)]
    margin, best = max(margins)
    if margin <= 0:
        return cost, float(volume[paying].sum()), own, float("nan"), 0.0, 0.0
    return cost, float(volume[paying].sum()), own, float(best), float(volume[price >= best].sum()), margin

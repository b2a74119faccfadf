"""Whose electricity it is: what power plant and lines cost, shared among the sites that use it.

Power is not marked, so a node is taken to hand on a mix of all it has made and received: each megawatt-hour it uses or
sends carries the same part of its cost (proportional sharing, after Bialek, Tracing the flow of electricity, 1996). The
receiver carries the cost of the line and of its losses. Over a year's energy this is one small linear system; at a site
without lines it leaves everything where it is.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.units import HOURS_PER_YEAR

_NEGLIGIBLE = 1e-9

Shares = dict[str, dict[str, float]]


def shares_of_sites(tables: dict[str, pd.DataFrame], period: str) -> Shares:
    """Return for each node that uses or sends power which share of its cost each site carries (they sum to 1)."""
    sites, lines = (_of_period(tables[name], period) for name in ("sites", "lines"))
    load = {row.site: row.mean_facility_mw * HOURS_PER_YEAR for row in sites.itertuples()}
    sent = list(_sent(lines))
    if not sent:
        return {s: {s: 1.0} for s, mwh in load.items() if mwh > _NEGLIGIBLE}
    nodes = sorted({*load, *(end for way in sent for end in way[:2])})
    at = {n: position for position, n in enumerate(nodes)}
    carried = np.zeros((len(nodes), len(nodes)))  # what one unit of cost at a node (column) puts on another (row)
    used = np.array([load.get(n, 0.0) for n in nodes])
    for n, _, mwh in sent:
        used[at[n]] += mwh
    for n, other, mwh in sent:
        carried[at[other], at[n]] += mwh / used[at[n]]
    reach = np.linalg.lstsq(np.eye(len(nodes)) - carried, np.eye(len(nodes)), rcond=None)[0]
    return {
        n: {s: load[s] / used[at[s]] * reach[at[s], at[n]] for s in load if load[s] > _NEGLIGIBLE}
        for n in nodes
        if used[at[n]] > _NEGLIGIBLE
    }


def receivers(tables: dict[str, pd.DataFrame], period: str) -> dict[tuple[str, str, str], str]:
    """Return the end of each line that receives more, which carries its cost; of an idle line the destination."""
    return {
        (row.origin, row.destination, row.kind): row.origin
        if row.from_destination_mwh_per_yr > row.from_origin_mwh_per_yr
        else row.destination
        for row in _of_period(tables["lines"], period).itertuples()
    }


def carried_by_sites(tables: dict[str, pd.DataFrame], period: str) -> tuple[dict[str, float], dict[str, float]]:
    """Return what each site carries of the cost of sources and lines (M USD/yr) and of the carbon dioxide (t/yr)."""
    power = _of_period(tables["power"], period)
    net = power["cost_musd_per_yr"] - power["sold_musd_per_yr"]
    cost = net.groupby(power["node"]).sum().to_dict()
    carbon = power.groupby("node")["co2_t_per_yr"].sum().to_dict()
    ends = receivers(tables, period)
    for row in _of_period(tables["lines"], period).itertuples():
        end = ends[row.origin, row.destination, row.kind]
        cost[end] = cost.get(end, 0.0) + row.cost_musd_per_yr
    shares = shares_of_sites(tables, period)
    return _by_site(cost, shares), _by_site(carbon, shares)


def _by_site(of_node: dict[str, float], shares: Shares) -> dict[str, float]:
    carried: dict[str, float] = {}
    for n, value in of_node.items():
        for s, share in shares.get(n, {}).items():
            carried[s] = carried.get(s, 0.0) + share * value
    return carried


def _sent(lines: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Return (from, to, MWh a year that enter) for each line and way in use."""
    ways = [(row.origin, row.destination, row.from_origin_mwh_per_yr) for row in lines.itertuples()]
    ways += [(row.destination, row.origin, row.from_destination_mwh_per_yr) for row in lines.itertuples()]
    return [way for way in ways if way[2] > _NEGLIGIBLE]


def _of_period(table: pd.DataFrame, period: str) -> pd.DataFrame:
    return table[table["period"] == period]

"""Capacitated facility location as an instance: facilities are sites, customers are markets, cost of supply is traffic.

A unit of a customer's demand is one Gtok a year and a unit of money is 1,000 USD, so that costs per unit of demand read
as USD/Mtok. A Gtok takes 8.76 MWh: a facility of capacity 15,000 is a site of 15 MW.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.factories import Tables
from tests.truths.worlds import add_demand, add_racks, frictionless, promise

MWH_PER_GTOK = 8.76
MONEY_PER_MUSD = 1000.0
_MW_PER_UNIT_A_YEAR = MWH_PER_GTOK / 8760
_USD_PER_MONEY = 1000.0


@dataclass(frozen=True)
class Problem:
    """One problem: m facilities, n customers.

    Attributes:
        capacity, fixed_cost: of each facility, shape (m,).
        demand: of each customer, shape (n,).
        cost: of supplying ALL demand of a customer from a facility, shape (m, n).
    """

    capacity: np.ndarray
    fixed_cost: np.ndarray
    demand: np.ndarray
    cost: np.ndarray

    @property
    def unit_cost(self) -> np.ndarray:
        """Cost of a unit of demand, shape (m, n)."""
        return self.cost / self.demand


def read_problem(path: Path) -> Problem:
    """Read a file of OR-Library's capacitated warehouse location: m n, m pairs, n demands, m rows of n costs."""
    words = path.read_text().split()
    m, n = int(words[0]), int(words[1])
    numbers = np.array(words[2:], dtype=float)
    pairs, demand, cost = np.split(numbers, [2 * m, 2 * m + n])
    capacity, fixed_cost = pairs.reshape(m, 2).T
    return Problem(capacity, fixed_cost, demand, cost.reshape(m, n))


def tables_of(
    problem: Problem,
    *,
    price: float = 0.0,
    penalty: float | None = None,
    routes_per_customer: int | None = None,
    single_site: bool = False,
) -> Tables:
    """State a problem as the tables of an instance.

    Args:
        problem: the problem.
        price: what a unit of demand earns.
        penalty: what a unit of demand costs that is not served; None: nothing is promised.
        routes_per_customer: keep only so many of a customer's cheapest links; None: all.
        single_site: whether a customer is supplied from one facility only.
    """
    sites = [f"w{i + 1}" for i in range(len(problem.capacity))]
    markets = [f"c{j + 1}" for j in range(len(problem.demand))]
    limits = dict(zip(sites, problem.capacity * _MW_PER_UNIT_A_YEAR, strict=True))
    tables = frictionless(limits, ["token"], markets)
    add_racks(tables, MWH_PER_GTOK)
    for row, cost in zip(tables["sites"], problem.fixed_cost, strict=True):
        row["fixed_cost_musd_per_yr"] = cost / MONEY_PER_MUSD
    tables["products"][0] |= {"bytes_per_input_token": 0, "bytes_per_output_token": 1}  # so a Gtok is one GB
    rank = problem.unit_cost.argsort(axis=0).argsort(axis=0)
    kept = rank < (len(sites) if routes_per_customer is None else routes_per_customer)
    tables["links"] = [
        {"origin": s, "destination": market, "latency_ms": 0, "usd_per_gb": problem.unit_cost[i, j] * _USD_PER_MONEY}
        for i, s in enumerate(sites)
        for j, market in enumerate(markets)
        if kept[i, j]
    ]
    for market, demand in zip(markets, problem.demand, strict=True):
        add_demand(tables, market, "token", demand, usd_per_mtok=price)
    if single_site:
        tables["demand"] = [row | {"single_site": "yes"} for row in tables["demand"]]
    if penalty is not None:
        promise(tables, penalty)
    return tables

"""Programs small enough to be solved by hand or by trying everything."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from planner.stamp import Program

INF = np.inf


def dense(cost, rows=(), low=(), high=(), lower=None, upper=None, whole=None, offset=0.0) -> Program:
    """A program from lists; columns are >= 0 and continuous unless told otherwise."""
    cost = np.asarray(cost, dtype=float)
    n, m = len(cost), len(low)
    matrix = sp.csr_array(np.asarray(rows, dtype=float).reshape(m, n))
    return Program(
        cost,
        offset,
        np.zeros(n) if lower is None else np.asarray(lower, dtype=float),
        np.full(n, INF) if upper is None else np.asarray(upper, dtype=float),
        np.zeros(n, dtype=bool) if whole is None else np.asarray(whole, dtype=bool),
        matrix,
        np.asarray(low, dtype=float),
        np.asarray(high, dtype=float),
    )


def wyndor() -> Program:
    """Hillier and Lieberman's Wyndor Glass: max 3 doors + 5 windows over three plants of 4, 12 and 18 hours."""
    return dense([-3, -5], [[1, 0], [0, 2], [3, 2]], [-INF] * 3, [4, 12, 18])


def best_by_trying(program: Program) -> float:
    """The optimum of a MIP with few whole-number choices: every choice is fixed and the LP left is solved by scipy."""
    whole = np.flatnonzero(program.integrality)
    ranges = [np.arange(np.ceil(program.col_lower[j]), np.floor(program.col_upper[j]) + 1) for j in whole]
    return min(_lp_optimum(program, whole, choice) for choice in itertools.product(*ranges))


def _lp_optimum(program: Program, whole: np.ndarray, choice: tuple[float, ...]) -> float:
    lower, upper = program.col_lower.copy(), program.col_upper.copy()
    lower[whole] = upper[whole] = choice
    dense_rows = program.matrix.toarray()
    above, below = np.isfinite(program.row_upper), np.isfinite(program.row_lower)
    answer = linprog(
        program.cost,
        A_ub=np.vstack([dense_rows[above], -dense_rows[below]]),
        b_ub=np.concatenate([program.row_upper[above], -program.row_lower[below]]),
        bounds=np.column_stack([lower, upper]),
        method="highs",
    )
    return answer.fun + program.offset if answer.status == 0 else INF


@functools.cache
def best_random(seed: int) -> float:
    """The optimum of `random_mip(seed)`, inf where it is infeasible."""
    return best_by_trying(random_mip(seed))


def random_mip(seed: int) -> Program:
    """Three switches, two counts, four continuous columns, five rows of every kind; some seeds are infeasible."""
    rng = np.random.default_rng(seed)
    rows = np.round(rng.normal(size=(5, 9)), 2) * (rng.random((5, 9)) < 0.6)
    inside = rows @ np.concatenate([rng.integers(0, 2, 3), rng.integers(-1, 3, 2), rng.uniform(0, 3, 4)])
    room = rng.uniform(0, 2, (2, 5))
    low = np.where(rng.random(5) < 0.5, inside - room[0], -INF)
    high = np.where(rng.random(5) < 0.7, inside + room[1], INF)
    low[0] = high[0] = inside[0]
    if seed % 5 == 0:
        low[1], high[1] = 100.0, 101.0
    whole = [True] * 5 + [False] * 4
    lower, upper = [0, 0, 0, -1, -1, 0, 0, 0, 0], [1, 1, 1, 2, 2, 4, 4, 4, 4]
    return dense(rng.normal(size=9), rows, low, high, lower, upper, whole, offset=float(rng.normal()))


def facilities(seed: int, sites: int = 4, customers: int = 5) -> Program:
    """Capacitated facility location: open sites (binary), serve customers (continuous shares)."""
    rng = np.random.default_rng(seed)
    n = sites + sites * customers
    demand, capacity = rng.uniform(1, 3, customers), rng.uniform(4, 8, sites)
    cost = np.concatenate([rng.uniform(5, 15, sites), (demand * rng.uniform(1, 6, (sites, customers))).ravel()])
    served = np.zeros((customers, n))
    used = np.zeros((sites, n))
    for s, c in itertools.product(range(sites), range(customers)):
        served[c, sites + s * customers + c] = 1
        used[s, sites + s * customers + c] = demand[c]
        used[s, s] = -capacity[s]
    rows = np.vstack([served, used])
    low = np.concatenate([np.ones(customers), np.full(sites, -INF)])
    high = np.concatenate([np.ones(customers), np.zeros(sites)])
    whole = np.arange(n) < sites
    return dense(cost, rows, low, high, upper=np.ones(n), whole=whole)

"""Random capacity-expansion MIPs of the planner's kind, written straight into sparse arrays.

Sites install whole racks of several generations, build cooling, grid and solar capacity, run the racks hour by hour
on several operating points and sell tokens to markets under contracts. The counts are general integers with big
values, opening a site and choosing a cooling design are binaries. No planner code is used, so that the solver is
tested on something it has not written.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from planner.stamp import Program

INF = np.inf


@dataclass
class Rows:
    """Columns and rows collected as arrays; `program()` glues them together once."""

    cost: list[np.ndarray] = field(default_factory=list)
    lower: list[np.ndarray] = field(default_factory=list)
    upper: list[np.ndarray] = field(default_factory=list)
    whole: list[np.ndarray] = field(default_factory=list)
    entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    bounds: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    n: int = 0
    m: int = 0

    def columns(self, *shape: int, cost=0.0, upper=INF, whole: bool = False) -> np.ndarray:
        """New columns >= 0 of the given shape; returns their positions in that shape."""
        size = int(np.prod(shape))
        self.cost.append(np.broadcast_to(cost, shape).ravel().astype(float))
        self.lower.append(np.zeros(size))
        self.upper.append(np.broadcast_to(upper, shape).ravel().astype(float))
        self.whole.append(np.full(size, whole))
        positions = np.arange(self.n, self.n + size).reshape(shape)
        self.n += size
        return positions

    def rows(self, *shape: int, low=-INF, high=INF, terms) -> None:
        """One row per cell of `shape`; a term (columns, coefficient) broadcasts to it or carries extra last axes."""
        size = int(np.prod(shape))
        positions = np.arange(self.m, self.m + size).reshape(shape)
        for columns, coefficient in terms:
            extra = max(0, columns.ndim - len(shape))
            where = positions.reshape(*shape, *([1] * extra))
            full = np.broadcast_shapes(where.shape, columns.shape)
            self.entries.append(
                tuple(np.broadcast_to(part, full).ravel() for part in (where, columns, np.asarray(coefficient, float)))
            )
        self.bounds.append(tuple(np.broadcast_to(b, shape).ravel().astype(float) for b in (low, high)))
        self.m += size

    def program(self) -> Program:
        """The collected arrays as a minimisation."""
        i, j, v = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        matrix = sp.coo_matrix((v, (i, j)), shape=(self.m, self.n)).tocsr()
        matrix.sum_duplicates()
        low, high = (np.concatenate(part) for part in zip(*self.bounds, strict=True))
        cost, lower, upper, whole = (np.concatenate(p) for p in (self.cost, self.lower, self.upper, self.whole))
        return Program(cost, 0.0, lower, upper, whole, matrix, low, high)


def capacity_program(
    seed: int = 0,
    sites: int = 2,
    racks: int = 2,
    cooling: int = 2,
    periods: int = 1,
    hours: int = 6,
    limit_mw: float = 200.0,
) -> Program:
    """A random plan: `sites` x `racks` x `cooling` x `periods` integer counts, hourly operation, M USD per year."""
    rng = np.random.default_rng(seed)
    S, H, C, T, N, K, Q, M = sites, racks, cooling, periods, hours, 3, 2, 3
    r = Rows()
    weight = 8760.0 / N
    rack_mw = rng.uniform(0.04, 0.14, H)
    year = 0.9 ** np.arange(T)
    price = np.sort(rng.uniform(0.3, 1.2, (Q, 3)), axis=1)[:, ::-1]  # k USD per Gtok, three segments
    gtok = rng.uniform(0.5, 2.0, (H, K, Q)) * rack_mw[:, None, None] * 2.0  # Gtok per rack-hour
    point_mw = rack_mw[:, None] * rng.uniform(0.6, 1.0, (H, K))
    overhead = rng.uniform(0.05, 0.4, (S, C, 1)) * (1 + 0.3 * rng.random((S, C, N)))
    sun = np.clip(np.sin((np.arange(N) + rng.uniform(0, 3)) * 2 * np.pi / max(N, 2)), 0, 1)

    opened = r.columns(S, T, cost=4.0 * year, upper=1, whole=True)
    chosen = r.columns(S, C, cost=rng.uniform(0.2, 1.0, (S, C)), upper=1, whole=True)
    built = r.columns(
        S, H, C, T, cost=rack_mw[:, None, None] * rng.uniform(4, 7, (H, 1, 1)) * year, upper=20000, whole=True
    )
    cool = r.columns(S, C, T, cost=rng.uniform(0.1, 0.4, (S, C, 1)) * year)
    solar = r.columns(S, T, cost=0.09 * year)
    run = r.columns(T, N, S, H, C, K, Q)
    grid = r.columns(T, N, S, cost=weight * 1e-6 * rng.uniform(30, 90, (T, N, S)) * year[:, None, None])
    flow = r.columns(T, N, S, Q, M, cost=weight * 1e-5 * rng.uniform(0, 2, (S, Q, M)))
    accept = r.columns(T, M, Q, 3, upper=1.0)

    until = [np.arange(t + 1) for t in range(T)]
    for t in range(T):
        now = built[:, :, :, until[t]]  # S H C t
        r.rows(S, high=0.0, terms=[(now, rack_mw[:, None, None]), (opened[:, t], -limit_mw)])
        r.rows(S, C, high=0.0, terms=[(np.moveaxis(now, 1, 2), rack_mw[:, None]), (cool[:, :, t], -1.0)])
        r.rows(S, C, high=0.0, terms=[(cool[:, :, t], 1.0), (chosen, -1.1 * limit_mw)])
        if t:
            r.rows(S, low=0.0, terms=[(opened[:, t], 1.0), (opened[:, t - 1], -1.0)])
        r.rows(N, S, H, C, high=0.0, terms=[(run[t], 1.0), (now[None], -0.98)])
        facility = (1 + overhead.transpose(2, 0, 1))[:, :, None, :, None, None] * point_mw[:, None, :, None]
        r.rows(N, S, high=0.0, terms=[(run[t], facility), (grid[t], -1.0), (solar[:, t][None], -sun[:, None])])
        r.rows(N, S, high=0.0, terms=[(grid[t], 1.0), (opened[:, t][None], -0.8 * limit_mw)])
        made = np.moveaxis(run[t], -1, 2)  # N S Q H C K
        rate = np.moveaxis(gtok, -1, 0)[:, :, None, :]  # Q H 1 K
        r.rows(N, S, Q, low=0.0, terms=[(made, rate), (flow[t], -1.0)])
    r.rows(T, H, high=limit_mw / rack_mw / H * 1.1, terms=[(built.transpose(3, 1, 0, 2), 1.0)])
    r.rows(S, high=2.0, terms=[(chosen, 1.0)])

    mean = limit_mw * S * gtok.mean() / rack_mw.mean() / (M * Q)
    volume = mean * rng.uniform(0.2, 0.8, (T, M, Q, 3))
    shape = 1 + 0.4 * np.sin(np.arange(N)[:, None] * 2 * np.pi / max(N, 2) + rng.uniform(0, 6, M))
    shape /= shape.mean(axis=0)
    profile = volume[:, None] * shape[None, :, :, None, None]  # T N M Q 3
    r.rows(T, N, M, Q, low=0.0, terms=[(flow.transpose(0, 1, 4, 3, 2), 1.0), (accept[:, None], -profile)])
    p = r.program()
    p.cost[accept.ravel()] = -(weight * N * 1e-3 * year[:, None, None, None] * volume * price).ravel()
    return p

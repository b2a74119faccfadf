"""The case written by hand straight into the arrays of a sparse matrix: the floor that any tool is measured against.

Each family of rows is a grid of rows x terms, for which positions and coefficients are known in closed form; nothing
is sorted.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from case import AVAILABLE, CHARGE, DISCHARGE, HARDWARE, HOURS, LOSS, PERIODS, PRODUCTS, SITES, SOURCES, Case

INFINITY = np.inf


class Layout:
    """Where the columns of each variable are."""

    def __init__(self, case: Case) -> None:
        time = (PERIODS, case.days, HOURS)
        shapes = {
            "opened": (SITES,), "units": (SITES, HARDWARE, PERIODS), "capacity": (SITES, SOURCES, PERIODS),
            "store": (SITES, PERIODS), "accepted": (PRODUCTS, PERIODS), "run": (SITES, HARDWARE, PRODUCTS, *time),
            "draw": (SITES, SOURCES, *time), "flow": (SITES, PRODUCTS, *time), "charge": (SITES, *time),
            "discharge": (SITES, *time), "stored": (SITES, *time),
        }  # fmt: skip
        self.at: dict[str, np.ndarray] = {}
        self.n = 0
        for name, shape in shapes.items():
            size = int(np.prod(shape))
            self.at[name] = np.arange(self.n, self.n + size, dtype=np.int32).reshape(shape)
            self.n += size


class Rows:
    """Families of rows appended to the arrays of one matrix of known size."""

    def __init__(self, nonzeros: int, rows: int) -> None:
        self.indices = np.empty(nonzeros, dtype=np.int32)
        self.data = np.empty(nonzeros)
        self.starts = np.zeros(rows + 1, dtype=np.int32)
        self.lower, self.upper = np.empty(rows), np.empty(rows)
        self.nonzeros = self.rows = 0

    def grid(self, shape: tuple[int, ...], terms: list[tuple[np.ndarray, Any]], lower: Any, upper: Any) -> None:
        """One row per element of `shape`, each with the same terms: (columns, coefficients), broadcast to the shape."""
        n, k = int(np.prod(shape)), len(terms)
        end = self.nonzeros + n * k
        indices = self.indices[self.nonzeros : end].reshape(*shape, k)
        data = self.data[self.nonzeros : end].reshape(*shape, k)
        for position, (columns, coefficients) in enumerate(terms):
            indices[..., position] = columns
            data[..., position] = coefficients
        self._close(shape, np.full(n, k), end, lower, upper)

    def one(self, columns: np.ndarray, coefficients: np.ndarray, upper: float) -> None:
        """One long row."""
        end = self.nonzeros + columns.size
        self.indices[self.nonzeros : end].reshape(columns.shape)[...] = columns
        self.data[self.nonzeros : end].reshape(columns.shape)[...] = coefficients
        self._close((1,), np.array([columns.size]), end, -INFINITY, upper)

    def _close(self, shape: tuple[int, ...], counts: np.ndarray, end: int, lower: Any, upper: Any) -> None:
        here = slice(self.rows, self.rows + len(counts))
        self.starts[here.start + 1 : here.stop + 1] = self.nonzeros + np.cumsum(counts)
        self.lower[here].reshape(shape)[...] = lower
        self.upper[here].reshape(shape)[...] = upper
        self.nonzeros, self.rows = end, here.stop


def build(case: Case) -> tuple[highspy.Highs, dict[str, Any]]:
    """A loaded solver, and for each variable where its columns are."""
    layout = Layout(case)
    rows = _rows(case, layout)
    at, n = layout.at, layout.n
    cost, upper = np.zeros(n), np.full(n, INFINITY)
    cost[at["opened"]] = case.site_cost
    cost[at["units"]] = case.unit_cost[:, None]
    cost[at["capacity"]] = case.source_cost[:, None]
    cost[at["store"]] = case.store_cost
    cost[at["accepted"]] = -case.revenue[:, None]
    cost[at["draw"]] = case.price * case.day_weight[..., None]
    upper[at["accepted"]] = upper[at["opened"]] = 1.0
    whole = np.zeros(n, dtype=np.int32)
    whole[at["opened"]] = 1
    starts, indices, data = _without_zeros(rows)
    highs = highspy.Highs()
    highs.silent()
    highs.passModel(
        n, rows.rows, len(data), int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize), 0.0,
        cost, np.zeros(n), upper, rows.lower, rows.upper, starts, indices, data, whole,
    )  # fmt: skip
    return highs, {name: columns.ravel() for name, columns in at.items()}


def _without_zeros(rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    keep = rows.data != 0.0
    before = np.zeros(len(keep) + 1, dtype=np.int32)
    np.cumsum(keep, out=before[1:])
    return before[rows.starts], rows.indices[keep], rows.data[keep]


def _rows(case: Case, layout: Layout) -> Rows:
    at, time = layout.at, (PERIODS, case.days, HOURS)
    per_hour = SITES * (HARDWARE * (PRODUCTS + PERIODS) + 24 + SOURCES + 2 + 24 + PRODUCTS * 7 + 2 * SOURCES + 4 + 2)
    per_hour += PRODUCTS * (SITES + 1) + SITES * (SOURCES + 24)
    rows_per_hour = SITES * (HARDWARE + 1 + 1 + PRODUCTS + SOURCES + 1 + 1) + PRODUCTS
    few = PERIODS * SITES * (HARDWARE + 1)
    rows = Rows(per_hour * case.hours + few, rows_per_hour * case.hours + PERIODS * (1 + 2 * SITES))
    points = [(h, r) for h in range(HARDWARE) for r in range(PRODUCTS)]
    load = [(at["run"][:, h, r], case.kw[h, r] * case.overhead) for h, r in points]

    def held(columns: np.ndarray) -> np.ndarray:
        return columns[..., None, None]

    units, built = at["units"], np.arange(PERIODS)
    in_service = [(held(units[..., [b] * PERIODS]), held(-AVAILABLE * (built >= b))) for b in range(PERIODS)]
    run = [(at["run"][:, :, r], 1.0) for r in range(PRODUCTS)]
    rows.grid((SITES, HARDWARE, *time), in_service + run, -INFINITY, 0.0)
    drawn = [(at["draw"][:, g], 1.0) for g in range(SOURCES)]
    store = [(at["charge"], -1.0), (at["discharge"], 1.0)]
    used = [(columns, -coefficients) for columns, coefficients in load]
    base = case.base[:, None, None, None]
    rows.grid((SITES, *time), used + drawn + store, base, base)
    rows.grid((SITES, *time), load, -INFINITY, case.limit[:, None, None, None])
    making = [(at["run"][:, h], -case.rate[h][:, None, None, None]) for h in range(HARDWARE)]
    rows.grid((SITES, PRODUCTS, *time), [*making, (at["flow"], 1.0)], 0.0, 0.0)
    taken = (held(at["accepted"]), -case.volume[:, None, None, None] * case.shape)
    rows.grid((PRODUCTS, *time), [taken, *((at["flow"][s], 1.0) for s in range(SITES))], 0.0, 0.0)
    rows.grid((SITES, SOURCES, *time), [(held(at["capacity"]), -case.factor), (at["draw"], 1.0)], -INFINITY, 0.0)
    stored = at["stored"]
    chain = [(at["charge"], -CHARGE), (at["discharge"], 1 / DISCHARGE), *_in_order(stored)]
    rows.grid((SITES, *time), chain, 0.0, 0.0)
    rows.grid((SITES, *time), [(held(at["store"]), -1.0), (stored, 1.0)], -INFINITY, 0.0)
    _yearly(case, layout, rows)
    return rows


def _in_order(stored: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """The two terms of the storage chain in the order of their columns: the first hour of a day reads the last."""
    before, first = np.roll(stored, 1, axis=-1), np.arange(HOURS) == 0
    loss = -(1 - LOSS)
    return [
        (np.minimum(before, stored), np.where(first, 1.0, loss)),
        (np.maximum(before, stored), np.where(first, loss, 1.0)),
    ]


def _yearly(case: Case, layout: Layout, rows: Rows) -> None:
    at, weight = layout.at, case.day_weight[..., None]
    for p in range(PERIODS):
        rows.one(at["draw"][:, :, p], (case.carbon * weight)[:, p], case.carbon_limit)
    for s in range(SITES):
        for p in range(PERIODS):
            water = (case.water * weight)[p] * case.overhead[s, p]
            rows.one(at["run"][s, :, :, p], case.kw[:, :, None, None] * water, case.water_limit)
    terms = [(at["opened"][:, None], -case.most_units), *((at["units"][:, h], 1.0) for h in range(HARDWARE))]
    rows.grid((SITES, PERIODS), terms, -INFINITY, 0.0)

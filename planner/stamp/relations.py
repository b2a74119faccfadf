"""Relations: what a copy of one level reads from the copies of another.

Everything that crosses copies is a relation, a matrix with one row per copy that reads and one column per copy that
is read. Most relations pick at most one copy (the previous step, the period of a year): these are kept as one
position per row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from planner.stamp.errors import StampError
from planner.stamp.levels import Level
from planner.stamp.quantities import Column, Data, Form, Number, spread


class Relation:
    """Row copy r of level `rows` reads sum over c of `matrix[r, c]` times copy c of level `cols`.

    `matrix` is any scipy sparse matrix or array of shape (rows.n, cols.n). Raises StampError for another shape or
    entries that are not finite.
    """

    def __init__(self, rows: Level, cols: Level, matrix: Any) -> None:
        csr = sp.csr_array(matrix, dtype=float, copy=True)
        if csr.shape != (rows.n, cols.n):
            raise StampError(f"relation {rows.name} <- {cols.name}: shape {csr.shape}, not ({rows.n}, {cols.n})")
        if not np.isfinite(csr.data).all():
            raise StampError(f"relation {rows.name} <- {cols.name}: an entry is not a finite number")
        csr.sum_duplicates()
        self._set(rows, cols, csr, None)

    def _set(self, rows: Level, cols: Level, csr: sp.csr_array | None, index: np.ndarray | None) -> None:
        self.rows, self.cols, self.index = rows, cols, index
        self.nested = False  # each row reads only copies below it
        self.climbs = False  # each row reads its own ancestor: the ordinary broadcast
        self._csr = csr
        self._compositions: dict[Relation, Relation] = {}

    def __deepcopy__(self, memo: dict) -> Relation:
        return self

    def __repr__(self) -> str:
        return f"Relation({self.rows.name} <- {self.cols.name})"

    @classmethod
    def picking(cls, rows: Level, cols: Level, index: np.ndarray) -> Relation:
        """The relation in which row r reads copy `index[r]`, or nothing where that is -1."""
        made = cls.__new__(cls)
        made._set(rows, cols, None, np.asarray(index, dtype=np.int32))
        return made

    @classmethod
    def of_csr(cls, rows: Level, cols: Level, csr: sp.csr_array) -> Relation:
        """The relation of a matrix already in canonical compressed rows."""
        made = cls.__new__(cls)
        made._set(rows, cols, csr, None)
        return made

    @property
    def csr(self) -> sp.csr_array:
        """The matrix in compressed rows, whichever way the relation is kept."""
        if self._csr is None:
            there = self.index >= 0
            ends = np.concatenate(([0], np.cumsum(there)))
            entries = (np.ones(int(there.sum())), self.index[there], ends)
            self._csr = sp.csr_array(entries, shape=(self.rows.n, self.cols.n))
        return self._csr

    def gather(self, values: float | np.ndarray) -> np.ndarray:
        """What each row reads of `values` (one number per column copy, or one for all)."""
        if self.index is None:
            return self.csr @ np.broadcast_to(np.asarray(values, dtype=float), (self.cols.n,))
        read = values[self.index] if isinstance(values, np.ndarray) else np.full(self.rows.n, float(values))
        return np.where(self.index >= 0, read, 0.0)

    def then(self, other: Relation) -> Relation:
        """The relation that reads through this one and then through `other` (whose rows are this one's columns)."""
        found = self._compositions.get(other)
        if found is None:
            found = self._compositions[other] = _compose(self, other)
        return found

    def scaled(self, factors: np.ndarray) -> Relation:
        """The same relation with column copy c weighted by `factors[c]`."""
        csr = self.csr
        return Relation.of_csr(
            self.rows,
            self.cols,
            sp.csr_array((csr.data * factors[csr.indices], csr.indices, csr.indptr), shape=csr.shape),
        )

    def apply(self, form: Form, columns: dict[int, Column]) -> Form:
        """The form as read through this relation; `form` is at the relation's column level or above it."""
        out = Form(self.rows, self.of_number(form.const))
        for key, coefficient in form.terms.items():
            start, inner = key if key.__class__ is tuple else (key, None)
            inner = seen_from(self.cols, inner, columns[start].level)
            self._apply_term(out, start, inner, coefficient)
        return out

    def of_number(self, number: Number) -> Number:
        """A number as read through this relation."""
        if number.__class__ is not Data and number == 0.0:
            return 0.0
        return Data(self.rows, self.gather(spread(number, self.cols)))

    def _apply_term(self, out: Form, start: int, inner: Relation, coefficient: Number) -> None:
        if self.index is not None:
            through = self.then(inner)
            if coefficient.__class__ is Data:
                coefficient = Data(self.rows, self.gather(spread(coefficient, self.cols)))
        elif self.nested and inner.climbs and self.rows.is_within(inner.cols):
            through = climb(self.rows, inner.cols)
            coefficient = Data(self.rows, self.gather(spread(coefficient, self.cols)))
        elif coefficient.__class__ is Data:
            through = _compose(self.scaled(spread(coefficient, self.cols)), inner)
            coefficient = 1.0
        else:
            through = self.then(inner)
        out.add_term(start if through.climbs else (start, through), coefficient)


def seen_from(level: Level, relation: Relation | None, column_level: Level) -> Relation:
    """How copies of `level` read columns of `column_level`: by the broadcast, through `relation` where there is one."""
    if relation is None:
        return climb(level, column_level)
    return relation if relation.rows is level else climb(level, relation.rows).then(relation)


def climb(low: Level, high: Level) -> Relation:
    """The broadcast: every copy of `low` reads its own ancestor at `high`."""
    found = low.relations.get(("climb", id(high)))
    if found is None:
        found = Relation.picking(low, high, low.up(high))
        found.climbs = True
        low.relations["climb", id(high)] = found
    return found


def _compose(outer: Relation, inner: Relation) -> Relation:
    if outer.climbs and inner.climbs:
        return climb(outer.rows, inner.cols)
    if outer.index is not None and inner.index is not None:
        index = np.where(outer.index >= 0, inner.index[outer.index], -1)
        return Relation.picking(outer.rows, inner.cols, index)
    if outer.climbs and outer.rows is outer.cols:
        return inner
    if inner.climbs and inner.rows is inner.cols:
        return outer
    csr = outer.csr @ inner.csr
    csr.sum_duplicates()
    return Relation.of_csr(outer.rows, inner.cols, csr)

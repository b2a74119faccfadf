"""Relations: what a copy of one level reads from the copies of another.

Everything that crosses copies is a relation, a matrix with one row per copy that reads and one column per copy that is
read. Most relations pick at most one copy (the previous step, the period of a year): these are kept as one position per
row. The others are kept as compressed rows.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import scipy.sparse as sp

from planner.stamp.errors import StampError
from planner.stamp.levels import Level
from planner.stamp.quantities import Column, Data, Form, Number, spread


class Reading:
    """A matrix in compressed rows: row r reads copies `reads[ends[r]:ends[r + 1]]`, ascending, weighted by `weights`.

    A plain holder of arrays: scipy's own takes longer to make than most of these take to use.
    """

    def __init__(self, ends: np.ndarray, reads: np.ndarray, weights: np.ndarray) -> None:
        self.ends = ends
        self.reads = reads
        self.weights = weights

    @cached_property
    def widths(self) -> np.ndarray:
        """How many copies each row reads."""
        return np.diff(self.ends)

    @cached_property
    def row_of(self) -> np.ndarray:
        """The row of each entry."""
        return np.repeat(np.arange(len(self.ends) - 1), self.widths)

    def take(self, rows: np.ndarray) -> Reading:
        """The given rows, in that order."""
        widths = self.widths[rows]
        ends = np.concatenate(([0], np.cumsum(widths)))
        entries = np.repeat(self.ends[rows] - ends[:-1], widths) + np.arange(ends[-1])
        return Reading(ends, self.reads[entries], self.weights[entries])

    def ascends(self) -> bool:
        """Whether the copies ascend in every row, none twice."""
        return bool(((np.diff(self.reads) > 0) | (np.diff(self.row_of) > 0)).all())

    def csr(self, columns: int) -> sp.csr_array:
        """The same matrix for scipy."""
        return sp.csr_array((self.weights, self.reads, self.ends), shape=(len(self.ends) - 1, columns))

    @classmethod
    def of_csr(cls, csr: sp.csr_array) -> Reading:
        """The rows of a scipy matrix, sorted and summed."""
        csr.sum_duplicates()
        return cls(csr.indptr, csr.indices, csr.data)


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
        self._set(rows, cols, Reading.of_csr(csr), None)

    def _set(self, rows: Level, cols: Level, reading: Reading | None, index: np.ndarray | None) -> None:
        self.rows, self.cols, self.index = rows, cols, index
        self.nested = False  # each row reads only copies below it
        self.climbs = False  # each row reads its own ancestor: the ordinary broadcast
        self.partial = index is not None and bool((index < 0).any())  # some rows read nothing
        self._reading = reading
        self._compositions: WeakKeyDictionary[Relation, Relation] = WeakKeyDictionary()

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
    def reading_as(cls, rows: Level, cols: Level, reading: Reading) -> Relation:
        """The relation of rows already compressed, sorted and summed."""
        made = cls.__new__(cls)
        made._set(rows, cols, reading, None)
        return made

    @property
    def reading(self) -> Reading:
        """The relation as compressed rows, whichever way it is kept."""
        if self._reading is None:
            there = self.index >= 0
            ends = np.concatenate(([0], np.cumsum(there)))
            self._reading = Reading(ends, self.index[there], np.ones(int(ends[-1])))
        return self._reading

    def gather(self, values: float | np.ndarray) -> np.ndarray:
        """What each row reads of `values` (one number per column copy, or one for all)."""
        if self.index is None:
            reading = self._reading
            read = reading.weights * (values[reading.reads] if isinstance(values, np.ndarray) else values)
            return np.bincount(reading.row_of, weights=read, minlength=self.rows.n)
        read = values[self.index] if isinstance(values, np.ndarray) else np.full(self.rows.n, float(values))
        return np.where(self.index >= 0, read, 0.0) if self.partial else read

    def then(self, other: Relation) -> Relation:
        """The relation that reads through this one and then through `other` (whose rows are this one's columns)."""
        found = self._compositions.get(other)
        if found is None:
            found = _compose(self, other)
            if found is not other:  # so that what was made from data goes when the stamp that made it is done
                self._compositions[other] = found
        return found

    def scaled(self, factors: np.ndarray) -> Relation:
        """The same relation with column copy c weighted by `factors[c]`."""
        reading = self.reading
        scaled = Reading(reading.ends, reading.reads, reading.weights * factors[reading.reads])
        return Relation.reading_as(self.rows, self.cols, scaled)

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
    found = low.climbs.get(high)
    if found is None:
        found = low.climbs[high] = Relation.picking(low, high, low.up(high))
        found.climbs = True
    return found


def _compose(outer: Relation, inner: Relation) -> Relation:
    if outer.climbs and inner.climbs:
        return climb(outer.rows, inner.cols)
    if outer.climbs and outer.rows is outer.cols:
        return inner
    if inner.climbs and inner.rows is inner.cols:
        return outer
    if outer.index is not None and inner.index is not None:
        return Relation.picking(outer.rows, inner.cols, np.where(outer.index >= 0, inner.index[outer.index], -1))
    near, far = outer.reading, inner.reading.take(outer.reading.reads)  # the rows of inner, strung together
    through = Reading(far.ends[near.ends], far.reads, far.weights * near.weights[far.row_of])
    if not through.ascends():
        through = Reading.of_csr(through.csr(inner.cols.n))
    return Relation.reading_as(outer.rows, inner.cols, through)

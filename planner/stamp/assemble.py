"""Assembly: linear forms at a level become rows of a sparse matrix, one row per copy.

A form whose terms each pick one column gives every copy the same terms in the same order, a grid of copies x terms
that needs no sorting. Forms with terms of varying width (totals) are placed term by term. Both are written straight
into the final arrays.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planner.stamp.errors import StampError
from planner.stamp.levels import Level
from planner.stamp.quantities import Column, Form, Number, spread
from planner.stamp.relations import Reading, Relation, seen_from

DROP = 1e-9  # coefficients below this are noise to a solver, and HiGHS takes them only with a warning
_TILE = 1 << 18  # entries written at a time: small enough to stay in the cache


class RowBlock(NamedTuple):
    """The rows of one constraint member at `level`: copies `copies` (None: all), from row `start` on."""

    member: object
    level: Level
    copies: np.ndarray | None
    start: int

    @property
    def n(self) -> int:
        """How many rows there are."""
        return self.level.n if self.copies is None else len(self.copies)

    def seen(self, number: Number) -> float | np.ndarray:
        """A number as the rows that exist read it."""
        values = spread(number, self.level)
        return values[self.copies] if self.copies is not None and isinstance(values, np.ndarray) else values


class _Term(NamedTuple):
    start: int
    relation: Relation
    coefficient: float | np.ndarray


class MatrixWriter:
    """Writes row blocks one after another into the arrays of one compressed-row matrix."""

    def __init__(self, columns: dict[int, Column], n_columns: int) -> None:
        self._columns = columns
        self._n_columns = n_columns
        self._indices = np.empty(1024, dtype=np.int32)
        self._data = np.empty(1024)
        self._size = 0
        self._counts: list[np.ndarray] = []

    def write(self, block: RowBlock, form: Form) -> None:
        """Append the rows of one block."""
        terms = []
        for key, number in form.terms.items():
            coefficient = block.seen(number)
            if isinstance(coefficient, np.ndarray) or abs(coefficient) >= DROP:
                start, relation = key if key.__class__ is tuple else (key, None)
                terms.append(_Term(start, seen_from(block.level, relation, self._columns[start].level), coefficient))
        terms.sort(key=lambda term: term.start)
        if not terms or block.n == 0:
            self._counts.append(np.zeros(block.n, dtype=np.int32))
        elif all(term.relation.index is not None for term in terms):
            tile = max(1, _TILE // len(terms))
            for low in range(0, block.n, tile):
                self._write_grid(terms, block, low, min(low + tile, block.n))
        elif len({term.start for term in terms}) == len(terms):
            self._write_placed(terms, block)
        else:
            self._write_sorted(terms, block)

    def matrix(self) -> sp.csr_array:
        """The matrix of all rows written; the writer is spent."""
        self._resize(self._size)
        counts = np.concatenate(self._counts) if self._counts else np.zeros(0, dtype=np.int32)
        ends = np.zeros(len(counts) + 1, dtype=np.int32)
        np.cumsum(counts, out=ends[1:])
        return sp.csr_array((self._data, self._indices, ends), shape=(len(counts), self._n_columns))

    def _write_grid(self, terms: list[_Term], block: RowBlock, low: int, high: int) -> None:
        """Rows `low` to `high` of a block whose terms pick at most one column each."""
        n, k = high - low, len(terms)
        indices, data = np.empty((k, n), dtype=np.int32), np.empty((k, n))
        whole = True
        for position, (start, relation, coefficient) in enumerate(terms):
            pick = relation.index[low:high] if block.copies is None else relation.index[block.copies[low:high]]
            np.add(pick, start, out=indices[position])
            data[position] = coefficient[low:high] if isinstance(coefficient, np.ndarray) else coefficient
            if relation.partial:
                data[position][pick < 0] = 0.0
                whole = False
        whole &= not _join_same_columns([term.start for term in terms], indices, data)
        if whole and not any(isinstance(term.coefficient, np.ndarray) for term in terms):
            keep = None
        else:
            keep = np.abs(data) >= DROP
            keep = None if keep.all() else keep.T
        self._append(indices.T, data.T, np.full(n, k, dtype=np.int32), keep)

    def _write_placed(self, terms: list[_Term], block: RowBlock) -> None:
        """Terms of varying width, each of another variable: placed one behind the other in each row."""
        readings = [_reading_of(term, block) for term in terms]
        counts = np.zeros(block.n, dtype=np.int64)
        for reading in readings:
            counts += reading.widths
        offsets = np.cumsum(counts) - counts
        size = int(counts.sum())
        indices, data = np.empty(size, dtype=np.int32), np.empty(size)
        for term, reading in zip(terms, readings, strict=True):
            if block.n == 1:
                places = slice(offsets[0], offsets[0] + len(reading.reads))
            else:
                places = (offsets - reading.ends[:-1])[reading.row_of] + np.arange(len(reading.reads))
            indices[places] = reading.reads + term.start
            data[places] = _weights_of(term, reading)
            offsets += reading.widths
        keep = np.abs(data) >= DROP
        self._append(indices, data, counts, None if keep.all() else keep)

    def _write_sorted(self, terms: list[_Term], block: RowBlock) -> None:
        """Terms of varying width, several of one variable: sorted, and summed where they meet in a column."""
        readings = [_reading_of(term, block) for term in terms]
        rows = np.concatenate([reading.row_of for reading in readings])
        columns = np.concatenate([reading.reads + term.start for term, reading in zip(terms, readings, strict=True)])
        values = np.concatenate([_weights_of(term, reading) for term, reading in zip(terms, readings, strict=True)])
        csr = sp.csr_array((values, (rows, columns)), shape=(block.n, self._n_columns))
        keep = np.abs(csr.data) >= DROP
        self._append(csr.indices, csr.data, np.diff(csr.indptr), None if keep.all() else keep)

    def _append(self, indices: np.ndarray, data: np.ndarray, counts: np.ndarray, keep: np.ndarray | None) -> None:
        """Append entries row by row; `keep` (shaped like them) says which, None: all."""
        if keep is not None:
            indices, data = indices[keep], data[keep]
            if keep.ndim == 2:
                counts = keep.sum(axis=1, dtype=np.int32)
            else:
                kept, ends = np.concatenate(([0], np.cumsum(keep))), np.cumsum(counts)
                counts = kept[ends] - kept[ends - counts]
        end = self._size + data.size
        if end >= 2**31:
            raise StampError(f"more than {2**31} coefficients do not fit a matrix with 32-bit positions")
        if end > len(self._data):
            self._resize(max(end, int(1.3 * len(self._data))))
        self._indices[self._size : end].reshape(indices.shape)[...] = indices
        self._data[self._size : end].reshape(data.shape)[...] = data
        self._size = end
        self._counts.append(counts)

    def _resize(self, size: int) -> None:
        # In place: the system moves pages instead of copying, so that the peak stays at the size of the matrix.
        self._indices.resize(size, refcheck=False)
        self._data.resize(size, refcheck=False)


def _join_same_columns(starts: list[int], indices: np.ndarray, data: np.ndarray) -> bool:
    """Sort, in each row, terms of the same variable by column, and sum them where they meet; whether any did."""
    met, low = False, 0
    while low < len(starts):
        high = low + 1
        while high < len(starts) and starts[high] == starts[low]:
            high += 1
        if high - low > 1:
            order = np.argsort(indices[low:high], axis=0, kind="stable")
            indices[low:high] = np.take_along_axis(indices[low:high], order, axis=0)
            data[low:high] = np.take_along_axis(data[low:high], order, axis=0)
            for position in range(low + 1, high):
                same = indices[position] == indices[position - 1]
                if same.any():
                    met = True
                    data[position, same] += data[position - 1, same]
                    data[position - 1, same] = 0.0
        low = high
    return met


def _reading_of(term: _Term, block: RowBlock) -> Reading:
    """A term as compressed rows, in the rows that exist."""
    return term.relation.reading if block.copies is None else term.relation.reading.take(block.copies)


def _weights_of(term: _Term, reading: Reading) -> np.ndarray:
    if isinstance(term.coefficient, np.ndarray):
        return reading.weights * term.coefficient[reading.row_of]
    return reading.weights if term.coefficient == 1.0 else reading.weights * term.coefficient

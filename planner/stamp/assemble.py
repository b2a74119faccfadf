"""Assembly: linear forms at a level become rows of a sparse matrix, one row per copy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from planner.stamp.errors import StampError
from planner.stamp.levels import Level
from planner.stamp.quantities import Column, Form, Number, spread
from planner.stamp.relations import Relation, seen_from

DROP = 1e-9  # coefficients below this are noise to a solver, and HiGHS refuses to take them silently


class RowBlock(NamedTuple):
    """The rows of one constraint member: a form at `level`, in the copies `copies` (None: all), from row `start` on."""

    member: object
    level: Level
    copies: np.ndarray | None
    start: int
    form: Form

    @property
    def n(self) -> int:
        """How many rows there are."""
        return self.level.n if self.copies is None else len(self.copies)


def in_rows(number: Number, block_level: Level, copies: np.ndarray | None) -> float | np.ndarray:
    """A number as seen from the rows that exist."""
    values = spread(number, block_level)
    return values[copies] if copies is not None and isinstance(values, np.ndarray) else values


class _Term(NamedTuple):
    start: int
    relation: Relation
    coefficient: float | np.ndarray


class MatrixWriter:
    """Writes row blocks one after another into the arrays of one compressed-row matrix."""

    def __init__(self, columns: dict[int, Column], n_columns: int) -> None:
        self._columns = columns
        self._n_columns = n_columns
        self._indices: list[np.ndarray] = []
        self._data: list[np.ndarray] = []
        self._counts: list[np.ndarray] = []

    def write(self, block: RowBlock) -> None:
        """Append the rows of one block."""
        terms = []
        for key, coefficient in block.form.terms.items():
            start, relation = key if key.__class__ is tuple else (key, None)
            seen = seen_from(block.level, relation, self._columns[start].level)
            terms.append(_Term(start, seen, in_rows(coefficient, block.level, block.copies)))
        terms.sort(key=lambda term: term.start)
        starts = [term.start for term in terms]
        picks = all(term.relation.index is not None for term in terms)
        if picks and len(set(starts)) == len(starts):
            self._write_grid(terms, block)
        else:
            self._write_general(terms, block)

    def matrix(self) -> sp.csr_array:
        """The matrix of all rows written."""
        counts = np.concatenate(self._counts) if self._counts else np.zeros(0, dtype=np.int64)
        ends = np.concatenate(([0], np.cumsum(counts)))
        if ends[-1] >= 2**31:
            raise StampError(f"{ends[-1]} coefficients are more than a matrix with 32-bit positions can hold")
        indices = np.concatenate(self._indices) if self._indices else np.zeros(0, dtype=np.int32)
        data = np.concatenate(self._data) if self._data else np.zeros(0)
        shape = (len(counts), self._n_columns)
        return sp.csr_array((data, indices, ends.astype(np.int32)), shape=shape)

    def _write_grid(self, terms: list[_Term], block: RowBlock) -> None:
        """Terms that pick one column each: every row has the same terms in the same order."""
        n, k = block.n, len(terms)
        indices, data = np.empty((n, k), dtype=np.int32), np.empty((n, k))
        whole = True
        for position, (start, relation, coefficient) in enumerate(terms):
            pick = relation.index if block.copies is None else relation.index[block.copies]
            np.add(pick, start, out=indices[:, position])
            data[:, position] = coefficient
            small = np.abs(coefficient) < DROP
            if not relation.climbs and (pick < 0).any():
                small = small | (pick < 0)
            if np.any(small):
                whole = False
                data[small, position] = 0.0
        if whole:
            self._append(indices.ravel(), data.ravel(), np.full(n, k))
        else:
            keep = data != 0.0
            self._append(indices[keep], data[keep], keep.sum(axis=1))

    def _write_general(self, terms: list[_Term], block: RowBlock) -> None:
        """Terms of varying width or several of one variable: joined, sorted, and summed where they meet."""
        rows, indices, data = [], [], []
        for start, relation, coefficient in terms:
            csr = relation.csr if block.copies is None else relation.csr[block.copies]
            row = np.repeat(np.arange(block.n), np.diff(csr.indptr))
            rows.append(row)
            indices.append(csr.indices + start)
            data.append(csr.data * (coefficient[row] if isinstance(coefficient, np.ndarray) else coefficient))
        entries = (np.concatenate(data), (np.concatenate(rows), np.concatenate(indices)))
        csr = sp.csr_array(entries, shape=(block.n, self._n_columns))
        csr.sum_duplicates()
        csr.data[np.abs(csr.data) < DROP] = 0.0
        csr.eliminate_zeros()
        self._append(csr.indices.astype(np.int32), csr.data, np.diff(csr.indptr))

    def _append(self, indices: np.ndarray, data: np.ndarray, counts: np.ndarray) -> None:
        self._indices.append(indices)
        self._data.append(data)
        self._counts.append(counts)

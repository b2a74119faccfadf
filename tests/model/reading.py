"""Reading rows and costs of a stamped model by name, to be compared with what a test derives by hand.

Columns are named by variable, index and copy: `hall_built_mw[site]@early`, `draw_mw[site,gas]@early.0` for step 0,
`retired_units[site,rack,loop]@late.early` for those of the period early in the period late,
`cooling_chosen[site,loop]@early`. Dates stand where steps do: `carried_mwh[site,cave]@2028.01-02`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from pyomo.environ import ConcreteModel

from planner.stamp import Stamped, stamp, total

EXACT = 1e-12


@dataclass(frozen=True)
class Row:
    """One row: lower <= sum of coefficients x columns <= upper."""

    coefficients: dict[str, float]
    lower: float
    upper: float

    def canonical(self) -> Row:
        """The same row written one way: rows with only a lower bound are turned round, an equation begins with plus."""
        first = self.coefficients[min(self.coefficients)] if self.coefficients else 1.0
        equation = self.lower == self.upper
        if (equation and first < 0) or (math.isinf(self.upper) and not math.isinf(self.lower)):
            turned = {name: -value for name, value in self.coefficients.items()}
            return Row(turned, -self.upper + 0.0, -self.lower + 0.0)
        return self


class Rows:
    """The rows of a model by constraint, index and copy."""

    def __init__(self, m: ConcreteModel) -> None:
        self.m = m
        self.stamped: Stamped = stamp(m)
        program = self.stamped.program
        self.columns = [column_name(self.stamped, j) for j in range(program.shape[1])]
        described = [self.stamped.describe_row(i) for i in range(program.shape[0])]
        self._numbers = {_name(*row): i for i, row in enumerate(described)}

    def names(self) -> list[str]:
        """Names of all rows."""
        return list(self._numbers)

    def row(self, name: str) -> Row:
        """The row of a name such as `hall_space[site]@early`."""
        program, i = self.stamped.program, self._numbers[name]
        first, last = program.matrix.indptr[i : i + 2]
        entries = zip(program.matrix.indices[first:last], program.matrix.data[first:last], strict=True)
        lower, upper = program.row_lower[i], program.row_upper[i]
        return Row({self.columns[j]: float(v) for j, v in entries}, float(lower), float(upper))

    def at_most(self, name: str, coefficients: dict[str, float], upper: float) -> None:
        """Require the row to be sum of coefficients x columns <= upper, and nothing else."""
        self._require(name, Row(coefficients, -math.inf, upper))

    def equal(self, name: str, coefficients: dict[str, float], value: float) -> None:
        """Require the row to be sum of coefficients x columns = value, and nothing else."""
        self._require(name, Row(coefficients, value, value))

    def _require(self, name: str, expected: Row) -> None:
        found, expected = self.row(name).canonical(), expected.canonical()
        assert found.coefficients == pytest.approx(expected.coefficients, rel=EXACT, abs=0)
        assert (found.lower, found.upper) == pytest.approx((expected.lower, expected.upper), rel=EXACT, abs=1e-14)

    def bounds(self, column: str) -> tuple[float, float]:
        """Lower and upper bound of a column."""
        j = self.columns.index(column)
        return float(self.stamped.program.col_lower[j]), float(self.stamped.program.col_upper[j])

    def whole(self, column: str) -> bool:
        """Whether a column is a whole number."""
        return bool(self.stamped.program.integrality[self.columns.index(column)])


def coefficients(m: ConcreteModel, expr: object) -> tuple[dict[str, float], float]:
    """Coefficients of an expression of the plan by column, and its constant."""
    stamped = stamp(m, minimise=expr)
    cost = stamped.program.cost
    found = {column_name(stamped, j): float(cost[j]) for j in np.flatnonzero(cost)}
    return found, float(stamped.program.offset)


def present_value(m: ConcreteModel, ledger: object, name: str) -> tuple[dict[str, float], float]:
    """Coefficients and constant of a post of a ledger in money of the base year, summed over its index."""
    post = next(post for post in ledger.posts if post.name == name)
    discounted = (m.period.discount * total(term, per=m.period) for term in post.expression.values())
    return coefficients(m, sum(total(term, per=m) for term in discounted))


def column_name(stamped: Stamped, j: int) -> str:
    """Name of a column: variable[index]@copy."""
    return _name(*stamped.describe_column(j))


def _name(component: str, index: object, labels: dict[str, object]) -> str:
    parts = index if isinstance(index, tuple) else () if index is None else (index,)
    indexed = f"[{','.join(f'{part:g}' if isinstance(part, float) else str(part) for part in parts)}]" if parts else ""
    copy = ".".join(str(labels[key]) for key in ("period", "built", "date", "step") if key in labels)
    return component.rsplit(".", 1)[-1] + indexed + (f"@{copy}" if copy else "")

"""The stamped model: the program, and the way back from a solver's numbers to the model's names and labels."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.base.param import ParamData
from pyomo.environ import Block, ConcreteModel, Constraint, Expression, Param, Var

from planner.stamp.assemble import RowBlock
from planner.stamp.columns import ColumnTable, VarColumns
from planner.stamp.errors import StampError
from planner.stamp.goal import goal_row
from planner.stamp.labels import labelled_index, labels_of
from planner.stamp.levels import PLAN, Level, level_of
from planner.stamp.program import Program
from planner.stamp.quantities import Form, level_of_quantity, spread
from planner.stamp.relations import seen_from
from planner.stamp.walker import Quantity, Walker


class Stamped:
    """What `stamp` returns: the `program`, its `goal` and `sense` (-1: maximised), and the way back.

    `x`, `col_dual` have one number per column, `row_dual` one per row, as a solver of `program` gives them. Duals and
    reduced costs are those of the minimisation: change of its objective per unit of right-hand side, not divided by
    weights.
    """

    def __init__(
        self, model: ConcreteModel, program: Program, goal: Any, sense: int, columns: ColumnTable, rows: list[RowBlock]
    ) -> None:
        self.model = model
        self.program = program
        self.goal = goal
        self.sense = sense
        self._columns = columns
        self._rows = rows
        self._row_starts = [block.start for block in rows]
        self._rows_by_component: dict[int, list[RowBlock]] = {}
        for block in rows:
            self._rows_by_component.setdefault(id(block.member.parent_component()), []).append(block)
        self._labels: dict[tuple, tuple[Any, pd.Index]] = {}

    def array(self, component: Any, x: np.ndarray) -> np.ndarray:
        """Values of one Var member, series member or expression: one number per copy of its level (n)."""
        column = self._columns.by_member.get(id(component))
        if column is not None:
            return np.asarray(x)[column.start : column.start + column.level.n]
        level, quantity = self._quantity(component, self._walker())
        return self._numbers(quantity, level, x)

    def values(self, component: Any, x: np.ndarray, names: Sequence[str] | None = None) -> pd.Series:
        """Values of a Var, Expression or series with any sets, or of one member, labelled by its sets and its level.

        The index has first the set indices (called `names`, or set0, set1, ...), then the labels of the copies.
        """
        if isinstance(component, Var) and id(component) in self._columns.by_component:
            found = self._columns.by_component[id(component)]
            return self._of_columns(found, x, names)
        if isinstance(component, Expression | Param | Var):
            return self._of_members(component, x, names)
        return self.evaluate(component, x)

    def evaluate(self, expr: Any, x: np.ndarray) -> pd.Series:
        """Values of any expression at its deepest level (an Expression: at its block's), or of all members of one."""
        if isinstance(expr, Expression | Param | Var) and expr.is_indexed():
            return self.values(expr, x)
        level, quantity = self._quantity(expr, self._walker())
        return pd.Series(self._numbers(quantity, level, x), index=level.labels, name=getattr(expr, "local_name", None))

    def linear(self, expr: Any) -> tuple[np.ndarray, float]:
        """Coefficients (one per column) and constant of an expression of the plan."""
        return goal_row(self._walker(), expr, self._columns.n)

    def duals(self, constraint: Constraint, row_dual: np.ndarray, names: Sequence[str] | None = None) -> pd.Series:
        """Row duals of a constraint, labelled; rows that do not exist are absent."""
        blocks = self._rows_by_component.get(id(constraint.parent_component()), [])
        blocks = [
            block for block in blocks if constraint.parent_component() is constraint or block.member is constraint
        ]
        level = level_of(constraint)
        copies = [block.level.arange if block.copies is None else block.copies for block in blocks]
        indexes = [block.member.index() for block in blocks]
        labels = self._cached_labels(constraint, indexes, level, names, copies)
        parts = [np.asarray(row_dual)[block.start : block.start + block.n] for block in blocks]
        return pd.Series(np.concatenate([np.zeros(0), *parts]), index=labels, name=constraint.local_name)

    def reduced_costs(self, var: Var, col_dual: np.ndarray, names: Sequence[str] | None = None) -> pd.Series:
        """Reduced costs of a Var, labelled as its values."""
        return self.values(var, np.asarray(col_dual), names)

    def columns(self, var: Var) -> tuple[list[Any], list[int], int]:
        """Where a Var's columns are: the index of each member, its first column, and how many columns each has."""
        found = self._columns.by_component[id(var)]
        starts = [found.start + position * found.level.n for position in range(len(found.members))]
        return [member.index() for member in found.members], starts, found.level.n

    def rows(self, constraint: Constraint) -> tuple[list[Any], list[int], list[np.ndarray]]:
        """Where a constraint's rows are: the index of each member, its first row, and the copies in which it exists."""
        blocks = self._rows_by_component.get(id(constraint), [])
        copies = [block.level.arange if block.copies is None else block.copies for block in blocks]
        return [block.member.index() for block in blocks], [block.start for block in blocks], copies

    def describe_column(self, j: int) -> tuple[str, Any, dict[str, Any]]:
        """The Var, the index in its sets and the labels of the copy that column `j` stands for."""
        if not 0 <= j < self._columns.n:
            raise StampError(f"there is no column {j}; there are {self._columns.n}")
        components = self._columns.components
        found = components[bisect_right(components, j, key=lambda c: c.start) - 1]
        while not found.members or j >= found.start + len(found.members) * found.level.n:
            found = components[components.index(found) - 1]
        member, copy = divmod(j - found.start, found.level.n)
        return found.component.name, found.members[member].index(), labels_of(found.level, copy)

    def describe_row(self, i: int) -> tuple[str, Any, dict[str, Any]]:
        """The constraint, the index in its sets and the labels of the copy that row `i` stands for."""
        if not 0 <= i < self.program.shape[0]:
            raise StampError(f"there is no row {i}; there are {self.program.shape[0]}")
        block = self._rows[bisect_right(self._row_starts, i) - 1]
        copy = i - block.start if block.copies is None else block.copies[i - block.start]
        return block.member.parent_component().name, block.member.index(), labels_of(block.level, int(copy))

    def path_weight(self, block: Block | Level) -> np.ndarray:
        """Product of the weights from each copy of a block's level up to the plan (n numbers)."""
        return level_of(block).weight_up(PLAN).copy()

    def _walker(self) -> Walker:
        return Walker(self._columns.by_member)

    def _quantity(self, expr: Any, walker: Walker) -> tuple[Level, Quantity]:
        quantity = walker.read(expr)
        level = level_of_quantity(quantity)
        if isinstance(expr, ParamData):
            level = level_of(expr)
        elif level.is_plan:
            level = level_of(self.model)
        return level, quantity

    def _numbers(self, quantity: Quantity, level: Level, x: np.ndarray) -> np.ndarray:
        if not isinstance(quantity, Form):
            return np.broadcast_to(np.asarray(spread(quantity, level), dtype=float), (level.n,)).copy()
        x = np.asarray(x)
        out = np.array(np.broadcast_to(spread(quantity.const, level), (level.n,)), dtype=float)
        by_start = self._columns.by_start
        for key, coefficient in quantity.terms.items():
            start, relation = key if key.__class__ is tuple else (key, None)
            of = by_start[start].level
            out += spread(coefficient, level) * seen_from(level, relation, of).gather(x[start : start + of.n])
        return out

    def _of_columns(self, found: VarColumns, x: np.ndarray, names: Sequence[str] | None) -> pd.Series:
        size = len(found.members) * found.level.n
        indexes = [member.index() for member in found.members]
        labels = self._cached_labels(found.component, indexes, found.level, names)
        return pd.Series(np.asarray(x)[found.start : found.start + size], index=labels, name=found.component.local_name)

    def _of_members(self, component: Any, x: np.ndarray, names: Sequence[str] | None) -> pd.Series:
        walker, level = self._walker(), level_of(component)
        members = list(component.values())
        parts = []
        for member in members:
            number = member.__class__ in native_numeric_types
            quantity = float(member) if number else walker.read(member)
            parts.append(self._numbers(quantity, level, x))
        labels = self._cached_labels(component, list(component.keys()), level, names)
        return pd.Series(np.concatenate([np.zeros(0), *parts]), index=labels, name=component.local_name)

    def _cached_labels(
        self, component: Any, indexes: list, level: Level, names: Sequence[str] | None, copies: list | None = None
    ) -> pd.Index:
        key = (id(component), tuple(names) if names is not None else None)
        if key not in self._labels:
            self._labels[key] = (component, labelled_index(indexes, level, names, copies))
        return self._labels[key][1]

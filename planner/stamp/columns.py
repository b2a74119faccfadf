"""Columns: every member of every Var becomes a run of columns, one per copy, with bounds and integrality."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.base.var import VarData
from pyomo.core.expr.numeric_expr import MaxExpression, MinExpression
from pyomo.environ import Block, ConcreteModel, Var

from planner.stamp.errors import StampError
from planner.stamp.levels import Level, level_of
from planner.stamp.quantities import Column, spread
from planner.stamp.walker import Walker, require_readable


class VarColumns(NamedTuple):
    """The columns of one Var component: its members in order, `level.n` columns each, from `start` on."""

    component: Var
    level: Level
    start: int
    members: list[VarData]


class ColumnTable:
    """All columns of a model, in the order its Vars are declared; a member's columns lie next to each other."""

    def __init__(self, m: ConcreteModel) -> None:
        self.components: list[VarColumns] = []
        self.by_member: dict[int, Column] = {}
        self.by_start: dict[int, Column] = {}
        self.by_component: dict[int, VarColumns] = {}
        self.n = 0
        for block in m.block_data_objects(descend_into=Block):
            level = level_of(block)
            for component in block.component_objects(Var, descend_into=False):
                if not component.is_reference():
                    self._add(component, level)

    def _add(self, component: Var, level: Level) -> None:
        found = VarColumns(component, level, self.n, list(component.values()))
        self.components.append(found)
        self.by_component[id(component)] = found
        for member in found.members:
            self.by_member[id(member)] = self.by_start[self.n] = Column(self.n, level)
            self.n += level.n

    def bounds(self, walker: Walker) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lower bounds, upper bounds and integrality of all columns; a fixed Var has both bounds at its value."""
        lower, upper = np.empty(self.n), np.empty(self.n)
        whole = np.zeros(self.n, dtype=bool)
        for found in self.components:
            n = found.level.n
            for position, member in enumerate(found.members):
                here = slice(found.start + position * n, found.start + (position + 1) * n)
                whole[here] = _is_whole(member)
                if member.fixed:
                    lower[here] = upper[here] = _fixed_value(member)
                else:
                    lower[here] = _bound(member, member.lower, -np.inf, found.level, walker)
                    upper[here] = _bound(member, member.upper, np.inf, found.level, walker)
        return lower, upper, whole


def _is_whole(member: VarData) -> bool:
    step = member.domain.get_interval()
    if step is None or step[2] not in (0, 1):
        raise StampError(f"variable '{member.name}': its domain is neither an interval of reals nor of whole numbers")
    return step[2] == 1


def _fixed_value(member: VarData) -> float:
    if member.value is None or member.value != member.value:
        raise StampError(f"variable '{member.name}' is fixed but has no value")
    return float(member.value)


def _bound(member: VarData, bound: Any, missing: float, level: Level, walker: Walker) -> float | np.ndarray:
    if bound is None:
        return missing
    if bound.__class__ in native_numeric_types:
        value = float(bound)
    elif isinstance(bound, MaxExpression | MinExpression):  # Pyomo's way of joining a bound with that of the domain
        tighter = np.maximum if isinstance(bound, MaxExpression) else np.minimum
        return tighter(*(_bound(member, part, missing, level, walker) for part in bound.args))
    else:
        try:
            number = walker.number(bound, "in a bound")
            require_readable(number, level, bound, "its bound")
        except StampError as error:
            raise StampError(f"variable '{member.name}': {error}") from None
        value = spread(number, level)
    if np.isnan(value).any():
        raise StampError(f"variable '{member.name}': a bound is NaN")
    return value

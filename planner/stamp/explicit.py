"""Unstamp: the same model as ordinary Pyomo, with every copy written out.

The expansion goes copy by copy through the expression trees and shares with the stamp only the relations and the
masks, so what an ordinary compiler makes of it is a check on the walker and on the assembly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.base.param import ParamData
from pyomo.core.base.var import VarData
from pyomo.core.expr import numeric_expr as ne
from pyomo.core.expr.numvalue import is_potentially_variable
from pyomo.core.expr.relational_expr import RelationalExpression
from pyomo.environ import Block, ConcreteModel, Constraint, Objective, Var, value

from planner.stamp.errors import StampError
from planner.stamp.levels import PLAN, Level, deeper, level_of
from planner.stamp.rows import rows_of
from planner.stamp.series_data import is_series, series_values
from planner.stamp.stamped import Stamped
from planner.stamp.words import WordNode


def unstamp(stamped: Stamped) -> ConcreteModel:
    """Write the stamped model as plain Pyomo, with the same names on the same blocks.

    A Var or Constraint at a level is indexed by its sets and then by the labels of the level's copies; one at the
    plan keeps its index. The objective is a minimisation or maximisation as in the model (`goal` where it was given
    to `stamp`). Meant for checks and for handing small and middling models to other solvers: it takes the time and
    memory the stamp saves.
    """
    return _Unstamping(stamped).model


class _Unstamping:
    def __init__(self, stamped: Stamped) -> None:
        self.model = ConcreteModel(name=stamped.model.name)
        self._vars: dict[int, tuple[Var, Any, Level]] = {}
        self._levels: dict[int, tuple[Any, Level]] = {}
        self._expanded: dict[tuple[int, int], Any] = {}
        pairs = list(self._mirror(stamped.model, self.model))
        for source, target in pairs:
            self._declare_vars(source, target)
        for source, target in pairs:
            if source.active:
                self._declare_rows(source, target)
        self._declare_goal(stamped)

    def _mirror(self, source: Any, target: Any) -> Any:
        yield source, target
        for component in source.component_objects(Block, descend_into=False):
            scalar = not component.is_indexed()
            made = Block() if scalar else Block(list(component.keys()))
            target.add_component(component.local_name, made)
            for index, inner in component.items():
                yield from self._mirror(inner, made[index])

    def _declare_vars(self, source: Any, target: Any) -> None:
        level = level_of(source)
        for component in source.component_objects(Var, descend_into=False):
            if component.is_reference():
                continue
            keys = [_key(index, level, copy) for index in component for copy in range(level.n)]
            made = Var() if keys == [None] else Var(keys)
            target.add_component(component.local_name, made)
            for member in component.values():
                self._vars[id(member)] = (made, member.index(), level)
                for copy in range(level.n):
                    self._set_up_var(member, made[_key(member.index(), level, copy)], level, copy)

    def _set_up_var(self, member: VarData, new: VarData, level: Level, copy: int) -> None:
        new.domain = member.domain
        new.lower = None if member.lower is None else self._number(member.lower, level, copy)
        new.upper = None if member.upper is None else self._number(member.upper, level, copy)
        if member.fixed:  # as in the stamp: bounds, so that it stays a column
            new.lower = new.upper = member.value

    def _declare_rows(self, source: Any, target: Any) -> None:
        level = level_of(source)
        for component in source.component_objects(Constraint, active=True, descend_into=False):
            rows = {}
            for member in component.values():
                if member.active:
                    copies = rows_of(member, level)
                    for copy in range(level.n) if copies is None else copies:
                        rows[_key(member.index(), level, int(copy))] = self._row(member, level, int(copy))
            if list(rows) == [None]:
                made = Constraint(expr=rows[None])
            else:
                made = Constraint(list(rows), rule=lambda b, *key, rows=rows: rows[key[0] if len(key) == 1 else key])
            target.add_component(component.local_name, made)

    def _row(self, member: Any, level: Level, copy: int) -> tuple:
        low, body, high = member.to_bounded_expression()
        body = self._expand(body, level, copy)
        if not is_potentially_variable(body):
            body = ne.LinearExpression(constant=float(body), linear_coefs=[], linear_vars=[])
        low, high = (None if bound is None else self._number(bound, level, copy) for bound in (low, high))
        if low is not None and low == high:
            return body == low
        return (None if low == -np.inf else low, body, None if high == np.inf else high)

    def _declare_goal(self, stamped: Stamped) -> None:
        goal = stamped.goal
        expr = self._expand(goal, PLAN, 0)
        name = goal.local_name if isinstance(goal, NamedExpressionData) else "goal"
        if self.model.component(name) is not None:
            name = f"{name}_minimised"
        self.model.add_component(name, Objective(expr=expr, sense=stamped.sense))

    def _number(self, expr: Any, level: Level, copy: int) -> float:
        return float(value(self._expand(expr, level, copy)))

    def _expand(self, expr: Any, level: Level, copy: int) -> Any:
        """The expression as the copy at position `copy` of `level` reads it, over the new variables."""
        if expr.__class__ in native_numeric_types:
            return float(expr)
        if isinstance(expr, VarData):
            made, index, of = self._vars[id(expr)]
            return made[_key(index, of, int(level.up(of)[copy]))]
        if isinstance(expr, ParamData):
            return self._parameter(expr, level, copy)
        if isinstance(expr, NamedExpressionData):
            of = level_of(expr)
            return self._shared(expr, of, int(level.up(of)[copy]))
        if isinstance(expr, WordNode):
            return self._word(expr, level, copy)
        if isinstance(expr, ne.Expr_ifExpression):
            condition = expr.args[0]
            truth = (
                value(condition)
                if isinstance(condition, RelationalExpression)
                else self._expand(condition, level, copy)
            )
            return self._expand(expr.args[1 if truth else 2], level, copy)
        return expr._apply_operation([self._expand(argument, level, copy) for argument in expr.args])

    def _shared(self, expr: NamedExpressionData, level: Level, copy: int) -> Any:
        key = (id(expr), copy)
        if key not in self._expanded:
            self._expanded[key] = self._expand(expr.args[0], level, copy)
        return self._expanded[key]

    def _parameter(self, expr: ParamData, level: Level, copy: int) -> float:
        if not is_series(expr):
            return float(expr.value)
        return float(series_values(expr, expr.index())[level.up(level_of(expr))[copy]])

    def _word(self, expr: WordNode, level: Level, copy: int) -> Any:
        word, (inner,) = expr.word, expr.args
        of = word.over or self._level(inner)
        try:
            relation = word.relation_from(of)
        except StampError:
            if self._expand(inner, of, 0) == 0.0:  # an empty sum is zero wherever it stands
                return 0.0
            raise
        if relation is None:
            return self._expand(inner, level, copy)
        row = int(level.up(relation.rows)[copy])
        reading = relation.reading
        here = slice(reading.ends[row], reading.ends[row + 1])
        terms = zip(reading.weights[here].tolist(), reading.reads[here].tolist(), strict=True)
        return sum(weight * self._expand(inner, relation.cols, position) for weight, position in terms)

    def _level(self, expr: Any) -> Level:
        """The deepest level an expression reads."""
        if expr.__class__ in native_numeric_types:
            return PLAN
        known = self._levels.get(id(expr))
        if known is None:
            known = self._levels[id(expr)] = (expr, self._level_read(expr))
        return known[1]

    def _level_read(self, expr: Any) -> Level:
        if isinstance(expr, VarData | NamedExpressionData):
            return level_of(expr)
        if isinstance(expr, ParamData):
            return level_of(expr) if is_series(expr) else PLAN
        if isinstance(expr, WordNode):
            of = expr.word.over or self._level(expr.args[0])
            if of.is_plan and expr.word.over is None:
                return PLAN
            relation = expr.word.relation_from(of)
            return of if relation is None else relation.rows
        found = PLAN
        for argument in expr.args:
            found = deeper(found, self._level(argument))
        return found


def _key(index: Any, level: Level, copy: int) -> Any:
    """The index of one copy in the written-out model: the sets, then the labels; None for a scalar."""
    parts = () if index is None else index if isinstance(index, tuple) else (index,)
    if not level.is_plan:
        label = level.labels[copy]
        parts = (*parts, *(label if isinstance(label, tuple) else (label,)))
    return None if not parts else parts[0] if len(parts) == 1 else parts

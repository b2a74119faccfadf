"""The walker: reads a Pyomo expression as a number, data by copy, or a linear form.

It knows linear expressions and nothing else: whatever is not linear in the variables, or is a function of data by
copy other than a sum, product or quotient, is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pyomo.common.numeric_types import native_numeric_types, native_types
from pyomo.core.base.expression import NamedExpressionData
from pyomo.core.base.param import ParamData
from pyomo.core.base.var import VarData
from pyomo.core.expr import numeric_expr as ne
from pyomo.core.expr.relational_expr import RelationalExpression

from planner.stamp.errors import StampError
from planner.stamp.levels import Level, level_of
from planner.stamp.quantities import Column, Data, Form, Number, divide, level_of_quantity, multiply, spread
from planner.stamp.series_data import is_series, series_values
from planner.stamp.words import WordNode

Quantity = Number | Form


class Walker:
    """Reads expressions over the columns of one model.

    `columns`: the column block of each Var member, by id of the member. Named expressions and words are read once and
    remembered.
    """

    def __init__(self, columns: dict[int, Column]) -> None:
        self.columns = columns
        self.by_start = {column.start: column for column in columns.values()}
        self._read: dict[int, tuple[Any, Quantity]] = {}  # by id; the node is kept so that its id stays its own
        self._handlers: dict[type, Callable[[Any, Number, Form], None]] = {}

    def read(self, expr: Any) -> Quantity:
        """The quantity an expression stands for; StampError when it is not linear."""
        if expr.__class__ in native_numeric_types:
            return self._finite(float(expr), expr)
        form = Form()
        self.collect(expr, 1.0, form)
        if form.terms:
            return form
        return form.const if form.level is level_of_quantity(form.const) else Data(form.level, _full(form))

    def number(self, expr: Any, what: str) -> Number:
        """The number or data an expression without variables stands for."""
        quantity = self.read(expr)
        if quantity.__class__ is Form:
            raise StampError(f"variables {what}: {shown(expr)}")
        return quantity

    def collect(self, expr: Any, factor: Number, into: Form) -> None:
        """Add `factor` times the expression to a form."""
        kind = expr.__class__
        handler = self._handlers.get(kind)
        if handler is None:
            handler = self._handlers[kind] = self._handler_of(kind)
        handler(expr, factor, into)

    def _handler_of(self, kind: type) -> Callable[[Any, Number, Form], None]:
        if kind in native_numeric_types:
            return self._native
        for base, handler in (
            (VarData, self._variable),
            (ParamData, self._parameter),
            (ne.SumExpression, self._sum),
            (ne.MonomialTermExpression, self._monomial),
            (ne.ProductExpression, self._product),
            (ne.NegationExpression, self._negation),
            (ne.DivisionExpression, self._division),
            (WordNode, self._word),
            (NamedExpressionData, self._named),
            (ne.PowExpression, self._function),
            (ne.UnaryFunctionExpression, self._function),
            (ne.MinExpression, self._function),
            (ne.MaxExpression, self._function),
            (ne.Expr_ifExpression, self._branch),
        ):
            if issubclass(kind, base):
                return handler
        return self._unknown

    def _native(self, expr: Any, factor: Number, into: Form) -> None:
        into.add_number(multiply(factor, self._finite(float(expr), expr)))

    def _variable(self, expr: VarData, factor: Number, into: Form) -> None:
        column = self.columns.get(id(expr))
        if column is None:
            raise StampError(f"variable '{expr.name}' is not on this model")
        into.sink(column.level)
        if factor.__class__ is Data:
            into.sink(factor.level)
        into.add_term(column.start, factor)

    def _parameter(self, expr: ParamData, factor: Number, into: Form) -> None:
        into.add_number(multiply(factor, self._parameter_value(expr)))

    def _parameter_value(self, expr: ParamData) -> Number:
        known = self._read.get(id(expr))
        if known is None:
            known = self._read[id(expr)] = (expr, self._read_parameter(expr))
        return known[1]

    def _read_parameter(self, expr: ParamData) -> Number:
        if is_series(expr):
            level = level_of(expr)
            values = series_values(expr, expr.index())
            return Data(level, values) if not level.is_plan else float(values[0])
        value = expr(exception=False)
        if value is None:
            raise StampError(f"parameter '{expr.name}' has no value")
        return self._finite(float(value), expr)

    def _sum(self, expr: ne.SumExpression, factor: Number, into: Form) -> None:
        for term in expr.args:
            self.collect(term, factor, into)

    def _monomial(self, expr: ne.MonomialTermExpression, factor: Number, into: Form) -> None:
        coefficient, variable = expr.args
        self._variable(variable, multiply(factor, self._plain(coefficient)), into)

    def _product(self, expr: ne.ProductExpression, factor: Number, into: Form) -> None:
        left, right = expr.args
        if not _may_vary(left):
            self.collect(right, multiply(factor, self._plain(left)), into)
        elif not _may_vary(right):
            self.collect(left, multiply(factor, self._plain(right)), into)
        else:
            a, b = self.read(left), self.read(right)
            if a.__class__ is Form and b.__class__ is Form:
                raise StampError(f"a product of variables: {shown(expr)}")
            if b.__class__ is Form:
                a, b = b, a
            self._add(a, multiply(factor, b), into)

    def _plain(self, expr: Any) -> Number:
        """The number an expression that Pyomo knows to be free of variables stands for."""
        if expr.__class__ in native_numeric_types:
            return self._finite(float(expr), expr)
        return self._parameter_value(expr) if isinstance(expr, ParamData) else self.read(expr)

    def _negation(self, expr: ne.NegationExpression, factor: Number, into: Form) -> None:
        self.collect(expr.args[0], multiply(factor, -1.0), into)

    def _division(self, expr: ne.DivisionExpression, factor: Number, into: Form) -> None:
        above, below = expr.args
        number = self.number(below, "in a denominator")
        try:
            divided = divide(factor, number)
        except ZeroDivisionError:
            raise StampError(f"division by zero in {shown(expr)}") from None
        self.collect(above, divided, into)

    def _named(self, expr: NamedExpressionData, factor: Number, into: Form) -> None:
        known = self._read.get(id(expr))
        if known is None:
            known = self._read[id(expr)] = (expr, self._read_named(expr))
        self._add(known[1], factor, into)

    def _read_named(self, expr: NamedExpressionData) -> Quantity:
        (inner,) = expr.args
        if inner is None:
            raise StampError(f"expression '{expr.name}' is empty")
        quantity, level = self.read(inner), level_of(expr)
        require_readable(quantity, level, inner, expr)
        if quantity.__class__ is Form:
            return Form(level, quantity.const, quantity.terms)
        return quantity if level.is_plan else Data(level, np.broadcast_to(spread(quantity, level), (level.n,)))

    def _word(self, expr: WordNode, factor: Number, into: Form) -> None:
        known = self._read.get(id(expr))
        if known is None:
            known = self._read[id(expr)] = (expr, self._read_word(expr))
        self._add(known[1], factor, into)

    def _read_word(self, expr: WordNode) -> Quantity:
        word, (inner,) = expr.word, expr.args
        quantity = self.read(inner)
        if quantity.__class__ not in (Data, Form) and quantity == 0.0:
            return 0.0
        level = level_of_quantity(quantity)
        if word.over is not None:
            require_readable(quantity, word.over, inner, f"'{word.text}' over level '{word.over.name}'")
            level = word.over
        relation = word.relation_from(level)
        if relation is None:
            return quantity
        return relation.apply(quantity, self.by_start) if quantity.__class__ is Form else relation.of_number(quantity)

    def _function(self, expr: Any, factor: Number, into: Form) -> None:
        values = [self.number(argument, "inside a nonlinear function") for argument in expr.args]
        if any(value.__class__ is Data for value in values):
            raise StampError(f"a function of data by copy: {shown(expr)}; compute it with numpy, declare a series")
        try:
            result = float(expr._apply_operation(values))
        except (ValueError, ZeroDivisionError, OverflowError, TypeError) as error:
            raise StampError(f"{shown(expr)} has no value: {error}") from error
        into.add_number(multiply(factor, self._finite(result, expr)))

    def _branch(self, expr: ne.Expr_ifExpression, factor: Number, into: Form) -> None:
        condition, then, otherwise = expr.args
        self.collect(then if self._holds(condition) else otherwise, factor, into)

    def _holds(self, condition: Any) -> bool:
        if condition.__class__ in native_types:
            return bool(condition)
        relational = isinstance(condition, RelationalExpression)
        parts = condition.args if relational else (condition,)
        values = [self.number(part, "in the condition of a branch") for part in parts]
        if any(value.__class__ is Data for value in values):
            raise StampError(
                f"branching on data by copy: {shown(condition)}; use where= or compute a series with numpy"
            )
        return bool(condition._apply_operation(values)) if relational else bool(values[0])

    def _unknown(self, expr: Any, factor: Number, into: Form) -> None:
        raise StampError(f"{type(expr).__name__} is nothing the stamp can read: {shown(expr)}")

    def _add(self, quantity: Quantity, factor: Number, into: Form) -> None:
        if quantity.__class__ is Form:
            into.add_form(quantity, factor)
        else:
            into.add_number(multiply(factor, quantity))

    def _finite(self, value: float, expr: Any) -> float:
        if value != value:
            raise StampError(f"'{shown(expr)}' is NaN")
        return value


def require_readable(quantity: Quantity, level: Level, expr: Any, who: str | NamedExpressionData) -> None:
    """Refuse a quantity finer than `level` (or on another branch), naming what in `expr`, read by `who`, is finer."""
    found = level_of_quantity(quantity)
    if level.is_within(found):
        return
    if not isinstance(who, str):
        who = f"expression '{who.name}'"
    culprit = _culprit(expr, level)
    if found.is_within(level):
        raise StampError(
            f"{who} at level '{level.name}' reads {culprit}, which is finer (level '{found.name}'); "
            f"write total(..., per=<{level.name}>) or pick one copy with first, last or at"
        )
    raise StampError(
        f"{who} at level '{level.name}' reads {culprit} of its sibling level '{found.name}', neither above the other"
    )


def _culprit(expr: Any, level: Level) -> str:
    """The first variable or series in an expression, not inside a word, that copies of `level` cannot read."""
    waiting = [expr]
    while waiting:
        node = waiting.pop(0)
        if node.__class__ in native_numeric_types:
            continue
        if isinstance(node, VarData) or (isinstance(node, ParamData) and is_series(node)):
            if not level.is_within(level_of(node)):
                return f"{'variable' if isinstance(node, VarData) else 'series'} '{node.name}'"
        elif isinstance(node, NamedExpressionData) and not level.is_within(level_of(node)):
            return f"expression '{node.name}'"
        elif not isinstance(node, WordNode) and hasattr(node, "args"):
            waiting.extend(node.args)
        elif isinstance(node, WordNode):
            return f"'{shown(node)}'"
    return f"'{shown(expr)}'"


def shown(expr: Any) -> str:
    """An expression as text, cut where it gets long."""
    text = str(expr)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _may_vary(expr: Any) -> bool:
    return expr.__class__ not in native_numeric_types and expr.is_potentially_variable()


def _full(form: Form) -> np.ndarray:
    return np.broadcast_to(spread(form.const, form.level), (form.level.n,))

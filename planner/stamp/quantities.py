"""What an expression reads as: a number, data by copy, or a linear form of columns.

`Data` are numbers by copy of one level; plain floats are the same in every copy. A `Form` is a constant plus
coefficients of columns. All three broadcast downwards: a coarser quantity is the same in all finer copies below it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from planner.stamp.levels import PLAN, Level, deeper


class Data:
    """Numbers by copy of `level`: `values` has one per copy and is never changed in place."""

    __slots__ = ("level", "values")

    def __init__(self, level: Level, values: np.ndarray) -> None:
        self.level = level
        self.values = values


Number = float | Data


class Column(NamedTuple):
    """The columns of one Var member: `level.n` of them from `start` on."""

    start: int
    level: Level


def spread(number: Number, level: Level) -> float | np.ndarray:
    """A number, or the data seen from each copy of the finer (or same) `level`."""
    if number.__class__ is not Data:
        return number
    return number.values if number.level is level else number.values[level.up(number.level)]


def add(a: Number, b: Number) -> Number:
    """a + b at the deeper of their levels."""
    if a.__class__ is Data:
        if b.__class__ is Data:
            level = deeper(a.level, b.level)
            return Data(level, spread(a, level) + spread(b, level))
        return Data(a.level, a.values + b) if b else a
    return a + b if b.__class__ is not Data else Data(b.level, a + b.values) if a else b


def multiply(a: Number, b: Number) -> Number:
    """a * b at the deeper of their levels."""
    if a.__class__ is Data:
        if b.__class__ is Data:
            level = deeper(a.level, b.level)
            return Data(level, spread(a, level) * spread(b, level))
        return Data(a.level, a.values * b) if b != 1.0 else a
    return a * b if b.__class__ is not Data else Data(b.level, a * b.values) if a != 1.0 else b


def divide(a: Number, b: Number) -> Number:
    """a / b at the deeper of their levels; ZeroDivisionError when b is zero anywhere."""
    if (b.values == 0.0).any() if b.__class__ is Data else b == 0.0:
        raise ZeroDivisionError
    if b.__class__ is not Data:
        return Data(a.level, a.values / b) if a.__class__ is Data else a / b
    if a.__class__ is not Data:
        return Data(b.level, a / b.values)
    level = deeper(a.level, b.level)
    return Data(level, spread(a, level) / spread(b, level))


class Form:
    """A linear form at `level`: `const` plus, by key, coefficients of columns.

    A key is the start of a column block, seen from each copy through the levels above it, or (start, relation) when
    seen through a relation. Coefficients and const are numbers at the form's level or above.
    """

    __slots__ = ("const", "level", "terms")

    def __init__(self, level: Level = PLAN, const: Number = 0.0, terms: dict | None = None) -> None:
        self.level = level
        self.const = const
        self.terms = {} if terms is None else terms

    def sink(self, level: Level) -> None:
        """Let the form reach down to `level` where that is finer."""
        if level is not self.level:
            self.level = deeper(self.level, level)

    def add_number(self, number: Number) -> None:
        """Add a number to the constant."""
        if number.__class__ is Data:
            self.sink(number.level)
        self.const = add(self.const, number)

    def add_term(self, key: int | tuple, coefficient: Number) -> None:
        """Add a coefficient to the term of `key`; the caller sees to the level."""
        old = self.terms.get(key)
        self.terms[key] = coefficient if old is None else add(old, coefficient)

    def add_form(self, form: Form, factor: Number) -> None:
        """Add `factor` times another form."""
        self.sink(form.level)
        if factor.__class__ is Data:
            self.sink(factor.level)
        self.const = add(self.const, multiply(form.const, factor))
        terms, plain = self.terms, factor.__class__ is not Data and factor == 1.0
        for key, coefficient in form.terms.items():
            if not plain:
                coefficient = multiply(coefficient, factor)
            old = terms.get(key)
            terms[key] = coefficient if old is None else add(old, coefficient)


def level_of_quantity(quantity: Number | Form) -> Level:
    """The deepest level a quantity varies over."""
    return quantity.level if isinstance(quantity, Data | Form) else PLAN

"""The words that cross copies: total, previous, first, last, in_service, at, relate.

Each returns a Pyomo expression node, to be used inside any linear expression and inside other words. Which relation a
word stands for is settled when the stamp reads it, because only then is the level of its expression known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.expr.numeric_expr import NumericExpression

from planner.stamp.errors import StampError
from planner.stamp.levels import Level, level_of
from planner.stamp.relations import Reading, Relation


class Word:
    """A word: its text, the level it reads at (None: that of its expression), and its relation from there."""

    def __init__(self, text: str, relation_from: Callable[[Level], Relation | None], over: Level | None = None) -> None:
        self.text = text
        self.over = over
        self.relation_from = relation_from

    def __deepcopy__(self, memo: dict) -> Word:
        return self


class WordNode(NumericExpression):
    """An expression read through a relation: a node of one child that no reader but the stamp understands."""

    __slots__ = ("word",)

    def __init__(self, args: tuple, word: Word) -> None:
        super().__init__(args)
        self.word = word

    def nargs(self) -> int:
        """One child."""
        return 1

    def getname(self, *args: Any, **kwds: Any) -> str:
        """The word as text."""
        return self.word.text

    def create_node_with_local_data(self, args: tuple, classtype: type | None = None) -> WordNode:
        """The same word about another expression."""
        return (classtype or self.__class__)(tuple(args), self.word)

    def _to_string(self, values: list[str], verbose: bool, smap: Any) -> str:
        return self.word.text.replace("...", values[0])

    def _apply_operation(self, result: list) -> float:
        raise StampError(f"'{self.word.text}' spans copies and has no single value; use Stamped.evaluate")


def total(expr: Any, per: Any, over: Any = None) -> Any:
    """Sum of `expr` over the copies of its level below each copy of `per`, times the weights on the way.

    `per` and `over` are blocks (or levels). `over` states the finer level for expressions that do not vary over it,
    such as data of a coarser level; without it the level is the deepest that `expr` reads. At the level of `per`
    itself, `expr` is returned as it is. StampError (from the stamp) when the expression is coarser than `per` and
    `over` is not given.
    """
    high = level_of(per)
    low = None if over is None else level_of(over)

    def relation_from(level: Level) -> Relation | None:
        if level is high:
            return None
        _require_below("total", level, high, hint="; name the finer level with over=...")
        return _cached(level, ("total", id(high)), lambda: _total(level, high))

    return _node(expr, Word(f"total(..., per={high.name})", relation_from, low))


def previous(expr: Any, within: Any, wrap: bool) -> Any:
    """`expr` one copy earlier in the order of its level, inside the same copy of `within`.

    wrap=True: the first copy reads the last (a cycle). wrap=False: the first copy reads 0.
    """
    high, wrap = level_of(within), bool(wrap)

    def relation_from(level: Level) -> Relation:
        _require_below("previous", level, high)
        return _cached(level, ("previous", id(high), wrap), lambda: _previous(level, high, wrap))

    return _node(expr, Word(f"previous(..., within={high.name}, wrap={wrap})", relation_from))


def first(expr: Any, per: Any) -> Any:
    """`expr` at the first copy of its level inside each copy of `per`; a copy of `per` without any is refused."""
    return _end("first", expr, level_of(per), 0)


def last(expr: Any, per: Any) -> Any:
    """`expr` at the last copy of its level inside each copy of `per`; a copy of `per` without any is refused."""
    return _end("last", expr, level_of(per), -1)


def in_service(expr: Any, life_years: float) -> Any:
    """Sum of `expr` over the copies still alive: those b with start[b] <= start[t] < start[b] + life_years.

    `expr` lives at a level whose table has a column `start_year` (periods); only copies under the same parent count.
    """
    life = float(life_years)
    if not life > 0:
        raise StampError(f"in_service: a life of {life_years} years")

    def relation_from(level: Level) -> Relation:
        if "start_year" not in level.copies:
            raise StampError(f"in_service: the table of level '{level.name}' has no column start_year")
        return _cached(level, ("in_service", life), lambda: _in_service(level, life))

    return _node(expr, Word(f"in_service(..., {life:g} years)", relation_from))


def at(expr: Any, per: Any, **labels: Any) -> Any:
    """`expr` at the one finer copy with these labels (by name of the label), inside each copy of `per`.

    Refused where a copy of `per` has no such copy or more than one, or where a label name is unknown.
    """
    high = level_of(per)
    text = ", ".join(f"{name}={value!r}" for name, value in labels.items())

    def relation_from(level: Level) -> Relation:
        _require_below("at", level, high)
        return _cached(level, ("at", id(high), text), lambda: _at(level, high, labels))

    return _node(expr, Word(f"at(..., per={high.name}, {text})", relation_from))


def relate(expr: Any, relation: Relation) -> Any:
    """`expr` read through a relation; it lives at the relation's column level or above."""
    return _node(expr, Word(f"relate(..., {relation!r})", lambda level: relation, relation.cols))


def _node(expr: Any, word: Word) -> Any:
    if expr.__class__ in native_numeric_types and expr == 0:
        return 0.0  # an empty sum is zero at every level
    return WordNode((expr,), word)


def _end(word: str, expr: Any, high: Level, which: int) -> Any:
    def relation_from(level: Level) -> Relation:
        _require_below(word, level, high)
        return _cached(level, (word, id(high)), lambda: _ends(word, level, high, which))

    return _node(expr, Word(f"{word}(..., per={high.name})", relation_from))


def _require_below(word: str, level: Level, high: Level, hint: str = "") -> None:
    if level is high or not level.is_within(high):
        raise StampError(
            f"{word}: its expression lives at level '{level.name}', which is not below '{high.name}'{hint}"
        )


def _cached(level: Level, key: tuple, make: Callable[[], Relation]) -> Relation:
    if key not in level.relations:
        level.relations[key] = make()
    return level.relations[key]


def _groups(level: Level, high: Level) -> tuple[np.ndarray, np.ndarray]:
    """Copies of `level` grouped by copy of `high` (in their own order inside a group), and where each group begins."""
    ancestor = level.up(high)
    order = np.argsort(ancestor, kind="stable").astype(np.int32)
    begins = np.concatenate(([0], np.cumsum(np.bincount(ancestor, minlength=high.n))))
    return order, begins


def _total(level: Level, high: Level) -> Relation:
    order, begins = _groups(level, high)
    weights = level.weight_up(high)[order]
    relation = Relation.reading_as(high, level, Reading(begins, order, weights))
    relation.nested = True
    return relation


def _previous(level: Level, high: Level, wrap: bool) -> Relation:
    order, begins = _groups(level, high)
    earlier = np.empty(level.n, dtype=np.int32)
    earlier[order] = np.concatenate((order[-1:], order[:-1]))
    full = begins[:-1] < begins[1:]
    heads, tails = order[begins[:-1][full]], order[begins[1:][full] - 1]
    earlier[heads] = tails if wrap else -1
    return Relation.picking(level, level, earlier)


def _ends(word: str, level: Level, high: Level, which: int) -> Relation:
    order, begins = _groups(level, high)
    empty = begins[:-1] == begins[1:]
    if empty.any():
        raise StampError(
            f"{word}: copy {high.labels[int(empty.argmax())]!r} of '{high.name}' has no copy of '{level.name}'"
        )
    return Relation.picking(high, level, order[begins[:-1] if which == 0 else begins[1:] - 1])


def _in_service(level: Level, life: float) -> Relation:
    start = level.copies["start_year"].to_numpy(dtype=float)
    age = start[:, None] - start[None, :]
    alive = (age > -1e-9) & (age < life - 1e-9) & (level.parent_of[:, None] == level.parent_of[None, :])
    return Relation(level, level, alive.astype(float))


def _at(level: Level, high: Level, labels: dict[str, Any]) -> Relation:
    chosen = np.ones(level.n, dtype=bool)
    for name, value in labels.items():
        if name not in level.label_names:
            raise StampError(f"at: level '{level.name}' has labels {level.label_names}, not '{name}'")
        chosen &= np.asarray(level.labels.get_level_values(name) == value)
    positions = np.flatnonzero(chosen)
    found = np.bincount(level.up(high)[positions], minlength=high.n)
    if (found != 1).any():
        wrong = int((found != 1).argmax())
        raise StampError(
            f"at: {found[wrong]} copies of '{level.name}' have {labels} inside copy {high.labels[wrong]!r} "
            f"of '{high.name}'; exactly one is needed"
        )
    index = np.empty(high.n, dtype=np.int32)
    index[level.up(high)[positions]] = positions
    return Relation.picking(high, level, index)

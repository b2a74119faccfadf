"""Random grids of levels and random linear rules on them.

Drawn from a seeded generator of Python, which hypothesis seeds: a failing seed is printed and repeats.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from pyomo.environ import (
    Binary,
    ConcreteModel,
    Expression,
    NonNegativeIntegers,
    NonNegativeReals,
    Objective,
    Param,
    Reals,
    Var,
)

from planner.stamp import (
    Level,
    Relation,
    add_levels,
    at,
    constraint,
    first,
    in_service,
    last,
    level_of,
    previous,
    relate,
    series,
    total,
)

COEFFICIENTS = [-3.0, -1.0, -0.37, 0.0, 0.5, 1.0, 2.0, 7.3]
ABOVE = {
    "period": ["plan"],
    "day": ["period", "plan"],
    "step": ["day", "period", "plan"],
    "date": ["day", "period", "plan"],
}


def grid(rng: Random) -> list[Level]:
    """period > day > step and day > date, with uneven branches and weights, dates not in the order of their days."""
    periods = rng.randint(1, 3)
    lengths = rng.choices([1.0, 2.5, 5.0], k=periods)
    starts = np.concatenate(([0.0], np.cumsum(lengths)[:-1]))
    facts = pd.DataFrame({"start_year": starts, "length_yr": lengths}, index=pd.RangeIndex(periods, name="period"))
    period = Level("period", facts, weight=lengths)
    day = _below(rng, "day", period, rng.choices([1, 2], k=periods))
    step = _below(rng, "step", day, rng.choices([1, 2, 3], k=day.n))
    parents = [*range(day.n), *rng.choices(range(day.n), k=rng.randint(0, 4))]
    rng.shuffle(parents)
    date = Level("date", pd.RangeIndex(len(parents), name="date"), parent=day, parent_of=parents)
    return [period, day, step, date]


def _below(rng: Random, name: str, parent: Level, counts: list[int]) -> Level:
    parent_of = np.repeat(np.arange(parent.n), counts)
    labels = [
        (*(label if isinstance(label, tuple) else (label,)), position)
        for label, count in zip(parent.labels, counts, strict=True)
        for position in range(count)
    ]
    index = pd.MultiIndex.from_tuples(labels, names=[*parent.label_names, name])
    weights = rng.choices([0.5, 1.0, 3.0, 24.0], k=len(labels))
    return Level(name, index, parent=parent, parent_of=parent_of, weight=weights)


class Writer:
    """Writes random expressions on one model."""

    def __init__(self, rng: Random, m: ConcreteModel) -> None:
        self.rng = rng
        self.m = m
        self.blocks = {"plan": m, "period": m.period, "day": m.day, "step": m.step, "date": m.date}

    def readable(self, level: str) -> list[str]:
        return [level, *ABOVE.get(level, [])]

    def variable(self, level: str) -> Any:
        block = self.blocks[level]
        return self.rng.choice([block.u["a"], block.u["b"], block.w])

    def data(self, level: str) -> Any:
        block = self.blocks[self.rng.choice(self.readable(level))]
        return self.rng.choice(
            [block.price["a"], block.price["b"], block.size, self.m.plain, self.rng.choice(COEFFICIENTS)]
        )

    def exactly(self, level: str, depth: int) -> Any:
        """An expression whose deepest level is `level`."""
        return self.rng.choice([-2.0, 0.7, 1.0]) * self.variable(level) + self.upto(level, depth)

    def upto(self, level: str, depth: int) -> Any:
        """An expression that a row of `level` may read."""
        if depth <= 0:
            return self.data(level) * self.variable(self.rng.choice(self.readable(level)))
        rest = depth - 1
        kinds: list[Callable[[], Any]] = [
            lambda: self.upto(level, rest) + self.upto(level, rest) - self.data(level),
            lambda: -self.upto(level, rest),
            lambda: self.upto(level, rest) / self.blocks[self.rng.choice(self.readable(level))].size,
            lambda: (self.data(level) + self.data(level)) * self.upto(level, rest),
            lambda: self.blocks[self.rng.choice(self.readable(level))].macro * self.data(level),
        ]
        kinds += [lambda: self.across(level, rest)] * 5
        return self.rng.choice(kinds)()

    def across(self, level: str, depth: int) -> Any:
        """A word read at `level`."""
        here, kinds = self.blocks[level], []
        if level != "plan":
            within = self.blocks[self.rng.choice(ABOVE[level])]
            wrap = self.rng.random() < 0.5
            kinds.append(lambda: previous(self.exactly(level, depth), within=within, wrap=wrap))
            kinds.append(lambda: self._random_relation(level, depth))
        if level == "period":
            kinds.append(lambda: in_service(self.exactly(level, depth), self.rng.choice([0.5, 2.5, 6.0])))
        below = [name for name, above in ABOVE.items() if level in above]
        if below:
            fine = self.rng.choice(below)
            kinds += [lambda: total(self.exactly(fine, depth), per=here)] * 2
            kinds.append(lambda: total(self.upto(level, depth), per=here, over=self.blocks[fine]))
            kinds.append(lambda: first(self.exactly(fine, depth), per=here))
            kinds.append(lambda: last(self.exactly(fine, depth), per=here))
        if level == "day":
            kinds.append(lambda: at(self.exactly("step", depth), per=here, step=0))
        return self.rng.choice(kinds)()

    def _random_relation(self, level: str, depth: int) -> Any:
        other = self.rng.choice(["period", "day", "step", "date"])
        rows, cols = level_of(self.blocks[level]), level_of(self.blocks[other])
        seed = self.rng.randint(0, 100)
        matrix = sp.random_array((rows.n, cols.n), density=0.5, rng=np.random.default_rng(seed))
        return relate(self.exactly(other, depth), Relation(rows, cols, matrix))


def random_model(seed: int) -> ConcreteModel:
    """A model with variables, data and macros on every level, and random rows and objective."""
    rng, m = Random(seed), ConcreteModel()
    add_levels(m, grid(rng))
    m.plain = Param(initialize=rng.choice(COEFFICIENTS), mutable=True)
    writer = Writer(rng, m)
    for block in writer.blocks.values():
        _declare(rng, block, level_of(block).n)
    for name, block in writer.blocks.items():
        block.macro = Expression(expr=writer.exactly(name, 0))
    for name in writer.blocks:
        _row(writer, name)
    m.goal = Objective(expr=writer.exactly("plan", 2), sense=rng.choice([1, -1]))
    return m


def _declare(rng: Random, block: Any, n: int) -> None:
    series(block, "price", {"a": rng.choices(COEFFICIENTS, k=n), "b": rng.choice(COEFFICIENTS)}, ["a", "b"])
    series(block, "size", rng.choices([0.25, 1.0, 3.0], k=n))
    block.u = Var(["a", "b"], bounds=lambda b, i: (b.price[i] - 10, None), within=rng.choice([Reals, NonNegativeReals]))
    block.w = Var(bounds=(0, block.size), within=rng.choice([Reals, Binary, NonNegativeIntegers]))


def _row(writer: Writer, name: str) -> None:
    block, rng = writer.blocks[name], writer.rng
    kind, depth = rng.choice(["at most", "equal", "between", "both sides"]), rng.choice([1, 2, 2, 3])

    def row(b: Any, i: str) -> Any:
        left = writer.exactly(name, depth)
        if kind == "at most":
            return left <= b.price[i]
        if kind == "equal":
            return left == b.size
        if kind == "between":
            return (-b.size, left, 2 * b.size)
        return left <= writer.upto(name, 1)

    mask = rng.choices([True, True, False], k=level_of(block).n)
    constraint(block, ["a", "b"], rule=row, where={"a": np.array(mask), "b": True})

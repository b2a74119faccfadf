"""Levels: tables of copies with a parent, and their tie to the blocks of a Pyomo model.

A level says how often one block of the model is repeated: the copies are the rows of a table, their labels its index,
facts about them its columns. Every copy has a parent copy at the next coarser level and a weight on the edge to it
(hours of a step, days of a representative day, probability of a year). The plan is the root of the tree and has one
copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pyomo.environ import Block, ConcreteModel

from planner.stamp.errors import StampError

_TIE = "_stamp_level"


class Level:
    """A table of `n` copies of one block.

    Parameters: `name`; `copies` (a table whose index labels the copies, or just the index, or just how many there
    are); `parent` (None: the plan); `parent_of` (position of each copy's parent, n integers; may be left out when the
    parent is the plan); `weight` (physical size of each copy on the edge to its parent, a number or n numbers).

    A level never changes once made, so copies of a model share it and relations between levels are computed once.
    Raises StampError for repeated or unnamed labels, wrong lengths, parents out of range, weights that are not
    finite.
    """

    def __init__(
        self,
        name: str,
        copies: pd.DataFrame | pd.Index | int,
        parent: Level | None = None,
        parent_of: Any = None,
        weight: Any = 1.0,
    ) -> None:
        self.name = name
        self.copies = _table(name, copies)
        self.n = len(self.copies)
        self.parent = parent
        self.is_plan = False
        self.parent_of = self._checked_parents(parent_of)
        self.weight = self._checked_weights(weight)
        self.chain: tuple[Level, ...] = (self, *(parent.chain if parent is not None else ()))
        self.arange = np.arange(self.n, dtype=np.int32)
        self.relations: dict[tuple, Any] = {}  # relations that words made from these copies, by what was asked
        self.climbs: dict[Level, Any] = {}  # the broadcast from each level above
        self._up: dict[int, np.ndarray] = {}
        self._weights_up: dict[int, np.ndarray] = {}

    def __deepcopy__(self, memo: dict) -> Level:
        return self

    def __repr__(self) -> str:
        return f"Level({self.name!r}, {self.n} copies)"

    @property
    def labels(self) -> pd.Index:
        """The labels of the copies, in order."""
        return self.copies.index

    @property
    def label_names(self) -> list[str]:
        """The names of the labels: one per index level of the table."""
        return list(self.copies.index.names)

    def is_within(self, other: Level) -> bool:
        """Whether `other` is this level or a coarser one above it."""
        return other is self or other.is_plan or other in self.chain

    def up(self, other: Level) -> np.ndarray:
        """Position of each copy's ancestor at the coarser level `other` (n integers)."""
        found = self._up.get(id(other))
        if found is None:
            found = self._up[id(other)] = self._climb(other)
        return found

    def weight_up(self, other: Level) -> np.ndarray:
        """Product of the weights on the path from each copy to its ancestor at `other` (n numbers)."""
        found = self._weights_up.get(id(other))
        if found is None:
            if other is self:
                found = np.ones(self.n)
            elif self.parent is None or other is self.parent:
                found = self.weight
            else:
                found = self.weight * self.parent.weight_up(other)[self.parent_of]
            self._weights_up[id(other)] = found
        return found

    def _climb(self, other: Level) -> np.ndarray:
        if not self.is_within(other):
            raise StampError(f"level '{other.name}' is not above level '{self.name}'")
        if other is self:
            return self.arange
        if other.is_plan:
            return np.zeros(self.n, dtype=np.int32)
        return self.parent.up(other)[self.parent_of]

    def _checked_parents(self, parent_of: Any) -> np.ndarray:
        if parent_of is None:
            if self.parent is not None:
                raise StampError(
                    f"level '{self.name}': say with parent_of which '{self.parent.name}' each copy belongs to"
                )
            return np.zeros(self.n, dtype=np.int32)
        given = np.asarray(parent_of)
        if given.shape != (self.n,) or given.dtype.kind not in "iu":
            raise StampError(f"level '{self.name}': parent_of needs {self.n} whole numbers")
        size = 1 if self.parent is None else self.parent.n
        if self.n and (given.min() < 0 or given.max() >= size):
            raise StampError(f"level '{self.name}': parent_of points outside the {size} copies of its parent")
        return given.astype(np.int32)

    def _checked_weights(self, weight: Any) -> np.ndarray:
        given = np.asarray(weight, dtype=float)
        if given.shape not in ((), (self.n,)):
            raise StampError(f"level '{self.name}': weight needs one number or {self.n}")
        if not np.isfinite(given).all():
            raise StampError(f"level '{self.name}': a weight is not a finite number")
        return np.broadcast_to(given, (self.n,)).copy()


def _table(name: str, copies: pd.DataFrame | pd.Index | int) -> pd.DataFrame:
    if isinstance(copies, (int, np.integer)):
        copies = pd.RangeIndex(int(copies), name=name)
    table = pd.DataFrame(index=copies) if isinstance(copies, pd.Index) else copies
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise StampError(f"level '{name}': label {twice!r} stands for more than one copy")
    if table.index.nlevels == 1 and table.index.name is None:
        table = table.rename_axis(name)
    if any(label is None for label in table.index.names):
        raise StampError(f"level '{name}': name every part of the labels")
    return table


PLAN = Level("plan", 1)
PLAN.is_plan = True


class Levels(Mapping):
    """The tree of levels of a model, by name, the plan first; made by `add_levels`."""

    def __init__(self, levels: list[Level], plan: Level | None = None) -> None:
        self.plan = plan or PLAN
        if self.plan.n != 1 or self.plan.parent is not None:
            raise StampError(f"the plan level has one copy and no parent, not {self.plan.n} copies")
        self.plan.is_plan = True
        self._by_name = {self.plan.name: self.plan}
        for level in levels:
            self._add(level)

    def __deepcopy__(self, memo: dict) -> Levels:
        return self

    def __getitem__(self, name: str) -> Level:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def _add(self, level: Level) -> None:
        if level.name in self._by_name:
            raise StampError(f"two levels are called '{level.name}'")
        if level.parent is not None and self._by_name.get(level.parent.name) is not level.parent:
            raise StampError(f"level '{level.name}': put its parent '{level.parent.name}' before it in the list")
        self._by_name[level.name] = level


def add_levels(m: ConcreteModel, levels: list[Level], plan: Level | None = None) -> Levels:
    """Give the model one block per level, `m.<name>`, each tied to its level; the model itself is the plan.

    `levels` list parents before children. Raises StampError for repeated names, unknown parents, names a Block
    reserves.
    """
    tree = Levels(levels, plan)
    setattr(m, _TIE, tree.plan)
    for level in levels:
        if hasattr(m, level.name):
            raise StampError(f"level '{level.name}': the model already has an attribute of this name; choose another")
        m.add_component(level.name, Block())
        setattr(m.component(level.name), _TIE, level)
    return tree


def level_of(block: Any) -> Level:
    """The level of a block or a component: that of the nearest block from it upwards that is tied to a level."""
    if isinstance(block, Level):
        return block
    here = block
    while here is not None:
        level = vars(here).get(_TIE) if hasattr(here, "__dict__") else None
        if level is not None:
            return level
        here = here.parent_block()
    return PLAN


def deeper(a: Level, b: Level) -> Level:
    """The finer of two levels on one branch of the tree; StampError when they are siblings."""
    if a is b or b.is_plan or b in a.chain:
        return a
    if a.is_plan or a in b.chain:
        return b
    raise StampError(
        f"levels '{a.name}' and '{b.name}' are siblings: neither is above the other, so one row cannot read both; "
        f"bring one of them to a level above both with total(...), first(...), last(...) or at(...)"
    )

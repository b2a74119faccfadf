"""Rows: constraints written for one copy of their level, and the masks that say in which copies they exist."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from pyomo.environ import Block, Constraint

from planner.stamp.errors import StampError
from planner.stamp.levels import Level

_MASK = "_stamp_mask"


def constraint(
    block: Block,
    *sets: Any,
    rule: Callable[..., Any],
    where: Callable[..., Any] | Mapping | np.ndarray | bool | None = None,
    name: str | None = None,
) -> Constraint:
    """Declare `block.<rule.__name__>` (or `name`) with the rule's docstring as its doc.

    `rule(block, *index)` as in Pyomo, written for one copy. `where` says in which copies the row exists: a callable
    `where(block, *index)` giving one truth value per copy (or one for all), a mapping from index to such, or such
    itself. It is asked anew at every stamp.
    """
    name = name or getattr(rule, "__name__", None)
    if name is None or name == "<lambda>":
        raise StampError("constraint: give a named rule or a name")
    made = Constraint(*sets, rule=rule, doc=inspect.getdoc(rule))
    setattr(made, _MASK, where)
    block.add_component(name, made)
    return made


def rows_of(member: Any, level: Level) -> np.ndarray | None:
    """Positions of the copies in which a constraint member exists; None when it exists in all of them."""
    where = getattr(member.parent_component(), _MASK, None)
    if where is None:
        return None
    index = member.index()
    if callable(where):
        truth = where(member.parent_block(), *_as_tuple(index))
    elif isinstance(where, Mapping):
        if index not in where:
            raise StampError(f"constraint '{member.name}': where has no entry for {index!r}")
        truth = where[index]
    else:
        truth = where
    mask = np.asarray(truth)
    if mask.dtype != bool or mask.shape not in ((), (level.n,)):
        raise StampError(
            f"constraint '{member.name}': where needs one truth value or {level.n}, got {mask.dtype} {mask.shape}"
        )
    return None if mask.all() else np.flatnonzero(np.broadcast_to(mask, (level.n,)))


def _as_tuple(index: Any) -> tuple:
    if index is None:
        return ()
    return index if isinstance(index, tuple) else (index,)

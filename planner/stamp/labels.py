"""Labels: the index under which the answers of one component are given, built once per component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from planner.stamp.errors import StampError
from planner.stamp.levels import Level


def labelled_index(
    indexes: Sequence[Any], level: Level, names: Sequence[str] | None = None, copies: Sequence[np.ndarray] | None = None
) -> pd.Index:
    """The index of values ordered by member, then by copy: first the set indices, then the labels of the level.

    `indexes`: the index of each member ([None] when there are no sets). `names`: names of the sets (set0, set1, ...).
    `copies`: for each member the positions of the copies that exist (None: all).
    """
    kept = copies if copies is not None else [level.arange] * len(indexes)
    positions = np.concatenate(kept) if len(kept) else np.zeros(0, dtype=int)
    labels = level.labels[positions]
    if list(indexes) == [None]:
        return labels
    parts = [index if isinstance(index, tuple) else (index,) for index in indexes]
    width = len(parts[0]) if parts else len(names or ("set0",))
    if any(len(part) != width for part in parts):
        raise StampError("the members of this component have indices of different lengths and fit no table")
    names = list(names) if names is not None else [f"set{position}" for position in range(width)]
    if len(names) != width:
        raise StampError(f"{len(names)} names {names} for {width} sets")
    member = np.repeat(np.arange(len(parts)), [len(positions) for positions in kept])
    codes, categories = [], []
    for position in range(width):
        code, category = pd.factorize(_objects([part[position] for part in parts]))
        codes.append(code[member])
        categories.append(pd.Index(category))
    for part in range(level.labels.nlevels):
        code, category = _label_codes(level.labels, part)
        codes.append(code[positions])
        categories.append(category)
    return pd.MultiIndex(levels=categories, codes=codes, names=names + level.label_names, verify_integrity=False)


def _label_codes(labels: pd.Index, part: int) -> tuple[np.ndarray, pd.Index]:
    if isinstance(labels, pd.MultiIndex):
        return np.asarray(labels.codes[part]), labels.levels[part]
    return np.arange(len(labels)), labels


def _objects(items: list[Any]) -> np.ndarray:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def labels_of(level: Level, copy: int) -> dict[str, Any]:
    """The labels of one copy by name."""
    label = level.labels[copy]
    parts = label if isinstance(label, tuple) else (label,)
    plain = (part.item() if isinstance(part, np.generic) else part for part in parts)
    return dict(zip(level.label_names, plain, strict=True))

"""Series: data that vary by copy.

A series is a mutable Param that holds NaN, with the arrays beside it: whoever reads it without knowing series gets
NaN and fails loudly, and the stamp reads the arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from pyomo.core.base.param import IndexedParam, ParamData, ScalarParam
from pyomo.environ import Any as AnyValue
from pyomo.environ import Block, Param

from planner.stamp.errors import StampError
from planner.stamp.levels import Level, level_of

_ARRAYS = "_stamp_arrays"


class _Arrays(dict):
    """The arrays of one series by index (None: no sets). Replaced, never changed, so clones may share it."""

    def __deepcopy__(self, memo: dict) -> _Arrays:
        return self


def series(block: Block, name: str, data: Any, *sets: Any, unit: str = "", doc: str = "") -> Param:
    """Attach data that vary by copy to `block` under `name`.

    `data`: a number or one number per copy of the block's level (no sets), or a mapping from every member of the sets
    to such. `unit` and `doc` are kept as the doc of the Param. Infinite values are allowed (for bounds). Raises
    StampError, naming the series and the index, for NaN, a wrong length, a missing or an unknown member.
    """
    level = level_of(block)
    text = f"{doc} [{unit}]" if unit and doc else doc or unit
    param = Param(*sets, initialize=float("nan"), mutable=True, within=AnyValue, doc=text)
    block.add_component(name, param)
    param.stamp_unit = unit
    setattr(param, _ARRAYS, _Arrays(_arrays(param, level, data)))
    return param


def set_series(param: Param, data: Any) -> None:
    """Replace all data of a series; `data` and errors as in `series`."""
    if not is_series(param):
        raise StampError(f"'{param.name}' is no series")
    setattr(param, _ARRAYS, _Arrays(_arrays(param, level_of(param), data)))


def series_values(param: Param | ParamData, index: Any = None) -> np.ndarray:
    """The data of a series at `index`, one number per copy (read-only); `param` may be a member, `m.step.price[i]`."""
    arrays = getattr(param.parent_component(), _ARRAYS, None)
    if arrays is None:
        raise StampError(f"'{param.name}' is no series")
    if isinstance(param, ParamData):
        index = param.index()
    if index not in arrays:
        raise StampError(f"series '{param.parent_component().name}' has no member {index!r}")
    return arrays[index]


def is_series(param: Any) -> bool:
    """Whether a Param, or one member of it, is a series."""
    return hasattr(param.parent_component(), _ARRAYS)


def _arrays(param: ScalarParam | IndexedParam, level: Level, data: Any) -> dict[Any, np.ndarray]:
    if not param.is_indexed():
        return {None: _array(param.name, level, data)}
    if not isinstance(data, Mapping | pd.Series):
        raise StampError(f"series '{param.name}' is indexed: give a mapping from each member of its sets to data")
    given = dict(data.items())
    missing = [index for index in param.index_set() if index not in given]
    unknown = [index for index in given if index not in param.index_set()]
    if missing or unknown:
        what = f"no data for {missing[:5]}" if missing else f"data for {unknown[:5]}, which are not in its sets"
        raise StampError(f"series '{param.name}': {what}")
    return {index: _array(f"{param.name}[{index}]", level, given[index]) for index in param.index_set()}


def _array(name: str, level: Level, data: Any) -> np.ndarray:
    try:
        array = np.array(data, dtype=float)
    except (TypeError, ValueError) as error:
        raise StampError(f"series '{name}': {data!r} are not numbers") from error
    if array.shape not in ((), (level.n,)):
        raise StampError(
            f"series '{name}': {array.size} numbers of shape {array.shape} for {level.n} copies of '{level.name}'"
        )
    if np.isnan(array).any():
        where = f" at copy {level.labels[int(np.isnan(array).argmax())]!r}" if array.shape else ""
        raise StampError(f"series '{name}': NaN{where}")
    array = np.broadcast_to(array, (level.n,)).copy()
    array.setflags(write=False)
    return array

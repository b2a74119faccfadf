"""Reading a solution: values of the model's components as labelled tables, and their totals per period."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from planner.model.ledger import Ledger, Post
from planner.model.measures import RATIOS, measure
from planner.stamp import Stamped, level_of

_NOTHING = 1e-6  # below this the lower part of a ratio is zero


@dataclass(frozen=True)
class Reading:
    """A stamped model with one solution of it.

    Attributes:
        m: the model.
        stamped: what it was stamped into.
        x: value of every column.
    """

    m: ConcreteModel
    stamped: Stamped
    x: np.ndarray
    _per_year: dict[str, pd.Series] = field(default_factory=dict, repr=False)

    def values(self, component: object, *names: str) -> pd.Series:
        """Return a component's values; index: its own indices under `names`, then the labels of its level."""
        if len(component) == 0:
            return _empty([*names, *level_of(component).labels.names])
        return self.stamped.values(component, self.x, list(names))

    def yearly(self, component: object, *names: str) -> pd.Series:
        """Return totals per period and year (rates times hours and days, expected over scenarios)."""
        return self._reduce(component, names, self._yearly_weight(component))

    def mean(self, component: object, *names: str) -> pd.Series:
        """Return means over the hours of each period's year."""
        weight = self._yearly_weight(component)
        periods = len(level_of(self.m.period).labels)
        return self._reduce(component, names, weight * periods / weight.sum())

    def peak(self, component: object, *names: str) -> pd.Series:
        """Return the largest value within each period."""
        values = self.values(component, *names)
        return values.groupby([*names, "period"], sort=False).max()

    def per_year(self, post: Post) -> pd.Series:
        """Return a post's total per period and year, by its own indices (read once; not to be written to)."""
        key = post.expression.name
        if key not in self._per_year:
            names = post.index_names if post.expression.is_indexed() else ()
            self._per_year[key] = self.yearly(post.expression, *names)
        return self._per_year[key]

    def ledger(self, ledger: Ledger) -> pd.DataFrame:
        """Return a ledger's yearly totals: period, heading, item, value."""
        rows = []
        for post in ledger.posts:
            if len(post.expression):
                by_period = self.per_year(post).groupby("period", sort=False).sum()
                rows += [(period, post.heading, post.name, value) for period, value in by_period.items()]
        return pd.DataFrame(rows, columns=["period", "heading", "item", "value"])

    def _yearly_weight(self, component: object) -> np.ndarray:
        level = level_of(component)
        lengths = level_of(self.m.period).copies["length_yr"]
        period = level.labels.get_level_values("period")
        return self.stamped.path_weight(level) / lengths.loc[period].to_numpy()

    def _reduce(self, component: object, names: tuple[str, ...], weight: np.ndarray) -> pd.Series:
        values = self.values(component, *names)
        weighted = values * np.tile(weight, len(values) // len(weight))
        return weighted.groupby([*names, "period"], sort=False).sum()


def _empty(names: list[str]) -> pd.Series:
    return pd.Series([], dtype=float, index=pd.MultiIndex.from_arrays([[] for _ in names], names=names))


def one_scenario(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop the scenario column where there is only one."""
    if "scenario" in frame and len(frame["scenario"].drop_duplicates()) <= 1:
        return frame.drop(columns="scenario")
    return frame


def value_of(m: ConcreteModel, stamped: Stamped, name: str, x: np.ndarray) -> float:
    """Value of an objective, a measure or a ratio, in its own unit; nan for a ratio over nothing."""
    if name not in RATIOS:
        return float(stamped.evaluate(measure(m, name), x).iloc[0])
    ratio = RATIOS[name]
    over, under = (value_of(m, stamped, part, x) for part in (ratio.over, ratio.under))
    return ratio.factor * over / under if abs(under) > _NOTHING else math.nan

"""Levels: how many copies of each block of the model there are, and how they nest.

plan > period > year (period x scenario) > day > step. A rule is written once, for one copy of its level; the weights of
the edges (years of a period, probability of a year, days of a representative day, hours of a step) are what `total`
multiplies by.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from planner.instance.instance import Instance
from planner.instance.time import TimeGrid
from planner.stamp import Level, add_levels, level_of, series

ONE_SCENARIO = "base"
DATE_TOLERANCE_YR = 1e-6


def add_time(m: ConcreteModel, instance: Instance) -> None:
    """Add the blocks m.period, m.year, m.day and m.step, with m.step.hours and m.period.first_period."""
    grid = TimeGrid(instance.settings.time)
    rows = list(instance.periods.values())
    periods = pd.DataFrame(
        {"start_year": [row.start for row in rows], "length_yr": [row.length_yr for row in rows]},
        index=pd.Index([row.period for row in rows], name="period"),
    )
    period = Level("period", periods, weight=periods["length_yr"].to_numpy())
    years = pd.MultiIndex.from_product([periods.index, [ONE_SCENARIO]], names=["period", "scenario"])
    year = Level("year", years, parent=period, parent_of=np.arange(len(periods)), weight=1.0)
    day = _nest("day", year, grid.days.index, grid.days.to_numpy())
    step = _nest("step", day, pd.RangeIndex(grid.steps_per_day, name="step"), float(grid.step_hours))
    add_levels(m, [period, year, day, step])
    m.grid = grid
    is_first = np.arange(len(periods)) == 0
    series(m.period, "first_period", is_first.astype(float), unit="0 or 1", doc="1 in the first period")
    series(m.step, "hours", float(grid.step_hours), unit="h", doc="length of a step")


def _nest(name: str, parent: Level, labels: pd.Index, weight: np.ndarray | float) -> Level:
    """Make a level with one copy per (copy of the parent, label)."""
    above = parent.copies.index
    frame = above.to_frame(index=False).loc[np.repeat(np.arange(len(above)), len(labels))].reset_index(drop=True)
    frame[labels.name] = np.tile(labels.to_numpy(), len(above))
    weights = np.tile(np.broadcast_to(weight, len(labels)), len(above))
    index = pd.MultiIndex.from_frame(frame)
    return Level(name, index, parent=parent, parent_of=np.repeat(np.arange(len(above)), len(labels)), weight=weights)


def by_step(m: ConcreteModel, values: np.ndarray) -> np.ndarray:
    """Repeat values over (day, step) for every period and scenario: shape (copies of m.step,)."""
    return np.tile(values, len(level_of(m.year).copies))


def by_period(m: ConcreteModel, of_period: list[float]) -> np.ndarray:
    """Spread one value per period over the copies of m.step, in their order."""
    per_period = len(level_of(m.step).copies) // len(of_period)
    return np.repeat(np.asarray(of_period, dtype=float), per_period)


def available(m: ConcreteModel, date: float | None) -> np.ndarray:
    """Return 1.0 for each period that starts on or after the date, else 0.0 (all ones without a date)."""
    start = level_of(m.period).copies["start_year"].to_numpy()
    return np.ones(len(start)) if date is None else (start >= date - DATE_TOLERANCE_YR).astype(float)


def in_term(m: ConcreteModel, date: float | None) -> np.ndarray:
    """Return 1.0 for each period that starts before the date, else 0.0 (all ones without a date)."""
    return np.ones(len(level_of(m.period).copies)) if date is None else 1.0 - available(m, date)


def when_available(m: ConcreteModel, date: float | None, limit: float | None) -> np.ndarray:
    """Return bounds on building by period: 0 before the date, then just out of reach of the limit's own row.

    A bound that just binds would take the price away from the row that states the limit.
    """
    return np.where(available(m, date) > 0, np.inf if limit is None else limit + 1.0, 0.0)

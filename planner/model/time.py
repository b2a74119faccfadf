"""Levels: how many copies of each block of the model there are, and how they nest.

plan > period > year (period x scenario) > day > step. A rule is written once, for one copy of its level; the weights of
the edges (years of a period, probability of a year, days of a representative day, hours of a step) are what `total`
multiplies by.

Where stores carry energy from date to date there is one level more: the 365 dates of a year in calendar order, each a
child of the representative day that stands for it. A day of weight w stands for w dates, so that each weighs 1 / w.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from planner.instance.calendar import assign_dates
from planner.instance.instance import Instance
from planner.instance.time import TimeGrid, month_and_day
from planner.stamp import Level, add_levels, level_of, series

ONE_SCENARIO = "base"
DATE_TOLERANCE_YR = 1e-6


def add_time(m: ConcreteModel, instance: Instance) -> None:
    """Add the blocks m.period, m.year, m.day and m.step, with m.step.hours and m.period.first_period.

    Where a store is linked over representative days there is a block m.date as well.
    """
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
    add_levels(m, [period, year, day, step, *([_dates(instance, day)] if carries_over(instance) else [])])
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


def carries_over(instance: Instance) -> bool:
    """Whether some store carries energy from date to date over representative days."""
    return instance.settings.time.mode == "days" and any(instance.stores[b].linked for _, b in instance.site_stores)


def _dates(instance: Instance, day: Level) -> Level:
    """Make the level of dates: in every year the 365 dates in calendar order, each below its representative day."""
    stands_for = assign_dates(instance.settings.time.days, instance.series.values())
    years = day.n // len(instance.settings.time.days)
    parent = (np.arange(years)[:, None] * len(instance.settings.time.days) + stands_for[None, :]).ravel()
    frame = day.copies.index.to_frame(index=False).loc[parent].reset_index(drop=True)
    frame["date"] = np.tile([month_and_day(position) for position in range(len(stands_for))], years)
    return Level("date", pd.MultiIndex.from_frame(frame), parent=day, parent_of=parent, weight=1 / day.weight[parent])


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


def when_available(m: ConcreteModel, date: float | None, limit: float | None) -> np.ndarray:
    """Return bounds on building by period: 0 before the date, then just out of reach of the limit's own row.

    A bound that just binds would take the price away from the row that states the limit.
    """
    return np.where(available(m, date) > 0, np.inf if limit is None else limit + 1.0, 0.0)

"""Levels: how many copies of each block of the model there are, and how they nest.

plan > period > year (period x scenario) > day > step. A rule is written once, for one copy of its level; the weights of
the edges (years of a period, probability of a year, days of a representative day, hours of a step) are what `total`
multiplies by. Where hardware may retire early, `vintage` stands beside year below period: one copy per age class alive
in it, the pair (period, built).

Where stores carry energy from date to date there is one level more: the 365 dates of a year in calendar order, each a
child of the representative day that stands for it. A day of weight w stands for w dates, so that each weighs 1 / w.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from planner.instance.calendar import assign_dates
from planner.instance.instance import Instance
from planner.instance.time import TimeGrid, month_and_day
from planner.stamp import Level, Relation, add_levels, level_of, series

ONE_SCENARIO = "base"
DATE_TOLERANCE_YR = 1e-6


def add_time(m: ConcreteModel, instance: Instance) -> None:
    """Add the blocks m.period, m.year, m.day and m.step, with m.step.hours.

    Where hardware may retire early there is a block m.vintage as well, where a store is linked over representative days
    a block m.date.
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
    lives = [row.life_years for row in instance.hardware.values() if row.may_retire]
    vintages = _vintages(period, max(lives, default=0.0))
    m.has_vintages = vintages.n > 0
    dates = [_dates(instance, day)] if carries_over(instance) else []
    add_levels(m, [period, *([vintages] if m.has_vintages else []), year, day, step, *dates])
    m.grid = grid
    series(m.step, "hours", float(grid.step_hours), unit="h", doc="length of a step")


def _nest(name: str, parent: Level, labels: pd.Index, weight: np.ndarray | float) -> Level:
    """Make a level with one copy per (copy of the parent, label)."""
    above = parent.copies.index
    frame = above.to_frame(index=False).loc[np.repeat(np.arange(len(above)), len(labels))].reset_index(drop=True)
    frame[labels.name] = np.tile(labels.to_numpy(), len(above))
    weights = np.tile(np.broadcast_to(weight, len(labels)), len(above))
    index = pd.MultiIndex.from_frame(frame)
    return Level(name, index, parent=parent, parent_of=np.repeat(np.arange(len(above)), len(labels)), weight=weights)


def _vintages(period: Level, longest_life_yr: float) -> Level:
    """Return one copy per pair of a period and an earlier one of which something may still be alive, with its age."""
    start = period.copies["start_year"].to_numpy()
    age = start[:, None] - start[None, :]
    now, then = np.nonzero(np.tril(np.ones_like(age, dtype=bool), -1) & (age < longest_life_yr - DATE_TOLERANCE_YR))
    names = period.labels.to_numpy()
    index = pd.MultiIndex.from_arrays([names[now], names[then]], names=["period", "built"])
    copies = pd.DataFrame({"age_yr": age[now, then], "built_in": then}, index=index)
    return Level("vintage", copies, parent=period, parent_of=now, weight=1.0)


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


def by_period(m: ConcreteModel, of_period: np.ndarray) -> np.ndarray:
    """Spread one value per period over the copies of m.step, in their order."""
    per_period = len(level_of(m.step).copies) // len(of_period)
    return np.repeat(of_period, per_period)


def purchases(m: ConcreteModel, life_years: float) -> Relation | None:
    """Return what is bought in each period for what was built in it and before; None where that is what is built in it.

    What is built serves every period that starts within its life, to that period's end. Where it dies before that end
    it is bought again, as its annuity goes on: in the period in which it dies.
    """
    periods = level_of(m.period)
    start = periods.copies["start_year"].to_numpy()
    times = bought(start, periods.copies["length_yr"].to_numpy(), life_years)
    return None if np.array_equal(times, np.eye(len(start))) else Relation(periods, periods, times)


def bought(start: np.ndarray, length_yr: np.ndarray, life_years: float) -> np.ndarray:
    """Return how often a thing built in period b is bought in period t: shape (t, b); starts and lengths in years."""
    times = np.zeros((len(start), len(start)))
    for b in range(len(start)):
        for t, _ in purchase_dates(start, length_yr, life_years, b):
            times[t, b] += 1
    return times


def purchase_dates(start: np.ndarray, length_yr: np.ndarray, life_years: float, b: int) -> list[tuple[int, float]]:
    """Return (period, date) of every purchase of a thing built in period b: first on the period's first day."""
    ends = start + length_yr
    served = (start >= start[b] - DATE_TOLERANCE_YR) & (start < start[b] + life_years - DATE_TOLERANCE_YR)
    lives = max(1, math.ceil((ends[served].max() - start[b]) / life_years - DATE_TOLERANCE_YR))
    dates = start[b] + life_years * np.arange(lives)
    return [(int(np.flatnonzero(start <= date + DATE_TOLERANCE_YR)[-1]), float(date)) for date in dates]


def available(m: ConcreteModel, date: float | None) -> np.ndarray:
    """Return 1.0 for each period that starts on or after the date, else 0.0 (all ones without a date)."""
    start = level_of(m.period).copies["start_year"].to_numpy()
    return np.ones(len(start)) if date is None else (start >= date - DATE_TOLERANCE_YR).astype(float)


def in_term(m: ConcreteModel, date: float | None) -> np.ndarray:
    """Return 1.0 for each period that starts before the date, else 0.0 (all ones without a date)."""
    return np.ones(len(level_of(m.period).copies)) if date is None else 1.0 - available(m, date)


def on_offer(m: ConcreteModel, start: float | None, until: float | None) -> np.ndarray:
    """Return 1.0 for each period that starts on or after one date and before another, else 0.0."""
    return available(m, start) * in_term(m, until)


def when_available(m: ConcreteModel, date: float | None, limit: float | None) -> np.ndarray:
    """Return bounds on building by period: 0 before the date, then just out of reach of the limit's own row.

    A bound that just binds would take the price away from the row that states the limit.
    """
    return np.where(available(m, date) > 0, np.inf if limit is None else limit + 1.0, 0.0)

"""Which hours a plan looks at: investment periods, representative days (or the whole year) and their steps.

Series hold one typical year of 365 days in UTC whose 1 January is a Monday. A representative day is the calendar day
named by its date; it is cyclic, so a market's local hours wrap inside it and its type of day is that of the UTC date.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from planner.instance.schema.settings import TimeSettings
from planner.units import DAYS_PER_WEEK, HOURS_PER_DAY, HOURS_PER_YEAR

WHOLE_YEAR = "year"
_FIRST_WEEKEND_DAY = 5
_COMMON_YEAR = 2023  # any year of 365 days serves to number month-day dates


def day_of_year(date: str) -> int:
    """Return the position (0 to 364) of a month-day date such as 07-15 in the typical year.

    Raises:
        ValueError: no such date in a year of 365 days.
    """
    month, day = (int(part) for part in date.split("-"))
    return datetime.date(_COMMON_YEAR, month, day).timetuple().tm_yday - 1


def month_and_day(position: int) -> str:
    """Return the month-day date at a position (0 to 364) of the typical year: the inverse of `day_of_year`."""
    return (datetime.date(_COMMON_YEAR, 1, 1) + datetime.timedelta(days=position)).strftime("%m-%d")


@dataclass(frozen=True)
class TimeGrid:
    """The modelled hours of one typical year: arrays over (day, step), day-major.

    Attributes:
        settings: the `[time]` section of the instance.
    """

    settings: TimeSettings

    @property
    def step_hours(self) -> int:
        """Length of a step (h)."""
        return self.settings.resolution_h

    @cached_property
    def days(self) -> pd.Series:
        """Weight of each modelled day (days of the year it stands for), by name."""
        if self.settings.mode == "year":
            return pd.Series([1.0], index=pd.Index([WHOLE_YEAR], name="day"))
        names = pd.Index([day.name for day in self.settings.days], name="day")
        return pd.Series([day.weight for day in self.settings.days], index=names)

    @property
    def steps_per_day(self) -> int:
        """Steps in one modelled day (in the whole year, for mode = year)."""
        span = HOURS_PER_YEAR if self.settings.mode == "year" else HOURS_PER_DAY
        return span // self.step_hours

    @cached_property
    def hour_of_year(self) -> np.ndarray:
        """First UTC hour (0 to 8759) of each (day, step)."""
        within = np.arange(self.steps_per_day) * self.step_hours
        if self.settings.mode == "year":
            return within
        starts = np.array([day_of_year(day.date) for day in self.settings.days]) * HOURS_PER_DAY
        return (starts[:, None] + within[None, :]).ravel()

    @cached_property
    def hours_weight(self) -> np.ndarray:
        """Hours of the year that each (day, step) stands for; sums to 8760."""
        return np.repeat(self.days.to_numpy(), self.steps_per_day) * self.step_hours

    def sample(self, series: np.ndarray) -> np.ndarray:
        """Pick a yearly series (8760 / resolution values) at each (day, step)."""
        return np.asarray(series, dtype=float)[self.hour_of_year // self.step_hours]

    def mean(self, values: np.ndarray) -> float:
        """Weighted yearly mean of values over (day, step)."""
        return float(values @ self.hours_weight / self.hours_weight.sum())

    def local(self, utc_offset_h: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the local hour (0 to 23) and whether it is a weekend, for every UTC hour inside each (day, step).

        Returns two arrays of shape (day x step, resolution_h). Offsets of part of an hour are rounded down.
        """
        hour = self.hour_of_year[:, None] + np.arange(self.step_hours)[None, :]
        shifted = np.floor(hour + utc_offset_h).astype(int)
        calendar = shifted % HOURS_PER_YEAR if self.settings.mode == "year" else hour
        weekend = (calendar // HOURS_PER_DAY) % DAYS_PER_WEEK >= _FIRST_WEEKEND_DAY
        return shifted % HOURS_PER_DAY, weekend

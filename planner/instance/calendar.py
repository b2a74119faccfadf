"""Which representative day stands for which date of the year.

Stores that carry energy from date to date need the order in which representative days follow one another. Each of the
365 dates is given to one representative day, each day getting exactly as many dates as its weight says, so that the
days resemble the dates they stand for as closely as possible: an assignment problem, solved exactly. The distance of a
date from a day is the squared difference of their profiles in every series of the instance (each series in units of its
own deviation over the year), averaged over the steps, plus a term too small to outvote a likeness that shows: the
squared number of days between them on the calendar, round the turn of the year. A day's own date is always its own.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.optimize import linear_sum_assignment

from planner.instance.schema.settings import DaySettings
from planner.instance.time import day_of_year
from planner.units import DAYS_PER_YEAR

_WHOLE = 1e-6
_CONSTANT = 1e-9  # what is left of a constant series by rounding is no deviation
_NEARNESS = 1e-6
"""Weight of the calendar: two dates half a year apart differ by this much."""


def has_whole_weights(days: Iterable[DaySettings]) -> bool:
    """Whether every representative day stands for a whole number of dates."""
    return all(is_whole(day.weight) for day in days)


def is_whole(weight: float) -> bool:
    """Whether a weight is a whole number of days, one at least."""
    return round(weight) >= 1 and abs(weight - round(weight)) <= _WHOLE


def assign_dates(days: tuple[DaySettings, ...], series: Iterable[np.ndarray]) -> np.ndarray:
    """Return for each of the 365 dates the position of the representative day that stands for it.

    Args:
        days: the representative days, with whole weights that sum to 365.
        series: the series of the instance, one typical year each, all of the same resolution.

    Raises:
        ValueError: a weight is not whole.
    """
    if not has_whole_weights(days):
        raise ValueError("dates can be given only to representative days of whole weights")
    dates = np.array([day_of_year(day.date) for day in days])
    room = np.array([round(day.weight) for day in days])
    given = np.full(DAYS_PER_YEAR, -1)
    for position, date in enumerate(dates):
        if given[date] < 0:  # of two days of the same date, the first
            given[date] = position
            room[position] -= 1
    waiting = np.flatnonzero(given < 0)
    places = np.repeat(np.arange(len(days)), room)
    distance = _distances(waiting, dates, series)
    rows, columns = linear_sum_assignment(distance[:, places])
    given[waiting[rows]] = places[columns]
    return given


def _distances(dates: np.ndarray, days: np.ndarray, series: Iterable[np.ndarray]) -> np.ndarray:
    """Return the distance of each date from the date of each representative day."""
    apart = np.abs(dates[:, None] - days[None, :])
    around = np.minimum(apart, DAYS_PER_YEAR - apart) / (DAYS_PER_YEAR / 2)
    distance = _NEARNESS * around**2
    for values in series:
        spread = values.std()
        if spread > _CONSTANT * np.abs(values).max():
            profiles = values.reshape(DAYS_PER_YEAR, -1) / spread
            distance += ((profiles[dates, None, :] - profiles[None, days, :]) ** 2).mean(axis=2)
    return distance

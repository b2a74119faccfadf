"""From hourly prices of real dates to the typical year, which starts on a Monday and has 365 days.

Each day of the typical year takes the day of the data that has the same weekday and lies nearest to the same date, at
most three days off; so weekends stay weekends, which matters to prices more than three days of the season do. (With
`align="date"` it takes the same date, whatever its weekday.) The 29th of February is a day like others in the first
case and is dropped in the second. A day that the data cover in part, as the first and last do when a local year is
counted in UTC, gives way to the one a week before or after.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from planner.instance.importers.change import fail
from planner.units import DAYS_PER_WEEK, HOURS_PER_DAY, HOURS_PER_YEAR

_DAYS = HOURS_PER_YEAR // HOURS_PER_DAY
_SPARE_DAYS = 4
_LONGEST_WALK = 10
_LISTED = 5
_TYPICAL = 2018  # 365 days, 1 January is a Monday
_MOST_DAYS = 370

Align = Literal["weekday", "date"]


def fill_gaps(values: pd.Series, fill_hours: int, file: str) -> tuple[pd.Series, int]:
    """Interpolate gaps of up to `fill_hours`; return the series and how many hours were filled.

    Raises:
        InstanceError: a gap is longer; the first ones are named.
    """
    missing = values.isna()
    if not missing.any():
        return values, 0
    runs = (missing != missing.shift()).cumsum()[missing]
    gaps = [part.index for _, part in runs.groupby(runs)]
    long = [gap for gap in gaps if len(gap) > fill_hours]
    if long:
        shown = ", ".join(f"{gap[0]:%Y-%m-%d %H:00} UTC for {len(gap)} h" for gap in long[:_LISTED])
        more = f" and {len(long) - _LISTED} more" if len(long) > _LISTED else ""
        wrong = f"{int(missing.sum())} hours have no price; gaps too long to fill: {shown}{more}"
        raise fail(file, None, "", "", wrong, f"gaps of up to {fill_hours} h (--fill-hours)")
    return values.interpolate(), int(missing.sum())


def pick_year(values: pd.Series, year: int | None, file: str) -> pd.Series:
    """Return the hours of one year, with a few days on either side where the data have them.

    Raises:
        InstanceError: the data cover more than a year and none is named, or not the one named.
    """
    if year is None:
        days = len(values) / HOURS_PER_DAY
        if days > _MOST_DAYS:
            years = sorted(set(values.index.year))
            wrong = f"covers {days:.0f} days, from {values.index[0]:%Y-%m-%d} to {values.index[-1]:%Y-%m-%d}"
            raise fail(file, None, "", "", wrong, f"--year with one of {', '.join(map(str, years))}")
        return values
    spare = pd.Timedelta(days=_SPARE_DAYS)
    start, end = pd.Timestamp(f"{year}-01-01", tz="UTC"), pd.Timestamp(f"{year + 1}-01-01", tz="UTC")
    picked = values[(values.index >= start - spare) & (values.index < end + spare)]
    if picked.empty:
        wrong = f"has no price in {year}; it covers {values.index[0]:%Y-%m-%d} to {values.index[-1]:%Y-%m-%d}"
        raise fail(file, None, "", "", wrong, "a year it covers")
    return picked


def to_typical_year(values: pd.Series, align: Align, file: str) -> tuple[np.ndarray, int]:
    """Return 8760 prices of the typical year, and how many days were taken from another week.

    Args:
        values: price by the hour of UTC, without gaps.
        align: whether days keep their weekday or their date.
        file: name in messages.

    Raises:
        InstanceError: days of the year are not covered.
    """
    whole = values.groupby(values.index.floor("D")).filter(lambda day: len(day) == HOURS_PER_DAY)
    days = whole.to_numpy().reshape(-1, HOURS_PER_DAY)
    dates = whole.index[::HOURS_PER_DAY]
    if align == "date":
        kept = ~((dates.month == 2) & (dates.day == 29))
        days, dates = days[kept], dates[kept]
    position = np.array([_position(date) for date in dates], dtype=float)
    weekday = dates.day_of_week.to_numpy()
    picked, far, lost = [], 0, []
    for day in range(_DAYS):
        apart = np.abs(position - day)
        apart = np.minimum(apart, _DAYS - apart)
        if align == "weekday":
            apart = np.where(weekday == day % DAYS_PER_WEEK, apart, np.inf)
        nearest = int(np.argmin(apart)) if len(apart) else 0
        if not len(apart) or apart[nearest] > _LONGEST_WALK:
            lost.append(day)
            continue
        far += apart[nearest] > (DAYS_PER_WEEK // 2 if align == "weekday" else 0)
        picked.append(days[nearest])
    if lost:
        first = pd.Timestamp(f"{_TYPICAL}-01-01") + pd.Timedelta(days=lost[0])
        wrong = f"{len(lost)} days of the year are not covered, the first near {first:%d %B}"
        raise fail(file, None, "", "", wrong, "a whole year of prices")
    return np.concatenate(picked), far


def _position(date: pd.Timestamp) -> float:
    """Return where a date lies in a year of 365 days; the 29th of February lies between its neighbours."""
    if (date.month, date.day) == (2, 29):
        return _position(date.replace(day=28)) + 0.5
    return float(date.replace(year=_TYPICAL).timetuple().tm_yday - 1)

"""The modelled hours: weights, positions in the typical year, local hours and weekends."""

from __future__ import annotations

import numpy as np
import pytest

from planner.instance.schema.settings import DaySettings, TimeSettings
from planner.instance.time import TimeGrid, day_of_year


def grid(resolution_h: int, *days: tuple[str, float]) -> TimeGrid:
    """Representative days by date and weight; the whole year without any."""
    rows = tuple(DaySettings(name=f"d-{date}", date=date, weight=weight) for date, weight in days)
    return TimeGrid(TimeSettings(mode="days" if rows else "year", resolution_h=resolution_h, days=rows))


WINTER_SUMMER = (("01-01", 100.0), ("07-15", 265.0))


def test_day_of_year() -> None:
    # January has 31 days and February 28
    dates = {"01-01": 0, "01-31": 30, "02-28": 58, "03-01": 59, "07-15": 195, "12-31": 364}
    assert {date: day_of_year(date) for date in dates} == dates
    with pytest.raises(ValueError, match="day is out of range"):
        day_of_year("02-29")


@pytest.mark.parametrize(("resolution_h", "steps"), [(1, 24), (3, 8), (12, 2), (24, 1)])
def test_representative_days(resolution_h: int, steps: int) -> None:
    g = grid(resolution_h, *WINTER_SUMMER)
    assert g.steps_per_day == steps
    assert g.step_hours == resolution_h
    assert dict(g.days) == {"d-01-01": 100, "d-07-15": 265}
    assert list(g.hours_weight) == [100 * resolution_h] * steps + [265 * resolution_h] * steps
    assert g.hours_weight.sum() == 8760
    first = np.arange(steps) * resolution_h
    assert list(g.hour_of_year) == [*first, *(195 * 24 + first)]


@pytest.mark.parametrize(("resolution_h", "steps"), [(1, 8760), (3, 2920), (24, 365)])
def test_the_whole_year(resolution_h: int, steps: int) -> None:
    g = grid(resolution_h)
    assert g.steps_per_day == steps
    assert dict(g.days) == {"year": 1}
    assert g.hours_weight.sum() == 8760
    assert set(g.hours_weight) == {resolution_h}
    assert list(g.hour_of_year[:3]) == [0, resolution_h, 2 * resolution_h]
    assert g.hour_of_year[-1] == 8760 - resolution_h


def test_sample_picks_the_steps_of_each_day() -> None:
    g = grid(12, *WINTER_SUMMER)
    series = np.arange(730.0)  # two values a day
    assert list(g.sample(series)) == [0, 1, 390, 391]


def test_sample_of_the_whole_year_is_the_series() -> None:
    series = np.random.default_rng(1).random(2920)
    assert (grid(3).sample(series) == series).all()


def test_mean_weighs_days() -> None:
    g = grid(12, *WINTER_SUMMER)
    assert g.mean(np.array([1.0, 3.0, 5.0, 5.0])) == pytest.approx((100 * 2 + 265 * 5) / 365)


@pytest.mark.parametrize(
    ("offset_h", "at_midnight", "at_last_hour"),
    [(0, 0, 23), (8, 8, 7), (-5, 19, 18), (5.5, 5, 4), (-3.5, 20, 19), (5.75, 5, 4), (14, 14, 13), (-12, 12, 11)],
)
def test_local_hours_wrap_inside_the_day(offset_h: float, at_midnight: int, at_last_hour: int) -> None:
    """Part of an hour is rounded down: half past five counts as five, half past minus four as minus four."""
    hour, weekend = grid(1, *WINTER_SUMMER).local(offset_h)
    assert hour.shape == weekend.shape == (48, 1)
    assert (hour[0, 0], hour[23, 0], hour[24, 0]) == (at_midnight, at_last_hour, at_midnight)
    assert sorted(hour[:24, 0]) == list(range(24))


def test_a_step_knows_each_of_its_hours() -> None:
    hour, weekend = grid(3, *WINTER_SUMMER).local(-1)
    assert hour.shape == weekend.shape == (16, 3)
    assert hour[0].tolist() == [23, 0, 1]
    assert hour[1].tolist() == [2, 3, 4]


def test_weekends_of_representative_days_follow_the_date() -> None:
    # 1 January is a Monday, so the 5th is a Friday, the 6th and 7th are the weekend, the 8th a Monday
    g = grid(24, ("01-05", 65), ("01-06", 100), ("01-07", 100), ("01-08", 100))
    for offset_h in (0, 10, -10):  # the date's own kind of day, whatever the clock says elsewhere
        assert g.local(offset_h)[1].all(axis=1).tolist() == [False, True, True, False]


def test_weekends_of_the_whole_year_follow_the_local_date() -> None:
    g = grid(1)
    friday_20_utc, saturday_1_utc = 4 * 24 + 20, 5 * 24 + 1
    assert [bool(g.local(offset_h)[1][friday_20_utc, 0]) for offset_h in (0, 3, 4)] == [False, False, True]
    assert [bool(g.local(offset_h)[1][saturday_1_utc, 0]) for offset_h in (0, -1, -2)] == [True, True, False]


def test_local_hours_of_the_whole_year_wrap_at_its_ends() -> None:
    hour, weekend = grid(1).local(-5)
    assert hour[0, 0] == 19  # of 31 December, which is a Monday too
    assert not weekend[0, 0]
    assert grid(1).local(3)[0][8759, 0] == 2
    assert sum(grid(1).local(0)[1][:, 0]) == 52 * 2 * 24

"""Which representative day stands for which date, on patterns made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from planner.instance.calendar import assign_dates
from planner.instance.schema.settings import DaySettings
from planner.instance.time import day_of_year, month_and_day


def days(**dates: tuple[int, float]) -> tuple[DaySettings, ...]:
    """Representative days by name: (position of the date, weight)."""
    return tuple(DaySettings(name=name, date=month_and_day(date), weight=w) for name, (date, w) in dates.items())


def by_day(values: np.ndarray, steps: int = 2) -> np.ndarray:
    """A series that is the same in all steps of a day."""
    return np.repeat(np.asarray(values, dtype=float), steps)


def test_dates_are_named_as_they_are_numbered() -> None:
    assert [month_and_day(day_of_year(date)) for date in ("01-01", "02-28", "03-01", "12-31")] == [
        "01-01",
        "02-28",
        "03-01",
        "12-31",
    ]
    assert len({month_and_day(position) for position in range(365)}) == 365


def test_each_date_goes_to_the_day_it_resembles() -> None:
    kind = np.arange(365) % 7 // 5  # two in seven are of kind 1
    count = int(kind.sum())
    found = assign_dates(days(work=(0, 365 - count), rest=(5, count)), [by_day(kind)])
    assert (found == kind).all()


def test_the_profile_of_the_day_decides_and_not_its_mean() -> None:
    morning, evening = [1.0, 0.0], [0.0, 1.0]
    kind = np.arange(365) // 50 % 2
    series = np.array([(morning, evening)[k] for k in kind]).ravel()
    found = assign_dates(days(a=(0, int((kind == 0).sum())), b=(60, int((kind == 1).sum()))), [series])
    assert (found == kind).all()


def test_every_series_counts_by_its_own_deviation() -> None:
    """A price in hundreds does not outvote a share: both change by one deviation between their two values."""
    price, share = np.arange(365) % 2 * 300.0, np.arange(365) // 2 % 2 * 0.3
    kinds = {(p > 0, s > 0): position for position, (p, s) in enumerate(zip(price[:4], share[:4], strict=True))}
    kind = np.array([kinds[p > 0, s > 0] for p, s in zip(price, share, strict=True)])
    found = assign_dates(
        days(**{f"kind-{k}": (k, int((kind == k).sum())) for k in range(4)}), [by_day(price), by_day(share)]
    )
    assert (found == kind).all()


def test_weights_are_met_at_the_least_distance() -> None:
    """Two days of values 0 and 1 and a year of 0, 0.4 and 1: as 0 has room for 100 only, 0.4 is split.

    Of the dates at 0.4, all alike, the 50 nearest to the first day: 33 from February on and 17 back from October.
    """
    values = np.full(365, 0.4)
    values[:50], values[300:], values[182] = 0.0, 1.0, 1.0
    found = assign_dates(days(low=(0, 100), high=(182, 265)), [by_day(values)])
    assert np.bincount(found).tolist() == [100, 265]
    assert (found[:50] == 0).all()
    assert (found[300:] == 1).all()
    assert np.flatnonzero(found[50:300] == 0).tolist() == [*range(33), *range(233, 250)]


def test_ties_go_to_the_nearest_in_the_calendar_round_the_turn_of_the_year() -> None:
    found = assign_dates(days(winter=(0, 183), summer=(182, 182)), [])
    winter = np.flatnonzero(found == 0)
    assert ((winter <= 91) | (winter >= 273)).all()
    same = assign_dates(days(winter=(0, 183), summer=(182, 182)), [np.full(730, 21.7)])  # a series that says nothing
    assert (same == found).all()


def test_a_day_stands_for_its_own_date_even_where_it_resembles_others_more() -> None:
    values = np.zeros(365)
    values[100] = 1.0  # the one dear date is the date of the day that stands for 300 cheap ones
    found = assign_dates(days(a=(100, 300), b=(200, 65)), [by_day(values)])
    assert found[100] == 0
    assert found[200] == 1


def test_of_two_days_of_one_date_the_first_has_it() -> None:
    found = assign_dates(days(a=(10, 1), b=(10, 364)), [])
    assert found[10] == 0
    assert np.bincount(found).tolist() == [1, 364]


def test_it_is_the_same_every_time() -> None:
    series = [np.random.default_rng(3).random(365 * 4)]
    chosen = days(**{f"day-{k}": (30 * k, 30 if k else 35) for k in range(12)})
    assert (assign_dates(chosen, series) == assign_dates(chosen, series)).all()


@pytest.mark.parametrize("weight", [182.5, 0.25])
def test_parts_of_dates_are_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="whole weights"):
        assign_dates(days(a=(0, weight), b=(100, 365 - weight)), [])

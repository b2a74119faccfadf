"""Demand by hour, the mix of tokens, and how much batch work may wait."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from planner.instance.demand import (
    arrivals_in_window,
    prices_usd_per_mtok,
    shape_values,
    token_shares,
    volumes_gtok_per_day,
)
from planner.instance.schema.markets import Demand, Product, ProductPeriod, Shape
from tests.instance_derived.test_time import grid


def product(isl: float, osl: float, cached_share: float) -> Product:
    return Product(id="p", models=("m",), isl=isl, osl=osl, cached_share=cached_share)


@pytest.mark.parametrize(
    ("isl", "osl", "cached_share", "shares"),
    [
        (1000, 1000, 0.0, (0.5, 0.0, 0.5)),
        (1000, 1000, 0.4, (0.3, 0.2, 0.5)),
        (9000, 1000, 1.0, (0.0, 0.9, 0.1)),
        (0, 500, 0.3, (0.0, 0.0, 1.0)),
    ],
)
def test_token_shares(isl: float, osl: float, cached_share: float, shares: tuple[float, ...]) -> None:
    found = token_shares(product(isl, osl, cached_share))
    assert found == pytest.approx(shares, abs=1e-15)
    assert sum(found) == pytest.approx(1)


def world(weekday: dict[int, float], weekend: dict[int, float], shape: str = "daily") -> SimpleNamespace:
    """Shapes of value 1 but for the hours given."""
    rows = [
        Shape(shape=shape, day_type=kind, hour_local=hour, value=values.get(hour, 1.0))
        for kind, values in (("weekday", weekday), ("weekend", weekend))
        for hour in range(24)
    ]
    return SimpleNamespace(shapes={(row.shape, row.day_type, row.hour_local): row for row in rows})


def test_no_shape_is_flat() -> None:
    assert (shape_values(world({}, {}), grid(3, ("01-01", 365)), None, 5) == np.ones(8)).all()


def test_a_shape_follows_the_local_clock() -> None:
    instance = world({20: 25.0}, {})  # 23 hours at 1 and one at 25: mean 2
    for offset_h, utc_hour in ((0, 20), (8, 12), (-5, 1), (5.5, 15), (-3.5, 0)):
        values = shape_values(instance, grid(1, ("01-01", 365)), "daily", offset_h)
        assert values.argmax() == utc_hour
        assert values[utc_hour] == pytest.approx(12.5)
        assert values[(utc_hour + 1) % 24] == pytest.approx(0.5)


def test_a_coarser_step_takes_the_mean_of_its_hours() -> None:
    instance = world({20: 25.0}, {})
    values = shape_values(instance, grid(12, ("01-01", 365)), "daily", 0)
    assert values == pytest.approx([0.5, 1.5])  # 12 hours of 1; 11 of 1 and one of 25: mean 3; over 2
    assert shape_values(instance, grid(24, ("01-01", 365)), "daily", 0) == pytest.approx([1.0])


def test_only_ratios_count() -> None:
    small, large = world({3: 2.0}, {}), world({hour: 20.0 if hour == 3 else 10.0 for hour in range(24)}, {})
    days = grid(1, ("01-01", 365))
    assert shape_values(small, days, "daily", 2) == pytest.approx(shape_values(large, days, "daily", 2))


@pytest.mark.parametrize("resolution_h", [1, 3, 12, 24])
@pytest.mark.parametrize("offset_h", [0, -7, 5.5])
def test_the_weighted_yearly_mean_is_one(resolution_h: int, offset_h: float) -> None:
    """Working days and weekends differ, so that the mean depends on the weights of the days."""
    instance = world({hour: 1 + hour % 5 for hour in range(24)}, {hour: 0.2 * hour for hour in range(24)})
    for g in (grid(resolution_h, ("01-02", 261), ("01-06", 104)), grid(resolution_h)):
        values = shape_values(instance, g, "daily", offset_h)
        assert values @ g.hours_weight == pytest.approx(8760)


def test_weekends_have_their_own_shape() -> None:
    instance = world(dict.fromkeys(range(24), 2.0), dict.fromkeys(range(24), 0.5))
    values = shape_values(instance, grid(24, ("01-02", 261), ("01-06", 104)), "daily", 0)
    mean = (2 * 261 + 0.5 * 104) / 365
    assert values == pytest.approx([2 / mean, 0.5 / mean])


def test_a_shape_that_is_zero_on_all_modelled_days_is_refused() -> None:
    instance = world(dict.fromkeys(range(24), 0.0), {})
    with pytest.raises(ValueError, match="shape daily is zero at every hour of the modelled days d-01-01, d-01-02"):
        shape_values(instance, grid(6, ("01-01", 300), ("01-02", 65)), "daily", 0)
    assert shape_values(instance, grid(24, ("01-01", 300), ("01-06", 65)), "daily", 0) == pytest.approx([0, 365 / 65])


def test_a_deadline_of_a_day_leaves_all_of_its_work() -> None:
    arrivals = np.array([1.0, 2.0, 3.0, 4.0])
    assert arrivals_in_window(grid(6, ("01-01", 365)), arrivals, 24) == pytest.approx([60] * 4)


def test_the_window_holds_the_last_hours_and_wraps_inside_its_day() -> None:
    days = grid(6, ("01-01", 100), ("07-15", 265))
    arrivals = np.array([1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0])
    # 12 h are two steps: this one and the one before, the first step following the last of its own day; times 6 h
    assert arrivals_in_window(days, arrivals, 12) == pytest.approx([30, 18, 30, 42, 300, 180, 300, 420])
    assert arrivals_in_window(days, arrivals, 6) == pytest.approx(arrivals * 6)


def test_four_hours_by_the_hour() -> None:
    arrivals = np.arange(24.0)
    window = arrivals_in_window(grid(1, ("01-01", 365)), arrivals, 4)
    assert window[10] == 10 + 9 + 8 + 7
    assert window[1] == 1 + 0 + 23 + 22


@pytest.mark.parametrize(("deadline_h", "steps"), [(2.9, 0), (3, 1), (5.9, 1), (6, 2), (24, 8)])
def test_a_coarser_step_never_stretches_a_deadline(deadline_h: float, steps: int) -> None:
    """Only whole steps count, rounded down: work may then wait less than its deadline and never longer."""
    window = arrivals_in_window(grid(3, ("01-01", 365)), np.ones(8), deadline_h)
    assert window == pytest.approx([3.0 * steps] * 8)


def test_in_the_whole_year_the_window_reaches_into_the_day_before() -> None:
    g = grid(24)
    arrivals = np.arange(365.0)
    assert arrivals_in_window(g, arrivals, 24) == pytest.approx(arrivals * 24)
    hours = np.arange(8760.0)
    window = arrivals_in_window(grid(1), hours, 4)
    assert window[24] == 24 + 23 + 22 + 21
    assert window[0] == 0 + 8759 + 8758 + 8757


def growing(**columns: object) -> SimpleNamespace:
    """One segment of 100 Gtok a day at 2 USD/Mtok over 2028, the middle of 2028 and 2030, indices 1, 2 and 3."""
    row = Demand(
        market="town", product="p", segment="list", volume_gtok_per_day=100, price_usd_per_mtok_output=2, **columns
    )
    periods = {
        name: SimpleNamespace(start=start, demand_index=index, price_index=1 / index)
        for name, start, index in (("a", 2028, 1), ("b", 2028.5, 2), ("c", 2030, 3))
    }
    product_periods = {("p", "c"): ProductPeriod(product="p", period="c", demand_index=0.5, price_index=1.5)}
    return SimpleNamespace(
        demand={("town", "p", "list"): row},
        periods=periods,
        products={"p": product(0, 1, 0)},
        product_periods=product_periods,
    )


@pytest.mark.parametrize(
    ("columns", "volumes"),
    [
        ({}, [100, 200, 150]),
        ({"growth_per_yr": 0.21}, [100, 200 * 1.1, 150 * 1.21**2]),
        ({"growth_per_yr": 0.21, "volume_year": 2027}, [121, 200 * 1.331, 150 * 1.21**3]),
        ({"growth_per_yr": 0.21, "volume_year": "2029-Q1"}, [100 / 1.21, 200 / 1.1, 150 * 1.21]),
        ({"growth_per_yr": -0.36}, [100, 200 * 0.8, 150 * 0.64**2]),
        ({"volume_year": 2020}, [100, 200, 150]),
    ],
)
def test_volumes_grow_from_the_date_they_are_stated_for(columns: dict, volumes: list[float]) -> None:
    assert volumes_gtok_per_day(growing(**columns), ("town", "p", "list")) == pytest.approx(volumes)


def test_prices_follow_both_indices() -> None:
    assert prices_usd_per_mtok(growing(), ("town", "p", "list")) == pytest.approx([2, 1, 1])

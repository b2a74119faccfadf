"""Demand: volume and price of every contract segment by period, daily shapes in local time, how long batch work waits.

The one place where growth and indices count: volume = stated volume x (1 + growth)^(start of period - volume_year) x
index of the period x index of the product in it; price = price over the product's mix of tokens x both price indices.
"""

from __future__ import annotations

import numpy as np

from planner.instance.instance import Instance
from planner.instance.schema.markets import Product
from planner.instance.time import TimeGrid


def token_shares(product: Product) -> tuple[float, float, float]:
    """Return the shares of fresh input, cached input and output tokens in a product's volume (sum 1)."""
    tokens = product.isl + product.osl
    cached = product.isl * product.cached_share / tokens
    return product.isl / tokens - cached, cached, product.osl / tokens


def volumes_gtok_per_day(instance: Instance, key: tuple[str, str, str]) -> np.ndarray:
    """Return what a segment asks for on the mean day of each period (Gtok/day)."""
    row = instance.demand[key]
    starts = np.array([period.start for period in instance.periods.values()])
    years = starts - (starts[0] if row.volume_year is None else row.volume_year)
    grown = row.volume_gtok_per_day * (1 + row.growth_per_yr) ** years
    return grown * indices(instance, row.product, "demand_index")


def price_usd_per_mtok(instance: Instance, key: tuple[str, str, str]) -> float:
    """Return the price of a segment over its product's mix of fresh, cached and output tokens, as stated (USD/Mtok)."""
    row = instance.demand[key]
    prices = row.price_usd_per_mtok_input, row.price_usd_per_mtok_cached, row.price_usd_per_mtok_output
    return sum(s * price for s, price in zip(token_shares(instance.products[row.product]), prices, strict=True))


def prices_usd_per_mtok(instance: Instance, key: tuple[str, str, str]) -> np.ndarray:
    """Return the price of a segment over its product's mix of tokens in each period (USD/Mtok)."""
    return price_usd_per_mtok(instance, key) * indices(instance, key[1], "price_index")


def indices(instance: Instance, product: str, name: str) -> np.ndarray:
    """Return the period's index (demand_index or price_index) times that of the product in it, by period."""
    found = []
    for label, period in instance.periods.items():
        row = instance.product_periods.get((product, label))
        found.append(getattr(period, name) * (1.0 if row is None else getattr(row, name)))
    return np.array(found)


def shape_values(instance: Instance, grid: TimeGrid, shape: str | None, utc_offset_h: float) -> np.ndarray:
    """Return demand relative to its yearly mean at each (day, step): shape (day x step,), weighted mean 1.

    Raises:
        ValueError: the shape is zero throughout the modelled days, so that its volume has no hour to fall into.
    """
    if shape is None:
        return np.ones(len(grid.hour_of_year))
    table = np.zeros((2, 24))
    for row in instance.shapes.values():
        if row.shape == shape:
            table[int(row.day_type == "weekend"), row.hour_local] = row.value
    hour, weekend = grid.local(utc_offset_h)
    values = table[weekend.astype(int), hour].mean(axis=1)
    mean = grid.mean(values)
    if mean == 0:
        raise ValueError(f"shape {shape} is zero at every hour of the modelled days {', '.join(grid.days.index)}")
    return values / mean


def arrivals_in_window(grid: TimeGrid, arrivals_per_h: np.ndarray, deadline_h: float) -> np.ndarray:
    """Return what arrived in the last `deadline_h` hours at the end of each step, cyclic within the day.

    `arrivals_per_h` has shape (day x step,) in any unit per hour; the answer has the same shape in that unit times h.
    """
    steps = min(int(deadline_h / grid.step_hours + 1e-9), grid.steps_per_day)
    by_day = arrivals_per_h.reshape(-1, grid.steps_per_day) * grid.step_hours
    window = sum((np.roll(by_day, back, axis=1) for back in range(steps)), start=np.zeros_like(by_day))
    return window.ravel()

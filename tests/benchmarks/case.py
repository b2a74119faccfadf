"""The family of models built here: a plan of a few sites that make products on hardware with bought and stored power.

Written as plain arrays, so that every builder starts from the same numbers. Shapes are given by letters: sites s,
hardware h, products r, sources g, periods p, days d, hours t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SITES, HARDWARE, PRODUCTS, SOURCES, PERIODS, HOURS = 3, 6, 4, 4, 2, 24
NONZEROS_PER_HOUR = 487  # of all rows, so that a size can be asked for
START = np.array([0.0, 3.0])
YEARS = np.array([3.0, 3.0])
LIFE = 5.0
AVAILABLE, LOSS, CHARGE, DISCHARGE = 0.95, 0.01, 0.92, 0.94


@dataclass
class Case:
    """The data of one model."""

    days: int
    day_weight: np.ndarray  # (p, d) days of a year
    kw: np.ndarray  # (h, r)
    rate: np.ndarray  # (h, r)
    overhead: np.ndarray  # (s, p, d, t)
    factor: np.ndarray  # (g, p, d, t); the sun is 0 at night
    price: np.ndarray  # (g, p, d, t)
    carbon: np.ndarray  # (g, p, d, t)
    water: np.ndarray  # (p, d, t)
    shape: np.ndarray  # (r, p, d, t)
    base: np.ndarray  # (s)
    limit: np.ndarray  # (s)
    volume: np.ndarray  # (r)
    revenue: np.ndarray  # (r)
    unit_cost: np.ndarray  # (h)
    source_cost: np.ndarray  # (g)
    store_cost: float = 0.02
    site_cost: float = 5.0
    carbon_limit: float = 4e5
    water_limit: float = 3e5
    most_units: float = 900.0

    @property
    def hours(self) -> int:
        """Hours of the whole model."""
        return PERIODS * self.days * HOURS


def make_case(nonzeros: float) -> Case:
    """A case of about that many nonzeros, always the same for the same size."""
    days = max(1, round(nonzeros / (NONZEROS_PER_HOUR * PERIODS * HOURS)))
    rng = np.random.default_rng(1)
    time = (PERIODS, days, HOURS)

    def between(low: float, high: float, *shape: int) -> np.ndarray:
        return rng.uniform(low, high, shape)

    daylight = np.maximum(0.0, np.sin(np.pi * (np.arange(HOURS) - 6) / 12)).round(9)
    factor = np.stack(
        [np.ones(time), daylight * between(0.4, 1.0, *time), between(0.05, 1.0, *time), between(0.9, 1.0, *time)]
    )
    day_weight = between(1.0, 5.0, PERIODS, days)
    return Case(
        days=days,
        day_weight=365 * day_weight / day_weight.sum(axis=1, keepdims=True),
        kw=between(0.1, 0.4, HARDWARE, PRODUCTS),
        rate=between(0.5, 3.0, HARDWARE, PRODUCTS),
        overhead=between(1.05, 1.4, SITES, *time),
        factor=factor,
        price=between(0.02, 0.15, SOURCES, *time),
        carbon=between(0.05, 0.6, SOURCES, *time),
        water=between(0.1, 1.9, *time),
        shape=between(0.5, 1.5, PRODUCTS, *time),
        base=between(1.0, 2.0, SITES),
        limit=between(80.0, 200.0, SITES),
        volume=between(40.0, 90.0, PRODUCTS),
        revenue=between(1.0, 5.0, PRODUCTS),
        unit_cost=between(0.5, 1.5, HARDWARE),
        source_cost=between(0.1, 0.6, SOURCES),
    )

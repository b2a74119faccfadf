"""Units as a plan tells them: tokens of products that count by different weights are no plain tokens."""

from __future__ import annotations

from planner.instance import Instance
from planner.model.measures import RATIOS, unit_of


def is_weighted(instance: Instance) -> bool:
    """Return whether tokens of some product count for more or less than one in the measure tokens."""
    return any(product.token_weight != 1 for product in instance.products.values())


def unit_told(instance: Instance, name: str, unit: str | None = None) -> str:
    """Return the unit of a measure or a ratio, or `unit` in its place; it says where tokens are weighted."""
    parts = (RATIOS[name].over, RATIOS[name].under) if name in RATIOS else (name,)
    own = unit_of(name) if unit is None else unit
    return f"{own}, weighted" if "tokens" in parts and is_weighted(instance) else own

"""First dates: when something new can be in service, by its own date and by the lead time of an order.

Lead times count from `order_date` of instance.toml, the first date on which anything can be ordered; without it they do
not count. None means any time.
"""

from __future__ import annotations

from planner.instance.instance import Instance


def source_date(instance: Instance, key: tuple[str, str]) -> float | None:
    """Return the first date at which new capacity of a source can deliver: its own, or that of an order."""
    own = instance.power[key].available_from
    return _ordered(instance, instance.technologies[key[1]].lead_time_years) if own is None else own


def store_date(instance: Instance, key: tuple[str, str]) -> float | None:
    """Return the first date at which a store can deliver: its own, or that of an order."""
    own = instance.site_stores[key].available_from
    return _ordered(instance, instance.stores[key[1]].lead_time_years) if own is None else own


def line_date(instance: Instance, key: tuple[str, str, str]) -> float | None:
    """Return the first date at which new capacity of a line can deliver: its own, or that of an order."""
    own = instance.lines[key].available_from
    return _ordered(instance, instance.lines[key].lead_time_years) if own is None else own


def hardware_date(instance: Instance, key: str) -> float | None:
    """Return the first date at which hardware can be in service: when it exists and an order of it has arrived."""
    row = instance.hardware[key]
    dates = [date for date in (row.available_from, _ordered(instance, row.lead_time_years)) if date is not None]
    return max(dates, default=None)


def _ordered(instance: Instance, lead_time_years: float) -> float | None:
    first = instance.settings.order_date
    return None if first is None or lead_time_years == 0 else first + lead_time_years

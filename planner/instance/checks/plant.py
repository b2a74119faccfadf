"""Checks of power plant: units that do not fit, contracts that end too soon, power sold back for more than it costs.

Faults that would make a row mean nothing are errors; what can only be a slip is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planner.instance.checks.report import key_text, warn
from planner.instance.instance import Instance
from planner.instance.problem import Problem
from planner.units import HOURS_PER_DAY

_WHOLE = 1e-6
_BOUGHT = ("grid", "ppa")
_OF_UNITS = ("min_load_share", "start_usd_per_mw", "stop_usd_per_mw", "min_up_h", "min_down_h")


def check_unit_sizes(instance: Instance) -> Iterator[Problem]:
    """Capacity already there that is no whole number of units (an error)."""
    for key, row in instance.power.items():
        size = instance.technologies[row.technology].unit_mw
        if size is None or abs(row.existing_mw / size - round(row.existing_mw / size)) <= _WHOLE:
            continue
        wrong = f"is no whole number of units of {row.technology}, which have {size:g} MW"
        file, line = instance.provenance("power", key)
        below = np.floor(row.existing_mw / size) * size
        yield Problem(file, line, "existing_mw", f"{row.existing_mw:g}", wrong, f"{below:g} or {below + size:g}")


def check_missing_units(instance: Instance) -> Iterator[Problem]:
    """Plant on offer with limits or costs of units, and no size of a unit to apply them to (an error)."""
    for key in dict.fromkeys(row.technology for row in instance.power.values()):
        plant = instance.technologies[key]
        if plant.unit_mw is None and plant.has_limits_of_units:
            file, line = instance.provenance("technologies", key)
            column = next(name for name in _OF_UNITS if getattr(plant, name))
            wrong = f"is said of units of {key}, and the size of a unit is not"
            yield Problem(file, line, column, f"{getattr(plant, column):g}", wrong, "a value of unit_mw")


def check_initial_units(instance: Instance) -> Iterator[Problem]:
    """Units online at first of plant that has none, or more of them than are there (errors)."""
    for key, row in instance.power.items():
        units, plant = row.initial_online_units, instance.technologies[row.technology]
        if units is None:
            continue
        if not plant.is_committed:
            wrong = f"{row.technology} has no units that start and stop"
            allowed = "blank, or unit_mw with limits of units"
        elif units * plant.unit_mw > row.existing_mw * (1 + _WHOLE):
            wrong = f"is {units * plant.unit_mw:g} MW, and only existing capacity, {row.existing_mw:g} MW, can be on"
            allowed = f"at most {(row.existing_mw + _WHOLE) // plant.unit_mw:g}"
        else:
            continue
        file, line = instance.provenance("power", key)
        yield Problem(file, line, "initial_online_units", str(units), wrong, allowed)


def check_ended_power(instance: Instance) -> Iterator[Problem]:
    """A source that ends before it can begin, or before the first period does."""
    first = min(period.start for period in instance.periods.values())
    for key, row in instance.power.items():
        if row.available_until is None:
            continue
        start = first if row.available_from is None or row.existing_mw else max(first, row.available_from)
        if row.available_until <= start:
            wrong = f"ends before anything of it is in service in {start:g}, and will never be used"
            yield warn(instance, "power", key, "available_until", wrong, value=row.available_until)


def check_long_minimum_times(instance: Instance) -> Iterator[Problem]:
    """Minimum times beyond the modelled day, in which they can only forbid every start or stop."""
    if instance.settings.time.mode == "year":
        return
    for key in dict.fromkeys(row.technology for row in instance.power.values()):
        plant = instance.technologies[key]
        for column in ("min_up_h", "min_down_h"):
            hours = getattr(plant, column)
            if plant.is_committed and hours > HOURS_PER_DAY:
                wrong = "is longer than a modelled day: a unit that runs runs all day"
                yield warn(instance, "technologies", key, column, wrong, "at most 24, or mode = year", hours)


def check_resold_power(instance: Instance) -> Iterator[Problem]:
    """Power that is bought at a node and can be sold back there for more."""
    for key, row in instance.power.items():
        if row.export_max_mw is None:
            if row.export_usd_per_mwh or row.export_price_series is not None:
                column = "export_usd_per_mwh" if row.export_usd_per_mwh else "export_price_series"
                wrong = "has a price and no export_max_mw, so nothing is sold back"
                yield warn(instance, "power", key, column, wrong, "a value of export_max_mw")
            continue
        sold = row.export_usd_per_mwh + _series(instance, row.export_price_series)
        for other, source in instance.power.items():
            plant = instance.technologies[source.technology]
            if source.node != row.node or plant.kind not in _BOUGHT or source.pay == "as-produced":
                continue
            bought = source.energy_usd_per_mwh + plant.vom_usd_per_mwh + _series(instance, source.price_series)
            gain = float(np.max(sold - bought))
            if gain > 0:
                wrong = f"power of {key_text(other)} can be sold back for up to {gain:.3g} USD/MWh more than it costs"
                yield warn(instance, "power", key, "export_usd_per_mwh", wrong, "at most the price of buying")


def check_clean_sources(instance: Instance) -> Iterator[Problem]:
    """A clean share without a clean source."""
    limits = instance.settings.limits
    for name in ("clean_share_per_yr", "clean_share_per_step"):
        share = getattr(limits, name)
        if share and not any(instance.technologies[g].is_clean for _, g in instance.power):
            wrong = "no clean source is offered anywhere, so nothing could run"
            allowed = "a row in power.csv whose technology is clean"
            yield Problem("instance.toml", None, f"limits.{name}", f"{share:g}", wrong, allowed, "warning")


def _series(instance: Instance, name: str | None) -> np.ndarray | float:
    return 0.0 if name is None else instance.series[name]

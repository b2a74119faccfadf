"""Audit of costs against what is published: dollars per accelerator-hour, and billions per gigawatt.

Both are worked out again from the columns the plan uses, under plain terms that stand here, so that a slip of a unit
(per accelerator for per unit, kW for W) cannot pass unseen. Hardware changed by an override is not audited.
"""

from __future__ import annotations

from collections.abc import Iterator

from planner.instance.checks.energy import cools
from planner.instance.checks.report import warn
from planner.instance.instance import Instance
from planner.instance.problem import Problem
from planner.instance.schema.hardware import Hardware
from planner.units import HOURS_PER_YEAR, KW_PER_MW

PUBLISHED_WACC = 0.09
PUBLISHED_HALLS_USD_PER_KW_IT = 11_000.0
PUBLISHED_HALLS_LIFE_YR = 15.0
PUBLISHED_ENERGY_USD_PER_MWH = 55.0
USUAL_PUE = 1.2
"""Terms under which owners publish their cost of an accelerator-hour, cooling within the halls."""

ALL_IN_BN_USD_PER_GW = (20.0, 45.0)
OWNER_COST_TOLERANCE = 0.25

_BN_PER_GW_FROM_USD_PER_KW = 1e-3


def owner_cost_usd_per_h(unit: Hardware) -> float:
    """Return what an accelerator costs its owner in an hour (USD/h) under the published terms.

    capital and upkeep of the unit + capital of the halls its IT power needs + energy with the facility's overhead
    """
    upkeep = unit.capex_usd_per_unit * (annuity(PUBLISHED_WACC, unit.life_years) + unit.opex_share_per_yr)
    halls = PUBLISHED_HALLS_USD_PER_KW_IT * annuity(PUBLISHED_WACC, PUBLISHED_HALLS_LIFE_YR) * unit.unit_kw_max
    energy = unit.unit_kw_max * (unit.pue_ref or USUAL_PUE) / KW_PER_MW * PUBLISHED_ENERGY_USD_PER_MWH
    return ((upkeep + halls) / HOURS_PER_YEAR + energy) / unit.accelerators_per_unit


def all_in_bn_usd_per_gw(instance: Instance, unit: Hardware, site: str) -> float:
    """Return the capex of a site filled with one kind of hardware (bn USD per GW of facility power).

    Hardware, halls and the cheapest cooling that fits; power plant is not counted.
    """
    cooling = [design.capex_usd_per_kw_it for design in instance.cooling.values() if cools(design, unit)]
    hardware = unit.capex_usd_per_unit / unit.unit_kw_max
    per_kw_it = hardware + instance.sites[site].shell_capex_usd_per_kw_it + min(cooling, default=0.0)
    return per_kw_it / (unit.pue_ref or USUAL_PUE) * _BN_PER_GW_FROM_USD_PER_KW


def annuity(rate: float, life_years: float) -> float:
    """Return the yearly payment per unit of capital (1/yr)."""
    return 1 / life_years if rate == 0 else rate / (1 - (1 + rate) ** -life_years)


def check_all_in_capex(instance: Instance) -> Iterator[Problem]:
    """Hardware with which a gigawatt would cost much more or less than any that was built."""
    low, high = ALL_IN_BN_USD_PER_GW
    for key, unit in _audited(instance).items():
        costs = {site: all_in_bn_usd_per_gw(instance, unit, site) for site in instance.sites}
        site, cost = max(costs.items(), key=lambda item: max(low - item[1], item[1] - high))
        if not low <= cost <= high:
            wrong = f"with {key}, halls and cooling {site} would cost {cost:.3g} bn USD per GW of facility power"
            allowed = f"usually {low:g} to {high:g} bn USD per GW: check capex per unit, kW per unit and halls"
            yield warn(instance, "hardware", key, "capex_usd_per_unit", wrong, allowed, unit.capex_usd_per_unit)


def check_owner_cost(instance: Instance) -> Iterator[Problem]:
    """Hardware whose cost of an accelerator-hour is far from the published one."""
    for key, unit in _audited(instance).items():
        published = unit.own_usd_per_accelerator_h
        if published is None:
            continue
        cost = owner_cost_usd_per_h(unit)
        if abs(cost / published - 1) > OWNER_COST_TOLERANCE:
            wrong = f"{key} would cost {cost:.3g} USD per accelerator-hour, and {published:g} is published"
            allowed = f"within {OWNER_COST_TOLERANCE:.0%}: check capex per unit, kW per unit and accelerators per unit"
            yield warn(instance, "hardware", key, "capex_usd_per_unit", wrong, allowed, unit.capex_usd_per_unit)


def _audited(instance: Instance) -> dict[str, Hardware]:
    """Return the hardware, unless overrides have changed any of it: then its costs are meant to differ."""
    if any(path.startswith("hardware.") for path, _ in instance.overrides):
        return {}
    return instance.hardware

"""Checks of power and cooling."""

from __future__ import annotations

from collections.abc import Iterator

from planner.instance.checks.report import warn
from planner.instance.dates import source_date, store_date
from planner.instance.grid import joined
from planner.instance.instance import Instance
from planner.instance.problem import Problem
from planner.instance.routes import hardware_allowed
from planner.instance.schema.hardware import Cooling, Hardware

_DESIGN_DAY_MARGIN_C = 3.0


def check_unpowered_sites(instance: Instance) -> Iterator[Problem]:
    """A site at which no source of power is offered, nor at any node that lines join to it."""
    powered = {node for node, _ in instance.power}
    for site in instance.sites:
        if not powered & joined(instance, site):
            yield warn(instance, "sites", site, "id", "no source of power is offered here", "a row in power.csv")


def check_existing_power(instance: Instance) -> Iterator[Problem]:
    """A source with more capacity already there than the node allows."""
    for key, row in instance.power.items():
        if row.max_mw is not None and row.existing_mw > row.max_mw:
            wrong = f"is above max_mw, which is {row.max_mw:g}: no plan can keep to that"
            yield warn(instance, "power", key, "existing_mw", wrong, f"at most {row.max_mw:g}", value=row.existing_mw)


def check_late_power(instance: Instance) -> Iterator[Problem]:
    """A source or store that comes after the last period has begun."""
    last = max(period.start for period in instance.periods.values())
    for table, rows, date_of in (
        ("power", instance.power, source_date),
        ("site_stores", instance.site_stores, store_date),
    ):
        for key, row in rows.items():
            date = date_of(instance, key)
            if date is not None and date > last and not getattr(row, "existing_mw", 0.0):
                ordered = "" if row.available_from is not None else "ordered at the first date, "
                wrong = f"{ordered}comes after {last:g}, when the last period begins, and will never be used"
                yield warn(instance, table, key, "available_from", wrong, value=date)


def check_free_power(instance: Instance) -> Iterator[Problem]:
    """A source without cost and without limit."""
    for key, source in instance.power.items():
        plant = instance.technologies[source.technology]
        price = source.energy_usd_per_mwh + plant.vom_usd_per_mwh
        price += plant.heat_rate_mmbtu_per_mwh * plant.fuel_usd_per_mmbtu
        if source.price_series is not None:
            price += float(instance.series[source.price_series].mean())
        standing = plant.capex_usd_per_kw + plant.fom_usd_per_kw_yr + source.demand_charge_usd_per_mw_yr
        if source.max_mw is None and price <= 0 and standing == 0:
            allowed = "a price, a cost of capacity or max_mw"
            yield warn(instance, "power", key, "max_mw", "is power without cost and without limit", allowed)


def check_free_storage(instance: Instance) -> Iterator[Problem]:
    """A store without cost and without limit."""
    for key, offer in instance.site_stores.items():
        store = instance.stores[offer.store]
        for size, limit, cost in (
            ("power", offer.max_mw, store.capex_usd_per_kw + store.fom_usd_per_kw_yr),
            ("energy", offer.max_mwh, store.capex_usd_per_kwh + store.fom_usd_per_kwh_yr),
        ):
            tied = store.hours is not None and store.capex_usd_per_kw + store.capex_usd_per_kwh > 0
            if limit is None and cost == 0 and not tied:
                wrong = f"is storage whose {size} has neither cost nor limit"
                yield warn(instance, "site_stores", key, "", wrong, "a cost in stores.csv, or a limit")


def check_design_day(instance: Instance) -> Iterator[Problem]:
    """A site whose temperature series gets much hotter than the day its cooling is sized for."""
    for key, site in instance.sites.items():
        if site.temperature_series is None:
            continue
        hottest = float(instance.series[site.temperature_series].max())
        if hottest > site.design_day_c + _DESIGN_DAY_MARGIN_C:
            wrong = f"the series {site.temperature_series} reaches {hottest:.1f} C, for which cooling is not sized"
            yield warn(instance, "sites", key, "design_day_c", wrong, value=site.design_day_c)


def check_uncooled_hardware(instance: Instance) -> Iterator[Problem]:
    """Hardware that may stand at a site where no design on offer meets its cooling need and density."""
    for site in instance.sites:
        designs = designs_at(instance, site)
        if not designs:
            yield warn(instance, "sites", site, "id", "no cooling design is offered here", "a row in site_cooling.csv")
            continue
        uncooled = [
            name
            for name, unit in instance.hardware.items()
            if hardware_allowed(instance, site, name) and not any(cools(design, unit) for design in designs.values())
        ]
        for name in uncooled:
            unit = instance.hardware[name]
            wrong = f"no cooling design at {site} cools it: {density_kw(unit):g} kW a rack"
            allowed = f"{' or '.join(unit.cooling_needs)}; offered there: {', '.join(designs)}"
            yield warn(instance, "hardware", name, "cooling_needs", wrong, allowed)


def designs_at(instance: Instance, site: str) -> dict[str, Cooling]:
    """Return the cooling designs offered at a site: those of site_cooling, or all when that table is absent."""
    if not instance.site_cooling:
        return instance.cooling
    return {name: design for name, design in instance.cooling.items() if (site, name) in instance.site_cooling}


def cools(design: Cooling, unit: Hardware) -> bool:
    """Whether a design meets a unit's cooling need and the density of its rack."""
    return bool(set(design.fits) & set(unit.cooling_needs)) and density_kw(unit) <= design.max_rack_kw


def density_kw(unit: Hardware) -> float:
    """Return the density of the rack that a unit stands in (kW)."""
    return unit.unit_kw_max if unit.rack_kw is None else unit.rack_kw

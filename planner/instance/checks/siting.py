"""Checks of periods, sites and the hardware that may stand there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from planner.instance.checks.report import key_text, warn
from planner.instance.dates import hardware_date
from planner.instance.eligibility import eligible_points
from planner.instance.instance import Instance
from planner.instance.problem import Problem, closest
from planner.instance.routes import hardware_allowed

_DAY_YR = 1 / 365


def check_periods(instance: Instance) -> Iterator[Problem]:
    """Periods out of order or overlapping (errors), with years between them, or before the base year."""
    for (_, before), (name, period) in pairwise(instance.periods.items()):
        end = before.start + before.length_yr
        file, line = instance.provenance("periods", name)
        place = (file, line, "start", f"{period.start:g}")
        if period.start <= before.start:
            yield Problem(
                *place, f"{name} stands after {before.period}, which begins later", "periods in order of time"
            )
        elif period.start < end - _DAY_YR:
            yield Problem(*place, f"{name} begins before {before.period} ends in {end:g}", f"{end:g} or later")
        elif period.start > end + _DAY_YR:
            wrong = f"nothing is planned between {end:g}, when {before.period} ends, and {name}"
            yield Problem(*place, wrong, "periods without gaps", "warning")
    first, period = next(iter(instance.periods.items()))
    if period.start < instance.settings.base_year:
        wrong = f"begins before the base year {instance.settings.base_year}, to which cash is discounted"
        yield warn(instance, "periods", first, "start", wrong, value=period.start)


def check_shrinking_sites(instance: Instance) -> Iterator[Problem]:
    """A site whose power limit falls from one period to the next; without a row it is that of sites.csv."""
    for site, row in instance.sites.items():
        rows = {period: instance.site_periods.get((site, period)) for period in instance.periods}
        limits = [(period, (found or row).power_limit_mw) for period, found in rows.items()]
        for (_, before), (period, limit) in pairwise(limits):
            if limit < before:
                wrong = f"{site} has less power in {period} than before ({before:g} MW)"
                place = ("sites", site) if rows[period] is None else ("site_periods", (site, period))
                allowed = "limits that grow" if rows[period] else f"a row of site_periods.csv for {period} too"
                yield warn(instance, *place, "power_limit_mw", wrong, allowed, limit)


def check_free_hardware(instance: Instance) -> Iterator[Problem]:
    """Hardware without cost and without a limit to what can be delivered."""
    for key, unit in instance.hardware.items():
        limited = (key, "every") in instance.supply or all((key, p) in instance.supply for p in instance.periods)
        if unit.capex_usd_per_unit == 0 and not limited:
            allowed = "a capex, or rows in supply.csv"
            yield warn(instance, "hardware", key, "capex_usd_per_unit", "costs nothing and is not limited", allowed)


def check_late_hardware(instance: Instance) -> Iterator[Problem]:
    """Hardware, stacks, operating points and sites that come after the last period has begun."""
    last = max(period.start for period in instance.periods.values())
    for table, column in (
        ("hardware", "available_from"),
        ("stacks", "available_from"),
        ("points", "available_from"),
        ("sites", "opening_date"),
    ):
        for key, row in getattr(instance, table).items():
            date = hardware_date(instance, key) if table == "hardware" else getattr(row, column)
            if date is not None and date > last:
                wrong = f"comes after {last:g}, when the last period begins, and will never be used"
                yield warn(instance, table, key, column, f"{key} {wrong}", value=date)


def check_partial_supply(instance: Instance) -> Iterator[Problem]:
    """Hardware whose deliveries are stated for some periods only, and are without limit in the others."""
    limited = dict.fromkeys(hardware for hardware, _ in instance.supply if hardware in instance.hardware)
    for name in limited:
        if (name, "every") in instance.supply:
            continue
        date = hardware_date(instance, name)
        there = [t for t, row in instance.periods.items() if date is None or row.start >= date]
        free = [period for period in there if (name, period) not in instance.supply]
        if free:
            key = next(key for key in instance.supply if key[0] == name)
            wrong = f"{name} is without limit in {', '.join(free)}, for which no row states its supply"
            allowed = f"a row for {free[0]}, or one for every (did you mean every?)"
            yield warn(instance, "supply", key, "period", wrong, allowed, key[1])


def check_export_classes(instance: Instance) -> Iterator[Problem]:
    """Hardware that no site may hold, and classes that sites allow though no hardware has them."""
    allowed = {name for site in instance.sites.values() for name in site.export_classes}
    for key, unit in instance.hardware.items():
        if not any(hardware_allowed(instance, site, key) for site in instance.sites):
            wrong = f"no site may hold {key}, whose export class this is"
            classes = f"classes that sites allow: {', '.join(sorted(allowed))}"
            yield warn(instance, "hardware", key, "export_class", wrong, classes, unit.export_class)
    known = {unit.export_class for unit in instance.hardware.values()}
    for key, site in instance.sites.items():
        for name in site.export_classes:
            if name != "all" and name not in known and (near := closest(name, known)):
                wrong = "no hardware on offer has this export class"
                yield warn(instance, "sites", key, "export_classes", wrong, f"did you mean {near}?", name)


def check_useless_hardware(instance: Instance) -> Iterator[Problem]:
    """Hardware named in [catalogue] or in the instance's own table that has no operating point for any product."""
    chosen = set(instance.settings.catalogue.hardware or ())
    useful = {hardware for hardware, _, _ in eligible_points(instance).rates}
    for key in instance.hardware:
        own = instance.provenance("hardware", key)[0] == "hardware.csv"
        if (key in chosen or own) and key not in useful:
            wrong = "no operating point of it serves any product, so it can only stand idle"
            yield warn(instance, "hardware", key, "id", wrong, "a row in points.csv, or leave it out of [catalogue]")


def check_useless_points(instance: Instance) -> Iterator[Problem]:
    """Operating points of the instance's own table whose model no product accepts."""
    accepted = {model for product in instance.products.values() for model in product.models}
    for key, point in instance.points.items():
        if point.model not in accepted and instance.provenance("points", key)[0] == "points.csv":
            wrong = f"no product accepts the model of point {key}"
            accepts = f"models that products accept: {', '.join(sorted(accepted))}"
            yield warn(instance, "points", key, "model", wrong, accepts, point.model)


def check_jurisdictions(instance: Instance) -> Iterator[Problem]:
    """Jurisdictions that markets or products name though no site lies there; products that no site may make."""
    known = {site.jurisdiction for site in instance.sites.values() if site.jurisdiction}
    rows = [("markets", *item) for item in instance.markets.items()]
    for table, key, row in [*rows, *(("products", *item) for item in instance.products.items())]:
        for name in row.site_jurisdictions:
            if name != "all" and name not in known and (near := closest(name, known)):
                wrong = f"no site lies in this jurisdiction, which {key_text(key)} names"
                yield warn(instance, table, key, "site_jurisdictions", wrong, f"did you mean {near}?", name)
    for key, product in instance.products.items():
        if not {"all", *known} & set(product.site_jurisdictions):
            wrong = "no site lies in a jurisdiction that may make it"
            yield warn(instance, "products", key, "site_jurisdictions", wrong, "all, or a jurisdiction of a site")

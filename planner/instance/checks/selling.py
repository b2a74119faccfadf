"""Checks of products, markets, demand and commitments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from planner.instance.checks.report import warn
from planner.instance.demand import price_usd_per_mtok, volumes_gtok_per_day
from planner.instance.eligibility import eligible_points
from planner.instance.instance import Instance
from planner.instance.problem import Problem
from planner.instance.routes import hardware_allowed, leads_on
from planner.units import HOURS_PER_DAY

_DAY_TYPES = ("weekday", "weekend")


def check_shapes(instance: Instance) -> Iterator[Problem]:
    """Shapes that are zero at every hour (an error) or lack hours, which then count as zero."""
    names = dict.fromkeys(shape for shape, _, _ in instance.shapes)
    for name in names:
        rows = {key: row for key, row in instance.shapes.items() if key[0] == name}
        key = next(iter(rows))
        if not any(row.value > 0 for row in rows.values()):
            file, line = instance.provenance("shapes", key)
            wrong = "the shape is zero at every hour, so the demand has no time"
            yield Problem(file, line, "value", name, wrong, "a value above 0 at one hour at least")
            continue
        for day_type in _DAY_TYPES:
            missing = [hour for hour in range(HOURS_PER_DAY) if (name, day_type, hour) not in rows]
            if missing:
                hours = "every hour" if len(missing) == HOURS_PER_DAY else f"hours {', '.join(map(str, missing))}"
                wrong = f"the shape lacks {hours} of the {day_type}, where demand will be zero"
                yield warn(instance, "shapes", key, "hour_local", wrong, "hours 0 to 23 of weekday and weekend", name)


def check_unreachable_markets(instance: Instance) -> Iterator[Problem]:
    """Markets with demand that no site can lawfully reach over the links."""
    reached = {site: _reached(instance, site) for site in instance.sites}
    for key in dict.fromkeys(market for market, _, _ in instance.demand):
        lawful = instance.markets[key].site_jurisdictions
        allowed = [s for s, row in instance.sites.items() if "all" in lawful or row.jurisdiction in lawful]
        if not allowed:
            wrong = "no site lies in a jurisdiction that may serve it"
            yield warn(instance, "markets", key, "site_jurisdictions", wrong, "all, or a jurisdiction of a site")
        elif not any(key in reached[site] for site in allowed):
            wrong = "no link leads here from a site that may serve it"
            yield warn(instance, "markets", key, "id", wrong, f"links.csv: a way from {', '.join(allowed)}")


def check_unserved_products(instance: Instance) -> Iterator[Problem]:
    """Products with demand that no operating point can serve, on hardware that may stand somewhere."""
    eligibility = eligible_points(instance)
    placed = {h for h in instance.hardware if any(hardware_allowed(instance, s, h) for s in instance.sites)}
    served = {product for hardware, _, product in eligibility.rates if hardware in placed}
    anywhere = {product for _, _, product in eligibility.rates}
    for key in dict.fromkeys(product for _, product, _ in instance.demand):
        if key in served:
            continue
        reasons = Counter(reason for _, product, reason in eligibility.dropped if product == key)
        if key in anywhere:
            why = "every point that could is for hardware that no site may hold"
        elif reasons:
            why = "; ".join(
                f"{count} {'point' if count == 1 else 'points'}: {reason}" for reason, count in reasons.most_common(2)
            )
        else:
            why = f"there is no point for {', '.join(instance.products[key].models)}"
        yield warn(instance, "products", key, "id", "no operating point can serve it", why)


def check_unsold(instance: Instance) -> Iterator[Problem]:
    """Products and markets without any demand."""
    for table, position in (("products", 1), ("markets", 0)):
        wanted = {key[position] for key in instance.demand}
        wanted |= {(row.market, row.product)[position] for row in instance.wholesale.values()}
        for key in getattr(instance, table):
            if key not in wanted:
                yield warn(instance, table, key, "id", "there is no demand for it", "a row in demand.csv")


def check_worthless_demand(instance: Instance) -> Iterator[Problem]:
    """Demand at price zero that no commitment stands behind: serving it only costs."""
    for key, row in instance.demand.items():
        worth = price_usd_per_mtok(instance, key) + row.credit_usd_per_mtok
        if worth == 0 and (row.market, row.product) not in instance.commitments:
            wrong = "nobody pays for it and nothing is lost without it, so it will not be served"
            yield warn(instance, "demand", key, "", wrong, "a price, a credit, or a row in commitments.csv")


def check_commitments(instance: Instance) -> Iterator[Problem]:
    """Commitments to more than is asked for."""
    for key, row in instance.commitments.items():
        segments = [segment for segment in instance.demand if segment[:2] == key]
        volume = float(sum(volumes_gtok_per_day(instance, segment) for segment in segments).min()) if segments else 0.0
        if row.volume_gtok_per_day > volume * (1 + 1e-9):
            wrong = f"is promised to {' for '.join(key)}, and only {volume:g} Gtok/day are asked for"
            column = "volume_gtok_per_day"
            yield warn(instance, "commitments", key, column, wrong, "at most the demand", row.volume_gtok_per_day)


def _reached(instance: Instance, site: str) -> set[str]:
    """Return every node that links lead to from a site."""
    onward: dict[str, list[str]] = {}
    for link in filter(partial(leads_on, instance), instance.links.values()):
        onward.setdefault(link.origin, []).append(link.destination)
    seen, waiting = {site}, [site]
    while waiting:
        for node in onward.get(waiting.pop(), ()):
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return seen

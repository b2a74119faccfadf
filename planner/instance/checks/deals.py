"""Checks of what is bought, rented and promised beside ordinary contracts: leases, wholesale, single sites, shares."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product as pairs

from planner.instance.checks.energy import cools, designs_at
from planner.instance.checks.report import warn
from planner.instance.eligibility import eligible_points
from planner.instance.instance import Instance
from planner.instance.problem import Problem
from planner.instance.routes import hardware_allowed, leads_on
from planner.instance.schema.describe import number_text
from planner.instance.tables import Key

_ROUNDING = 1e-9


def check_single_sites(instance: Instance) -> Iterator[Problem]:
    """Contracts for one site whose work may wait (an error): work that is put off has no segment any more."""
    for key, row in instance.demand.items():
        if row.single_site and instance.products[row.product].deadline_h is not None:
            wrong = f"{row.product} is a batch product, whose work waits in one backlog for all contracts of a market"
            yield _fault(instance, "demand", key, "single_site", "yes", wrong, "no, or a product without deadline_h")


def check_leases(instance: Instance) -> Iterator[Problem]:
    """Leases of hardware the site may not hold (an error) or cannot house, outside of all periods, or for nothing."""
    for key, row in instance.leases.items():
        if not hardware_allowed(instance, row.site, row.hardware):
            wrong = f"{row.site} may not hold {row.hardware}, and the lessor's halls lie in the same jurisdiction"
            classes = f"hardware of the classes {', '.join(instance.sites[row.site].export_classes)}"
            yield _fault(instance, "leases", key, "hardware", row.hardware, wrong, classes)
        elif row.direction == "out" and not _can_stand(instance, row.site, row.hardware):
            wrong = (
                f"no cooling design at {row.site} cools {row.hardware}, so that no unit of it can be leased out there"
            )
            yield warn(instance, "leases", key, "hardware", wrong, "hardware that can stand at the site")
        if row.direction == "in" and row.usd_per_accelerator_h == 0:
            wrong = f"{number_text(row.max_units)} units are rented for nothing"
            yield warn(instance, "leases", key, "usd_per_accelerator_h", wrong, "a rent", 0.0)
        yield from _check_term(instance, "leases", key, row.available_from, row.until)


def _can_stand(instance: Instance, site: str, hardware: str) -> bool:
    return any(cools(design, instance.hardware[hardware]) for design in designs_at(instance, site).values())


def check_wholesale(instance: Instance) -> Iterator[Problem]:
    """Offers outside of all periods, tokens for nothing, and tokens that sell for more than they are bought for."""
    rows = instance.wholesale
    for key, row in rows.items():
        if row.direction == "buy" and row.usd_per_mtok == 0 and row.max_gtok_per_day > 0:
            wrong = f"{number_text(row.max_gtok_per_day)} Gtok a day are bought for nothing"
            yield warn(instance, "wholesale", key, "usd_per_mtok", wrong, "a price", 0.0)
        yield from _check_term(instance, "wholesale", key, row.available_from, row.until)
    buys = {key: row for key, row in rows.items() if row.direction == "buy"}
    sales = {key: row for key, row in rows.items() if row.direction == "sell"}
    for (key, buy), (_, sale) in pairs(buys.items(), sales.items()):
        if (buy.market, buy.product) == (sale.market, sale.product) and buy.usd_per_mtok < sale.usd_per_mtok:
            wrong = (
                f"is bought below {number_text(sale.usd_per_mtok)} USD/Mtok, at which {sale.id} sells the same there"
            )
            yield warn(instance, "wholesale", key, "usd_per_mtok", wrong, "no gain without a factory", buy.usd_per_mtok)


def check_it_shares(instance: Instance) -> Iterator[Problem]:
    """Shares of power that nothing can meet (errors), or that stop everything because their product cannot run."""
    rows = instance.products
    first = next(iter(rows))
    for key, row in rows.items():
        if row.it_share_min > row.it_share_max:
            wrong = f"is above it_share_max, which is {number_text(row.it_share_max)}"
            allowed = f"at most {number_text(row.it_share_max)}"
            yield _fault(instance, "products", key, "it_share_min", number_text(row.it_share_min), wrong, allowed)
    least, most = (sum(getattr(row, name) for row in rows.values()) for name in ("it_share_min", "it_share_max"))
    if least > 1 + _ROUNDING:
        wrong = "the least shares of all products sum to more than 1"
        yield _fault(instance, "products", first, "it_share_min", number_text(least), wrong, "a sum of at most 1")
    if most < 1 - _ROUNDING:
        wrong = "the most shares of all products sum to less than 1, so that nothing can run"
        yield _fault(instance, "products", first, "it_share_max", number_text(most), wrong, "a sum of at least 1")
    runs = {product for _, _, product in eligible_points(instance).rates}
    wanted = {product for _, product, _ in instance.demand}
    wanted |= {row.product for row in instance.wholesale.values() if row.direction == "sell"}
    for key, row in rows.items():
        if row.it_share_min > 0 and key not in runs & wanted:
            wrong = f"{key} cannot run or nobody asks for it, so that with this least share nothing can run"
            yield warn(instance, "products", key, "it_share_min", wrong, "0", row.it_share_min)


def check_useless_links(instance: Instance) -> Iterator[Problem]:
    """Links out of a market or into a site, over which no route leads."""
    for key, link in instance.links.items():
        if not leads_on(instance, link):
            wrong = "carries nothing: routes begin at sites, end at markets and pass through points of presence only"
            yield warn(instance, "links", key, "", wrong, "a link from a site or pop to a pop or market")


def _check_term(
    instance: Instance, table: str, key: Key, start: float | None, until: float | None
) -> Iterator[Problem]:
    """Yield a warning if no period begins within a term."""
    begins = [period.start for period in instance.periods.values()]
    if not any((start is None or begin >= start) and (until is None or begin < until) for begin in begins):
        wrong = "no period begins within its term, so that it will never be used"
        yield warn(instance, table, key, "available_from", wrong, f"periods begin in {', '.join(map(str, begins))}")


def _fault(instance: Instance, table: str, key: Key, column: str, value: str, wrong: str, allowed: str) -> Problem:
    file, line = instance.provenance(table, key)
    return Problem(file, line, column, value, wrong, allowed)

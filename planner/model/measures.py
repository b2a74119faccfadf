"""Measures: what a plan is worth by every yardstick, whichever is optimised, and the limits on them.

Each measure is one Expression of the plan, summed over the horizon from the posts of the ledgers. Ratios of two of them
are objectives too; they are no Expressions, for a ratio is not linear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel, Expression, Set

from planner.instance.demand import price_usd_per_mtok
from planner.instance.goal import limits_of
from planner.instance.instance import Instance
from planner.model.ledger import Ledger, Post
from planner.stamp import Relation, constraint, level_of, relate, total
from planner.units import DAYS_PER_YEAR, MTOK_PER_GTOK, MUSD_PER_GTOK_FROM_USD_PER_MTOK

APART = ("revenue", "non-cash")
"""Headings of cash that are no cost."""
_THOUSANDS = 1e3


@dataclass(frozen=True)
class Measure:
    """One yardstick.

    Attributes:
        attribute: name of its Expression on the model.
        unit: its unit.
        maximised: whether more of it is better.
        size: what its rows are divided by, so that their coefficients are near 1 and none is too small to count.
    """

    attribute: str
    unit: str
    maximised: bool
    size: float = 1.0


@dataclass(frozen=True)
class Ratio:
    """One measure over another.

    Attributes:
        over, under: the two measures.
        unit: unit of the ratio.
        factor: from the measures' own units to `unit`.
        maximised: whether more of it is better.
    """

    over: str
    under: str
    unit: str
    factor: float
    maximised: bool


MEASURES = {
    "profit": Measure("profit", "M USD (present value)", True),
    "tokens": Measure("billable_gtok", "Gtok", True, _THOUSANDS),
    "revenue": Measure("revenue", "M USD (present value)", True),
    "cost": Measure("cost", "M USD (present value)", False),
    "carbon": Measure("carbon_t", "t", False, _THOUSANDS),
    "water": Measure("water_m3", "m3", False, _THOUSANDS),
    "energy": Measure("energy_mwh", "MWh", False, _THOUSANDS),
    "capex": Measure("overnight_musd", "M USD", False),
}
RATIOS = {
    "cost_per_mtok": Ratio("cost", "tokens", "USD/Mtok", 1 / MUSD_PER_GTOK_FROM_USD_PER_MTOK, False),
    "tokens_per_mwh": Ratio("tokens", "energy", "Mtok/MWh", MTOK_PER_GTOK, True),
}


def add_measures(m: ConcreteModel, instance: Instance) -> None:
    """Add every measure of the plan, and hold those with a limit to it."""
    worth = [(post.heading, _present_value(m, post)) for post in m.cash.posts]
    m.profit = Expression(
        expr=sum(value for _, value in worth),
        doc="present value of all cash posts, non-cash terms included (M USD)",
    )
    m.revenue = Expression(
        expr=sum(value for heading, value in worth if heading == "revenue"), doc="present value of revenue (M USD)"
    )
    m.cost = Expression(
        expr=-sum(value for heading, value in worth if heading not in APART),
        doc="present value of all cash costs, sales and non-cash terms apart (M USD)",
    )
    m.billable_gtok = Expression(
        expr=_billable(m, instance), doc="tokens with a price, weighted by token_weight (Gtok)"
    )
    m.carbon_t = Expression(expr=_over_the_horizon(m, m.carbon), doc="carbon dioxide over the horizon (t)")
    m.water_m3 = Expression(expr=_over_the_horizon(m, m.water), doc="water over the horizon (m3)")
    facility_mw = sum(m.step.facility_mw[s] for s in m.SITES)
    m.energy_mwh = Expression(
        expr=total(facility_mw, per=m, over=m.step), doc="energy of the facilities over the horizon (MWh)"
    )
    m.overnight_musd = Expression(expr=_overnight(m), doc="overnight cost of all that is built (M USD)")
    limits = limits_of(instance)
    m.MEASURE_LIMITS = Set(dimen=2, initialize=list(limits), doc="measures with a limit, and its side")
    constraint(m, m.MEASURE_LIMITS, rule=measure_limit)


def measure(m: ConcreteModel, name: str) -> Expression:
    """Return a measure of the plan by name."""
    return getattr(m, MEASURES[name].attribute)


def is_maximised(name: str) -> bool:
    """Return whether an objective, a measure or a ratio, is the better the more of it there is."""
    return (RATIOS.get(name) or MEASURES[name]).maximised


def unit_of(name: str) -> str:
    """Return the unit of an objective, a measure or a ratio."""
    return (RATIOS.get(name) or MEASURES[name]).unit


def measure_limit(m: ConcreteModel, name: str, side: str) -> object:
    """A measure of the whole plan stays within the limit set on it.

    measure / size <= limit / size (at_most), or >= (at_least); size is 1 for M USD, 1,000 for Gtok, t, m3 and MWh

    Dual: what one more unit allowed, or one unit less asked for, is worth, times the size.
    """
    limit, size = limits_of(m.instance)[name, side], MEASURES[name].size
    share, bound = measure(m, name) / size, limit / size
    return share <= bound if side == "at_most" else share >= bound


def _present_value(m: ConcreteModel, post: Post) -> object:
    """Total of a cash post over each period (M USD/yr), discounted, over the horizon (M USD)."""
    yearly = total(sum(post.expression.values()), per=m.period, over=post.block)
    return total(m.period.discount * yearly, per=m)


def _over_the_horizon(m: ConcreteModel, ledger: Ledger) -> object:
    return sum(total(sum(post.expression.values()), per=m, over=post.block) for post in ledger.posts)


def _overnight(m: ConcreteModel) -> object:
    """Overnight cost is paid once, not every year of its period: a sum over periods without their lengths."""
    period = level_of(m.period)
    each_once = Relation(level_of(m), period, np.ones((1, period.n)))
    return relate(m.period.overnight_musd, each_once)


def _billable(m: ConcreteModel, instance: Instance) -> object:
    gtok = 0.0
    for offer in m.OFFERS:
        market, p, _, q = offer
        if price_usd_per_mtok(instance, (market, p, q)) > 0:
            volume = instance.products[p].token_weight * DAYS_PER_YEAR * m.period.volume_gtok_per_day[offer[:3]]
            gtok += volume * m.year.accepted[offer]
    return total(gtok, per=m) + _traded(m, instance)


def _traded(m: ConcreteModel, instance: Instance) -> object:
    """Tokens sold wholesale less tokens bought, weighted: who only resells has made nothing (Gtok)."""
    signs = dict.fromkeys(m.wholesale_buys, -1.0) | dict.fromkeys(m.wholesale_sales, 1.0)
    weighted = (sign * instance.products[i[1]].token_weight * m.step.traded_gtok_per_h[i] for i, sign in signs.items())
    return total(sum(weighted), per=m)

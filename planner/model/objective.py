"""Objectives: profit, billable tokens or revenue.

Each is an Expression of the plan, so that any of them can be reported whichever is maximised.
"""

from __future__ import annotations

from pyomo.environ import ConcreteModel, Expression, Objective, maximize

from planner.instance.demand import price_usd_per_mtok
from planner.instance.instance import Instance
from planner.model.ledger import Post
from planner.stamp import constraint, total
from planner.units import DAYS_PER_YEAR

OBJECTIVES = ("profit", "tokens", "revenue")


def add_objective(m: ConcreteModel, instance: Instance, name: str) -> None:
    """Add the plan's worth by every measure and maximise the one named.

    Raises:
        ValueError: the objective has no such name.
    """
    if name not in OBJECTIVES:
        raise ValueError(f"no objective {name}; choose one of {', '.join(OBJECTIVES)}")
    m.profit = Expression(
        expr=sum(_present_value(m, post) for post in m.cash.posts),
        doc="present value of all cash posts, non-cash terms included (M USD)",
    )
    revenue = [post for post in m.cash.posts if post.heading == "revenue"]
    m.revenue = Expression(
        expr=sum(_present_value(m, post) for post in revenue), doc="present value of revenue (M USD)"
    )
    m.billable_gtok = Expression(
        expr=_billable(m, instance), doc="tokens with a price, weighted by token_weight (Gtok)"
    )
    m.objective_name = name
    m.objective = Objective(expr=_measure(m, name), sense=maximize)


def add_floor(m: ConcreteModel, name: str, value: float) -> None:
    """Keep a measure of the plan at or above a positive value, as the plan-level rule objective_floor."""
    m.objective_floor_of, m.objective_floor_value = name, value
    constraint(m, rule=objective_floor)


def objective_floor(m: ConcreteModel) -> object:
    """What was maximised first is kept while profit is maximised.

    measure of the first objective / its floor >= 1

    Its dual is the profit given up for keeping the first objective.
    """
    return _measure(m, m.objective_floor_of) / m.objective_floor_value >= 1


def _measure(m: ConcreteModel, name: str) -> Expression:
    return {"profit": m.profit, "tokens": m.billable_gtok, "revenue": m.revenue}[name]


def _present_value(m: ConcreteModel, post: Post) -> object:
    """Total of a cash post over each period (M USD/yr), discounted, over the horizon (M USD)."""
    yearly = total(sum(post.expression.values()), per=m.period, over=post.block)
    return total(m.period.discount * yearly, per=m)


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

"""Finance: overnight cost becomes yearly annuities; a period's years are discounted to the base year.

Posts one annuity to `cash` for every post of `capex`, on everything built and not yet expired, within the horizon: so
there are no end effects and no free retirement. `m.period.discount` turns M USD/yr of a period into present value; no
other rule discounts anything.

All payments are yearly rates, annuities too, in periods of any length: what a rack costs a year stands against what it
earns in that year, whether the year is one period or four quarters. An annuity is that of payments at the end of each
year, and a year's money is discounted by its beginning; so present values are money a year after the base date, for
revenue and cost alike. What dies inside its period is replaced by its like: the annuity goes on, the budget pays again.
"""

from __future__ import annotations

import math

import numpy as np
from pyomo.environ import Block, ConcreteModel, Expression

from planner.instance.instance import Instance
from planner.model.ledger import Post
from planner.model.time import purchases
from planner.stamp import constraint, in_service, relate, series

WHOLE_YEAR_TOLERANCE = 1e-9


def add_finance(m: ConcreteModel, instance: Instance) -> None:
    """Turn capex into annuities, hold it to its budget, and set the discount factors."""
    wacc = instance.settings.finance.wacc
    rows = list(instance.periods.values())
    factors = np.array([discount_factor(row.start, row.length_yr, instance.settings.base_year, wacc) for row in rows])
    lengths = np.array([row.length_yr for row in rows])
    series(m.period, "discount", factors / lengths, unit="ratio", doc="mean discount factor of the period's years")
    for post in m.capex.posts:
        _post_annuity(m, post, wacc)
    _add_overnight(m)
    budget = np.array([math.inf if row.capex_budget_musd is None else row.capex_budget_musd for row in rows])
    limited = np.isfinite(budget)
    if limited.any():
        series(m.period, "capex_budget_musd", np.where(limited, budget, 0.0), unit="M USD", doc="most overnight capex")
        constraint(m.period, rule=capex_budget, where=limited)


def _add_overnight(m: ConcreteModel) -> None:
    """Add the overnight cost of all that is bought in a period: what dies in service is bought again."""
    m.purchases = {life: purchases(m, life) for life in _lives(m)}
    m.period.overnight_musd = Expression(rule=_overnight, doc="overnight cost of all that is bought (M USD)")


def annuity_factor(wacc: float, life_years: float) -> float:
    """Return the yearly payment per unit of overnight cost (1/yr): wacc / (1 - (1 + wacc)^-life)."""
    return 1 / life_years if wacc == 0 else wacc / (1 - (1 + wacc) ** -life_years)


def discount_factor(start: float, length_yr: float, base_year: float, wacc: float) -> float:
    """Return the present value in base-year money of 1 a year over a period.

    Sum over its whole years k of (1 + wacc)^-(start + k - base); a last part of a year counts by its length.
    """
    years = math.floor(length_yr + WHOLE_YEAR_TOLERANCE)
    rest = max(0.0, length_yr - years)
    whole = sum((1 + wacc) ** -(start + k - base_year) for k in range(years))
    return whole + (rest * (1 + wacc) ** -(start + years - base_year) if rest > WHOLE_YEAR_TOLERANCE else 0.0)


def _post_annuity(m: ConcreteModel, post: Post, wacc: float) -> None:
    if post.life_years is None:
        raise ValueError(f"capex post {post.name} needs life_years, over which it is paid off")

    def annuity(p: Block, *index: object) -> object:
        life = post.life_years(*index)
        return -annuity_factor(wacc, life) * in_service(post.expression[index], life_years=life)

    m.cash.post(
        post.name,
        m.period,
        post.expression.index_set(),
        rule=annuity,
        doc=f"annuity of {post.name} over their life",
        heading="capital",
        index_names=post.index_names,
    )


def _lives(m: ConcreteModel) -> list[float]:
    """Return the different lives of what is posted to capex (years)."""
    return sorted({_life_of(post, index) for post in m.capex.posts for index in post.expression})


def _life_of(post: Post, index: object) -> float:
    return float(post.life_years(*(index if isinstance(index, tuple) else () if index is None else (index,))))


def capex_budget(p: Block) -> object:
    """Overnight cost of what is bought in a period stays within its budget.

    overnight_musd = sum of posts to capex + replacements of what was built before or in the period <= capex_budget_musd

    What dies in a period that it serves is bought again in it.

    Dual: worth of one more M USD of budget, beyond its own cost.
    """
    return p.overnight_musd <= p.capex_budget_musd


def _overnight(p: Block) -> object:
    m, by_life = p.model(), {}
    for post in m.capex.posts:
        for index, term in post.expression.items():
            by_life.setdefault(_life_of(post, index), []).append(term)
    spent = 0.0
    for life, terms in by_life.items():
        built = sum(terms)
        spent += built if m.purchases[life] is None else relate(built, m.purchases[life])
    return spent

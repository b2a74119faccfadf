"""Shares of power: how much of the IT energy at work may, or must, go to each product.

Decides nothing; bounds the shares of the products that state one. Energy at work is that of own units while they run
a point, at all sites together; idle and leased-out units and units rented in belong to no product.
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, Expression, Set

from planner.instance.instance import Instance
from planner.model.serving import rate_of
from planner.stamp import constraint, total
from planner.units import HOURS_PER_YEAR


def add_shares(m: ConcreteModel, instance: Instance) -> None:
    """Add the least and the most share of the IT energy at work by product."""
    rows = instance.products
    least = [p for p in m.PRODUCTS if rows[p].it_share_min > 0]
    most = [p for p in m.PRODUCTS if rows[p].it_share_max < 1]
    m.LEAST_SHARES = Set(initialize=least, doc="products with a least share of the IT energy at work")
    m.MOST_SHARES = Set(initialize=most, doc="products with a most share of the IT energy at work")
    if least or most:
        m.year.work_mw = Expression(m.PRODUCTS, rule=_work_mw, doc="mean IT load at work for a product (MW)")
        m.year.all_work_mw = Expression(expr=sum(m.year.work_mw.values()), doc="mean IT load at work (MW)")
    constraint(m.year, m.LEAST_SHARES, rule=least_share)
    constraint(m.year, m.MOST_SHARES, rule=most_share)


def _work_mw(year: Block, p: str) -> object:
    m = year.model()
    load = sum(rate_of(m, *run[1:]).mw * m.step.running_units[run] for run in m.RUNS if run[3] == p)
    return total(load, per=year) / HOURS_PER_YEAR


def least_share(year: Block, p: str) -> object:
    """A product runs on at least its share of the IT energy at work.

    work_mw[p] >= it_share_min[p] x sum over products q of work_mw[q],
    with work_mw[p] = total over the year of sum over s, h, k of mw[h,k] x running_units[s,h,k,p] / 8760

    Dual: cost of one more MW of mean load that must go to the product.
    """
    m = year.model()
    return m.instance.products[p].it_share_min * year.all_work_mw <= year.work_mw[p]


def most_share(year: Block, p: str) -> object:
    """A product runs on at most its share of the IT energy at work.

    work_mw[p] <= it_share_max[p] x sum over products q of work_mw[q]

    Dual: worth of one more MW of mean load that may go to the product.
    """
    m = year.model()
    return year.work_mw[p] <= m.instance.products[p].it_share_max * year.all_work_mw

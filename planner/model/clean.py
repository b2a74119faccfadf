"""Clean share: how much of the facilities' load must come from clean sources, over the year or in every step.

Held is what is drawn from unclean sources: at most the rest of the load. So losses of stores and lines and everything
that is sold back come out of clean energy, nothing clean is both sold and claimed, and energy that is burnt in losses
earns nothing. What an unclean source puts into a store counts when it is drawn.
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, Expression

from planner.instance.instance import Instance
from planner.stamp import constraint, total


def add_clean_share(m: ConcreteModel, instance: Instance) -> None:
    """Hold the clean share of the load to its floors, where there are any."""
    limits, step = instance.settings.limits, m.step
    if limits.clean_share_per_yr is None and limits.clean_share_per_step is None:
        return
    step.load_mw = Expression(rule=_load_mw, doc="load of all facilities (MW)")
    step.unclean_mw = Expression(rule=_unclean_mw, doc="electricity drawn from unclean sources at all nodes (MW)")
    if limits.clean_share_per_yr is not None:
        constraint(m.year, rule=clean_share_of_year)
    if limits.clean_share_per_step is not None:
        constraint(step, rule=clean_share_of_step)


def _load_mw(step: Block) -> object:
    return sum(step.facility_mw[s] for s in step.model().SITES)


def _unclean_mw(step: Block) -> object:
    m = step.model()
    return sum(step.draw_mw[i] for i in m.SOURCES if not m.instance.technologies[i[1]].is_clean)


def clean_share_of_year(year: Block) -> object:
    """Over a year, what is drawn from unclean sources is at most the rest of the load.

    total of unclean_mw over the year <= (1 - clean_share_per_yr) x total of load_mw over the year

    Dual: worth of one more MWh of unclean energy.
    """
    m = year.model()
    rest = 1 - m.instance.settings.limits.clean_share_per_yr
    return total(m.step.unclean_mw, per=year) <= rest * total(m.step.load_mw, per=year)


def clean_share_of_step(step: Block) -> object:
    """In every step, what is drawn from unclean sources is at most the rest of the load.

    unclean_mw <= (1 - clean_share_per_step) x load_mw

    Dual: worth of one more MW of unclean power in this hour.
    """
    return step.unclean_mw <= (1 - step.model().instance.settings.limits.clean_share_per_step) * step.load_mw

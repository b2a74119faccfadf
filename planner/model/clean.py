"""Clean share: how much of what is consumed must come from clean sources, over the year or in every step.

Consumption is what sources give less what is sold back; by the power balances of all nodes that is the load of the
facilities and the losses of stores and lines. So charging a store counts as consumption and discharging takes from it:
stored clean energy counts once, when it is made, and its losses must be covered. What is sold back is taken from the
clean energy first, so that nothing clean is both sold and claimed.
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, Expression

from planner.instance.instance import Instance
from planner.stamp import constraint, total


def add_clean_share(m: ConcreteModel, instance: Instance) -> None:
    """Hold the clean share of consumption to its floors, where there are any."""
    limits, step = instance.settings.limits, m.step
    if limits.clean_share_per_yr is None and limits.clean_share_per_step is None:
        return
    step.consumed_mw = Expression(rule=_consumed_mw, doc="consumption of all nodes, losses included (MW)")
    step.clean_mw = Expression(rule=_clean_mw, doc="clean energy of all nodes that is not sold back (MW)")
    if limits.clean_share_per_yr is not None:
        constraint(m.year, rule=clean_share_of_year)
    if limits.clean_share_per_step is not None:
        constraint(step, rule=clean_share_of_step)


def _exported_mw(step: Block) -> object:
    return sum(step.export_mw[i] for i in step.model().EXPORTS)


def _consumed_mw(step: Block) -> object:
    return sum(step.draw_mw[i] for i in step.model().SOURCES) - _exported_mw(step)


def _clean_mw(step: Block) -> object:
    m = step.model()
    return sum(step.draw_mw[i] for i in m.SOURCES if m.instance.technologies[i[1]].is_clean) - _exported_mw(step)


def clean_share_of_year(year: Block) -> object:
    """Over a year, at least a share of what is consumed is clean.

    clean_share_per_yr x total of consumed_mw over the year <= total of clean_mw over the year

    Dual: worth of owing one MWh less of clean energy.
    """
    m = year.model()
    share = m.instance.settings.limits.clean_share_per_yr
    return share * total(m.step.consumed_mw, per=year) <= total(m.step.clean_mw, per=year)


def clean_share_of_step(step: Block) -> object:
    """In every step, at least a share of what is consumed is clean.

    clean_share_per_step x consumed_mw <= clean_mw

    Dual: worth of owing one MW less of clean power in this hour.
    """
    return step.model().instance.settings.limits.clean_share_per_step * step.consumed_mw <= step.clean_mw

"""Export: electricity sold back through a source, as a rule a grid connection.

Decides `export_mw` (step). Posts it to `power` under a heading of its own, since the facility does not use it, and what
it earns to `cash` as energy sold: income, but not revenue of tokens. Its carbon stays with the site that made it.
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, NonNegativeReals, Set, Var

from planner.instance.instance import Instance
from planner.model.time import by_step
from planner.stamp import constraint, series
from planner.units import MUSD_PER_USD

_INDEX = ("node", "technology")


def add_export(m: ConcreteModel, instance: Instance) -> None:
    """Add what is sold back, its limits and its income."""
    step, rows = m.step, instance.power
    m.EXPORTS = Set(
        dimen=2,
        initialize=[i for i, row in rows.items() if row.export_max_mw is not None],
        doc="sources through which electricity may be sold back",
    )
    price = {}
    for i in m.EXPORTS:
        name = rows[i].export_price_series
        usd = rows[i].export_usd_per_mwh + (m.grid.sample(instance.series[name]) if name else 0 * m.grid.hour_of_year)
        price[i] = by_step(m, usd * MUSD_PER_USD)
    series(step, "export_price", price, m.EXPORTS, unit="M USD/MWh", doc="price of electricity sold back")
    step.export_mw = Var(m.EXPORTS, within=NonNegativeReals, doc="electricity sold back through a source (MW)")
    constraint(step, m.EXPORTS, rule=export_limit)
    constraint(step, m.EXPORTS, rule=export_capacity)
    m.power.post(
        "export",
        step,
        m.EXPORTS,
        rule=lambda step, n, g: -step.export_mw[n, g],
        doc="electricity sold back",
        heading="export",
        index_names=_INDEX,
    )
    m.cash.post(
        "energy sold",
        step,
        m.EXPORTS,
        rule=lambda step, n, g: step.export_price[n, g] * step.export_mw[n, g],
        doc="electricity sold back",
        heading="energy sold",
        index_names=_INDEX,
    )


def export_limit(step: Block, n: str, g: str) -> object:
    """No more is sold back than the contract allows.

    export_mw[n,g] <= export_max_mw[n,g]

    Dual: worth of one more MW of export in this hour.
    """
    return step.export_mw[n, g] <= step.model().instance.power[n, g].export_max_mw


def export_capacity(step: Block, n: str, g: str) -> object:
    """No more is sold back through a source than its capacity in service.

    export_mw[n,g] <= capacity_mw[n,g]

    Dual: worth of one more MW of connection for export in this hour.
    """
    return step.export_mw[n, g] <= step.model().period.capacity_mw[n, g]

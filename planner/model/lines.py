"""Lines: power carried between sites and hubs.

Decides `line_built_mw` (period), `line_laid` where a line has a fixed cost (period, yes or no), `flow_mw` each way
(step) and, where lines may pass on firm capacity, `firm_flow_mw` (period). Posts what leaves and what arrives to
`power`, firm capacity passed on to `firm`, wheeling and upkeep to `cash`, the line to `capex`.

Flows are transported, not steered by Kirchhoff's laws: right for the point-to-point lines (HVDC, dedicated AC) by which
a hub reaches a site, optimistic for a meshed AC grid. Losses are a share of what enters, whatever the load of the line.
Where energy has a negative price it can pay to send power to and fro and burn some in the losses.

Firm capacity travels as power does: what one node gives up another receives, less losses, and both ways together no
more than capacity x firm credit of the line. A node that gives firm capacity must have it: its own ledger, or what it
receives over other lines, covers what it passes on. So a line from a hub of sun alone backs nothing.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Expression, NonNegativeReals, Set, Var

from planner.instance.dates import line_date
from planner.instance.instance import Instance, Triple
from planner.instance.schema.grid import Line
from planner.model.time import when_available
from planner.stamp import constraint, in_service, series
from planner.units import MUSD_PER_MW_FROM_USD_PER_KW, MUSD_PER_USD

_LINE = ("origin", "destination", "kind")
_WAY = ("node", "other_node", "kind")


def add_lines(m: ConcreteModel, instance: Instance) -> None:
    """Add lines with their capacity, flows and cost, and the firm capacity they pass on."""
    p, step, rows = m.period, m.step, instance.lines
    m.LINES = Set(dimen=3, initialize=list(rows), doc="power lines between nodes, by kind")
    ways = [way for o, d, k in rows for way in ((o, d, k), (d, o, k))]
    m.WAYS = Set(dimen=3, initialize=ways, doc="lines by direction: power enters at the first node")
    most = {line: _most_built(m, line) for line in rows}
    series(p, "line_limit_mw", most, m.LINES, unit="MW", doc="0 before the line can deliver, then out of reach")
    p.line_built_mw = Var(
        m.LINES, within=NonNegativeReals, bounds=lambda p, *line: (0, p.line_limit_mw[line]), doc="capacity added (MW)"
    )
    p.line_added_mw = Expression(m.LINES, rule=_line_added_mw, doc="capacity in service that was added (MW)")
    p.line_mw = Expression(m.LINES, rule=_line_mw, doc="capacity in service, existing included (MW)")
    whole = [line for line, row in rows.items() if row.fixed_capex_musd > 0]
    m.WHOLE_LINES = Set(dimen=3, initialize=whole, doc="lines with a one-off cost of adding any capacity")
    p.line_laid = Var(m.WHOLE_LINES, within=Binary, doc="1 in the period in which a line is laid (0 or 1)")
    step.flow_mw = Var(m.WAYS, within=NonNegativeReals, doc="power that enters a line at the first node (MW)")
    limited = [line for line, row in rows.items() if row.max_mw is not None and row.max_mw != row.existing_mw]
    m.LIMITED_LINES = Set(dimen=3, initialize=limited, doc="lines that may grow, up to a limit")
    constraint(p, m.LIMITED_LINES, rule=line_limit)
    constraint(p, m.WHOLE_LINES, rule=line_laid_once)
    constraint(step, m.LINES, rule=line_capacity)
    _add_firm(m, instance)
    _post_flows(m)
    _post_cost(m, instance)


def _add_firm(m: ConcreteModel, instance: Instance) -> None:
    """Let lines with a firm credit pass on firm capacity, where any site asks for some."""
    asked = any(row.firm_share > 0 for row in instance.sites.values())
    backing = [line for line, row in instance.lines.items() if asked and row.firm_credit > 0]
    m.BACKING_LINES = Set(dimen=3, initialize=backing, doc="lines that may pass on firm capacity")
    ways = [way for way in m.WAYS if _line_of(m, way) in m.BACKING_LINES]
    m.BACKING_WAYS = Set(dimen=3, initialize=ways, doc="lines that may pass on firm capacity, by direction")
    m.period.firm_flow_mw = Var(
        m.BACKING_WAYS, within=NonNegativeReals, doc="firm capacity given up at the first node (MW)"
    )
    constraint(m.period, m.BACKING_LINES, rule=firm_transfer)


def _line_of(m: ConcreteModel, way: Triple) -> Triple:
    n, other, kind = way
    return way if way in m.instance.lines else (other, n, kind)


def _row_of(m: ConcreteModel, way: Triple) -> Line:
    return m.instance.lines[_line_of(m, way)]


def _most_built(m: ConcreteModel, line: Triple) -> np.ndarray:
    """Return a bound on building by period (MW); 0 for a line that can only stay as it is."""
    row = m.instance.lines[line]
    if row.max_mw is None:
        return when_available(m, line_date(m.instance, line), None)
    room = row.max_mw - row.existing_mw
    return when_available(m, line_date(m.instance, line), room) * float(room > 0)


def _line_added_mw(p: Block, *line: str) -> object:
    return in_service(p.line_built_mw[line], life_years=p.model().instance.lines[line].life_years)


def _line_mw(p: Block, *line: str) -> object:
    return p.model().instance.lines[line].existing_mw + p.line_added_mw[line]


def line_limit(p: Block, *line: str) -> object:
    """A line grows no further than its limit; one with a fixed cost grows only where it has been laid.

    line_added_mw[l] <= max_mw[l] - existing_mw[l], with a fixed cost x line laid within its life (0 or 1)

    Dual: worth of one more MW of this line, beyond its own cost.
    """
    row = p.model().instance.lines[line]
    room = row.max_mw - row.existing_mw
    if line not in p.model().WHOLE_LINES:
        return p.line_added_mw[line] <= room
    return p.line_added_mw[line] <= room * in_service(p.line_laid[line], life_years=row.life_years)


def line_laid_once(p: Block, *line: str) -> object:
    """A line that has been laid is not laid again before its life is over.

    line_laid[l] in the periods within its life, together <= 1

    Dual: worth of a second line like it.
    """
    return in_service(p.line_laid[line], life_years=p.model().instance.lines[line].life_years) <= 1


def line_capacity(step: Block, o: str, d: str, k: str) -> object:
    """What enters a line at both ends together is no more than its capacity.

    flow_mw[o,d,k] + flow_mw[d,o,k] <= line_mw[o,d,k]

    Dual: congestion of this line in this hour.
    """
    return step.flow_mw[o, d, k] + step.flow_mw[d, o, k] <= step.model().period.line_mw[o, d, k]


def firm_transfer(p: Block, o: str, d: str, k: str) -> object:
    """A line passes on firm capacity, both ways together, up to the firm part of its own.

    firm_flow_mw[o,d,k] + firm_flow_mw[d,o,k] <= firm_credit[o,d,k] x line_mw[o,d,k]

    Dual: worth of one more MW of firm transfer.
    """
    credit = p.model().instance.lines[o, d, k].firm_credit
    return p.firm_flow_mw[o, d, k] + p.firm_flow_mw[d, o, k] <= credit * p.line_mw[o, d, k]


def _post_flows(m: ConcreteModel) -> None:
    arrives = {way: 1 - _row_of(m, way).loss_share for way in m.WAYS}
    for ledger, block, ways, flow in (
        (m.power, m.step, m.WAYS, m.step.flow_mw),
        (m.firm, m.period, m.BACKING_WAYS, m.period.firm_flow_mw),
    ):
        ledger.post(
            "line outflow",
            block,
            ways,
            rule=lambda b, n, other, k, flow=flow: -flow[n, other, k],
            doc="what leaves a node over lines",
            heading="lines",
            index_names=_WAY,
        )
        ledger.post(
            "line inflow",
            block,
            ways,
            rule=lambda b, n, other, k, flow=flow: arrives[other, n, k] * flow[other, n, k],
            doc="what arrives at a node over lines",
            heading="lines",
            index_names=_WAY,
        )


def _post_cost(m: ConcreteModel, instance: Instance) -> None:
    rows, to_musd = instance.lines, MUSD_PER_MW_FROM_USD_PER_KW
    charged = [way for way in m.WAYS if _row_of(m, way).wheeling_usd_per_mwh > 0]
    m.CHARGED_WAYS = Set(dimen=3, initialize=charged, doc="lines with a wheeling charge, by direction")
    wheeling = {way: _row_of(m, way).wheeling_usd_per_mwh * MUSD_PER_USD for way in charged}
    m.capex.post(
        "power lines",
        m.period,
        m.LINES,
        rule=lambda p, *line: to_musd * rows[line].capex_usd_per_kw * p.line_built_mw[line],
        doc="capacity of power lines",
        life_years=lambda *line: rows[line].life_years,
        index_names=_LINE,
    )
    m.capex.post(
        "laying of power lines",
        m.period,
        m.WHOLE_LINES,
        rule=lambda p, *line: rows[line].fixed_capex_musd * p.line_laid[line],
        doc="one-off cost of power lines of any size",
        life_years=lambda *line: rows[line].life_years,
        index_names=_LINE,
    )
    m.cash.post(
        "power lines upkeep",
        m.period,
        m.LINES,
        rule=lambda p, *line: -to_musd * rows[line].fom_usd_per_kw_yr * p.line_mw[line],
        doc="fixed cost of power lines in service",
        heading="energy",
        index_names=_LINE,
    )
    m.cash.post(
        "wheeling",
        m.step,
        m.CHARGED_WAYS,
        rule=lambda step, *way: -wheeling[way] * step.flow_mw[way],
        doc="charge on power that enters lines",
        heading="energy",
        index_names=_WAY,
    )

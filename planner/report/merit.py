"""The merit order in the terminal: what a megawatt earns by contract, drawn against what it costs."""

from __future__ import annotations

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from planner.instance import Instance
from planner.instance.eligibility import Eligibility
from planner.instance.merit import CostLine, cost_line, merit_order
from planner.instance.routes import Network
from planner.units import USD_PER_MUSD

_WIDTH = 30
_DEAREST, _NEAREST = 10, 30


def merit_bars(instance: Instance, eligibility: Eligibility, network: Network) -> RenderableType:
    """Draw every segment of the first period as a bar of M USD per MW-year of IT load, with the cost line across."""
    period = next(iter(instance.periods))
    frame = merit_order(instance, eligibility, network, period)
    line = cost_line(instance, eligibility)
    shown = _shown(frame, line)
    most = max(frame["revenue_usd_per_it_mw_yr"].max() if len(frame) else 0.0, line.usd_per_it_mw_yr if line else 0.0)
    table = Table(
        Column("segment", no_wrap=True),
        Column("best point", no_wrap=True),
        *(_right(name) for name in ("M USD/MW-yr", "MW", "MW so far")),
        "",
        title=f"Merit order of {period}: what a MW of IT load earns in a year",
        title_justify="left",
        box=None,
    )
    for row in shown.itertuples():
        name = f"{row.market} / {row.product} / {row.segment}"
        figures = (row.revenue_usd_per_it_mw_yr / USD_PER_MUSD, row.it_mw, row.cumulative_it_mw)
        bar = _bar(row.revenue_usd_per_it_mw_yr, line.usd_per_it_mw_yr if line else None, most)
        table.add_row(name, row.point, *(f"{value:,.3g}" if value < 1e3 else f"{value:,.0f}" for value in figures), bar)
    return Group(table, Text(_words(line, len(shown), len(frame))))


def _shown(frame: pd.DataFrame, line: CostLine | None) -> pd.DataFrame:
    """The segments that earn most and, if there are many, those nearest the cost line."""
    if line is None or len(frame) <= _DEAREST + _NEAREST:
        return frame.head(_DEAREST + _NEAREST)
    distance = (frame["revenue_usd_per_it_mw_yr"] - line.usd_per_it_mw_yr).abs()
    near = distance.iloc[_DEAREST:].nsmallest(_NEAREST).index
    return frame[(frame.index < _DEAREST) | frame.index.isin(near)]


def _right(name: str) -> Column:
    return Column(name, justify="right", no_wrap=True)


def _bar(value: float, line: float | None, most: float) -> str:
    """A bar to scale, with | where the cost line is."""
    if most <= 0:
        return ""
    cells = ["█" if position < round(value / most * _WIDTH) else " " for position in range(_WIDTH + 1)]
    if line is not None:
        cells[round(line / most * _WIDTH)] = "|"
    return "".join(cells).rstrip()


def _words(line: CostLine | None, shown: int, segments: int) -> str:
    more = f" Of {segments} segments, those that earn most and those nearest the line." if segments > shown else ""
    if line is None:
        return f"No cost line: nothing can be built and powered anywhere.{more}"
    total, cash = line.usd_per_it_mw_yr / USD_PER_MUSD, line.cash_usd_per_it_mw_yr / USD_PER_MUSD
    return (
        f"| is the cost line: about {total:.3g} M USD per MW-year of IT load, {cash:.3g} of it not capital. An estimate"
        f" from the instance alone: {line.hardware} at {line.site}, at work all year, with halls, cooling and the"
        f" cheapest energy, and nothing for idle time, firm power, water, carbon, software or network.{more}"
    )

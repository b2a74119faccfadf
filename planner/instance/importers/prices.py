"""Prices of grid operators -> the price series of a source of power.

    planner import prices FILE --column NAME --node ID --technology ID --into INSTANCE

Rows are averaged to hours of UTC (`price_file`), short gaps are filled, days are laid on the typical year by weekday
(`price_year`), and the result stands in `series/NODE-TECHNOLOGY-price.csv`; power.csv gets its `price_series`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from planner.instance.importers.change import Change, fail, set_cell, tables_of
from planner.instance.importers.price_file import HourlyPrices, PriceColumns, read_prices
from planner.instance.importers.price_year import Align, fill_gaps, pick_year, to_typical_year
from planner.instance.importers.series_file import add_series
from planner.instance.overrides import SERIES
from planner.instance.problem import among
from planner.instance.scenarios import read_scenarios
from planner.units import KW_PER_MW

_UNIT = re.compile(r"^(?P<money>[A-Za-z]{3}|\$|¢|ct)\s*/\s*(?P<energy>MWh|kWh)$")
_DOLLARS = {"usd": 1.0, "$": 1.0, "¢": 0.01, "ct": 0.01}


@dataclass(frozen=True)
class PriceOptions:
    """How prices become a series.

    Attributes:
        unit: of the file: USD/MWh, $/kWh, ct/kWh, EUR/MWh, ...
        factor: USD per unit of the file's money, needed for any other than USD; also multiplies USD.
        year: the year to take where the file covers several.
        align: whether days keep their weekday or their date.
        fill_hours: longest gap that is interpolated (h).
        name: of the series; None: NODE-TECHNOLOGY-price.
        replace: write the file anew, and change a price series that is set already.
    """

    unit: str = "USD/MWh"
    factor: float | None = None
    year: int | None = None
    align: Align = "weekday"
    fill_hours: int = 3
    name: str | None = None
    replace: bool = False


def import_prices(
    path: Path, where: PriceColumns, node: str, technology: str, folder: Path, options: PriceOptions
) -> Change:
    """Return the change that gives a source of power the prices of a file.

    Raises:
        InstanceError: the file cannot be read or has gaps, the unit is unknown, or there is no such source.
    """
    tables = tables_of(folder)
    if (node, technology) not in tables.rows["power"]:
        known = [".".join(key) for key in tables.rows["power"]]
        wrong = "power.csv offers no such source"
        raise fail(
            "--node, --technology", None, "", f"{node}.{technology}", wrong, among(f"{node}.{technology}", known)
        )
    per_mwh = usd_per_mwh(options.unit, options.factor)
    read = read_prices(path, where)
    hours, filled = fill_gaps(pick_year(read.hours, options.year, str(path)), options.fill_hours, str(path))
    values, far = to_typical_year(hours * per_mwh, options.align, str(path))
    name = options.name or f"{node}-{technology}-price"
    current = tables.rows["power"][node, technology].price_series
    if current not in (None, name) and not options.replace:
        file, line = tables.where("power", (node, technology))
        raise fail(file, line, "price_series", str(current), "is set already", "--replace to change it")
    change = Change(folder)
    days = f"{hours.index[0]:%Y-%m-%d} to {hours.index[-1]:%Y-%m-%d}"
    kept = "weekdays kept (the typical year starts on a Monday)" if options.align == "weekday" else "dates kept"
    about = [f"{path.name}, column {where.price}, {days}", f"{per_mwh:g} USD/MWh per {options.unit}; UTC; {kept}"]
    add_series(change, name, {f"{name} [USD/MWh]": values}, about, options.replace)
    change.lines += _said(read, filled, far, days, kept)
    set_cell(change, "power", {"node": node, "technology": technology}, "price_series", name)
    if current not in (None, name):
        change.lines += _left_behind(folder, current, name)
    return change


def _left_behind(folder: Path, current: str, name: str) -> list[str]:
    """Name the scenarios that change the series this source had, since they do not change the new one."""
    found = read_scenarios(folder, [])
    return [
        f"scenarios.toml: {scenario} changes series.{current}, no longer used here; write series.{name} to change this"
        for scenario in found
        if any(change.path == f"{SERIES}.{current}" for change in found[scenario].overrides)
    ]


def _said(read: HourlyPrices, filled: int, far: int, days: str, kept: str) -> list[str]:
    lines = [f"  {read.rows} rows, {read.step_min:g} minutes apart, {days}; {kept}"]
    if read.doubled or read.skipped:
        lines.append(f"  clocks: {read.doubled} hours came twice and were parted, {read.skipped} do not exist")
    if read.part:
        lines.append(f"  {read.part} hours have only some of their rows; the mean of those is taken")
    if filled:
        lines.append(f"  {filled} hours without a price were interpolated")
    if far:
        lines.append(f"  {far} days that the data do not cover whole gave way to others nearby")
    return lines


def usd_per_mwh(unit: str, factor: float | None) -> float:
    """Return what one unit of a file's prices is in USD/MWh.

    Raises:
        InstanceError: the unit is unknown, or its money has no rate of exchange.
    """
    match = _UNIT.match(unit.strip())
    if match is None:
        raise fail("--unit", None, "", unit, "is no unit of price", "USD/MWh, $/kWh, ct/kWh, EUR/MWh with --factor")
    money = _DOLLARS.get(match["money"].lower())
    if money is None and factor is None:
        wrong = f"what a {match['money'].upper()} is in USD is not known"
        raise fail("--unit", None, "", unit, wrong, "--factor with USD per unit of that money")
    if factor is not None and not factor > 0:
        raise fail("--factor", None, "", f"{factor:g}", "is not above 0", "USD per unit of the file's money")
    per_kwh = KW_PER_MW if match["energy"].lower() == "kwh" else 1.0
    return (money or 1.0) * (factor or 1.0) * per_kwh

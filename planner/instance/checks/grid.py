"""Checks of hubs, power lines, and stores that carry energy from day to day."""

from __future__ import annotations

from collections.abc import Iterator

from planner.instance.calendar import is_whole
from planner.instance.checks.report import key_text, warn
from planner.instance.dates import line_date
from planner.instance.files import SETTINGS_FILE
from planner.instance.grid import joined
from planner.instance.instance import Instance
from planner.instance.problem import Problem
from planner.instance.schema.describe import number_text
from planner.instance.schema.power import Source

_WEATHER = ("solar", "wind")


def check_lines(instance: Instance) -> Iterator[Problem]:
    """Lines that lead nowhere, stand twice, or have a fixed cost for any size (errors)."""
    for key, row in instance.lines.items():
        origin, destination, kind = key
        file, line = instance.provenance("lines", key)
        if origin == destination:
            wrong = "the line ends where it begins"
            yield Problem(file, line, "destination", destination, wrong, "another site or hub")
        elif (destination, origin, kind) in instance.lines and origin > destination:
            wrong = f"the same line stands as {destination}.{origin}.{kind}: a line carries power both ways"
            yield Problem(file, line, "origin", key_text(key), wrong, "one row for each line and kind")
        if row.fixed_capex_musd > 0 and row.max_mw is None:
            wrong = "the line has a fixed cost and no limit, so that the cost would hold nothing back"
            yield Problem(file, line, "max_mw", key_text(key), wrong, "the most capacity the line may have")


def check_line_sizes(instance: Instance) -> Iterator[Problem]:
    """A line with more capacity already there than it may have."""
    for key, row in instance.lines.items():
        if row.max_mw is not None and row.existing_mw > row.max_mw:
            wrong = f"is above max_mw, which is {row.max_mw:g}: no plan can keep to that"
            yield warn(instance, "lines", key, "existing_mw", wrong, f"at most {row.max_mw:g}", value=row.existing_mw)


def check_late_lines(instance: Instance) -> Iterator[Problem]:
    """A line that comes after the last period has begun."""
    last = max(period.start for period in instance.periods.values())
    for key, row in instance.lines.items():
        date = line_date(instance, key)
        if date is not None and date > last and not row.existing_mw:
            ordered = "" if row.available_from is not None else "ordered at the first date, "
            wrong = f"{ordered}comes after {last:g}, when the last period begins, and will never be used"
            yield warn(instance, "lines", key, "available_from", wrong, value=date)


def check_free_lines(instance: Instance) -> Iterator[Problem]:
    """A line whose capacity has neither cost nor limit."""
    for key, row in instance.lines.items():
        if row.max_mw is None and row.capex_usd_per_kw + row.fom_usd_per_kw_yr == 0:
            wrong = "is a line without cost and without limit"
            yield warn(instance, "lines", key, "max_mw", wrong, "a cost of capacity or max_mw")


def check_stranded_hubs(instance: Instance) -> Iterator[Problem]:
    """A hub whose power reaches no site, and one with neither plant nor store that passes nothing on."""
    offered = {node for node, _ in (*instance.power, *instance.site_stores)}
    for hub in instance.hubs:
        ends = sum(hub in key[:2] for key in instance.lines)
        if not joined(instance, hub) & set(instance.sites):
            yield warn(instance, "hubs", hub, "id", "no line leads from it to a site", "a row in lines.csv")
        elif hub not in offered and ends < 2:
            wrong = "nothing is offered here, and its only line leads no further"
            yield warn(instance, "hubs", hub, "id", wrong, "a row in power.csv or site_stores.csv, or another line")


def check_linked_weights(instance: Instance) -> Iterator[Problem]:
    """Representative days that stand for part of a date, where dates must be given to them (errors)."""
    linked = [store for _, store in instance.site_stores if instance.stores[store].linked]
    if not linked:
        return
    for day in instance.settings.time.days:
        if not is_whole(day.weight):
            wrong = f"{linked[0]} is linked from date to date, and a part of a date is none"
            column, value = f"time.days.{day.name}.weight", number_text(day.weight)
            yield Problem(SETTINGS_FILE, None, column, value, wrong, "whole weights, or mode = year")


def check_unlinked_stores(instance: Instance) -> Iterator[Problem]:
    """A site on sun and wind alone whose stores begin and end every representative day at the same level."""
    if instance.settings.time.mode == "year":
        return
    for site in instance.sites:
        nodes = joined(instance, site)
        sources = [row for (node, _), row in instance.power.items() if node in nodes]
        if not sources or not all(_follows_the_weather(instance, row) for row in sources):
            continue
        if not any(instance.stores[store].linked for node, store in instance.site_stores if node in nodes):
            wrong = "lives on sun and wind alone, and nothing is stored from one representative day to the next"
            allowed = "linked = yes for a store that can (stores.csv), mode = year, or a source that is always there"
            yield warn(instance, "sites", site, "id", wrong, allowed)


def _follows_the_weather(instance: Instance, row: Source) -> bool:
    return instance.technologies[row.technology].kind in _WEATHER

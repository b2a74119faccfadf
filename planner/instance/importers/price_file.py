"""Reading a grid operator's prices: a CSV file of any layout -> prices by the hour of UTC.

A row states a moment in one column (or a day in one and an hour in another) and a price in another; rows may be minutes
apart and in any order. Moments that carry their own offset to UTC (2023-05-01T00:00-05:00, ...Z) keep it; the others
are read in the time zone given. Where clocks are set back, an hour comes twice: its first rows are summer time, the
second standard time, or the other way round where rows run backwards. Where they are set forward, an hour is left out
and nothing is missed; a row that stands in it is a fault, unless its price is blank or it marks the end of the interval
before.
"""

from __future__ import annotations

import datetime
import itertools
import math
import re
import zoneinfo
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from planner.instance.csv_file import CsvTable, read_csv
from planner.instance.importers.change import fail
from planner.instance.problem import InstanceError, Problem, among
from planner.units import HOURS_PER_DAY, SECONDS_PER_HOUR

_LISTED = 5
_BLANK = ("", "-", "--", "na", "n/a", "nan", "null", "none")
_MINUTES = 60
_YEARS = (1900, 2100)
_LAYOUTS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y%m%d %H:%M",
    "%Y%m%d:%H%M",
    "%Y%m%d",
)
"""Ways to write a moment besides ISO 8601; with slashes the month comes first, unless day_first is set."""

_PRICE = re.compile(r"^\$?[+-]?(\d{1,3}(,\d{3})+(\.\d*)?|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$", re.IGNORECASE)
_PRICE_FORM = "a price such as 42.50 or 1,042.50: a point before decimals, commas between thousands only"

_HOUR = re.compile(r"^(?:HE|H)?\s*(\d{1,2})(?::00)?(?::00)?$", re.IGNORECASE)


@dataclass(frozen=True)
class PriceColumns:
    """Where a file's moments and prices stand.

    Attributes:
        price: heading of the prices.
        time: heading of the moments, or of the days; None: the first column that reads as one.
        hour: heading of the hour of the day, 1 to 24, where it is apart from the day: hour 1 is 0:00 to 1:00.
        tz: time zone of moments without an offset: an IANA name (America/Chicago, UTC) or an offset (-06:00).
        ends: whether moments mark the end of their interval.
        day_first: whether 03/04/2023 is 3 April.
    """

    price: str
    time: str | None = None
    hour: str | None = None
    tz: str = "UTC"
    ends: bool = False
    day_first: bool = False


@dataclass(frozen=True)
class HourlyPrices:
    """Prices by the hour.

    Attributes:
        hours: price by the hour of UTC, NaN where no row falls into an hour.
        step_min: minutes between rows.
        rows: rows read.
        part: hours that have only some of their rows.
        doubled: local hours that came twice, when clocks were set back.
        skipped: local hours that clocks jump over.
    """

    hours: pd.Series
    step_min: float
    rows: int
    part: int
    doubled: int
    skipped: int


def read_prices(path: Path, where: PriceColumns) -> HourlyPrices:
    """Read a file of prices, in the file's own unit.

    Raises:
        InstanceError: a column is missing, a moment or price cannot be read, a moment comes too often, or rows are
            more than an hour apart.
    """
    problems: list[Problem] = []
    table = read_csv(path, str(path), problems)
    if table is None or problems:
        raise InstanceError(problems)
    price_at = _column(table, where.price, "--column")
    time_at = _column(table, where.time, "--time") if where.time else _guess_time(table, price_at, where)
    hour_at = _column(table, where.hour, "--hour") if where.hour else None
    prices = _numbers(table, price_at)
    moments = _moments(table, time_at, hour_at, where)
    naive, aware = moments
    zone = _zone(where.tz)
    ends = where.ends and hour_at is None
    stamps, doubled, skipped = (
        (aware, 0, 0) if aware is not None else _in_utc(table, naive, prices, zone, time_at, ends)
    )
    keep = np.isfinite(prices) & ~np.isnan(stamps)
    stamps, prices = stamps[keep], prices[keep]
    step = _step(table, stamps)
    starts = stamps - step * _MINUTES if ends else stamps
    return _hourly(table, starts, prices, step, doubled, skipped, len(table.rows))


def _hourly(
    table: CsvTable, starts: np.ndarray, prices: np.ndarray, step: float, doubled: int, skipped: int, rows: int
) -> HourlyPrices:
    """Average the rows of every hour."""
    hour = np.floor(starts / SECONDS_PER_HOUR).astype(int)
    first, last = hour.min(), hour.max()
    count = np.bincount(hour - first, minlength=last - first + 1)
    total = np.bincount(hour - first, weights=prices, minlength=last - first + 1)
    most = max(1, round(_MINUTES / step))
    if (count > most).any():
        at = int(np.flatnonzero(count > most)[0])
        when = pd.Timestamp((first + at) * SECONDS_PER_HOUR, unit="s")
        wrong = f"the hour {when:%Y-%m-%d %H:00} UTC has {count[at]} rows, {step:g} minutes apart"
        raise fail(table.file, None, "", "", wrong, f"at most {most}; is --tz right?")
    with np.errstate(invalid="ignore"):
        values = total / count
    index = pd.to_datetime((first + np.arange(len(values))) * SECONDS_PER_HOUR, unit="s", utc=True)
    part = int(((count > 0) & (count < most)).sum())
    return HourlyPrices(pd.Series(values, index=index), step, rows, part, doubled, skipped)


def _column(table: CsvTable, name: str, option: str) -> int:
    if name not in table.header:
        allowed = among(name, table.header, "columns")
        raise fail(table.file, table.header_line, name, "", f"there is no such column ({option})", allowed)
    return table.header.index(name)


def _guess_time(table: CsvTable, price_at: int, where: PriceColumns) -> int:
    for at in range(len(table.header)):
        if at != price_at and table.rows and _moment(table.rows[0][1][at], where.day_first) is not None:
            return at
    wrong = "no column reads as a moment"
    raise fail(table.file, table.header_line, "", "", wrong, f"--time with one of {', '.join(table.header)}")


def _numbers(table: CsvTable, at: int) -> np.ndarray:
    """Return the prices, NaN where a cell is blank."""
    problems, values = [], []
    for line, cells in table.rows:
        cell = cells[at]
        value = np.nan if cell.lower() in _BLANK else _price(cell)
        if value is None:
            problems.append(Problem(table.file, line, table.header[at], cell, "is not a number", _PRICE_FORM))
        values.append(np.nan if value is None else value)
    _raise_some(problems)
    return np.array(values)


def _price(cell: str) -> float | None:
    """Read a price; None when it is none, or not finite."""
    sign, plain = (-1.0, cell[1:]) if cell.startswith("-$") else (1.0, cell)
    if not _PRICE.match(plain):
        return None
    value = sign * float(plain.replace("$", "").replace(",", ""))
    return value if math.isfinite(value) else None


def _moments(
    table: CsvTable, time_at: int, hour_at: int | None, where: PriceColumns
) -> tuple[list[datetime.datetime], np.ndarray | None]:
    """Return the moments as they are written, and in seconds of UTC where all of them carry an offset."""
    problems, found, layouts = [], [], list(_LAYOUTS)
    for line, cells in table.rows:
        moment = _moment(cells[time_at], where.day_first, layouts)
        if moment is None:
            allowed = "2023-05-01 13:00, 2023-05-01T13:00-05:00, 05/01/2023 13:00; --day-first for 01/05/2023"
            problems.append(Problem(table.file, line, table.header[time_at], cells[time_at], "is no moment", allowed))
            continue
        if not _YEARS[0] <= moment.year <= _YEARS[1]:
            allowed = f"a year from {_YEARS[0]} to {_YEARS[1]}"
            wrong = "is of no year that prices are of"
            problems.append(Problem(table.file, line, table.header[time_at], cells[time_at], wrong, allowed))
            continue
        if hour_at is not None:
            match = _HOUR.match(cells[hour_at])
            hour = int(match[1]) if match else 0
            if not 1 <= hour <= HOURS_PER_DAY:
                wrong = "is no hour of the day"
                problems.append(Problem(table.file, line, table.header[hour_at], cells[hour_at], wrong, "1 to 24"))
                continue
            moment += datetime.timedelta(hours=hour - 1)
        found.append(moment)
    _raise_some(problems)
    aware = [moment.tzinfo is not None for moment in found]
    if any(aware) and not all(aware):
        line = table.rows[aware.index(False)][0]
        wrong = "has no offset to UTC, and other rows have"
        raise fail(table.file, line, table.header[time_at], "", wrong, "all with one, or none")
    return found, np.array([moment.timestamp() for moment in found]) if any(aware) else None


def _moment(text: str, day_first: bool, layouts: list[str] | None = None) -> datetime.datetime | None:
    """Read a moment; the layout that fits moves to the front of `layouts`, since the next row will have it too."""
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        pass
    layouts = list(_LAYOUTS) if layouts is None else layouts
    for place, layout in enumerate(layouts):
        try:
            moment = datetime.datetime.strptime(text, layout.replace("%m/%d", "%d/%m") if day_first else layout)
        except ValueError:
            continue
        layouts.insert(0, layouts.pop(place))
        return moment
    return None


def _zone(name: str) -> datetime.tzinfo:
    match = re.match(r"^([+-])(\d{1,2})(?::?(\d{2}))?$", name)
    if match:
        offset = datetime.timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        return datetime.timezone(-offset if match[1] == "-" else offset)
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        allowed = among(name, sorted(zoneinfo.available_timezones()), "time zones")
        raise fail("--tz", None, "", name, "there is no such time zone", f"{allowed}; or an offset, -06:00") from None


def _in_utc(
    table: CsvTable,
    moments: list[datetime.datetime],
    prices: np.ndarray,
    zone: datetime.tzinfo,
    time_at: int,
    ends: bool,
) -> tuple[np.ndarray, int, int]:
    """Return local moments in seconds of UTC, and how many hours came twice and were jumped over."""
    seconds = np.full(len(moments), np.nan)
    seen: dict[datetime.datetime, int] = {}
    given = Counter(moments)
    backwards = _backwards(moments)
    doubled, skipped, problems = set(), set(), []
    for row, moment in enumerate(moments):
        early, late = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
        times = seen[moment] = seen.get(moment, 0) + 1
        utc = early.timestamp()
        place = (table.file, table.rows[row][0], table.header[time_at], str(moment))
        hour = moment.replace(minute=0, second=0)
        before = moment - datetime.timedelta(minutes=1)
        at_jump = ends and before.replace(tzinfo=zone).utcoffset() == before.replace(tzinfo=zone, fold=1).utcoffset()
        if early.utcoffset() < late.utcoffset() and not at_jump:  # clocks jump over this moment
            skipped.add(hour)
            if np.isfinite(prices[row]):
                problems.append(Problem(*place, "does not exist: clocks are set forward over it", "is --tz right?"))
            continue
        if early.utcoffset() > late.utcoffset():
            if given[moment] == 2:
                doubled.add(hour)
                utc = (early if (times == 1) != backwards else late).timestamp()
            elif times > 2:
                problems.append(Problem(*place, "is given more than twice where clocks are set back", "twice"))
        elif times > 1:
            problems.append(Problem(*place, "is given twice", "every moment once"))
        seconds[row] = utc
    _raise_some(problems)
    return seconds, len(doubled), len(skipped)


def _backwards(moments: list[datetime.datetime]) -> bool:
    """Whether rows run from late to early, so that of two like hours the later comes first."""
    pairs = list(itertools.pairwise(moments))
    return sum(later < earlier for earlier, later in pairs) > sum(later > earlier for earlier, later in pairs)


def _step(table: CsvTable, stamps: np.ndarray) -> float:
    """Return the usual distance of rows (minutes)."""
    if len(stamps) < 2:
        raise fail(table.file, None, "", "", f"holds {len(stamps)} prices", "a year of them")
    apart = np.diff(np.sort(stamps)) / _MINUTES
    step = float(np.median(apart[apart > 0])) if (apart > 0).any() else 0.0
    if not 0 < step <= _MINUTES or _MINUTES % step:
        raise fail(table.file, None, "", "", f"rows are {step:g} minutes apart", "60 minutes, or a part of them")
    return step


def _raise_some(problems: list[Problem]) -> None:
    """Raise the first few of many like faults, and how many more there are."""
    if not problems:
        return
    more = len(problems) - _LISTED
    rest = [Problem(problems[0].file, None, problems[0].column, "", f"{more} more rows like these")] if more > 0 else []
    raise InstanceError([*problems[:_LISTED], *rest])

"""Reading weather files: EPW (EnergyPlus) and PVGIS typical years (CSV and JSON), through pvlib.

What comes out is one year of 365 days by the hour in the clock of the file (EPW: local standard time; PVGIS: UTC), the
29th of February dropped, every date moved to one common year so that the sun has a date. Sources: EnergyPlus Auxiliary
Programs (EPW: hour 1 is 0:00 to 1:00, 9999 and the like mean missing); PVGIS TMY (values at a moment of the hour, told
by the irradiance time offset).
"""

from __future__ import annotations

import codecs
import datetime
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.instance.csv_file import decode, read_bytes
from planner.instance.importers.change import fail
from planner.instance.importers.plants import need_pvlib
from planner.instance.problem import InstanceError, Problem
from planner.units import HOURS_PER_DAY, HOURS_PER_YEAR

SUN_YEAR = 2018
"""A year of 365 days whose 1 January is a Monday: gives the sun a date."""

NEEDED = ("temp_air", "ghi", "dni", "dhi", "wind_speed", "pressure")

_PVGIS = {"T2m": "temp_air", "G(h)": "ghi", "Gb(n)": "dni", "Gd(h)": "dhi", "WS10m": "wind_speed", "SP": "pressure"}
_EPW_HEADER = 8
_YEARS = (1900, 2100)
_LEAP_YEAR = 2020
_PLACE = {
    "latitude": (-90.0, 90.0, "degrees north"),
    "longitude": (-180.0, 180.0, "degrees east"),
    "clock_h": (-12.0, 14.0, "h ahead of UTC"),
    "altitude_m": (-500.0, 9000.0, "m"),
}
"""What a header says of the place, in the order of EPW, and what it may be."""
_PLACE_WORDS = {"latitude": "latitude", "longitude": "longitude", "clock_h": "time zone", "altitude_m": "elevation"}
_LISTED = 3
_MINUTES = 60  # of an hour
_RANGE = {
    "temp_air": (-90.0, 65.0, "C"),
    "ghi": (0.0, 1500.0, "Wh/m2"),
    "dni": (0.0, 1500.0, "Wh/m2"),
    "dhi": (0.0, 1500.0, "Wh/m2"),
    "wind_speed": (0.0, 80.0, "m/s"),
    "pressure": (30_000.0, 120_000.0, "Pa"),
}
"""What each column may hold; EPW marks a missing value by one out of this range (99.9, 999, 9999, 999999)."""


@dataclass(frozen=True)
class WeatherFile:
    """A year of weather.

    Attributes:
        hours: columns temp_air (C), ghi, dni, dhi (W/m2), wind_speed (m/s), pressure (Pa), by hour of the file's own
            year of 365 days; the index is the moment at which the sun is looked up, in UTC.
        latitude, longitude, altitude_m: where it was measured.
        clock_h: the file's clock minus UTC (h).
        years: the years its months come from.
        kind: EPW or PVGIS.
        filled: values that were missing and have been interpolated, by column.
    """

    hours: pd.DataFrame
    latitude: float
    longitude: float
    altitude_m: float
    clock_h: float
    years: tuple[int, ...]
    kind: str
    filled: dict[str, int]


def read_weather(path: Path, year: int | None, fill_hours: int) -> WeatherFile:
    """Read a weather file, told by its ending: .epw, .csv or .json.

    Args:
        path: the file.
        year: take the rows of this year alone; None: a typical year, whose months may come from different years.
        fill_hours: longest gap that is interpolated (h).

    Raises:
        InstanceError: it cannot be read, hours are missing, or a gap is longer.
        ImportError: pvlib is not installed.
    """
    problems: list[Problem] = []
    content = read_bytes(path, str(path), problems)
    if content is None or (path.suffix.lower() != ".epw" and decode(content, str(path), problems) is None):
        raise InstanceError(problems)
    ending = path.suffix.lower()
    if ending == ".epw":
        found = _read_epw(path, content)
    elif ending in (".csv", ".json"):
        found = _read_pvgis(path, content, ending[1:])
    else:
        raise fail(str(path), None, "", "", "is no weather file by its name", "a name ending in .epw, .csv or .json")
    frame, lines, place, minutes = found
    _check_place(path, place)
    frame, lines = _one_year(path, frame, lines, year)
    years = tuple(sorted(set(frame["year"].astype(int))))
    filled = _fill(path, frame, lines, fill_hours)
    start = pd.Timestamp(f"{SUN_YEAR}-01-01", tz="UTC") + pd.Timedelta(minutes=minutes - _MINUTES * place["clock_h"])
    frame.index = pd.date_range(start, periods=HOURS_PER_YEAR, freq="h")
    return WeatherFile(frame[list(NEEDED)], years=years, filled=filled, **place)


def _read_epw(path: Path, content: bytes) -> tuple[pd.DataFrame, np.ndarray, dict[str, Any], float]:
    """Return the rows, their lines, the place, and the minute of the hour at which the sun is looked up."""
    pvlib = need_pvlib()
    text = content.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    lines = text.splitlines()
    first = lines[0].split(",") if lines else []
    if not first or first[0].strip().upper() != "LOCATION" or len(first) < 10:
        raise fail(str(path), 1, "", lines[0] if lines else "", "is no EPW header", "LOCATION,city,...,latitude,...")
    _check_place(path, dict(zip(_PLACE, first[6:10], strict=True)))
    _check_moments(path, lines)
    try:
        data, meta = pvlib.iotools.read_epw(io.StringIO(text))
    except (ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
        raise fail(str(path), None, "", "", f"cannot be read as EPW: {error}", "an EnergyPlus weather file") from None
    frame = data.rename(columns={"atmospheric_pressure": "pressure"})[["year", "month", "day", "hour", *NEEDED]]
    frame = frame.assign(hour=frame["hour"] - 1).reset_index(drop=True)
    numbers = np.array([n for n, line in enumerate(lines, start=1) if n > _EPW_HEADER and line.strip()])
    place = {
        "latitude": meta["latitude"],
        "longitude": meta["longitude"],
        "altitude_m": meta["altitude"],
        "clock_h": meta["TZ"],
        "kind": "EPW",
    }
    return frame, numbers, place, _MINUTES / 2  # radiation is summed over the hour: the sun of its middle


def _check_place(path: Path, place: Mapping[str, Any]) -> None:
    """Refuse a header that places the weather nowhere on Earth."""
    problems = []
    for name, (low, high, unit) in _PLACE.items():
        try:
            value = float(place[name])
        except ValueError:
            value = np.nan
        if not low <= value <= high:
            words = _PLACE_WORDS[name]
            line = 1 if path.suffix.lower() == ".epw" else None
            wrong, allowed = "is not on Earth", f"{low:g} to {high:g} {unit}"
            problems.append(Problem(str(path), line, words, str(place[name]).strip(), wrong, allowed))
    if problems:
        raise InstanceError(problems)


def _check_moments(path: Path, lines: Sequence[str]) -> None:
    """Refuse rows of an EPW file whose year, month, day or hour there is not."""
    problems = []
    for number, line in enumerate(lines, start=1):
        if number <= _EPW_HEADER or not line.strip():
            continue
        cells = line.split(",", 4)[:4]
        try:
            year, month, day, hour = map(int, cells)
            datetime.date(_LEAP_YEAR, month, day)
        except ValueError:
            fits = False
        else:
            fits = _YEARS[0] <= year <= _YEARS[1] and 1 <= hour <= HOURS_PER_DAY
        if not fits and len(problems) < _LISTED:
            allowed = f"year {_YEARS[0]} to {_YEARS[1]}, month 1 to 12, day, hour 1 to {HOURS_PER_DAY}"
            problems.append(Problem(str(path), number, "", ",".join(cells), "is no moment", allowed))
    if problems:
        raise InstanceError(problems)


def _read_pvgis(path: Path, content: bytes, form: str) -> tuple[pd.DataFrame, np.ndarray, dict[str, Any], float]:
    pvlib = need_pvlib()
    text = content.decode("utf-8-sig")
    try:
        result = pvlib.iotools.read_pvgis_tmy(str(path), pvgis_format=form, map_variables=False)
        data, inputs = _two(result)
    except RecursionError:
        raise fail(str(path), None, "", "", "is nested too deeply", "a PVGIS typical year") from None
    except json.JSONDecodeError as error:
        raise fail(str(path), error.lineno, "", "", f"is not JSON: {error.msg}", "a PVGIS typical year") from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        wrong = f"cannot be read as a PVGIS typical year: {error}"
        raise fail(str(path), None, "", "", wrong, "the TMY download of PVGIS, as CSV or JSON") from None
    missing = [name for name in _PVGIS if name not in data.columns]
    if missing:
        wrong = "this column is missing"
        raise fail(str(path), None, missing[0], "", wrong, f"columns {', '.join(_PVGIS)}")
    frame = data.rename(columns=_PVGIS).astype(dict.fromkeys(NEEDED, float))
    stamps = frame.index
    off = [year for year in sorted(set(stamps.year)) if not _YEARS[0] <= year <= _YEARS[1]]
    if off:
        wrong = "is of no year that weather is of"
        raise fail(str(path), None, "time(UTC)", str(off[0]), wrong, f"{_YEARS[0]} to {_YEARS[1]}")
    frame = frame.assign(year=stamps.year, month=stamps.month, day=stamps.day, hour=stamps.hour).reset_index(drop=True)
    where = inputs.get("location", inputs)
    offset = where.get("irradiance_time_offset", where.get("irradiance time offset", 0.0))
    head = next((n for n, line in enumerate(text.splitlines(), start=1) if line.startswith("time(UTC)")), 0)
    place = {
        "latitude": float(where["latitude"]),
        "longitude": float(where["longitude"]),
        "altitude_m": float(where["elevation"]),
        "clock_h": 0.0,
        "kind": "PVGIS",
    }
    lines = np.arange(len(frame)) + head + 1 if form == "csv" else np.zeros(len(frame), dtype=int)
    minutes = (
        float(stamps.minute[0]) or float(offset or 0.0) * _MINUTES
    )  # newer files state the offset, older the minute
    return frame, lines, place, minutes


def _two(result: tuple[Any, ...]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return data and inputs from what pvlib gives: two parts since 0.13, four before."""
    if len(result) == 2:
        return result[0], result[1]["inputs"]
    return result[0], result[2]


def _one_year(path: Path, frame: pd.DataFrame, lines: np.ndarray, year: int | None) -> tuple[pd.DataFrame, np.ndarray]:
    """Keep one year of 365 days, in the order of the calendar."""
    keep = ~((frame["month"] == 2) & (frame["day"] == 29))
    if year is not None:
        keep &= frame["year"] == year
    picked = frame.index[keep]
    frame, lines = frame.loc[picked].reset_index(drop=True), lines[: len(keep)][picked]
    stamps = pd.to_datetime(frame[["month", "day", "hour"]].astype(int).assign(year=SUN_YEAR))
    order = np.argsort(stamps.to_numpy(), kind="stable")
    frame, lines, stamps = frame.iloc[order].reset_index(drop=True), lines[order], stamps.iloc[order]
    wanted = pd.date_range(f"{SUN_YEAR}-01-01", periods=HOURS_PER_YEAR, freq="h")
    doubled = stamps[stamps.duplicated()]
    if len(doubled):
        at = int(np.flatnonzero(stamps.duplicated())[0])
        wrong = f"{len(doubled)} hours are given twice, the first at {doubled.iloc[0]:%d %B %H:00}"
        raise fail(str(path), int(lines[at]) or None, "", "", wrong, "one year, or --year YYYY to pick one")
    absent = wanted.difference(pd.DatetimeIndex(stamps))
    if len(absent):
        of = f" of {year}" if year is not None else ""
        wrong = f"{len(absent)} hours{of} are missing, the first on {absent[0]:%d %B} at {absent[0]:%H:00}"
        raise fail(str(path), None, "", "", wrong, f"{HOURS_PER_YEAR} hours")
    return frame, lines


def _fill(path: Path, frame: pd.DataFrame, lines: np.ndarray, fill_hours: int) -> dict[str, int]:
    """Interpolate short gaps in place; report values out of range where the gap is longer."""
    problems: list[Problem] = []
    filled = {}
    for name in NEEDED:
        low, high, unit = _RANGE[name]
        values = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float)
        wrong = ~((values >= low) & (values <= high))
        if not wrong.any():
            frame[name] = values
            continue
        if _longest(wrong) > fill_hours:
            for at in np.flatnonzero(wrong)[:_LISTED]:
                text = f"is missing or out of range, {int(wrong.sum())} hours in all, up to {_longest(wrong)} in a row"
                allowed = f"{low:g} to {high:g} {unit}; gaps of up to {fill_hours} h are filled (--fill-hours)"
                problems.append(Problem(str(path), int(lines[at]) or None, name, f"{values[at]:g}", text, allowed))
            continue
        good = np.flatnonzero(~wrong)
        frame[name] = np.interp(np.arange(len(values)), good, values[good], period=len(values))
        filled[name] = int(wrong.sum())
    if problems:
        raise InstanceError(problems)
    return filled


def _longest(wrong: np.ndarray) -> int:
    """Return the length of the longest run of true, over the turn of the year."""
    if wrong.all():
        return len(wrong)
    rolled = np.roll(wrong, -int(np.flatnonzero(~wrong)[0]))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], rolled.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))

"""Weather files -> series of a site: `planner import weather FILE --site ID --into INSTANCE`.

Three series go to `series/SITE-weather.csv`: SITE-temperature [C], SITE-solar [share] and SITE-wind [share], 8,760
hours in UTC. The calendar of the file is kept (weather knows no weekdays): the value of 15 July, 12:00 local standard
time, stands at 15 July, 12:00 less the offset to UTC, and the ends of the year are joined. A clock that is half an hour
off takes the mean of the two hours it cuts. The site's `temperature_series` is set when it is blank. With `--replace`
it is set in any case, and series of these names that stand in another file are taken out of it: whatever named them
(sources of power, scenarios) has the new ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from planner.instance.importers.change import Change, fail, set_cell, tables_of
from planner.instance.importers.plants import SolarPlant, WindFarm, solar_share, wind_share
from planner.instance.importers.series_file import add_series
from planner.instance.importers.weather_file import WeatherFile, read_weather
from planner.instance.problem import Problem, among
from planner.instance.tables import Tables

_NEAR_DEG = 1.0
_SAME_CLOCK_H = 1.0


@dataclass(frozen=True)
class WeatherOptions:
    """How weather is turned into series.

    Attributes:
        year: take the rows of this year alone; None: a typical year.
        name: start of the names of file and series; None: the site's id.
        fill_hours: longest gap that is interpolated (h).
        solar, wind: the generic plants.
        replace: write the file anew if it is there.
    """

    year: int | None = None
    name: str | None = None
    fill_hours: int = 3
    solar: SolarPlant = field(default_factory=SolarPlant)
    wind: WindFarm = field(default_factory=WindFarm)
    replace: bool = False


def import_weather(path: Path, site: str, folder: Path, options: WeatherOptions) -> Change:
    """Return the change that gives a site the weather of a file.

    Raises:
        InstanceError: the file cannot be read, or there is no such site.
        ImportError: pvlib is not installed.
    """
    tables = tables_of(folder)
    if site not in tables.rows["sites"]:
        known = list(tables.rows["sites"])
        raise fail("--site", None, "", site, "there is no such site", among(site, known, "sites"))
    weather = read_weather(path, options.year, options.fill_hours)
    name = options.name or site
    change = Change(folder)
    change.warnings += _doubts(path, weather, site, tables)
    series = series_of(weather, name, options)
    if not series[f"{name}-solar [share]"].any():
        raise fail(str(path), None, "ghi, dni, dhi", "0", "the sun does not shine all year", "irradiance in Wh/m2")
    add_series(change, f"{name}-weather", series, _about(path, weather, options), options.replace)
    change.lines += [f"  {count} missing values of {column} interpolated" for column, count in weather.filled.items()]
    current = tables.rows["sites"][site].temperature_series
    if current is None or options.replace:
        set_cell(change, "sites", {"id": site}, "temperature_series", f"{name}-temperature")
    elif current != f"{name}-temperature":
        change.lines.append(f"sites.csv: {site} keeps temperature_series {current}")
    change.lines += _hints(tables, site, name)
    return change


def series_of(weather: WeatherFile, name: str, options: WeatherOptions) -> dict[str, np.ndarray]:
    """Return temperature, sun and wind by heading, 8760 hours in UTC."""
    hours = weather.hours
    temperature = hours["temp_air"].to_numpy()
    sun = solar_share(hours, weather.latitude, weather.longitude, weather.altitude_m, options.solar)
    wind = wind_share(hours["wind_speed"].to_numpy(), temperature, hours["pressure"].to_numpy(), options.wind)
    found = {f"{name}-temperature [C]": temperature, f"{name}-solar [share]": sun, f"{name}-wind [share]": wind}
    return {heading: to_utc(values, weather.clock_h) for heading, values in found.items()}


def to_utc(values: np.ndarray, clock_h: float) -> np.ndarray:
    """Return a cyclic year of hourly values, whose clock is `clock_h` ahead of UTC, by the hours of UTC."""
    whole = math.floor(clock_h)
    part = clock_h - whole
    # hour h of UTC lasts from h + clock_h to h + clock_h + 1 of the file's clock
    return (1 - part) * np.roll(values, -whole) + part * np.roll(values, -whole - 1)


def _about(path: Path, weather: WeatherFile, options: WeatherOptions) -> list[str]:
    first, last = weather.years[0], weather.years[-1]
    years = f"{first}" if first == last else f"months of {first} to {last}"
    place = f"{weather.latitude:g} N {weather.longitude:g} E"
    return [
        f"{weather.kind} file {path.name}, {place}, {years}; 29 February dropped",
        f"clock of the file: UTC{weather.clock_h:+g} h; hours here are UTC, calendar dates kept",
        f"solar: {options.solar.words()} (PVWatts by pvlib); wind: generic farm, {options.wind.words()}",
    ]


def _doubts(path: Path, weather: WeatherFile, site: str, tables: Tables) -> list[Problem]:
    """Return what speaks against the file being that of the site."""
    row = tables.rows["sites"][site]
    file, line = tables.where("sites", site)
    found = []
    away = max(abs(row.latitude - weather.latitude), abs(row.longitude - weather.longitude))
    if away > _NEAR_DEG and (row.latitude, row.longitude) != (0.0, 0.0):
        wrong = f"lies {away:.1f} degrees away from the weather of {path.name}"
        allowed = f"weather near {row.latitude:g} N {row.longitude:g} E"
        found.append(Problem(file, line, "latitude", site, wrong, allowed, "warning"))
    if weather.kind == "EPW" and abs(row.utc_offset_h - weather.clock_h) > _SAME_CLOCK_H and row.utc_offset_h:
        wrong = f"the file's clock is UTC{weather.clock_h:+g} h; the file's own is used"
        found.append(Problem(file, line, "utc_offset_h", f"{row.utc_offset_h:g}", wrong, "", "warning"))
    return found


def _hints(tables: Tables, site: str, name: str) -> list[str]:
    """Name the site's sun and wind that have no series yet, with the series they could take."""
    hints = []
    for (node, technology), row in tables.rows["power"].items():
        plant = tables.rows["technologies"].get(technology)
        kind = plant.kind if plant else ""
        if node == site and kind in ("solar", "wind") and row.availability_series is None:
            hints.append(f"power.csv: {node}.{technology} has no availability_series; {name}-{kind} could be it")
    return hints

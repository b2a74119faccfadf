"""A made year of weather, files of it in the layouts of EPW and PVGIS, and importing them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pvlib

from planner.instance.importers.weather import WeatherOptions, import_weather

LATITUDE, LONGITUDE = 32.0, -100.0
HOURS = 8760


def climate(clock_h: float = 0.0) -> pd.DataFrame:
    """A clear year: temperature counts the hours of the file's clock, so that shifts are seen; wind grows in a day."""
    times = pd.date_range("2018-01-01", periods=HOURS, freq="h", tz="UTC")
    middle = times - pd.Timedelta(hours=clock_h) + pd.Timedelta(minutes=30)
    place = pvlib.location.Location(LATITUDE, LONGITUDE, altitude=500)
    sky = place.get_clearsky(middle, linke_turbidity=3.0)
    frame = pd.DataFrame({name: sky[name].to_numpy().round(1) for name in ("ghi", "dni", "dhi")}, index=times)
    hour = np.arange(HOURS)
    frame["temp_air"] = np.round(hour / 200 - 10, 2)
    frame["wind_speed"] = 4.0 + hour % 24 / 4
    frame["pressure"] = 95_000.0
    return frame


def epw(frame: pd.DataFrame, tz: float, changes: dict[int, dict[str, Any]] | None = None, leap: bool = False) -> str:
    """A file in the layout of EnergyPlus: eight lines of header, hours 1 to 24 of local standard time, 35 fields."""
    lines = [f"LOCATION,Testville,TX,USA,TMY3,722660,{LATITUDE},{LONGITUDE},{tz},500.0"]
    lines += ["DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0"]
    lines += ["HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,made", "COMMENTS 2,by a test"]
    lines.append("DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31")
    rows = [(time, row) for time, row in zip(frame.index, frame.to_dict("records"), strict=True)]
    if leap:
        at = next(n for n, (time, _) in enumerate(rows) if (time.month, time.day) == (3, 1))
        extra = [(pd.Timestamp(f"2020-02-29 {hour:02}:00"), rows[0][1] | {"temp_air": 60.0}) for hour in range(24)]
        rows[at:at] = extra
    for number, (time, row) in enumerate(rows):
        row = row | (changes or {}).get(number, {})
        year = 1990 + time.month
        cells = [year, time.month, time.day, time.hour + 1, 60, "?9?9", row["temp_air"], 5, 50, row["pressure"], 0, 0]
        cells += [300, row["ghi"], row["dni"], row["dhi"], 0, 0, 0, 0, 180, row["wind_speed"], 5, 5, 20, 9999, 9]
        cells += [999999999, 10, 0.1, 0, 88, 0.2, 0, 0]
        lines.append(",".join(map(str, cells)))
    return "\n".join(lines) + "\n"


def pvgis_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Hours of a typical year as PVGIS gives them: in UTC, every month of another year."""
    return [
        {"time(UTC)": f"{2005 + time.month}{time:%m%d:%H}00", "T2m": row["temp_air"], "RH": 50.0, "G(h)": row["ghi"]}
        | {"Gb(n)": row["dni"], "Gd(h)": row["dhi"], "IR(h)": 300.0, "WS10m": row["wind_speed"], "WD10m": 180.0}
        | {"SP": row["pressure"]}
        for time, row in zip(frame.index, frame.to_dict("records"), strict=True)
    ]


def pvgis_csv(frame: pd.DataFrame, offset_h: float = 0.5) -> str:
    lines = [
        f"Latitude (decimal degrees): {LATITUDE}",
        f"Longitude (decimal degrees): {LONGITUDE}",
        "Elevation (m): 500.0",
    ]
    lines += [f"Irradiance Time Offset (h): {offset_h}", "month,year"]
    lines += [f"{month},{2005 + month}" for month in range(1, 13)]
    rows = pvgis_rows(frame)
    lines += [
        ",".join(rows[0]),
        *(",".join(map(str, row.values())) for row in rows),
        "T2m: 2-m air temperature (degree C)",
    ]
    return "\r\n".join(lines) + "\r\n"


def pvgis_json(frame: pd.DataFrame, offset_h: float = 0.5) -> str:
    location = {"latitude": LATITUDE, "longitude": LONGITUDE, "elevation": 500.0, "irradiance_time_offset": offset_h}
    months = [{"month": month, "year": 2005 + month} for month in range(1, 13)]
    content = {
        "inputs": {"location": location},
        "outputs": {"months_selected": months, "tmy_hourly": pvgis_rows(frame)},
    }
    return json.dumps(content | {"meta": {"inputs": {}}})


def written(folder: Path, name: str, text: str) -> Path:
    path = folder.parent / name
    path.write_text(text, encoding="utf-8")
    return path


def series(folder: Path, path: Path, **options: Any) -> dict[str, np.ndarray]:
    """Import a file and read the three series back from the instance."""
    change = import_weather(path, "alpha", folder, WeatherOptions(**options))
    change.try_out()
    change.write()
    table = pd.read_csv(folder / "series" / "alpha-weather.csv", comment="#", index_col="hour")
    return {name: table[name].to_numpy() for name in table}

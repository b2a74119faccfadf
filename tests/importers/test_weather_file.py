"""Weather files: gaps are filled or told, faults stand at their lines."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from planner.instance import InstanceError
from planner.instance.importers.weather import WeatherOptions, import_weather
from planner.instance.importers.weather_file import read_weather
from tests.importers.skies import LATITUDE, LONGITUDE, climate, epw, pvgis_csv, written


def test_short_gaps_are_filled_and_said(folder: Path) -> None:
    text = epw(climate(-6), -6, {100: {"temp_air": 99.9}, 101: {"temp_air": 99.9}, 50: {"wind_speed": 999}})
    path = written(folder, "x.epw", text)
    change = import_weather(path, "alpha", folder, WeatherOptions())
    assert "  2 missing values of temp_air interpolated" in change.lines
    assert "  1 missing values of wind_speed interpolated" in change.lines
    filled = read_weather(path, None, 3).hours["temp_air"].to_numpy()
    assert filled[100] == pytest.approx(-10 + 0.5, abs=0.011)  # on the line between hours 99 and 102


def test_long_gaps_are_faults_at_their_lines(folder: Path) -> None:
    path = written(folder, "x.epw", epw(climate(-6), -6, {hour: {"ghi": 9999} for hour in range(100, 104)}))
    with pytest.raises(InstanceError) as caught:
        read_weather(path, None, 3)
    assert f"x.epw:{8 + 101} ghi 9999 - is missing or out of range, 4 hours in all, up to 4 in a row" in str(
        caught.value
    )
    assert read_weather(path, None, 4).filled == {"ghi": 4}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.epw", "nothing", "x.epw:1 nothing - is no EPW header"),
        ("x.epw", "", "x.epw:1 - is no EPW header"),
        ("x.csv", "hour,price\n0,1\n", "cannot be read as a PVGIS typical year"),
        ("x.json", "{", "x.json:1 - is not JSON"),
        ("x.json", "{}", "cannot be read as a PVGIS typical year"),
        ("x.txt", "x", "is no weather file by its name"),
    ],
)
def test_files_that_are_no_weather(folder: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(InstanceError) as caught:
        read_weather(written(folder, name, text), None, 3)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("nan,-100.0,-6,500.0", "x.epw:1 latitude nan - is not on Earth - -90 to 90 degrees north"),
        ("132,-100.0,-6,500.0", "x.epw:1 latitude 132 - is not on Earth"),
        ("32.0,200,-6,500.0", "x.epw:1 longitude 200 - is not on Earth"),
        ("32.0,-100.0,1e400,500.0", "x.epw:1 time zone 1e400 - is not on Earth - -12 to 14 h ahead of UTC"),
        ("32.0,-100.0,-6,nan", "x.epw:1 elevation nan - is not on Earth"),
        ("32.0,-100.0,-6,99999", "x.epw:1 elevation 99999 - is not on Earth - -500 to 9000 m"),
        ("north,-100.0,-6,500.0", "x.epw:1 latitude north - is not on Earth"),
    ],
)
def test_a_header_off_the_earth_is_refused(folder: Path, place: str, message: str) -> None:
    text = epw(climate(-6), -6).replace(f"{LATITUDE},{LONGITUDE},-6,500.0", place)
    assert place in text
    with pytest.raises(InstanceError) as caught:
        read_weather(written(folder, "x.epw", text), None, 3)
    assert message in str(caught.value)


def test_a_place_of_pvgis_off_the_earth_is_refused(folder: Path) -> None:
    text = pvgis_csv(climate()).replace("Elevation (m): 500.0", "Elevation (m): 99999")
    with pytest.raises(InstanceError, match="elevation 99999"):
        read_weather(written(folder, "x.csv", text), None, 3)


@pytest.mark.parametrize("moment", ["1991,13,1,1", "1991,2,30,1", "1991,1,1,25", "1,1,1,1", "9999,1,1,1", "x,1,1,1"])
def test_moments_of_no_calendar_are_faults_at_their_lines(folder: Path, moment: str) -> None:
    lines = epw(climate(-6), -6).splitlines()
    lines[8 + 41] = ",".join([moment, *lines[8 + 41].split(",")[4:]])
    with pytest.raises(InstanceError, match=f"x.epw:50 {moment} - is no moment"):
        read_weather(written(folder, "x.epw", "\n".join(lines)), None, 3)


@pytest.mark.parametrize("year", ["0001", "9999", "1700"])
def test_years_of_pvgis_that_are_none(folder: Path, year: str) -> None:
    text = pvgis_csv(climate()).replace("\r\n2006", f"\r\n{year}")
    with pytest.raises(InstanceError, match=r"x.csv"):
        read_weather(written(folder, "x.csv", text), None, 3)


def test_a_mark_of_utf_8_before_the_header_is_no_matter(folder: Path) -> None:
    text = epw(climate(-6), -6)
    plain = read_weather(written(folder, "x.epw", text), None, 3).hours
    assert read_weather(written(folder, "y.epw", "\ufeff" + text), None, 3).hours.equals(plain)


def test_a_year_without_sun_is_refused(folder: Path) -> None:
    dark = climate(-6).assign(ghi=0.0, dni=0.0, dhi=0.0)
    path = written(folder, "x.epw", epw(dark, -6))
    with pytest.raises(InstanceError, match="the sun does not shine all year"):
        import_weather(path, "alpha", folder, WeatherOptions())


def test_json_nested_without_end_is_refused(folder: Path) -> None:
    with pytest.raises(InstanceError, match="is nested too deeply"):
        read_weather(written(folder, "x.json", "[" * 100_000 + "]" * 100_000), None, 3)


def test_missing_hours_are_a_fault(folder: Path) -> None:
    lines = epw(climate(-6), -6).splitlines()
    path = written(folder, "x.epw", "\n".join(lines[:1000] + lines[1003:]))
    with pytest.raises(InstanceError, match="3 hours are missing, the first on 11 February at 08:00"):
        read_weather(path, None, 3)


def test_one_year_of_a_file_of_several(folder: Path) -> None:
    path = written(folder, "x.epw", epw(climate(-6), -6))  # every month is of another year
    with pytest.raises(InstanceError, match="8016 hours of 1991 are missing, the first on 01 February"):
        read_weather(path, 1991, 3)


def test_without_pvlib_there_is_a_clear_word(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *more: Any, **words: Any) -> Any:
        if name == "pvlib":
            raise ImportError(name)
        return real(name, *more, **words)

    path = written(folder, "x.epw", epw(climate(-6), -6))
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=r"pip install 'token-factory-planner\[import\]'"):
        read_weather(path, None, 3)

"""Weather files to series: hours, clocks, gaps, the plants; files in the layouts of EPW and PVGIS."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pvlib
import pytest

from planner.instance import InstanceError, load
from planner.instance.importers.plants import SolarPlant, WindFarm, farm_output, solar_share, wind_share
from planner.instance.importers.weather import WeatherOptions, import_weather, to_utc
from planner.instance.importers.weather_file import read_weather

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


# ---- hours and clocks


def test_hours_of_a_clock_six_hours_behind_become_hours_of_utc(folder: Path) -> None:
    """Hour 0 of UTC is 18:00 of 31 December there: hour 8754, at 8754 / 200 - 10 = 33.77 C; hour 6 is midnight."""
    found = series(folder, written(folder, "x.epw", epw(climate(-6), -6)))["alpha-temperature [C]"]
    assert len(found) == HOURS
    assert found[0] == pytest.approx(33.77)
    assert found[6] == pytest.approx(-10)
    assert found[6 + 4000] == pytest.approx(10)


def test_a_clock_half_an_hour_off_takes_the_mean_of_two_hours() -> None:
    """At +5.5 h, the first hour of UTC lasts from 5:30 to 6:30 of local time: half of hour 5, half of hour 6."""
    values = np.arange(HOURS, dtype=float)
    assert to_utc(values, 5.5)[0] == pytest.approx(5.5)
    assert to_utc(values, -3.5)[10] == pytest.approx(6.5)
    assert to_utc(values, 0)[3] == 3


@pytest.mark.parametrize(("name", "text"), [("x.csv", pvgis_csv), ("x.json", pvgis_json)])
def test_pvgis_is_in_utc_already(folder: Path, name: str, text: Any) -> None:
    found = series(folder, written(folder, name, text(climate())))
    assert found["alpha-temperature [C]"][[0, 4000]] == pytest.approx([-10, 10])


def test_epw_and_pvgis_of_one_sky_agree(folder: Path, tmp_path: Path) -> None:
    """The same year, told in two clocks; values of PVGIS at the middle of the hour as those of EPW stand for it."""
    found = series(folder, written(folder, "x.epw", epw(climate(-6), -6)))["alpha-solar [share]"]
    other = series(folder, written(folder, "x.csv", pvgis_csv(climate())), replace=True)["alpha-solar [share]"]
    assert found.mean() == pytest.approx(other.mean(), rel=0.01)
    assert np.corrcoef(found, other)[0, 1] > 0.999


def test_the_sun_stands_highest_at_its_own_noon(folder: Path) -> None:
    """At 100 W the sun culminates near 18:40 UTC; a fixed plant facing south peaks in that hour."""
    found = series(folder, written(folder, "x.epw", epw(climate(-6), -6)), solar=SolarPlant("fixed", dc_ac=0.9))
    by_hour = found["alpha-solar [share]"].reshape(-1, 24).mean(axis=0)
    assert by_hour.argmax() == 18
    assert by_hour[6] == 0


def test_the_29th_of_february_is_dropped(folder: Path) -> None:
    found = series(folder, written(folder, "x.epw", epw(climate(-6), -6, leap=True)))["alpha-temperature [C]"]
    assert found.max() < 60
    assert found[6 + 59 * 24] == pytest.approx(59 * 24 / 200 - 10, abs=0.01)


# ---- gaps and faults


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


# ---- what is written


def test_the_site_gets_its_temperature_series(folder: Path) -> None:
    path = written(folder, "x.epw", epw(climate(-6), -6))
    change = import_weather(path, "alpha", folder, WeatherOptions())
    assert "sites.csv: alpha temperature_series blank -> alpha-temperature" in change.lines
    assert change.warnings == []
    instance = change.try_out()
    assert instance.sites["alpha"].temperature_series == "alpha-temperature"
    assert instance.series["alpha-temperature"][6] == pytest.approx(-10)
    assert load(folder).sites["alpha"].temperature_series is None  # nothing is written yet


def test_a_series_that_the_site_has_is_kept(folder: Path) -> None:
    series(folder, written(folder, "x.epw", epw(climate(-6), -6)))
    change = import_weather(folder.parent / "x.epw", "alpha", folder, WeatherOptions(name="other"))
    assert "sites.csv: alpha keeps temperature_series alpha-temperature" in change.lines
    assert list(change.files) == ["series/other-weather.csv"]


def test_series_that_are_there_are_not_written_over(folder: Path) -> None:
    path = written(folder, "x.epw", epw(climate(-6), -6))
    series(folder, path)
    with pytest.raises(InstanceError, match="is there already - --replace"):
        import_weather(path, "alpha", folder, WeatherOptions())
    (folder / "series" / "alpha-weather.csv").rename(folder / "series" / "mine.csv")
    with pytest.raises(
        InstanceError, match=r"mine.csv:4 alpha-temperature \[C\] - a series of this name is there already"
    ):
        import_weather(path, "alpha", folder, WeatherOptions())


def test_series_of_the_same_name_give_way_when_told(folder: Path) -> None:
    """Another file holds the site's temperature and something else: the one is taken out, the other stays."""
    rows = [f"{hour},15,{hour % 7},0.5" for hour in range(HOURS)]
    mine = folder / "series" / "mine.csv"
    mine.parent.mkdir(exist_ok=True)
    head = "hour,alpha-temperature [C],spot [USD/MWh],alpha-wind [share]"
    mine.write_text("\n".join(["# mine", head, *rows, ""]), encoding="utf-8")
    path = written(folder, "x.epw", epw(climate(-6), -6))
    found = series(folder, path, replace=True)["alpha-temperature [C]"]
    assert mine.read_text(encoding="utf-8").splitlines()[:4] == ["# mine", "hour,spot [USD/MWh]", "0,0", "1,1"]
    instance = load(folder)
    assert instance.series["alpha-temperature"] == pytest.approx(found)


def test_the_site_is_pointed_at_the_new_series_when_told(folder: Path) -> None:
    series(folder, written(folder, "x.epw", epw(climate(-6), -6)))
    change = import_weather(folder.parent / "x.epw", "alpha", folder, WeatherOptions(name="other", replace=True))
    assert change.try_out().sites["alpha"].temperature_series == "other-temperature"


def test_weather_of_another_place_is_doubted(folder: Path) -> None:
    text = epw(climate(2), 2).replace(f",{LATITUDE},{LONGITUDE},", ",50.0,8.0,")
    change = import_weather(written(folder, "x.epw", text), "alpha", folder, WeatherOptions())
    texts = [str(warning) for warning in change.warnings]
    assert "sites.csv:2 latitude alpha - lies 108.0 degrees away from the weather of x.epw" in texts[0]
    assert "utc_offset_h -6 - the file's clock is UTC+2 h; the file's own is used" in texts[1]


def test_sun_and_wind_without_a_series_are_named(folder: Path) -> None:
    with (folder / "power.csv").open("a", encoding="utf-8") as file:
        file.write("alpha,solar-us,0\n")
    change = import_weather(written(folder, "x.epw", epw(climate(-6), -6)), "alpha", folder, WeatherOptions())
    assert "power.csv: alpha.solar-us has no availability_series; alpha-solar could be it" in change.lines


# ---- the plants


@pytest.mark.parametrize("mount", ["fixed", "one-axis"])
def test_the_sun_agrees_with_a_model_chain_of_pvlib(folder: Path, mount: Any) -> None:
    """The same plant, written directly with pvlib's ModelChain: cell model of Sandia instead of Faiman's."""
    weather = read_weather(written(folder, "x.epw", epw(climate(-6), -6)), None, 3).hours
    own = solar_share(weather, LATITUDE, LONGITUDE, 500, SolarPlant(mount)).mean()
    pv = pvlib.pvsystem
    if mount == "fixed":
        holder: Any = pv.FixedMount(surface_tilt=LATITUDE, surface_azimuth=180)
    else:
        holder = pv.SingleAxisTrackerMount(0, 180, 60, True, 0.35)
    thermal = pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"]["open_rack_glass_polymer"]
    module = {"pdc0": 1.3, "gamma_pdc": -0.0035}
    array = pv.Array(holder, module_parameters=module, temperature_model_parameters=thermal, albedo=0.2)
    system = pv.PVSystem([array], inverter_parameters={"pdc0": 1 / 0.96, "eta_inv_nom": 0.96}, losses_parameters={})
    system.losses_parameters = {"soiling": 0, "shading": 0, "snow": 0, "mismatch": 0, "wiring": 0, "connections": 0}
    system.losses_parameters |= {"lid": 0, "nameplate_rating": 0, "age": 0, "availability": 14}
    place = pvlib.location.Location(LATITUDE, LONGITUDE, altitude=500)
    chain = pvlib.modelchain.ModelChain(
        system,
        place,
        aoi_model="no_loss",
        spectral_model="no_loss",
        losses_model="pvwatts",
        transposition_model="haydavies",
    )
    chain.run_model(weather)
    theirs = chain.results.ac.clip(lower=0, upper=1).fillna(0).mean()
    assert own == pytest.approx(theirs, rel=0.03)
    assert 0.2 < own < 0.5


def test_tracking_beats_standing_still_and_losses_cost_what_they_say(folder: Path) -> None:
    weather = read_weather(written(folder, "x.epw", epw(climate(-6), -6)), None, 3).hours

    def mean(plant: SolarPlant) -> float:
        return float(solar_share(weather, LATITUDE, LONGITUDE, 500, plant).mean())

    assert mean(SolarPlant("one-axis")) > 1.1 * mean(SolarPlant("fixed"))
    small = {"mount": "fixed", "dc_ac": 0.5}  # too few panels for the inverter to clip
    ratio = mean(SolarPlant(losses=0.28, **small)) / mean(SolarPlant(losses=0.14, **small))
    assert ratio == pytest.approx(0.72 / 0.86, rel=0.01)
    assert solar_share(weather, LATITUDE, LONGITUDE, 500, SolarPlant(dc_ac=3)).max() == pytest.approx(1)


def test_the_farms_curve_rises_to_its_rating() -> None:
    speed = np.linspace(0, 22, 500)
    output = farm_output(speed)
    assert np.all(np.diff(output) >= 0)
    assert output[0] == 0
    assert 0.9 <= output[-1] <= 1


def test_wind_at_the_hub() -> None:
    """5 m/s at 10 m are 5 x 10^(1/7) = 6.947 m/s at 100 m, in air of standard density; in air of half of it, the cube
    root of one half of that."""
    warm, standard = np.array([15.0]), np.array([1.225 * 287.05 * 288.15])
    assert wind_share(np.array([5.0]), warm, standard, WindFarm())[0] == pytest.approx(
        farm_output(np.array([6.947]))[0], rel=1e-3
    )
    thin = wind_share(np.array([5.0]), warm, standard / 2, WindFarm())[0]
    assert thin == pytest.approx(farm_output(np.array([6.947 * 0.5 ** (1 / 3)]))[0], rel=1e-3)
    assert wind_share(np.array([5.0]), warm, standard, WindFarm(hub_m=150))[0] > farm_output(np.array([6.947]))[0]

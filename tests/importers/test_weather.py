"""Weather to series of a site: clocks, what is written, the plants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pvlib
import pytest

from planner.instance import InstanceError, load
from planner.instance.importers.plants import SolarPlant, WindFarm, farm_output, solar_share, wind_share
from planner.instance.importers.weather import WeatherOptions, import_weather, to_utc
from planner.instance.importers.weather_file import read_weather
from tests.importers.skies import HOURS, LATITUDE, LONGITUDE, climate, epw, pvgis_csv, pvgis_json, series, written

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

"""The typical year: exact where the specification is, plausible elsewhere, and the same every time."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from pydantic import ValidationError

from planner.instance.climate import Spec, read_spec
from planner.instance.typical_year import main, typical_year, write_csv
from tests.catalogue.tables import ONE_GIGAWATT

pytest.importorskip("pvlib")
pytestmark = pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear")  # pvlib asks pandas the old way
SPEC = ONE_GIGAWATT / "series" / "abilene.toml"
SERIES = ONE_GIGAWATT / "series" / "abilene.csv"


@pytest.fixture(scope="module")
def spec() -> Spec:
    return read_spec(SPEC)


@pytest.fixture(scope="module")
def year(spec):
    frame = typical_year(spec)
    frame.columns = ["temperature", "solar", "wind", "price"]
    return frame


def with_part(spec: Spec, part: str, **changes) -> Spec:
    """The specification with some values of one section changed."""
    data = spec.model_dump()
    data[part].update(changes)
    return Spec.model_validate(data)


def daily(values) -> np.ndarray:
    return np.asarray(values).reshape(365, 24).mean(axis=1)


def correlation(a, b) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def test_the_shipped_series_are_made_again_byte_for_byte(tmp_path):
    again = tmp_path / "again.csv"
    assert main([str(SPEC), str(again)]) == 0
    assert again.read_bytes() == SERIES.read_bytes()


def test_the_file_is_a_complete_year(year):
    lines = SERIES.read_text("utf-8").splitlines()
    assert lines[0] == (
        "hour,abilene-temperature [C],abilene-solar [share],abilene-wind [share],ercot-west-price [USD/MWh]"
    )
    assert [line.split(",")[0] for line in lines[1:]] == [str(hour) for hour in range(8760)]
    assert np.isfinite(year.to_numpy()).all()


def test_stated_numbers_are_hit(spec, year):
    t = spec.temperature
    assert year["temperature"].mean() == pytest.approx(t.mean_c, abs=0.005)
    assert year["temperature"].max() == pytest.approx(t.extreme_c)
    assert year["temperature"].min() == pytest.approx(t.cold_extreme_c)
    assert abs((year["temperature"] > t.design_c).sum() - t.design_hours) <= 1
    assert year["solar"].mean() == pytest.approx(spec.solar.capacity_factor, abs=1e-4)
    assert year["wind"].mean() == pytest.approx(spec.wind.capacity_factor, abs=1e-4)
    assert year["price"].mean() == pytest.approx(spec.price.mean_usd_per_mwh, rel=1e-4)


def test_values_stay_within_their_ranges(spec, year):
    assert year["solar"].between(0, 1).all()
    assert year["wind"].between(0, 1).all()
    assert year["price"].between(spec.price.floor_usd_per_mwh, spec.price.cap_usd_per_mwh).all()


def test_seasons_follow_the_normals(spec, year):
    months = np.repeat(np.arange(12), np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) * 24)
    monthly = year.groupby(months)["temperature"].mean()
    assert monthly.max() == pytest.approx(spec.temperature.warmest_month_c, abs=1.5)
    assert monthly.min() == pytest.approx(spec.temperature.coldest_month_c, abs=1.5)
    assert monthly.idxmax() in (5, 6, 7)


def test_the_sun_is_up_by_day_only(spec, year):
    local = (np.arange(8760) + spec.place.utc_offset_h) % 24
    assert (year["solar"][(local >= 21) | (local < 4)] == 0).all()
    assert year["solar"][(local >= 10) & (local < 15)].mean() > 2 * spec.solar.capacity_factor


def test_weather_lasts_for_days(year):
    """Rows drawn day by day without memory would have a correlation of about 0 +/- 0.05 from day to day."""
    wind = daily(year["wind"])
    assert correlation(wind[1:], wind[:-1]) > 0.4
    season = np.cos(2 * np.pi * (np.arange(365) - 205) / 365)
    temperature = daily(year["temperature"])
    anomaly = temperature - np.polyval(np.polyfit(season, temperature, 1), season)
    assert correlation(anomaly[1:], anomaly[:-1]) > 0.5


def test_calm_spells_still_the_wind(spec):
    calm = typical_year(with_part(spec, "wind", calm_spells=6, calm_days=5, calm_speed=0.1)).iloc[:, 2]
    none = typical_year(with_part(spec, "wind", calm_spells=0)).iloc[:, 2]

    def longest_lull(wind) -> int:
        still = daily(wind) < 0.1
        return max(len(run) for run in "".join("x" if day else " " for day in still).split())

    assert longest_lull(calm) >= 4
    assert longest_lull(calm) > longest_lull(none)


def test_prices_have_the_shape_of_a_duck(spec, year):
    local = (np.arange(8760) + spec.place.utc_offset_h) % 24
    noon, evening = (year["price"][np.isin(local, hours)].mean() for hours in ((9, 10, 11), (18, 19, 20)))
    assert noon < 0.7 * spec.price.mean_usd_per_mwh
    assert evening > 1.5 * spec.price.mean_usd_per_mwh


def test_heat_frost_and_still_air_make_prices_rise(year):
    price, temperature, wind = (daily(year[name]) for name in ("price", "temperature", "wind"))
    hot, cold = temperature >= np.sort(temperature)[-10], temperature <= np.sort(temperature)[9]
    assert price[hot].mean() > 1.5 * price.mean()
    assert price[cold].mean() > 1.5 * price.mean()
    assert price[wind < 0.1].mean() > 1.5 * price[wind > 0.6].mean()


def test_another_seed_is_another_year_with_the_same_numbers(spec, year):
    other = typical_year(spec.model_copy(update={"seed": spec.seed + 1}))
    assert correlation(daily(other.iloc[:, 2]), daily(year["wind"])) < 0.5
    assert other.iloc[:, 0].mean() == pytest.approx(spec.temperature.mean_c, abs=0.005)
    assert other.iloc[:, 2].mean() == pytest.approx(spec.wind.capacity_factor, abs=1e-4)


def test_one_part_does_not_stir_another(spec, year):
    windy = typical_year(with_part(spec, "wind", capacity_factor=0.35))
    assert (windy.iloc[:, 0].to_numpy() == year["temperature"].to_numpy()).all()
    assert (windy.iloc[:, 1].to_numpy() == year["solar"].to_numpy()).all()
    assert windy.iloc[:, 2].mean() == pytest.approx(0.35, abs=1e-4)


@pytest.mark.parametrize(
    ("place", "temperature", "solar"),
    [
        pytest.param(
            {"latitude": 65.6, "longitude": 22.1, "altitude_m": 10, "utc_offset_h": 1},
            {
                "mean_c": 2.5,
                "coldest_month_c": -10,
                "warmest_month_c": 16,
                "daily_range_c": 8,
                "design_c": 24,
                "extreme_c": 33,
            }
            | {"cold_extreme_c": -32},
            0.12,
            id="lulea",
        ),
        pytest.param(
            {"latitude": 1.5, "longitude": 103.7, "altitude_m": 20, "utc_offset_h": 8},
            {
                "mean_c": 27,
                "coldest_month_c": 26,
                "warmest_month_c": 28,
                "daily_range_c": 8,
                "design_c": 33,
                "extreme_c": 37,
            }
            | {"cold_extreme_c": 20, "weather_c": 0.8},
            0.17,
            id="johor",
        ),
        pytest.param(
            {"latitude": -3.7, "longitude": -38.5, "altitude_m": 20, "utc_offset_h": -3},
            {
                "mean_c": 27,
                "coldest_month_c": 26,
                "warmest_month_c": 28,
                "daily_range_c": 7,
                "design_c": 33,
                "extreme_c": 37,
            }
            | {"cold_extreme_c": 20, "weather_c": 0.8, "warmest_day": 20},
            0.26,
            id="fortaleza",
        ),
    ],
)
def test_other_climates_can_be_made(spec, place, temperature, solar):
    data = spec.model_dump()
    data["place"].update(place)
    data["temperature"].update(temperature)
    data["solar"].update(capacity_factor=solar)
    frame = typical_year(Spec.model_validate(data))
    assert frame.iloc[:, 0].mean() == pytest.approx(temperature["mean_c"], abs=0.005)
    assert frame.iloc[:, 1].mean() == pytest.approx(solar, abs=1e-4)


def test_numbers_that_contradict_each_other_are_refused(spec):
    with pytest.raises(ValueError, match="do not fit"):
        typical_year(with_part(spec, "temperature", extreme_c=30))
    with pytest.raises(ValueError, match=r"solar capacity factor 0\.49 is out of reach"):
        typical_year(with_part(spec, "solar", capacity_factor=0.49))


def test_a_misspelt_or_missing_key_is_refused(spec):
    data = tomllib.loads(SPEC.read_text("utf-8"))
    data["wind"]["capacityfactor"] = 0.4
    with pytest.raises(ValidationError, match="capacityfactor"):
        Spec.model_validate(data)
    del data["wind"]["capacityfactor"], data["wind"]["capacity_factor"]
    with pytest.raises(ValidationError, match="capacity_factor"):
        Spec.model_validate(data)


def test_the_command_tells_what_is_wrong(tmp_path, capsys):
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert main([str(tmp_path / "absent.toml"), str(tmp_path / "out.csv")]) == 1
    assert "absent.toml" in capsys.readouterr().err
    broken = tmp_path / "broken.toml"
    broken.write_text("seed = ", "utf-8")
    assert main([str(broken), str(tmp_path / "out.csv")]) == 1
    assert not (tmp_path / "out.csv").exists()


def test_files_hold_four_significant_digits(tmp_path, year):
    write_csv(year.head(48), tmp_path / "two-days.csv")
    cells = [
        cell for line in (tmp_path / "two-days.csv").read_text("utf-8").splitlines()[1:] for cell in line.split(",")
    ]
    for cell in cells:
        mantissa = cell.split("e")[0].replace(".", "").replace("-", "").lstrip("0")
        assert len(mantissa) <= 4

"""Makes one typical year of hourly weather and prices from published climate normals, the same every time.

A specification (TOML) states what is known of a place: mean, design and extreme temperature, yearly capacity factors,
mean price. The generator draws a year that has exactly these values and the texture that matters to a plan: daily and
seasonal cycles, weather that lasts for days, calm spells, and prices that rise with heat, frost and still air.

    python -m planner.instance.typical_year series/abilene.toml series/abilene.csv

The year has 365 days and starts on Monday, 1 January, in UTC; hour h stands for the time from h to h + 1. The random
stream is numpy's frozen MT19937 (`RandomState`), each series draws from its own sub-stream, and values are rounded to
four significant digits, so the same specification gives the same bytes.

Sources of the method: clear sky, tracking and irradiance models of pvlib (Ineichen, Erbs, Hay-Davies, PVWatts);
Weibull wind speeds by a Gaussian copula; prices by a convex merit order of net load. It is a texture, not a forecast:
no hour of it ever happened.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from scipy.special import ndtr

from planner.instance.climate import Place, Spec, Temperature, read_spec
from planner.units import HOURS_PER_DAY, HOURS_PER_YEAR

DAYS = HOURS_PER_YEAR // HOURS_PER_DAY
_SUN_YEAR = 2018  # 365 days, 1 January is a Monday: gives the sun a date
_BURN_IN = 200  # steps after which an autocorrelated process has forgotten its start
_INVERTER_START = 0.002  # share of capacity below which nothing is fed in: keeps twilight out of the model
_STREAMS = {"temperature": 1, "cloud": 2, "wind": 3, "calm": 4, "price": 5}
POWER_CURVE = np.array(  # wind farm at hub height: m/s -> share of capacity, losses and array effects included
    [
        *([0, 0], [2, 0.01], [4, 0.06], [5, 0.12], [6, 0.19], [7, 0.28], [8, 0.38], [9, 0.49]),
        *([10, 0.60], [11, 0.70], [12, 0.78], [13, 0.84], [14, 0.88], [16, 0.92], [22, 0.94], [30, 0]),
    ]
)


def typical_year(spec: Spec) -> pd.DataFrame:
    """Return the year: index hour (0 to 8759, UTC), one column `name [unit]` per series, four significant digits.

    Raises:
        ValueError: the numbers of the specification contradict each other.
        ImportError: pvlib is not installed.
    """
    weather = _weather(spec.temperature, _stream(spec.seed, "temperature"))
    temperature = _temperature(spec, weather)
    solar = _solar(spec, temperature, weather)
    wind = _wind(spec, weather)
    price = _price(spec, temperature, solar, wind)
    columns = {
        f"{spec.temperature.name} [C]": temperature,
        f"{spec.solar.name} [share]": solar,
        f"{spec.wind.name} [share]": wind,
        f"{spec.price.name} [USD/MWh]": price,
    }
    frame = pd.DataFrame({name: _round(values) for name, values in columns.items()})
    frame.index.name = "hour"
    return frame


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a year as an instance's series file: first column `hour`, values with four significant digits."""
    lines = [",".join(["hour", *frame.columns])]
    rows = zip(frame.index, *(frame[name] for name in frame.columns), strict=True)
    lines += [",".join([str(hour), *(f"{value:.4g}" for value in row)]) for hour, *row in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


def _stream(seed: int, name: str) -> np.random.RandomState:
    # RandomState's stream is frozen by numpy's NEP 19; Generator's may change with a release
    return np.random.RandomState([seed, _STREAMS[name]])


def _round(values: np.ndarray) -> np.ndarray:
    return np.array([float(f"{value:.4g}") for value in values]) + 0.0  # + 0.0 turns -0 into 0


def _process(random: np.random.RandomState, steps: int, memory_steps: float) -> np.ndarray:
    """Autocorrelated standard normal process: correlation exp(-lag / memory)."""
    keep = np.exp(-1 / memory_steps)
    noise = random.standard_normal(steps + _BURN_IN) * np.sqrt(1 - keep**2)
    values = lfilter([1.0], [1.0, -keep], noise)[_BURN_IN:]
    return (values - values.mean()) / values.std()


def _hourly(daily: np.ndarray) -> np.ndarray:
    """Spread daily values (at noon) over the hours, cyclic over the year."""
    noon = np.arange(DAYS) * HOURS_PER_DAY + HOURS_PER_DAY / 2
    return np.interp(np.arange(HOURS_PER_YEAR) + 0.5, noon, daily, period=HOURS_PER_YEAR)


def _clock(place: Place) -> tuple[np.ndarray, np.ndarray]:
    """Local day of the year (with fraction) and local hour, at the middle of each UTC hour."""
    local = np.arange(HOURS_PER_YEAR) + 0.5 + place.utc_offset_h
    return local % HOURS_PER_YEAR / HOURS_PER_DAY, local % HOURS_PER_DAY


def _cosine(position: np.ndarray, peak: float, period: float) -> np.ndarray:
    return np.cos(2 * np.pi * (position - peak) / period)


def _solve(function: Callable[[float], float], target: float, low: float, high: float, what: str) -> float:
    """Bisect a rising function for `target`."""
    if not function(low) <= target <= function(high):
        raise ValueError(f"{what} {target:g} is out of reach: the model gives {function(low):g} to {function(high):g}")
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < target else (low, middle)
    return (low + high) / 2


def _weather(spec: Temperature, random: np.random.RandomState) -> np.ndarray:
    """Hourly index of warm (+) and cold (-) spells, standard normal by day: the weather all series share."""
    return _hourly(_process(random, DAYS, spec.weather_days))


def _temperature(spec: Spec, weather: np.ndarray) -> np.ndarray:
    """Cycles and spells, bent so that mean, design hours and both extremes are exact."""
    t, (day, hour) = spec.temperature, _clock(spec.place)
    season = _cosine(day, t.warmest_day, DAYS)
    # sharp rise after dawn, slow fall after the warmest hour; unit range
    diurnal = (_cosine(hour, 15.5, 24) + 0.18 * _cosine(hour, 14, 12)) / 2.1
    raw = t.mean_c + (t.warmest_month_c - t.coldest_month_c) / 2 * season + t.daily_range_c * diurnal
    raw = raw + t.weather_c * (1 - 0.35 * season) * weather  # winters are more restless than summers
    ordered = np.sort(raw)
    knots = np.array([ordered[0], ordered[HOURS_PER_YEAR // 2], ordered[-t.design_hours - 1], ordered[-1]])
    fixed = np.array([t.cold_extreme_c, 0.0, t.design_c, t.extreme_c])
    # a piecewise-linear map is linear in its knots, so the middle one that gives the mean has a closed form
    base = np.interp(raw, knots, fixed).mean()
    slope = np.interp(raw, knots, np.array([0.0, 1.0, 0.0, 0.0])).mean()
    fixed[1] = (t.mean_c - base) / slope
    if not np.all(np.diff(fixed) > 0):
        raise ValueError("temperature: mean, design and extremes do not fit the seasons and daily range given")
    return np.interp(raw, knots, fixed)


def _solar(spec: Spec, temperature: np.ndarray, weather: np.ndarray) -> np.ndarray:
    """Clear sky dimmed by clouds that come and go with the weather; their mean depth gives the capacity factor."""
    random = _stream(spec.seed, "cloud")
    slow = _hourly(_process(random, DAYS, spec.solar.cloud_days))
    fast = _process(random, HOURS_PER_YEAR, 3.0)
    sky = 0.85 * slow + 0.4 * fast + 0.35 * weather  # fronts bring clouds and cold together
    plant = _Plant(spec, temperature)

    def output(offset: float) -> np.ndarray:
        return plant.output(0.12 + 0.92 * ndtr(1.6 * (sky + offset)))

    offset = _solve(lambda value: output(value).mean(), spec.solar.capacity_factor, -4, 4, "solar capacity factor")
    return output(offset)


class _Plant:
    """The tracking plant under a sky of given clearness."""

    def __init__(self, spec: Spec, temperature: np.ndarray) -> None:
        try:
            import pvlib
        except ImportError as missing:
            raise ImportError("the sun needs pvlib: pip install 'token-factory-planner[import]'") from missing
        self.pvlib, self.spec = pvlib, spec
        times = pd.date_range(f"{_SUN_YEAR}-01-01 00:30", periods=HOURS_PER_YEAR, freq="h", tz="UTC")
        place = spec.place
        sun = pvlib.solarposition.get_solarposition(times, place.latitude, place.longitude, place.altitude_m)
        pressure = pvlib.atmosphere.alt2pres(place.altitude_m)
        mass = pvlib.atmosphere.get_absolute_airmass(
            pvlib.atmosphere.get_relative_airmass(sun["apparent_zenith"]), pressure
        )
        self.extra = pvlib.irradiance.get_extra_radiation(times)
        turbidity = spec.solar.linke_turbidity
        sky = pvlib.clearsky.ineichen(sun["apparent_zenith"], mass, turbidity, place.altitude_m, self.extra)
        self.times, self.sun, self.clear = times, sun, sky["ghi"].fillna(0)
        self.tilt = pvlib.tracking.singleaxis(sun["apparent_zenith"], sun["azimuth"], 0, 180, 60, True, 0.35)
        self.temperature = temperature

    def output(self, clearness: np.ndarray) -> np.ndarray:
        """Share of AC capacity for a clear-sky index by hour."""
        pvlib, sun = self.pvlib, self.sun
        ghi = self.clear * clearness
        split = pvlib.irradiance.erbs(ghi, sun["zenith"], self.times)
        total = pvlib.irradiance.get_total_irradiance(
            self.tilt["surface_tilt"],
            self.tilt["surface_azimuth"],
            sun["apparent_zenith"],
            sun["azimuth"],
            split["dni"],
            ghi,
            split["dhi"],
            dni_extra=self.extra,
            model="haydavies",
        )
        plane = total["poa_global"].fillna(0).clip(lower=0).to_numpy()
        cell = pvlib.temperature.faiman(plane, self.temperature, wind_speed=4.0)
        direct = plane / 1000 * (1 - 0.0035 * (cell - 25)) * 0.86  # 14 % losses, as in PVWatts
        output = np.clip(self.spec.solar.dc_ac_ratio * direct * 0.96, 0, 1)
        return np.where(output < _INVERTER_START, 0.0, output)


def _wind(spec: Spec, weather: np.ndarray) -> np.ndarray:
    """Weibull speeds through a farm's power curve; hot and cold spells are still, and so are the calm spells."""
    wind, random, (day, hour) = spec.wind, _stream(spec.seed, "wind"), _clock(spec.place)
    latent = 0.75 * _hourly(_process(random, DAYS, wind.weather_days)) + 0.5 * _process(random, HOURS_PER_YEAR, 8.0)
    latent = latent + wind.seasonal * _cosine(day, wind.windiest_day, DAYS)
    latent = latent + wind.diurnal * _cosine(hour, wind.windiest_hour, 24)
    latent = latent - 0.25 * (weather**2 - 1)  # a stagnant high brings both frost and heat
    unit = (-np.log(ndtr(-(latent - latent.mean()) / latent.std()))) ** (1 / wind.weibull_shape)
    unit = unit * _calm(spec)

    def output(scale: float) -> np.ndarray:
        return np.interp(scale * unit, POWER_CURVE[:, 0], POWER_CURVE[:, 1])

    return output(_solve(lambda value: output(value).mean(), wind.capacity_factor, 2, 15, "wind capacity factor"))


def _calm(spec: Spec) -> np.ndarray:
    """Factor on wind speed: `calm_speed` within the calm spells, most of them in winter, 1 outside."""
    wind, random = spec.wind, _stream(spec.seed, "calm")
    factor = np.ones(HOURS_PER_YEAR)
    winter = 1.2 + _cosine(np.arange(DAYS), spec.temperature.warmest_day + DAYS / 2, DAYS)
    centres = random.choice(DAYS, size=wind.calm_spells, replace=False, p=winter / winter.sum())
    for centre in centres * HOURS_PER_DAY:
        away = np.abs((np.arange(HOURS_PER_YEAR) - centre + HOURS_PER_YEAR / 2) % HOURS_PER_YEAR - HOURS_PER_YEAR / 2)
        depth = np.clip((wind.calm_days * HOURS_PER_DAY / 2 - away) / 12, 0, 1)  # half a day to fall and to rise
        factor = np.minimum(factor, 1 - (1 - wind.calm_speed) * depth)
    return factor


def _price(spec: Spec, temperature: np.ndarray, solar: np.ndarray, wind: np.ndarray) -> np.ndarray:
    """A convex merit order of net load: duck shape from the sun, scarcity from heat, frost and still air."""
    price, (day, hour) = spec.price, _clock(spec.place)
    summer = (1 + _cosine(day, spec.temperature.warmest_day, DAYS)) / 2
    daily = summer * 0.10 * _cosine(hour, 17.5, 24)
    daily = daily + (1 - summer) * (0.05 * _cosine(hour, 19, 24) + 0.05 * _cosine(hour, 19.5, 12))
    load = 1 + daily + price.weekend * ((np.arange(HOURS_PER_YEAR) // HOURS_PER_DAY) % 7 >= 5)
    load = load + price.load_per_c_above_18 * np.maximum(temperature - 18, 0)
    load = load + price.load_per_c_below_8 * np.maximum(8 - temperature, 0)
    net = load - price.solar_share * solar - price.wind_share * wind
    tight = (net - net.mean()) / net.std()
    tight = tight + price.noise * _process(_stream(spec.seed, "price"), HOURS_PER_YEAR, 12.0)
    order = np.exp(price.steepness * tight) - price.surplus
    order = order + price.scarcity * np.maximum(tight - price.scarcity_above, 0) ** 2

    def scaled(scale: float) -> np.ndarray:
        return np.clip(scale * order, price.floor_usd_per_mwh, price.cap_usd_per_mwh)

    mean = price.mean_usd_per_mwh
    return scaled(_solve(lambda value: scaled(value).mean(), mean, 0, 100 * mean, "mean price"))


def main(arguments: list[str]) -> int:
    """Write the year of a specification: arguments SPEC.toml OUT.csv. Returns the exit code."""
    if len(arguments) != 2:
        print("usage: python -m planner.instance.typical_year SPEC.toml OUT.csv", file=sys.stderr)
        return 2
    try:
        frame = typical_year(read_spec(Path(arguments[0])))
        write_csv(frame, Path(arguments[1]))
    except (OSError, ValueError, ImportError) as problem:
        print(f"{arguments[0]}: {problem}", file=sys.stderr)
        return 1
    print(frame.describe(percentiles=[0.01, 0.5, 0.99]).T.to_string(float_format="{:.4g}".format))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

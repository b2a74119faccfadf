"""What is known of a place's climate and power market: the specification from which a typical year is made.

A specification is a TOML file with one section per class below. What is measured or published of a place (normals,
capacity factors, mean price) has no default; the texture (how long weather lasts, how steep prices are) has one, and
can be set where something better is known.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A section of the specification; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(Part):
    """Where the sun and the clock are taken from.

    Attributes:
        latitude, longitude: degrees north and east, short of the polar circles.
        altitude_m: height above the sea (m).
        utc_offset_h: local standard time minus UTC (h).
    """

    latitude: float = Field(ge=-66, le=66)
    longitude: float = Field(ge=-180, le=180)
    altitude_m: float = Field(0, ge=-500, le=6000)
    utc_offset_h: float = Field(ge=-12, le=14)


class Temperature(Part):
    """Outdoor dry-bulb temperature (C).

    Attributes:
        name: name of the series.
        mean_c: mean of the year; exact in the series.
        coldest_month_c, warmest_month_c: means of the coldest and warmest month; the size of the seasons.
        daily_range_c: mean of daily maximum less minimum.
        design_c: exceeded in `design_hours` of the year (0.4 %); exact.
        extreme_c, cold_extreme_c: hottest and coldest hour; exact.
        warmest_day: peak of the season, days after 1 January.
        weather_c: standard deviation of daily anomalies in spring and autumn.
        weather_days: how long they last (e-folding time).
    """

    name: str
    mean_c: float
    coldest_month_c: float
    warmest_month_c: float
    daily_range_c: float = Field(gt=0)
    design_c: float
    extreme_c: float
    cold_extreme_c: float
    design_hours: int = Field(35, ge=1, le=800)
    warmest_day: int = Field(205, ge=0, le=364)
    weather_c: float = Field(4.0, ge=0)
    weather_days: float = Field(4.0, gt=0)


class Solar(Part):
    """Single-axis tracking plant: output over AC capacity.

    Attributes:
        name: name of the series.
        capacity_factor: mean output of the year; exact, reached by the depth of the clouds.
        dc_ac_ratio: panels over inverters.
        linke_turbidity: haze of the clear sky.
        cloud_days: how long clouds last (e-folding time).
    """

    name: str
    capacity_factor: float = Field(gt=0, lt=0.5)
    dc_ac_ratio: float = Field(1.3, ge=1, le=2)
    linke_turbidity: float = Field(3.0, ge=1.5, le=7)
    cloud_days: float = Field(2.0, gt=0)


class Wind(Part):
    """Wind farm: output over capacity.

    Attributes:
        name: name of the series.
        capacity_factor: mean output of the year; exact, reached by the scale of the wind.
        weibull_shape: shape of the distribution of wind speeds.
        weather_days: how long wind and calm last (e-folding time).
        windiest_day, seasonal: peak and strength of the season, in standard deviations of the latent process.
        windiest_hour, diurnal: the same by local hour.
        calm_spells, calm_days, calm_speed: spells in which the wind falls to `calm_speed` of what it would be.
    """

    name: str
    capacity_factor: float = Field(gt=0, lt=0.7)
    weibull_shape: float = Field(2.4, gt=1, le=4)
    weather_days: float = Field(2.5, gt=0)
    windiest_day: int = Field(90, ge=0, le=364)
    seasonal: float = Field(0.25, ge=0)
    windiest_hour: float = Field(23, ge=0, lt=24)
    diurnal: float = Field(0.2, ge=0)
    calm_spells: int = Field(4, ge=0, le=20)
    calm_days: float = Field(4, gt=0, le=20)
    calm_speed: float = Field(0.35, ge=0, le=1)


class Price(Part):
    """Wholesale price (USD/MWh) of a grid with its own sun, wind, air conditioning and heating.

    Attributes:
        name: name of the series.
        mean_usd_per_mwh: mean of the year; exact.
        cap_usd_per_mwh, floor_usd_per_mwh: limits of the market.
        solar_share, wind_share: fleets of the grid, in mean loads; they follow the site's own sun and wind.
        load_per_c_above_18, load_per_c_below_8: cooling and heating load per degree, in mean loads.
        weekend: load at weekends, in mean loads.
        steepness: exponent of the merit order per standard deviation of net load.
        scarcity_above, scarcity: beyond so many standard deviations prices rise with the square.
        surplus: how far prices fall when net load is least; makes some hours negative.
        noise: outages and trade, in standard deviations of net load.
    """

    name: str
    mean_usd_per_mwh: float = Field(gt=0)
    cap_usd_per_mwh: float = Field(gt=0)
    floor_usd_per_mwh: float
    solar_share: float = Field(0.25, ge=0)
    wind_share: float = Field(0.25, ge=0)
    load_per_c_above_18: float = Field(0.016, ge=0)
    load_per_c_below_8: float = Field(0.020, ge=0)
    weekend: float = Field(-0.05)
    steepness: float = Field(0.45, gt=0)
    scarcity_above: float = Field(1.7)
    scarcity: float = Field(6.0, ge=0)
    surplus: float = Field(0.45, ge=0)
    noise: float = Field(0.35, ge=0)


class Spec(Part):
    """A whole specification file.

    Attributes:
        text: what is measured, published and assumed in it.
        seed: of the random streams.
    """

    text: str
    seed: int = Field(ge=0, lt=2**31)
    place: Place
    temperature: Temperature
    solar: Solar
    wind: Wind
    price: Price


def read_spec(path: Path) -> Spec:
    """Read a specification.

    Raises:
        OSError: the file cannot be read.
        tomllib.TOMLDecodeError: it is not TOML.
        pydantic.ValidationError: a value is missing, unknown or out of range.
    """
    return Spec.model_validate(tomllib.loads(path.read_text("utf-8")))

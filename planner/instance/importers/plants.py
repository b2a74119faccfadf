"""Sun and wind to output: what a generic plant would have made of an hour's weather, as a share of its capacity.

Sun: irradiance on the plane of the panels (Hay-Davies sky), cell temperature (Faiman, from air temperature and wind),
PVWatts direct current with a loss for heat, a flat loss for wiring, dirt and mismatch, PVWatts inverter that clips at
its rating. Output is over AC capacity. Panels stand fixed, or turn about a north-south axis with backtracking.

Wind: speed at hub height by the power law from the height of the measurement, corrected for the density of the air (the
power of wind goes with density, so the speed with its cube root), through the power curve of a generic farm, losses and
array effects included; the curve is the one the shipped series are made with.

Sources: Dobos, PVWatts Version 5 Manual (NREL/TP-6A20-62641); Faiman, Prog. Photovolt. 16 (2008) 307; IEC 61400-12-1
for density; exponent 1/7 for open country. All of the sun is pvlib.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from planner.instance.typical_year import POWER_CURVE

_STANDARD_SUN = 1000.0  # W/m2 at which panels are rated
_RATED_CELL_C = 25.0
_STANDARD_DENSITY = 1.225  # kg/m3 at which power curves are given
_DRY_AIR = 287.05  # J/(kg K)
_ZERO_C = 273.15
_ALBEDO = 0.2
_NIGHT = 0.002  # share of capacity below which nothing is fed in: keeps twilight out of the model


@dataclass(frozen=True)
class SolarPlant:
    """A generic plant on the sun.

    Attributes:
        mount: one-axis (tracking, axis north-south) or fixed.
        tilt_deg: of fixed panels; None: the latitude.
        azimuth_deg: of fixed panels, clockwise from north; None: towards the equator.
        dc_ac: panels over inverters.
        losses: share lost to wiring, dirt, mismatch and outages.
        heat_loss_per_c: share of output lost per degree of the cell above 25 C.
        inverter: efficiency at rated power.
        ground_cover: panels over ground, for backtracking.
        most_turn_deg: largest angle of the tracker.
    """

    mount: Literal["one-axis", "fixed"] = "one-axis"
    tilt_deg: float | None = None
    azimuth_deg: float | None = None
    dc_ac: float = 1.3
    losses: float = 0.14
    heat_loss_per_c: float = 0.0035
    inverter: float = 0.96
    ground_cover: float = 0.35
    most_turn_deg: float = 60.0

    def words(self) -> str:
        """Return the plant in a few words."""
        if self.mount == "fixed":
            tilt = "tilted by the latitude" if self.tilt_deg is None else f"tilted by {self.tilt_deg:g} degrees"
            how = f"fixed panels {tilt}"
        else:
            how = "one-axis tracking"
        return f"{how}, DC/AC {self.dc_ac:g}, losses {self.losses:g}, inverter {self.inverter:g}"


@dataclass(frozen=True)
class WindFarm:
    """A generic wind farm.

    Attributes:
        hub_m: height of the hubs.
        measured_m: height of the wind measurement.
        shear: exponent of the power law.
    """

    hub_m: float = 100.0
    measured_m: float = 10.0
    shear: float = 1 / 7

    def words(self) -> str:
        """Return the farm in a few words."""
        return f"hub {self.hub_m:g} m, shear exponent {self.shear:.3g} from {self.measured_m:g} m"


def solar_share(
    weather: pd.DataFrame, latitude: float, longitude: float, altitude_m: float, plant: SolarPlant
) -> np.ndarray:
    """Return output over AC capacity.

    Args:
        weather: columns ghi, dni, dhi (W/m2), temp_air (C), wind_speed (m/s), indexed by the moments (with time zone)
            at which the sun is looked up.
        latitude, longitude: degrees north and east.
        altitude_m: height above the sea.
        plant: the plant.

    Raises:
        ImportError: pvlib is not installed.
    """
    pvlib = need_pvlib()
    sun = pvlib.solarposition.get_solarposition(weather.index, latitude, longitude, altitude_m)
    tilt, azimuth = _plane(pvlib, sun, latitude, plant)
    total = pvlib.irradiance.get_total_irradiance(
        tilt,
        azimuth,
        sun["apparent_zenith"],
        sun["azimuth"],
        weather["dni"],
        weather["ghi"],
        weather["dhi"],
        dni_extra=pvlib.irradiance.get_extra_radiation(weather.index),
        albedo=_ALBEDO,
        model="haydavies",
    )
    plane = total["poa_global"].fillna(0).clip(lower=0).to_numpy()
    cell = pvlib.temperature.faiman(plane, weather["temp_air"].to_numpy(), weather["wind_speed"].to_numpy())
    direct = plane / _STANDARD_SUN * (1 - plant.heat_loss_per_c * (cell - _RATED_CELL_C)) * plant.dc_ac
    direct = np.clip(direct * (1 - plant.losses), 0, None)
    output = pvlib.inverter.pvwatts(direct, pdc0=1 / plant.inverter, eta_inv_nom=plant.inverter)
    output = np.clip(np.nan_to_num(output), 0, 1)
    return np.where(output < _NIGHT, 0.0, output)


def _plane(pvlib: Any, sun: pd.DataFrame, latitude: float, plant: SolarPlant) -> tuple[Any, Any]:
    """Return tilt and azimuth of the panels."""
    if plant.mount == "one-axis":
        turned = pvlib.tracking.singleaxis(
            sun["apparent_zenith"], sun["azimuth"], 0, 180, plant.most_turn_deg, True, plant.ground_cover
        )
        return turned["surface_tilt"].fillna(0), turned["surface_azimuth"].fillna(180)
    towards = (180.0 if latitude >= 0 else 0.0) if plant.azimuth_deg is None else plant.azimuth_deg
    return abs(latitude) if plant.tilt_deg is None else plant.tilt_deg, towards


def wind_share(speed: np.ndarray, temperature_c: np.ndarray, pressure_pa: np.ndarray, farm: WindFarm) -> np.ndarray:
    """Return output over capacity for wind speed (m/s) at the measured height."""
    density = pressure_pa / (_DRY_AIR * (temperature_c + _ZERO_C))
    at_hub = speed * (farm.hub_m / farm.measured_m) ** farm.shear
    return farm_output(at_hub * np.cbrt(density / _STANDARD_DENSITY))


def farm_output(speed: np.ndarray) -> np.ndarray:
    """Return the generic farm's output over capacity for the wind at its hubs (m/s)."""
    return np.interp(speed, POWER_CURVE[:, 0], POWER_CURVE[:, 1])


def need_pvlib() -> Any:
    """Return pvlib.

    Raises:
        ImportError: it is not installed; the message says how to install it.
    """
    try:
        import pvlib
    except ImportError as missing:
        words = "weather files need pvlib: pip install 'token-factory-planner[import]'"
        raise ImportError(words) from missing
    return pvlib

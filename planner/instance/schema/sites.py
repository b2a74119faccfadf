"""Sites: places with a fixed gigawatt limit, and how it grows."""

from __future__ import annotations

from typing import ClassVar

from pydantic import field_validator

from planner.instance.schema.base import Date, Id, Names, Row, column

SMALLEST_SITE_MW = 5


class Site(Row):
    """A place where racks can stand, with its power limit, halls, climate and water."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the site")
    name: str = column(text="name for people")
    country: str = column("", text="country code")
    jurisdiction: str = column("", text="legal area the site lies in; markets may allow only some")
    latitude: float = column(0.0, text="latitude", unit="degrees north", ge=-90, le=90)
    longitude: float = column(0.0, text="longitude", unit="degrees east", ge=-180, le=180)
    utc_offset_h: float = column(0.0, text="local standard time minus UTC", unit="h", ge=-12, le=14)
    power_limit_mw: float = column(
        text="most that the facility may draw at any moment: the gigawatt that will never become two",
        unit="MW",
        ge=SMALLEST_SITE_MW,
        le=20_000,
        typical=(10, 10_000),
        hint="a gigawatt is 1000",
    )
    oversubscription: float = column(
        1.15, text="provisioned (all racks at full power) over the power limit", unit="ratio", ge=0.5, le=3
    )
    hall_limit_mw: float | None = column(
        None, text="most IT load the halls may be built for; blank: oversubscription x power limit", unit="MW IT", ge=0
    )
    opening_date: Date | None = column(None, text="earliest date the site can open; blank: any time")
    opening_capex_musd: float = column(0.0, text="one-off cost of opening the site", unit="M USD", ge=0)
    opening_life_years: float = column(20.0, text="life over which opening is paid off", unit="years", gt=0)
    fixed_cost_musd_per_yr: float = column(0.0, text="yearly cost of a site that is open", unit="M USD/yr", ge=0)
    shell_capex_usd_per_kw_it: float = column(
        0.0,
        text="halls without cooling and without power plant, per kW of IT load they can hold",
        unit="USD/kW IT",
        ge=0,
        typical=(1_000, 30_000),
    )
    shell_life_years: float = column(15.0, text="life of the halls", unit="years", gt=0)
    shell_fom_share_per_yr: float = column(
        0.0, text="yearly upkeep of the halls over their capex", unit="share/yr", ge=0, le=1
    )
    export_classes: Names = column(
        ("all",), text="export classes of hardware allowed here, parted by |; all: no restriction"
    )
    loss_share: float = column(
        0.0, text="electrical losses inside the facility per MW of IT load", unit="MW/MW IT", ge=0, le=1
    )
    base_load_mw: float = column(0.0, text="load of an open site apart from IT, cooling and losses", unit="MW", ge=0)
    temperature_series: str | None = column(
        None, text="series of outdoor temperature; blank: design_day_c at every hour", unit="C", series=True
    )
    design_day_c: float = column(35.0, text="outdoor temperature the cooling is sized for", unit="C", ge=-30, le=60)
    water_limit_m3_per_yr: float | None = column(None, text="water right; blank: no limit", unit="m3/yr", ge=0)
    water_usd_per_m3: float = column(0.0, text="water tariff", unit="USD/m3", ge=0, typical=(0, 20))
    max_cooling_designs: int | None = column(None, text="most cooling designs the site may mix; blank: no limit", ge=1)
    firm_share: float = column(
        0.0, text="share of the provisioned load that must be backed by firm capacity", unit="share", ge=0, le=1
    )
    firm_margin: float = column(0.0, text="reserve margin on the firm load", unit="share", ge=0, le=1)


class SitePeriod(Row):
    """What changes at a site from period to period: time to power."""

    KEY: ClassVar = ("site", "period")

    site: Id = column(text="site", ref="sites")
    period: str = column(text="period", ref="periods")
    power_limit_mw: float = column(
        text="power limit in this period; 0: no power yet", unit="MW", ge=0, le=20_000, hint="a gigawatt is 1000"
    )

    @field_validator("power_limit_mw")
    @classmethod
    def _is_none_or_that_of_a_site(cls, value: float) -> float:
        if 0 < value < SMALLEST_SITE_MW:
            raise ValueError("is too small for a site with power")
        return value


class SiteCooling(Row):
    """A cooling design offered at a site. An absent table offers every design everywhere."""

    KEY: ClassVar = ("site", "cooling")

    site: Id = column(text="site", ref="sites")
    cooling: Id = column(text="cooling design", ref="cooling")
    limit_mw: float | None = column(
        None, text="most heat the design may remove here; blank: no limit", unit="MW IT", ge=0
    )

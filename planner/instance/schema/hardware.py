"""Hardware and the cooling it needs."""

from __future__ import annotations

from typing import ClassVar, Literal

from planner.instance.schema.base import CatalogueRow, Date, Flag, Id, Needs, Row, column


class Hardware(CatalogueRow):
    """An accelerator system as it is bought: a server or a rack (one unit)."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the system")
    name: str = column(text="name for people")
    vendor: str = column("", text="who makes it")
    accelerators_per_unit: int = column(text="accelerators in one unit", ge=1, le=20_000)
    unit_kw_max: float = column(
        text="IT power of one unit at full load (facility overhead excluded)",
        unit="kW IT",
        gt=0,
        le=5_000,
        hint="IT power of ONE unit in kW; published all-in power contains the facility: divide by pue_ref",
        typical=(0.5, 1_000),
    )
    idle_share: float = column(0.3, text="power of an idle unit over unit_kw_max", unit="share", ge=0, le=1)
    rack_kw: float | None = column(
        None, text="density of the rack the unit stands in; blank: unit_kw_max", unit="kW", gt=0, le=2_000
    )
    cooling_needs: Needs = column(text="what it can be cooled with, parted by |: any one of them will do", min_length=1)
    capex_usd_per_unit: float = column(
        text="server, network and storage share of one unit",
        unit="USD/unit",
        ge=0,
        hint="USD per unit, not per accelerator",
        typical=(5_000, 20_000_000),
    )
    opex_share_per_yr: float = column(0.03, text="upkeep over capex", unit="share/yr", ge=0, le=1)
    life_years: float = column(5.0, text="economic life", unit="years", gt=0, le=40)
    may_retire: Flag = column(
        True,
        text="yes: units may be taken out of service before their life ends, while their annuity goes on; no: never",
    )
    lead_time_years: float = column(
        0.0, text="from order to service; counts from order_date of instance.toml", unit="years", ge=0, le=30
    )
    availability: float = column(0.95, text="share of units able to serve at any moment", unit="share", gt=0, le=1)
    available_from: Date | None = column(None, text="first date it can be installed; blank: already")
    whole_units: Flag = column(True, text="yes: units are bought whole; no: fractions may be bought")
    export_class: str = column("none", text="export class; sites list the classes they may hold")
    pue_ref: float | None = column(
        None, text="facility overhead contained in the published all-in power", unit="kW/kW", ge=1, le=3
    )
    own_usd_per_accelerator_h: float | None = column(
        None,
        text="published cost of owning (capital, colocation, power); for audit only, never added",
        unit="USD/h",
        gt=0,
    )


class Supply(Row):
    """What the vendors can deliver."""

    KEY: ClassVar = ("hardware", "period")

    hardware: Id = column(text="hardware", ref="hardware")
    period: str = column("every", text="period, or every", ref=("periods", "every"))
    supply_units: float = column(
        text="most units that can be built in the period, all sites together", unit="units", ge=0
    )


class Lease(Row):
    """A term on which units are rented in, or own units are leased out.

    Units rented in stand in the lessor's halls beside the site's network: the rent holds their power, hall and cooling,
    and their tokens leave from the site, which must be open and allowed to hold the hardware. Units leased out are own
    units in service that draw their full power around the clock and serve nobody else.
    """

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the lease")
    direction: Literal["in", "out"] = column(text="in: we rent units; out: we lease out units of ours")
    site: Id = column(text="site", ref="sites")
    hardware: Id = column(text="hardware", ref="hardware")
    max_units: float = column(text="most units on this lease at a time", unit="units", ge=0)
    usd_per_accelerator_h: float = column(
        text="rent, due for every hour of the period", unit="USD/accelerator-h", ge=0, typical=(0.1, 30)
    )
    available_from: Date | None = column(None, text="first date of the term; blank: already")
    until: Date | None = column(None, text="date at which the term ends; blank: never")
    commitment: Literal["take-or-pay"] = column(
        "take-or-pay", text="take-or-pay: rented for all hours of a period, used or not"
    )


class Cooling(CatalogueRow):
    """A cooling design: what it fits, what it draws by outdoor temperature, what it drinks and costs."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the design")
    name: str = column(text="name for people")
    max_rack_kw: float = column(text="densest rack it can cool", unit="kW", gt=0)
    fits: Needs = column(text="which cooling needs it meets, parted by |", min_length=1)
    overhead_base: float = column(
        text="power per MW of IT heat while free cooling suffices", unit="MW/MW IT", ge=0, le=2, typical=(0.01, 0.6)
    )
    free_cooling_below_c: float = column(99.0, text="outdoor temperature up to which free cooling suffices", unit="C")
    overhead_slope_per_c: float = column(
        0.0, text="extra power per MW of IT heat and degree above that", unit="MW/MW IT/C", ge=0, le=0.2
    )
    water_m3_per_mwh: float = column(0.0, text="water used per MWh of IT heat", unit="m3/MWh (= L/kWh)", ge=0, le=10)
    capex_usd_per_kw_it: float = column(
        0.0, text="cost per kW of IT heat it can remove", unit="USD/kW IT", ge=0, typical=(100, 6_000)
    )
    fixed_capex_musd: float = column(0.0, text="one-off cost of having the design at a site at all", unit="M USD", ge=0)
    life_years: float = column(15.0, text="economic life", unit="years", gt=0)
    fom_share_per_yr: float = column(0.0, text="yearly upkeep over capex", unit="share/yr", ge=0, le=1)

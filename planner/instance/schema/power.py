"""Power sources and stores: what the technologies are, and what is offered where."""

from __future__ import annotations

from typing import ClassVar, Literal

from planner.instance.schema.base import CatalogueRow, Date, Flag, Id, Row, column

Kind = Literal[
    "grid",
    "solar",
    "wind",
    "hydro",
    "geothermal",
    "nuclear",
    "gas-turbine",
    "gas-engine",
    "fuel-cell",
    "diesel",
    "ppa",
    "other",
]
CLEAN_KINDS = ("solar", "wind", "hydro", "geothermal", "nuclear")
"""Families whose energy counts as clean unless a row says otherwise."""


class Technology(CatalogueRow):
    """A way to make or buy electricity."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the technology")
    name: str = column(text="name for people")
    kind: Kind = column(text="family of the technology")
    capex_usd_per_kw: float = column(0.0, text="overnight cost", unit="USD/kW", ge=0, typical=(0, 20_000))
    life_years: float = column(25.0, text="economic life", unit="years", gt=0)
    lead_time_years: float = column(
        0.0, text="from order to service; counts from order_date of instance.toml", unit="years", ge=0, le=30
    )
    fom_usd_per_kw_yr: float = column(0.0, text="fixed yearly cost", unit="USD/kW-yr", ge=0, typical=(0, 400))
    vom_usd_per_mwh: float = column(0.0, text="variable cost apart from fuel", unit="USD/MWh", ge=0, typical=(0, 500))
    heat_rate_mmbtu_per_mwh: float = column(0.0, text="fuel burnt per MWh", unit="MMBtu/MWh", ge=0, le=30)
    fuel_usd_per_mmbtu: float = column(0.0, text="fuel price", unit="USD/MMBtu", ge=0, le=200, typical=(0.3, 50))
    co2_kg_per_mwh: float = column(0.0, text="carbon dioxide per MWh delivered", unit="kg/MWh", ge=0, le=2_000)
    availability: float = column(1.0, text="share of capacity that can run at any moment", unit="share", gt=0, le=1)
    firm_credit: float = column(
        0.0, text="share of capacity that counts as firm, unit outages included", unit="share", ge=0, le=1
    )
    max_hours_per_yr: float | None = column(
        None, text="most full-load hours a year (permits of backup plant); blank: no limit", unit="h/yr", ge=0, le=8760
    )
    clean: Flag | None = column(
        None,
        text="whether its energy is clean; blank: yes for solar, wind, hydro, geothermal and nuclear",
    )
    unit_mw: float | None = column(
        None, text="size of one unit, of which only whole ones are built; blank: any size", unit="MW", gt=0, le=20_000
    )
    min_load_share: float = column(
        0.0, text="least load of a unit that is online; needs unit_mw", unit="share of unit_mw", ge=0, le=1
    )
    start_usd_per_mw: float = column(
        0.0, text="cost of starting a unit, fuel included; needs unit_mw", unit="USD/MW", ge=0, typical=(0, 500)
    )
    stop_usd_per_mw: float = column(
        0.0, text="cost of stopping a unit; needs unit_mw", unit="USD/MW", ge=0, typical=(0, 500)
    )
    min_up_h: float = column(
        0.0, text="a started unit stays online at least so long, in whole steps; needs unit_mw", unit="h", ge=0, le=168
    )
    min_down_h: float = column(
        0.0, text="a stopped unit stays offline at least so long, in whole steps; needs unit_mw", unit="h", ge=0, le=168
    )
    ramp_share_per_h: float | None = column(
        None,
        text="most change of output in an hour, up or down: of capacity, with unit_mw of units online; blank: any",
        unit="share/h",
        gt=0,
        le=60,
    )

    @property
    def is_clean(self) -> bool:
        """Whether its energy counts towards a clean share."""
        return self.kind in CLEAN_KINDS if self.clean is None else self.clean

    @property
    def has_limits_of_units(self) -> bool:
        """Whether anything is said that only makes sense of units which start and stop."""
        return any((self.min_load_share, self.start_usd_per_mw, self.stop_usd_per_mw, self.min_up_h, self.min_down_h))

    @property
    def is_committed(self) -> bool:
        """Whether it is modelled as units that are online or offline: a ramp that takes an hour or less limits none."""
        slow = self.ramp_share_per_h is not None and self.ramp_share_per_h < 1
        return self.unit_mw is not None and (self.has_limits_of_units or slow)


class Source(Row):
    """A technology offered at a site or hub."""

    KEY: ClassVar = ("node", "technology")

    node: Id = column(text="site or hub", ref=("sites", "hubs"))
    technology: Id = column(text="technology", ref="technologies")
    max_mw: float | None = column(
        None, text="most capacity, existing and built; blank: no limit", unit="MW", ge=0, le=1e6
    )
    existing_mw: float = column(0.0, text="capacity already there, paid for", unit="MW", ge=0)
    available_from: Date | None = column(
        None, text="first date new capacity can deliver; blank: as the technology's lead time allows"
    )
    available_until: Date | None = column(
        None, text="date from which nothing of it is in service, existing capacity included (end of a contract)"
    )
    initial_online_units: int | None = column(
        None,
        text="units of the existing capacity online before the first step of every modelled day or year; "
        "blank: as many as after its last step",
        unit="units",
        ge=0,
    )
    energy_usd_per_mwh: float = column(
        0.0,
        text="price of energy on top of fuel and variable cost",
        unit="USD/MWh",
        ge=-500,
        le=5_000,
        typical=(-100, 500),
    )
    price_series: str | None = column(
        None, text="series of energy prices, added to energy_usd_per_mwh", unit="USD/MWh", series=True
    )
    pay: Literal["as-used", "as-produced"] = column(
        "as-used",
        text="as-used: energy is paid for when drawn; as-produced: price and variable cost are due on all that the "
        "capacity in service could give, drawn or not (fuel on what is drawn)",
    )
    demand_charge_usd_per_mw_yr: float = column(
        0.0, text="charge on the year's highest draw", unit="USD/MW-yr", ge=0, typical=(0, 500_000)
    )
    availability_series: str | None = column(
        None,
        text="series of the share of capacity that can run (solar, wind); multiplies availability",
        unit="share",
        series=True,
    )
    export_max_mw: float | None = column(
        None, text="most that may be sold back through it; blank: nothing", unit="MW", ge=0, le=1e6
    )
    export_usd_per_mwh: float = column(
        0.0, text="price of what is sold back", unit="USD/MWh", ge=-500, le=5_000, typical=(-100, 500)
    )
    export_price_series: str | None = column(
        None, text="series of prices of what is sold back, added to export_usd_per_mwh", unit="USD/MWh", series=True
    )


class Store(CatalogueRow):
    """A way to store electricity."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the store")
    name: str = column(text="name for people")
    hours: float | None = column(
        None, text="energy over power when the two come as one product; blank: chosen freely", unit="h", gt=0
    )
    capex_usd_per_kwh: float = column(
        0.0, text="overnight cost of energy capacity", unit="USD/kWh", ge=0, typical=(5, 1_500)
    )
    capex_usd_per_kw: float = column(0.0, text="overnight cost of power capacity", unit="USD/kW", ge=0)
    fom_usd_per_kwh_yr: float = column(0.0, text="fixed yearly cost of energy capacity", unit="USD/kWh-yr", ge=0)
    fom_usd_per_kw_yr: float = column(0.0, text="fixed yearly cost of power capacity", unit="USD/kW-yr", ge=0)
    life_years: float = column(18.0, text="economic life", unit="years", gt=0)
    lead_time_years: float = column(
        0.0, text="from order to service; counts from order_date of instance.toml", unit="years", ge=0, le=30
    )
    efficiency_charge: float = column(text="energy stored per energy taken", unit="share", gt=0, le=1)
    efficiency_discharge: float = column(text="energy given per energy released", unit="share", gt=0, le=1)
    loss_share_per_h: float = column(0.0, text="standing loss", unit="share/h", ge=0, lt=1)
    firm_credit: float = column(0.0, text="share of power capacity that counts as firm", unit="share", ge=0, le=1)
    linked: Flag = column(
        False,
        text="yes: representative days are strung together in calendar order, and energy is carried from date to date; "
        "no: what is stored returns to where it began within each representative day",
    )


class SiteStore(Row):
    """A store offered at a site or hub."""

    KEY: ClassVar = ("node", "store")

    node: Id = column(text="site or hub", ref=("sites", "hubs"))
    store: Id = column(text="store", ref="stores")
    max_mw: float | None = column(None, text="most power capacity; blank: no limit", unit="MW", ge=0)
    max_mwh: float | None = column(None, text="most energy capacity; blank: no limit", unit="MWh", ge=0)
    available_from: Date | None = column(None, text="first date it can deliver; blank: as the store's lead time allows")

"""Power sources and stores: what the technologies are, and what is offered where."""

from __future__ import annotations

from typing import ClassVar, Literal

from planner.instance.schema.base import CatalogueRow, Date, Id, Row, column

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
    "other",
]


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


class Source(Row):
    """A technology offered at a site."""

    KEY: ClassVar = ("node", "technology")

    node: Id = column(text="site", ref="sites")
    technology: Id = column(text="technology", ref="technologies")
    max_mw: float | None = column(
        None, text="most capacity, existing and built; blank: no limit", unit="MW", ge=0, le=1e6
    )
    existing_mw: float = column(0.0, text="capacity already there, paid for", unit="MW", ge=0)
    available_from: Date | None = column(
        None, text="first date new capacity can deliver; blank: as the technology's lead time allows"
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
    demand_charge_usd_per_mw_yr: float = column(
        0.0, text="charge on the year's highest draw", unit="USD/MW-yr", ge=0, typical=(0, 500_000)
    )
    availability_series: str | None = column(
        None,
        text="series of the share of capacity that can run (solar, wind); multiplies availability",
        unit="share",
        series=True,
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


class SiteStore(Row):
    """A store offered at a site."""

    KEY: ClassVar = ("node", "store")

    node: Id = column(text="site", ref="sites")
    store: Id = column(text="store", ref="stores")
    max_mw: float | None = column(None, text="most power capacity; blank: no limit", unit="MW", ge=0)
    max_mwh: float | None = column(None, text="most energy capacity; blank: no limit", unit="MWh", ge=0)
    available_from: Date | None = column(None, text="first date it can deliver; blank: as the store's lead time allows")

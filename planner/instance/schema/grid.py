"""The grid between places: hubs, where power is made and nothing else, and the lines that carry it."""

from __future__ import annotations

from typing import ClassVar, Literal

from planner.instance.schema.base import Date, Id, Row, column


class Hub(Row):
    """A power-only node: a place with power plant or stores and no racks, joined to sites by lines."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the hub; no site may have the same")
    name: str = column("", text="name for people; blank: the id")
    country: str = column("", text="country code")
    latitude: float = column(0.0, text="latitude", unit="degrees north", ge=-90, le=90)
    longitude: float = column(0.0, text="longitude", unit="degrees east", ge=-180, le=180)
    utc_offset_h: float = column(0.0, text="local standard time minus UTC", unit="h", ge=-12, le=14)


class Line(Row):
    """A power line between two nodes, existing or to be built. It carries power both ways: write it once."""

    KEY: ClassVar = ("origin", "destination", "kind")

    origin: Id = column(text="one end", ref=("sites", "hubs"))
    destination: Id = column(text="the other end", ref=("sites", "hubs"))
    kind: Literal["ac", "hvdc", "uhv-ac", "uhv-dc", "cable", "other"] = column("ac", text="family of the line")
    existing_mw: float = column(0.0, text="capacity already there, paid for", unit="MW", ge=0)
    max_mw: float | None = column(
        None, text="most capacity, existing and built; blank: no limit", unit="MW", ge=0, le=1e6
    )
    capex_usd_per_kw: float = column(
        0.0, text="overnight cost of added capacity, converters included", unit="USD/kW", ge=0, typical=(0, 5_000)
    )
    fixed_capex_musd: float = column(
        0.0, text="one-off cost of adding any capacity at all; needs max_mw", unit="M USD", ge=0
    )
    life_years: float = column(40.0, text="life of added capacity", unit="years", gt=0)
    fom_usd_per_kw_yr: float = column(0.0, text="fixed yearly cost", unit="USD/kW-yr", ge=0, typical=(0, 200))
    loss_share: float = column(0.0, text="share of what enters that does not arrive", unit="share", ge=0, lt=1)
    wheeling_usd_per_mwh: float = column(
        0.0, text="charge on what enters, either way", unit="USD/MWh", ge=0, typical=(0, 100)
    )
    available_from: Date | None = column(
        None, text="first date new capacity can deliver; blank: as the lead time allows"
    )
    lead_time_years: float = column(
        0.0, text="from order to service; counts from order_date of instance.toml", unit="years", ge=0, le=30
    )
    firm_credit: float = column(
        0.0,
        text="share of the capacity over which firm capacity at one end may back load at the other",
        unit="share",
        ge=0,
        le=1,
    )

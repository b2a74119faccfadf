"""Network: points of presence and the links between sites and markets."""

from __future__ import annotations

from typing import ClassVar, Literal

from planner.instance.schema.base import Id, Row, column


class Pop(Row):
    """A point of presence: a place where links meet that neither makes nor buys tokens."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the point of presence")
    name: str = column(text="name for people")
    latitude: float = column(0.0, text="latitude", unit="degrees north", ge=-90, le=90)
    longitude: float = column(0.0, text="longitude", unit="degrees east", ge=-180, le=180)


class Link(Row):
    """A network link. Answers travel from -> to, prompts travel back; each direction has the full capacity."""

    KEY: ClassVar = ("origin", "destination", "kind")

    origin: Id = column(text="end on the side of the sites", ref=("sites", "pops", "markets"))
    destination: Id = column(text="end on the side of the markets", ref=("sites", "pops", "markets"))
    kind: Literal["terrestrial", "submarine", "private-line", "cdn-edge", "satellite"] = column(
        "terrestrial", text="terrestrial, submarine, private-line, cdn-edge or satellite"
    )
    latency_ms: float = column(text="one-way latency", unit="ms", ge=0, le=2_000, typical=(0.05, 500))
    gbps: float | None = column(None, text="capacity that can be booked today; blank: no limit", unit="Gbps", ge=0)
    expandable_gbps: float = column(0.0, text="most capacity that can be added", unit="Gbps", ge=0)
    capex_usd_per_gbps: float = column(0.0, text="cost of added capacity", unit="USD/Gbps", ge=0)
    fixed_capex_musd: float = column(
        0.0,
        text="one-off cost of having the link at all; above 0, the link does not exist until it is built",
        unit="M USD",
        ge=0,
    )
    life_years: float = column(20.0, text="life of the link and of added capacity", unit="years", gt=0)
    usd_per_gbps_yr: float = column(
        0.0, text="price of booked capacity (transit, lease)", unit="USD/Gbps-yr", ge=0, typical=(0, 1_000_000)
    )
    usd_per_gb: float = column(0.0, text="price of traffic, both directions", unit="USD/GB", ge=0, typical=(0, 1))

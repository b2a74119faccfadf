"""Application: products, markets, contract segments, commitments and the daily shapes of demand."""

from __future__ import annotations

from typing import ClassVar, Literal

from planner.instance.schema.base import Date, Flag, Id, Names, Row, column


class Product(Row):
    """What is sold: a set of acceptable models, a workload and a service level."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the product")
    name: str = column("", text="name for people; blank: the id")
    models: Names = column(text="models the customer accepts, parted by |", ref="models", min_length=1)
    isl: float = column(text="input tokens of a request (fresh and cached)", unit="tok", ge=0)
    osl: float = column(text="output tokens of a request", unit="tok", gt=0)
    cached_share: float = column(0.0, text="share of input tokens found in cache", unit="share", ge=0, le=1)
    min_interactivity_tok_per_s: float = column(0.0, text="slowest speed a user may see", unit="tok/s/user", ge=0)
    max_ttft_ms: float = column(
        86_400_000.0,
        text="longest time to first token, network round trip included",
        unit="ms",
        gt=0,
        typical=(100, 86_400_000),
    )
    headroom: float = column(
        0.8, text="share of peak throughput that may be sold while the service level holds", unit="share", gt=0, le=1
    )
    deadline_h: float | None = column(
        None, text="a batch product: work may wait this long; blank: served as it arrives", unit="h", gt=0, le=24
    )
    bytes_per_input_token: float = column(4.0, text="on the wire, towards the site", unit="bytes/tok", ge=0)
    bytes_per_output_token: float = column(45.0, text="on the wire, towards the market", unit="bytes/tok", ge=0)
    token_weight: float = column(
        1.0, text="worth of a token of this product in the tokens objective", unit="ratio", ge=0
    )
    site_jurisdictions: Names = column(
        ("all",), text="jurisdictions of sites that may make it, parted by |, beside those each market allows; all: any"
    )
    it_share_min: float = column(
        0.0,
        text="least share of the year's IT energy at work, all sites together, that runs this product",
        unit="share",
        ge=0,
        le=1,
    )
    it_share_max: float = column(
        1.0,
        text="most share of the year's IT energy at work, all sites together, that runs this product",
        unit="share",
        ge=0,
        le=1,
    )


class Market(Row):
    """A place where tokens are bought."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the market")
    name: str = column(text="name for people")
    latitude: float = column(0.0, text="latitude", unit="degrees north", ge=-90, le=90)
    longitude: float = column(0.0, text="longitude", unit="degrees east", ge=-180, le=180)
    utc_offset_h: float = column(0.0, text="local standard time minus UTC", unit="h", ge=-12, le=14)
    site_jurisdictions: Names = column(
        ("all",), text="jurisdictions of sites that may serve it, parted by |; all: no restriction"
    )


class Demand(Row):
    """A contract segment: a named kind of contract of one market for one product."""

    KEY: ClassVar = ("market", "product", "segment")

    market: Id = column(text="market", ref="markets")
    product: Id = column(text="product", ref="products")
    segment: Id = column(text="kind of contract, e.g. list, committed, wholesale")
    volume_gtok_per_day: float = column(
        text="tokens of all kinds (fresh and cached input, output) asked for on the mean day",
        unit="Gtok/day",
        ge=0,
        le=1e8,
        hint="1 Gtok is 10^9 tokens; 1 trillion tokens a day is 1000",
        typical=(0.0001, 1_000_000),
    )
    volume_year: Date | None = column(None, text="date whose volume is stated; blank: the start of the first period")
    growth_per_yr: float = column(
        0.0,
        text="growth of the volume per year after (and before) that date; a period has the volume of its first day",
        unit="share/yr",
        gt=-1,
        le=20,
        typical=(-0.9, 5),
        hint="0.5 is half as much again each year",
    )
    price_usd_per_mtok_input: float = column(
        0.0, text="price of fresh input tokens", unit="USD/Mtok", ge=0, le=1e4, typical=(0, 300)
    )
    price_usd_per_mtok_cached: float = column(
        0.0, text="price of cached input tokens", unit="USD/Mtok", ge=0, le=1e4, typical=(0, 300)
    )
    price_usd_per_mtok_output: float = column(
        0.0, text="price of output tokens", unit="USD/Mtok", ge=0, le=1e4, typical=(0, 300)
    )
    shape: str | None = column(None, text="daily and weekly shape of the demand; blank: flat", ref="shapes")
    whole: Flag = column(False, text="yes: the contract is taken whole or not at all")
    single_site: Flag = column(
        False, text="yes: all that is taken of the contract in a year is served from one site, over any of its routes"
    )
    credit_usd_per_mtok: float = column(
        0.0,
        text="non-cash worth of every token served (conversion, goodwill), e.g. of a free tier; reported apart",
        unit="USD/Mtok",
        ge=0,
        le=1e4,
    )


class ProductPeriod(Row):
    """How demand and prices of one product move, on top of the indices of the period."""

    KEY: ClassVar = ("product", "period")

    product: Id = column(text="product", ref="products")
    period: str = column(text="period", ref="periods")
    demand_index: float = column(
        1.0, text="multiplies every volume of the product, besides the period's own index", unit="ratio", ge=0
    )
    price_index: float = column(
        1.0, text="multiplies every price of the product, besides the period's own index", unit="ratio", ge=0
    )


class Commitment(Row):
    """A promise to serve a volume, with what falling short costs."""

    KEY: ClassVar = ("market", "product")

    market: Id = column(text="market", ref="markets")
    product: Id = column(text="product", ref="products")
    volume_gtok_per_day: float = column(text="volume promised on the mean day", unit="Gtok/day", ge=0)
    penalty_usd_per_mtok: float | None = column(
        None, text="cash penalty per token short; blank with no churn cost: no shortfall allowed", unit="USD/Mtok", ge=0
    )
    churn_usd_per_mtok: float = column(
        0.0, text="non-cash cost per token short (lost conversion, goodwill); reported apart", unit="USD/Mtok", ge=0
    )


class Wholesale(Row):
    """An offer of another provider: tokens bought from it, or spare tokens sold to it, hour by hour at a market.

    Tokens bought meet the product's service level by contract and use no link of ours; tokens sold come over our links
    within the service level. The period's price_index applies.
    """

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the offer")
    direction: Literal["buy", "sell"] = column(text="buy: we buy tokens; sell: we sell spare tokens")
    market: Id = column(text="market at which the tokens change hands", ref="markets")
    product: Id = column(text="product", ref="products")
    usd_per_mtok: float = column(
        text="price over the product's mix of fresh, cached and output tokens",
        unit="USD/Mtok",
        ge=0,
        le=1e4,
        typical=(0, 300),
    )
    max_gtok_per_day: float = column(
        text="most that changes hands in a day, a 24th of it in any hour",
        unit="Gtok/day",
        ge=0,
        le=1e8,
        typical=(0.0001, 1_000_000),
    )
    available_from: Date | None = column(None, text="first date of the offer; blank: already")
    until: Date | None = column(None, text="date at which the offer ends; blank: never")


class Shape(Row):
    """Demand by hour of the local day, for working days and weekends; only ratios count."""

    KEY: ClassVar = ("shape", "day_type", "hour_local")

    shape: Id = column(text="id of the shape")
    day_type: Literal["weekday", "weekend"] = column(text="weekday or weekend")
    hour_local: int = column(text="hour of the local day", ge=0, le=23)
    value: float = column(text="demand relative to the other hours", unit="ratio", ge=0)

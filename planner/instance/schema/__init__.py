"""The schema: every table and setting of an instance, in one small module per part of the world.

`TABLES` names each table's row class; a row class names its key columns in `KEY` and describes each column's unit,
range and meaning. Whatever is said about the format anywhere is written from here.
"""

from __future__ import annotations

from planner.instance.schema.base import CatalogueRow, Row
from planner.instance.schema.grid import Hub, Line
from planner.instance.schema.hardware import Cooling, Hardware, Lease, Supply
from planner.instance.schema.markets import (
    Commitment,
    Demand,
    Market,
    Product,
    ProductPeriod,
    Shape,
    Wholesale,
)
from planner.instance.schema.network import Link, Pop
from planner.instance.schema.power import SiteStore, Source, Store, Technology
from planner.instance.schema.serving import Model, Point, Stack
from planner.instance.schema.settings import Period, Settings
from planner.instance.schema.sites import Site, SiteCooling, SitePeriod

TABLES: dict[str, type[Row]] = {
    "periods": Period,
    "sites": Site,
    "site_periods": SitePeriod,
    "hubs": Hub,
    "hardware": Hardware,
    "supply": Supply,
    "leases": Lease,
    "cooling": Cooling,
    "site_cooling": SiteCooling,
    "technologies": Technology,
    "power": Source,
    "stores": Store,
    "site_stores": SiteStore,
    "lines": Line,
    "models": Model,
    "stacks": Stack,
    "points": Point,
    "products": Product,
    "product_periods": ProductPeriod,
    "markets": Market,
    "demand": Demand,
    "commitments": Commitment,
    "wholesale": Wholesale,
    "shapes": Shape,
    "pops": Pop,
    "links": Link,
}
"""Table name (file NAME.csv) -> row class, in reading order."""

CATALOGUE_TABLES = tuple(name for name, row in TABLES.items() if issubclass(row, CatalogueRow))
"""Tables that the catalogue holds; an instance's table of the same name overrides or adds rows, column by column."""

__all__ = ["CATALOGUE_TABLES", "TABLES", "CatalogueRow", "Row", "Settings"]

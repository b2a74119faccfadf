"""An instance: everything that is known about the world a plan is made for, checked and ready to be modelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from planner.instance.problem import Problem, among
from planner.instance.schema import TABLES, Settings
from planner.instance.schema.describe import columns
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
from planner.instance.schema.settings import Period
from planner.instance.schema.sites import Site, SiteCooling, SitePeriod
from planner.instance.tables import Key

Pair = tuple[str, str]
Triple = tuple[str, str, str]


@dataclass(frozen=True, eq=False)
class Instance:
    """A checked instance. Tables are dicts in file order: id (or tuple of the key columns) -> row.

    Attributes:
        name: name of the folder.
        folder: where it was read from.
        settings: the file instance.toml.
        scenario: name of the scenario that was applied, or None; several stand in order, parted by commas.
        overrides: (path, value) of every change that was made, the scenario's first.
        digest: sha256 (hex) over all that defines the instance; the same bytes and overrides give the same digest.
        warnings: what is suspicious, though not wrong.
        series: name -> values over one typical year of 365 days in UTC, 8760 / resolution_h of them.
        series_units: name -> unit.
        scenarios: name -> description of every scenario of the instance.
    """

    name: str
    folder: Path
    settings: Settings
    scenario: str | None
    overrides: tuple[tuple[str, Any], ...]
    digest: str
    warnings: tuple[Problem, ...]
    periods: dict[str, Period]
    sites: dict[str, Site]
    site_periods: dict[Pair, SitePeriod]
    hubs: dict[str, Hub]
    hardware: dict[str, Hardware]
    supply: dict[Pair, Supply]
    leases: dict[str, Lease]
    cooling: dict[str, Cooling]
    site_cooling: dict[Pair, SiteCooling]
    technologies: dict[str, Technology]
    power: dict[Pair, Source]
    stores: dict[str, Store]
    site_stores: dict[Pair, SiteStore]
    lines: dict[Triple, Line]
    models: dict[str, Model]
    stacks: dict[str, Stack]
    points: dict[str, Point]
    products: dict[str, Product]
    product_periods: dict[Pair, ProductPeriod]
    markets: dict[str, Market]
    demand: dict[Triple, Demand]
    commitments: dict[Pair, Commitment]
    wholesale: dict[str, Wholesale]
    shapes: dict[tuple[str, str, int], Shape]
    pops: dict[str, Pop]
    links: dict[Triple, Link]
    series: dict[str, np.ndarray] = field(default_factory=dict)
    series_units: dict[str, str] = field(default_factory=dict)
    scenarios: dict[str, str] = field(default_factory=dict)
    places: Mapping[tuple[str, Key], tuple[str, int | None]] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table as a frame: one row per key, all columns in the order of the schema.

        Lists are joined by |, as in the files, so that `to_csv(index=False)` writes a table that can be read again.

        Raises:
            KeyError: there is no such table.
        """
        if name not in TABLES:
            raise KeyError(f"there is no table {name}: {among(name, list(TABLES), 'tables')}")
        header = columns(TABLES[name])
        rows: dict[Key, Any] = getattr(self, name)
        content = {column: [_cell(getattr(row, column)) for row in rows.values()] for column in header}
        return pd.DataFrame(content, columns=list(header))

    def provenance(self, table: str, key: Key) -> tuple[str, int | None]:
        """Return the file and line a row was read from; the line is None for a row that stands in no file.

        Raises:
            KeyError: there is no such row.
        """
        if key not in getattr(self, table):
            raise KeyError(f"there is no row {key} in {table}")
        return self.places.get((table, key), (f"{table}.csv", None))


def _cell(value: Any) -> Any:
    return "|".join(value) if isinstance(value, tuple) else value

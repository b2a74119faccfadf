"""What a shipped instance owes its reader: sources in its rows, days that stand for their year, series made again."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from planner.instance.instance import Instance
from planner.instance.schema import TABLES
from planner.instance.typical_year import main
from tests.catalogue.tables import read_rows


def own_tables(folder: Path) -> list[str]:
    """Names of the tables of an instance."""
    return sorted(path.stem for path in folder.glob("*.csv"))


def unsourced(folder: Path, table: str) -> list[dict[str, str]]:
    """Rows that do not say where they come from or how well they are known (they may lie over a catalogue's row)."""
    assert table in TABLES
    return [row for row in read_rows(folder, table) if not (row.get("source") and row.get("confidence"))]


def read_year(folder: Path, name: str) -> pd.DataFrame:
    """Hourly (temperature C, solar, wind, price) of one of its series files."""
    frame = pd.read_csv(folder / "series" / f"{name}.csv", index_col="hour")
    frame.columns = ["temperature", "solar", "wind", "price"]
    return frame


def weekdays_and_weekends(instance: Instance) -> tuple[float, float]:
    """Weights of the modelled days that fall on working days and on weekends."""
    dates = {day.date: day.weight for day in instance.settings.time.days}
    weekend = {date: datetime.date.fromisoformat(f"2018-{date}").weekday() >= 5 for date in dates}
    return tuple(sum(weight for date, weight in dates.items() if weekend[date] == kind) for kind in (False, True))


def weighted_means(instance: Instance, year: pd.DataFrame) -> pd.Series:
    """Means of a year's columns over the modelled days, by their weights."""
    by_date = year.groupby(pd.date_range("2018-01-01", periods=len(year), freq="h").strftime("%m-%d")).mean()
    weights = pd.Series({day.date: day.weight for day in instance.settings.time.days})
    return by_date.loc[weights.index].mul(weights, axis=0).sum() / weights.sum()


def longest_dark_spell(year: pd.DataFrame, share: float) -> int:
    """Days of the longest run in which sun and wind together give less than a share of their capacity."""
    daily = (year["solar"] + year["wind"]).groupby(np.arange(len(year)) // 24).mean()
    runs = "".join("x" if dark else " " for dark in daily < share).split()
    return max(map(len, runs), default=0)


def made_again(folder: Path, name: str, to: Path) -> bool:
    """Whether the specification beside a series gives the same bytes."""
    assert main([str(folder / "series" / f"{name}.toml"), str(to)]) == 0
    return to.read_bytes() == (folder / "series" / f"{name}.csv").read_bytes()

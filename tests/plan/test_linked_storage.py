"""Stores linked over representative days: proven against the whole year, hour after hour.

A year that consists of a few kinds of day is written twice: as representative days, one for each kind, and as the whole
year in one chain. Without standing loss both must have the same worth.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.instance import Instance, load
from planner.instance.time import month_and_day
from planner.plan.plan import Plan
from planner.plan.run import solve
from tests.factories import write_instance
from tests.model.worlds import FACT
from tests.truths.worlds import constant_load, settings

EXACT = 1e-6
DAYS = 365
LOAD_MW = 10
WINDY, CALM = 0.9, 0.1
Profile = list[float]


def sun_and_wind(
    folder: Path,
    wind: np.ndarray,
    time: dict[str, Any],
    changes: dict[str, Any] | None = None,
    sun: np.ndarray | None = None,
) -> Instance:
    """Racks of 10 MW at every hour, on wind, sun and a costly grid, with a cave that stores from date to date.

    `wind` and `sun` are shares of capacity over the year, the same number in every day.
    """
    tables = constant_load(LOAD_MW)
    tables["technologies"] = [
        {"id": "grid", "name": "Grid", "kind": "grid"} | FACT,
        {"id": "wind", "name": "Wind", "kind": "wind", "fom_usd_per_kw_yr": 100} | FACT,
        {"id": "sun", "name": "Sun", "kind": "solar", "fom_usd_per_kw_yr": 60} | FACT,
    ]
    tables["power"] = [
        {"node": "site", "technology": "grid", "energy_usd_per_mwh": 400},
        {"node": "site", "technology": "wind", "availability_series": "wind"},
    ]
    series = {"wind [share]": wind}
    if sun is not None:
        tables["power"].append({"node": "site", "technology": "sun", "availability_series": "sun"})
        series["sun [share]"] = sun
    store = {"fom_usd_per_kwh_yr": 0.05, "fom_usd_per_kw_yr": 4, "efficiency_charge": 0.8, "efficiency_discharge": 0.75}
    tables["stores"] = [{"id": "cave", "name": "Cave", "linked": "yes"} | store | FACT]
    tables["site_stores"] = [{"node": "site", "store": "cave"}]
    write_instance(folder, tables, settings("How much should be stored?", time=time), series)
    return load(folder, overrides=changes)


def of_days(kinds: list[Profile], which: np.ndarray) -> np.ndarray:
    """A year made of kinds of day."""
    return np.array([kinds[kind] for kind in which]).ravel()


def representative(which: np.ndarray, resolution_h: int) -> dict[str, Any]:
    """One representative day for each kind: the first date of it, with as many dates as there are."""
    days = [
        {
            "name": f"kind-{kind}",
            "date": month_and_day(int(np.argmax(which == kind))),
            "weight": int(sum(which == kind)),
        }
        for kind in np.unique(which)
    ]
    return {"mode": "days", "resolution_h": resolution_h, "days": days}


def whole_year(resolution_h: int) -> dict[str, Any]:
    return {"mode": "year", "resolution_h": resolution_h}


def worth(instance: Instance) -> Plan:
    plan = solve(instance, gap=0.0, verify=False)
    assert plan.status == "optimal"
    return plan


BLOCKS = np.repeat([0, 1, 2], [150, 95, 120])
"""Three kinds of day, each in one run of dates: windy, calm, middling."""


def test_a_year_of_blocks_is_worth_what_the_whole_year_is(tmp_path: Path) -> None:
    """Steps of 24 h: within a day the level goes one way, so that its ends are its extremes."""
    wind = of_days([[WINDY], [CALM], [0.4]], BLOCKS)
    days = worth(sun_and_wind(tmp_path / "days", wind, representative(BLOCKS, 24)))
    year = worth(sun_and_wind(tmp_path / "year", wind, whole_year(24)))
    assert days.objective == pytest.approx(year.objective, rel=EXACT)
    assert days.stores["energy_mwh"].iloc[0] > 95 * 24 * 1  # more than a MW for all calm days
    assert len(days.dispatch["day"].unique()) == 3


def test_blocks_with_hours_that_differ(tmp_path: Path) -> None:
    """Steps of 6 h and gusts: windy days only fill the store, calm days only empty it."""
    kinds = [[0.7, 1.0, 0.9, 0.8], [0.0, 0.1, 0.2, 0.0], [0.0, 0.05, 0.0, 0.1]]
    wind = of_days(kinds, BLOCKS)
    days = worth(sun_and_wind(tmp_path / "days", wind, representative(BLOCKS, 6)))
    year = worth(sun_and_wind(tmp_path / "year", wind, whole_year(6)))
    assert days.objective == pytest.approx(year.objective, rel=EXACT)
    assert days.stores["energy_mwh"].iloc[0] > 95 * 24


def test_without_the_link_the_answer_is_another(tmp_path: Path) -> None:
    """The fault that links mend: with stores cyclic in each day the calm days must be bought."""
    wind = of_days([[WINDY], [CALM], [0.4]], BLOCKS)
    time = representative(BLOCKS, 24)
    linked = worth(sun_and_wind(tmp_path / "linked", wind, time))
    cyclic = worth(sun_and_wind(tmp_path / "cyclic", wind, time, {"stores.cave.linked": "no"}))
    assert cyclic.objective < 2 * linked.objective  # costs are negative: more than twice as dear


def test_a_day_for_every_date_is_the_whole_year(tmp_path: Path) -> None:
    """365 representative days of weight 1, sun by day and wind at random: no two dates alike, charging both ways."""
    random = np.random.default_rng(7)
    wind = np.clip(random.normal(0.4, 0.3, DAYS).repeat(4) + random.normal(0, 0.1, DAYS * 4), 0, 1)
    sun = np.tile([0, 0.3, 0.8, 0.1], DAYS) * random.uniform(0.2, 1, DAYS).repeat(4)
    time = representative(np.arange(DAYS), 6)
    days = worth(sun_and_wind(tmp_path / "days", wind, time, sun=sun))
    year = worth(sun_and_wind(tmp_path / "year", wind, whole_year(6), sun=sun))
    assert days.objective == pytest.approx(year.objective, rel=EXACT)
    assert days.stores["discharged_mwh_per_yr"].iloc[0] > 1000

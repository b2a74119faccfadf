"""Series files: complete, in order, numbers, in the unit their use needs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.instance import load
from tests.factories import HOURS, minimal_tables, write_instance, write_series
from tests.instance.conftest import problems_of

USED = {"sites.temperature_series": "outdoor", "power.price_series": "spot", "power.availability_series": "wind"}
BROKEN = "an hour is missing, given twice or out of order"
LENGTHS = "hours 0, 1, 2, ... or finer steps, to the end of a year of 365 days"


def full_year(step: int = 1) -> dict[str, Any]:
    hours = np.arange(0, HOURS, step)
    return {
        "outdoor [C]": 15 + 10 * np.sin(hours / HOURS * 2 * np.pi),
        "spot [USD/MWh]": np.where(hours % 24 < 12, 30.0, 60.0),
        "wind [share]": np.full(len(hours), 0.4),
        "unused [share]": np.full(len(hours), 7),
    }


@pytest.fixture
def wired(tmp_path: Path) -> Path:
    """The minimal instance with its three series used."""
    tables = minimal_tables()
    for path, name in USED.items():
        table, column = path.split(".")
        tables[table][0][column] = name
    return write_instance(tmp_path / "small", tables, series=full_year())


def edit(folder: Path, change: Callable[[list[str]], list[str]]) -> Path:
    path = folder / "series" / "all.csv"
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
    return folder


def test_used_series_are_read(wired: Path) -> None:
    instance = load(wired)
    assert set(instance.series) == {"outdoor", "spot", "wind"}
    assert instance.series_units == {"outdoor": "C", "spot": "USD/MWh", "wind": "share"}
    assert instance.series["spot"].shape == (HOURS,)
    assert instance.series["spot"].dtype == float
    assert list(instance.series["spot"][11:13]) == [30, 60]


def test_hourly_series_are_averaged_to_the_resolution(wired: Path) -> None:
    series = load(wired, overrides={"time.resolution_h": 24}).series
    assert series["spot"].shape == (365,)
    np.testing.assert_allclose(series["spot"], 45)
    hourly = load(wired).series["outdoor"]
    np.testing.assert_allclose(series["outdoor"][100], hourly[2400:2424].mean())


def test_series_of_the_models_own_step(wired: Path) -> None:
    write_series(wired / "series" / "all.csv", full_year(step=3))
    assert load(wired, overrides={"time.resolution_h": 3}).series["spot"].shape == (2920,)
    problems = [str(problem) for problem in problems_of(wired)]
    assert problems == [f"series/all.csv:3 hour 3 - the step of 3 h does not divide the resolution of 1 h - {LENGTHS}"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda rows: rows[:-1],
            f"series/all.csv hour - the series has 8759 rows of 1 h, which is not one year - 8760 rows: {LENGTHS}",
        ),
        (
            lambda rows: [*rows, "8760,1,1,1,1"],
            f"series/all.csv hour - the series has 8761 rows of 1 h, which is not one year - 8760 rows: {LENGTHS}",
        ),
        (
            lambda rows: rows[:100] + rows[101:],
            f"series/all.csv:101 hour 100 - hour 99 was expected here: {BROKEN} - {LENGTHS}",
        ),
        (
            lambda rows: rows[:100] + rows[99:],
            f"series/all.csv:101 hour 98 - hour 99 was expected here: {BROKEN} - {LENGTHS}",
        ),
        (
            lambda rows: [*rows[:10], rows[11], rows[10], *rows[12:]],
            f"series/all.csv:11 hour 10 - hour 9 was expected here: {BROKEN} - {LENGTHS}",
        ),
        (lambda rows: rows[:2], f"series/all.csv hour - the series has 1 rows - {LENGTHS}"),
        (
            lambda rows: [rows[0].replace("hour", "time"), *rows[1:]],
            "series/all.csv:1 time - the first column of a series file must be hour - hour, then columns",
        ),
        (
            lambda rows: [rows[0].replace("wind [share]", "wind"), *rows[1:]],
            "series/all.csv:1 wind - this heading does not give a name and a unit - name [unit], e.g. ",
        ),
        (
            lambda rows: [rows[0].replace("wind [share]", "Wind Speed [share]"), *rows[1:]],
            "series/all.csv:1 Wind Speed [share] - this heading does not give a name and a unit - name [unit]",
        ),
        (
            lambda rows: [rows[0].replace("wind [", "wnid ["), *rows[1:]],
            "power.csv:2 availability_series wind - there is no such series - did you mean wnid? series: outdoor, spot",
        ),
        (
            lambda rows: [rows[0].replace("[share]", "[%]"), *rows[1:]],
            "power.csv:2 availability_series wind - the series is in [%] - a series in [share]",
        ),
        (
            lambda rows: [*rows[:5], "4,hot,30,0.4,0", *rows[6:]],
            "series/all.csv:6 outdoor hot - is not a finite number - a number at every hour",
        ),
        (
            lambda rows: [*rows[:5], "4,,30,0.4,0", *rows[6:]],
            "series/all.csv:6 outdoor - is blank - a number at every hour",
        ),
        (
            lambda rows: [*rows[:5], "4,nan,30,0.4,0", *rows[6:]],
            "series/all.csv:6 outdoor nan - is not a finite number - a number at every hour",
        ),
        (
            lambda rows: [*rows[:5], "4,20,30,40,0", *rows[6:]],
            "series/all.csv wind 40 - 1 values are out of range, the first at hour 4 - 0 to 1 share",
        ),
        (
            lambda rows: [*rows[:5], "4,120,30,0.4,0", *rows[6:]],
            "series/all.csv outdoor 120 - 1 values are out of range, the first at hour 4 - -90 to 65 C",
        ),
        (
            lambda rows: [*rows[:5], "x,20,30,0.4,0", *rows[6:]],
            "series/all.csv:6 hour x - is not a finite number - a number at every hour",
        ),
    ],
)
def test_one_bad_series(wired: Path, change: Callable, message: str) -> None:
    found = [str(problem) for problem in problems_of(edit(wired, change))]
    assert found[0].startswith(message)


def test_names_are_unique_across_files(wired: Path) -> None:
    write_series(wired / "series" / "other.csv", {"spot [USD/MWh]": np.zeros(HOURS)})
    assert [str(problem) for problem in problems_of(wired)] == [
        "series/other.csv:1 spot - this series is given twice, first in series/all.csv - names unique across all files"
    ]


def test_a_column_of_words_is_counted(wired: Path) -> None:
    def spoil(rows: list[str]) -> list[str]:
        return [rows[0], *(row.replace(",30.0,", ",?,").replace(",60.0,", ",?,") for row in rows[1:])]

    found = [str(problem) for problem in problems_of(edit(wired, spoil))]
    assert len(found) == 4
    assert found[-1] == "series/all.csv spot - 8757 more cells are not numbers - a number at every hour"


def test_an_unusual_temperature_is_a_warning(wired: Path) -> None:
    def heat(rows: list[str]) -> list[str]:
        return [*rows[:5], "4,60,30,0.4,0", *rows[6:]]

    found = [str(problem) for problem in load(edit(wired, heat)).warnings]
    assert found[0] == (
        "warning: series/all.csv outdoor 60 - 1 values are out of range, the first at hour 4 - -50 to 56 C"
    )


def test_no_series_folder(loaded: Callable, messages: Callable) -> None:
    assert loaded().series == {}
    assert messages(cells={"power.price_series": "spot"}) == [
        "power.csv:2 price_series spot - there is no such series - there are no series"
    ]


def test_series_scaled_and_set(wired: Path) -> None:
    plain = load(wired)
    changed = load(
        wired, overrides={"series.spot": {"multiply": 2, "add": 1}, "series.wi*": 0.25, "series.outdoor": {"add": -5}}
    )
    np.testing.assert_allclose(changed.series["spot"], plain.series["spot"] * 2 + 1)
    np.testing.assert_allclose(changed.series["outdoor"], plain.series["outdoor"] - 5)
    np.testing.assert_allclose(changed.series["wind"], 0.25)
    assert changed.digest != plain.digest


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("series.spto", {"multiply": 2}, "nothing matches spto - did you mean spot? series: outdoor, spot, wind"),
        ("series.spot.x", {"multiply": 2}, "a series is named by two parts - series.NAME"),
        ("series.spot", "high", "is not a number - a number or {multiply = 1.5}"),
        ("series.wind", {"multiply": 3}, "8760 values are out of range, the first at hour 0 - 0 to 1 share"),
    ],
)
def test_bad_changes_of_series(wired: Path, path: str, value: object, message: str) -> None:
    (problem,) = problems_of(wired, overrides={path: value})
    assert message in str(problem)

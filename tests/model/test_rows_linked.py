"""Rows of stores that carry energy from date to date."""

from __future__ import annotations

import pytest

from tests.model.reading import Rows

CAVE, CELL = "alpha,cave", "alpha,cell"


@pytest.fixture
def linked(rows_of: dict[str, Rows]) -> Rows:
    return rows_of["linked"]


def test_the_level_in_the_day_starts_from_nothing(linked: Rows) -> None:
    # 12 h x 0.9 goes in, 12 h / 0.8 comes out, a half is left of what was there 12 h ago
    for step, before in ((0, {}), (1, {f"relative_mwh[{CAVE}]@2028.0": -0.5})):
        row = {f"relative_mwh[{CAVE}]@2028.{step}": 1} | before
        row |= {f"charge_mw[{CAVE}]@2028.{step}": -10.8, f"discharge_mw[{CAVE}]@2028.{step}": 15}
        linked.equal(f"relative_charge[{CAVE}]@2028.{step}", row, 0)


def test_extremes_of_the_day(linked: Rows) -> None:
    level = f"relative_mwh[{CAVE}]@2028.1"
    linked.at_most(f"lowest_charge[{CAVE}]@2028.1", {f"low_mwh[{CAVE}]@2028": 1, level: -1}, 0)
    linked.at_most(f"highest_charge[{CAVE}]@2028.1", {level: 1, f"high_mwh[{CAVE}]@2028": -1}, 0)
    assert linked.bounds(f"low_mwh[{CAVE}]@2028") == (-float("inf"), 0)
    assert linked.bounds(f"high_mwh[{CAVE}]@2028") == (0, float("inf"))
    assert linked.bounds(level) == (-float("inf"), float("inf"))


@pytest.mark.parametrize(("date", "before"), [("01-02", "01-01"), ("03-01", "02-28"), ("01-01", "12-31")])
def test_the_level_is_carried_in_calendar_order(linked: Rows, date: str, before: str) -> None:
    # a day keeps 0.5 x 0.5 and adds the level above its start at which its last step ends
    row = {f"carried_mwh[{CAVE}]@2028.{date}": 1, f"carried_mwh[{CAVE}]@2028.{before}": -0.25}
    linked.equal(f"carried_charge[{CAVE}]@2028.{date}", row | {f"relative_mwh[{CAVE}]@2028.1": -1}, 0)


def test_extremes_of_the_date(linked: Rows) -> None:
    level = f"carried_mwh[{CAVE}]@2028.07-15"
    linked.at_most(f"carried_floor[{CAVE}]@2028.07-15", {level: -0.25, f"low_mwh[{CAVE}]@2028": -1}, 0)
    top = {level: 1, f"high_mwh[{CAVE}]@2028": 1, f"store_built_mwh[{CAVE}]@2028": -1}
    linked.at_most(f"carried_limit[{CAVE}]@2028.07-15", top, 0)
    assert linked.bounds(level) == (0, float("inf"))


def test_a_linked_store_has_the_rest_of_the_rows_of_stores_and_an_ordinary_one_none_of_these(linked: Rows) -> None:
    copy = "@2028.1"
    both = {f"charge_mw[{CAVE}]{copy}": 1, f"discharge_mw[{CAVE}]{copy}": 1, f"store_built_mw[{CAVE}]@2028": -1}
    linked.at_most(f"store_rating[{CAVE}]{copy}", both, 0)
    names = linked.names()
    assert f"state_of_charge[{CAVE}]{copy}" not in names
    assert f"state_of_charge[{CELL}]{copy}" in names
    assert f"stored_limit[{CELL}]{copy}" in names
    assert [name for name in names if name.startswith("carried") and CELL in name] == []


def test_energy_before_its_date(linked: Rows) -> None:
    assert linked.bounds(f"store_built_mwh[{CAVE}]@2028") == (0, 101)
    assert linked.bounds(f"store_built_mwh[{CELL}]@2028") == (0, 0)

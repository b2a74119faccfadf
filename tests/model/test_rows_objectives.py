"""Rows of limits on measures, in thousands of Gtok, t, m3 and MWh, and in M USD."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.model.reading import Rows

YEARS = {"early": 1, "late": 2}
HOURS = 4380


@pytest.fixture(scope="module")
def limited(rows_of: dict[str, Rows]) -> Rows:
    return rows_of["objectives"]


def every(name: str, value: Callable[[int], float]) -> dict[str, float]:
    """A coefficient on a column of every period, from the years of the period."""
    return {f"{name}@{period}": value(years) for period, years in YEARS.items()}


def hourly(name: str, per_h: float) -> dict[str, float]:
    """A coefficient on a column of every step, for each of its hours of every year."""
    return {f"{name}@{period}.{step}": per_h * HOURS * n for period, n in YEARS.items() for step in (0, 1)}


def test_carbon_is_limited_over_the_horizon(limited: Rows) -> None:
    limited.at_most("measure_limit[carbon,at_most]", hourly("draw_mw[alpha,grid]", 0.4e-3), 20)


def test_tokens_count_by_their_weight_and_grow(limited: Rows) -> None:
    # 10 Gtok a day x 365 x weight 1.2, late 1.5 times that in each of two years
    early, late = "accepted[town,chat,list,list]@early", "accepted[town,chat,list,list]@late"
    limited.at_most("measure_limit[tokens,at_most]", {early: 4.38, late: 13.14}, 12)
    limited.at_most("measure_limit[tokens,at_least]", {early: -4.38, late: -13.14}, -3)


def test_energy_is_that_of_the_facility(limited: Rows) -> None:
    row = hourly("it_mw[alpha,box,chiller]", 1e-3) | hourly("heat_removed_mw[alpha,chiller]", 0.1e-3)
    row |= every("opened[alpha]", lambda years: 0.5 * 8760 * years * 1e-3)
    limited.at_most("measure_limit[energy,at_most]", row, 60)


def test_water_is_limited_over_the_horizon(limited: Rows) -> None:
    limited.at_most("measure_limit[water,at_most]", hourly("heat_removed_mw[alpha,chiller]", 1.8e-3), 90)


def test_capex_is_paid_once_whatever_the_length_of_the_period(limited: Rows) -> None:
    # halls 10 M USD/MW, boxes 0.2 M USD, cooling 1 M USD/MW
    costs = {"hall_built_mw[alpha]": 10, "units_built[alpha,box,chiller]": 0.2, "cooling_built_mw[alpha,chiller]": 1}
    row = {f"{name}@{period}": cost for name, cost in costs.items() for period in YEARS}
    limited.at_most("measure_limit[capex,at_most]", row, 50)


def test_a_limit_on_the_profit_is_the_objective_as_a_row(limited: Rows) -> None:
    found = limited.row("measure_limit[profit,at_least]")
    assert (found.lower, found.upper) == (0, float("inf"))
    # 10 Gtok a day at 1.25 USD/Mtok
    assert found.coefficients["accepted[town,chat,list,list]@early"] == pytest.approx(10 * 1.25 * 0.365)

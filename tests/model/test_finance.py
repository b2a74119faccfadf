"""Annuities, discount factors and objectives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyomo.environ import ConcreteModel

from planner.instance import load
from planner.model.build import build
from planner.model.finance import annuity_factor, discount_factor
from planner.stamp import at, series_values
from tests.factories import minimal_settings, minimal_tables, write_instance
from tests.model.reading import EXACT, coefficients


def test_annuity_pays_the_overnight_cost_back_with_interest() -> None:
    assert annuity_factor(0.0, 5) == 0.2
    assert annuity_factor(0.25, 1) == pytest.approx(1.25)  # principal and a year's interest
    assert annuity_factor(0.25, 2) == pytest.approx(25 / 36)  # 0.25 / (1 - 0.64)
    for wacc, life in ((0.09, 5), (0.03, 25), (0.4, 3)):
        payments = sum(annuity_factor(wacc, life) / (1 + wacc) ** year for year in range(1, life + 1))
        assert payments == pytest.approx(1)


@pytest.mark.parametrize(
    ("start", "length_yr", "factor"),
    [
        (2028, 1, 1),
        (2029, 1, 0.8),
        (2028, 3, 1 + 0.8 + 0.64),
        (2031, 3, 0.512 + 0.4096 + 0.32768),
        (2028, 2.5, 1 + 0.8 + 0.5 * 0.64),  # the last half year by its length
        (2028.25, 0.25, 0.25 * 0.8**0.25),
        (2028.75, 0.25, 0.25 * 0.8**0.75),
        (2028, 3 - 1e-12, 1 + 0.8 + 0.64),  # three years but for rounding
    ],
)
def test_discount_factor(start: float, length_yr: float, factor: float) -> None:
    assert discount_factor(start, length_yr, 2028, 0.25) == pytest.approx(factor, rel=EXACT)


def test_money_without_interest_counts_by_its_years() -> None:
    assert discount_factor(2035.5, 3.75, 2028, 0.0) == pytest.approx(3.75)


def minimal(folder: Path, periods: list[dict[str, Any]], **tables: Any) -> ConcreteModel:
    settings = minimal_settings() | {"finance": {"wacc": 0.25}}
    settings["time"]["resolution_h"] = 12
    return build(load(write_instance(folder, minimal_tables() | {"periods": periods} | tables, settings)))


@pytest.mark.parametrize(
    ("periods", "factors"),
    [
        ([{"period": "a", "start": 2028, "length_yr": 1}], [1]),
        (
            [{"period": "a", "start": 2028, "length_yr": 3}, {"period": "b", "start": 2031, "length_yr": 1}],
            [2.44, 0.512],
        ),
        (
            [{"period": f"q{k + 1}", "start": 2028 + k / 4, "length_yr": 0.25} for k in range(4)],
            [0.25 * 0.8 ** (k / 4) for k in range(4)],
        ),
    ],
    ids=["a year", "three years and one", "quarters"],
)
def test_a_periods_revenue_is_worth_its_discount_factor(
    tmp_path: Path, periods: list[dict[str, Any]], factors: list[float]
) -> None:
    m = minimal(tmp_path, periods)
    lengths = [period["length_yr"] for period in periods]
    assert series_values(m.period.discount) == pytest.approx([f / n for f, n in zip(factors, lengths, strict=True)])
    # 10 Gtok a day x 1.25 USD/Mtok x 0.365
    expected = {
        f"accepted[town,chat,list,list]@{period['period']}": 4.5625 * factor
        for period, factor in zip(periods, factors, strict=True)
    }
    found, constant = coefficients(m, m.revenue)
    assert found == pytest.approx(expected, rel=EXACT)
    assert constant == 0


def test_units_live_in_the_periods_that_start_within_their_life(tmp_path: Path) -> None:
    """Boxes last 5 years: those of 2028 still run in the period from 2031 and not in that from 2033."""
    periods = [{"period": f"p{year}", "start": year, "length_yr": n} for year, n in ((2028, 3), (2031, 2), (2033, 1))]
    m = minimal(tmp_path, periods)
    alive = {}
    for year in (2028, 2031, 2033):
        found, _ = coefficients(m, at(m.period.units["alpha", "box", "chiller"], per=m, period=f"p{year}"))
        alive[year] = sorted(name[-4:] for name in found if name.startswith("units_built"))
    assert alive == {2028: ["2028"], 2031: ["2028", "2031"], 2033: ["2031", "2033"]}


def test_tokens_are_counted_with_their_weight_where_they_have_a_price(tmp_path: Path) -> None:
    tables = minimal_tables()
    tables["products"][0]["token_weight"] = 3
    tables["demand"].append({"market": "town", "product": "chat", "segment": "free", "volume_gtok_per_day": 4})
    periods = [{"period": "a", "start": 2028, "length_yr": 2, "demand_index": 1.5}]
    m = minimal(tmp_path, periods, products=tables["products"], demand=tables["demand"])
    # 10 Gtok a day x 3 x 365 days x 1.5 x 2 years; tokens are not discounted and the free ones do not count
    assert coefficients(m, m.billable_gtok) == (pytest.approx({"accepted[town,chat,list,list]@a": 32_850}), 0)


@pytest.mark.parametrize(
    ("name", "measure"), [("profit", "profit"), ("revenue", "revenue"), ("tokens", "billable_gtok")]
)
def test_each_objective_is_maximised(instance: Any, name: str, measure: str) -> None:
    m = build(instance, name)
    assert m.objective_name == name
    assert m.objective.sense == -1
    assert coefficients(m, m.objective.expr) == coefficients(m, getattr(m, measure))


def test_the_instance_names_its_own_objective(instance: Any) -> None:
    assert build(instance).objective_name == "profit"


def test_an_unknown_objective_is_refused(instance: Any) -> None:
    with pytest.raises(ValueError, match="no objective glory; choose one of profit, tokens, revenue"):
        build(instance, "glory")

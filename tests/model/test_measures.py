"""Measures of the plan beside the profit, and what keeps an earlier objective."""

from __future__ import annotations

import pytest
from pyomo.environ import ConcreteModel

from planner.instance import Instance
from planner.model.build import build
from planner.model.measures import MEASURES, RATIOS, is_maximised, unit_of
from planner.model.objective import keep
from tests.model.reading import EXACT, Row, Rows, coefficients, present_value
from tests.model.world_objectives import world

LATE = 0.8 + 0.64  # two years at 25 %, from the second on


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return world(tmp_path_factory.mktemp("objectives") / "world")


@pytest.fixture(scope="module")
def m(instance: Instance) -> ConcreteModel:
    return build(instance)


def test_cost_is_what_is_paid_without_sales_and_terms_that_are_no_cash(m: ConcreteModel) -> None:
    parts = [
        present_value(m, m.cash, post.name) for post in m.cash.posts if post.heading not in ("revenue", "non-cash")
    ]
    expected: dict[str, float] = {}
    for found, constant in parts:
        assert constant == 0
        for name, value in found.items():
            expected[name] = expected.get(name, 0.0) - value
    found, constant = coefficients(m, m.cost)
    assert found == pytest.approx(expected, rel=EXACT, abs=1e-15)
    assert constant == 0
    # a penalty of 3 USD/Mtok is a cost, the churn of 1 is none; no sale is
    assert found["short_gtok_per_day[town,chat]@early"] == pytest.approx(3 * 0.365)
    assert found["short_gtok_per_day[town,chat]@late"] == pytest.approx(3 * 0.365 * LATE)
    assert not [name for name in found if name.startswith("accepted")]
    assert found["draw_mw[alpha,grid]@early.0"] == pytest.approx(50e-6 * 4380)


def test_profit_is_revenue_less_cost_and_what_is_no_cash(m: ConcreteModel) -> None:
    profit, revenue, cost, churn = (
        coefficients(m, expr)[0] for expr in (m.profit, m.revenue, m.cost, m.profit - m.revenue + m.cost)
    )
    assert set(churn) <= set(profit)
    short = {name: value for name, value in churn.items() if abs(value) > 1e-12}
    assert short == pytest.approx(
        {"short_gtok_per_day[town,chat]@early": -0.365, "short_gtok_per_day[town,chat]@late": -0.365 * LATE}
    )
    assert set(revenue) & set(cost) == set()


@pytest.mark.parametrize("name", [*MEASURES, *RATIOS])
def test_the_objective_named_is_the_one_that_is_optimised(instance: Instance, name: str) -> None:
    m = build(instance, name)
    measure = RATIOS[name].over if name in RATIOS else name
    sense = -1 if is_maximised(name) else 1
    cost, offset = coefficients(m, getattr(m, MEASURES[measure].attribute))
    program = Rows(m)
    found = {c: v for c, v in zip(program.columns, sense * program.stamped.program.cost, strict=True) if v}
    assert program.stamped.sense == sense
    assert found == pytest.approx(cost, rel=EXACT, abs=0)
    assert sense * program.stamped.program.offset == pytest.approx(offset)
    assert unit_of(name)


def test_an_earlier_objective_is_kept(instance: Instance) -> None:
    m = build(instance, "profit")
    keep(m, {"tokens": 10_000, "carbon": 500, "cost_per_mtok": 2e-4, "tokens_per_mwh": 0.6})
    rows = Rows(m)
    gtok = {"accepted[town,chat,list,list]@early": 4380, "accepted[town,chat,list,list]@late": 13_140}
    tokens = rows.row("objective_kept[tokens]")
    assert tokens == Row({name: pytest.approx(value / 1e3) for name, value in gtok.items()}, 10, float("inf"))
    assert (rows.row("objective_kept[carbon]").lower, rows.row("objective_kept[carbon]").upper) == (-float("inf"), 0.5)
    ratio = rows.row("objective_kept[cost_per_mtok]")
    assert (ratio.lower, ratio.upper) == (-float("inf"), 0)
    for name, value in gtok.items():  # cost - 0.0002 M USD/Gtok x tokens
        assert ratio.coefficients[name] == pytest.approx(-2e-4 * value)
    assert ratio.coefficients["short_gtok_per_day[town,chat]@early"] == pytest.approx(3 * 0.365)
    ratio = rows.row("objective_kept[tokens_per_mwh]")
    assert (ratio.lower, ratio.upper) == (0, float("inf"))
    for name, value in gtok.items():  # tokens - 0.6 Gtok/MWh x energy, over a thousand
        assert ratio.coefficients[name] == pytest.approx(value / 1e3)
    assert ratio.coefficients["opened[alpha]@late"] == pytest.approx(-0.6 * 0.5 * 8760 * 2 / 1e3)

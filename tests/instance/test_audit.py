"""Costs worked out again by hand: dollars per accelerator-hour and billions per gigawatt."""

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.instance import load
from planner.instance.checks.audit import all_in_bn_usd_per_gw, annuity, owner_cost_usd_per_h
from tests.factories import minimal_tables


def test_annuity_repays_its_capital() -> None:
    """15 payments at 9 % are worth what they repay."""
    payment = annuity(0.09, 15)
    assert sum(payment / 1.09**year for year in range(1, 16)) == pytest.approx(1)


def test_owner_cost_by_hand(folder: Path) -> None:
    """box: 200,000 USD and 10 kW for 8 accelerators.

    Capital 200,000 x 0.2570925 (9 %, 5 years) + upkeep 200,000 x 0.03 = 57,418 USD a year;
    halls 10 kW x 11,000 x 0.1240589 (15 years) = 13,646 USD a year; together 71,065 / 8760 = 8.1124 USD an hour;
    energy 10 kW x 1.2 x 0.055 = 0.66 USD an hour; an eighth of 8.7724 is 1.0966.
    """
    assert owner_cost_usd_per_h(load(folder).hardware["box"]) == pytest.approx(1.0966, abs=1e-4)


def test_all_in_capex_by_hand(folder: Path) -> None:
    """200,000 / 10 kW + 10,000 halls + 1,000 cooling = 31,000 USD per kW of IT; over 1.2: 25.8 bn USD per GW."""
    instance = load(folder)
    assert all_in_bn_usd_per_gw(instance, instance.hardware["box"], "alpha") == pytest.approx(31 / 1.2)


@pytest.mark.parametrize(("published", "fits"), [(1.10, True), (0.90, True), (1.45, True), (0.85, False), (1.5, False)])
def test_published_owner_cost(loaded: Callable, published: float, fits: bool) -> None:
    warnings = loaded(cells={"hardware.own_usd_per_accelerator_h": published}).warnings
    assert [str(problem) for problem in warnings] == (
        []
        if fits
        else [
            "warning: hardware.csv:2 capex_usd_per_unit 200000 - box would cost 1.1 USD per accelerator-hour, and "
            f"{published:g} is published - within 25%: check capex per unit, kW per unit and accelerators per unit"
        ]
    )


@pytest.mark.parametrize(
    ("cells", "cost"),
    [
        ({"hardware.capex_usd_per_unit": 25_000}, "11.2"),
        ({"hardware.capex_usd_per_unit": 1_600_000}, "142"),
        ({"sites.shell_capex_usd_per_kw_it": 30_000, "hardware.pue_ref": 1.1}, "46.4"),
    ],
)
def test_a_gigawatt_of_unheard_of_cost(loaded: Callable, cells: dict, cost: str) -> None:
    """A unit priced per accelerator, an accelerator priced per unit, halls that cost thrice."""
    (problem,) = loaded(cells=cells).warnings
    assert f"with box, halls and cooling alpha would cost {cost} bn USD per GW of facility power" in str(problem)


def test_a_cost_changed_on_purpose_is_not_audited(folder: Path) -> None:
    assert load(folder, overrides={"hardware.box.capex_usd_per_unit": {"multiply": 3}}).warnings == ()


def test_the_dearest_fault_names_its_site(loaded: Callable) -> None:
    sites = minimal_tables()["sites"]
    sites.append(sites[0] | {"id": "beta", "name": "Beta", "shell_capex_usd_per_kw_it": 30_000 * 1.2})
    found = [str(problem) for problem in loaded(tables={"sites": sites}).warnings]
    assert any("with box, halls and cooling beta would cost 47.5 bn" in text for text in found)

"""A live session gives the answers of solving anew, in any order, and says how each came about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner import PlanError, Session, load, solve
from planner.instance import InstanceError
from planner.study.changes import Edited, refuse_edited, with_changes
from tests.factories import write_csv
from tests.model.worlds import everything
from tests.plan.worlds import own_prices, two_sites

CHANGES = {
    "a row bound": {"sites.alpha.power_limit_mw": {"multiply": 0.5}},
    "a cost": {"power.alpha.grid.energy_usd_per_mwh": 80},
    "a coefficient": {"sites.*.loss_share": 0.06},
    "a series": {"series.beta-sun": {"multiply": 0.7}},
    "a discount rate": {"finance.wacc": 0.12},
    "demand": {"demand.*.chat.*.volume_gtok_per_day": {"multiply": 1.4}},
    "prices": {"demand.*.batch.*.price_usd_per_mtok_output": {"multiply": 0.5}},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return two_sites(tmp_path_factory.mktemp("study") / "world")


@pytest.fixture(scope="module")
def sizes(world: Any) -> Session:
    return Session(world, gap=1e-9)


@pytest.mark.parametrize("name", CHANGES)
def test_an_exact_answer_is_that_of_the_linear_program_from_scratch(sizes: Session, world: Any, name: str) -> None:
    answer = sizes.ask(CHANGES[name])
    fresh = Session(with_changes(world, CHANGES[name]), gap=1e-9)
    same_choices = fresh.base.choices == answer.choices
    assert answer.status == "optimal"
    assert answer.how == "restarted"
    assert answer.objective <= fresh.base.objective * (1 + 1e-9)  # whose choices were made for the change
    if same_choices:
        assert answer.objective == pytest.approx(fresh.base.objective, rel=1e-7)


@pytest.mark.parametrize("name", CHANGES)
def test_an_answer_with_everything_free_is_that_of_solving_anew(world: Any, name: str) -> None:
    session = Session(world, reoptimise="all", gap=1e-6)
    answer = session.ask(CHANGES[name])
    plan = solve(with_changes(world, CHANGES[name]), gap=1e-6, verify=False)
    assert answer.objective == pytest.approx(plan.objective, rel=2e-6)
    assert answer.bound >= plan.objective * (1 - 1e-6)


def test_what_is_built_stays_where_only_operation_is_free(world: Any) -> None:
    session = Session(world, reoptimise="operation")
    answer = session.ask({"power.alpha.grid.energy_usd_per_mwh": 500})
    assert answer.objective < session.base.objective
    merged = session.base.design.merge(answer.design, on=["period", "kind", "what"], how="outer")
    built = merged[merged["kind"] != "network"]
    assert built["amount_x"].to_numpy() == pytest.approx(built["amount_y"].to_numpy(), rel=1e-5)


def test_more_freedom_is_never_worse(world: Any) -> None:
    change = {"power.alpha.grid.energy_usd_per_mwh": 200}
    operation, sizes = (Session(world, reoptimise=word, gap=1e-9).ask(change) for word in ("operation", "sizes"))
    assert operation.objective <= sizes.objective * (1 + 1e-9)


def test_answers_do_not_depend_on_what_was_asked_before(world: Any) -> None:
    session = Session(world)
    forwards = [session.ask(change).objective for change in CHANGES.values()]
    backwards = [session.ask(change).objective for change in reversed(CHANGES.values())]
    assert forwards == backwards[::-1]
    other = Session(world, start=session.start)
    assert [other.ask(change).objective for change in CHANGES.values()] == forwards
    assert other.base.objective == session.base.objective


def test_a_change_of_structure_is_rebuilt_and_said(sizes: Session) -> None:
    rebuilt = sizes.rebuilt
    answer = sizes.ask({"markets.port.site_jurisdictions": "us"})
    assert (answer.how, answer.status, sizes.rebuilt) == ("rebuilt", "optimal", rebuilt + 1)
    assert set(answer.reading.m.MAKES) == set(sizes.base.reading.m.MAKES)
    assert {flow[:2] for flow in answer.reading.m.FLOWS} != {flow[:2] for flow in sizes.base.reading.m.FLOWS}


def test_a_contract_that_becomes_whole_is_a_change_of_structure(sizes: Session) -> None:
    assert sizes.ask({"demand.*.chat.bulk.whole": "yes"}).how == "rebuilt"


def test_no_plan_is_an_answer_too(tmp_path: Path) -> None:
    session = Session(everything(tmp_path / "world"))
    answer = session.ask({"hardware.*.available_from": 2031})  # while a promise to far allows no shortfall
    assert answer.status == "infeasible"
    assert not answer.has_plan
    with pytest.raises(PlanError, match="there is no plan"):
        answer.design  # noqa: B018
    assert session.ask().objective == pytest.approx(session.base.objective, rel=1e-12)


def test_prices_are_those_of_the_plan(tmp_path: Path) -> None:
    world = own_prices(tmp_path / "world")
    plan = solve(world, gap=1e-9, verify=False)
    session = Session(world, gap=1e-9)
    ours, theirs = session.base.prices, plan.prices
    assert ours["value"].to_numpy() == pytest.approx(theirs["value"].to_numpy(), rel=1e-6, abs=1e-6)


def test_faults_of_a_change_are_told_and_the_session_goes_on(sizes: Session) -> None:
    with pytest.raises(InstanceError, match="alpah"):
        sizes.ask({"sites.alpah.power_limit_mw": 1})
    assert sizes.ask().objective == pytest.approx(sizes.base.objective, rel=1e-12)
    with pytest.raises(ValueError, match="reoptimise must be one of all, sizes, operation"):
        Session(sizes.instance, reoptimise="some")


def test_an_edited_instance_is_noticed(tmp_path: Path) -> None:
    world = two_sites(tmp_path / "world")
    refuse_edited(world)
    write_csv(world.folder / "supply.csv", [{"hardware": "box", "supply_units": 300}])
    with pytest.raises(Edited, match="was edited"):
        refuse_edited(world)


def test_changes_come_after_those_of_the_scenario() -> None:
    half = load("one-gigawatt", scenario="prices-half", overrides={"finance.wacc": 0.1})
    assert with_changes(half).digest == half.digest
    changed = with_changes(half, {"finance.wacc": 0.2})
    assert changed.settings.finance.wacc == 0.2
    key = next(iter(half.demand))
    assert changed.demand[key] == half.demand[key]

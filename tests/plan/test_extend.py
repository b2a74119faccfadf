"""A user's own rules: they bind, they are recorded, and a wrong name is refused before anything is solved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import planner
from planner.plan.plan import read_plan
from planner.plan.run import solve
from planner.stamp import constraint, total
from tests.plan.invariants import check_all
from tests.plan.worlds import toy


def few_racks(m: Any) -> None:
    """At most 50 racks."""

    def rack_cap(p: Any) -> Any:
        """A landlord allows 50 racks."""
        return sum(p.units_built[hall] for hall in m.HALLS) <= 50

    constraint(m.period, rule=rack_cap)


def test_a_rule_binds_and_is_recorded(tmp_path: Path) -> None:
    """The busy half of chat would need 60 racks, so 50 racks take 5/6 of it: 52.56 M USD of 63.072.

    Chat then runs on 16.67 racks in the quiet half, where 33.33 are left for batch: 1.8 x 12 x 33.33 = 720 Gtok a day,
    13.14 M USD. Less chat for more batch never pays. Costs: 10 for racks, 50 x 0.1 MW x 8,760 h x 50 = 2.19 for energy,
    5 MW / 16 = 0.3125 for halls and 1 fixed.
    """
    instance = toy(tmp_path)
    plan = solve(instance, extend=[few_racks], gap=0.0)
    check_all(plan, instance)
    assert plan.hardware["units"].tolist() == pytest.approx([50])
    assert plan.objective == pytest.approx(52.56 + 13.14 - 10 - 2.19 - 0.3125 - 1)
    assert plan.record["extended_by"] == ["few_racks"]
    plan.write(tmp_path / "plan")
    assert read_plan(tmp_path / "plan").record["extended_by"] == ["few_racks"]


RULES = '''"""Rules of my own."""

from planner.stamp import constraint


def closed(m):
    """The site stays closed."""
    m.period.opened.fix(0)


def tax(m):
    """5 M USD a year for an open site."""
    m.cash.post("tax", m.period, m.SITES, rule=lambda p, s: -5 * p.opened[s], doc="tax", heading="taxes")
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.py"
    path.write_text(RULES, encoding="utf-8")
    return path


def test_a_rule_from_a_file(tmp_path: Path, file: Path) -> None:
    plan = solve(toy(tmp_path), extend=[f"{file}:closed"], gap=0.0)
    assert plan.objective == pytest.approx(0)
    assert plan.record["extended_by"] == [f"{file}:closed"]
    assert plan.routes.empty


def test_a_cost_of_ones_own_stands_in_the_accounts(tmp_path: Path, file: Path) -> None:
    instance = toy(tmp_path)
    plan = solve(instance, extend=[f"{file}:tax"], gap=0.0)
    assert plan.objective == pytest.approx(73.604 - 5)
    row = plan.accounts.set_index("item").loc["tax"]
    assert (row["heading"], row["musd_per_yr"]) == ("taxes", pytest.approx(-5))
    check_all(plan, instance)  # it is part of the levelised cost too


def test_several_rules_in_their_order(tmp_path: Path, file: Path) -> None:
    plan = solve(toy(tmp_path), extend=[f"{file}:tax", few_racks], gap=0.0, verify=False)
    assert plan.record["extended_by"] == [f"{file}:tax", "few_racks"]
    assert plan.objective == pytest.approx(52.1975 - 5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{file}:opened", "has no function opened"),
        ("{file}", "write file.py:function"),
        ("nowhere.py:closed", "no file nowhere.py"),
        ("closed", "write file.py:function"),
    ],
)
def test_a_wrong_name_is_refused(tmp_path: Path, file: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        solve(toy(tmp_path), extend=[text.format(file=file)])


def test_a_rule_about_the_wrong_level_is_refused_with_a_word_of_advice(tmp_path: Path) -> None:
    def wrong(m: Any) -> None:
        constraint(m.period, rule=lambda p: m.step.draw_mw["site", "wire"] <= 5, name="draw_cap")

    def right(m: Any) -> None:
        constraint(
            m.year, rule=lambda year: total(m.step.draw_mw["site", "wire"], per=year) <= 35_040, name="energy_cap"
        )

    with pytest.raises(ValueError, match=r"write total\(\.\.\., per=<period>\)"):
        solve(toy(tmp_path), extend=[wrong])
    plan = solve(toy(tmp_path), extend=[right], gap=0.0, verify=False)
    assert plan.power["energy_mwh_per_yr"].sum() == pytest.approx(35_040)


def test_an_unknown_objective_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no objective glory; choose one of profit, tokens, revenue"):
        solve(toy(tmp_path), "glory")


@pytest.mark.parametrize(
    "options", [{"gap": -1.0}, {"gap": float("nan")}, {"time_limit_s": 0.0}, {"time_limit_s": -5.0}]
)
def test_a_bad_option_is_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        solve(toy(tmp_path), **options)


def test_the_public_names_lead_here(tmp_path: Path) -> None:
    plan = planner.solve(planner.load("toy"), gap=0.0, verify=False)
    plan.write(tmp_path / "plan")
    assert planner.read_plan(tmp_path / "plan").objective == pytest.approx(73.604)
    assert isinstance(plan, planner.Plan)
    assert set(planner.__all__) <= set(dir(planner))
    with pytest.raises(planner.PlanError):
        planner.read_plan(tmp_path)
    with pytest.raises(planner.InstanceError):
        planner.load(tmp_path)
    with pytest.raises(AttributeError, match="has no attribute 'slove'"):
        _ = planner.slove

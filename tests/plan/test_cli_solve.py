"""`planner solve`: what it prints, writes and explains."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from planner.plan.plan import read_plan
from tests.plan.commands import bad, good, run
from tests.plan.worlds import SHIPPED, everything

pytestmark = pytest.mark.usefixtures("home")


def test_solve_shows_the_answer_on_one_screen(home: Path) -> None:
    text = good("solve", "toy").stdout
    for part in (
        "optimal: profit 73.6040 M USD",
        "rack in water   80.00  units",
        "token sales 94.61",
        "MW of provisioned load  site   4,306,800  USD/MW-yr",
        "One more MW of power limit at site (2028) is worth 4,306,800 USD/MW-yr",
    ):
        assert part in text
    assert len(text.splitlines()) < 50
    assert list(home.iterdir()) == []  # nothing is written unless it is asked for


def test_solve_writes_a_plan_where_it_is_told(home: Path) -> None:
    text = good("solve", "toy", "--out", "plans/toy").stdout
    assert "Plan written to plans/toy; show it again with: planner show plans/toy" in text
    plan = read_plan(home / "plans" / "toy")
    assert plan.objective == pytest.approx(73.604)
    assert [path.name for path in home.iterdir()] == ["plans"]


def test_solve_replaces_a_plan_only_by_force(home: Path) -> None:
    good("solve", "toy", "--out", "plan", "--no-verify")
    before = (home / "plan" / "plan.json").read_bytes()
    result = run("solve", "toy", "--out", "plan", "--set", "finance.wacc=0.1")
    assert result.exit_code == 1
    assert result.stderr.endswith("error: plan already holds a plan; give --force to replace it\n")
    assert (home / "plan" / "plan.json").read_bytes() == before
    good("solve", "toy", "--out", "plan", "--set", "finance.wacc=0.1", "--force", "--no-verify")
    assert read_plan(home / "plan").objective < 73


def test_solve_refuses_a_strange_target_before_any_work(home: Path) -> None:
    (home / "mine").mkdir()
    (home / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    result = run("solve", "toy", "--out", "mine", "--force")
    assert result.exit_code == 1
    assert result.stderr == "error: mine holds something that is no plan; nothing was written\n"  # not even a warning


def test_solve_for_machines() -> None:
    content = json.loads(good("solve", "toy", "--json").stdout)
    assert content["objective"] == pytest.approx(73.604)
    assert content["status"] == "optimal"
    assert content["tables"]["hardware"][0]["units"] == 80
    assert content["tables"]["dispatch"][0]["mw"] == pytest.approx(-6.4)
    assert content["pricing"]["verified"][0]["dual"] == pytest.approx(4_306_800)


def test_solve_with_changes(home: Path) -> None:
    """11 MW hold 88 racks; at half the price of power the 88 pay 0.0219 each instead of 0.0438."""
    changes = ["--set", "sites.site.power_limit_mw=*1.1", "--set", "power.site.wire.energy_usd_per_mwh=25"]
    content = json.loads(good("solve", "toy", *changes, "--json", "--no-verify").stdout)
    assert content["objective"] == pytest.approx(73.604 + 4.3068 + 88 * 0.0219)
    assert content["overrides"] == [
        ["sites.site.power_limit_mw", {"multiply": 1.1}],
        ["power.site.wire.energy_usd_per_mwh", 25],
    ]
    assert "verified" not in content["pricing"]
    assert "with sites.site.power_limit_mw" in good("solve", "toy", *changes, "--no-verify").stdout


def test_solve_a_scenario(tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    shutil.copytree(SHIPPED / "toy", folder)
    scenario = '[dear]\ntext = "Dear power"\n"power.site.wire.energy_usd_per_mwh" = { multiply = 2 }\n'
    (folder / "scenarios.toml").write_text(scenario, encoding="utf-8")
    content = json.loads(good("solve", str(folder), "--scenario", "dear", "--json", "--no-verify").stdout)
    assert content["scenario"] == "dear"
    assert content["objective"] == pytest.approx(73.604 - 3.504)
    text = bad("solve", str(folder), "--scenario", "daer")
    assert "there is no such scenario - did you mean dear? scenarios: dear" in text


def test_solve_several_scenarios_in_order(tmp_path: Path) -> None:
    """Power at half of twice its price costs what it did."""
    folder = tmp_path / "toy"
    shutil.copytree(SHIPPED / "toy", folder)
    price = '"power.site.wire.energy_usd_per_mwh"'
    text = f"[dear]\n{price} = {{ multiply = 2 }}\n[half]\n{price} = {{ multiply = 0.5 }}\n"
    (folder / "scenarios.toml").write_text(text, encoding="utf-8")
    words = ["--scenario", "dear", "--scenario", "half", "--json", "--no-verify"]
    content = json.loads(good("solve", str(folder), *words).stdout)
    assert content["scenario"] == "dear, half"
    assert content["objective"] == pytest.approx(73.604)


def test_solve_for_other_objectives() -> None:
    assert json.loads(good("solve", "toy", "--objective", "tokens", "--json").stdout)["unit"] == "Gtok"
    assert "revenue 94.6080 M USD" in good("solve", "toy", "--objective", "revenue").stdout


def test_solve_in_the_order_of_objectives_and_within_limits() -> None:
    """--then goes on where --objective ends; half of the tokens there could be is all that a limit of half leaves."""
    first = json.loads(good("solve", "toy", "--objective", "tokens,carbon", "--no-verify", "--json").stdout)
    same = json.loads(good("solve", "toy", "--objective", "tokens", "--then", "carbon", "--no-verify", "--json").stdout)
    assert first["objective"] == pytest.approx(same["objective"])
    assert "then carbon 0 t" in good("solve", "toy", "--objective", "tokens", "--then", "carbon", "--no-verify").stdout
    most = first["objective"]
    words = ["--objective", "tokens", "--limit", f"tokens<={most / 2}", "--no-verify", "--json"]
    assert json.loads(good("solve", "toy", *words).stdout)["objective"] == pytest.approx(most / 2, rel=1e-3)


def test_solve_relaxed() -> None:
    assert "whole numbers relaxed to fractions" in good("solve", "toy", "--relax", "--no-verify").stdout


def test_solve_with_a_users_rules(home: Path) -> None:
    (home / "mine.py").write_text("def closed(m):\n    m.period.opened.fix(0)\n", encoding="utf-8")
    text = good("solve", "toy", "--extend", "mine.py:closed", "--no-verify").stdout
    assert "with your own rules: mine.py:closed" in text
    assert "profit 0 M USD" in text


def test_only_what_is_measured_leaves_the_toy_without_points() -> None:
    """Every point of the toy is assumed."""
    result = good("solve", "toy", "--measured-only", "throughput", "--no-verify", "--json")
    content = json.loads(result.stdout)
    assert content["objective"] == pytest.approx(0)
    assert {row["reason"].split(",")[0] for row in content["tables"]["points_dropped"]} == {"throughput is assumed"}
    assert content["overrides"] == [["serving.measured_only", ["throughput"]]]
    assert "no operating point can serve it" in result.stderr


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["nowhere"], "there is no such folder, nor a shipped instance of this name"),
        (["toy", "--set", "sites.site.power_limit_mw=many"], "is not a number"),
        (["toy", "--set", "sites.sit.power_limit_mw=9"], "nothing matches sit - did you mean site?"),
        (["toy", "--set", "sites.site.power_limit=9"], "did you mean power_limit_mw?"),
        (["toy", "--set", "power_limit_mw"], "is not an override - path=value"),
        (["toy", "--scenario", "dear"], "there is no such scenario"),
        (["toy", "--objective", "glory"], "no objective glory; choose one of profit, tokens, revenue"),
        (["toy", "--limit", "carbon=5"], "carbon=5 is no limit; write a measure, <= or >=, and a number"),
        (["toy", "--then", "glory"], "no objective glory"),
        (["toy", "--gap", "-1"], "gap must be a number >= 0"),
        (["toy", "--time-limit", "0"], "time_limit_s must be a number of seconds > 0"),
        (["toy", "--extend", "rules.py:mine"], "no file rules.py"),
        (["toy", "--extend", "rules"], "write file.py:function"),
        (["toy", "--measured-only", "speed"], "measured_only"),
        (["toy", "--strict"], "usually 20 to 45 bn USD per GW"),
    ],
)
def test_solve_explains_what_is_wrong(words: list[str], text: str) -> None:
    assert text in bad("solve", *words, "--out", "plan")


def test_solve_explains_that_there_is_no_plan(tmp_path: Path) -> None:
    everything(tmp_path / "world")
    impossible = "commitments.far.chat.volume_gtok_per_day=7"
    text = bad("solve", str(tmp_path / "world"), "--set", impossible, "--out", "plan")
    assert "error: world: no plan satisfies all rows and bounds" in text

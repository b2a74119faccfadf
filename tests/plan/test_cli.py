"""The command line in general, and what it tells of itself: help, usage, version, maths, schema, list."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import version
from pathlib import Path

import pytest

from planner.instance.schema import TABLES
from tests.plan.commands import bad, good, run
from tests.plan.worlds import SHIPPED

pytestmark = pytest.mark.usefixtures("home")


def test_help_names_every_command() -> None:
    text = good("--help").stdout
    for command in ("new", "check", "solve", "show", "maths", "schema", "list", "import"):
        assert command in text
        assert "Usage" in good(command, "--help").stdout


def test_without_a_command_there_is_help() -> None:
    assert "Usage" in run().output


@pytest.mark.parametrize("words", [["slove", "toy"], ["solve"], ["solve", "toy", "--gab", "1"], ["show"]])
def test_wrong_usage(words: list[str]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Usage" in result.output


def test_version() -> None:
    assert good("--version").stdout == f"planner {version('token-factory-planner')}\n"


def test_maths_of_a_changed_instance(tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    shutil.copytree(SHIPPED / "toy", folder)
    (folder / "scenarios.toml").write_text('[green]\n"limits.carbon_limit_t_per_yr" = 5\n', encoding="utf-8")
    assert "### `carbon_limit`" not in good("maths", str(folder)).stdout
    assert "### `carbon_limit`" in good("maths", str(folder), "--scenario", "green").stdout
    assert "### `carbon_limit`" in good("maths", "toy", "--set", "limits.carbon_limit_t_per_yr=5").stdout
    assert good("maths", "toy", "--objective", "tokens").stdout != good("maths", "toy").stdout
    assert good("maths", "toy", "--objective", "carbon").stdout.splitlines()[-1].startswith("Minimise carbon")
    assert "glory" in bad("maths", "toy", "--objective", "glory")


def test_maths_prints_the_formulation() -> None:
    text = good("maths", "toy").stdout
    assert text.startswith("# The mathematics of toy")
    assert "### `power_balance` [NODES]" in text
    assert "| cash | energy | step |" in text


def test_maths_contains_a_users_rules(home: Path) -> None:
    lines = [
        "from planner.stamp import constraint",
        "def mine(m):",
        "    def rack_cap(p):",
        "        'A landlord allows 50 racks.'",
        "        return p.units_built['site', 'rack', 'water'] <= 50",
        "    constraint(m.period, rule=rack_cap)",
    ]
    (home / "mine.py").write_text("\n".join(lines), encoding="utf-8")
    text = good("maths", "toy", "--extend", "mine.py:mine").stdout
    assert "### `rack_cap`" in text
    assert "A landlord allows 50 racks." in text


def test_schema() -> None:
    text = good("schema").stdout
    assert all(name in text for name in TABLES)
    assert "power_limit_mw" in good("schema", "sites").stdout
    assert set(json.loads(good("schema", "--json").stdout)["tables"]) == set(TABLES)
    one = json.loads(good("schema", "sites", "--json").stdout)
    assert list(one["tables"]) == ["sites"]
    assert one["tables"]["sites"] == json.loads(good("schema", "--json").stdout)["tables"]["sites"]
    assert list(json.loads(good("schema", "settings", "--json").stdout)) == ["settings"]
    assert bad("schema", "site", "--json").startswith("error: there is no table site: did you mean sites?")
    assert bad("schema", "site").startswith("error: there is no table site: did you mean sites?")


def test_schema_of_a_plan() -> None:
    text = good("schema", "--plan").stdout
    assert "prices.csv" in text
    assert "  binds  yes: the limit has a price" in good("schema", "--plan", "prices").stdout
    described = json.loads(good("schema", "--plan", "prices", "--json").stdout)["prices"]
    assert described["value"]["unit"] == "see unit"
    assert bad("schema", "--plan", "price").startswith("error: a plan has no table price: did you mean prices?")


def test_names_in_the_list_have_room() -> None:
    lines = good("list").stdout.splitlines()
    starts = {line.index(line.split(maxsplit=1)[1]) for line in lines}
    assert len(starts) == 1


def test_list_names_instances_and_scenarios() -> None:
    lines = good("list").stdout.splitlines()
    assert any(line.startswith("toy ") and "Ten megawatts on paper" in line for line in lines)
    assert any(line.startswith("one-gigawatt ") for line in lines)
    assert any(line.startswith("  prices-half ") for line in lines)


def test_list_shows_what_is_shipped_not_what_lies_around(home: Path) -> None:
    good("new", "toy", "--from", "one-gigawatt")
    lines = good("list").stdout.splitlines()
    assert not lines[-1].startswith("  ")  # the shipped toy has no scenarios

"""The command line: what every command prints; a fault is a plain sentence, exit code 1 and nothing written."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from planner.cli import app
from planner.instance.schema import TABLES
from planner.plan.plan import read_plan
from tests.factories import minimal_tables, write_instance
from tests.plan.worlds import SHIPPED, everything


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in, so that paths and what is written are seen."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def good(*words: str) -> Result:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result


def bad(*words: str) -> str:
    """Run a command that must fail with an explanation and print nothing else; return the explanation."""
    result = run(*words)
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert list(Path().iterdir()) == []
    return result.stderr


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, solved: Callable) -> Path:
    return solved("toy")[0].write(tmp_path_factory.mktemp("plans") / "toy")


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


# ---- new


def test_new_copies_an_instance(home: Path) -> None:
    result = good("new", "mine", "--from", "toy")
    assert result.stdout == "mine: edit its tables, then: planner solve mine\n"
    names = {path.name for path in (SHIPPED / "toy").iterdir()}
    assert {path.name for path in (home / "mine").iterdir()} == names
    assert "73.6" in good("solve", "mine").stdout


def test_new_leaves_what_is_there(home: Path) -> None:
    good("new", "mine", "--from", "toy")
    before = {path: path.read_bytes() for path in (home / "mine").iterdir()}
    result = run("new", "mine", "--from", "toy")
    assert result.exit_code == 1
    assert "exists already and is left as it is" in result.stderr
    assert {path: path.read_bytes() for path in (home / "mine").iterdir()} == before


def test_new_from_nowhere() -> None:
    assert "there is no such folder, nor a shipped instance of this name" in bad("new", "mine", "--from", "tyo")


# ---- check


def test_check_shows_what_may_serve_what() -> None:
    text = good("check", "toy").stdout
    assert text.startswith("toy: Ten megawatts on paper")
    assert [line.split() for line in text.splitlines() if line.strip().startswith("rack")] == [["rack", "1", "2"]]
    assert "- : nobody measured it" in text
    assert "slower than the product asks" in text


def test_check_tells_unmeasured_from_unfit_and_barred(tmp_path: Path) -> None:
    """Box has two points, one of them too slow; crate has one, too slow; bench has none and may stand nowhere."""
    tables = minimal_tables()
    box, point = tables["hardware"][0] | {"export_class": "free"}, tables["points"][0]
    tables["sites"][0]["export_classes"] = "free"
    tables["hardware"] = [box, box | {"id": "crate"}, box | {"id": "bench", "export_class": "secret"}]
    slow = {"interactivity_tok_per_s": 10}
    tables["points"] += [point | slow | {"id": "box-slow"}, point | slow | {"id": "crate-slow", "hardware": "crate"}]
    text = good("check", str(write_instance(tmp_path / "w", tables))).stdout
    lines = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.strip()}
    assert lines["crate"] == ["0", "of", "1"]
    assert lines["box"] == ["1"]
    assert "bench (barred): its export class secret may stand at no site." in text
    assert "bench (barred)  -" in text


def test_check_prints_warnings_to_the_error_stream_and_strict_makes_them_errors() -> None:
    assert "warning: hardware.csv:2 capex_usd_per_unit" in good("check", "toy").stderr
    assert "capex_usd_per_unit" in bad("check", "toy", "--strict")


def test_check_reports_every_fault_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "toy"
    shutil.copytree(SHIPPED / "toy", folder)
    for name, old, new in (
        ("sites.csv", "site,Ten megawatts,10,", "site,Ten megawatts,10000000,"),
        ("demand.csv", "town,chat", "twon,chat"),
        ("links.csv", "latency_ms", "latency"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    for command in ("check", "solve", "maths"):
        text = bad(command, str(folder))
        assert "sites.csv:2 power_limit_mw" in text
        assert "did you mean town?" in text
        assert "did you mean latency_ms?" in text
        assert "nothing was solved or written." in text


def test_check_of_nothing() -> None:
    text = bad("check", "nowhere")
    assert "shipped instances: " in text
    assert "one-gigawatt" in text


# ---- solve


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


# ---- show


def test_show_is_what_solve_showed(written: Path) -> None:
    assert good("show", str(written)).stdout.splitlines()[-8:] == good("solve", "toy").stdout.splitlines()[-8:]


def test_show_one_table(written: Path, solved: Callable) -> None:
    rows = list(csv.DictReader(io.StringIO(good("show", str(written), "--table", "accounts").stdout)))
    assert {row["item"]: float(row["musd_per_yr"]) for row in rows}["chips"] == -16
    rows = json.loads(good("show", str(written), "--table", "serving", "--json").stdout)
    assert rows == json.loads(json.dumps(solved("toy")[0].serving.to_dict("records")))


def test_show_everything_for_machines(written: Path) -> None:
    content = json.loads(good("show", str(written), "--json").stdout)
    again: dict[str, Any] = json.loads((written / "plan.json").read_text(encoding="utf-8"))
    again.pop("columns")
    assert content | {"tables": None} == again | {"tables": None}
    assert list(content["tables"]) == again["tables"]


def test_show_explains_what_is_wrong(written: Path) -> None:
    assert bad("show", "nowhere") == "error: nowhere holds no plan: plan.json is missing\n"
    assert "the plan has no table account; it has sites, hardware" in bad("show", str(written), "--table", "account")


def test_one_table_in_the_width_that_is_asked_for(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    narrow, wide = (good("--width", width, "show", str(written)).stdout for width in ("60", "200"))
    assert max(map(len, narrow.splitlines())) == 60
    assert max(map(len, wide.splitlines())) == 200
    assert max(map(len, good("show", str(written)).stdout.splitlines())) == 120  # and no width is kept from before


def test_the_width_of_the_environment(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "77")
    assert max(map(len, good("show", str(written)).stdout.splitlines())) == 77


# ---- version, maths, schema, list


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

"""What things are worth on the toy, whose answer is known by hand; rankings, alternatives, plans side by side.

Profit is piecewise linear in the power limit. A rack costs 0.25005 M USD a year. Up to 60 racks (7.5 MW) one more is
1/60 of all chat by day (1.0512) and, as chat needs but a third of it by night, 2/3 of a rack of batch then (0.2628): 8
racks a MW earn 8.5116. Up to 100 racks (12.5 MW) it makes batch alone (0.7884): 4.3068. Then everything is served.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import planner
from planner.cli import app
from planner.instance import InstanceError
from planner.study.alternatives import alternatives
from planner.study.assumptions import Assumption, assumptions_of, read_assumptions
from planner.study.breakeven import breakeven
from planner.study.compare import compare
from planner.study.results import read_study
from planner.study.session import Session
from planner.study.sweep import sweep
from planner.study.tornado import tornado
from planner.study.value import value
from tests.plan.worlds import two_sites

LIMIT = "sites.*.power_limit_mw"
EARLY, LATE = 8.5116, 4.3068
NEAR = 1e-6


@pytest.fixture(scope="module")
def toy() -> Session:
    return Session(planner.load("toy"), gap=1e-9)


def test_the_price_of_a_megawatt_holds_between_the_kinks(toy: Session) -> None:
    frame = value(toy, factors=[1.0], nudges=False).tables["value"].set_index("rule")
    row = frame.loc["provisioned_limit"]
    assert row["value"] == pytest.approx(LATE * 1e6, rel=NEAR)
    assert (row["holds_for_less"], row["holds_for_more"]) == pytest.approx((2.5, 2.5), rel=NEAR)
    assert np.isnan(frame.loc["power_limit_mw", "holds_for_more"])  # a price of many rows


def test_the_value_curve_of_the_limit(toy: Session) -> None:
    curve = value(toy, factors=[0.1, 0.5, 0.75, 1.0, 1.25, 2.0], nudges=False).tables["curve"]
    assert list(curve["power_limits_times"]) == [0.5, 0.75, 1.0, 1.25, 2.0]  # a site has at least 5 MW
    assert curve["next_mw"].to_numpy()[:-1] == pytest.approx([EARLY, LATE, LATE, 0], abs=1e-5)
    assert curve["objective"].iloc[2] == pytest.approx(toy.base.objective, rel=NEAR)


def test_what_has_no_row_is_asked_by_solving_again(tmp_path: Path) -> None:
    world = two_sites(tmp_path / "world")
    session = Session(world, gap=1e-9)
    nudged = value(session, factors=[1.0]).tables["nudges"].set_index(["what", "where"])["effect"]
    for product in ("chat", "batch"):
        path = f"products.{product}.headroom"
        effect = session.ask({path: {"add": 0.01}}).objective - session.base.objective
        assert nudged["one more point of headroom", product] == pytest.approx(effect, rel=NEAR, abs=1e-9)
    assert (nudged >= -1e-9).all()
    with pytest.raises(ValueError, match="have no prices"):
        value(Session(world, reoptimise="all"))


def test_assumptions_are_ranked_by_their_swing(toy: Session) -> None:
    asked = [
        Assumption(path="hardware.rack.capex_usd_per_unit", low=0.9, high=1.1, multiply=True, name="racks"),
        Assumption(path=LIMIT, low=7.5, high=12.5, name="power"),
    ]
    table = tornado(toy, asked).tables["tornado"]
    assert list(table["assumption"]) == ["power", "racks"]
    assert table["effect_low"].iloc[0] == pytest.approx(-2.5 * LATE, rel=NEAR)
    assert table["effect_high"].iloc[0] == pytest.approx(2.5 * LATE, rel=NEAR)
    assert table["swing"].iloc[0] == pytest.approx(5 * LATE, rel=NEAR)
    assert table["meaningful"].all()
    assert (table[["flips_low", "flips_high"]] == "").all().all()


def test_faults_of_a_file_of_ranges_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "ranges.toml"
    file.write_text(
        '[[assumption]]\npath = "a.b.c"\nlow = 2\nhigh = 1\n\n[[assumption]]\nlow = 1\nhigh = 2\nhihg = 3\n'
    )
    with pytest.raises(InstanceError) as found:
        read_assumptions(file)
    text = str(found.value)
    assert "ranges.toml:1" in text
    assert "low 2 is not below high 1" in text
    assert "hihg" in text
    assert "path" in text


def test_alternatives_give_up_no_more_than_is_allowed(tmp_path: Path) -> None:
    session = Session(two_sites(tmp_path / "world"), gap=1e-9)
    study = alternatives(session, within=0.05, count=4)
    found = study.points[study.points["status"] == "optimal"]
    assert len(found) == 5
    assert (found["given_up_share"] <= 0.05 + 1e-6).all()
    assert found["choices_that_differ"].max() > 0  # sun, battery, cooling or boxes come and go for 5 %
    common = study.tables["choices"]
    assert (common["least"] <= common["largest"]).all()
    assert ("site", "alpha", 5) in set(common[["kind", "what", "chosen_in"]].itertuples(index=False, name=None))
    with pytest.raises(ValueError, match="no kind racks"):
        alternatives(session, kinds=["racks"])


def test_plans_side_by_side(tmp_path: Path) -> None:
    plans = {"base": planner.solve(planner.load("toy"), gap=1e-9, verify=False)}
    plans["more"] = planner.solve(planner.load("toy", overrides={LIMIT: 12}), gap=1e-9, verify=False)
    tables = compare(plans)
    assert tables["answers"]["difference_to_first"].tolist() == pytest.approx([0, 2 * LATE], rel=NEAR)
    assert set(tables["inputs"]["input"]) == {"digest", LIMIT}
    racks = tables["design"].set_index("what").loc["site / rack"]
    assert (racks["base"], racks["more"], racks["difference"]) == pytest.approx((80, 96, 16))
    assert tables["accounts"]["difference"].is_monotonic_decreasing
    with pytest.raises(ValueError, match="different objectives"):
        compare(plans | {"tokens": planner.solve(planner.load("toy"), "tokens", verify=False)})


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_commands(tmp_path: Path) -> None:
    study = tmp_path / "study"
    text = run("sweep", "toy", "--vary", f"{LIMIT}=7.5:12.5:3", "--out", str(study))
    assert "flips: none" in text
    assert "yes-or-no choices held" in text
    points = read_study(study).points
    assert points["objective"].diff().dropna().tolist() == pytest.approx([2.5 * LATE] * 2, rel=NEAR)
    data = json.loads(run("value", "toy", "--no-nudges", "--json"))
    assert {"value", "curve", "points"} <= set(data["tables"])
    text = run(
        "breakeven", "toy", "--of", LIMIT, "--from", "5", "--to", "20", "--until", "price power_limit_mw site < 5e6"
    )
    assert "begins to hold" in text
    assert "direction" in run("alternatives", "toy", "--count", "1")
    for name, limit in (("one", "10"), ("two", "12")):
        run("solve", "toy", "--set", f"{LIMIT}={limit}", "--no-verify", "--out", str(tmp_path / name))
    assert "site / rack" in run("compare", str(tmp_path / "one"), str(tmp_path / "two"))


def test_faults_of_the_commands_are_told_in_words(tmp_path: Path) -> None:
    for words, said in (
        (["sweep", "toy", "--vary", "a.b"], "write PATH=from:to:n"),
        (["sweep", "toy", "--vary", "sites.nowhere.power_limit_mw=5:6:2"], "nothing matches nowhere"),
        (["breakeven", "toy", "--of", LIMIT, "--from", "5", "--to", "9", "--until", "nothing"], "is no condition"),
        (["tornado", "toy"], "there is no file with ranges"),
        (["value", "toy", "--reoptimise", "some"], "reoptimise must be one of"),
        (["sweep", "toy", "--vary", f"{LIMIT}=5:6:2", "--objective", "cost_per_mtok"], "is a ratio"),
    ):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 1, words
        assert said in result.stderr, result.stderr
        assert "Traceback" not in result.output


def test_a_price_holds_inside_its_range_and_never_grows_beyond(tmp_path: Path) -> None:
    """Inside, the objective moves by the price; beyond, by no more. A range may end before the price changes."""
    session = Session(two_sites(tmp_path / "world"), gap=1e-9)
    frame = value(session, factors=[1.0], nudges=False).tables["value"].set_index(["rule", "where"])
    paths = {
        ("hardware_supply", "box"): ("supply.box.every.supply_units", 1e-6),
        ("water_limit", "beta"): ("sites.beta.water_limit_m3_per_yr", 1e-6),
        ("expansion_limit", "beta / port / terrestrial"): ("links.beta.port.terrestrial.expandable_gbps", 1e-6),
        ("source_limit", "beta / grid"): ("power.beta.grid.max_mw", 1e-6),
    }
    tried = 0
    for key, (path, to_musd) in paths.items():
        price = frame.loc[key, "value"] * to_musd
        for column, sign in (("holds_for_more", 1.0), ("holds_for_less", -1.0)):
            reach = frame.loc[key, column]
            if not np.isfinite(reach) or reach < 1e-3:
                continue
            inside = session.ask({path: {"add": sign * 0.9 * reach}}).objective - session.base.objective
            assert inside == pytest.approx(sign * 0.9 * reach * price, rel=1e-5, abs=1e-7), (key, column)
            tried += 1
            if abs(price) > 1e-9 and sign > 0:
                outside = session.ask({path: {"add": sign * 1.5 * reach}}).objective - session.base.objective
                assert outside <= sign * 1.5 * reach * price + 1e-7, (key, column)
    assert tried >= 2


def test_a_point_that_is_not_allowed_does_not_cost_the_others(toy: Session) -> None:
    points = sweep(toy, {LIMIT: [4.0, 10.0, 12.0]}).points
    assert list(points["status"]) == ["invalid", "optimal", "optimal"]
    assert "at least 5" in points["reason"].iloc[0]
    with pytest.raises(InstanceError, match="at least 5"):
        sweep(toy, {LIMIT: [3.0, 4.0]})


def test_an_assumption_that_leaves_no_plan_comes_first() -> None:
    session = Session(planner.load("toy"), limits=["tokens>=900000"])
    asked = [
        Assumption(path="hardware.rack.capex_usd_per_unit", low=0.9, high=1.1, multiply=True, name="racks"),
        Assumption(path=LIMIT, low=5, high=10, name="power"),
    ]
    table = tornado(session, asked).tables["tornado"]
    assert list(table["assumption"]) == ["power", "racks"]
    assert np.isnan(table["swing"].iloc[0])
    assert "no plan" in table["flips_low"].iloc[0]


@pytest.mark.parametrize("until", ["chosen hardware */rakc", "amount power site/wrie > 1", "account nosuch > 0"])
def test_a_misspelt_condition_is_not_one_that_never_flips(toy: Session, until: str) -> None:
    with pytest.raises(ValueError, match="nothing is called"):
        breakeven(toy, LIMIT, until, 5, 20)


def test_ranges_may_stand_beside_an_instance(tmp_path: Path) -> None:
    folder = two_sites(tmp_path / "world").folder
    (folder / "ranges.toml").write_text('[[assumption]]\npath = "finance.wacc"\nlow = 0.06\nhigh = 0.12\n')
    [found] = assumptions_of(planner.load(folder))
    assert (found.title, found.low, found.high) == ("finance.wacc", 0.06, 0.12)


def test_factors_and_additions_say_so(toy: Session) -> None:
    points = sweep(toy, {LIMIT: [{"multiply": 1.1}, {"add": 1.0}, 11.0]}).points
    assert points["objective"].tolist() == pytest.approx([toy.base.objective + LATE] * 3, rel=NEAR)
    assert points[f"{LIMIT} times"].iloc[0] == 1.1
    assert points[f"{LIMIT} plus"].iloc[1] == 1.0
    assert points[LIMIT].iloc[2] == 11.0


def test_plans_under_other_limits_show_it() -> None:
    plans = {"free": planner.solve(planner.load("toy"), verify=False)}
    plans["held"] = planner.solve(planner.load("toy"), limits=["capex<=50"], verify=False)
    assert "limits" in set(compare(plans)["inputs"]["input"])

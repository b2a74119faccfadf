"""Scenarios: read, applied, and every broken one found whichever is asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.instance import InstanceError, load
from tests.factories import minimal_settings, minimal_tables, write_instance
from tests.instance.conftest import problems_of

GOOD: dict[str, Any] = {
    "half-power": {"text": "Half the power", "sites.alpha.power_limit_mw": {"multiply": 0.5}},
    "dear-carbon": {"limits.carbon_usd_per_t": 80, "text": "Carbon at 80"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_instance(tmp_path / "small", scenarios=GOOD)


def test_a_scenario_is_applied_before_overrides(folder: Path) -> None:
    instance = load(folder, scenario="half-power", overrides={"sites.alpha.power_limit_mw": {"add": 1}})
    assert instance.sites["alpha"].power_limit_mw == 51
    assert instance.scenario == "half-power"
    assert instance.overrides == (
        ("sites.alpha.power_limit_mw", {"multiply": 0.5}),
        ("sites.alpha.power_limit_mw", {"add": 1}),
    )
    assert load(folder).sites["alpha"].power_limit_mw == 100
    assert load(folder).scenario is None


def test_an_instance_knows_its_scenarios(folder: Path) -> None:
    assert load(folder).scenarios == {"half-power": "Half the power", "dear-carbon": "Carbon at 80"}


def test_paths_may_be_dotted_toml_keys(folder: Path) -> None:
    (folder / "scenarios.toml").write_text(
        '[mixed]\nlimits.carbon_usd_per_t = 5\nsites.alpha.power_limit_mw = {multiply = 2}\n"finance.wacc" = 0.2\n'
        "[mixed.pricing]\nmode = 'uniform'\n"
    )
    instance = load(folder, scenario="mixed")
    assert instance.settings.limits.carbon_usd_per_t == 5
    assert instance.sites["alpha"].power_limit_mw == 200
    assert instance.settings.finance.wacc == 0.2
    assert instance.settings.pricing.mode == "uniform"


def test_unknown_scenario(folder: Path) -> None:
    (problem,) = problems_of(folder, scenario="half-pwoer")
    assert str(problem) == (
        "scenarios.toml half-pwoer - there is no such scenario - did you mean half-power? "
        "scenarios: half-power, dear-carbon"
    )


def test_unknown_scenario_without_any(make: Callable) -> None:
    (problem,) = problems_of(make(), scenario="half-power")
    assert str(problem) == "scenarios.toml half-power - there is no such scenario - there are no scenarios"


@pytest.mark.parametrize("asked", [None, "half-power", "broken"])
@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '"sites.alhpa.power_limit_mw" = 80',
            "sites.alhpa.power_limit_mw - nothing matches alhpa - did you mean alpha?",
        ),
        ('"sites.alpha.power_limit_mw" = 1', "sites.alpha.power_limit_mw 1 - is too small"),
        ("sites.alpha.power_limit_mw = 1", "sites.alpha.power_limit_mw 1 - is too small"),
        ('"finance.wacc" = 9', "finance.wacc 9 - is too large"),
        ('"finance.wacc" = { multipl = 9 }', "finance.wacc - multipl is not a way to change a value"),
        ('"demand.*.*.*.shape" = "busy"', "demand.*.*.*.shape busy - is not in shapes"),
        ('"series.spot" = { multiply = 2 }', "series.spot - nothing matches spot - there are no series"),
        ('"nonsense" = 3', "nonsense - nonsense is neither a table nor a section of settings"),
    ],
)
def test_a_broken_scenario_is_found_at_once(folder: Path, asked: str | None, line: str, message: str) -> None:
    path = folder / "scenarios.toml"
    path.write_text(path.read_text() + f"[broken]\n# why not\n{line}\n")
    number = path.read_text().splitlines().index(line) + 1
    (problem,) = problems_of(folder, scenario=asked)
    assert str(problem).startswith(f"scenarios.toml:{number} {message}")


def test_a_scenario_that_offers_what_does_not_exist(folder: Path) -> None:
    path = folder / "scenarios.toml"
    path.write_text('[odd]\n"catalogue.hardware" = ["bx"]\n')
    for asked in (None, "odd"):
        (problem,) = problems_of(folder, scenario=asked)
        assert str(problem) == (
            "scenarios.toml:2 catalogue.hardware bx - there is no such row in hardware - "
            "did you mean box? hardware: box"
        )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[Bad Name]\n", "scenarios.toml:1 - is not valid TOML"),
        ('["Bad Name"]\n', "scenarios.toml:1 Bad Name - is not a valid name of a scenario"),
        ("lonely = 3\n", "scenarios.toml:1 lonely 3 - a scenario is a section of overrides"),
        ("[a]\ntext = 3\n", "scenarios.toml:2 a.text 3 - is not text"),
        ("[a\n", "scenarios.toml:1 column 3 - is not valid TOML"),
    ],
)
def test_what_is_not_a_scenario(folder: Path, content: str, message: str) -> None:
    (folder / "scenarios.toml").write_text(content)
    (problem,) = problems_of(folder)
    assert str(problem).replace(" column 6", "").startswith(message)


def test_other_scenarios_are_tried_on_the_plain_instance(folder: Path) -> None:
    """Two scenarios that would be impossible together are both fine."""
    path = folder / "scenarios.toml"
    path.write_text('[a]\n"base_year" = 2030\n[b]\n"periods.2028.demand_index" = 2\n')
    assert list(load(folder, scenario="a").periods) == ["2030"]
    assert load(folder, scenario="b").periods["2028"].demand_index == 2


def test_a_scenario_may_choose_another_catalogue(tmp_path: Path) -> None:
    folder = write_instance(tmp_path / "small", scenarios={"other": {"catalogue.source": "facts"}})
    (folder / "facts").mkdir()
    (folder / "facts" / "hardware.csv").write_text(
        "id,name,accelerators_per_unit,unit_kw_max,cooling_needs,capex_usd_per_unit,source,confidence\n"
        "crate,Crate,4,6,air,100000,made up,assumed\n"
    )
    assert list(load(folder).hardware) == ["box"]
    assert list(load(folder, scenario="other").hardware) == ["crate", "box"]


def test_a_scenario_that_scales_a_series_nothing_uses_is_warned_of(tmp_path: Path) -> None:
    tables = minimal_tables()
    tables["power"][0]["price_series"] = "spot"
    scenarios = {
        "dear": {"series.spot": {"multiply": 2}},
        "other": {"power.alpha.grid.price_series": "night", "series.night": {"multiply": 3}},
    }
    series = {"spot [USD/MWh]": [50] * 365, "night [USD/MWh]": [20] * 365}
    settings = minimal_settings()
    settings["time"] = settings["time"] | {"resolution_h": 24}
    folder = write_instance(tmp_path / "small", tables, settings, series, scenarios)
    assert set(load(folder, scenario="dear").series["spot"]) == {100}
    assert set(load(folder, scenario="other").series["night"]) == {60}
    path = folder / "scenarios.toml"
    path.write_text('[odd]\n"series.night" = { multiply = 2 }\n')
    assert set(load(folder).series) == {"spot"}
    told = [str(warning) for warning in load(folder, scenario="odd").warnings]
    wanted = "warning: scenarios.toml:2 series.night - changes nothing: no row uses the series night"
    assert any(text.startswith(wanted) for text in told)
    path.write_text('[odd]\n"series.nigth" = { multiply = 2 }\n')
    (problem,) = problems_of(folder)
    assert str(problem).startswith("scenarios.toml:2 series.nigth - nothing matches nigth - series: spot")


def test_many_scenarios_are_cheap(tmp_path: Path) -> None:
    tables = minimal_tables()
    (row,) = tables["demand"]
    tables["demand"] = [row | {"segment": f"s{number}"} for number in range(300)]
    scenarios = {f"s{number}": {"demand.*.*.*.volume_gtok_per_day": {"multiply": number}} for number in range(20)}
    instance = load(write_instance(tmp_path / "small", tables, scenarios=scenarios), scenario="s3")
    assert {row.volume_gtok_per_day for row in instance.demand.values()} == {30}


def test_several_scenarios_are_made_in_order(tmp_path: Path) -> None:
    """40 MW and then three times what is there; the other way round 300 MW are set to 40."""
    power = "sites.alpha.power_limit_mw"
    scenarios = {"small": {power: 40}, "triple": {power: {"multiply": 3}}}
    folder = write_instance(tmp_path / "w", scenarios=scenarios)
    both = load(folder, scenario=["small", "triple"])
    assert (both.sites["alpha"].power_limit_mw, both.scenario) == (120, "small, triple")
    assert load(folder, scenario=["triple", "small"]).sites["alpha"].power_limit_mw == 40
    assert load(folder, scenario=[]).scenario is None
    with pytest.raises(InstanceError, match="did you mean triple") as caught:
        load(folder, scenario=["tripple", "smal"])
    assert len(caught.value.problems) == 2

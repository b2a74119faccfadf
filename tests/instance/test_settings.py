"""The file instance.toml: every key checked, every fault with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.instance import InstanceError, load
from tests.instance.conftest import problems_of

HEAD = 'title = "T"\nbase_year = 2028\n'
DAYS = '[[time.days]]\nname = "a"\ndate = "07-15"\nweight = 365\n'
NO_CATALOGUE = '[catalogue]\nsource = "none"\n'


def write(folder: Path, text: str) -> Path:
    (folder / "instance.toml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base_year = 2028\n" + DAYS, "instance.toml title - is missing - text"),
        ('title = ""\nbase_year = 2028\n' + DAYS, "instance.toml:1 title - is blank - text"),
        ("title = 3\nbase_year = 2028\n" + DAYS, "instance.toml:1 title 3 - is not text - text"),
        (
            'title = "T"\nbase_year = 28\n' + DAYS,
            "instance.toml:2 base_year 28 - is too small - a whole number, at least 2000, at most 2100",
        ),
        (
            HEAD + "wacc = 0.1\n" + DAYS,
            "instance.toml:3 wacc - there is no such key - put it under [finance]",
        ),
        (
            HEAD + "[finance]\nwac = 0.1\n" + DAYS,
            "instance.toml:4 finance.wac - there is no such key - did you mean wacc?",
        ),
        (
            HEAD + "[finanse]\nwacc = 0.1\n" + DAYS,
            "instance.toml:3 finanse - there is no such key - did you mean finance?",
        ),
        (
            HEAD + "[finance]\nwacc = 9\n" + DAYS,
            "instance.toml:4 finance.wacc 9 - is too large - a number, at least 0, at most 1 share/yr",
        ),
        (
            HEAD + "[finance]\nwacc = true\n" + DAYS,
            "instance.toml:4 finance.wacc true - is not a number - a number, at least 0, at most 1 share/yr",
        ),
        (
            HEAD + "[finance]\nwacc = nan\n" + DAYS,
            "instance.toml:4 finance.wacc nan - is not a finite number - a number, at least 0, at most 1 share/yr",
        ),
        (
            HEAD + "finance = 0.1\n" + DAYS,
            "instance.toml:3 finance 0.1 - is a plain value where a section is needed - [finance]",
        ),
        (
            HEAD + DAYS + '[objective]\nname = "proffit"\n',
            "instance.toml:8 objective.name proffit - is not one of the choices - "
            "did you mean profit? allowed: profit, tokens, revenue, cost, carbon, water, energy, capex, "
            "cost_per_mtok, tokens_per_mwh",
        ),
        (
            HEAD + DAYS + '[serving]\nmeasured_only = "kw"\n',
            "instance.toml:8 serving.measured_only kw - is not a list - an array of throughput, ttft or kw",
        ),
        (
            HEAD + DAYS + '[serving]\nmeasured_only = ["kw", "tft"]\n',
            "instance.toml:8 serving.measured_only tft - is not one of the choices - "
            "did you mean ttft? allowed: throughput, ttft, kw",
        ),
        (
            HEAD + "[time]\nresolution_h = 5\n" + DAYS,
            "instance.toml:3 time - resolution_h must divide 24: 1, 2, 3, 4, 6, 8, 12 or 24",
        ),
        (HEAD, "instance.toml time - is missing - a section [time]"),
        (
            HEAD + '[time]\nmode = "days"\n',
            "instance.toml:3 time - mode = days needs at least one [[time.days]]; or set mode = year",
        ),
        (HEAD + '[time]\nmode = "year"\n' + DAYS, "instance.toml:3 time - mode = year takes no [[time.days]]"),
        (
            HEAD + DAYS.replace("365", "360"),
            "instance.toml:3 time - the weights of [[time.days]] sum to 360, not to 365",
        ),
        (
            HEAD + DAYS.replace("365", "165") + DAYS.replace("365", "200"),
            "instance.toml:3 time - two of [[time.days]] have the same name",
        ),
        (
            HEAD + DAYS.replace("07-15", "02-29"),
            "instance.toml:5 time.days.date 02-29 - is not a day of a year of 365 days - text",
        ),
        (
            HEAD + DAYS.replace("07-15", "7-15"),
            "instance.toml:5 time.days.date 7-15 - is not a day of a year of 365 days - text",
        ),
        (
            HEAD + DAYS + DAYS.replace('"a"', '"b b"'),
            "instance.toml:8 time.days.name b b - is not a valid id - "
            "small letters, digits and single hyphens, such as gb200-nvl72",
        ),
        (
            HEAD + DAYS + "wieght = 3\n",
            "instance.toml:7 time.days.wieght - there is no such key - did you mean weight?",
        ),
    ],
)
def test_one_bad_setting(folder: Path, text: str, message: str) -> None:
    (problem,) = problems_of(write(folder, text + NO_CATALOGUE))
    assert str(problem) == message


def test_all_bad_settings_at_once(folder: Path) -> None:
    text = HEAD + "[finance]\nwacc = 9\n[network]\nroutes_per_pair = 0\n[limits]\ncarbon_usd_per_t = -1\n" + DAYS
    assert [problem.line for problem in problems_of(write(folder, text + NO_CATALOGUE))] == [4, 6, 8]


def test_defaults(loaded: Callable) -> None:
    settings = loaded().settings
    assert (settings.finance.wacc, settings.objective.name, settings.time.resolution_h) == (0.09, "profit", 1)


def test_ids_on_offer_must_exist(messages: Callable) -> None:
    assert messages(settings={"catalogue": {"source": "none", "hardware": ["bocks"], "stacks": ["engine", "x9"]}}) == [
        "instance.toml:11 catalogue.hardware bocks - there is no such row in hardware - hardware: box",
        "instance.toml:12 catalogue.stacks x9 - there is no such row in stacks - stacks: engine",
    ]


def test_something_must_be_on_offer() -> None:
    """Own rows are always on offer, so this takes an instance that lives off the catalogue."""
    with pytest.raises(InstanceError, match=r"catalogue\.hardware - no hardware are offered"):
        load("one-gigawatt", overrides={"catalogue.hardware": []})


def test_own_rows_are_on_offer_without_being_listed(folder: Path) -> None:
    listed = load(folder, overrides={"catalogue.hardware": []})
    assert list(listed.hardware) == list(load(folder).hardware)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("empty/nowhere", "nowhere - there is no such folder - a folder with instance.toml"),
        ("smal", "smal - there is no such folder - did you mean small? instances there: small"),
        ("empty", "instance.toml - the file is missing - the settings: title, base_year, [time]"),
        ("small/sites.csv", "sites.csv - is not a folder - a folder with instance.toml"),
    ],
)
def test_paths_that_are_no_instance(tmp_path: Path, folder: Path, path: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    (problem,) = problems_of(folder.parent / path)
    assert message in str(problem)


def test_the_settings_file_names_its_folder(folder: Path) -> None:
    assert load(folder / "instance.toml").name == "small"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("site.csv", "site.csv - there is no such table - did you mean sites.csv? tables: periods.csv, sites.csv,"),
        ("Sites.csv", "Sites.csv - there is no such table - did you mean sites.csv?"),
        ("pops.CSV", "pops.CSV - there is no such table - did you mean pops.csv?"),
        ("qwxyz.csv", "qwxyz.csv - there is no such table - tables: periods.csv,"),
        ("scenario.toml", "scenario.toml - is not read - did you mean scenarios.toml?"),
    ],
)
def test_files_under_a_wrong_name(folder: Path, name: str, message: str) -> None:
    (folder / name).write_text("id\n")
    (problem,) = problems_of(folder)
    assert str(problem).startswith(message)


@pytest.mark.parametrize("name", ["README.md", "expected.toml", ".hidden.csv", "~$sites.csv", "notes.txt"])
def test_other_files_are_left_alone(folder: Path, name: str) -> None:
    (folder / name).write_text("anything")
    assert load(folder).warnings == ()

"""`planner import` as it is typed: dry runs write nothing, faults leave everything as it was, writing is whole."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from planner.cli import app
from planner.instance import load
from planner.instance.importers.change import Change, open_folder
from tests.importers.benchmarks import AGGREGATED
from tests.importers.conftest import contents
from tests.importers.skies import climate, epw
from tests.importers.test_prices import hours_of, local_csv

README = Path(__file__).parents[2] / "README.md"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["import", *map(str, words)])


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "agg.json"
    path.write_text(json.dumps([AGGREGATED, AGGREGATED | {"hw": "b250"}]), encoding="utf-8")
    return path


def test_a_dry_run_shows_all_and_writes_nothing(folder: Path, rows: Path) -> None:
    before = contents(folder)
    result = run("points", rows, "--into", folder, "--source", "somewhere", "--dry-run")
    assert result.exit_code == 0, result.output
    assert contents(folder) == before
    assert "points.csv: 1 rows added" in result.stdout
    assert "  + b200-hgx-deepseek-r1-fp4-trt-llm-1024-1024-c64-tp8: hardware=b200-hgx, " in result.stdout
    assert "Dry run: points.csv would be written; nothing was." in result.stdout
    assert "hw b250 - is not known" in result.stderr


def test_points_are_written_and_can_be_read(folder: Path, rows: Path) -> None:
    result = run("points", rows, "--into", folder)
    assert result.exit_code == 0, result.output
    assert f"Written to {folder}: points.csv; it is a valid instance." in result.stdout
    point = load(folder).points["b200-hgx-deepseek-r1-fp4-trt-llm-1024-1024-c64-tp8"]
    assert (point.source, point.ttft_ms) == ("agg.json", 250)
    again = run("points", rows, "--into", folder)
    assert "Nothing to write" in again.stdout


def test_weather_and_prices_are_written(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.epw").write_text(epw(climate(-6), -6), encoding="utf-8")
    (tmp_path / "p.csv").write_text(local_csv(hours_of(2023)), encoding="utf-8")
    result = run("weather", tmp_path / "x.epw", "--site", "alpha", "--into", folder, "--mount", "fixed", "--tilt", "20")
    assert result.exit_code == 0, result.output
    result = run(
        "prices", tmp_path / "p.csv", "--column", "LMP", "--node", "alpha", "--technology", "grid", "--into", folder
    )
    assert result.exit_code == 0, result.output
    instance = load(folder)
    assert set(instance.series) == {"alpha-temperature", "alpha-grid-price"}
    assert "fixed panels tilted by 20 degrees" in (folder / "series" / "alpha-weather.csv").read_text(encoding="utf-8")


def test_a_result_that_is_no_valid_instance_is_not_written(folder: Path, tmp_path: Path) -> None:
    """60,000 USD/MWh is more than any market allows."""
    (tmp_path / "p.csv").write_text(local_csv(hours_of(2023)), encoding="utf-8")
    before = contents(folder)
    words = (
        "prices",
        tmp_path / "p.csv",
        "--column",
        "LMP",
        "--node",
        "alpha",
        "--technology",
        "grid",
        "--unit",
        "$/kWh",
    )
    for more in ((), ("--dry-run",)):
        result = run(*words, "--into", folder, *more)
        assert result.exit_code == 1
        assert "series/alpha-grid-price.csv alpha-grid-price" in result.stderr
        assert "values are out of range" in result.stderr
        assert contents(folder) == before


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("points", "nowhere.json", "--into", "FOLDER"), "nowhere.json - cannot be read"),
        (
            ("points", "ROWS", "--into", "toy"),
            "is a shipped instance, which stays as it is - a copy of it: planner new",
        ),
        (("points", "ROWS", "--into", "nowhere"), "there is no such folder"),
        (("points", "ROWS", "--into", "FOLDER", "--map", "b250"), "is not a name and an id - NAME=ID"),
        (("weather", "ROWS", "--site", "alhpa", "--into", "FOLDER"), "there is no such site - did you mean alpha?"),
        (("weather", "ROWS", "--site", "alpha", "--into", "FOLDER", "--year", "soon"), "write a year such as 2023"),
    ],
)
def test_faults_are_explained(
    folder: Path, rows: Path, words: tuple[str, ...], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    result = run(*({"FOLDER": str(folder), "ROWS": str(rows)}.get(word, word) for word in words))
    assert result.exit_code == 1
    assert text in result.stderr
    assert "Traceback" not in result.output


def test_writing_is_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two files cannot be put in place: the first is put back."""
    change = Change(open_folder(folder), {"points.csv": "new", "sites.csv": "new", "series/x.csv": "new"})
    before = contents(folder)
    real = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(target).name == "sites.csv":
            raise PermissionError(13, "not allowed", str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(Exception, match=r"sites.csv - cannot be written: not allowed; nothing was changed"):
        change.write()
    assert contents(folder) == before


def test_the_lines_of_the_readme_work_as_they_are_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the copy that the README makes, with files of the names it gives."""
    monkeypatch.chdir(tmp_path)
    Path("agg_bmk.json").write_text(json.dumps([AGGREGATED]), encoding="utf-8")
    Path("site.epw").write_text(epw(climate(-6), -6), encoding="utf-8")
    Path("lmp.csv").write_text(local_csv(hours_of(2023, "America/Chicago")), encoding="utf-8")
    text = README.read_text(encoding="utf-8").replace("\\\n", " ")
    commands = [line.split()[1:] for line in text.splitlines() if line.startswith("    planner import ")]
    assert [words[1] for words in commands] == ["points", "weather", "prices"]
    [new] = [
        line.split("#")[0].split()[1:] for line in text.splitlines() if line.startswith("    planner new my-study")
    ]
    for words in (new, *commands):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, (words, result.output)
    assert "scenarios.toml: grid-price-double changes series.ercot-west-price" in result.stdout
    instance = load("my-study")
    assert instance.sites["abilene"].temperature_series == "abilene-temperature"
    assert instance.series["abilene-temperature"].max() < 34
    assert instance.power["abilene", "grid-ercot"].price_series == "abilene-grid-ercot-price"
    assert load("my-study", scenario="grid-price-double").warnings != instance.warnings


def test_without_replace_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("site.epw").write_text(epw(climate(-6), -6), encoding="utf-8")
    assert CliRunner().invoke(app, ["new", "my-study", "--from", "one-gigawatt"]).exit_code == 0
    before = contents(Path("my-study"))
    result = run("weather", "site.epw", "--site", "abilene", "--into", "my-study")
    assert result.exit_code == 1
    assert "series/abilene.csv:1 abilene-temperature [C] - a series of this name is there already" in result.stderr
    assert "--replace to put the new one in its place, or another --name" in result.stderr
    assert "1 fault, 0 warnings; nothing was solved or written." in result.stderr
    assert contents(Path("my-study")) == before


def test_new_warnings_are_shown_and_old_ones_are_not(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.epw"
    path.write_text(epw(climate(-6), -6, {4000: {"temp_air": 44.0}}), encoding="utf-8")
    result = run("weather", path, "--site", "alpha", "--into", folder)
    assert (
        "design_day_c 35 - the series alpha-temperature reaches 44.0 C, for which cooling is not sized" in result.stderr
    )
    again = run("weather", path, "--site", "alpha", "--into", folder, "--replace")
    assert "design_day_c" not in again.stderr

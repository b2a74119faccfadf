"""`planner new` and `planner check`: instances copied and checked, every fault told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.factories import minimal_tables, write_instance
from tests.plan.commands import bad, good, run
from tests.plan.worlds import SHIPPED

pytestmark = pytest.mark.usefixtures("home")


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

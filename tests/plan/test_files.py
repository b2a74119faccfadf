"""Plans on disk: whole or not at all, and read back as they were written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from planner.plan.plan import Plan, PlanError, check_target, read_plan


@pytest.fixture
def plan(solved: Callable) -> Plan:
    return solved("everything")[0]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def same(one: Plan, other: Plan) -> None:
    assert one.record == other.record
    assert list(one.tables) == list(other.tables)
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[name], check_dtype=len(frame) > 0, rtol=0, atol=0)


@pytest.mark.parametrize("world", ["toy", "everything", "broken promise", "two sites"])
def test_a_plan_is_read_back_as_it_was_written(tmp_path: Path, solved: Callable, world: str) -> None:
    plan, _ = solved(world)
    assert plan.write(tmp_path / "deep" / "plan") == tmp_path / "deep" / "plan"
    again = read_plan(tmp_path / "deep" / "plan")
    same(plan, again)
    assert repr(again) == repr(plan)
    again.write(tmp_path / "copy")
    assert contents(tmp_path / "copy") == contents(tmp_path / "deep" / "plan")


def test_ids_that_look_like_numbers_stay_text_and_numbers_keep_every_digit(tmp_path: Path, plan: Plan) -> None:
    odd = pd.DataFrame(
        {
            "site": ["007", "1e5", "nan", "true"],
            "value": [0.1 + 0.2, 1e-300, float("nan"), -1 / 3],
            "route": [1, 2, 3, 4],
            "binds": [True, False, True, False],
            "note": ["", "NA", 'a "quoted", word', "two\nlines"],
        }
    )
    Plan(plan.record, {"odd": odd}).write(tmp_path / "plan")
    again = read_plan(tmp_path / "plan").tables["odd"]
    assert again["site"].tolist() == odd["site"].tolist()
    assert again["note"].tolist() == odd["note"].tolist()
    assert again["value"].equals(odd["value"])
    assert again["route"].dtype == odd["route"].dtype
    assert again["binds"].tolist() == [True, False, True, False]


def test_the_record_says_how_the_plan_was_made(solved: Callable) -> None:
    plan, instance = solved("own prices")
    record = plan.record
    assert record["digest"] == instance.digest
    assert record["overrides"] == [["pricing.mode", "segments"]]
    assert record["options"]["gap"] == 0.0
    assert {"planner", "python", "pyomo", "highspy"} <= set(record["versions"])
    assert set(record["tables"]) == set(plan.tables)
    assert set(record["seconds"]) == {"build", "stamp", "solve", "tables", "prices", "verify"}
    rows, columns = record["size"]["rows"], record["size"]["columns"]
    assert rows > 100
    assert columns > 100
    json.dumps(record, allow_nan=False)


def test_a_folder_that_is_there_is_not_replaced_unless_forced(tmp_path: Path, plan: Plan, solved: Callable) -> None:
    target = plan.write(tmp_path / "plan")
    before = contents(target)
    other = solved("toy")[0]
    with pytest.raises(PlanError, match="already holds a plan; give force=True to replace it"):
        other.write(target)
    assert contents(target) == before
    other.write(target, force=True)
    same(read_plan(target), other)
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_an_empty_folder_is_as_good_as_none(tmp_path: Path, plan: Plan) -> None:
    (tmp_path / "plan").mkdir()
    plan.write(tmp_path / "plan")
    same(read_plan(tmp_path / "plan"), plan)


@pytest.mark.parametrize("force", [False, True])
def test_a_file_or_a_strange_folder_is_never_replaced(tmp_path: Path, plan: Plan, force: bool) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("mine", encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(PlanError, match="file is a file; a plan is a folder"):
        plan.write(tmp_path / "file", force)
    with pytest.raises(PlanError, match="home holds something that is no plan; nothing was written"):
        plan.write(tmp_path / "home", force)
    assert contents(tmp_path) == before


def test_a_place_that_cannot_be_written(tmp_path: Path, plan: Plan) -> None:
    """A folder below a file can be made by nobody, whatever their rights."""
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(PlanError, match="cannot be written"):
        plan.write(tmp_path / "file" / "plan")
    assert contents(tmp_path) == {"file": b"mine"}


def break_after(monkeypatch: pytest.MonkeyPatch, tables: int, error: BaseException) -> None:
    """Let writing fail after so many tables."""
    real, written = pd.DataFrame.to_csv, []

    def to_csv(frame: pd.DataFrame, *args: object, **kwargs: object) -> object:
        if len(written) == tables:
            raise error
        written.append(frame)
        return real(frame, *args, **kwargs)

    monkeypatch.setattr(pd.DataFrame, "to_csv", to_csv)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("tables", [0, 5])
def test_a_plan_cut_short_leaves_nothing(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, tables: int, error: BaseException
) -> None:
    break_after(monkeypatch, tables, error)
    with pytest.raises((PlanError, KeyboardInterrupt)):
        plan.write(tmp_path / "plan")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_replacement_cut_short_leaves_the_old_plan(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    plan.write(tmp_path / "plan")
    before = contents(tmp_path)
    break_after(monkeypatch, 5, error)
    with pytest.raises((PlanError, KeyboardInterrupt)):
        plan.write(tmp_path / "plan", force=True)
    assert contents(tmp_path) == before


def test_an_old_plan_is_put_back_if_the_new_one_cannot_take_its_place(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan.write(tmp_path / "plan")
    before = contents(tmp_path)
    real, calls = os.rename, []

    def rename(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == 2:  # aside, then into place
            raise OSError(5, "Input/output error")
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(PlanError, match=r"Input/output error.*nothing was changed"):
        plan.write(tmp_path / "plan", force=True)
    assert contents(tmp_path) == before


def test_checking_a_target_before_any_work(tmp_path: Path, plan: Plan) -> None:
    check_target(tmp_path / "new")
    plan.write(tmp_path / "plan")
    check_target(tmp_path / "plan", force=True)
    with pytest.raises(PlanError, match="already holds a plan"):
        check_target(tmp_path / "plan")


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        (lambda folder: (folder / "plan.json").unlink(), "holds no plan: plan.json is missing"),
        (lambda folder: (folder / "plan.json").write_text("{", encoding="utf-8"), "plan.json cannot be read"),
        (lambda folder: (folder / "plan.json").write_text("[]", encoding="utf-8"), "is not the record of a plan"),
        (lambda folder: (folder / "plan.json").write_text("{}", encoding="utf-8"), "is not the record of a plan"),
        (lambda folder: (folder / "tables" / "sites.csv").unlink(), "sites.csv cannot be read"),
        (
            lambda folder: (folder / "tables" / "sites.csv").write_text("period,opened\n1,1\n", encoding="utf-8"),
            "sites.csv cannot be read: its columns are not those that were written",
        ),
        (
            lambda folder: (folder / "tables" / "capex.csv").write_text(
                "period,item,life_years,overnight_musd\nearly,chips,5,much\n", encoding="utf-8"
            ),
            "capex.csv cannot be read: could not convert string to float: 'much'",
        ),
    ],
)
def test_a_damaged_plan_is_refused(tmp_path: Path, plan: Plan, damage: Callable, text: str) -> None:
    damage(plan.write(tmp_path / "plan"))
    with pytest.raises(PlanError, match=text):
        read_plan(tmp_path / "plan")


def test_a_plan_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="nowhere holds no plan"):
        read_plan(tmp_path / "nowhere")


def test_tables_are_attributes(plan: Plan) -> None:
    assert plan.sites is plan.tables["sites"]
    assert "accounts" in dir(plan)
    with pytest.raises(AttributeError, match="a plan has no table account; it has sites, hardware"):
        _ = plan.account

"""`planner show`: a plan on paper shown again, whole or by table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plan.commands import bad, good

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, solved: Callable) -> Path:
    return solved("toy")[0].write(tmp_path_factory.mktemp("plans") / "toy")


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

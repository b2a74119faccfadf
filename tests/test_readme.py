"""The README's worked example of a user's own clause, run as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import planner

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
COARSE = {"time.resolution_h": 12}


@pytest.fixture(scope="module")
def clauses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    [text] = [block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "# clauses.py" in block]
    file = tmp_path_factory.mktemp("readme") / "clauses.py"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_clause_of_the_readme_is_paid_for_and_recorded(clauses: Path) -> None:
    gigawatt = planner.load("one-gigawatt", overrides=COARSE)
    free = planner.solve(gigawatt, gap=1e-3, verify=False)
    bound = planner.solve(gigawatt, gap=1e-3, verify=False, extend=[f"{clauses}:take_or_pay"])
    assert bound.record["extended_by"] == [f"{clauses}:take_or_pay"]
    grid = bound.power.set_index("technology").loc["grid-ercot", "energy_mwh_per_yr"]
    paid = -bound.accounts.set_index("item").loc["take or pay", "musd_per_yr"] / 40e-6
    assert grid + paid >= 7e6 * (1 - 1e-6)
    assert paid > 0
    assert bound.objective < free.bound
    assert bound.accounts["present_value_musd"].sum() == pytest.approx(bound.objective, rel=1e-9)

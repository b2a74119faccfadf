"""The reference of a plan's columns: complete against solved plans, and without words about columns there are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planner.plan.columns import COLUMNS, COMMON, OWN_NAME, columns_json, columns_text, undescribed
from tests.plan.worlds import WORLDS


@pytest.mark.parametrize("world", WORLDS)
def test_every_column_of_a_solved_plan_is_described(world: str, solved: Callable) -> None:
    for table, frame in solved(world)[0].tables.items():
        missing = undescribed(table, frame.columns)
        assert not missing, (
            f"the table {table} of a plan has columns without a description: {', '.join(missing)}. "
            f'Add COLUMNS["{table}"] = {{column: (unit, meaning)}} in planner/plan/columns.py'
        )


def test_every_description_belongs_to_a_column_of_some_plan(solved: Callable) -> None:
    seen: dict[str, set[str]] = {}
    for world in WORLDS:
        for table, frame in solved(world)[0].tables.items():
            seen.setdefault(table, set()).update(frame.columns)
    for table, content in COLUMNS.items():
        gone = [column for column in content if column not in seen.get(table, ()) and column != OWN_NAME]
        assert not gone, (
            f"planner/plan/columns.py describes {table}.{gone[0]}, which no plan of tests/plan/worlds.py has"
        )


@pytest.mark.parametrize("table", COLUMNS)
def test_units_stand_in_the_names_and_agree(table: str) -> None:
    """A column whose name ends in a unit says that unit."""
    endings = {"_mw": "MW", "_mwh": "MWh", "_ms": "ms", "_gbps": "Gbps", "_musd": "M USD", "_per_day": "Gtok/day"}
    for column, (unit, _) in COLUMNS[table].items():
        for ending, word in endings.items():
            if column.endswith(ending) and ("_per_" not in column or ending == "_per_day"):
                assert unit.startswith(word), f"{table}.{column} [{unit}]"


def test_the_text_holds_every_column() -> None:
    text = columns_text()
    for table, content in COLUMNS.items():
        assert f"{table}.csv\n" in text
        assert set(columns_json(table)[table]) == set(content)
    assert all(f"  {column} " in text for column in COMMON)
    with pytest.raises(KeyError, match="did you mean prices"):
        columns_text("price")

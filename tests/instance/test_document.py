"""The format reference: up to date, complete, and true to what is checked."""

import json
from pathlib import Path

import pytest

from planner.instance import document
from planner.instance.catalogue import shipped_folder
from planner.instance.schema import TABLES, Settings
from planner.instance.schema.describe import columns, section_class


def test_the_committed_reference_is_up_to_date() -> None:
    committed = (shipped_folder() / "README.md").read_text(encoding="utf-8")
    assert committed == document.reference(), "run python -m planner.instance.document"


def test_the_reference_can_be_written_elsewhere(tmp_path: Path) -> None:
    document.main([str(tmp_path / "format.md")])
    assert (tmp_path / "format.md").read_text(encoding="utf-8") == document.reference()


def test_every_column_and_setting_is_in_the_reference() -> None:
    text = document.reference()
    for name, row_class in TABLES.items():
        section = text.split(f"### {name}.csv\n")[1].split("\n###")[0]
        common = text.split("### Columns of every table\n")[1]
        for column in columns(row_class):
            assert f"| `{column}` |" in section or f"| `{column}` |" in common, f"{name}.{column}"
    for name in columns(Settings):
        section = section_class(Settings, name)
        for key, column in columns(section).items() if section else [(name, columns(Settings)[name])]:
            assert f"| `{key}` |" in text or column.kind == "tables", f"{name}.{key}"


def test_every_row_of_the_reference_has_as_many_cells_as_its_head() -> None:
    width = 0
    for line in document.reference().splitlines():
        if line.startswith("| ---"):
            width = line.count("|")
        elif line.startswith("| `"):
            assert line.replace("\\|", "").count("|") == width, line


def test_every_column_has_a_meaning_and_every_unit_in_its_name_is_given() -> None:
    marks = ("_mw", "_kw", "_ms", "_gbps", "_h", "_yr", "_musd", "_usd", "_c", "_years", "_share", "_mwh")
    for name, row_class in TABLES.items():
        assert row_class.__doc__, name
        for column in columns(row_class).values():
            assert column.text, f"{name}.{column.name}"
            if column.name.endswith(marks) and column.numeric:
                assert column.unit, f"{name}.{column.name} has no unit"


def test_references_name_tables() -> None:
    for name, row_class in TABLES.items():
        for column in columns(row_class).values():
            assert all(ref in TABLES or ref == "every" for ref in column.refs), f"{name}.{column.name}"


@pytest.mark.parametrize("table", [*TABLES, "settings"])
def test_schema_text(table: str) -> None:
    text = document.schema_text(table)
    names = columns(TABLES[table]) if table in TABLES else ("title", "wacc", "carbon_usd_per_t", "weight")
    assert all(f" {name} " in text for name in names)


def test_schema_text_of_a_column() -> None:
    assert (
        "* power_limit_mw             most that the facility may draw at any moment: the gigawatt that will never "
        "become two (a gigawatt is 1000); usually 10 to 10000 [MW; at least 5, at most 20000]"
    ) in document.schema_text("sites").splitlines()
    idle = next(line for line in document.schema_text("hardware").splitlines() if "idle_share" in line)
    assert idle.endswith("power of an idle unit over unit_kw_max [share; default 0.3; at least 0, at most 1]")


def test_the_list_of_tables() -> None:
    lines = document.schema_text().splitlines()
    assert [line.split()[0] for line in lines] == ["settings", *TABLES]


def test_an_unknown_table() -> None:
    with pytest.raises(KeyError, match="there is no table site: did you mean sites"):
        document.schema_text("site")


def test_schema_json() -> None:
    schema = json.loads(json.dumps(document.schema_json()))
    assert list(schema["tables"]) == list(TABLES)
    assert schema["tables"]["demand"]["key"] == ["market", "product", "segment"]
    assert schema["tables"]["sites"]["required"] is True
    limit = schema["tables"]["sites"]["columns"]["power_limit_mw"]
    assert (limit["lower"], limit["upper"], limit["unit"], limit["required"]) == (5, 20_000, "MW", True)
    assert schema["settings"]["finance"]["wacc"]["default"] == 0.09
    assert schema["settings"]["settings"]["base_year"]["required"] is True
    assert set(schema["settings"]["time.days"]) == {"name", "date", "weight"}
    assert schema["tables"]["hardware"]["columns"]["cooling_needs"]["choices"] == ["air", "liquid", "liquid-warm"]

"""Editing a table as text: what is not touched keeps its bytes."""

from __future__ import annotations

import pytest

from planner.instance.importers.csv_text import CsvText

TEXT = '\ufeff# made by hand\r\nid, name ,note\r\n\r\na,Alpha,"one, two"\r\n# in between\r\nb,"Be\r\nta",\r\n'


def test_nothing_changes_when_nothing_is_done() -> None:
    assert CsvText(TEXT).text() == TEXT


def test_one_cell_changes_one_row() -> None:
    text = CsvText(TEXT)
    text.set_cells(text.find({"id": "a"}), {"name": 'A "1"'})
    assert text.text() == TEXT.replace("a,Alpha,", 'a,"A ""1""",')


def test_rows_are_added_at_the_end_in_the_columns_there_are() -> None:
    text = CsvText(TEXT)
    text.append({"note": "new", "id": "c"})
    assert text.text() == TEXT + "c,,new\r\n"


def test_a_last_line_without_an_end_gets_one() -> None:
    text = CsvText("id\na")
    text.append({"id": "b"})
    assert text.text() == "id\na\nb\n"


def test_columns_are_added_behind_the_others_and_no_other_cell_moves() -> None:
    text = CsvText(TEXT)
    assert text.add_columns(["name", "x", "y z"]) == ["x", "y z"]
    text.set_cells(1, {"x": "5"})
    wanted = (
        TEXT.replace("note\r\n", "note,x,y z\r\n").replace('two"\r\n', 'two",,\r\n').replace('ta",\r\n', 'ta",,5,\r\n')
    )
    assert text.text() == wanted


def test_columns_of_rows_with_too_many_blank_cells() -> None:
    text = CsvText("id,name\na,Alpha,,\n")
    text.add_columns(["x"])
    assert text.text() == "id,name,x\na,Alpha,\n"


@pytest.mark.parametrize(("keys", "number"), [({"id": "b"}, 1), ({"id": "a", "name": "Alpha"}, 0), ({"id": "z"}, None)])
def test_rows_are_found_by_their_cells(keys: dict[str, str], number: int | None) -> None:
    assert CsvText(TEXT).find(keys) == number


def test_an_absent_file_begins_with_its_header() -> None:
    text = CsvText("", ["id", "x"])
    text.append({"id": "a", "x": "1"})
    assert text.text() == "id,x\na,1\n"

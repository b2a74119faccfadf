"""Files saved in every wrong and every odd but harmless way."""

from pathlib import Path

import pytest

from planner.instance import load
from tests.instance.conftest import problems_of

MARKETS = "id,name\ntown,Town\n"


def only_problem(folder: Path) -> str:
    (problem,) = problems_of(folder)
    return str(problem)


@pytest.mark.parametrize(
    "content",
    [
        MARKETS.encode(),
        b"\xef\xbb\xbf" + MARKETS.encode(),
        MARKETS.replace("\n", "\r\n").encode(),
        MARKETS.replace("\n", "\r").encode(),
        b'\n# markets\nid,name\n\n  # the only one, "so far"\ntown,Town\n,\n\n',
        b"id , name,,\n town ,  Town ,,\n,,,\n",
        b'"id","name"\n"town","Town"\n"# a comment, quoted",\n',
        b"name,id\nTown,town",
    ],
    ids=["plain", "bom", "crlf", "cr", "comments", "spaces", "quoted", "order"],
)
def test_harmless_oddities_read_the_same(folder: Path, content: bytes) -> None:
    (folder / "markets.csv").write_bytes(content)
    assert [(row.id, row.name) for row in load(folder).markets.values()] == [("town", "Town")]


def test_quoted_cells_keep_commas_quotes_lines_and_hashes(folder: Path) -> None:
    (folder / "markets.csv").write_text('id,name,note\ntown,"Town, ""the"" one","first\n# second, line"\n')
    assert load(folder).markets["town"].name == 'Town, "the" one'
    assert load(folder).markets["town"].note == "first\n# second, line"


def test_lines_are_counted_through_comments_and_long_cells(folder: Path) -> None:
    (folder / "markets.csv").write_text('# x\nid,name,note\n\ntown,Town,"a\nb"\n# y\nTown,Second,\n')
    assert only_problem(folder) == (
        "markets.csv:7 id Town - is not a valid id - small letters, digits and single hyphens, such as gb200-nvl72"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "markets.csv - the file is empty - a header line with the names of the columns"),
        (b"# nothing\n\n", "markets.csv - the file is empty - a header line with the names of the columns"),
        (b"id,name\n", "markets.csv - has no rows - A place where tokens are bought."),
        (
            b"id;name\ntown;Town\n",
            "markets.csv:1 - the columns are parted by semicolons, not by commas - "
            "save it as CSV UTF-8 (comma delimited), numbers with a point",
        ),
        (
            b"id\tname\ntown\tTown\n",
            "markets.csv:1 - the columns are parted by tabs, not by commas - "
            "save it as CSV UTF-8 (comma delimited), numbers with a point",
        ),
        (
            "id,name\ntown,Orléans\n".encode("latin-1"),
            "markets.csv:2 0xe9 - this byte is not UTF-8 text - save it as CSV UTF-8 (comma delimited)",
        ),
        (
            MARKETS.encode("utf-16"),
            "markets.csv - is written in UTF-16 - save it as CSV UTF-8 (comma delimited)",
        ),
        (b"PK\x03\x04\x14\x00", "markets.csv - is an Excel workbook or zip file, not text - save it as CSV UTF-8"),
        (b"id,name\n\x00\x01,x\n", "markets.csv - is a binary file, not text - save it as CSV UTF-8"),
        (b"id,name,id\ntown,Town,town\n", "markets.csv:1 id - this column is given twice - keep one of them"),
        (b"id,name,\ntown,Town,x\n", "markets.csv:2 x - this cell stands under no column name - name the column"),
        (
            b'id,name\ntown,"Town\n',
            "markets.csv:2 - a quotation mark is opened and never closed - "
            "double every quotation mark inside quoted text",
        ),
        (b'id,name\ntown,"To"wn\n', "markets.csv:2 - cannot be read as CSV: ',' expected after '\"' - double every"),
        (b"id,name\ntown\n", "markets.csv:2 - the row has 1 cells and the header 2 - put text that contains a comma"),
        (b"id,name\ntown,Town,1,000\n", "markets.csv:2 - the row has 4 cells and the header 2 - put text"),
    ],
    ids=lambda value: value[:30] if isinstance(value, bytes) else "",
)
def test_unreadable_files_say_how_to_save_them(folder: Path, content: bytes, message: str) -> None:
    (folder / "markets.csv").write_bytes(content)
    assert str(problems_of(folder)[0]).startswith(message)


def test_an_unreadable_table_is_reported_alone(folder: Path) -> None:
    """Ids that point into a table nobody could read are not called wrong."""
    (folder / "markets.csv").write_bytes(b"id;name\ntown;Town\n")
    assert len(problems_of(folder)) == 1


def test_many_ragged_rows_are_counted(folder: Path) -> None:
    (folder / "markets.csv").write_text("id,name\ntown,Town\n" + "a\n" * 20)
    texts = [str(problem) for problem in problems_of(folder)]
    assert len(texts) == 6
    assert texts[-1] == "markets.csv - 15 more rows do not fit the header"


def test_a_table_that_is_a_folder_is_not_a_table(folder: Path) -> None:
    (folder / "markets.csv").unlink()
    (folder / "markets.csv").mkdir()
    assert only_problem(folder).startswith("markets.csv - the table is missing")

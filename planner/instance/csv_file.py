"""Reading CSV files as people write them: with byte order marks, comments, blank lines and line numbers for messages.

A file is read whole into rows of stripped text; what is wrong with its form is reported as `Problem`s, so that a file
saved in the wrong way by a spreadsheet says so instead of failing somewhere later.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from planner.instance.problem import Problem

_ADVICE = "save it as CSV UTF-8 (comma delimited)"
_WORKBOOK = b"PK\x03\x04"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LISTED_RAGGED = 5


@dataclass
class CsvTable:
    """The text of one CSV file.

    Attributes:
        file: name used in messages.
        header: column names in order.
        header_line: line of the header.
        rows: (line, cells) of every row that is not blank; cells are in the order of the header.
        content: the bytes of the file.
    """

    file: str
    header: list[str]
    header_line: int
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    content: bytes = b""


def read_bytes(path: Path, file: str, problems: list[Problem]) -> bytes | None:
    """Read a file whole; None (and a problem) when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        problems.append(Problem(file, None, "", "", f"cannot be read: {error.strerror or error}", "a readable file"))
        return None


def decode(content: bytes, file: str, problems: list[Problem], advice: str = _ADVICE) -> str | None:
    """Decode UTF-8 with or without a byte order mark; None (and a problem) for anything else."""
    if content.startswith(_WORKBOOK):
        problems.append(Problem(file, None, "", "", "is an Excel workbook or zip file, not text", advice))
    elif content.startswith(_UTF16):
        problems.append(Problem(file, None, "", "", "is written in UTF-16", advice))
    elif b"\0" in content:
        problems.append(Problem(file, None, "", "", "is a binary file, not text", advice))
    else:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            byte = f"0x{content[error.start]:02x}"
            problems.append(Problem(file, line, "", byte, "this byte is not UTF-8 text", advice))
    return None


def read_csv(path: Path, file: str, problems: list[Problem]) -> CsvTable | None:
    """Read a CSV file.

    Lines that start with # and blank lines are left out. Unnamed columns without any value are dropped.

    Args:
        path: the file.
        file: its name in messages.
        problems: faults are added here.

    Returns:
        The table, or None when nothing of it can be used.
    """
    content = read_bytes(path, file, problems)
    if content is None:
        return None
    text = decode(content, file, problems)
    if text is None:
        return None
    try:
        records = list(_records(text))
    except _CsvSyntaxError as error:
        problems.append(
            Problem(file, error.line, "", "", error.wrong, "double every quotation mark inside quoted text")
        )
        return None
    if not records:
        problems.append(Problem(file, None, "", "", "the file is empty", "a header line with the names of the columns"))
        return None
    (header_line, header), body = records[0], records[1:]
    table = CsvTable(file, header, header_line, content=content)
    if not _check_separator(table, problems):
        return None
    _check_rows(table, body, problems)
    _drop_unnamed(table, problems)
    return table if _check_duplicates(table, problems) else None


class _CsvSyntaxError(Exception):
    def __init__(self, line: int, wrong: str) -> None:
        super().__init__(wrong)
        self.line, self.wrong = line, wrong


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of every record that is neither blank nor a comment."""
    lines: list[str] = []
    numbers: list[int] = []
    quote_opened = 0
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if not quote_opened and line.lstrip().startswith("#"):
            continue
        if line.count('"') % 2:
            quote_opened = 0 if quote_opened else number
        lines.append(line)
        numbers.append(number)
    if quote_opened:
        raise _CsvSyntaxError(quote_opened, "a quotation mark is opened and never closed")
    reader = csv.reader(lines, strict=True)
    while True:
        first = numbers[min(reader.line_num, len(numbers) - 1)] if numbers else 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _CsvSyntaxError(first, f"cannot be read as CSV: {error}") from None
        cells = [cell.strip() for cell in cells]
        if any(cells) and not cells[0].startswith("#"):
            yield first, cells


def _check_separator(table: CsvTable, problems: list[Problem]) -> bool:
    if len(table.header) > 1:
        return True
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if mark in table.header[0]:
            wrong = f"the columns are parted by {word}, not by commas"
            problems.append(Problem(table.file, table.header_line, "", "", wrong, f"{_ADVICE}, numbers with a point"))
            return False
    return True


def _check_rows(table: CsvTable, body: Sequence[tuple[int, list[str]]], problems: list[Problem]) -> None:
    """Keep the rows that fit the header; report the others."""
    width, ragged = len(table.header), 0
    for line, cells in body:
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) == width:
            table.rows.append((line, cells))
            continue
        ragged += 1
        if ragged <= _LISTED_RAGGED:
            wrong = f"the row has {len(cells)} cells and the header {width}"
            allowed = (
                "put text that contains a comma in quotation marks; write numbers without commas (1000, not 1,000)"
            )
            problems.append(Problem(table.file, line, "", "", wrong, allowed))
    if ragged > _LISTED_RAGGED:
        wrong = f"{ragged - _LISTED_RAGGED} more rows do not fit the header"
        problems.append(Problem(table.file, None, "", "", wrong))


def _drop_unnamed(table: CsvTable, problems: list[Problem]) -> None:
    unnamed = [index for index, name in enumerate(table.header) if not name]
    if not unnamed:
        return
    for line, cells in table.rows:
        filled = [cells[index] for index in unnamed if cells[index]]
        if filled:
            problems.append(
                Problem(table.file, line, "", filled[0], "this cell stands under no column name", "name the column")
            )
            break
    named = [index for index, name in enumerate(table.header) if name]
    table.header = [table.header[index] for index in named]
    table.rows = [(line, [cells[index] for index in named]) for line, cells in table.rows]


def _check_duplicates(table: CsvTable, problems: list[Problem]) -> bool:
    twice = sorted({name for name in table.header if table.header.count(name) > 1})
    for name in twice:
        problems.append(
            Problem(table.file, table.header_line, name, "", "this column is given twice", "keep one of them")
        )
    return not twice

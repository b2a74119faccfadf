"""Editing a CSV file as text: what is not touched keeps its bytes, its comments, its order and its line ends."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass
class _Record:
    """One record, comment or blank line: its text with the line end, and its cells where it is a record."""

    text: str
    cells: list[str] | None


class CsvText:
    """The text of a table, to which rows and columns can be added and cells changed.

    Attributes:
        header: names of the columns, in order.
    """

    def __init__(self, text: str, header: Sequence[str] = ()) -> None:
        """Read the text of a file; an absent file is an empty text and the header it shall have."""
        self._records = list(_records(text.removeprefix("\ufeff")))
        self._mark = "\ufeff" if text.startswith("\ufeff") else ""
        self._end = "\r\n" if "\r\n" in text else "\n"
        rows = [record for record in self._records if record.cells is not None]
        if rows:
            self._head, self._rows = rows[0], rows[1:]
        else:
            self._head, self._rows = _Record("", list(header)), []
            self._write(self._head)
            self._records.append(self._head)

    @property
    def header(self) -> list[str]:
        """Names of the columns, in order."""
        return [name.strip() for name in self._head.cells or []]

    @property
    def length(self) -> int:
        """Number of rows."""
        return len(self._rows)

    def find(self, keys: Mapping[str, str]) -> int | None:
        """Return the number of the first row that has these cells; None when there is none."""
        places = [(self.header.index(name), value) for name, value in keys.items()]
        for number, row in enumerate(self._rows):
            if all((row.cells or [])[place].strip() == value for place, value in places):
                return number
        return None

    def row(self, number: int) -> dict[str, str]:
        """Return the cells of a row by column."""
        return dict(zip(self.header, (cell.strip() for cell in self._rows[number].cells or []), strict=False))

    def add_columns(self, names: Iterable[str]) -> list[str]:
        """Add the columns that are not there yet, at the end; return those that were added."""
        new = [name for name in names if name not in self.header]
        width = len(self._head.cells or [])
        for record in (self._head, *self._rows) if new else ():
            cells = (record.cells or [])[:width]
            cells += [""] * (width - len(cells))
            record.cells = cells + (new if record is self._head else [""] * len(new))
            body = record.text.rstrip("\r\n")
            tail = _line(new) if record is self._head else "," * (len(new) - 1)
            plain = len(next(csv.reader(io.StringIO(body, newline="")), [])) == width
            record.text = f"{body},{tail}{record.text[len(body) :]}" if plain else record.text
            if not plain:
                self._write(record)
        return new

    def drop_columns(self, names: Iterable[str]) -> None:
        """Take columns out, with their cells; the columns must be there."""
        places = {self.header.index(name) for name in names}
        for record in (self._head, *self._rows):
            record.cells = [cell for place, cell in enumerate(record.cells or []) if place not in places]
            self._write(record)

    def set_cells(self, number: int, cells: Mapping[str, str]) -> None:
        """Change cells of a row; the columns must be there."""
        row = self._rows[number]
        row.cells = (row.cells or []) + [""] * (len(self.header) - len(row.cells or []))
        for name, value in cells.items():
            row.cells[self.header.index(name)] = value
        self._write(row)

    def append(self, cells: Mapping[str, str]) -> None:
        """Add a row at the end; the columns must be there."""
        row = _Record("", [cells.get(name, "") for name in self.header])
        if self._records and not self._records[-1].text.endswith(("\n", "\r")):
            self._records[-1].text += self._end
        self._write(row)
        self._rows.append(row)
        self._records.append(row)

    def text(self) -> str:
        """Return the whole text."""
        return self._mark + "".join(record.text for record in self._records)

    def _write(self, record: _Record) -> None:
        body = record.text.rstrip("\r\n")
        record.text = _line(record.cells or []) + (record.text[len(body) :] or self._end)


def _line(cells: Sequence[str]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(cells)  # it quotes line ends only when they end its lines
    return target.getvalue().removesuffix("\r\n")


def _records(text: str) -> Iterable[_Record]:
    """Part a text into records, comments and blank lines; a quoted cell may run over several lines."""
    lines: list[str] = []
    for line in io.StringIO(text, newline=""):
        if not lines and (line.lstrip().startswith("#") or not line.strip(" ,\t\r\n")):
            yield _Record(line, None)
            continue
        lines.append(line)
        if "".join(lines).count('"') % 2 == 0:
            joined = "".join(lines)
            yield _Record(joined, next(csv.reader(io.StringIO(joined, newline=""))))
            lines = []
    if lines:
        joined = "".join(lines)
        yield _Record(joined, next(csv.reader(io.StringIO(joined, newline="")), []))

"""A change of an instance's files: said line by line, tried on a copy, then written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from planner.instance.catalogue import find_catalogue, shipped_folder
from planner.instance.csv_file import decode
from planner.instance.files import SETTINGS_FILE, check_folder
from planner.instance.importers.csv_text import CsvText
from planner.instance.instance import Instance
from planner.instance.load import load
from planner.instance.problem import InstanceError, Problem, among
from planner.instance.schema import TABLES
from planner.instance.schema.describe import columns
from planner.instance.tables import Tables, read_tables
from planner.instance.toml_file import read_toml


def fail(file: str, line: int | None, column: str, value: str, wrong: str, allowed: str = "") -> InstanceError:
    """Return the error of one fault, to be raised."""
    return InstanceError([Problem(file, line, column, value, wrong, allowed)])


@dataclass
class Change:
    """What an import does to an instance.

    Attributes:
        folder: the instance.
        files: new text by path relative to the folder.
        lines: what is done, for people.
        warnings: what was left out or looks wrong, located in the files that were imported.
    """

    folder: Path
    files: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def try_out(self) -> Instance:
        """Make the change on a copy and read that; return the instance it becomes.

        Raises:
            InstanceError: the result is no valid instance; nothing was written.
        """
        with tempfile.TemporaryDirectory() as workspace:
            copy = Path(workspace) / self.folder.resolve().name
            shutil.copytree(self.folder, copy, ignore=shutil.ignore_patterns("__pycache__", ".*"))
            for name, text in self.files.items():
                (copy / name).parent.mkdir(exist_ok=True)
                (copy / name).write_bytes(text.encode())
            return load(copy)

    def new_warnings(self, changed: Instance) -> list[Problem]:
        """Return the warnings about the changed instance that it did not give rise to before."""
        try:
            before = {
                (problem.file, problem.column, problem.value, problem.wrong) for problem in load(self.folder).warnings
            }
        except InstanceError:
            before = set()
        known = [
            (problem, (problem.file, problem.column, problem.value, problem.wrong)) for problem in changed.warnings
        ]
        return [problem for problem, words in known if words not in before]

    def write(self) -> None:
        """Put the new files in place; when one of them cannot be written, none of them is.

        Raises:
            InstanceError: a file cannot be written.
        """
        drafts: dict[str, Path] = {}
        kept: dict[str, bytes | None] = {}
        try:
            for name, text in self.files.items():
                target = self.folder / name
                target.parent.mkdir(exist_ok=True)
                drafts[name] = target.with_name(f".{target.name}.new")
                drafts[name].write_bytes(text.encode())
                kept[name] = target.read_bytes() if target.exists() else None
            done: list[str] = []
            try:
                for name, draft in drafts.items():
                    os.replace(draft, self.folder / name)
                    done.append(name)
            except OSError:
                for name in done:
                    _put_back(self.folder / name, kept[name])
                raise
        except OSError as error:
            wrong = f"cannot be written: {error.strerror or error}; nothing was changed"
            raise fail(
                str(error.filename or self.folder), None, "", "", wrong, "a folder that can be written"
            ) from None
        finally:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)


def _put_back(target: Path, content: bytes | None) -> None:
    if content is None:
        target.unlink(missing_ok=True)
    else:
        target.write_bytes(content)


def open_folder(name: str | Path) -> Path:
    """Return the folder of the instance that data are to be imported into.

    Raises:
        InstanceError: there is no such folder, or the name is that of a shipped instance, which stays as it is.
    """
    if not Path(name).exists() and (shipped_folder() / str(name) / SETTINGS_FILE).is_file():
        allowed = f"a copy of it: planner new FOLDER --from {name}"
        raise fail(str(name), None, "", "", "is a shipped instance, which stays as it is", allowed)
    return check_folder(Path(name))


def tables_of(folder: Path) -> Tables:
    """Read the tables of an instance, the catalogue's rows beneath its own, without asking whether it is complete.

    Raises:
        InstanceError: the settings or a table cannot be read.
    """
    problems: list[Problem] = []
    toml = read_toml(folder / SETTINGS_FILE, SETTINGS_FILE, problems)
    section = toml.data.get("catalogue", {}) if toml else {}
    source = section.get("source", "builtin") if isinstance(section, dict) else "builtin"
    tables = read_tables(folder, find_catalogue(folder, str(source), problems), problems)
    if toml is None or tables.unreadable:
        raise InstanceError(problems)
    return tables


def read_text(folder: Path, name: str) -> str:
    """Return the text of an instance's file; empty when there is none.

    Raises:
        InstanceError: it is not UTF-8 text.
    """
    path = folder / name
    if not path.is_file():
        return ""
    problems: list[Problem] = []
    content = path.read_bytes()
    text = decode(content, name, problems)
    if text is None:
        raise InstanceError(problems)
    return content.decode("utf-8")


def edit_rows(change: Change, table: str, rows: Mapping[str, Mapping[str, str]]) -> None:
    """Add rows to a table, or change the cells of those that stand in it; say which.

    Args:
        change: the change that this belongs to.
        table: a table whose key is one column.
        rows: the filled cells of every row, by key.
    """
    [key] = TABLES[table].KEY
    name = f"{table}.csv"
    used = {column for cells in rows.values() for column, value in cells.items() if value}
    header = [column for column in columns(TABLES[table]) if column in used or column == key]
    text = CsvText(read_text(change.folder, name), header)
    added = text.add_columns(header)
    if added and (change.folder / name).is_file():
        change.lines.append(f"{name}: new columns {', '.join(added)}")
    counts = {"added": 0, "changed": 0, "left as they are": 0}
    lines = []
    for row_key, cells in rows.items():
        number = text.find({key: row_key})
        if number is None:
            text.append(cells)
            counts["added"] += 1
            shown = ", ".join(f"{column}={value}" for column, value in cells.items() if value and column != key)
            lines.append(f"  + {row_key}: {shown}")
            continue
        lines += _change_row(text, number, row_key, cells, counts)
    change.lines.append(f"{name}: " + ", ".join(f"{count} rows {word}" for word, count in counts.items() if count))
    change.lines += lines
    if counts["added"] or counts["changed"]:
        change.files[name] = text.text()


def _change_row(text: CsvText, number: int, key: str, cells: Mapping[str, str], counts: dict[str, int]) -> list[str]:
    before = text.row(number)
    new = {column: value for column, value in cells.items() if before.get(column, "") != value}
    if not new:
        counts["left as they are"] += 1
        return []
    text.set_cells(number, new)
    counts["changed"] += 1
    return [f"  ~ {key}: " + ", ".join(f"{c} {before.get(c) or 'blank'} -> {v or 'blank'}" for c, v in new.items())]


def set_cell(change: Change, table: str, key: Mapping[str, str], column: str, value: str) -> None:
    """Set one cell of a row that stands in the instance's own table; say so.

    Raises:
        InstanceError: there is no such row.
    """
    name = f"{table}.csv"
    text = CsvText(change.files.get(name) or read_text(change.folder, name), list(key))
    number = text.find(key)
    if number is None:
        words = ".".join(key.values())
        known = [".".join(text.row(row)[part] for part in key) for row in range(text.length)]
        raise fail(name, None, "", words, "there is no such row", among(words, known, name))
    before = text.row(number).get(column, "")
    if before == value:
        return
    text.add_columns([column])
    text.set_cells(number, {column: value})
    change.files[name] = text.text()
    change.lines.append(f"{name}: {'.'.join(key.values())} {column} {before or 'blank'} -> {value}")

"""The files of an instance folder: is everything there, and is nothing there under a misspelt name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from planner.instance.problem import InstanceError, Problem, among, closest
from planner.instance.schema import TABLES

SETTINGS_FILE = "instance.toml"
TOML_FILES = (SETTINGS_FILE, "scenarios.toml", "expected.toml", "ranges.toml")


def check_folder(path: Path) -> Path:
    """Return the instance's folder (that of `instance.toml`, when the file itself is named).

    Raises:
        InstanceError: there is no such folder.
    """
    if path.name == SETTINGS_FILE and path.is_file():
        return path.parent
    if not path.exists():
        beside = (
            [p.name for p in path.parent.iterdir() if (p / SETTINGS_FILE).is_file()] if path.parent.is_dir() else []
        )
        allowed = among(path.name, sorted(beside), "instances there") if beside else f"a folder with {SETTINGS_FILE}"
        raise InstanceError([Problem(str(path), None, "", "", "there is no such folder", allowed)])
    if not path.is_dir():
        raise InstanceError([Problem(str(path), None, "", "", "is not a folder", f"a folder with {SETTINGS_FILE}")])
    try:
        next(path.iterdir(), None)
    except OSError as error:
        wrong = f"cannot be read: {error.strerror or error}"
        raise InstanceError([Problem(str(path), None, "", "", wrong, "a readable folder")]) from None
    if not (path / SETTINGS_FILE).is_file():
        wrong, allowed = "the file is missing", "the settings: title, base_year, [time] and what else is needed"
        raise InstanceError([Problem(SETTINGS_FILE, None, "", "", wrong, allowed)])
    return path


def check_files(folder: Path, problems: list[Problem], names: Iterable[str] = tuple(TABLES), prefix: str = "") -> None:
    """Report CSV files that are no table, and TOML files whose name is nearly right.

    Args:
        folder: the instance or its catalogue.
        problems: faults are added here.
        names: the tables that are read there.
        prefix: stands before file names in messages.
    """
    tables = [f"{name}.csv" for name in names]
    for path in sorted(folder.iterdir()):
        name = path.name
        if path.is_dir() or name.startswith((".", "~")):
            continue
        if path.suffix.lower() == ".csv" and name not in tables:
            if name.removesuffix(".csv") in TABLES:
                wrong, allowed = "this table is not read here", f"tables: {', '.join(tables)}"
            else:
                wrong, allowed = "there is no such table", among(name, tables, "tables")
            problems.append(Problem(f"{prefix}{name}", None, "", "", wrong, allowed))
        elif path.suffix.lower() == ".toml" and name not in TOML_FILES and (near := closest(name, TOML_FILES)):
            problems.append(Problem(f"{prefix}{name}", None, "", "", "is not read", f"did you mean {near}?"))

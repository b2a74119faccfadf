"""The catalogue of technology: where it is found, and what of it an instance is offered."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from planner.instance.files import SETTINGS_FILE
from planner.instance.problem import Problem, among
from planner.instance.schema import Row, Settings
from planner.instance.tables import NEEDED_TABLES, Key, Tables

BUILTIN = "builtin"
NONE = "none"


def shipped_folder() -> Path:
    """Return the folder of shipped instances: package data of a wheel, or `instances/` beside the package's source.

    Raises:
        FileNotFoundError: neither is there.
    """
    package = Path(str(files("planner")))
    for folder in (package / "_instances", package.parent / "instances"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the shipped instances are missing: install planner again")


def find_catalogue(folder: Path, source: str, problems: list[Problem]) -> Path | None:
    """Return the catalogue's folder; None when there is none (or, with a problem, when it cannot be found).

    Args:
        folder: the instance.
        source: builtin, none, or a folder inside the instance.
        problems: faults are added here.
    """
    if source == NONE:
        return None
    place = (SETTINGS_FILE, None, "catalogue.source", source)
    allowed = "builtin, none, or a folder inside the instance"
    if source == BUILTIN:
        try:
            catalogue = shipped_folder() / "catalogue"
        except FileNotFoundError as error:
            problems.append(Problem(*place, str(error)))
            return None
        return catalogue if catalogue.is_dir() else None
    catalogue = (folder / source).resolve()
    if not catalogue.is_relative_to(folder.resolve()):
        problems.append(Problem(*place, "lies outside the instance, which then could not be copied", allowed))
        return None
    if not catalogue.is_dir():
        problems.append(Problem(*place, "there is no such folder in the instance", allowed))
        return None
    return catalogue


def reduce_to_offered(read: Tables, settings: Settings) -> dict[str, dict[Key, Any]]:
    """Keep what the instance is offered, and what refers to it.

    `[catalogue]` chooses hardware, cooling, stacks and models; what stands in the instance's own table of that name is
    on offer anyway. Technologies and stores are those named in power and site_stores; points, supply, leases and
    site_cooling follow the hardware, models, stacks and cooling that are kept.
    """
    tables = read.rows
    kept = dict(tables)
    for name in ("hardware", "cooling", "stacks", "models"):
        offered = getattr(settings.catalogue, name)
        if offered is not None:
            kept[name] = {key: row for key, row in tables[name].items() if key in offered or _is_own(read, name, key)}
    used = {"technologies": {key[1] for key in tables["power"]}, "stores": {key[1] for key in tables["site_stores"]}}
    for name, keys in used.items():
        kept[name] = {key: row for key, row in tables[name].items() if key in keys}
    kept["points"] = _following(tables["points"], kept, hardware="hardware", model="models", stack="stacks")
    kept["supply"] = _following(tables["supply"], kept, hardware="hardware")
    kept["leases"] = _following(tables["leases"], kept, hardware="hardware")
    kept["site_cooling"] = _following(tables["site_cooling"], kept, cooling="cooling")
    return kept


def _is_own(read: Tables, name: str, key: Key) -> bool:
    """Whether a row stands in the instance's own table, not only in the catalogue."""
    return read.where(name, key)[0] == f"{name}.csv"


def check_offered(settings: Settings, tables: Tables) -> Iterator[Problem]:
    """Yield a problem for every id in `[catalogue]` that no table has."""
    for name in ("hardware", "cooling", "stacks", "models"):
        if tables.failed(name):
            continue
        for offered in getattr(settings.catalogue, name) or ():
            if offered not in tables.rows[name]:
                wrong = f"there is no such row in {name}"
                allowed = among(offered, list(tables.rows[name]), name)
                yield Problem(SETTINGS_FILE, None, f"catalogue.{name}", offered, wrong, allowed)


def check_something_offered(
    kept: dict[str, dict[Key, Any]], tables: Tables, settings: Settings, problems: list[Problem]
) -> None:
    """Report tables of the catalogue of which nothing is left."""
    for name in NEEDED_TABLES:
        causes = ("points", "hardware", "models", "stacks") if name == "points" else (name,)
        if kept[name] or any(tables.failed(cause) for cause in causes):
            continue
        if not tables.rows[name]:
            wrong = f"there are no {name}: neither in the catalogue nor in {name}.csv"
            allowed = f"rows in {name}.csv, or catalogue.source = builtin"
            problems.append(Problem(f"{name}.csv", None, "", "", wrong, allowed))
        elif name != "points" and not getattr(settings.catalogue, name):  # misspelt ids are reported as such
            allowed = f"ids of {name}, or leave the key out to offer all"
            problems.append(Problem(SETTINGS_FILE, None, f"catalogue.{name}", "", f"no {name} are offered", allowed))
        elif name == "points" and all(kept[cause] for cause in causes[1:]):
            wrong = "no operating point is left for the hardware, models and stacks on offer"
            allowed = "points of offered hardware with offered models and stacks"
            problems.append(Problem("points.csv", None, "", "", wrong, allowed))


def _following(rows: dict[Key, Row], kept: dict[str, dict[Key, Any]], **refs: str) -> dict[Key, Row]:
    return {
        key: row
        for key, row in rows.items()
        if all(getattr(row, column) in kept[table] for column, table in refs.items())
    }

"""The shipped instances: what there is, where it lies, and starting an instance of one's own from one of them."""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
from pathlib import Path

from planner.instance.catalogue import shipped_folder
from planner.instance.files import SETTINGS_FILE
from planner.instance.problem import InstanceError, Problem, among


def shipped() -> list[tuple[str, str]]:
    """Return (name, title) of every shipped instance, by name.

    Raises:
        FileNotFoundError: the installation lacks them.
    """
    return [(folder.name, _title(folder)) for folder in _folders()]


def find(path_or_name: str | Path) -> Path:
    """Return the folder of an instance: a path if it exists, else the shipped instance of that name.

    Raises:
        InstanceError: it is neither.
    """
    path = Path(path_or_name)
    if path.exists():
        return path
    names = {folder.name: folder for folder in _folders()}
    if str(path_or_name) in names:
        return names[str(path_or_name)]
    wrong = "there is no such folder, nor a shipped instance of this name"
    allowed = among(path.name, list(names), "shipped instances")
    raise InstanceError([Problem(str(path_or_name), None, "", "", wrong, allowed)])


def shipped_or_given(path_or_name: str | Path) -> Path:
    """Return the folder of a shipped instance if no path of that name exists, else the path as it was given.

    Raises:
        InstanceError: it is a mere name, and neither a path nor a shipped instance.
    """
    path = Path(path_or_name)
    return path if len(path.parts) > 1 else find(path_or_name)


def new(target: str | Path, source: str | Path) -> Path:
    """Copy an instance to a new folder, which appears whole or not at all; return it.

    Args:
        target: folder to be made; it must not exist yet.
        source: a path or the name of a shipped instance.

    Raises:
        InstanceError: the target exists or cannot be written, or the source is not an instance.
    """
    target, origin = Path(target), find(source)
    if not (origin / SETTINGS_FILE).is_file():
        wrong = f"is not an instance: it has no {SETTINGS_FILE}"
        raise InstanceError([Problem(str(origin), None, "", "", wrong, "a folder with one")])
    if target.exists() or target.is_symlink():
        raise InstanceError([Problem(str(target), None, "", "", "exists already and is left as it is", "a new name")])
    if target.absolute().is_relative_to(origin.resolve()):
        wrong = f"lies inside {origin}, which is to be copied"
        raise InstanceError([Problem(str(target), None, "", "", wrong, "a folder elsewhere")])
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_whole(origin, target)
    except OSError as error:
        wrong = f"cannot be written: {error.strerror or error}"
        raise InstanceError([Problem(str(target), None, "", "", wrong, "a folder that can be written")]) from None
    return target


def _copy_whole(origin: Path, target: Path) -> None:
    """Copy beside the target first, then rename: a copy that is cut short leaves nothing behind under the name."""
    workspace = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        copy = workspace / target.name
        shutil.copytree(origin, copy, ignore=shutil.ignore_patterns("__pycache__", ".*", "~$*"))
        for path in (copy, *copy.rglob("*")):
            path.chmod(path.stat().st_mode | 0o200)  # an installed package may be read-only; the copy is for editing
        os.rename(copy, target)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)


def _folders() -> list[Path]:
    return sorted(path.parent for path in shipped_folder().glob(f"*/{SETTINGS_FILE}"))


def _title(folder: Path) -> str:
    """Return the title of an instance; empty when its settings cannot be read."""
    try:
        return str(tomllib.loads((folder / SETTINGS_FILE).read_text(encoding="utf-8-sig")).get("title", ""))
    except (OSError, ValueError):
        return ""

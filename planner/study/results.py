"""Results of a study: tidy tables, the same in Python and on disk.

Every study has the table `points` (one row per question: what was varied, the objective, its bound and gap, how the
answer came about) and, by `point`, the tables `design`, `accounts` and `prices` of the answers. What one kind of study
finds beyond that stands in tables of its own.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from planner.instance import InstanceError
from planner.plan.files import PlanError, kind_of, read_table
from planner.study.session import Answer

RECORD_FILE, TABLES_FOLDER = "study.json", "tables"
POINT_TABLES = ("design", "accounts", "prices")


@dataclass(frozen=True)
class Facts:
    """What is kept of an answer: one row of `points`, and its tables.

    Attributes:
        row: status, objective, bound, gap, how, seconds.
        tables: design, accounts and prices; empty without a plan.
    """

    row: dict[str, Any]
    tables: dict[str, pd.DataFrame]


def facts(answer: Answer) -> Facts:
    """Take from an answer what studies keep."""
    row = {
        "status": answer.status,
        "objective": answer.objective,
        "bound": answer.bound,
        "gap": answer.gap,
        "how": answer.how,
        "seconds": round(answer.seconds, 3),
        "reason": answer.reason,
    }
    if not answer.has_plan:
        return Facts(row, {})
    return Facts(row, {"design": answer.design, "accounts": answer.accounts, "prices": answer.prices})


def fault(error: InstanceError) -> Facts:
    """Return what is kept of a question whose changes are not allowed."""
    nothing = {"objective": math.nan, "bound": math.nan, "gap": math.nan}
    return Facts({"status": "invalid", **nothing, "how": "", "seconds": 0.0, "reason": str(error)}, {})


@dataclass(frozen=True)
class Study:
    """What a study found.

    Attributes:
        record: what was asked: kind, instance, digest, scenario, overrides, objective, unit, what was reoptimised.
        tables: name -> table; `points` is always there.
    """

    record: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    def __getattr__(self, name: str) -> pd.DataFrame:
        tables = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(f"the study has no table {name}; it has {', '.join(tables)}")

    def write(self, folder: str | Path, force: bool = False) -> Path:
        """Write record and tables to a folder, all of it or nothing; tables as CSV.

        Raises:
            PlanError: the folder holds something else, or a study and `force` is not given, or cannot be written.
        """
        target = Path(folder).resolve()
        check_target(target, force)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        except OSError as error:
            raise PlanError(f"{target}: cannot be written ({error.strerror})") from error
        try:
            draft.chmod(0o755)
            self._write_files(draft)
            if target.exists():
                shutil.rmtree(target)
            os.rename(draft, target)
        except OSError as error:
            raise PlanError(f"{target}: cannot be written ({error.strerror})") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return target

    def _write_files(self, folder: Path) -> None:
        (folder / TABLES_FOLDER).mkdir()
        for name, frame in self.tables.items():
            frame.to_csv(folder / TABLES_FOLDER / f"{name}.csv", index=False)
        kinds = {name: {column: kind_of(frame[column]) for column in frame} for name, frame in self.tables.items()}
        text = json.dumps({**self.record, "tables": kinds}, indent=2, ensure_ascii=False)
        (folder / RECORD_FILE).write_text(text + "\n", encoding="utf-8")


def check_target(target: Path, force: bool = False) -> None:
    """Say before any work is done whether a study may be written to a folder.

    Raises:
        PlanError: it exists and `force` is not given, or it is something other than a study or an empty folder.
    """
    if not target.exists():
        return
    if not target.is_dir():
        raise PlanError(f"{target} is a file; a study is a folder")
    is_study, is_empty = (target / RECORD_FILE).is_file(), not any(target.iterdir())
    if not is_empty and not is_study:
        raise PlanError(f"{target} holds something that is no study; nothing was written")
    if not is_empty and not force:
        raise PlanError(f"{target} already holds a study; give --force to replace it")


def read_study(folder: str | Path) -> Study:
    """Read a study back from its folder.

    Raises:
        PlanError: the folder holds no study, or one that is damaged.
    """
    folder = Path(folder)
    try:
        record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
        columns = record.pop("tables")
        tables = {name: read_table(folder / TABLES_FOLDER / f"{name}.csv", kinds) for name, kinds in columns.items()}
    except FileNotFoundError:
        raise PlanError(f"{folder} holds no study: {RECORD_FILE} is missing") from None
    except PlanError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PlanError(f"{folder} cannot be read as a study: {error}") from error
    return Study(record, tables)


def tables_of(varied: pd.DataFrame, found: Sequence[Facts]) -> dict[str, pd.DataFrame]:
    """Return the tables of a study: `points` from what was varied (one row per question), the rest by point."""
    rows = pd.DataFrame([fact.row for fact in found])
    points = pd.concat([varied.reset_index(drop=True), rows], axis=1)
    points.insert(0, "point", range(len(points)))
    tables = {"points": points}
    for name in POINT_TABLES:
        frames = [fact.tables[name].assign(point=k) for k, fact in enumerate(found) if name in fact.tables]
        if frames:
            frame = pd.concat(frames, ignore_index=True)
            tables[name] = frame[["point", *[column for column in frame if column != "point"]]]
    return tables

"""A plan: the record of how it was made and its tables, in memory and on disk.

On disk a plan is a folder: `plan.json` and `tables/*.csv`. It is written to a hidden folder beside its place and moved
there in one step, so that a plan is there whole or not at all.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from planner.plan.files import PlanError, kind_of, read_table

RECORD_FILE = "plan.json"
TABLES_FOLDER = "tables"
_COLUMNS = "columns"


class Plan:
    """The answer to an instance.

    Every table is a DataFrame, an entry of `tables` and an attribute: `plan.accounts`, `plan.hardware`, ...

    Attributes:
        record: how the plan was made: status, objective, bound, gap, what each pass came to, measures, seconds by
            phase, model size, instance digest, overrides, options, versions.
        tables: table name -> DataFrame.
    """

    def __init__(self, record: Mapping[str, object], tables: Mapping[str, pd.DataFrame]) -> None:
        self.record = dict(record)
        self.tables = dict(tables)

    def __getattr__(self, name: str) -> pd.DataFrame:
        tables = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(f"a plan has no table {name}; it has {', '.join(tables)}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.tables]

    def __repr__(self) -> str:
        record = self.record
        value = f"{record['objective_name']} {record['objective']:,.3f} {record['unit']}"
        return f"Plan({record['instance']}: {record['status']}, {value})"

    @property
    def status(self) -> str:
        """Return optimal (within the gap asked for) or feasible (stopped early, with the gap in the record)."""
        return str(self.record["status"])

    @property
    def objective(self) -> float:
        """Value of what was optimised first, in the unit that the record names."""
        return float(self.record["objective"])

    @property
    def bound(self) -> float:
        """A value that no plan beats."""
        return _number(self.record["bound"])

    @property
    def gap(self) -> float:
        """Distance from the bound, relative to the objective."""
        return _number(self.record["gap"])

    @property
    def is_proven(self) -> bool:
        """Whether it is known how far from the best possible the plan is."""
        return self.status == "optimal" or not math.isnan(self.gap)

    def figure(self, name: str, where: str = "all", period: str | None = None) -> float:
        """Return one key figure, e.g. figure("revenue") or figure("PUE", "abilene"), of the first period by default.

        Raises:
            KeyError: the plan has no such figure.
        """
        frame = self.tables["kpis"]
        period = frame["period"].iloc[0] if period is None else period
        found = frame[(frame["figure"] == name) & (frame["where"] == where) & (frame["period"] == period)]
        if found.empty:
            raise KeyError(f"no figure {name!r} for {where!r}; there are {sorted(set(frame['figure']))}")
        return float(found["value"].iloc[0])

    def price(self, rule: str, where: str = "", period: str | None = None) -> float:
        """Return one shadow price, e.g. price("power_limit_mw", "abilene"), of the first period by default.

        The price of a limit on a measure concerns all periods: price("measure_limit", "carbon / at_most", "all").

        Raises:
            KeyError: the plan has no such price.
        """
        return price_of(self.tables.get("prices", pd.DataFrame()), rule, where, period)

    def write(self, folder: str | Path, force: bool = False) -> Path:
        """Write the plan to a folder, all of it or nothing.

        Raises:
            PlanError: the folder exists and `force` is not given, is no plan, or cannot be written.
        """
        target = Path(folder).resolve()
        check_target(target, force, "force=True")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        except OSError as error:
            raise PlanError(f"{target}: cannot be written ({error.strerror})") from error
        try:
            self._write_files(draft)
            _put_in_place(draft, target)
        except OSError as error:
            raise PlanError(f"{target}: cannot be written ({error.strerror}); nothing was changed") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return target

    def _write_files(self, folder: Path) -> None:
        folder.chmod(0o755)
        (folder / TABLES_FOLDER).mkdir()
        for name, frame in self.tables.items():
            frame.to_csv(folder / TABLES_FOLDER / f"{name}.csv", index=False)
        kinds = {name: {column: kind_of(frame[column]) for column in frame} for name, frame in self.tables.items()}
        text = json.dumps({**self.record, _COLUMNS: kinds}, indent=2, ensure_ascii=False, allow_nan=False)
        (folder / RECORD_FILE).write_text(text + "\n", encoding="utf-8")


def price_of(prices: pd.DataFrame, rule: str, where: str, period: str | None) -> float:
    """Return one price of a table of prices, of its first period by default.

    Raises:
        KeyError: there is no such price.
    """
    if prices.empty:
        raise KeyError("there are no shadow prices here")
    period = prices["period"].iloc[0] if period is None else period
    found = prices[(prices["rule"] == rule) & (prices["where"] == where) & (prices["period"] == period)]
    if found.empty:
        raise KeyError(_no_price(prices, rule, where, period))
    return float(found["value"].iloc[0])


def _no_price(frame: pd.DataFrame, rule: str, where: str, period: str) -> str:
    """Say which prices there are: the rules, or the places and periods of the rule that was asked for."""
    rows = frame[frame["rule"] == rule]
    if rows.empty:
        return f"no price of {rule!r}; there are prices of {', '.join(dict.fromkeys(frame['rule']))}"
    places = dict.fromkeys(rows["where"])
    if where not in places:
        shown = ", ".join(repr(place) for place in places)
        return f"no price of {rule!r} at {where!r}; there are prices of it at {shown}"
    periods = ", ".join(dict.fromkeys(rows.loc[rows["where"] == where, "period"]))
    return f"no price of {rule!r} at {where!r} in {period!r}; there are prices of it in {periods}"


def _number(value: object) -> float:
    """A number of the record; nan where nothing is known."""
    return float("nan") if value is None else float(value)


def check_target(target: Path, force: bool = False, word: str = "--force") -> None:
    """Say before any work is done whether a plan may be written to a folder; `word` is how `force` is given.

    Raises:
        PlanError: it exists and `force` is not given, or it is something other than a plan or an empty folder.
    """
    if not target.exists():
        return
    if not target.is_dir():
        raise PlanError(f"{target} is a file; a plan is a folder")
    is_plan, is_empty = (target / RECORD_FILE).is_file(), not any(target.iterdir())
    if not is_empty and not is_plan:
        raise PlanError(f"{target} holds something that is no plan; nothing was written")
    if not is_empty and not force:
        raise PlanError(f"{target} already holds a plan; give {word} to replace it")


def _put_in_place(draft: Path, target: Path) -> None:
    """Move a finished draft to its place; an old plan is moved aside first and put back if that fails."""
    if not target.exists():
        os.rename(draft, target)
        return
    aside = draft.with_name(draft.name + "-old")
    os.rename(target, aside)
    try:
        os.rename(draft, target)
    except OSError:
        os.rename(aside, target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def read_plan(folder: str | Path) -> Plan:
    """Read a plan back from its folder.

    Raises:
        PlanError: the folder holds no plan, or one that is damaged.
    """
    folder = Path(folder)
    try:
        record = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlanError(f"{folder} holds no plan: {RECORD_FILE} is missing") from None
    except (OSError, ValueError) as error:
        raise PlanError(f"{folder / RECORD_FILE} cannot be read: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get(_COLUMNS), dict):
        raise PlanError(f"{folder / RECORD_FILE} is not the record of a plan")
    columns = record.pop(_COLUMNS)
    tables = {name: read_table(folder / TABLES_FOLDER / f"{name}.csv", kinds) for name, kinds in columns.items()}
    return Plan(record, tables)

"""Reading an instance folder: files to rows, overrides, series, checks; every fault reported at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.instance.catalogue import check_offered, check_something_offered, find_catalogue, reduce_to_offered
from planner.instance.checks import run_checks
from planner.instance.editing import apply
from planner.instance.files import SETTINGS_FILE, check_files, check_folder
from planner.instance.instance import Instance
from planner.instance.library import shipped_or_given
from planner.instance.overrides import Override, as_overrides, match_series
from planner.instance.problem import InstanceError, Problem
from planner.instance.references import check_places, check_references
from planner.instance.rows import check, unusual
from planner.instance.scenarios import Scenario, pick_scenarios, read_scenarios
from planner.instance.schema import CATALOGUE_TABLES, TABLES, Settings
from planner.instance.schema.settings import Period
from planner.instance.series import SeriesSet, check_ranges, read_series, scale
from planner.instance.tables import Tables, read_tables
from planner.instance.toml_file import TomlFile, read_toml

_CATALOGUE_SOURCE = "catalogue.source"


def load(
    path: str | Path,
    scenario: str | Sequence[str] | None = None,
    overrides: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
    strict: bool = False,
) -> Instance:
    """Read and check an instance.

    Args:
        path: folder of the instance, or the name of a shipped one.
        scenario: name of one of its scenarios, or several, whose changes are made in this order.
        overrides: changes made after the scenario's, by path: a plain value, {"multiply": 1.5} or {"add": 2}.
        strict: whether warnings count as errors.

    Raises:
        InstanceError: with everything that is wrong.
        TypeError: the path is no path, or changes are no changes.
    """
    if not isinstance(path, str | Path):
        raise TypeError(f"an instance is loaded by its folder or its name, not from a {type(path).__name__}: {path!r}")
    problems: list[Problem] = []
    folder = check_folder(shipped_or_given(path))
    check_files(folder, problems)
    toml = read_toml(folder / SETTINGS_FILE, SETTINGS_FILE, problems)
    settings = _check_settings(toml, problems) if toml else None
    scenarios = read_scenarios(folder, problems)
    chosen = pick_scenarios(scenario, scenarios, problems)
    changes = [*(change for one in chosen for change in one.overrides), *as_overrides(overrides)]
    if toml is None or settings is None:
        tables = read_tables(folder, find_catalogue(folder, "builtin", problems), problems)
        problems += _check_ids_without_settings(toml, tables)
        raise InstanceError(_errors_first(problems))
    reading = _Reading(folder, toml, settings, problems)
    reading.change(changes)
    reading.try_scenarios([other for other in scenarios.values() if other not in chosen])
    _raise_errors(problems, strict=False)
    instance = reading.instance(chosen, changes, scenarios)
    reading.check_sense(instance)
    _raise_errors(problems, strict=strict)
    return replace(instance, warnings=tuple(dict.fromkeys(problems)))


class _Reading:
    """An instance on its way from text to checked rows."""

    def __init__(self, folder: Path, toml: TomlFile, settings: Settings, problems: list[Problem]) -> None:
        self.folder, self.toml, self.problems = folder, toml, problems
        self.settings = self.plain_settings = settings
        self.tables = self.plain_tables = Tables()
        self.kept: dict[str, Any] = {}
        self.changes: Sequence[Override] = ()
        self.series = SeriesSet()

    def change(self, changes: Sequence[Override]) -> None:
        """Read tables and series, with the changes made."""
        self.changes = changes
        to_settings, to_rest = _split(changes)
        self.settings = apply(to_settings, self.plain_settings, Tables(), self.problems).settings
        catalogue = self._catalogue()
        if catalogue is not None:
            check_files(catalogue, self.problems, CATALOGUE_TABLES, "catalogue/")
        self.plain_tables = read_tables(self.folder, catalogue, self.problems)
        edited = apply(to_rest, self.settings, _with_periods(self.plain_tables, self.settings), self.problems)
        self.tables = edited.tables
        self.problems += map(self._with_line, _check_ids(self.settings, self.tables))
        self.kept = reduce_to_offered(self.tables, self.settings)
        found: list[Problem] = []
        check_something_offered(self.kept, self.tables, self.settings, found)
        self.problems += map(self._with_line, found)
        self.series = read_series(self.folder, self.tables, self.settings.time.resolution_h, self.problems)
        for change in edited.series:
            for name in match_series(change, self.series.named(self.tables), self.series.offered, self.problems):
                if name in self.series.values:  # else it could not be read, which is reported
                    scale(self.series, name, change)
        self.problems += check_ranges(self.series)
        self.problems += self._unusual()

    def _unusual(self) -> Iterator[Problem]:
        """Yield a warning for every number on offer that lies outside what is typical of its column."""
        for table, rows in self.kept.items():
            for key, row in rows.items():
                for fault in unusual(row):
                    file, line, column = self.tables.place(table, key, fault.column)
                    yield fault.at(file, line, column).as_warning()

    def _catalogue(self) -> Path | None:
        found: list[Problem] = []
        catalogue = find_catalogue(self.folder, self.settings.catalogue.source, found)
        self.problems += map(self._with_line, found)
        return catalogue

    def _with_line(self, problem: Problem, changes: Sequence[Override] | None = None) -> Problem:
        """Say where a setting was made that turned out to lead nowhere: in the file, or by a change."""
        if problem.file != SETTINGS_FILE:
            return problem
        changes = self.changes if changes is None else changes
        made = [change for change in changes if change.path == problem.column]
        if made:
            return replace(problem, file=made[-1].file, line=made[-1].line)
        return replace(problem, line=self.toml.line_of(tuple(problem.column.split("."))))

    def try_scenarios(self, others: Sequence[Scenario]) -> None:
        """Apply every other scenario to the unchanged instance, to find the broken ones while nobody waits for them."""
        plain = _with_periods(self.plain_tables, self.plain_settings)
        known = set(_check_ids(self.plain_settings, plain)) if others else set()
        for scenario in others:
            if any(change.path == _CATALOGUE_SOURCE for change in scenario.overrides):
                continue  # its rows are not those that were read
            found: list[Problem] = []
            edited = apply(scenario.overrides, self.plain_settings, plain, found)
            for change in edited.series:
                match_series(change, self.series.named(edited.tables), self.series.offered, found)
            found += [problem for problem in _check_ids(edited.settings, edited.tables) if problem not in known]
            errors = [problem for problem in found if problem.severity == "error"]
            self.problems += [self._with_line(problem, scenario.overrides) for problem in errors]

    def instance(
        self, chosen: Sequence[Scenario], changes: Sequence[Override], scenarios: Mapping[str, Scenario]
    ) -> Instance:
        """Return the instance as it was read."""
        return Instance(
            name=self.folder.resolve().name,
            folder=self.folder,
            settings=self.settings,
            scenario=", ".join(one.name for one in chosen) or None,
            overrides=tuple((change.path, change.value) for change in changes),
            digest=self._digest(changes),
            warnings=(),
            series=self.series.values,
            series_units={name: self.series.units[name] for name in self.series.values},
            scenarios={name: scenario.text for name, scenario in scenarios.items()},
            places={(name, key): self.tables.where(name, key) for name in TABLES for key in self.kept[name]},
            **self.kept,
        )

    def check_sense(self, instance: Instance) -> None:
        """Run the checks that look at the instance as a whole."""
        self.problems += map(self._with_line, run_checks(instance))

    def _digest(self, changes: Sequence[Override]) -> str:
        """Hash all that defines the instance: its files, the series used, the catalogue's rows and the overrides."""
        parts = {SETTINGS_FILE: self.toml.content, **self.tables.contents, **self.series.contents}
        for name in CATALOGUE_TABLES:
            rows = [row.model_dump_json(exclude_defaults=True) for row in self.kept[name].values()]
            parts[f"offered {name}"] = "\n".join(rows).encode()
        parts["overrides"] = json.dumps([(c.path, c.value) for c in changes], default=str).encode()
        digest = hashlib.sha256()
        for name in sorted(parts):
            digest.update(f"{name}\0{len(parts[name])}\0".encode())
            digest.update(parts[name])
        return digest.hexdigest()


def _check_settings(toml: TomlFile, problems: list[Problem]) -> Settings | None:
    settings, faults = check(Settings, _without_flags(toml.data))
    problems.extend(fault.at(toml.file, toml.line_of(fault.path)) for fault in faults)
    return settings


def _without_flags(value: Any) -> Any:
    """Turn true and false, which no setting takes, into words, so that they do not pass as 1 and 0."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return {key: _without_flags(inner) for key, inner in value.items()}
    return [_without_flags(inner) for inner in value] if isinstance(value, list) else value


def _split(changes: Sequence[Override]) -> tuple[list[Override], list[Override]]:
    """Part the changes of settings, which decide what is read, from the others."""
    to_settings = [change for change in changes if change.parts[0] in Settings.model_fields]
    return to_settings, [change for change in changes if change not in to_settings]


def _with_periods(tables: Tables, settings: Settings) -> Tables:
    """Add the one period of one year that an instance has when it names none."""
    if tables.raw["periods"] or "periods" in tables.unreadable:
        return tables
    name = str(settings.base_year)
    period = Period(period=name, start=settings.base_year, length_yr=1)
    return replace(tables, rows={**tables.rows, "periods": {name: period}})


def _check_ids(settings: Settings, tables: Tables) -> list[Problem]:
    return [*check_references(tables), *check_places(tables), *check_offered(settings, tables)]


def _check_ids_without_settings(toml: TomlFile | None, tables: Tables) -> list[Problem]:
    """Check the ids that stand in tables alone, where it is known from which catalogue they come."""
    catalogue = {} if toml is None else toml.data.get("catalogue", {})
    if toml is None or not isinstance(catalogue, dict) or catalogue.get("source", "builtin") != "builtin":
        return []
    if not tables.raw["periods"]:
        tables.unreadable.add("periods")  # the one period that goes without a row has its name from the settings
    return [*check_references(tables), *check_places(tables)]


def _errors_first(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.severity != "error")


def _raise_errors(problems: Sequence[Problem], *, strict: bool) -> None:
    if problems and (strict or any(problem.severity == "error" for problem in problems)):
        raise InstanceError(_errors_first(problems))

"""Commands of studies: sweep, tornado, value, breakeven, alternatives, compare."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.shared import (
    ExtendOption,
    InstanceArgument,
    JsonOption,
    LimitOption,
    ScenarioOption,
    SetOption,
    console,
    explained,
    load_instance,
    plain_rows,
)

if TYPE_CHECKING:
    from planner.study.results import Study
    from planner.study.session import Session

OutOption = Annotated[Path | None, typer.Option("--out", help="Folder to write the study's tables to.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a study that is already there.")]
ReoptimiseOption = Annotated[
    str,
    typer.Option(
        "--reoptimise",
        help="What may change from answer to answer: **sizes** and operation, yes-or-no choices held (exact, quick); "
        "**all** (within the gap, slow); **operation** only.",
    ),
]
OneObjective = Annotated[str | None, typer.Option("--objective", help="One measure to optimise: profit, tokens, ...")]
GapOption = Annotated[float, typer.Option("--gap", help="Relative gap of mixed-integer solves.")]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, help="Processes on this machine.")]
ClusterOption = Annotated[str | None, typer.Option("--cluster", help="Address of a Dask scheduler that does the work.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    vary = "--vary sites.abilene.power_limit_mw=500:1500:11"
    app.command(epilog=f"Example: planner sweep one-gigawatt {vary}")(sweep)
    app.command(epilog="Example: planner tornado my-study --ranges ranges.toml")(tornado)
    app.command(epilog="Example: planner value one-gigawatt")(value)
    app.command(
        epilog="Example: planner breakeven one-gigawatt --of technologies.nuclear-smr.capex_usd_per_kw --from 1000 "
        "--to 12000 --until 'chosen power */nuclear-smr'"
    )(breakeven)
    app.command(epilog="Example: planner alternatives one-gigawatt --within 0.02")(alternatives)
    app.command(epilog="Example: planner compare plans/base plans/double")(compare)


def sweep(
    instance: InstanceArgument,
    vary: Annotated[
        list[str],
        typer.Option("--vary", metavar="PATH=FROM:TO:N", help="Values of a parameter: FROM:TO:N, *0.5:1.5:5 or a,b,c."),
    ],
    together: Annotated[bool, typer.Option("--together", help="Vary side by side, not in every combination.")] = False,
    reoptimise: ReoptimiseOption = "sizes",
    scenario: ScenarioOption = None,
    changes: SetOption = None,
    objective: OneObjective = None,
    limits: LimitOption = None,
    gap: GapOption = 1e-4,
    extend: ExtendOption = None,
    workers: WorkersOption = 1,
    cluster: ClusterOption = None,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Solve for one or several parameters along values, and say where the design flips."""
    with explained():
        from planner.study.sweep import sweep as run
        from planner.study.sweep import values_of

        _check(out, force)
        values = dict(values_of(text) for text in vary)
        session = _session(instance, scenario, changes, objective, limits, reoptimise, gap, extend)
        with _told(as_json) as told:
            study = run(session, values, together=together, workers=workers, cluster=cluster, told=told)
        _finish(study, ["points", "flips"], out, force, as_json, ["reason"])


def tornado(
    instance: InstanceArgument,
    ranges: Annotated[
        Path | None, typer.Option("--ranges", help="Assumptions with low and high; by default ranges.toml beside it.")
    ] = None,
    reoptimise: ReoptimiseOption = "sizes",
    scenario: ScenarioOption = None,
    changes: SetOption = None,
    objective: OneObjective = None,
    limits: LimitOption = None,
    gap: GapOption = 1e-4,
    workers: WorkersOption = 1,
    cluster: ClusterOption = None,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take each assumption to the ends of its range, and rank them by what that does."""
    with explained():
        from planner.study.assumptions import assumptions_of
        from planner.study.tornado import tornado as run

        _check(out, force)
        loaded = load_instance(instance, scenario, changes)
        assumptions = assumptions_of(loaded, ranges)
        session = _session_of(loaded, objective, limits, reoptimise, gap, None)
        with _told(as_json) as told:
            study = run(session, assumptions, workers=workers, cluster=cluster, told=told)
        _finish(study, ["tornado"], out, force, as_json, ["path"])


def value(
    instance: InstanceArgument,
    reoptimise: ReoptimiseOption = "sizes",
    nudges: Annotated[bool, typer.Option(help="Solve again for what has no row: milliseconds, headroom.")] = True,
    scenario: ScenarioOption = None,
    changes: SetOption = None,
    objective: OneObjective = None,
    limits: LimitOption = None,
    gap: GapOption = 1e-4,
    workers: WorkersOption = 1,
    cluster: ClusterOption = None,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say what one more of everything is worth, how far that holds, and the value curve of the power limits."""
    with explained():
        from planner.study.value import value as run

        _check(out, force)
        session = _session(instance, scenario, changes, objective, limits, reoptimise, gap, None)
        with _told(as_json) as told:
            study = run(session, nudges=nudges, workers=workers, cluster=cluster, told=told)
        binding = study.tables["value"]
        binding = binding[binding["binds"]].drop(columns=["binds"])
        _finish(study, ["value", "nudges", "curve"], out, force, as_json, ["path"], {"value": binding})


def breakeven(
    instance: InstanceArgument,
    of: Annotated[str, typer.Option("--of", metavar="PATH", help="The parameter.")],
    until: Annotated[
        str, typer.Option("--until", metavar="CONDITION", help="'chosen power *nuclear*', 'objective < 0', ...")
    ],
    low: Annotated[float, typer.Option("--from", help="One end of the search.")],
    high: Annotated[float, typer.Option("--to", help="The other end.")],
    multiply: Annotated[bool, typer.Option("--multiply", help="The ends are factors of the value.")] = False,
    tolerance: Annotated[float, typer.Option("--tolerance", help="Width of the bracket, relative to the ends.")] = 1e-3,
    reoptimise: ReoptimiseOption = "sizes",
    scenario: ScenarioOption = None,
    changes: SetOption = None,
    objective: OneObjective = None,
    limits: LimitOption = None,
    gap: GapOption = 1e-4,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find where an answer flips as one parameter goes from one value to another."""
    with explained():
        from planner.study.breakeven import breakeven as run
        from planner.study.conditions import condition

        _check(out, force)
        wanted = condition(until)
        session = _session(instance, scenario, changes, objective, limits, reoptimise, gap, None)
        study = run(session, of, wanted, low, high, multiply=multiply, tolerance=tolerance)
        _finish(study, ["breakeven", "points"], out, force, as_json, ["reason"])


def alternatives(
    instance: InstanceArgument,
    within: Annotated[float, typer.Option("--within", help="Share of the objective that may be given up.")] = 0.02,
    count: Annotated[int, typer.Option("--count", min=1, help="How many designs to look for.")] = 5,
    scenario: ScenarioOption = None,
    changes: SetOption = None,
    objective: OneObjective = None,
    limits: LimitOption = None,
    gap: GapOption = 1e-4,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Look for very different designs that are nearly as good."""
    with explained():
        from planner.study.alternatives import alternatives as run

        _check(out, force)
        session = _session(instance, scenario, changes, objective, limits, "sizes", gap, None)
        study = run(session, within=within, count=count)
        _finish(study, ["points", "choices"], out, force, as_json)


def compare(
    plans: Annotated[list[Path], typer.Argument(help="Folders of plans; the first is compared with the others.")],
    as_json: JsonOption = False,
) -> None:
    """Put plans side by side: what was asked, built, earned, and which prices moved."""
    with explained():
        from planner.plan.plan import read_plan
        from planner.study.compare import compare as run

        tables = run({str(folder): read_plan(folder) for folder in plans})
        if as_json:
            typer.echo(json.dumps({name: plain_rows(frame) for name, frame in tables.items()}, indent=1))
            return
        _print(tables, list(tables), most=20)


def _session(
    instance: str,
    scenario: list[str] | None,
    changes: list[str] | None,
    objective: str | None,
    limits: list[str] | None,
    reoptimise: str,
    gap: float,
    extend: list[str] | None,
) -> Session:
    return _session_of(load_instance(instance, scenario, changes), objective, limits, reoptimise, gap, extend)


def _session_of(
    loaded: Any, objective: str | None, limits: list[str] | None, reoptimise: str, gap: float, extend: list[str] | None
) -> Session:
    from planner.study.session import Session

    return Session(
        loaded,
        objective,
        limits=limits or (),
        reoptimise=reoptimise,
        gap=gap,
        extend=extend or (),  # type: ignore[arg-type]
    )


def _check(out: Path | None, force: bool) -> None:
    """Say before any work is done whether a study may be written."""
    from planner.study.results import check_target

    if out is not None:
        check_target(out, force)


def _told(as_json: bool) -> Any:
    """A counter of answers on the error stream, where somebody watches."""
    if as_json or not sys.stderr.isatty():
        return nullcontext(None)
    from planner.report.progress import counting

    return counting()


def _finish(
    study: Study,
    names: list[str],
    out: Path | None,
    force: bool,
    as_json: bool,
    leave_out: list[str] | None = None,
    instead: dict[str, Any] | None = None,
) -> None:
    if out is not None:
        study.write(out, force)
    if as_json:
        tables = {name: plain_rows(frame) for name, frame in study.tables.items()}
        typer.echo(json.dumps({**study.record, "tables": tables}, indent=1))
        return
    _print(study.tables | (instead or {}), names, leave_out=leave_out or [])
    record = study.record
    if "base_objective" in record:
        held = {"sizes": "yes-or-no choices held, unit counts relaxed", "operation": "all that is built held"}
        how = held.get(record["reoptimised"], f"within a gap of {record['gap']:g}: smaller differences mean nothing")
        typer.echo(f"{record['objective_name']} as it stands: {record['base_objective']:,.6g}; {how}.")
    if out is not None:
        typer.echo(f"Study written to {out}.")


def _print(
    tables: dict[str, Any], names: list[str], leave_out: list[str] | None = None, most: int | None = None
) -> None:
    from planner.report.tables import show_table

    show: Callable[..., None] = show_table
    for name in names:
        show(tables[name], console(), title=name.replace("_", " "), most=most, leave_out=leave_out or [])

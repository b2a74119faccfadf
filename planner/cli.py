"""The command line: new, check, solve, show, maths, schema, list.

Heavy imports stand inside the commands, so that help comes at once. Faults of the input go to the error stream in the
user's words and end with exit code 1; tables go to the output stream.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from planner.instance import Instance

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Plan AI token factories: which racks, power, software, routes and contracts earn most per gigawatt.",
    epilog="Start with: planner solve one-gigawatt",
)

InstanceArgument = Annotated[
    str, typer.Argument(metavar="INSTANCE", help="Folder of an instance, or a shipped one's name.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Change a cell, e.g. sites.abilene.power_limit_mw=800 or PATH=*1.5."
    ),
]
ScenarioOption = Annotated[str | None, typer.Option("--scenario", help="A named set of changes from scenarios.toml.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print for machines.")]
MeasuredOption = Annotated[
    list[str] | None,
    typer.Option(
        "--measured-only",
        metavar="BASIS",
        help="Use only operating points whose throughput, ttft or kw (or all) is known; may be repeated.",
    ),
]


@app.command(epilog="Example: planner new my-study --from one-gigawatt")
def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    source: Annotated[
        str, typer.Option("--from", help="Instance to copy: a shipped name or a folder.")
    ] = "one-gigawatt",
) -> None:
    """Start an instance of your own from a copy of another."""
    from planner.instance.library import new as copy_instance

    with _explained():
        typer.echo(f"{copy_instance(folder, source)}: edit its tables, then: planner solve {folder}")


@app.command(epilog="Example: planner check one-gigawatt --scenario prices-half")
def check(
    instance: InstanceArgument,
    scenario: ScenarioOption = None,
    changes: SetOption = None,
    measured_only: MeasuredOption = None,
    strict: StrictOption = False,
) -> None:
    """Read an instance, report every fault at once, and show what may serve what."""
    with _explained():
        from planner.report.inputs import show_inputs

        show_inputs(_load(instance, scenario, changes, measured_only, strict), _console())


@app.command(epilog="Example: planner solve one-gigawatt --scenario demand-double --out plans/double")
def solve(
    instance: InstanceArgument,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write the plan to.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a plan that is already there.")] = False,
    scenario: ScenarioOption = None,
    changes: SetOption = None,
    measured_only: MeasuredOption = None,
    objective: Annotated[str | None, typer.Option("--objective", help="profit, tokens or revenue.")] = None,
    gap: Annotated[float, typer.Option("--gap", help="Relative distance from the bound at which to stop.")] = 1e-4,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit", help="Seconds for the search; keeps the best plan (the first comes after the relaxation)."
        ),
    ] = None,
    relax: Annotated[bool, typer.Option("--relax", help="Let whole numbers be fractions.")] = False,
    extend: Annotated[
        list[str] | None, typer.Option("--extend", metavar="FILE.py:FUNCTION", help="Add your own variables and rules.")
    ] = None,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Skip the check of the price of a MW by solving again.")
    ] = False,
    strict: StrictOption = False,
    as_json: JsonOption = False,
) -> None:
    """Solve an instance and show the plan on one screen."""
    with _explained():
        from planner.plan.plan import check_target

        if out is not None:
            check_target(out, force)
        loaded = _load(instance, scenario, changes, measured_only, strict)
        from planner.plan.run import solve as run
        from planner.report.progress import watching

        with watching(quiet=as_json or not sys.stderr.isatty()) as progress:
            plan = run(
                loaded,
                objective,
                gap=gap,
                time_limit_s=time_limit,
                relax=relax,
                extend=extend or (),
                verify=not no_verify,
                progress=progress,
            )
        if out is not None:
            plan.write(out, force)
        _print_plan(plan, as_json)
        if out is not None and not as_json:
            typer.echo(f"Plan written to {out}; show it again with: planner show {out}")


@app.command(epilog="Example: planner show plans/double --table accounts")
def show(
    folder: Annotated[Path, typer.Argument(help="Folder of a plan.")],
    table: Annotated[str | None, typer.Option("--table", help="Print one table in full.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a plan again, or one of its tables."""
    with _explained():
        from planner.plan.plan import PlanError, read_plan

        plan = read_plan(folder)
        if table is None:
            _print_plan(plan, as_json)
            return
        if table not in plan.tables:
            raise PlanError(f"the plan has no table {table}; it has {', '.join(plan.tables)}")
        frame = plan.tables[table]
        typer.echo(json.dumps(_rows(frame), indent=1) if as_json else frame.to_csv(index=False).rstrip())


@app.command(epilog="Example: planner maths one-gigawatt > formulation.md")
def maths(
    instance: InstanceArgument = "one-gigawatt", extend: Annotated[list[str] | None, typer.Option("--extend")] = None
) -> None:
    """Print the formulation from the live model of an instance, as Markdown."""
    with _explained():
        from planner.model.build import build
        from planner.model.formulation import formulation

        typer.echo(formulation(build(_load(instance, None, None, None, False), extend=extend or ())))


@app.command(epilog="Example: planner schema sites")
def schema(
    table: Annotated[str | None, typer.Argument(help="One table; all without.")] = None, as_json: JsonOption = False
) -> None:
    """Print what an instance may contain: every table and column with unit, range and meaning."""
    with _explained():
        from planner.instance.document import schema_json, schema_text

        try:
            typer.echo(json.dumps(schema_json(), indent=1) if as_json else schema_text(table))
        except KeyError as error:
            raise ValueError(error.args[0]) from None


@app.command(name="list", epilog="Example: planner list")
def list_instances() -> None:
    """List the shipped instances and their scenarios."""
    with _explained():
        from planner.instance.catalogue import shipped_folder
        from planner.instance.library import shipped
        from planner.instance.scenarios import read_scenarios

        for name, title in shipped():
            typer.echo(f"{name:20} {title}")
            for scenario in read_scenarios(shipped_folder() / name, []).values():
                typer.echo(f"  {scenario.name:18} {scenario.text}")


def main() -> None:
    """Run the command line."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn faults that have an explanation into that explanation and exit code 1."""
    from planner.instance.problem import InstanceError

    try:
        yield
    except InstanceError as error:
        count = len(error.problems)
        typer.echo(str(error), err=True)
        faults = sum(problem.severity == "error" for problem in error.problems)
        typer.echo(f"{faults} faults, {count - faults} warnings; nothing was solved or written.", err=True)
        raise typer.Exit(1) from None
    except (ValueError, OSError) as error:  # a PlanError is a ValueError
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None


def _load(
    name: str, scenario: str | None, changes: list[str] | None, measured_only: list[str] | None, strict: bool
) -> Instance:
    from planner.instance import load
    from planner.instance.library import find
    from planner.instance.overrides import parse_set

    overrides = [parse_set(text) for text in changes or ()]
    if measured_only:
        basis = ["throughput", "ttft", "kw"] if "all" in measured_only else list(measured_only)
        overrides.append(("serving.measured_only", basis))
    instance = load(find(name), scenario=scenario, overrides=overrides, strict=strict)
    for warning in instance.warnings:
        typer.echo(str(warning), err=True)
    return instance


def _console() -> Console:
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120, highlight=False)


def _rows(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a table as plain data, numbers to their last useful digit and blanks as null."""
    return json.loads(frame.to_json(orient="records", double_precision=15))


def _print_plan(plan: Any, as_json: bool) -> None:
    if as_json:
        tables = {name: _rows(frame) for name, frame in plan.tables.items()}
        typer.echo(json.dumps({**plan.record, "tables": tables}, indent=1))
        return
    from planner.report.terminal import show as show_plan

    show_plan(plan, _console())


if __name__ == "__main__":
    main()

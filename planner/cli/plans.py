"""Commands of plans: solve and show."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from planner.cli.shared import (
    NOTHING_PROVEN,
    ExtendOption,
    InstanceArgument,
    JsonOption,
    LimitOption,
    MeasuredOption,
    ObjectiveOption,
    ScenarioOption,
    SetOption,
    StrictOption,
    ThenOption,
    console,
    explained,
    load_instance,
    order_asked,
    plain_rows,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: planner solve one-gigawatt --scenario demand-double --out plans/double")(solve)
    app.command(epilog="Example: planner show plans/double --table accounts")(show)


def solve(
    instance: InstanceArgument,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write the plan to.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a plan that is already there.")] = False,
    scenario: ScenarioOption = None,
    changes: SetOption = None,
    measured_only: MeasuredOption = None,
    objective: ObjectiveOption = None,
    then: ThenOption = None,
    limits: LimitOption = None,
    gap: Annotated[float, typer.Option("--gap", help="Relative distance from the bound at which to stop.")] = 1e-4,
    time_limit: Annotated[
        float | None,
        typer.Option(
            "--time-limit", help="Seconds for the search; keeps the best plan (the first comes after the relaxation)."
        ),
    ] = None,
    relax: Annotated[bool, typer.Option("--relax", help="Let whole numbers be fractions.")] = False,
    extend: ExtendOption = None,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Skip the check of the price of a MW by solving again.")
    ] = False,
    strict: StrictOption = False,
    as_json: JsonOption = False,
) -> None:
    """Solve an instance and show the plan on one screen.

    Exit code 0: a plan, optimal or with the distance from the best possible that it states. 1: no plan, nothing is
    written. 2: the search was stopped and the plan that is kept (written, with --out) has no proven distance.
    """
    with explained():
        from planner.plan.plan import check_target

        if out is not None:
            check_target(out, force)
        loaded = load_instance(instance, scenario, changes, measured_only, strict)
        from planner.plan.run import solve as run
        from planner.report.progress import watching

        with watching(quiet=as_json or not sys.stderr.isatty()) as progress:
            plan = run(
                loaded,
                order_asked(loaded, objective, then),
                limits=limits or (),
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
        if not plan.is_proven:
            raise typer.Exit(NOTHING_PROVEN)


def show(
    folder: Annotated[Path, typer.Argument(help="Folder of a plan.")],
    table: Annotated[
        str | None, typer.Option("--table", help="Print one table in full; planner schema --plan explains its columns.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a plan again, or one of its tables."""
    with explained():
        from planner.plan.plan import PlanError, read_plan

        plan = read_plan(folder)
        if table is None:
            _print_plan(plan, as_json)
            return
        if table not in plan.tables:
            raise PlanError(f"the plan has no table {table}; it has {', '.join(plan.tables)}")
        frame = plan.tables[table]
        typer.echo(json.dumps(plain_rows(frame), indent=1) if as_json else frame.to_csv(index=False).rstrip())


def _print_plan(plan: Any, as_json: bool) -> None:
    if as_json:
        tables = {name: plain_rows(frame) for name, frame in plan.tables.items()}
        typer.echo(json.dumps({**plan.record, "tables": tables}, indent=1))
        return
    from planner.report.terminal import show as show_plan

    show_plan(plan, console())

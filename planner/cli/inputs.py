"""Commands of instances: new, check, maths, schema and list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from planner.cli.shared import (
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
)

_NARROWEST = 18


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: planner new my-study --from one-gigawatt")(new)
    app.command(epilog="Example: planner check one-gigawatt --scenario prices-half")(check)
    app.command(epilog="Example: planner maths one-gigawatt > formulation.md")(maths)
    app.command(epilog="Example: planner schema sites")(schema)
    app.command(name="list", epilog="Example: planner list")(list_instances)


def new(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    source: Annotated[
        str, typer.Option("--from", help="Instance to copy: a shipped name or a folder.")
    ] = "one-gigawatt",
) -> None:
    """Start an instance of your own from a copy of another."""
    from planner.instance.library import new as copy_instance

    with explained():
        typer.echo(f"{copy_instance(folder, source)}: edit its tables, then: planner solve {folder}")


def check(
    instance: InstanceArgument,
    scenario: ScenarioOption = None,
    changes: SetOption = None,
    measured_only: MeasuredOption = None,
    strict: StrictOption = False,
) -> None:
    """Read an instance, report every fault at once, and show what may serve what."""
    with explained():
        from planner.report.inputs import show_inputs

        show_inputs(load_instance(instance, scenario, changes, measured_only, strict), console())


def maths(
    instance: InstanceArgument = "one-gigawatt",
    scenario: ScenarioOption = None,
    changes: SetOption = None,
    objective: ObjectiveOption = None,
    then: ThenOption = None,
    limits: LimitOption = None,
    extend: ExtendOption = None,
) -> None:
    """Print the formulation from the live model of an instance, as Markdown."""
    with explained():
        from planner.instance.goal import with_goal
        from planner.model.build import build
        from planner.model.formulation import formulation

        loaded = load_instance(instance, scenario, changes)
        loaded = with_goal(loaded, order_asked(loaded, objective, then), limits or ())
        typer.echo(formulation(build(loaded, extend=extend or ())))


def schema(
    table: Annotated[str | None, typer.Argument(help="One table; all without.")] = None,
    of_plan: Annotated[
        bool, typer.Option("--plan", help="The tables of a plan instead of those of an instance.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what an instance may contain, or a plan contains: every table and column with unit and meaning."""
    with explained():
        if of_plan:
            from planner.plan.columns import columns_json as as_data
            from planner.plan.columns import columns_text as as_text
        else:
            from planner.instance.document import schema_json as as_data
            from planner.instance.document import schema_text as as_text
        try:
            typer.echo(json.dumps(as_data(table), indent=1) if as_json else as_text(table))
        except KeyError as error:
            raise ValueError(error.args[0]) from None


def list_instances() -> None:
    """List the shipped instances and their scenarios."""
    with explained():
        from planner.instance.catalogue import shipped_folder
        from planner.instance.library import shipped
        from planner.instance.scenarios import read_scenarios

        found = [(name, title, read_scenarios(shipped_folder() / name, [])) for name, title in shipped()]
        names = [name for name, _, _ in found] + [f"  {key}" for _, _, scenarios in found for key in scenarios]
        width = max([_NARROWEST, *map(len, names)])
        for name, title, scenarios in found:
            typer.echo(f"{name:<{width}}  {title}")
            for scenario in scenarios.values():
                typer.echo(f"{'  ' + scenario.name:<{width}}  {scenario.text}")

"""The command line: what a user types, one small module for each group of commands.

Heavy imports stand inside the commands, so that help comes at once. Faults of the input go to the error stream in the
user's words and end with exit code 1; tables go to the output stream.

    inputs     new, check, schema, maths, list
    plans      solve, show
    studies    sweep, tornado, value, breakeven, alternatives, compare
    importing  import points, import weather, import prices
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from planner.cli import importing, inputs, plans, studies
from planner.cli.shared import set_width

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Plan AI token factories: which racks, power, software, routes and contracts earn most per gigawatt.",
    epilog="Start with: planner solve one-gigawatt",
)
inputs.register(app)
plans.register(app)
studies.register(app)
app.add_typer(importing.app, name="import")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"planner {version('token-factory-planner')}")
        raise typer.Exit


@app.callback()
def every_command(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
    width: Annotated[
        int | None,
        typer.Option("--width", min=40, help="Columns of what is printed; by default those of the terminal, else 120."),
    ] = None,
) -> None:
    """Take the options that stand before any command."""
    set_width(width)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)

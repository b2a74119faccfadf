"""What the commands share: options, reading an instance, explaining faults, the console."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from planner.instance import Instance

InstanceArgument = Annotated[
    str, typer.Argument(metavar="INSTANCE", help="Folder of an instance, or a shipped one's name.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Change a cell, e.g. sites.abilene.power_limit_mw=800 or PATH=*1.5."
    ),
]
ScenarioOption = Annotated[
    list[str] | None,
    typer.Option("--scenario", help="A named set of changes from scenarios.toml; several are made in the order given."),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print for machines.")]
ExtendOption = Annotated[
    list[str] | None,
    typer.Option("--extend", metavar="FILE.py:FUNCTION", help="Add your own variables and rules."),
]
MeasuredOption = Annotated[
    list[str] | None,
    typer.Option(
        "--measured-only",
        metavar="BASIS",
        help="Use only operating points whose throughput, ttft or kw (or all) is known; may be repeated.",
    ),
]
ObjectiveOption = Annotated[
    str | None,
    typer.Option(
        "--objective",
        metavar="NAME[,NAME]",
        help="What is optimised, or several in their order: profit, tokens, revenue, carbon, cost_per_mtok, ...",
    ),
]
ThenOption = Annotated[
    list[str] | None,
    typer.Option("--then", metavar="NAME", help="What is optimised next, the first kept; may be repeated."),
]
LimitOption = Annotated[
    list[str] | None,
    typer.Option(
        "--limit", metavar="MEASURE<=VALUE", help='A limit on a measure of the plan, "carbon<=20000"; may be repeated.'
    ),
]

_PLAIN_WIDTH = 120
NOTHING_PROVEN = 2
"""Exit code where a plan is shown that may be any distance from the best possible."""
_width: dict[str, int | None] = {"asked": None}


def set_width(width: int | None) -> None:
    """Remember the width that the user asked for; None for that of the terminal."""
    _width["asked"] = width


def console() -> Console:
    """Return the console that tables are printed on.

    Its width is what --width or COLUMNS says, else that of the terminal (also when the output goes into a pager), else
    120.
    """
    from rich.console import Console

    asked = _width["asked"]
    if asked is None and not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        asked = _terminal_width() or _PLAIN_WIDTH
    return Console(width=asked, highlight=False)


def _terminal_width() -> int | None:
    """Return the width of the terminal that another stream is connected to; None where there is none."""
    for stream in (sys.__stderr__, sys.__stdin__):
        try:
            return os.get_terminal_size(stream.fileno()).columns or None
        except (OSError, ValueError, AttributeError):
            continue
    return None


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@contextmanager
def explained() -> Iterator[None]:
    """Turn faults that have an explanation into that explanation and exit code 1."""
    from planner.instance.problem import InstanceError

    try:
        yield
    except InstanceError as error:
        count = len(error.problems)
        typer.echo(str(error), err=True)
        faults = sum(problem.severity == "error" for problem in error.problems)
        told = f"{_counted(faults, 'fault')}, {_counted(count - faults, 'warning')}"
        typer.echo(f"{told}; nothing was solved or written.", err=True)
        raise typer.Exit(1) from None
    except (ValueError, OSError, ImportError) as error:  # a PlanError is a ValueError
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None


def load_instance(
    name: str,
    scenario: list[str] | None = None,
    changes: list[str] | None = None,
    measured_only: list[str] | None = None,
    strict: bool = False,
) -> Instance:
    """Read an instance with its changes; print its warnings to the error stream."""
    from planner.instance import load
    from planner.instance.library import find
    from planner.instance.overrides import parse_set

    overrides = [parse_set(text) for text in changes or ()]
    if measured_only:
        basis = ["throughput", "ttft", "kw"] if "all" in measured_only else list(measured_only)
        overrides.append(("serving.measured_only", basis))
    instance = load(find(name), scenario=scenario or None, overrides=overrides, strict=strict)
    for warning in instance.warnings:
        typer.echo(str(warning), err=True)
    return instance


def order_asked(instance: Instance, objective: str | None, then: list[str] | None) -> str | None:
    """Return the order of objectives that --objective and --then ask for; None for the instance's own."""
    if not then:
        return objective
    return ",".join([objective or instance.settings.objective.name, *then])


def plain_rows(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a table as plain data, numbers to their last useful digit and blanks as null."""
    return json.loads(frame.to_json(orient="records", double_precision=15))

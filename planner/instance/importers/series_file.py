"""Writing a series file of an instance: one typical year by the hour, in UTC, with words on where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from planner.instance.csv_file import read_csv
from planner.instance.importers.change import Change, fail
from planner.instance.problem import Problem
from planner.units import HOURS_PER_YEAR

_DIGITS = 6


def add_series(
    change: Change, name: str, series: Mapping[str, np.ndarray], about: Sequence[str], replace: bool
) -> None:
    """Add a file `series/NAME.csv` to a change and say what it holds.

    Args:
        change: the change that this belongs to.
        name: name of the file, without its ending.
        series: 8760 values by heading, e.g. "alpha-temperature [C]".
        about: lines that say where the numbers come from; they stand in the file as comments.
        replace: whether a file that is there may be replaced.

    Raises:
        InstanceError: the file is there already, or another file holds a series of that name.
    """
    file = f"series/{name}.csv"
    there = (change.folder / file).is_file()
    if there and not replace:
        raise fail(file, None, "", "", "is there already", "--replace to write it anew")
    _refuse_doubles(change, file, [heading.split(" [")[0] for heading in series])
    lines = [f"# {line}" for line in about]
    lines.append(",".join(["hour", *series]))
    rows = zip(*series.values(), strict=True)
    lines += [",".join([str(hour), *(f"{value + 0.0:.{_DIGITS}g}" for value in row)]) for hour, row in enumerate(rows)]
    change.files[file] = "\n".join(lines) + "\n"
    change.lines.append(f"{file}: {'written anew' if there else 'new'}, {HOURS_PER_YEAR} hours in UTC")
    change.lines += [
        f"  {heading}: min {values.min():.4g}, mean {values.mean():.4g}, max {values.max():.4g}"
        for heading, values in series.items()
    ]


def _refuse_doubles(change: Change, file: str, names: Sequence[str]) -> None:
    for path in sorted((change.folder / "series").glob("*.csv")):
        other = f"series/{path.name}"
        problems: list[Problem] = []
        table = None if other == file else read_csv(path, other, problems)
        for heading in table.header[1:] if table else ():
            if heading.split("[")[0].strip() in names:
                wrong = "a series of this name is there already"
                raise fail(other, table.header_line, heading, "", wrong, "another --name, or take the column out")

"""Writing a series file of an instance: one typical year by the hour, in UTC, with words on where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from planner.instance.csv_file import read_csv
from planner.instance.importers.change import Change, fail, read_text
from planner.instance.importers.csv_text import CsvText
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
        replace: whether a file that is there may be replaced, and series of these names taken out of other files.

    Raises:
        InstanceError: the file is there already, or another file holds a series of that name.
    """
    file = f"series/{name}.csv"
    there = (change.folder / file).is_file()
    if there and not replace:
        raise fail(file, None, "", "", "is there already", "--replace to write it anew")
    _part_with_doubles(change, file, [heading.split(" [")[0] for heading in series], replace)
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


def _part_with_doubles(change: Change, file: str, names: Sequence[str], replace: bool) -> None:
    """Take series of these names out of other files, or refuse them."""
    for path in sorted((change.folder / "series").glob("*.csv")):
        other = f"series/{path.name}"
        problems: list[Problem] = []
        table = None if other == file else read_csv(path, other, problems)
        doubles = [h for h in (table.header[1:] if table else ()) if h.split("[")[0].strip() in names]
        if doubles and not replace:
            wrong = "a series of this name is there already"
            allowed = "--replace to put the new one in its place, or another --name"
            raise fail(other, table.header_line, doubles[0], "", wrong, allowed)
        if doubles:
            text = CsvText(read_text(change.folder, other))
            text.drop_columns(doubles)
            change.files[other] = text.text()
            change.lines.append(f"{other}: {', '.join(doubles)} taken out, now in {file}")

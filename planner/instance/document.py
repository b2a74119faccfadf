"""The format in words, written from the schema: instances/README.md, and `planner schema`.

python -m planner.instance.document [FILE]    writes the reference (by default to the source tree's instances/)
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from planner.instance.problem import among
from planner.instance.schema import CATALOGUE_TABLES, TABLES, Row, Settings
from planner.instance.schema.describe import Column, columns, number_text, section_class
from planner.instance.tables import REQUIRED_TABLES

SETTINGS = "settings"

INTRO = """\
# Instances

An instance is a folder that describes one planning question: which sites there are and what power they have, which
hardware, cooling, power plant and software are on offer, what markets ask for and pay. It can be read and edited in a
spreadsheet and a text editor. This page is written from the program's own schema by
`python -m planner.instance.document`; what it says is what is checked.

```
my-instance/
  instance.toml     settings: title, base year, which days are modelled, cost of capital, what is maximised
  *.csv             one table for each kind of thing, listed below; a table that is absent is empty
  series/*.csv      what changes by the hour: temperature, prices, sun and wind
  scenarios.toml    named sets of changes
  expected.toml     what the instance must solve to, and where that number comes from
  README.md         what question it answers, what in it is measured and what is assumed
```

The folders beside this page are instances ready to be solved or copied; `catalogue/` holds facts about technology that
all of them share.

## Rules

- **Tables** are CSV files in UTF-8 with commas between columns and a point in numbers. The first line names the
  columns, in any order. Blank lines and lines that start with `#` are left out.
- **A blank cell** takes the column's default. A column without a default must be filled.
- **Ids** are small letters, digits and single hyphens (`gb200-nvl72`): a dot parts the words of a path. Lists in a
  cell are parted by `|`; yes and no are written `yes` and `no`.
- **Dates** are a year, quarter, month or day: `2028`, `2028-Q3`, `2028-07`, `2028-07-15`.
- **Units** stand in the names of columns. 1 Gtok is 10^9 tokens, a share is 0 to 1, money is USD of the base year.
- **Mistakes** are all reported at once, each as `file:line column value - what is wrong - what is allowed`: unknown
  files, columns, keys and ids (with what may have been meant), duplicates, values out of range. What is merely
  suspicious is a warning, which `--strict` turns into an error.
- **The catalogue** (`[catalogue] source`) supplies the tables of technology, marked below. An instance's own table of
  the same name adds rows, and lies over the catalogue's row with the same id: filled cells win, blank cells leave the
  catalogue's value. Every row of these tables names its `source` and its `confidence`. With `source = "none"` there is
  no catalogue.
- **Series** are CSV files in `series/`: the first column is `hour` (0, 1, 2, ... or 0, 3, 6, ... to the end of the
  year), each further column is headed `name [unit]`, for example `abilene-temperature [C]`, `west-price [USD/MWh]` or
  `abilene-solar [share]`. They cover one typical year of 365 days in UTC whose 1 January is a Monday. Names are unique
  across files; finer steps than the model's are averaged.
- **Paths** name what a scenario, `--set` or a sweep changes: `sites.abilene.power_limit_mw`,
  `demand.*.chat.*.volume_gtok_per_day` (a `*` stands for any text within one part), `finance.wacc`,
  `time.days.heatwave.weight`, `series.west-price`. The parts between table and column are the columns of the row's key,
  in order. The value is plain, or `{ multiply = 1.5 }`, `{ add = 2 }` or both (multiplied first); on the command line
  `path=*1.5` multiplies.
- **Scenarios** are sections of `scenarios.toml`, each with a `text` and paths in quotation marks:

```
[dear-gas]
text = "Gas at one and a half times its price"
"technologies.recip-engine.fuel_usd_per_mmbtu" = { multiply = 1.5 }
"limits.carbon_usd_per_t" = 80
```
"""


def reference() -> str:
    """Return the whole format reference as Markdown."""
    parts = [INTRO, "## Settings: instance.toml", _settings_markdown(), "## Tables\n"]
    parts.append(_overview())
    parts += [_table_markdown(name) for name in TABLES]
    parts.append(_common_markdown())
    return "\n".join(parts)


def schema_text(table: str | None = None) -> str:
    """Return a description for the terminal: of one table (or `settings`), or the list of them.

    Raises:
        KeyError: there is no such table.
    """
    if table is None:
        width = max(map(len, TABLES))
        lines = [f"{name:<{width}}  {_purpose(row_class)}" for name, row_class in TABLES.items()]
        return "\n".join([f"{SETTINGS:<{width}}  {_purpose(Settings)}", *lines])
    if table == SETTINGS:
        sections = [("", Settings), *_sections()]
        blocks = [_text_block(_header(name) if name else "instance.toml", section) for name, section in sections]
        return "\n\n".join(blocks)
    if table not in TABLES:
        raise KeyError(_no_table(table))
    row_class = TABLES[table]
    return _text_block(f"{table}.csv, one row for each {' and '.join(row_class.KEY)}", row_class)


def schema_json(table: str | None = None) -> dict[str, Any]:
    """Return the schema as plain data: settings by section and tables by name, each column described; or one of them.

    Raises:
        KeyError: there is no such table.
    """
    sections = {
        name or SETTINGS: {key: column.as_dict() for key, column in _plain_columns(section).items()}
        for name, section in [("", Settings), *_sections()]
    }
    tables = {
        name: {
            "text": inspect.getdoc(row_class),
            "key": list(row_class.KEY),
            "required": name in REQUIRED_TABLES,
            "catalogue": name in CATALOGUE_TABLES,
            "columns": {key: column.as_dict() for key, column in columns(row_class).items()},
        }
        for name, row_class in TABLES.items()
    }
    if table is None:
        return {"settings": sections, "tables": tables}
    if table == SETTINGS:
        return {"settings": sections}
    if table not in tables:
        raise KeyError(_no_table(table))
    return {"tables": {table: tables[table]}}


def _no_table(table: str) -> str:
    return f"there is no table {table}: {among(table, [*TABLES, SETTINGS], 'tables')}"


def _sections() -> list[tuple[str, type[BaseModel]]]:
    """Return every section of the settings with its name in TOML, in order."""
    found: list[tuple[str, type[BaseModel]]] = []
    for name in columns(Settings):
        section = section_class(Settings, name)
        if section is None:
            continue
        found.append((name, section))
        for key in columns(section):
            inner = section_class(section, key)
            if inner is not None:
                found.append((f"{name}.{key}", inner))
    return found


def _header(name: str) -> str:
    return f"[[{name}]]" if "." in name else f"[{name}]"


def _plain_columns(section: type[BaseModel]) -> dict[str, Column]:
    return {name: column for name, column in columns(section).items() if column.kind not in ("section", "tables")}


def _settings_markdown() -> str:
    parts = []
    for name, section in [("", Settings), *_sections()]:
        heading = f"### `{_header(name)}`\n\n{inspect.getdoc(section)}\n" if name else ""
        parts.append(heading + "\n" + _markdown_rows(_plain_columns(section), "key"))
    return "\n".join(parts)


def _overview() -> str:
    lines = ["| table | what a row is | needed |", "| --- | --- | --- |"]
    for name, row_class in TABLES.items():
        needed = "yes" if name in REQUIRED_TABLES else "from the catalogue" if name in CATALOGUE_TABLES else ""
        lines.append(f"| [{name}.csv](#{name}csv) | {_purpose(row_class)} | {needed} |")
    return "\n".join(lines) + "\n"


def _table_markdown(name: str) -> str:
    row_class = TABLES[name]
    own = {key: column for key, column in columns(row_class).items() if key not in Row.model_fields}
    keys = " and ".join(f"`{key}`" for key in row_class.KEY)
    text = f"### {name}.csv\n\n{inspect.getdoc(row_class)} One row for each {keys}.\n"
    return text + "\n" + _markdown_rows(own, "column")


def _common_markdown() -> str:
    common = {key: column for key, column in columns(Row).items() if key in Row.model_fields}
    text = "### Columns of every table\n\nTables of the catalogue must fill source and confidence; others may.\n"
    return text + "\n" + _markdown_rows(common, "column")


def _markdown_rows(described: dict[str, Column], head: str) -> str:
    lines = [f"| {head} | unit | default | allowed | meaning |", "| --- | --- | --- | --- | --- |"]
    for name, column in described.items():
        cells = (f"`{name}`", column.unit, _default(column), _allowed(column), _meaning(column))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _text_block(title: str, section: type[BaseModel]) -> str:
    described = _plain_columns(section)
    width = max(map(len, described), default=0)
    lines = []
    for name, column in described.items():
        default = "" if column.required else _default(column)
        facts = [fact for fact in (column.unit, default and f"default {default}", _allowed(column)) if fact]
        mark = "*" if column.required else " "
        lines.append(f"{mark} {name:<{width}}  {_meaning(column)}" + (f" [{'; '.join(facts)}]" if facts else ""))
    legend = ["* must be given"] if any(column.required for column in described.values()) else []
    return "\n".join([title, inspect.getdoc(section) or "", *legend, *lines])


def _purpose(model: type[BaseModel]) -> str:
    return (inspect.getdoc(model) or "").splitlines()[0]


def _meaning(column: Column) -> str:
    text = column.text
    if column.hint:
        text += f" ({column.hint})"
    if column.typical:
        text += f"; usually {number_text(column.typical[0])} to {number_text(column.typical[1])}"
    return text


def _allowed(column: Column) -> str:
    if column.choices:
        return column.allowed()
    if column.refs:
        tables = " or ".join(column.refs)
        return f"ids of {tables}" if column.kind in ("list", "array") else f"id of {tables}"
    if column.numeric:
        limits = column.range_text().removesuffix(column.unit).strip()
        return f"{'whole; ' if column.kind == 'whole number' else ''}{limits}".removesuffix("; ")
    if column.series:
        return "name of a series"
    return column.kind if column.kind in ("id", "date", "yes or no", "list", "array") else ""


def _default(column: Column) -> str:
    if column.required:
        return "**must be given**"
    if column.default is None or column.default in ("", ()):
        return ""
    if isinstance(column.default, bool):
        return "yes" if column.default else "no"
    if isinstance(column.default, tuple):
        return "|".join(map(str, column.default))
    return number_text(column.default) if isinstance(column.default, int | float) else str(column.default)


def main(arguments: list[str]) -> None:
    """Write the reference to the file named, or into the source tree."""
    target = Path(arguments[0]) if arguments else Path(__file__).parents[2] / "instances" / "README.md"
    target.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

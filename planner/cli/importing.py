"""Commands that bring real data into an instance: import points, weather and prices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from planner.cli.shared import explained

if TYPE_CHECKING:
    from planner.instance.importers.change import Change

app = typer.Typer(
    no_args_is_help=True, help="Bring real data into an instance: benchmark points, weather, prices of power."
)

IntoOption = Annotated[str, typer.Option("--into", metavar="FOLDER", help="Folder of the instance.")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")]
ReplaceOption = Annotated[bool, typer.Option("--replace", help="Change what is there already.")]
FillOption = Annotated[int, typer.Option("--fill-hours", min=0, help="Longest gap that is interpolated (h).")]
YearOption = Annotated[
    str, typer.Option("--year", help="The year to take, e.g. 2023; typical: whatever the file holds, as one year.")
]


@app.command(epilog="Example: planner import points agg_bmk.json --into mine --source github.com/... --dry-run")
def points(
    files: Annotated[list[Path], typer.Argument(help="InferenceX rows, JSON or CSV.")],
    into: IntoOption,
    source: Annotated[
        str | None, typer.Option("--source", help="Where the rows come from; the file names if left out.")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", help="When they were measured, for rows that do not say.")
    ] = None,
    statistic: Annotated[
        str, typer.Option("--statistic", help="Of speed and time to first token: median, mean, p90, p99.")
    ] = "median",
    host_kw: Annotated[
        float | None,
        typer.Option(
            "--host-kw", min=0, help="Server apart from its GPUs, kW per GPU, to be added to measured GPU power."
        ),
    ] = None,
    names: Annotated[
        list[str] | None, typer.Option("--map", metavar="NAME=ID", help="A benchmark's name and the id it stands for.")
    ] = None,
    replace: ReplaceOption = False,
    dry_run: DryOption = False,
) -> None:
    """Add benchmark rows of SemiAnalysis InferenceX to points.csv."""
    with explained():
        from planner.instance.importers.change import open_folder
        from planner.instance.importers.points import PointOptions, import_points, parse_map

        words = source or ", ".join(path.name for path in files)
        options = PointOptions(words, date, statistic, host_kw, parse_map(names or []), replace)
        _carry_out(import_points(files, open_folder(into), options), dry_run)


@app.command(epilog="Example: planner import weather abilene.epw --site abilene --into mine --dry-run")
def weather(
    file: Annotated[Path, typer.Argument(help="EPW file, or a PVGIS typical year as CSV or JSON.")],
    site: Annotated[str, typer.Option("--site", help="Site that has this weather.")],
    into: IntoOption,
    year: YearOption = "typical",
    name: Annotated[
        str | None, typer.Option("--name", help="Start of the series' names; the site's id if left out.")
    ] = None,
    mount: Annotated[
        Literal["one-axis", "fixed"], typer.Option("--mount", help="How the solar panels stand.")
    ] = "one-axis",
    tilt: Annotated[
        float | None, typer.Option("--tilt", min=0, max=90, help="Of fixed panels (degrees); the latitude if left out.")
    ] = None,
    azimuth: Annotated[
        float | None,
        typer.Option("--azimuth", min=0, max=360, help="Of fixed panels, from north; towards the equator if left out."),
    ] = None,
    dc_ac: Annotated[float, typer.Option("--dc-ac", min=0.5, max=3, help="Panels over inverters.")] = 1.3,
    losses: Annotated[
        float, typer.Option("--losses", min=0, max=0.9, help="Share lost to wiring, dirt, mismatch.")
    ] = 0.14,
    hub: Annotated[float, typer.Option("--hub-m", min=10, max=250, help="Height of the wind farm's hubs (m).")] = 100.0,
    shear: Annotated[float, typer.Option("--shear", min=0, max=0.6, help="Exponent of wind over height.")] = 1 / 7,
    fill_hours: FillOption = 3,
    replace: ReplaceOption = False,
    dry_run: DryOption = False,
) -> None:
    """Make series of temperature, sun and wind for a site from a weather file."""
    with explained():
        from planner.instance.importers.change import open_folder
        from planner.instance.importers.plants import SolarPlant, WindFarm
        from planner.instance.importers.weather import WeatherOptions, import_weather

        solar = SolarPlant(mount, tilt, azimuth, dc_ac, losses)
        farm = WindFarm(hub_m=hub, shear=shear)
        options = WeatherOptions(_year(year), name, fill_hours, solar, farm, replace)
        _carry_out(import_weather(file, site, open_folder(into), options), dry_run)


@app.command(epilog="Example: planner import prices west.csv --column LMP --tz America/Chicago --node abilene ...")
def prices(
    file: Annotated[Path, typer.Argument(help="CSV file of a grid operator.")],
    column: Annotated[str, typer.Option("--column", help="Heading of the prices.")],
    node: Annotated[str, typer.Option("--node", help="Site or hub of the source in power.csv.")],
    technology: Annotated[str, typer.Option("--technology", help="Technology of the source in power.csv.")],
    into: IntoOption,
    time: Annotated[
        str | None, typer.Option("--time", help="Heading of the moments (or days); the first that fits if left out.")
    ] = None,
    hour: Annotated[
        str | None, typer.Option("--hour", help="Heading of the hour of the day, 1 to 24, if apart.")
    ] = None,
    tz: Annotated[
        str, typer.Option("--tz", help="Time zone of moments without an offset, e.g. America/Chicago.")
    ] = "UTC",
    ends: Annotated[bool, typer.Option("--ends", help="Moments mark the end of their interval.")] = False,
    day_first: Annotated[bool, typer.Option("--day-first", help="03/04/2023 is 3 April.")] = False,
    unit: Annotated[str, typer.Option("--unit", help="USD/MWh, $/kWh, ct/kWh, EUR/MWh ...")] = "USD/MWh",
    factor: Annotated[float | None, typer.Option("--factor", help="USD per unit of the file's money.")] = None,
    year: YearOption = "typical",
    align: Annotated[
        Literal["weekday", "date"],
        typer.Option("--align", help="What days keep on the typical year, which starts on a Monday."),
    ] = "weekday",
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the series; NODE-TECHNOLOGY-price if left out.")
    ] = None,
    fill_hours: FillOption = 3,
    replace: ReplaceOption = False,
    dry_run: DryOption = False,
) -> None:
    """Make the price series of a source of power from a grid operator's prices."""
    with explained():
        from planner.instance.importers.change import open_folder
        from planner.instance.importers.price_file import PriceColumns
        from planner.instance.importers.prices import PriceOptions, import_prices

        where = PriceColumns(column, time, hour, tz, ends, day_first)
        options = PriceOptions(unit, factor, _year(year), align, fill_hours, name, replace)
        _carry_out(import_prices(file, where, node, technology, open_folder(into), options), dry_run)


def _year(text: str) -> int | None:
    if text == "typical":
        return None
    if not (text.isdigit() and len(text) == 4):
        raise ValueError(f"--year {text}: write a year such as 2023, or typical")
    return int(text)


def _carry_out(change: Change, dry_run: bool) -> None:
    """Show a change, try it on a copy, and write it unless this is a dry run."""
    for warning in change.warnings:
        typer.echo(str(warning), err=True)
    changed = change.try_out()
    for line in change.lines:
        typer.echo(line)
    for warning in change.new_warnings(changed):
        typer.echo(str(warning), err=True)
    if not change.files:
        typer.echo("Nothing to write: all of it is there already.")
    elif dry_run:
        typer.echo(f"Dry run: {', '.join(change.files)} would be written; nothing was.")
    else:
        change.write()
        typer.echo(f"Written to {change.folder}: {', '.join(change.files)}; it is a valid instance.")

"""Writes links.csv from coordinates: how long light takes along each link of an instance.

A specification (TOML) has a `[defaults]` section by kind of link and one `[[link]]` per link. A link names `origin`,
`destination` and `kind`; its length is `km` where a cable's length is known, else the great circle between the two
places (in sites.csv, pops.csv or markets.csv of the folder) times `detour`. `both = true` writes the way back as well.
Every other key is a column of links.csv; a link's own keys win over those of its kind.

    python -m planner.instance.fibre instances/atlas/network/fibre.toml instances/atlas
"""

from __future__ import annotations

import csv
import math
import sys
import tomllib
from pathlib import Path

from planner.instance.schema.network import Link
from planner.units import EARTH_RADIUS_KM, MS_PER_KM_OF_FIBRE

_PLACES = ("sites", "pops", "markets")
_OWN_KEYS = ("km", "detour", "both")


def distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Return the great-circle distance between two (latitude, longitude) pairs in degrees (km)."""
    (north, east), (north_too, east_too) = ([math.radians(angle) for angle in place] for place in (here, there))
    haversine = (
        math.sin((north_too - north) / 2) ** 2
        + math.cos(north) * math.cos(north_too) * math.sin((east_too - east) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(haversine))


def read_coordinates(folder: Path) -> dict[str, tuple[float, float]]:
    """Return (latitude, longitude) of every site, point of presence and market of a folder."""
    found: dict[str, tuple[float, float]] = {}
    for table in _PLACES:
        path = folder / f"{table}.csv"
        if path.is_file():
            with open(path, encoding="utf-8", newline="") as file:
                rows = csv.DictReader(line for line in file if not line.startswith("#"))
                found |= {row["id"]: (float(row["latitude"]), float(row["longitude"])) for row in rows}
    return found


def links(specification: dict, coordinates: dict[str, tuple[float, float]]) -> list[dict[str, str]]:
    """Return the rows of links.csv, the way back right after the way there.

    Raises:
        KeyError: a link names a place that is not there, or neither `km` nor `detour` is known.
    """
    rows = []
    for link in specification["link"]:
        told = {**specification.get("defaults", {}).get(link["kind"], {}), **link}
        here, there = told["origin"], told["destination"]
        km = told["km"] if "km" in link else distance_km(coordinates[here], coordinates[there]) * told["detour"]
        row = {name: str(value) for name, value in told.items() if name not in _OWN_KEYS}
        row["latency_ms"] = f"{km * MS_PER_KM_OF_FIBRE:.1f}"
        rows.append(row)
        if told.get("both"):
            rows.append({**row, "origin": there, "destination": here})
    return rows


def write_links(rows: list[dict[str, str]], path: Path) -> None:
    """Write links.csv with the columns in use, in the order of the schema.

    Raises:
        ValueError: a key is no column of links.csv.
    """
    used = {name for row in rows for name in row}
    columns = [name for name in Link.model_fields if name in used]
    if unknown := used - set(columns):
        raise ValueError(f"links.csv has no column {', '.join(sorted(unknown))}")
    last = [name for name in ("source", "confidence", "note") if name in used]
    columns = [name for name in columns if name not in last] + last
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(arguments: list[str]) -> int:
    """Write the links of an instance: arguments SPEC.toml FOLDER. Returns the exit code."""
    if len(arguments) != 2:
        print("usage: python -m planner.instance.fibre SPEC.toml FOLDER", file=sys.stderr)
        return 2
    source, folder = map(Path, arguments)
    try:
        rows = links(tomllib.loads(source.read_text("utf-8")), read_coordinates(folder))
        write_links(rows, folder / "links.csv")
    except (OSError, KeyError, ValueError) as problem:
        print(f"{source}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

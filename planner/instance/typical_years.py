"""Makes the typical years of many places at once: one file per kind of series, at the resolution a large case needs.

A specification (TOML) has one `[[place]]` per place: the place, its climate and its power market in one flat section,
named as in `planner.instance.climate` but for `solar` and `wind` (capacity factors) and the `price_` numbers. A place
without `solar` or `wind` gets no such series. Each year is drawn by `planner.instance.typical_year` and averaged over
`step_h` hours, so the same specification gives the same bytes.

    python -m planner.instance.typical_years series/climate.toml series
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pandas as pd

from planner.instance.climate import Place, Price, Solar, Spec, Temperature, Wind
from planner.instance.typical_year import typical_year, write_csv

_UNUSED = 0.1  # capacity factor of a series that is not wanted; it still shapes the price
_KINDS = {"temperature": "C", "solar": "share", "wind": "share", "price": "USD/MWh"}


def read_places(path: Path) -> tuple[int, dict[str, dict]]:
    """Return the hours of a step and the section of every place by id.

    Raises:
        OSError: the file cannot be read.
        tomllib.TOMLDecodeError: it is not TOML.
        KeyError: `step_h` or an `id` is missing.
        ValueError: an id stands twice.
    """
    text = tomllib.loads(path.read_text("utf-8"))
    places = {section["id"]: section for section in text["place"]}
    if len(places) < len(text["place"]):
        raise ValueError(f"{path}: an id stands twice")
    return text["step_h"], places


def spec_of(section: dict) -> Spec:
    """Return the specification of one place's typical year.

    Raises:
        pydantic.ValidationError: a value is missing, unknown or out of range.
    """
    place = {name: section[name] for name in Place.model_fields if name in section}
    climate = {name: section[name] for name in Temperature.model_fields if name in section}
    price = {name.removeprefix("price_"): value for name, value in section.items() if name.startswith("price_")}
    known = {"id", "seed", "solar", "wind", *place, *climate, *(f"price_{name}" for name in price)}
    if unknown := set(section) - known:
        raise ValueError(f"{section['id']}: unknown keys {', '.join(sorted(unknown))}")
    name = section["id"]
    return Spec(
        text=name,
        seed=section["seed"],
        place=Place(**place),
        temperature=Temperature(name=f"{name}-temperature", **climate),
        solar=Solar(name=f"{name}-solar", capacity_factor=section.get("solar", _UNUSED)),
        wind=Wind(name=f"{name}-wind", capacity_factor=section.get("wind", _UNUSED)),
        price=Price(name=f"{name}-price", **price),
    )


def typical_years(step_h: int, places: dict[str, dict]) -> dict[str, pd.DataFrame]:
    """Return, by kind of series, the years of all places: index hour, one column `id-kind [unit]` per place."""
    years = {kind: {} for kind in _KINDS}
    for name, section in places.items():
        year = typical_year(spec_of(section))
        mean = year.groupby(year.index // step_h * step_h).mean()
        for kind, unit in _KINDS.items():
            if kind in section or kind in ("temperature", "price"):
                column = f"{name}-{kind} [{unit}]"
                years[kind][column] = mean[column]
    return {kind: pd.DataFrame(columns) for kind, columns in years.items() if columns}


def main(arguments: list[str]) -> int:
    """Make the series of a specification: arguments SPEC.toml FOLDER. Returns the exit code."""
    if len(arguments) != 2:
        print("usage: python -m planner.instance.typical_years SPEC.toml FOLDER", file=sys.stderr)
        return 2
    source, target = map(Path, arguments)
    try:
        for kind, frame in typical_years(*read_places(source)).items():
            write_csv(frame, target / f"{kind}.csv")
    except (OSError, KeyError, ValueError, ImportError) as problem:
        print(f"{source}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

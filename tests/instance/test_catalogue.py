"""The catalogue beneath an instance's own tables, and what of it is offered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.instance import load
from planner.instance.catalogue import shipped_folder
from tests.factories import Tables, minimal_settings, minimal_tables, write_csv, write_instance
from tests.instance.conftest import problems_of

FACTS = ("hardware", "cooling", "technologies", "models", "stacks", "points")


def split(tmp_path: Path, own: Tables | None = None, offers: dict[str, Any] | None = None) -> Path:
    """The minimal instance with its technology in a folder catalogue, a second system and stack added."""
    tables = minimal_tables()
    tables["hardware"].append(tables["hardware"][0] | {"id": "crate", "name": "Crate", "rack_kw": 40})
    tables["stacks"].append(tables["stacks"][0] | {"id": "motor", "name": "Motor"})
    tables["technologies"].append(tables["technologies"][0] | {"id": "sun", "name": "Sun", "kind": "solar"})
    tables["points"] += [
        tables["points"][0] | {"id": "crate-m-50", "hardware": "crate"},
        tables["points"][0] | {"id": "box-m-50-motor", "stack": "motor"},
    ]
    tables["supply"] = [{"hardware": name, "supply_units": 9} for name in ("box", "crate")]
    facts = {name: tables.pop(name) for name in FACTS}
    settings = minimal_settings() | {"catalogue": {"source": "facts"} | (offers or {})}
    folder = write_instance(tmp_path / "small", tables | (own or {}), settings)
    (folder / "facts").mkdir()
    for name, rows in facts.items():
        write_csv(folder / "facts" / f"{name}.csv", rows)
    return folder


def test_filled_cells_win_and_blank_cells_leave_the_catalogues(tmp_path: Path) -> None:
    own: Tables = {"hardware": [{"id": "crate", "capex_usd_per_unit": 250_000, "name": "", "rack_kw": ""}]}
    hardware = load(split(tmp_path, own)).hardware
    assert hardware["crate"].capex_usd_per_unit == 250_000
    assert (hardware["crate"].name, hardware["crate"].rack_kw) == ("Crate", 40)
    assert hardware["box"].capex_usd_per_unit == 200_000


def test_own_rows_are_added(tmp_path: Path) -> None:
    own: Tables = {"hardware": [minimal_tables()["hardware"][0] | {"id": "tower", "name": "Tower"}]}
    assert list(load(split(tmp_path, own)).hardware) == ["box", "crate", "tower"]


def test_provenance_names_the_file_that_holds_the_row(tmp_path: Path) -> None:
    instance = load(split(tmp_path, {"hardware": [{"id": "crate", "note": "dearer here"}]}))
    assert instance.provenance("hardware", "box") == ("catalogue/hardware.csv", 2)
    assert instance.provenance("hardware", "crate") == ("hardware.csv", 2)
    assert instance.provenance("demand", ("town", "chat", "list")) == ("demand.csv", 2)
    assert instance.provenance("periods", "2028") == ("periods.csv", None)
    with pytest.raises(KeyError, match="there is no row tower in hardware"):
        instance.provenance("hardware", "tower")


def test_a_misspelt_id_in_an_overlay_is_reported_once(tmp_path: Path) -> None:
    (problem,) = problems_of(split(tmp_path, {"hardware": [{"id": "crete", "capex_usd_per_unit": 1}]}))
    assert str(problem) == (
        "hardware.csv:2 id crete - is not in the catalogue, and as a new row it lacks name, accelerators_per_unit, "
        "unit_kw_max, cooling_needs, source, confidence - did you mean crate? the catalogue's ids: box, crate"
    )


def test_a_fault_is_reported_where_the_cell_stands(tmp_path: Path) -> None:
    folder = split(tmp_path, {"hardware": [{"id": "crate", "capex_usd_per_unit": -1}]})
    path = folder / "facts" / "hardware.csv"
    path.write_text(path.read_text().replace(",40", ",-40"))
    found = [str(problem) for problem in problems_of(folder)]
    assert [text.split(" - ")[0] for text in found] == [
        "catalogue/hardware.csv:3 rack_kw -40",
        "hardware.csv:2 capex_usd_per_unit -1",
    ]


def test_unknown_files_in_the_catalogue(tmp_path: Path) -> None:
    folder = split(tmp_path)
    (folder / "facts" / "point.csv").write_text("id\n")
    (problem,) = problems_of(folder)
    assert str(problem).startswith("catalogue/point.csv - there is no such table - did you mean points.csv?")


def test_what_is_offered_is_kept_with_what_refers_to_it(tmp_path: Path) -> None:
    instance = load(split(tmp_path, offers={"hardware": ["box"], "stacks": ["motor"]}))
    assert list(instance.hardware) == ["box"]
    assert list(instance.stacks) == ["motor"]
    assert list(instance.points) == ["box-m-50-motor"]
    assert list(instance.supply) == [("box", "every")]


def test_only_technologies_in_use_are_kept(tmp_path: Path) -> None:
    assert list(load(split(tmp_path)).technologies) == ["grid"]


def test_no_point_left(tmp_path: Path) -> None:
    (problem,) = problems_of(split(tmp_path, offers={"hardware": ["crate"], "stacks": ["motor"]}))
    assert str(problem).startswith("points.csv - no operating point is left for the hardware, models and stacks on")


def test_offers_can_be_overridden(tmp_path: Path) -> None:
    folder = split(tmp_path, offers={"hardware": ["box"]})
    assert list(load(folder, overrides={"catalogue.hardware": ["crate"]}).hardware) == ["crate"]
    assert list(load(folder, overrides={"catalogue.hardware": ""}).hardware) == ["box", "crate"]


def test_cells_of_the_catalogue_can_be_overridden(tmp_path: Path) -> None:
    instance = load(split(tmp_path), overrides={"hardware.*.capex_usd_per_unit": {"multiply": 2}})
    assert {unit.capex_usd_per_unit for unit in instance.hardware.values()} == {400_000}


def test_the_catalogue_may_hold_only_technology(tmp_path: Path) -> None:
    """A table of sites in the catalogue's folder is not read, and says so."""
    folder = split(tmp_path)
    (folder / "facts" / "sites.csv").write_text("id\n")
    (problem,) = problems_of(folder)
    assert str(problem).startswith(
        "catalogue/sites.csv - this table is not read here - tables: hardware.csv, cooling.csv"
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "../elsewhere",
            "catalogue.source ../elsewhere - lies outside the instance, which then could not be copied - ",
        ),
        ("/", "catalogue.source / - lies outside the instance, which then could not be copied - "),
        ("nowhere", "catalogue.source nowhere - there is no such folder in the instance - builtin, none, or a folder"),
        ("sites.csv", "catalogue.source sites.csv - there is no such folder in the instance - "),
    ],
)
def test_catalogues_that_cannot_be(make: Callable, tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    problems = problems_of(make(settings={"catalogue": {"source": source}}))
    assert str(problems[0]).startswith(f"instance.toml:10 {message}")


def test_the_builtin_catalogue_is_that_of_the_source_tree_or_the_wheel() -> None:
    assert shipped_folder().name in ("instances", "_instances")
    assert (shipped_folder() / "catalogue" / "hardware.csv").is_file()


def test_the_builtin_catalogue_lies_beneath_an_instance(make: Callable) -> None:
    own = {name: [] for name in FACTS if name != "technologies"}
    settings = {"catalogue": {"source": "builtin"}}
    tables = own | {"products": [minimal_tables()["products"][0] | {"models": "deepseek-r1"}]}
    instance = load(make(tables=tables, settings=settings))
    assert len(instance.hardware) > 5
    assert {point.hardware for point in instance.points.values()} <= set(instance.hardware)
    assert list(instance.technologies) == ["grid"]

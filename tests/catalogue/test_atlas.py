"""The atlas: real places, lawful pairs, links as long as the earth asks, and a year that its generator makes again."""

from __future__ import annotations

import csv
import statistics
import tomllib

import networkx as nx
import pandas as pd
import pytest

import planner
from planner.instance import load
from planner.instance.eligibility import eligible_points
from planner.instance.fibre import distance_km, links, read_coordinates, write_links
from planner.instance.routes import find_routes, hardware_allowed
from planner.instance.typical_years import read_places, typical_years
from planner.units import MS_PER_KM_OF_FIBRE
from tests.catalogue.tables import INSTANCES

FOLDER = INSTANCES / "atlas"
# round trips in ms, mean of 30 days, IBM Cloud inter-region latency, 2026-08-16, github.com/ibm-cloud-docs/vpc
MEASURED_RTT_MS = {
    ("dallas", "new-york"): 32,
    ("dallas", "frankfurt-ix"): 123,
    ("dallas", "london"): 113,
    ("dallas", "tokyo"): 145,
    ("dallas", "sao-paulo"): 142,
    ("dallas", "mumbai"): 249,
    ("frankfurt-ix", "new-york"): 86,
    ("frankfurt-ix", "mumbai"): 118,
    ("frankfurt-ix", "tokyo"): 229,
    ("london", "new-york"): 76,
    ("london", "mumbai"): 118,
    ("london", "sao-paulo"): 181,
    ("mumbai", "tokyo"): 132,
    ("sao-paulo", "new-york"): 124,
}


@pytest.fixture(scope="module")
def instance():
    return load(FOLDER)


def test_the_only_warning_is_the_cheap_halls_of_western_china(instance):
    assert len(instance.warnings) == 1
    assert "ascend-910c-cm384" in str(instance.warnings[0])


def test_is_a_world(instance):
    assert len(instance.sites) >= 20
    assert len(instance.markets) >= 9
    assert len(instance.products) >= 5
    assert len({site.jurisdiction for site in instance.sites.values()}) >= 9
    assert {row.kind for row in instance.links.values()} == {"terrestrial", "submarine", "private-line"}


def test_no_licensed_chip_stands_in_china_and_no_foreign_site_serves_it(instance):
    chinese = [name for name, site in instance.sites.items() if site.jurisdiction == "cn"]
    for site in chinese:
        assert [h for h in instance.hardware if hardware_allowed(instance, site, h)] == ["ascend-910c-cm384"]
    routes = find_routes(instance, eligible_points(instance)).routes
    assert {site for site, market, _ in routes if market == "china"} == set(chinese)


def test_every_segment_has_a_lawful_way_in_time(instance):
    network = find_routes(instance, eligible_points(instance))
    served = {(market, product) for _, market, _, product in network.allowance_ms}
    assert {(market, product) for market, product, _ in instance.demand} <= served


def test_links_are_those_of_the_specification(tmp_path):
    specification = tomllib.loads((FOLDER / "network" / "fibre.toml").read_text("utf-8"))
    write_links(links(specification, read_coordinates(FOLDER)), tmp_path / "links.csv")
    assert (tmp_path / "links.csv").read_bytes() == (FOLDER / "links.csv").read_bytes()


def test_no_link_is_shorter_than_the_earth_allows(instance):
    places = read_coordinates(FOLDER)
    for (origin, destination, _), row in instance.links.items():
        least = distance_km(places[origin], places[destination]) * MS_PER_KM_OF_FIBRE
        assert row.latency_ms >= least - 0.05, (origin, destination)  # latencies are rounded to 0.1 ms


def test_round_trips_are_those_that_were_measured(instance):
    graph = nx.DiGraph()
    for (origin, destination, _), row in instance.links.items():
        graph.add_edge(origin, destination, ms=row.latency_ms)
    errors = [
        2 * nx.shortest_path_length(graph, here, there, weight="ms") / measured - 1
        for (here, there), measured in MEASURED_RTT_MS.items()
    ]
    assert statistics.median(map(abs, errors)) < 0.12
    assert max(map(abs, errors)) < 0.25


def test_great_circle_distance():
    quarter = distance_km((0, 0), (0, 90))  # a quarter of the equator: 2 pi x 6,371 / 4
    assert quarter == pytest.approx(10007.5, abs=0.1)
    assert distance_km((90, 0), (-90, 50)) == pytest.approx(2 * quarter)
    assert distance_km((48, 11), (48, 11)) == 0


def test_every_site_has_a_climate_of_its_own(instance):
    _, places = read_places(FOLDER / "series" / "climate.toml")
    assert set(places) == set(instance.sites)
    for name, site in instance.sites.items():
        here = (places[name]["latitude"], places[name]["longitude"])
        assert distance_km(here, (site.latitude, site.longitude)) < 1
        assert places[name]["utc_offset_h"] == site.utc_offset_h


@pytest.mark.filterwarnings("ignore:DatetimeIndex.dayofyear")  # pvlib asks pandas the old way
def test_the_specification_makes_the_shipped_year_again():
    pytest.importorskip("pvlib")
    step_h, places = read_places(FOLDER / "series" / "climate.toml")
    made = typical_years(step_h, {"abilene": places["abilene"]})
    for kind, frame in made.items():
        shipped = pd.read_csv(FOLDER / "series" / f"{kind}.csv", index_col="hour")
        column = frame.columns[0]
        assert shipped[column].to_numpy() == pytest.approx(frame[column].to_numpy(), rel=1e-3, abs=1e-9)
        assert list(shipped.index) == list(frame.index)


def test_a_typical_year_refuses_unknown_keys():
    _, places = read_places(FOLDER / "series" / "climate.toml")
    with pytest.raises(ValueError, match="sunshine"):
        typical_years(4, {"abilene": places["abilene"] | {"sunshine": 1}})


def test_links_csv_names_its_columns_in_the_order_of_the_schema():
    with open(FOLDER / "links.csv", encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    assert header[:4] == ["origin", "destination", "kind", "latency_ms"]
    assert header[-3:] == ["source", "confidence", "note"]


def test_solves_when_a_day_is_one_step():
    """Steps of a day hide evening peaks: the relaxed coarse world earns a little more than the real one, not less."""
    expected = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))
    plan = planner.solve(load(FOLDER, scenario="coarse"), relax=True, verify=False)
    assert plan.status == "optimal"
    assert expected["objective"] < plan.objective < 1.05 * expected["objective"]
    sold = plan.markets.groupby("product")["sold_gtok_per_day"].sum()
    assert (sold > 0).all()

"""Routes: the best ways from sites to markets, what they may carry, and why the others are cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.instance import load
from planner.instance.eligibility import eligible_points
from planner.instance.routes import Network, find_routes
from tests.factories import minimal_settings, minimal_tables, write_instance

HERE = ("alpha", "town")


def link(origin: str, destination: str, latency_ms: float, **more: Any) -> dict[str, Any]:
    return {"origin": origin, "destination": destination, "latency_ms": latency_ms} | more


def network(folder: Path, links: list[dict[str, Any]], routes: int = 3, **changes: Any) -> Network:
    """Routes of the minimal instance over other links, with points of presence east and west."""
    tables = minimal_tables() | {"links": links, "pops": [{"id": n, "name": n} for n in ("east", "west")]}
    for path, value in changes.items():
        table, column = path.split("__")
        tables[table][0][column] = value
    settings = minimal_settings() | {"network": {"routes_per_pair": routes}}
    instance = load(write_instance(folder / "small", tables, settings))
    return find_routes(instance, eligible_points(instance))


def ways(found: Network) -> list[list[str]]:
    """The places that each route leads through, in the order of their numbers."""
    assert list(found.routes) == [(*HERE, number) for number in range(1, len(found.routes) + 1)]
    return [[end for _, end, _ in route.links] for route in found.routes.values()]


DIRECT = link("alpha", "town", 10, usd_per_gb=0.05)
EAST = [link("alpha", "east", 8, usd_per_gb=0.01), link("east", "town", 8, usd_per_gb=0.01)]
WEST = [link("alpha", "west", 30), link("west", "town", 30)]


def test_the_fastest_way_and_the_cheapest(tmp_path: Path) -> None:
    found = network(tmp_path, [DIRECT, *EAST, *WEST], routes=1)
    assert ways(found) == [["town"], ["west", "town"]]
    assert [route.latency_ms for route in found.routes.values()] == [10, 60]
    assert found.routes[(*HERE, 1)].rtt_ms == 20
    assert found.cut == []


def test_each_way_is_counted_once(tmp_path: Path) -> None:
    assert ways(network(tmp_path / "one", [DIRECT], routes=3)) == [["town"]]
    # by latency town, east, west; by cost west, east, town: the same three
    assert ways(network(tmp_path / "three", [DIRECT, *EAST, *WEST])) == [["town"], ["east", "town"], ["west", "town"]]


def test_the_k_best_by_either_measure(tmp_path: Path) -> None:
    # the two fastest: town, east; the two cheapest: west (free), east (0.02)
    assert ways(network(tmp_path, [DIRECT, *EAST, *WEST], routes=2)) == [["town"], ["east", "town"], ["west", "town"]]


def test_capacity_that_is_rented_has_its_price_in_the_cost(tmp_path: Path) -> None:
    """1 Gbps for a year carries 31,536,000 / 8 = 3,942,000 GB: at 100,000 USD a year 0.025 USD/GB when it is full."""
    rented = link("alpha", "town", 50, kind="private-line", usd_per_gbps_yr=100_000)
    for usd_per_gb, cheapest in ((0.024, "terrestrial"), (0.026, "private-line")):
        metered = link("alpha", "town", 10, usd_per_gb=usd_per_gb)
        found = network(tmp_path / cheapest, [metered, rented], routes=1)
        assert list(found.routes.values())[-1].links == (("alpha", "town", cheapest),)


def test_parallel_links_of_different_kinds_are_different_ways(tmp_path: Path) -> None:
    found = network(tmp_path, [DIRECT, link("alpha", "town", 40, kind="satellite")])
    assert [route.links[0][2] for route in found.routes.values()] == ["terrestrial", "satellite"]
    assert [route.latency_ms for route in found.routes.values()] == [10, 40]


def test_links_lead_one_way(tmp_path: Path) -> None:
    found = network(tmp_path, [link("town", "alpha", 10)])
    assert found.routes == {}
    assert found.cut == [(*HERE, "", "no link leads there")]


def test_a_way_never_passes_a_place_twice(tmp_path: Path) -> None:
    circle = [*EAST, link("east", "west", 1), link("west", "east", 1), link("east", "alpha", 1)]
    assert ways(network(tmp_path, circle)) == [["east", "town"]]


def around(folder: Path, links: list[dict[str, Any]], **more: Any) -> Network:
    """Routes of the minimal instance with a second site, beta, and a second market, port, that wants nothing."""
    tables = minimal_tables() | {"links": links, "pops": [{"id": "east", "name": "East"}]} | more
    tables["sites"].append(tables["sites"][0] | {"id": "beta"})
    tables["power"].append(tables["power"][0] | {"node": "beta"})
    tables["markets"].append({"id": "port", "name": "Port"})
    instance = load(write_instance(folder / "small", tables))
    return find_routes(instance, eligible_points(instance))


def test_no_way_leads_through_a_market_or_another_site(tmp_path: Path) -> None:
    through_market = [link("alpha", "port", 1), link("port", "town", 1)]
    through_site = [link("alpha", "beta", 1), link("beta", "town", 1)]
    found = around(tmp_path, [*through_market, *through_site, *EAST])
    assert {key: [end for _, end, _ in route.links] for key, route in found.routes.items()} == {
        ("alpha", "town", 1): ["east", "town"],
        ("alpha", "port", 1): ["port"],
        ("beta", "town", 1): ["town"],
    }
    assert ("beta", "port", "", "no link leads there") in found.cut


def test_a_way_may_pass_through_points_of_presence_at_the_edge(tmp_path: Path) -> None:
    edge = [link("alpha", "east", 5, kind="private-line"), link("east", "town", 1, kind="cdn-edge")]
    assert around(tmp_path, edge).routes["alpha", "town", 1].latency_ms == 6


def test_a_wholesale_offer_opens_routes_for_its_product(tmp_path: Path) -> None:
    offer = {"id": "rival", "direction": "sell", "market": "port", "product": "chat", "usd_per_mtok": 1}
    links = [DIRECT, link("alpha", "port", 20)]
    for direction, carries in (("sell", True), ("buy", False)):
        rows = [offer | {"max_gtok_per_day": 1, "direction": direction}]
        found = around(tmp_path / direction, links, wholesale=rows)
        assert (("alpha", "port", 1, "chat") in found.allowance_ms) is carries


def test_the_law_of_the_product(tmp_path: Path) -> None:
    found = network(tmp_path / "no", [DIRECT], products__site_jurisdictions="eu|uk")
    assert list(found.routes) == [(*HERE, 1)]  # another product might use it
    assert found.allowance_ms == {}
    assert found.cut == [(*HERE, "chat", "chat may not be made in us")]
    assert network(tmp_path / "yes", [DIRECT], products__site_jurisdictions="eu|us").cut == []


def test_the_law_of_the_market(tmp_path: Path) -> None:
    found = network(tmp_path / "no", [DIRECT], markets__site_jurisdictions="eu|uk")
    assert (found.routes, found.allowance_ms) == ({}, {})
    assert found.cut == [(*HERE, "", "town does not allow tokens made in us")]
    assert found.cut_table().to_dict("records") == [
        {"site": "alpha", "market": "town", "product": "", "reason": "town does not allow tokens made in us"}
    ]
    assert network(tmp_path / "yes", [DIRECT], markets__site_jurisdictions="eu|us").cut == []
    assert network(tmp_path / "all", [DIRECT], markets__site_jurisdictions="all").cut == []


def test_hardware_that_may_not_stand_there_serves_nothing(tmp_path: Path) -> None:
    strict = {"hardware__export_class": "tier-1", "sites__export_classes": "tier-2"}
    found = network(tmp_path, [DIRECT], **strict)
    assert found.allowance_ms == {}
    assert found.cut == [(*HERE, "chat", "no operating point of hardware allowed here serves it")]


def test_what_a_route_leaves_for_the_first_token(tmp_path: Path) -> None:
    """Chat allows 2,000 ms: 1,980 over the direct link, 1,880 through the west."""
    found = network(tmp_path, [DIRECT, *WEST])
    assert found.allowance_ms == {(*HERE, 1, "chat"): 1980, (*HERE, 2, "chat"): 1880}


@pytest.mark.parametrize(("latency_ms", "admitted"), [(750, True), (750.5, False)])
def test_a_route_must_leave_time_for_the_fastest_point(tmp_path: Path, latency_ms: float, admitted: bool) -> None:
    """The fastest point takes 500 ms, which leaves 1,500 ms for the round trip."""
    found = network(tmp_path, [link("alpha", "town", latency_ms)])
    assert ((*HERE, 1, "chat") in found.allowance_ms) is admitted
    reason = "first token 500 ms + round trip 1501 ms is later than 2000 ms"
    assert found.cut == ([] if admitted else [(*HERE, "chat", reason)])


def test_a_slow_route_is_left_out_where_a_fast_one_serves(tmp_path: Path) -> None:
    found = network(tmp_path, [DIRECT, link("alpha", "town", 900, kind="satellite")])
    assert list(found.allowance_ms) == [(*HERE, 1, "chat")]
    assert found.cut == []  # the pair is served


def test_the_fastest_point_sets_the_allowance_whatever_its_hardware(tmp_path: Path) -> None:
    tables = minimal_tables() | {"links": [link("alpha", "town", 850)]}
    tables["hardware"].append(tables["hardware"][0] | {"id": "crate"})
    tables["points"].append(tables["points"][0] | {"id": "quick", "hardware": "crate", "ttft_ms": 250})
    instance = load(write_instance(tmp_path / "small", tables))
    assert find_routes(instance, eligible_points(instance)).allowance_ms == {(*HERE, 1, "chat"): 300}


def test_products_that_nobody_asks_for_are_not_cut(tmp_path: Path) -> None:
    tables = minimal_tables()
    tables["products"].append(tables["products"][0] | {"id": "rush", "max_ttft_ms": 1})
    instance = load(write_instance(tmp_path / "small", tables))
    assert find_routes(instance, eligible_points(instance)).cut == []

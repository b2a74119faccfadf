"""Rows of contracts for one site, links that must be built, leases, wholesale and shares of power."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.model.build import build
from tests.model.reading import Rows
from tests.model.world_selling import world

HUB, SEA, LINE = "site,hub,terrestrial", "hill,town,submarine", "site,town,private-line"
GOV, BULK, FAR = "town,chat,gov", "town,chat,bulk", "far,chat,gov"


@pytest.fixture
def selling(rows_of: dict[str, Rows]) -> Rows:
    return rows_of["selling"]


def hauls(segment: str, copy: str, value: float, *ways: str) -> dict[str, float]:
    """Shares of a segment on routes such as `site,1`."""
    return {f"accepted_at[{segment},{way}]@{copy}": value for way in ways or ("site,1", "site,2", "hill,1")}


def running(kind: str, place: str, copy: str, points: dict[str, float], *products: str) -> dict[str, float]:
    return {
        f"running_{kind}[{place},{k.split('-')[0]},{k},{p}]@{copy}": value
        for k, value in points.items()
        for p in products or ("chat", "batch")
    }


def test_one_site(selling: Rows) -> None:
    selling.at_most(f"one_site[{GOV}]@late", {f"served_from[{GOV},{s}]@late": 1 for s in ("site", "hill")}, 1)
    selling.at_most(f"one_site[{FAR}]@early", {f"served_from[{FAR},hill]@early": 1}, 1)  # no link leads there from site
    assert selling.whole(f"served_from[{GOV},hill]@early")


def test_only_routes_of_that_site(selling: Rows) -> None:
    # a hair of room, so that a segment taken whole has its price on the row of its volume
    row = hauls(GOV, "early", 1, "site,1", "site,2") | {f"served_from[{GOV},site]@early": -1.001}
    selling.at_most(f"from_that_site[{GOV},site]@early", row, 0)


def test_what_is_taken_is_carried(selling: Rows) -> None:
    selling.equal(f"served_in_full[{GOV}]@late", hauls(GOV, "late", 1) | {f"accepted[{GOV},gov]@late": -1}, 0)
    selling.equal(f"served_in_full[{BULK}]@late", hauls(BULK, "late", 1) | {f"accepted[{BULK},bulk]@late": -1}, 0)
    assert selling.whole(f"accepted[{BULK},bulk]@late")  # whole as well
    assert not selling.whole(f"accepted_at[{BULK},site,1]@late")


def test_a_market_gets_what_it_was_sold_from_all_ways(selling: Rows) -> None:
    # late volumes are 1.5 times: list 15, gov 9, bulk 6 Gtok a day; what is bought comes in, what is resold goes out
    row = {f"flow_gtok_per_h[{way},chat]@late.1": 1 for way in ("site,town,1", "site,town,2", "hill,town,1")}
    row |= hauls(GOV, "late", 9 / 24) | hauls(BULK, "late", 6 / 24)
    row |= {f"accepted[town,chat,{j},{j}]@late": -gtok / 24 for j, gtok in (("list", 15), ("gov", 9), ("bulk", 6))}
    row |= {"traded_gtok_per_h[town,chat,spot]@late.1": 1, "traded_gtok_per_h[town,chat,rival]@late.1": -1}
    selling.equal("token_balance[town,chat]@late.1", row, 0)


def test_a_market_of_single_sites_alone_needs_no_balance(selling: Rows) -> None:
    assert not [name for name in selling.names() if name.startswith("token_balance[far,chat]")]
    assert not [name for name in selling.columns if name.startswith("flow_gtok_per_h[hill,far")]


def test_a_site_sends_what_own_and_rented_units_make(selling: Rows) -> None:
    made = {"rack-fast": 0.288, "rack-slow": 0.576, "box-plain": 0.02304}
    row = running("units", "site", "early.0", made, "chat")
    row |= running("rented", "site", "early.0", {k: v for k, v in made.items() if k != "box-plain"}, "chat")
    row |= hauls(GOV, "early", -6 / 24, "site,1", "site,2") | hauls(BULK, "early", -4 / 24, "site,1", "site,2")
    row |= {f"flow_gtok_per_h[site,town,{number},chat]@early.0": -1 for number in (1, 2)}
    selling.equal("token_balance[site,chat]@early.0", row, 0)


def test_a_link_carries_pooled_flows_and_contracts_for_one_site(selling: Rows) -> None:
    # 0.05 Gbps per Gtok/h of answers, 16/3600 of prompts; gov 6 and bulk 4 Gtok a day are 0.25 and 1/6 Gtok/h
    def load(gbps: float) -> dict[str, float]:
        row = {f"flow_gtok_per_h[site,town,1,{p}]@early.1": gbps for p in ("chat", "batch")}
        row |= hauls(GOV, "early", 0.25 * gbps, "site,1") | hauls(BULK, "early", gbps / 6, "site,1")
        return row | {f"booked_gbps[{HUB}]@early": -1}

    selling.at_most(f"answers_fit[{HUB}]@early.1", load(0.05), 0)
    selling.at_most(f"prompts_fit[{HUB}]@early.1", load(16 / 3600), 0)


def test_the_latency_ladder_counts_contracts_for_one_site_and_rented_units(selling: Rows) -> None:
    # 976 ms are left for the first token over the private line, 988 over the hub: only far (500 ms) excludes rack-slow
    fast = running("units", "hill", "early.0", {"rack-fast": -0.288, "box-plain": -0.02304}, "chat")
    selling.at_most("latency_ladder[hill,chat,500]@early.0", hauls(FAR, "early", 3 / 24, "hill,1") | fast, 0)
    assert not [name for name in selling.names() if name.startswith("latency_ladder[site")]


def test_a_link_with_a_one_off_cost_has_no_capacity_until_it_is_built(selling: Rows) -> None:
    builds = (f"link_builds[{HUB}]@early", f"link_builds[{HUB}]@late")
    added = (f"added_gbps[{HUB}]@early", f"added_gbps[{HUB}]@late")
    booking = {f"booked_gbps[{HUB}]@late": 1} | dict.fromkeys(added, -1) | dict.fromkeys(builds, -2)
    selling.at_most(f"booking_limit[{HUB}]@late", booking, 0)
    selling.at_most(f"expansion_limit[{HUB}]@late", dict.fromkeys(added, 1) | dict.fromkeys(builds, -3), 0)
    selling.at_most(f"booking_limit[{LINE}]@late", {f"booked_gbps[{LINE}]@late": 1}, 0.02)  # this one simply exists
    assert selling.whole(builds[0])


def test_a_link_is_built_once_in_its_life(selling: Rows) -> None:
    both = {f"link_builds[{HUB}]@{period}": 1 for period in ("early", "late")}
    selling.at_most(f"link_built_once[{HUB}]@late", both, 1)  # 20 years
    selling.at_most(f"link_built_once[{SEA}]@late", {f"link_builds[{SEA}]@late": 1}, 1)  # one year


def test_a_link_that_is_not_built_carries_nothing(selling: Rows) -> None:
    # Gtok a day: 12 h of each step against 10 + 6 + 4 of contracts and 24 that a rival would take, with room
    row = {f"flow_gtok_per_h[hill,town,1,chat]@early.{step}": 12 for step in (0, 1)}
    row |= hauls(GOV, "early", 6, "hill,1") | hauls(BULK, "early", 4, "hill,1")
    row |= {f"link_builds[{SEA}]@early": -44 * 1.001}
    selling.at_most(f"built_to_carry[{SEA},town,chat]@early", row, 0)
    batch = {f"flow_gtok_per_h[site,town,1,batch]@late.{step}": 12 for step in (0, 1)}
    batch |= {f"link_builds[{HUB}]@{period}": -12 * 1.001 for period in ("early", "late")}
    selling.at_most(f"built_to_carry[{HUB},town,batch]@late", batch, 0)


def test_a_lease_has_a_limit_and_a_term(selling: Rows) -> None:
    for copy, units in (("early", 20), ("late", 0)):
        row = {f"leased_units[site,rack,rent]@{copy}": 1} | ({f"opened[site]@{copy}": -units} if units else {})
        selling.at_most(f"lease_limit[site,rack,rent]@{copy}", row, 0)
    late = {"leased_units[site,box,let]@late": 1, "opened[site]@late": -5}
    selling.at_most("lease_limit[site,box,let]@late", late, 0)
    selling.at_most("lease_limit[site,box,let]@early", {"leased_units[site,box,let]@early": 1}, 0)
    assert selling.whole("leased_units[site,rack,rent]@early")  # racks are whole, boxes are not
    assert not selling.whole("leased_units[site,box,let]@late")


def test_rented_units_at_work(selling: Rows) -> None:
    row = running("rented", "site", "early.0", {"rack-fast": 1, "rack-slow": 1})
    selling.at_most("rented_at_work[site,rack]@early.0", row | {"leased_units[site,rack,rent]@early": -0.9}, 0)


def test_units_leased_out_run_nothing_and_draw_their_full_power(selling: Rows) -> None:
    # a box draws 0.003 MW idle, 0.008 at work and 0.01 leased out
    halls = {f"units_built[site,box,{c}]@late": 1.0 for c in ("loop", "fan")}
    let, plain = "leased_units[site,box,let]@late", running("units", "site", "late.0", {"box-plain": 1.0})
    at_work = plain | dict.fromkeys(halls, -0.8) | {let: 0.8}
    selling.at_most("units_at_work[site,box]@late.0", at_work, 0)
    load = {f"it_mw[site,box,{c}]@late.0": 1 for c in ("loop", "fan")} | dict.fromkeys(plain, -0.005)
    selling.equal("it_load[site,box]@late.0", load | dict.fromkeys(halls, -0.003) | {let: -0.007}, 0)
    # the hungriest point of the 0.8 at work and the idle rest are 0.007 MW, 0.003 less than a box leased out
    load, built = {"it_mw[site,box,fan]@late.0": 1}, "units_built[site,box,fan]@late"
    selling.at_most("hall_full_load[site,box,fan]@late.0", load | {built: -0.007, let: -0.003}, 0)
    selling.at_most("hall_rating[site,box,fan]@late.0", load | {built: -0.01}, 0)


def test_nothing_is_rented_before_it_exists(tmp_path: Path) -> None:
    late = Rows(build(world(tmp_path / "w", {"hardware.rack.available_from": 2029, "leases.rent.until": 2030})))
    rented = "leased_units[site,rack,rent]"
    late.at_most("lease_limit[site,rack,rent]@early", {f"{rented}@early": 1}, 0)
    late.at_most("lease_limit[site,rack,rent]@late", {f"{rented}@late": 1, "opened[site]@late": -20}, 0)


def test_rented_units_need_software(selling: Rows) -> None:
    licensed = "licensed_units[site,rack,turbo]@early"
    slow = {"rack-slow": 1}
    row = running("units", "site", "early.1", slow) | running("rented", "site", "early.1", slow)
    selling.at_most("licence_covers[site,rack,turbo]@early.1", row | {licensed: -1}, 0)
    # 120 racks delivered and 20 rented, 0.9 of them run, and a hair of room; at hill none can be rented
    for s, units in (("site", 140), ("hill", 120)):
        needed = {f"licensed_units[{s},rack,turbo]@early": 1, "adopted[turbo]@early": -1.001 * 0.9 * units}
        selling.at_most(f"licence_needs_adoption[{s},rack,turbo]@early", needed, 0)


def test_software_makes_no_more_than_contracts_and_rivals_want(selling: Rows) -> None:
    # chat early: 10 + 6 + 4 + 3 Gtok a day of contracts x 1 and 24 of the rival, whose term is over in the late period
    for copy, gtok in (("early", 23 + 24), ("late", 23 * 1.5)):
        made = {f"running_units[{s},rack,rack-slow,chat]@{copy}.0": 0.576 for s in ("site", "hill")}
        made |= {f"running_rented[site,rack,rack-slow,chat]@{copy}.0": 0.576}
        row = made | {f"adopted[turbo]@{copy}": -1.001 * gtok / 24}
        selling.at_most(f"adopted_to_make_now[turbo,chat]@{copy}.0", row, 0)


def test_wholesale_offers_have_a_limit_by_the_hour_and_a_term(selling: Rows) -> None:
    for copy, gtok_per_h in (("early.0", 1), ("late.0", 0)):
        traded = {f"traded_gtok_per_h[town,chat,rival]@{copy}": 1}
        selling.at_most(f"wholesale_limit[town,chat,rival]@{copy}", traded, gtok_per_h)
    selling.at_most("wholesale_limit[town,chat,spot]@late.1", {"traded_gtok_per_h[town,chat,spot]@late.1": 1}, 0.5)


def test_shares_of_power(selling: Rows) -> None:
    # every step stands for half the year: a rack at work counts 0.04 or 0.05 MW, a box 0.004; rented ones do not count
    def work(product: str) -> dict[str, float]:
        points = {"rack-fast": 0.04, "rack-slow": 0.05, "box-plain": 0.004}
        places = [(s, step) for s in ("site", "hill") for step in (0, 1)]
        return {k: v for s, n in places for k, v in running("units", s, f"late.{n}", points, product).items()}

    def times(product: str, factor: float) -> dict[str, float]:
        return {k: v * factor for k, v in work(product).items()}

    # chat - 0.3 (chat + batch) >= 0, and batch - 0.5 (chat + batch) <= 0
    selling.at_most("least_share[chat]@late", times("chat", -0.7) | times("batch", 0.3), 0)
    selling.at_most("most_share[batch]@late", times("batch", 0.5) | times("chat", -0.5), 0)

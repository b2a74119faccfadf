"""Rows of serving, network and tightening."""

from __future__ import annotations

from tests.model.reading import Rows

RACKS = ("units_built[site,rack,loop]@early", "units_built[site,rack,loop]@late")
BOXES = ("units_built[site,box,loop]@late", "units_built[site,box,fan]@late")
FAR = "far,terrestrial"


def running(copy: str, points: dict[str, float], products: tuple[str, ...] = ("chat", "batch")) -> dict[str, float]:
    return {
        f"running_units[site,{k.split('-')[0]},{k},{p}]@{copy}": value for k, value in points.items() for p in products
    }


def test_units_at_work(rows: Rows) -> None:
    racks = dict.fromkeys(RACKS, -0.9)
    rows.at_most("units_at_work[site,rack]@late.0", running("late.0", {"rack-fast": 1, "rack-slow": 1}) | racks, 0)
    boxes = dict.fromkeys(BOXES, -0.8)
    rows.at_most("units_at_work[site,box]@late.0", running("late.0", {"box-plain": 1}) | boxes, 0)


def test_it_load(rows: Rows) -> None:
    # a rack draws 0.02 MW idle and 0.06 or 0.08 MW more at work (80 and 100 kW); a box 0.003 MW and 0.005 MW more
    racks = running("late.0", {"rack-fast": -0.06, "rack-slow": -0.08}) | dict.fromkeys(RACKS, -0.02)
    rows.equal("it_load[site,rack]@late.0", {"it_mw[site,rack,loop]@late.0": 1} | racks, 0)
    halls = {"it_mw[site,box,loop]@late.0": 1, "it_mw[site,box,fan]@late.0": 1}
    boxes = running("late.0", {"box-plain": -0.005}) | dict.fromkeys(BOXES, -0.003)
    rows.equal("it_load[site,box]@late.0", halls | boxes, 0)


def test_software_stays_adopted(rows: Rows) -> None:
    rows.at_most("stack_stays_adopted[turbo]@late", {"adopted[turbo]@early": 1, "adopted[turbo]@late": -1}, 0)
    assert rows.bounds("adopted[turbo]@early") == (0, 0)  # it comes in 2029
    assert rows.bounds("adopted[turbo]@late") == (0, 1)
    assert not [name for name in rows.columns if name.startswith("adopted[engine")]  # free software is simply used


def test_licences(rows: Rows) -> None:
    licensed = "licensed_units[site,rack,turbo]@late"
    rows.at_most("licence_covers[site,rack,turbo]@late.1", running("late.1", {"rack-slow": 1}) | {licensed: -1}, 0)
    # vendors deliver 60 racks in each of two periods, 0.9 of them run, and a hair of room
    needed = {licensed: 1, "adopted[turbo]@late": -1.001 * 0.9 * 120}
    rows.at_most("licence_needs_adoption[site,rack,turbo]@late", needed, 0)


def test_link_capacity(rows: Rows) -> None:
    # half of the tokens are answers of 45 bytes: 0.5 x 45 x 8 / 3,600 = 0.05 Gbps per Gtok/h; prompts have 4 bytes
    flow, booked = "flow_gtok_per_h[site,far,1,chat]@early.0", f"booked_gbps[site,{FAR}]@early"
    rows.at_most(f"answers_fit[site,{FAR}]@early.0", {flow: 0.05, booked: -1}, 0)
    rows.at_most(f"prompts_fit[site,{FAR}]@early.0", {flow: 16 / 3600, booked: -1}, 0)


def test_booking_and_expansion(rows: Rows) -> None:
    added = (f"added_gbps[site,{FAR}]@early", f"added_gbps[site,{FAR}]@late")
    booking = {f"booked_gbps[site,{FAR}]@late": 1} | dict.fromkeys(added, -1)
    rows.at_most(f"booking_limit[site,{FAR}]@late", booking, 10)
    rows.at_most(f"expansion_limit[site,{FAR}]@late", dict.fromkeys(added, 1), 5)


def test_latency_ladder(rows: Rows) -> None:
    # chat allows 1,000 ms: 980 ms to town, 500 ms to far; rack-slow takes 800 ms, so only far needs a rung. On it stand
    # rack-fast (300 ms) with 0.8 x 0.36 Gtok/h and box-plain (500 ms) with 0.8 x 0.0288 Gtok/h
    fast = running("early.0", {"rack-fast": -0.288, "box-plain": -0.02304}, ("chat",))
    rows.at_most("latency_ladder[site,chat,500]@early.0", {"flow_gtok_per_h[site,far,1,chat]@early.0": 1} | fast, 0)
    assert [name for name in rows.names() if name.startswith("latency") and "@early.0" in name] == [
        "latency_ladder[site,chat,500]@early.0"
    ]


def test_a_closed_site_serves_nobody(rows: Rows) -> None:
    # Gtok a day: 12 h of each step against 10 + 20, late 1.5 times that, and a hair of room
    for period, asked in (("early", 30), ("late", 45)):
        flows = {f"flow_gtok_per_h[site,town,1,chat]@{period}.{step}": 12 for step in (0, 1)}
        open_site = {f"opened[site]@{period}": -asked * 1.001}
        rows.at_most(f"open_to_serve[site,town,chat]@{period}", flows | open_site, 0)


def test_software_that_is_not_adopted_makes_nothing(rows: Rows) -> None:
    # 12 h x 0.72 Gtok/h against all batch work: 8 x 1.5 Gtok a day
    made = {f"running_units[site,rack,rack-slow,batch]@late.{step}": 8.64 for step in (0, 1)}
    rows.at_most("adopted_to_make[turbo,batch]@late", made | {"adopted[turbo]@late": -12 * 1.001}, 0)


def test_software_that_is_not_adopted_serves_nobody_now(rows: Rows) -> None:
    # chat in the first half day: town 10 x 0.5 + 20, far (half a day ahead) 6 x 1.5, all x 1.5 / 24 Gtok/h
    made = {"running_units[site,rack,rack-slow,chat]@late.0": 0.8 * 0.72}
    asked = (5 + 20 + 9) * 1.5 / 24
    rows.at_most("adopted_to_make_now[turbo,chat]@late.0", made | {"adopted[turbo]@late": -asked * 1.001}, 0)

"""Levers of serving, each with an answer derived by hand: power caps, headroom, availability, prefill and decode apart.

One site of 10 MW without friction (see `tests/truths/worlds.py`), one product of one output token a request, a flat
market that would buy everything at 1 USD/Mtok. Tokens a year are counted in Gtok.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.plan.plan import Plan
from tests.factories import Tables
from tests.truths.worlds import DAYS, SECONDS, add_demand, add_hardware, add_point, frictionless, settings, solved

LIMIT_KW = 10_000
ENDLESS_GTOK = 1e7


def market(tables: Tables) -> Tables:
    add_demand(tables, "world", "token", ENDLESS_GTOK, usd_per_mtok=1)
    return tables


def site(oversubscription: float = 1.0, **product: Any) -> Tables:
    tables = frictionless({"site": LIMIT_KW / 1000}, ["token"], ["world"])
    tables["sites"][0]["oversubscription"] = oversubscription
    tables["products"][0] |= product
    return tables


def gtok_per_yr(plan: Plan) -> float:
    return plan.markets["sold_gtok_per_day"].sum() * DAYS


def capped(oversubscription: float, folder: Path, supply_units: float | None = None) -> Plan:
    """Accelerators of 1 kW that make 1,000 tok/s, or 850 tok/s under a cap of 0.7 kW."""
    tables = market(site(oversubscription))
    add_hardware(tables, "chip", kw=1)
    add_point(tables, "chip", 1.0, output_tok_per_s=1000, fresh_input_tok_per_s=0)
    add_point(tables, "chip", 0.7, output_tok_per_s=850, fresh_input_tok_per_s=0)
    if supply_units is not None:
        tables["supply"] = [{"hardware": "chip", "supply_units": supply_units}]
    return solved(folder, tables, settings("Power caps"))


def test_a_power_cap_makes_more_of_scarce_power_where_chips_are_plenty(tmp_path: Path) -> None:
    plan = capped(1 / 0.7, tmp_path / "world")  # room for as many chips as 10 MW feed at 0.7 kW
    assert gtok_per_yr(plan) == pytest.approx(LIMIT_KW / 0.7 * 850 * SECONDS / 1e9)
    assert list(plan.serving["point"]) == ["chip-1"]


def test_chips_that_are_scarce_run_at_full_power(tmp_path: Path) -> None:
    plan = capped(1 / 0.7, tmp_path / "world", supply_units=5_000)
    assert gtok_per_yr(plan) == pytest.approx(5_000 * 1000 * SECONDS / 1e9)
    assert list(plan.serving["point"]) == ["chip-0"]


def test_chips_and_power_both_scarce_run_some_of_each(tmp_path: Path) -> None:
    # 12,000 chips on 10 MW: x at 1 kW and the rest at 0.7 kW, x + 0.7 (12,000 - x) = 10,000
    full = (10_000 - 0.7 * 12_000) / 0.3
    plan = capped(1 / 0.7, tmp_path / "world", supply_units=12_000)
    assert gtok_per_yr(plan) == pytest.approx((full * 1000 + (12_000 - full) * 850) * SECONDS / 1e9)
    assert set(plan.serving["point"]) == {"chip-0", "chip-1"}


@pytest.mark.parametrize(("headroom", "availability"), [(1.0, 1.0), (0.65, 1.0), (0.8, 0.9)])
def test_headroom_and_availability_take_their_share(tmp_path: Path, headroom: float, availability: float) -> None:
    tables = market(site(headroom=headroom))
    add_hardware(tables, "chip", kw=1, availability=availability)
    add_point(tables, "chip", 1.0, output_tok_per_s=1000, fresh_input_tok_per_s=0)
    plan = solved(tmp_path / "world", tables, settings("Headroom"))
    # what may be provisioned is 10 MW of chips, whether they work or not; idle ones draw nothing
    assert gtok_per_yr(plan) == pytest.approx(LIMIT_KW * headroom * availability * 1000 * SECONDS / 1e9)


def test_prefill_and_decode_share_the_chips_by_the_time_each_takes(tmp_path: Path) -> None:
    # a token of the mix is 3/4 prompt and 1/4 answer: 0.75/3000 + 0.25/500 s of a chip
    tables = market(site(isl=3000, osl=1000))
    add_hardware(tables, "chip", kw=1)
    add_point(tables, "chip", 1.0, isl=3000, osl=1000, prefill_tok_per_s=3000, decode_tok_per_s=500)
    plan = solved(tmp_path / "world", tables, settings("Prefill and decode"))
    assert gtok_per_yr(plan) == pytest.approx(LIMIT_KW / (0.75 / 3000 + 0.25 / 500) * SECONDS / 1e9)


def test_batch_work_fills_the_night(tmp_path: Path) -> None:
    # two steps of 12 h; chat wants all of the day and half of the night, batch arrives by day and may wait 12 h
    tables = site()
    tables["products"].append(tables["products"][0] | {"id": "batch", "deadline_h": 12})
    add_hardware(tables, "chip", kw=1)
    add_point(tables, "chip", 1.0, output_tok_per_s=1000, fresh_input_tok_per_s=0)
    full = LIMIT_KW * 1000 * SECONDS / 1e9
    add_demand(tables, "world", "token", 0.75 * full, usd_per_mtok=1)
    add_demand(tables, "world", "batch", full, usd_per_mtok=0.1)
    for row, shape in zip(tables["demand"], ("chat", "batch"), strict=True):
        row["shape"] = shape
    values = {"chat": (0.5, 1.0), "batch": (0.0, 1.0)}
    tables["shapes"] = [
        {"shape": shape, "day_type": kind, "hour_local": hour, "value": night if hour < 12 else day}
        for shape, (night, day) in values.items()
        for kind in ("weekday", "weekend")
        for hour in range(24)
    ]
    halves = {"mode": "days", "resolution_h": 12, "days": [{"name": "day", "date": "01-01", "weight": DAYS}]}
    plan = solved(tmp_path / "world", tables, settings("Night work", time=halves))
    sold = plan.markets.set_index("product")["sold_gtok_per_day"] * DAYS
    assert sold["token"] == pytest.approx(0.75 * full)
    assert sold["batch"] == pytest.approx(0.25 * full)  # all of it made by night, though it comes by day

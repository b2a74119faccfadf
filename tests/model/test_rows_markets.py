"""Rows of markets: contracts, uniform prices, batch work, commitments and the balance of tokens."""

from __future__ import annotations

import pytest

from tests.model.reading import Rows


def test_a_segment_is_taken_once(rows: Rows) -> None:
    prices = {"accepted[town,chat,list,list]@early": 1, "accepted[town,chat,list,bulk]@early": 1}
    rows.at_most("segment_volume[town,chat,list]@early", prices, 1)
    rows.at_most("segment_volume[town,chat,bulk]@early", {"accepted[town,chat,bulk,bulk]@early": 1}, 1)
    assert rows.bounds("accepted[town,chat,list,list]@early") == (0, float("inf"))  # the row sets the price


def test_a_segment_pays_no_more_than_its_own_price(rows: Rows) -> None:
    assert not [name for name in rows.columns if name.startswith("accepted[town,chat,bulk,list]")]


def test_one_price(rows: Rows) -> None:
    prices = {"price_chosen[town,chat,list]@late": 1, "price_chosen[town,chat,bulk]@late": 1}
    rows.at_most("one_price[town,chat]@late", prices, 1)


def test_a_price_must_be_offered(rows: Rows) -> None:
    # a hair of room, so that a segment that is taken whole has its price on the row of its volume
    row = {"accepted[town,chat,list,bulk]@late": 1, "price_chosen[town,chat,bulk]@late": -1.001}
    rows.at_most("price_offered[town,chat,list,bulk]@late", row, 0)


@pytest.mark.parametrize(("step", "arrived"), [(0, 3), (1, 9)])
def test_batch_work_waits_no_longer_than_its_deadline(rows: Rows, step: int, arrived: float) -> None:
    # a deadline of 12 h is one step: 8 Gtok a day x 1.5 growth = 0.5 Gtok/h, times shape 0.5 or 1.5, times 12 h
    taken = "accepted[town,batch,list,list]@late"
    row = {f"backlog_gtok[town,batch]@late.{step}": 1, taken: -arrived}
    rows.at_most(f"deadline[town,batch]@late.{step}", row, 0)


def test_a_site_sends_what_it_makes(rows: Rows) -> None:
    made = {"rack,rack-fast": 0.288, "rack,rack-slow": 0.576, "box,box-plain": 0.02304}
    row = {f"running_units[site,{run},chat]@early.0": rate for run, rate in made.items()}
    row |= {f"flow_gtok_per_h[site,{market},1,chat]@early.0": -1 for market in ("town", "far")}
    rows.equal("token_balance[site,chat]@early.0", row, 0)


def test_a_market_gets_what_it_was_sold(rows: Rows) -> None:
    # by day town wants 10 / 24 x 1.5 Gtok/h of list, whatever the price, and 20 / 24 of bulk, which is flat
    row = {"flow_gtok_per_h[site,town,1,chat]@early.1": 1, "accepted[town,chat,bulk,bulk]@early": -20 / 24}
    row |= {f"accepted[town,chat,list,{price}]@early": -0.625 for price in ("list", "bulk")}
    rows.equal("token_balance[town,chat]@early.1", row, 0)


def test_a_far_market_wakes_at_another_hour(rows: Rows) -> None:
    # 12 h ahead: the first step is its afternoon, 6 / 24 x 1.5; in the late period 1.5 times that
    for copy, sold in (("early.0", 0.375), ("early.1", 0.125), ("late.0", 0.5625)):
        row = {f"flow_gtok_per_h[site,far,1,chat]@{copy}": 1}
        row |= {f"accepted[far,chat,list,list]@{copy.split('.')[0]}": -sold}
        rows.equal(f"token_balance[far,chat]@{copy}", row, 0)


def test_batch_work_may_be_put_off_within_its_day(rows: Rows) -> None:
    # delivered = sold - (backlog - backlog before) / 12 h; the first step follows the last
    row = {"flow_gtok_per_h[site,town,1,batch]@early.0": 1, "accepted[town,batch,list,list]@early": -8 / 24 * 0.5}
    row |= {"backlog_gtok[town,batch]@early.0": 1 / 12, "backlog_gtok[town,batch]@early.1": -1 / 12}
    rows.equal("token_balance[town,batch]@early.0", row, 0)


def test_commitments_count_the_growing_volume(rows: Rows) -> None:
    # late volumes are 1.5 times 10 and 20; what is missing may be paid for
    row = {"accepted[town,chat,list,list]@late": -15, "accepted[town,chat,list,bulk]@late": -15}
    row |= {"accepted[town,chat,bulk,bulk]@late": -30, "short_gtok_per_day[town,chat]@late": -1}
    rows.at_most("commitment[town,chat]@late", row, -5)


def test_a_promise_without_a_price_of_breaking_it_is_kept(rows: Rows) -> None:
    rows.at_most("commitment[far,chat]@early", {"accepted[far,chat,list,list]@early": -6}, -2)
    assert not [name for name in rows.columns if name.startswith("short_gtok_per_day[far")]

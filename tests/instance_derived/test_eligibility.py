"""Which operating point may serve which product, and why the others may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.instance import load
from planner.instance.eligibility import Eligibility, Rate, eligible_points, tokens_per_s
from planner.instance.schema.markets import Product
from planner.instance.schema.serving import Point
from tests.factories import minimal_settings, minimal_tables, write_instance

POINT = minimal_tables()["points"][0]


def found(folder: Path, *points: dict[str, Any], product: dict[str, Any] | None = None, **settings: Any) -> Eligibility:
    """Eligible points of the minimal instance with its point replaced by points that differ from it."""
    tables = minimal_tables()
    if points:
        tables["points"] = [POINT | {"id": f"k{number}"} | changes for number, changes in enumerate(points, start=1)]
    tables["products"][0] |= product or {}
    tables["stacks"].append(tables["stacks"][0] | {"id": "other"})
    tables["models"].append(tables["models"][0] | {"id": "open-n"})
    return eligible_points(load(write_instance(folder / "small", tables, minimal_settings() | settings)))


def reasons(eligibility: Eligibility) -> list[str]:
    assert eligibility.rates == {}
    return [reason for _, _, reason in eligibility.dropped]


def test_a_point_that_fits_is_a_rate_of_one_unit(tmp_path: Path) -> None:
    # 8 accelerators x (500 + 500) tok/s x 3,600 s = 0.0288 Gtok/h; 8 x 1 kW
    eligibility = found(tmp_path)
    assert eligibility.dropped == []
    rate = eligibility.rates["box", "box-m-50", "chat"]
    assert (rate.gtok_per_h, rate.mw) == pytest.approx((0.0288, 0.008))
    assert (rate.ttft_ms, rate.stack) == (500, "engine")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"interactivity_tok_per_s": 19.9}, "19.9 tok/s per user is slower than 20"),
        ({"ttft_ms": 2001}, "first token after 2001 ms, later than 2000 ms"),
        ({"isl": 2000, "osl": 2001}, "measured on requests 2 times as long"),
        ({"isl": 500, "osl": 499}, "measured on requests 0.499 times as long"),
        ({"fresh_input_tok_per_s": 0, "output_tok_per_s": 0}, "makes no tokens"),
        (
            {"fresh_input_tok_per_s": 521, "output_tok_per_s": 479},
            "its mix of fresh, cached and output tokens differs from the product's",
        ),
        ({"cached_input_tok_per_s": 21}, "its mix of fresh, cached and output tokens differs from the product's"),
        ({"it_kw_per_accelerator": 1.27}, "draws more than the unit's unit_kw_max"),
    ],
)
def test_reasons_to_refuse(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    assert reasons(found(tmp_path, changes)) == [reason]


@pytest.mark.parametrize(
    "changes",
    [
        {"interactivity_tok_per_s": 20},
        {"ttft_ms": 2000},
        {"isl": 2000, "osl": 2000},
        {"isl": 500, "osl": 500},
        {"fresh_input_tok_per_s": 520, "output_tok_per_s": 480},
        {"it_kw_per_accelerator": 1.26},  # 10.08 kW of 10: published powers are rounded
    ],
)
def test_limits_are_included(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert set(found(tmp_path, changes).rates) == {("box", "k1", "chat")}


def test_the_tolerance_of_the_mix_is_a_setting(tmp_path: Path) -> None:
    changes = {"fresh_input_tok_per_s": 560, "output_tok_per_s": 440}
    assert reasons(found(tmp_path / "narrow", changes)) != []
    assert found(tmp_path / "wide", changes, serving={"mix_tolerance": 0.06}).rates


def test_a_model_that_is_not_accepted_is_no_candidate(tmp_path: Path) -> None:
    eligibility = found(tmp_path, {"model": "open-n"})
    assert (eligibility.rates, eligibility.dropped) == ({}, [])


def test_a_product_takes_any_of_its_models(tmp_path: Path) -> None:
    eligibility = found(tmp_path, {"model": "open-n"}, product={"models": "open-m|open-n"})
    assert set(eligibility.rates) == {("box", "k1", "chat")}


@pytest.mark.parametrize("basis", ["throughput", "ttft", "kw"])
def test_only_what_is_known_if_that_is_asked(tmp_path: Path, basis: str) -> None:
    column, only = f"{basis}_basis", {"measured_only": [basis]}
    for word in ("estimated", "assumed"):
        reason = f"{basis} is {word}, and only measured or published values are allowed"
        assert reasons(found(tmp_path / word, {column: word}, serving=only)) == [reason]
        assert found(tmp_path / f"any-{word}", {column: word}).rates
    for word in ("measured", "published"):
        assert found(tmp_path / word, {column: word}, serving=only).rates


def test_every_basis_that_is_asked_for_is_needed(tmp_path: Path) -> None:
    only = {"measured_only": ["throughput", "ttft"]}
    point = {"throughput_basis": "measured", "ttft_basis": "estimated"}
    assert reasons(found(tmp_path, point, serving=only))[0].startswith("ttft is estimated")


def test_a_point_that_is_never_better_is_dropped(tmp_path: Path) -> None:
    """Slower to the first token at more power; and the same again: of equals the first is kept."""
    eligibility = found(tmp_path, {"ttft_ms": 600, "it_kw_per_accelerator": 1.1}, {}, {})
    assert set(eligibility.rates) == {("box", "k2", "chat")}
    assert sorted(eligibility.dropped) == [
        ("k1", "chat", "never better than k2"),
        ("k3", "chat", "never better than k2"),
    ]


@pytest.mark.parametrize(
    "better",
    [
        {"ttft_ms": 400},
        {"it_kw_per_accelerator": 0.9},
        {"fresh_input_tok_per_s": 510, "output_tok_per_s": 510},
        {"stack": "other"},  # of another software there may be no licence
    ],
)
def test_a_point_that_is_better_in_one_respect_is_kept(tmp_path: Path, better: dict[str, Any]) -> None:
    worse = {"ttft_ms": 600, "it_kw_per_accelerator": 1.1, "fresh_input_tok_per_s": 490, "output_tok_per_s": 490}
    point = {name: value for name, value in worse.items() if name not in better} | better
    assert set(found(tmp_path, {}, point).rates) == {("box", "k1", "chat"), ("box", "k2", "chat")}


def test_a_point_is_not_dropped_for_one_that_comes_later(tmp_path: Path) -> None:
    """Twice as fast from 2029: in a plan from 2028 both are needed; from a date before the plan the faster one wins."""
    fast = {"fresh_input_tok_per_s": 1000, "output_tok_per_s": 1000}
    later = found(tmp_path / "later", {}, fast | {"available_from": 2029})
    assert {key[1]: rate.available_from for key, rate in later.rates.items()} == {"k1": None, "k2": 2029}
    assert set(found(tmp_path / "now", {}, fast | {"available_from": 2028}).rates) == {("box", "k2", "chat")}
    assert set(found(tmp_path / "slow", {"available_from": 2029}, fast).rates) == {("box", "k2", "chat")}


def test_speed_beyond_what_a_product_asks_is_worth_nothing(tmp_path: Path) -> None:
    eligibility = found(tmp_path, {"interactivity_tok_per_s": 90, "output_tok_per_s": 490}, {})
    assert set(eligibility.rates) == {("box", "k2", "chat")}


SPLIT = {"fresh_input_tok_per_s": None, "output_tok_per_s": None}


def test_prefill_and_decode_combine_harmonically(tmp_path: Path) -> None:
    """Half of the tokens at 4,000 tok/s and half at 1,000: 1 / (0.5 / 4000 + 0.5 / 1000) = 1,600 tok/s."""
    eligibility = found(tmp_path, SPLIT | {"prefill_tok_per_s": 4000, "decode_tok_per_s": 1000})
    assert eligibility.rates["box", "k1", "chat"].gtok_per_h == pytest.approx(1600 * 8 * 3600 / 1e9)


@pytest.mark.parametrize(
    ("isl", "osl", "cached_share", "rate"),
    [
        (3000, 1000, 0.0, 1 / (0.75 / 4000 + 0.25 / 1000)),
        (3000, 1000, 0.5, 1 / (0.75 / 4000 + 0.25 / 1000)),  # input is input, cached or fresh
        (0, 1000, 0.0, 1000),
    ],
)
def test_the_split_follows_the_mix_of_the_product(isl: float, osl: float, cached_share: float, rate: float) -> None:
    point = Point(**(POINT | SPLIT | {"prefill_tok_per_s": 4000, "decode_tok_per_s": 1000}))
    product = Product(id="p", models=("open-m",), isl=isl, osl=osl, cached_share=cached_share)
    assert tokens_per_s(point, product) == pytest.approx(rate)


def test_a_split_point_has_any_mix(tmp_path: Path) -> None:
    split = SPLIT | {"prefill_tok_per_s": 4000, "decode_tok_per_s": 1000}
    assert found(tmp_path, split, product={"isl": 1800, "osl": 200}).rates


def test_coverage_counts_points_and_keeps_empty_pairs(tmp_path: Path) -> None:
    tables = minimal_tables()
    tables["hardware"].append(tables["hardware"][0] | {"id": "crate"})
    tables["points"].append(POINT | {"id": "second", "ttft_ms": 400, "it_kw_per_accelerator": 1.1})
    tables["products"].append(tables["products"][0] | {"id": "rush", "max_ttft_ms": 450})
    instance = load(write_instance(tmp_path / "small", tables))
    table = eligible_points(instance).coverage(instance)
    assert table.to_dict("index") == {"box": {"chat": 2, "rush": 1}, "crate": {"chat": 0, "rush": 0}}


def test_what_was_dropped_is_a_table(tmp_path: Path) -> None:
    table = found(tmp_path, {"ttft_ms": 9000}).dropped_table()
    assert table.to_dict("records") == [
        {"point": "k1", "product": "chat", "reason": "first token after 9000 ms, later than 2000 ms"}
    ]
    assert list(Eligibility().dropped_table().columns) == ["point", "product", "reason"]


def test_a_rate_is_a_plain_value() -> None:
    assert Rate(1, 2, 3, "engine") == Rate(1, 2, 3, "engine")

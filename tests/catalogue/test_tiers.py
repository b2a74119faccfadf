"""The tiers instance: four tiers, three generations, and equal quarters that are equal."""

from __future__ import annotations

import pytest

import planner
from planner.instance import load
from planner.instance.eligibility import eligible_points
from tests.catalogue.tables import CATALOGUE, INSTANCES, by_id

FOLDER = INSTANCES / "tiers"
TIERS = ["free", "medium", "high", "premium"]


def _solved(scenario: str | None):
    return planner.solve(load(FOLDER, scenario=scenario), verify=False)


def test_loads_without_a_warning():
    assert load(FOLDER, strict=True).warnings == ()


def test_tiers_rise_in_speed_and_price():
    instance = load(FOLDER)
    assert list(instance.products) == TIERS
    speeds = [instance.products[tier].min_interactivity_tok_per_s for tier in TIERS]
    prices = [instance.demand["north-america", tier, "list"].price_usd_per_mtok_output for tier in TIERS[1:]]
    assert speeds == sorted(set(speeds))
    assert prices == sorted(set(prices))
    assert instance.demand["north-america", "free", "free"].price_usd_per_mtok_output == 0


@pytest.mark.parametrize("generation", [("h100-hgx", "h200-hgx"), ("b200-hgx", "gb200-nvl72"), ("vr200-nvl72",)])
def test_every_generation_can_serve_every_tier(generation):
    rates = eligible_points(load(FOLDER)).rates
    assert {product for hardware, _, product in rates if hardware in generation} == set(TIERS)


def test_rubin_rows_are_blackwell_rows_times_the_published_ratio():
    own, shared = by_id(FOLDER, "points"), by_id(CATALOGUE, "points")
    ratio = {
        "gb200-r1-057": ("vr200-v4pro-147", "gb300-v4pro-148"),  # 75 tok/s
        "gb200-r1-112": ("vr200-v4pro-147", "gb300-v4pro-148"),
        "gb200-r1-114": ("vr200-v4pro-138", "gb300-v4pro-139"),  # 100 tok/s
    }
    assert len(own) == len(ratio)
    for old, (rubin, blackwell) in ratio.items():
        factor = shared[rubin].output_tok_per_s / shared[blackwell].output_tok_per_s
        new = own[old.replace("gb200", "vr200")]
        assert new.output_tok_per_s == pytest.approx(shared[old].output_tok_per_s * factor, rel=1e-3)
        assert new.interactivity_tok_per_s == shared[old].interactivity_tok_per_s
        assert new.throughput_basis == "estimated"


@pytest.mark.parametrize("scenario", ["blackwell-equal", "rubin-equal"])
def test_equal_quarters_are_a_quarter_of_the_energy_each(scenario):
    energy = _solved(scenario).serving.groupby("product")["it_mwh_per_yr"].sum()
    assert (energy / energy.sum()).reindex(TIERS).to_numpy() == pytest.approx(0.25, abs=1e-4)


def test_the_free_optimum_is_never_worse_and_leaves_the_free_tier_out():
    free, equal = _solved(None), _solved("blackwell-equal")
    assert free.objective > equal.objective * 1.005
    assert "free" not in set(free.serving["product"])


def test_equal_quarters_are_not_worth_building_on_hopper():
    assert _solved("hopper-equal").objective == pytest.approx(0, abs=1)
    assert _solved("hopper-free").objective > 1000

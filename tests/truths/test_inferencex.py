"""Which chips fill a gigawatt under a budget: SemiAnalysis InferenceX figures for gpt-oss-120b, 1k in / 8k out.

At 90 tok/s per user, four systems with their tokens per MW, kW and price per GPU-hour. The expected mixes come from a
linear program solved independently.
"""

import pytest

from tests.truths.worlds import (
    HOURS,
    RELATIVE,
    SECONDS,
    add_demand,
    add_hardware,
    add_point,
    frictionless,
    settings,
    solved,
)

pytestmark = pytest.mark.truth

GIGAWATT = 1000
ISL, OSL = 1000, 8000

SYSTEMS = {  # Mtok/s per MW, kW per GPU, USD per GPU-hour
    "h100": (0.90, 1.73, 1.30),
    "b200": (2.80, 2.17, 1.95),
    "mi300x": (0.75, 1.79, 1.12),
    "mi355x": (2.55, 2.65, 1.48),
}

CHOICES = [  # budget in USD/h, tok/s, GPUs
    pytest.param(None, 2.800000e9, {"b200": 460_829}, id="no budget"),
    pytest.param(850e3, 2.764265e9, {"b200": 394_958.8, "mi355x": 53_939.4}, id="850 k$ per h"),
    pytest.param(700e3, 2.654012e9, {"b200": 191_727.6, "mi355x": 220_358.9}, id="700 k$ per h"),
    pytest.param(500e3, 2.282939e9, {"mi355x": 337_837.8}, id="500 k$ per h"),
]
KINKS = 558_490.6, 898_617.5  # USD/h: where power begins to bind, and where the budget stops to


def gigawatt(folder, usd_per_h):
    """Solve for the most tokens from a gigawatt and a budget; GPUs are bought for a year of their hourly price."""
    tables = frictionless({"site": GIGAWATT}, ["answer"], ["world"])
    tables["products"][0] |= {"isl": ISL, "osl": OSL, "min_interactivity_tok_per_s": 90}
    for name, (mtok_per_s_mw, kw, price) in SYSTEMS.items():
        add_hardware(tables, name, kw, price * HOURS)
        rate = mtok_per_s_mw * kw * 1e3
        fresh, output = rate * ISL / (ISL + OSL), rate * OSL / (ISL + OSL)
        shape = {"isl": ISL, "osl": OSL, "interactivity_tok_per_s": 90}
        add_point(tables, name, kw, fresh_input_tok_per_s=fresh, output_tok_per_s=output, **shape)
    add_demand(tables, "world", "answer", gtok_per_yr=1e8, usd_per_mtok=1)
    budget = None if usd_per_h is None else usd_per_h * HOURS / 1e6
    tables["periods"] = [{"period": "2028", "start": 2028, "capex_budget_musd": budget}]
    return solved(folder, tables, settings("Which chips fill a gigawatt?"), objective="tokens")


def tokens_per_s(folder, usd_per_h):
    return gigawatt(folder, usd_per_h).objective * 1e9 / SECONDS


@pytest.mark.parametrize(("usd_per_h", "tok_per_s", "gpus"), CHOICES)
def test_mix_under_a_budget(tmp_path, usd_per_h, tok_per_s, gpus):
    plan = gigawatt(tmp_path / "gigawatt", usd_per_h)
    assert plan.objective * 1e9 / SECONDS == pytest.approx(tok_per_s, rel=RELATIVE)
    built = plan.hardware.set_index("hardware")["accelerators"]
    assert set(built.index[built > 1]) == set(gpus)
    for name, number in gpus.items():
        last_digit = 1 if number == int(number) else 0.1  # the numbers are published rounded
        assert built[name] == pytest.approx(number, rel=RELATIVE, abs=0.51 * last_digit)


def test_kinks_of_the_budget(tmp_path):
    """Tokens are linear in the budget between kinks, so that two lines meet in each of them."""
    budgets = 400e3, 500e3, 600e3, 700e3
    poor, low, middle, high = (tokens_per_s(tmp_path / f"{budget:.0f}", budget) for budget in budgets)
    rich = tokens_per_s(tmp_path / "rich", None)
    steep, gentle = (low - poor) / 100e3, (high - middle) / 100e3
    power_binds = 600e3 - (steep * 100e3 + low - middle) / (steep - gentle)
    budget_enough = 700e3 + (rich - high) / gentle
    assert power_binds == pytest.approx(KINKS[0], rel=RELATIVE)
    assert budget_enough == pytest.approx(KINKS[1], rel=RELATIVE)

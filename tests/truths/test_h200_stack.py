"""SemiAnalysis' cost of a token on an H200 at 2.00 USD an hour: from a purchase through its annuity to a margin."""

import pytest

from tests.truths.worlds import HOURS, RELATIVE, add_demand, add_hardware, add_point, frictionless, settings, solved

pytestmark = pytest.mark.truth

TOK_PER_S, UTILISATION = 442, 0.75
USD_PER_H = 2.00
USD_PER_MTOK, PRICE, MARGIN = 1.676, 2.00, 0.162

WACC, LIFE = 0.12, 4


def test_cost_and_margin_of_a_token(tmp_path):
    """Bought for the present value of four years of rent, a GPU costs the rent: 1.676 USD/Mtok, 16.2 % at 2 USD."""
    present_value = sum(USD_PER_H * HOURS / (1 + WACC) ** year for year in range(1, LIFE + 1))
    tables = frictionless({"site": 10}, ["chat"], ["world"])
    tables["products"][0]["headroom"] = UTILISATION
    add_hardware(tables, "h200", kw=1, usd_per_yr=present_value, life_years=LIFE)
    add_point(tables, "h200", 1, fresh_input_tok_per_s=0, output_tok_per_s=TOK_PER_S)
    tables["supply"] = [{"hardware": "h200", "supply_units": 5_000}]
    add_demand(tables, "world", "chat", gtok_per_yr=1e6, usd_per_mtok=PRICE)
    plan = solved(tmp_path / "stack", tables, settings("What does a token cost?", finance={"wacc": WACC}))
    cost = plan.levelised_cost["levelised_usd_per_mtok"].item()
    assert cost == pytest.approx(USD_PER_H / (TOK_PER_S * UTILISATION * 3600 / 1e6), rel=RELATIVE)
    assert round(cost, 3) == USD_PER_MTOK
    assert round(plan.objective / plan.figure("revenue"), 3) == MARGIN

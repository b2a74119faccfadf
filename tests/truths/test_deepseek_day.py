"""DeepSeek's day of February 2025 (open-infra-index): tokens, nodes, cost and theoretical income.

608 Gtok in, 342 of them cached, and 168 Gtok out in 24 hours on 226.75 nodes of 8 GPUs at 2 USD per GPU-hour.
"""

import pytest

from tests.truths.worlds import (
    DAYS,
    HOURS,
    RELATIVE,
    add_demand,
    add_hardware,
    add_point,
    frictionless,
    settings,
    solved,
)

pytestmark = pytest.mark.truth

GPUS_PER_NODE, NODES, USD_PER_GPU_H = 8, 226.75, 2.0
INPUT, CACHED, OUTPUT = 608.0, 342.0, 168.0  # Gtok of the day
PRICES = {"input": 0.55, "cached": 0.14, "output": 2.19}  # USD/Mtok

PREFILL, DECODE = 73_700, 14_800  # tok/s per node while only prefilling, cache hits included; while only decoding

COST_USD, INCOME_USD = 87_072, 562_100  # of the day; 562,027 is published, from prices and volumes less rounded
MARGIN_ON_COST_PERCENT = 545
OBSERVED, CONVERTED = 4_951, 4_949  # tok/s per GPU, as published and as converted
DAY_OVER_SERVED = 1.0005


def day_of(folder, nodes, **rates):
    """Solve for the day, repeated through the year, on so many nodes with these rates per GPU."""
    tables = frictionless({"site": 10}, ["r1"], ["world"])
    request = {"isl": INPUT, "osl": OUTPUT, "cached_share": CACHED / INPUT}
    tables["products"][0] |= request
    rent = USD_PER_GPU_H * GPUS_PER_NODE * HOURS
    add_hardware(tables, "node", kw=10, usd_per_yr=rent, accelerators_per_unit=GPUS_PER_NODE)
    add_point(tables, "node", 1, **request, **rates)
    tables["supply"] = [{"hardware": "node", "supply_units": nodes}]
    add_demand(tables, "world", "r1", (INPUT + OUTPUT) * DAYS)
    tables["demand"][0] |= {f"price_usd_per_mtok_{kind}": price for kind, price in PRICES.items()}
    return solved(folder, tables, settings("A day of DeepSeek"))


def split_rates():
    return {"prefill_tok_per_s": PREFILL / GPUS_PER_NODE, "decode_tok_per_s": DECODE / GPUS_PER_NODE}


def observed_rates():
    """Tokens of each kind over all GPUs and seconds of the day."""
    gpu_seconds = NODES * GPUS_PER_NODE * 24 * 3600
    kinds = {"fresh_input": INPUT - CACHED, "cached_input": CACHED, "output": OUTPUT}
    return {f"{kind}_tok_per_s": gtok * 1e9 / gpu_seconds for kind, gtok in kinds.items()}


def usd_per_day(plan, heading):
    accounts = plan.accounts
    return accounts.loc[accounts["heading"] == heading, "musd_per_yr"].sum() * 1e6 / DAYS


def test_income_cost_and_margin_of_the_day(tmp_path):
    plan = day_of(tmp_path / "day", NODES, **observed_rates())
    income, cost = usd_per_day(plan, "revenue"), -usd_per_day(plan, "capital")
    assert income == pytest.approx(INCOME_USD, rel=RELATIVE)
    assert cost == pytest.approx(COST_USD, rel=RELATIVE)
    assert plan.objective * 1e6 / DAYS == pytest.approx(INCOME_USD - COST_USD, rel=RELATIVE)
    assert int(100 * (income - cost) / cost) == MARGIN_ON_COST_PERCENT


def test_prefill_and_decode_convert_to_the_observed_rate(tmp_path):
    """1,814 GPUs at the published rates of prefill and decode serve all but 1 in 2,000 of the day's tokens."""
    plan = day_of(tmp_path / "day", NODES, **split_rates())
    served = plan.markets["accepted_share"].sum()
    per_gpu = plan.serving["made_gtok_per_day"].sum() * 1e9 / 86_400 / plan.hardware["accelerators"].sum()
    assert plan.hardware["accelerators"].sum() == pytest.approx(1_814, rel=RELATIVE)
    assert round(per_gpu) == CONVERTED
    assert round(per_gpu / served) == OBSERVED
    assert round(1 / served, 4) == DAY_OVER_SERVED
    assert usd_per_day(plan, "revenue") == pytest.approx(served * INCOME_USD, rel=RELATIVE)


def test_serving_the_whole_day_takes_as_many_more_nodes(tmp_path):
    plan = day_of(tmp_path / "day", 2 * NODES, **split_rates())
    gpu_seconds = GPUS_PER_NODE * (INPUT / PREFILL + OUTPUT / DECODE) * 1e9
    assert usd_per_day(plan, "revenue") == pytest.approx(INCOME_USD, rel=RELATIVE)
    assert plan.hardware["accelerators"].sum() == pytest.approx(gpu_seconds / 86_400, rel=RELATIVE)
    assert round(-usd_per_day(plan, "capital") / COST_USD, 4) == DAY_OVER_SERVED

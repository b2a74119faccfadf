"""The worked example of Melange: two kinds of GPU for four classes of requests, at least cost.

Requests of a class may be shared out over GPUs of both kinds. (With each class on one kind the published cost is 6.70
USD/h; that is a rule of Melange's, not of tokens, and the planner has no such rule.)
"""

import pytest

from tests.truths.worlds import (
    RELATIVE,
    SECONDS,
    add_demand,
    add_hardware,
    add_point,
    frictionless,
    promise,
    settings,
    solved,
)

pytestmark = pytest.mark.truth

REQUESTS_PER_S = 30
CLASSES = {  # tokens in and out of a request, share of the requests; only the throughput of the class counts
    "short-short": (1e6, 1e6, 0.2),
    "short-long": (1e6, 4e6, 0.1),
    "long-short": (4e6, 1e6, 0.5),
    "long-long": (4e6, 4e6, 0.2),
}
GPUS = {  # USD/h, requests/s of each class
    "a10g": (1.01, (2, 1, 5, 2)),
    "a100": (3.67, (20, 20, 40, 20)),
}
USD_PER_UNIT_OF_MONEY = 1e6  # a USD an hour is written as a M USD a year


def fleet(folder, whole):
    tables = frictionless({"site": 10}, list(CLASSES), ["users"])
    for product, (isl, osl, _) in zip(tables["products"], CLASSES.values(), strict=True):
        product |= {"isl": isl, "osl": osl, "models": "model"}
    for name, (usd_per_h, throughputs) in GPUS.items():
        add_hardware(tables, name, 100, usd_per_h * USD_PER_UNIT_OF_MONEY, whole_units="yes" if whole else "no")
        tables["hardware"][-1]["accelerators_per_unit"] = 4  # 25 kW each: no more than a point may draw
        for (isl, osl, _), requests in zip(CLASSES.values(), throughputs, strict=True):
            rates = {"fresh_input_tok_per_s": requests * isl / 4, "output_tok_per_s": requests * osl / 4}
            add_point(tables, name, 25, isl=isl, osl=osl, **rates)
    for name, (isl, osl, share) in CLASSES.items():
        add_demand(tables, "users", name, REQUESTS_PER_S * share * (isl + osl) * SECONDS / 1e9)
    promise(tables)
    return solved(folder, tables, settings("Which GPUs for which requests?"))


def test_whole_gpus(tmp_path):
    plan = fleet(tmp_path / "fleet", whole=True)
    assert -plan.objective == pytest.approx(4.68, rel=RELATIVE)
    assert dict(zip(plan.hardware["hardware"], plan.hardware["units"], strict=True)) == {"a10g": 1, "a100": 1}


def test_divisible_gpus(tmp_path):
    assert -fleet(tmp_path / "fleet", whole=False).objective == pytest.approx(4.12875, rel=RELATIVE)

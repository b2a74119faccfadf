"""Checks of leases, wholesale, contracts for one site, shares of power and links that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import minimal_tables

LEASE = {"id": "rent", "direction": "in", "site": "alpha", "hardware": "box", "max_units": 20}
LEASE |= {"usd_per_accelerator_h": 2}
SPOT = {"id": "spot", "direction": "buy", "market": "town", "product": "chat", "usd_per_mtok": 1}
SPOT |= {"max_gtok_per_day": 5}
BACKWARDS = {"origin": "town", "destination": "alpha", "latency_ms": 1}
RIVAL = SPOT | {"id": "rival", "direction": "sell"}

SUSPICIOUS = {
    "units for nothing": (
        {"tables": {"leases": [LEASE | {"usd_per_accelerator_h": 0}]}},
        "leases.csv:2 usd_per_accelerator_h 0 - 20 units are rented for nothing - a rent",
    ),
    "lease before all periods": (
        {"tables": {"leases": [LEASE | {"until": 2028}]}},
        "leases.csv:2 available_from rent - no period begins within its term, so that it will never be used",
    ),
    "offer after all periods": (
        {"tables": {"wholesale": [SPOT | {"available_from": 2029}]}},
        "wholesale.csv:2 available_from spot - no period begins within its term, so that it will never be used",
    ),
    "tokens for nothing": (
        {"tables": {"wholesale": [SPOT | {"usd_per_mtok": 0}]}},
        "wholesale.csv:2 usd_per_mtok 0 - 5 Gtok a day are bought for nothing - a price",
    ),
    "gain without a factory": (
        {"tables": {"wholesale": [SPOT, RIVAL | {"usd_per_mtok": 1.5}]}},
        "wholesale.csv:2 usd_per_mtok 1 - is bought below 1.5 USD/Mtok, at which rival ",
    ),
    "a share for what cannot run": (
        {
            "tables": {
                "products": [
                    *minimal_tables()["products"],
                    {"id": "idle", "models": "open-m", "isl": 9, "osl": 1} | {"it_share_min": 0.1},
                ]
            }
        },
        "products.csv:3 it_share_min 0.1 - idle cannot run or nobody asks for it, so that with this least share",
    ),
    "link out of a market": (
        {
            "tables": {
                "links": [*minimal_tables()["links"], {"origin": "town", "destination": "alpha", "latency_ms": 1}]
            }
        },
        "links.csv:3 town.alpha.terrestrial - carries nothing: routes begin at sites, end at markets and pass through",
    ),
    "misspelt jurisdiction of a product": (
        {"cells": {"sites.jurisdiction": "usa", "products.site_jurisdictions": "usaa|usa"}},
        "products.csv:2 site_jurisdictions usaa - no site lies in this jurisdiction, which chat names - did you",
    ),
    "a product of nowhere": (
        {"cells": {"products.site_jurisdictions": "eu"}},
        "products.csv:2 site_jurisdictions chat - no site lies in a jurisdiction that may make it - all, or a ",
    ),
}

FAULTS = {
    "batch from one site": (
        {"cells": {"products.deadline_h": 8, "demand.single_site": "yes"}},
        "demand.csv:2 single_site yes - chat is a batch product, whose work waits in one backlog for all contracts of "
        "a market - no, or a product without deadline_h",
    ),
    "lease of forbidden hardware": (
        {"tables": {"leases": [LEASE]}, "cells": {"sites.export_classes": "cn-domestic"}},
        "leases.csv:2 hardware box - alpha may not hold box, and the lessor's halls lie in the same jurisdiction - "
        "hardware of the classes cn-domestic",
    ),
    "crossed shares": (
        {"cells": {"products.it_share_min": 0.6, "products.it_share_max": 0.5}},
        "products.csv:2 it_share_min 0.6 - is above it_share_max, which is 0.5 - at most 0.5",
    ),
    "too much of least shares": (
        {"tables": {"products": [row | {"it_share_min": 0.6} for row in minimal_tables()["products"] * 2]}},
        "products.csv:2 it_share_min 1.2 - the least shares of all products sum to more than 1 - a sum of at most 1",
    ),
    "too little of most shares": (
        {"cells": {"products.it_share_max": 0.5}},
        "products.csv:2 it_share_max 0.5 - the most shares of all products sum to less than 1, so that nothing can run",
    ),
}
FAULTS["too much of least shares"][0]["tables"]["products"][1] |= {"id": "talk"}


@pytest.mark.parametrize("name", SUSPICIOUS)
def test_suspicious(warnings: Callable[..., list[str]], name: str) -> None:
    content, expected = SUSPICIOUS[name]
    found = warnings(**content)
    assert any(text.startswith(f"warning: {expected}") for text in found), found


@pytest.mark.parametrize("name", FAULTS)
def test_what_no_plan_could_survive(messages: Callable[..., list[str]], name: str) -> None:
    content, expected = FAULTS[name]
    found = messages(**content)
    assert any(text.startswith(expected) for text in found), found


FINE: dict[str, dict[str, Any]] = {
    "a lease each way": {"tables": {"leases": [LEASE, LEASE | {"id": "let", "direction": "out"}]}},
    "dear to buy, cheap to sell": {"tables": {"wholesale": [SPOT, RIVAL | {"usd_per_mtok": 0.8}]}},
    "a term": {"tables": {"leases": [LEASE | {"available_from": 2027, "until": "2028-02"}]}},
    "a free tier with a credit": {
        "cells": {"demand.price_usd_per_mtok_input": 0, "demand.price_usd_per_mtok_output": 0}
        | {"demand.credit_usd_per_mtok": 0.1}
    },
    "one site": {"cells": {"demand.single_site": "yes", "demand.whole": "yes"}},
    "all the power": {"cells": {"products.it_share_min": 1}},
    "made where it may be": {"cells": {"products.site_jurisdictions": "us|eu"}},
}


@pytest.mark.parametrize("name", FINE)
def test_what_only_looks_suspicious_passes(loaded: Callable, name: str) -> None:
    assert loaded(strict=True, **FINE[name]).warnings == ()


def test_take_or_pay_is_the_only_commitment(loaded: Callable, messages: Callable[..., list[str]]) -> None:
    assert loaded(tables={"leases": [LEASE]}).leases["rent"].commitment == "take-or-pay"
    (found,) = messages(tables={"leases": [LEASE | {"commitment": "spot"}]})
    assert found.startswith("leases.csv:2 commitment spot - is not one of the choices")

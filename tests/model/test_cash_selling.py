"""Money of leases, wholesale, credits and links that must be built, as coefficients derived by hand.

As in `test_cash`: a year's payment is worth 1 in the early period and 1.44 in the late one; a step stands for 4,380 h.
"""

from __future__ import annotations

import pytest
from pyomo.environ import ConcreteModel

from tests.model.reading import EXACT, coefficients, present_value
from tests.model.test_cash import EARLY, HOURS, LATE, annuity, yearly

HUB, SEA = "site,hub,terrestrial", "hill,town,submarine"


def traded(offer: str, musd_per_gtok: float) -> dict[str, float]:
    """Late prices are 0.9 times."""
    worth = {"early": musd_per_gtok * EARLY, "late": musd_per_gtok * 0.9 * LATE}
    return {f"traded_gtok_per_h[{offer}]@{t}.{step}": value * HOURS for t, value in worth.items() for step in (0, 1)}


CASH = {
    # 4 USD x 10 accelerators x 8,760 h; 5 USD x 8 accelerators x 8,760 h
    "units rented in": yearly("leased_units[site,rack,rent]", -0.3504),
    "units leased out": yearly("leased_units[site,box,let]", 0.3504),
    # 1.6 and 1.2 USD/Mtok are 0.0016 and 0.0012 M USD/Gtok
    "tokens bought": traded("town,chat,spot", -0.0016),
    "tokens sold wholesale": traded("town,chat,rival", 0.0012),
    # 0.2 USD/Mtok on 6 Gtok a day, 1.5 times as many late; no price index on what is no price
    "credits": {"accepted[town,chat,gov,gov]@early": 0.438, "accepted[town,chat,gov,gov]@late": 0.657 * LATE},
    # 0.01 USD/GB on the CDN and 24.5 GB a Gtok; contracts for one site pay like pooled flows: gov 6, bulk 4 Gtok a day
    "traffic": {
        f"flow_gtok_per_h[site,town,1,{p}]@{t}.{step}": -0.245e-6 * HOURS * worth
        for p in ("chat", "batch")
        for t, worth in (("early", EARLY), ("late", LATE))
        for step in (0, 1)
    }
    | {
        f"accepted_at[town,chat,{j},site,1]@{t}": -0.245e-6 * 365 * gtok * worth
        for j, gtok in (("gov", 6), ("bulk", 4))
        for t, worth in (("early", EARLY), ("late", 1.5 * LATE))
    }
    # 0.5 USD/GB by satellite
    | {
        f"accepted_at[far,chat,gov,hill,1]@{t}": -12.25e-6 * 365 * 3 * worth
        for t, worth in (("early", EARLY), ("late", 1.5 * LATE))
    },
    # 4 M USD over 20 years, 6 M USD over one
    "link construction": {
        f"link_builds[{HUB}]@early": -4 * annuity(20) * (EARLY + LATE),
        f"link_builds[{HUB}]@late": -4 * annuity(20) * LATE,
    }
    | yearly(f"link_builds[{SEA}]", -6 * annuity(1)),
}


@pytest.mark.parametrize("name", CASH)
def test_cash_post(built: dict[str, ConcreteModel], name: str) -> None:
    m = built["selling"]
    assert present_value(m, m.cash, name) == (pytest.approx(CASH[name], rel=1e-11, abs=0), 0)


def test_headings(built: dict[str, ConcreteModel]) -> None:
    headings = {post.name: post.heading for post in built["selling"].cash.posts}
    assert [headings[name] for name in CASH] == [
        *("purchases", "revenue", "purchases", "revenue", "non-cash", "network", "capital")
    ]


def test_worlds_without_them_have_none_of_these_posts(m: ConcreteModel) -> None:
    assert not {post.name for post in m.cash.posts} & (set(CASH) - {"traffic"})


def test_billable_tokens_count_what_is_resold_less_what_is_bought(built: dict[str, ConcreteModel]) -> None:
    # a token of chat weighs 2; the late period has two years
    found, constant = coefficients(built["selling"], built["selling"].billable_gtok)
    trade = {name: value for name, value in found.items() if name.startswith("traded")}
    expected = {
        f"traded_gtok_per_h[town,chat,{offer}]@{t}.{step}": sign * 2 * HOURS * years
        for offer, sign in (("spot", -1), ("rival", 1))
        for t, years in (("early", 1), ("late", 2))
        for step in (0, 1)
    }
    assert (trade, constant) == (pytest.approx(expected, rel=EXACT), 0)

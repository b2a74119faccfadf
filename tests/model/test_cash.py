"""Every term of the objective, as coefficients derived by hand; and the overnight costs behind the annuities.

A year's payment in the early period is worth 1, in the late period 0.8 + 0.64 = 1.44 (two years at 25 %). A step stands
for 4,380 h a year. What lasts and was built early is paid in both periods: 2.44.
"""

from __future__ import annotations

import pytest
from pyomo.environ import ConcreteModel

from planner.plan.accounts import HEADINGS
from planner.stamp import at
from tests.model.reading import EXACT, Rows, coefficients, present_value

EARLY, LATE = 1.0, 1.44
HOURS = 4380
PERIODS = {"early": EARLY, "late": LATE}
STEPS = [(f"{period}.{step}", worth) for period, worth in PERIODS.items() for step in (0, 1)]
BOXES = ("box,loop", "box,fan")
FAR = "site,far,terrestrial"


def annuity(life_years: float) -> float:
    """0.25 / (1 - 1.25^-life)."""
    return 0.25 / (1 - 0.8**life_years)


def lasting(name: str, musd_per_yr: float) -> dict[str, float]:
    """Yearly payments on what is built and outlives both periods."""
    return {f"{name}@early": musd_per_yr * (EARLY + LATE), f"{name}@late": musd_per_yr * LATE}


def yearly(name: str, musd_per_yr: float) -> dict[str, float]:
    """Yearly payments on what holds in one period."""
    return {f"{name}@{period}": musd_per_yr * worth for period, worth in PERIODS.items()}


def hourly(name: str, usd_per_h: float | tuple[float, float]) -> dict[str, float]:
    """Payments by the hour, the same in both steps of a day or one for each."""
    usd = usd_per_h if isinstance(usd_per_h, tuple) else (usd_per_h, usd_per_h)
    return {f"{name}@{copy}": usd[int(copy[-1])] * 1e-6 * HOURS * worth for copy, worth in STEPS}


def sales(offer: str, gtok_per_day: float, usd_per_mtok: float) -> dict[str, float]:
    """1 Gtok a day at 1 USD/Mtok is 0.365 M USD a year; late volumes are 1.5 times, prices 0.9 times."""
    musd = gtok_per_day * usd_per_mtok * 0.365
    return {f"accepted[{offer}]@early": musd, f"accepted[{offer}]@late": musd * 1.5 * 0.9 * LATE}


CASH = {
    "token sales": sales("town,chat,list,list", 10, 1.9)
    | sales("town,chat,list,bulk", 10, 0.65)
    | sales("town,chat,bulk,bulk", 20, 0.65)
    | sales("far,chat,list,list", 6, 2.8)
    | sales("town,batch,list,list", 8, 0.18),
    # 10 USD/MWh and the series of 30 and 50; gas 3 + 8 MMBtu/MWh x 4 USD/MMBtu
    "energy": hourly("draw_mw[site,grid]", (-40, -60)) | hourly("draw_mw[site,gas]", -35),
    "demand charge": yearly("peak_mw[site,grid]", -0.01),
    "power upkeep": lasting("capacity_built_mw[site,grid]", -0.005) | lasting("capacity_built_mw[site,gas]", -0.02),
    "stores upkeep": lasting("store_built_mw[site,battery]", -0.001) | lasting("store_built_mwh[site,battery]", -0.002),
    # 2 USD/m3 x 1.8 m3/MWh
    "water": hourly("heat_removed_mw[site,loop]", -3.6),
    # 50 USD/t x 0.4 and 0.5 t/MWh
    "carbon": hourly("draw_mw[site,grid]", -20) | hourly("draw_mw[site,gas]", -25),
    # 100 USD a year x 10 accelerators
    "software licences": yearly("licensed_units[site,rack,turbo]", -0.001),
    # a Gtok is 0.5 x 45 + 0.5 x 4 = 24.5 GB; 0.01 USD/GB to town, 0.02 to far
    "traffic": hourly("flow_gtok_per_h[site,town,1,chat]", -0.245)
    | hourly("flow_gtok_per_h[site,town,1,batch]", -0.245)
    | hourly("flow_gtok_per_h[site,far,1,chat]", -0.49),
    "transit": yearly(f"booked_gbps[{FAR}]", -0.0012),
    "halls upkeep": lasting("hall_built_mw[site]", -1.2 * 0.02),
    "site fixed cost": yearly("opened[site]", -2),
    # 3 % of 1 M USD a rack; 5 % of 0.2 M USD a box, which lasts one period
    "chips upkeep": lasting("units_built[site,rack,loop]", -0.03)
    | yearly("units_built[site,box,loop]", -0.01)
    | yearly("units_built[site,box,fan]", -0.01),
    "cooling upkeep": lasting("cooling_built_mw[site,loop]", -0.015) | lasting("cooling_built_mw[site,fan]", -0.012),
    "halls": lasting("hall_built_mw[site]", -1.2 * annuity(15)),
    # an opening is a difference: 30 M USD are paid off in every period in which the site is open
    "opening": yearly("opened[site]", -30 * annuity(20)),
    "chips": lasting("units_built[site,rack,loop]", -annuity(5))
    | yearly("units_built[site,box,loop]", -0.2 * annuity(1))
    | yearly("units_built[site,box,fan]", -0.2 * annuity(1)),
    "cooling": lasting("cooling_built_mw[site,loop]", -0.5 * annuity(15))
    | lasting("cooling_built_mw[site,fan]", -0.3 * annuity(10)),
    "cooling designs": yearly("cooling_chosen[site,loop]", -3 * annuity(15)),  # a difference, like an opening
    "power plant": lasting("capacity_built_mw[site,gas]", -annuity(25))
    | lasting("capacity_built_mw[site,sun]", -0.8 * annuity(25)),
    "stores": lasting("store_built_mw[site,battery]", -0.1 * annuity(10))
    | lasting("store_built_mwh[site,battery]", -0.2 * annuity(10)),
    "software adoption": yearly("adopted[turbo]", -2 * annuity(3)),
    "links": lasting(f"added_gbps[{FAR}]", -0.001 * annuity(20)),
    # 1 and 0.5 USD/Mtok x 365 days
    "penalties": yearly("short_gtok_per_day[town,chat]", -0.365),
    "churn": yearly("short_gtok_per_day[town,chat]", -0.1825),
}
CONSTANTS = {"power upkeep": -0.005 * 6 * (EARLY + LATE)}  # on the 6 MW of grid that are there

CAPEX_EARLY = {
    "halls": {"hall_built_mw[site]@early": 1.2},
    "opening": {"opened[site]@early": 30},
    "chips": {"units_built[site,rack,loop]@early": 1} | {f"units_built[site,{hall}]@early": 0.2 for hall in BOXES},
    "cooling": {"cooling_built_mw[site,loop]@early": 0.5, "cooling_built_mw[site,fan]@early": 0.3},
    "cooling designs": {"cooling_chosen[site,loop]@early": 3},
    "power plant": {"capacity_built_mw[site,gas]@early": 1, "capacity_built_mw[site,sun]@early": 0.8},
    "stores": {"store_built_mw[site,battery]@early": 0.1, "store_built_mwh[site,battery]@early": 0.2},
    "software adoption": {"adopted[turbo]@early": 2},
    "links": {f"added_gbps[{FAR}]@early": 0.001},
}


@pytest.mark.parametrize("name", CASH)
def test_cash_post(m: ConcreteModel, name: str) -> None:
    found, constant = present_value(m, m.cash, name)
    assert found == pytest.approx(CASH[name], rel=EXACT, abs=0)
    assert constant == pytest.approx(CONSTANTS.get(name, 0), rel=EXACT)


def test_every_cash_post_is_tested_and_has_a_known_heading(m: ConcreteModel, built: dict[str, ConcreteModel]) -> None:
    assert {post.name for post in m.cash.posts if len(post.expression)} == set(CASH)
    used = {post.heading for world in built.values() for post in world.cash.posts if len(post.expression)}
    assert used == set(HEADINGS)


def test_the_objective_is_the_sum_of_the_posts(rows: Rows) -> None:
    expected: dict[str, float] = {}
    for post in CASH.values():
        for name, value in post.items():
            expected[name] = expected.get(name, 0.0) + value
    program = rows.stamped.program
    found = {name: -value for name, value in zip(rows.columns, program.cost, strict=True) if value}
    assert rows.stamped.sense == -1  # maximised, and handed over as a minimisation
    assert found == pytest.approx(expected, rel=EXACT, abs=0)
    assert -program.offset == pytest.approx(sum(CONSTANTS.values()), rel=EXACT)


@pytest.mark.parametrize("name", CAPEX_EARLY)
def test_overnight_cost(m: ConcreteModel, name: str) -> None:
    """The first period; the late one stands in the row of the capex budget."""
    post = next(post for post in m.capex.posts if post.name == name)
    early = sum(at(term, per=m, period="early") for term in post.expression.values())
    assert coefficients(m, early) == (pytest.approx(CAPEX_EARLY[name], rel=EXACT, abs=0), 0)


def test_every_overnight_cost_is_tested_and_becomes_an_annuity(m: ConcreteModel) -> None:
    assert {post.name for post in m.capex.posts if len(post.expression)} == set(CAPEX_EARLY)
    assert {post.name for post in m.capex.posts} == {post.name for post in m.cash.posts if post.heading == "capital"}

"""Capacity over three periods: PyPSA's pathway, and the age at which an old rack should make room for a new one.

PyPSA weighs the yearly cost of a period by `investment_period_weightings.objective`. Given the discount factor of the
period (the sum of 1.1^-k over its years, counted from the base year), snapshots that stand for 8,760 h a year and a
capital cost of annuity plus fixed cost, its objective is the present value that planner maximises, turned round. Plant
built in a period is alive in those that start within its life, in both.
"""

import pandas as pd
import pytest

from tests.truths.worlds import (
    HOURS,
    RELATIVE,
    add_demand,
    add_hardware,
    add_point,
    add_racks,
    frictionless,
    settings,
    solved,
)

pytestmark = pytest.mark.truth

WACC = 0.1
START, LENGTHS = (2030, 2035, 2040), (5, 5, 10)
LOAD_MW = (600, 1000, 1500)
STEP_H = 6
SHAPE = (0.8, 1.0, 1.3, 0.9)  # mean 1
SUN, WIND = (0.0, 0.3, 0.8, 0.1), (0.5, 0.3, 0.2, 0.6)
PLANT = {  # USD/kW by period, life, USD/kW-yr, USD/MWh, share of capacity in each step
    "sun": ((900, 600, 400), 10, 12, 0, SUN),
    "wind": ((1500, 1300, 1200), 15, 30, 0, WIND),
    "gas": ((900, 850, 800), 5, 15, 60, (1, 1, 1, 1)),
}
USD_PER_MTOK = 1000  # far above any cost, so that all load is served

_FACT = {"source": "made up to be compared", "confidence": "assumed"}


def annuity(life_years):
    return WACC / (1 - (1 + WACC) ** -life_years)


def discount(start, years):
    return sum((1 + WACC) ** -(start + k - START[0]) for k in range(years))


def pathway(folder):
    """Each year's plant is a technology of its own, offered from that year on: later and cheaper ones are the same."""
    tables = frictionless({"site": 5000}, ["token"], ["world"])
    add_racks(tables, mwh_per_gtok=1)
    add_demand(tables, "world", "token", HOURS * LOAD_MW[0], USD_PER_MTOK)
    tables["demand"][0]["shape"] = "day"
    tables["shapes"] = [
        {"shape": "day", "day_type": kind, "hour_local": hour, "value": SHAPE[hour // STEP_H]}
        for kind in ("weekday", "weekend")
        for hour in range(24)
    ]
    names = [f"p{year}" for year in START]
    tables["periods"] = [
        {"period": name, "start": year, "length_yr": years, "demand_index": mw / LOAD_MW[0]}
        for name, year, years, mw in zip(names, START, LENGTHS, LOAD_MW, strict=True)
    ]
    tables["technologies"], tables["power"], series = [], [], {}
    for name, (capex, life, fom, usd_per_mwh, share) in PLANT.items():
        series[f"{name}-share [share]"] = list(share) * 365
        for year, usd_per_kw in zip(START, capex, strict=True):
            kind = {"id": f"{name}-{year}", "name": name, "kind": "other", "capex_usd_per_kw": usd_per_kw}
            kind |= {"life_years": life, "fom_usd_per_kw_yr": fom, "vom_usd_per_mwh": usd_per_mwh}
            tables["technologies"].append(kind | _FACT)
            row = {"node": "site", "technology": f"{name}-{year}", "available_from": year}
            tables["power"].append(row | {"availability_series": f"{name}-share"})
    day = {"mode": "days", "resolution_h": STEP_H, "days": [{"name": "day", "date": "01-01", "weight": 365}]}
    terms = settings("Which plant when?", base_year=START[0], time=day, finance={"wacc": WACC})
    return solved(folder, tables, terms, series)


def pypsa_pathway(pypsa):
    network = pypsa.Network()
    network.set_snapshots(range(len(SHAPE)))
    network.snapshot_weightings.loc[:, :] = HOURS / len(SHAPE)
    network.investment_periods = list(START)
    network.investment_period_weightings["years"] = LENGTHS
    network.investment_period_weightings["objective"] = [
        discount(year, years) for year, years in zip(START, LENGTHS, strict=True)
    ]
    network.add("Bus", "site")

    def by_snapshot(values):
        return pd.Series(values, index=network.snapshots, dtype=float)

    network.add("Load", "racks", bus="site", p_set=by_snapshot([mw * share for mw in LOAD_MW for share in SHAPE]))
    for name, (capex, life, fom, usd_per_mwh, share) in PLANT.items():
        for year, usd_per_kw in zip(START, capex, strict=True):
            network.add(
                "Generator",
                f"{name}-{year}",
                bus="site",
                p_nom_extendable=True,
                build_year=year,
                lifetime=life,
                capital_cost=1e3 * (usd_per_kw * annuity(life) + fom),
                marginal_cost=usd_per_mwh,
                p_max_pu=by_snapshot(list(share) * len(START)),
            )
    return network


def test_pypsa_finds_the_same_pathway(tmp_path):
    pypsa = pytest.importorskip("pypsa", reason="PyPSA is not installed (pip install pypsa)")
    network = pypsa_pathway(pypsa)
    options = {"multi_investment_periods": True, "include_objective_constant": False, "log_to_console": False}
    status = network.optimize(solver_name="highs", **options)
    assert status == ("ok", "optimal")
    plan = pathway(tmp_path / "pathway")
    assert plan.markets["accepted_share"].to_numpy() == pytest.approx(1)
    accounts = plan.accounts[plan.accounts["heading"] != "revenue"]
    cost = -accounts["present_value_musd"].sum() * 1e6
    assert cost == pytest.approx(network.objective, rel=RELATIVE)
    built = network.generators.p_nom_opt
    assert (built > 1).sum() >= 4  # plant of several kinds and years, so that lives and costs matter
    mine = plan.power.groupby("technology")["built_mw"].sum()
    assert mine.sum() == pytest.approx(built.sum(), rel=1e-4)


def old_and_new(folder, usd_per_mtok, **changes):
    """One MW; old racks in the first year, from the second new ones that make three times the tokens of the same watts.

    A rack draws 1 MW and lives two years. Old ones make 1 Gtok/h and cost 1 M USD, new ones 3 Gtok/h and 8 M USD. No
    interest, free power: a rack is paid for in two equal parts, retired or not. Upkeep is nothing.
    """
    tables = frictionless({"site": 5}, ["token"], ["world"])
    tables["site_periods"] = []
    tables["periods"] = [{"period": f"y{k}", "start": 2028 + k} for k in (0, 1)]
    for name, musd, gtok_per_h in (("old", 1, 1), ("new", 8, 3)):
        more = {"life_years": 2, "whole_units": "yes", "accelerators_per_unit": 20}
        add_hardware(tables, name, kw=1000, usd_per_yr=musd * 1e6, **more)
        rate = gtok_per_h * 1e9 / 3600 / 20
        add_point(tables, name, 50, fresh_input_tok_per_s=0, output_tok_per_s=rate)
    tables["hardware"][1]["available_from"] = 2029
    for row in tables["hardware"]:
        row.update(changes)
    add_demand(tables, "world", "token", 1000 * HOURS, usd_per_mtok)
    return solved(folder, tables, settings("When do old racks go?"))


def test_old_racks_make_room_where_watts_are_worth_more(tmp_path):
    """At 1 USD/Mtok a Gtok/h earns 8.76 M USD a year.

    First year: 5 MW of old racks earn 5 x 8.76 = 43.8 and cost 5 x 0.5. Second year: all five retire, still cost 2.5,
    and new ones earn 3 x 43.8 = 131.4 for 5 x 8 / 2 = 20. Keeping an old rack instead would earn 8.76 for nothing more
    against 26.28 - 4.
    """
    plan = old_and_new(tmp_path / "early", 1)
    assert plan.objective == pytest.approx(43.8 - 2.5 + 131.4 - 2.5 - 20, rel=RELATIVE)
    racks = plan.hardware.set_index(["hardware", "period"])
    assert racks.loc[("old", "y1"), "units_retired"] == 5
    assert racks.loc[("old", "y1"), "units"] == 0
    assert racks.loc[("new", "y1"), "units"] == 5


def test_old_racks_stay_where_new_ones_cost_more_than_their_watts(tmp_path):
    """At 0.2 USD/Mtok a Gtok/h earns 1.752 M USD a year: a new rack makes two more, worth 3.504, and costs 4."""
    plan = old_and_new(tmp_path / "late", 0.2)
    assert plan.objective == pytest.approx(2 * 5 * (1.752 - 0.5), rel=RELATIVE)
    assert plan.hardware["units_retired"].sum() == 0


def test_racks_that_may_not_retire_hold_their_watts(tmp_path):
    """At 1 USD/Mtok, without retirement: old racks and nothing new, or nothing in the first year and new ones after.

    Each of the 5 MW goes to whichever is better: 2 x (8.76 - 0.5) = 16.52 with an old rack, 26.28 - 4 = 22.28 without.
    """
    plan = old_and_new(tmp_path / "never", 1, may_retire="no")
    assert plan.objective == pytest.approx(5 * 22.28, rel=RELATIVE)

"""A gigawatt of constant load from sun, wind and batteries: PyPSA's answer, and an independent model's."""

import csv

import pytest

from tests.truths.oracles import oracle
from tests.truths.worlds import HOURS, RELATIVE, constant_load, settings, solved

pytestmark = pytest.mark.truth

GIGAWATT = 1000
STEP_H = 3
USD_PER_YR, USD_PER_MWH = 1_277_286_461.3092, 145.8090
SOLAR, WIND = 45_000, 110_000  # USD/MW-yr
BATTERY_MWH, BATTERY_MW = 12_000, 15_000  # USD/MWh-yr, USD/MW-yr; one rating for both directions
EFFICIENCY = 0.95  # each way

_FACT = {"source": "published example", "confidence": "published"}


def profiles():
    """Read the share of capacity that sun and wind give in each of 2,920 steps."""
    with oracle("microgrid_3h.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in ("pv", "wind")}


def gigawatt(folder):
    tables = constant_load(GIGAWATT)
    costs = {"solar": SOLAR, "wind": WIND}
    tables["technologies"] = [
        {"id": name, "name": name, "kind": name, "fom_usd_per_kw_yr": usd / 1e3} | _FACT for name, usd in costs.items()
    ]
    tables["power"] = [
        {"node": "site", "technology": name, "availability_series": f"site-{name}"} for name in ("solar", "wind")
    ]
    battery = {"fom_usd_per_kwh_yr": BATTERY_MWH / 1e3, "fom_usd_per_kw_yr": BATTERY_MW / 1e3}
    battery |= {"efficiency_charge": EFFICIENCY, "efficiency_discharge": EFFICIENCY}
    tables["stores"] = [{"id": "battery", "name": "Battery"} | battery | _FACT]
    tables["site_stores"] = [{"node": "site", "store": "battery"}]
    pv, wind = profiles().values()
    series = {"site-solar [share]": pv, "site-wind [share]": wind}
    year = {"mode": "year", "resolution_h": STEP_H}
    return solved(folder, tables, settings("What does a firm gigawatt cost?", time=year), series)


def test_cost_of_a_gigawatt(tmp_path):
    plan = gigawatt(tmp_path / "gigawatt")
    assert -plan.objective * 1e6 == pytest.approx(USD_PER_YR, rel=RELATIVE)
    assert -plan.objective * 1e6 / (GIGAWATT * HOURS) == pytest.approx(USD_PER_MWH, rel=RELATIVE)


@pytest.mark.slow
def test_pypsa_finds_the_same_cost(tmp_path):
    """PyPSA solves the same gigawatt here and now."""
    pypsa = pytest.importorskip("pypsa", reason="PyPSA is not installed (pip install pypsa)")
    network = pypsa_network(pypsa)
    status = network.optimize(solver_name="highs", extra_functionality=one_rating, log_to_console=False)
    assert status == ("ok", "optimal")
    plan = gigawatt(tmp_path / "gigawatt")
    assert -plan.objective * 1e6 == pytest.approx(network.objective, rel=RELATIVE)
    assert network.objective == pytest.approx(USD_PER_YR, rel=RELATIVE)


def pypsa_network(pypsa):
    """State the gigawatt as a PyPSA network: a battery is a bus with a store and a link each way."""
    network = pypsa.Network()
    network.set_snapshots(range(HOURS // STEP_H))
    network.snapshot_weightings.loc[:, :] = STEP_H
    for bus in ("site", "battery"):
        network.add("Bus", bus)
    network.add("Load", "racks", bus="site", p_set=GIGAWATT)
    costs = {"pv": SOLAR, "wind": WIND}
    for name, profile in profiles().items():
        network.add("Generator", name, bus="site", p_nom_extendable=True, capital_cost=costs[name], p_max_pu=profile)
    network.add("Store", "cells", bus="battery", e_nom_extendable=True, e_cyclic=True, capital_cost=BATTERY_MWH)
    both = {"p_nom_extendable": True, "efficiency": EFFICIENCY}
    network.add("Link", "charge", bus0="site", bus1="battery", capital_cost=BATTERY_MW, **both)
    network.add("Link", "discharge", bus0="battery", bus1="site", **both)
    return network


def one_rating(network, _snapshots):
    """Hold what the battery gives to the rating that also limits what it takes."""
    rating = network.model.variables["Link-p_nom"]
    dimension = rating.dims[0]
    given = EFFICIENCY * rating.sel({dimension: "discharge"}, drop=True)
    network.model.add_constraints(rating.sel({dimension: "charge"}, drop=True) - given == 0, name="one_rating")

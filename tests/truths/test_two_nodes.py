"""A hub, a line that loses, and a site: derived by hand, and against PyPSA here and now."""

import numpy as np
import pytest

from tests.truths.worlds import HOURS, RELATIVE, constant_load, settings, solved

LOAD_MW = 100
LOCAL, REMOTE, WHEELING = 80, 30, 10  # USD/MWh
LOSS = 0.05
UPKEEP = 100_000  # USD/MW-yr of the line

_FACT = {"source": "made up", "confidence": "assumed"}
_STEP_H = 6
_STEPS = HOURS // _STEP_H


def two_nodes(line):
    """Racks that draw 100 MW, dear power beside them and cheap power at the hub."""
    tables = constant_load(LOAD_MW)
    tables["power"] = [
        {"node": "site", "technology": "wire", "energy_usd_per_mwh": LOCAL},
        {"node": "hub", "technology": "wire", "energy_usd_per_mwh": REMOTE},
    ]
    tables["hubs"] = [{"id": "hub"}]
    row = {"origin": "hub", "destination": "site", "kind": "hvdc", "loss_share": LOSS, "wheeling_usd_per_mwh": WHEELING}
    tables["lines"] = [row | line]
    return tables


def test_a_line_that_is_there(tmp_path):
    """50 MW enter at 30 + 10 USD/MWh and 47.5 MW arrive; the other 52.5 MW cost 80 USD/MWh."""
    plan = solved(tmp_path / "w", two_nodes({"existing_mw": 50, "max_mw": 50}), settings("How much comes from afar?"))
    usd = (50 * (REMOTE + WHEELING) + 52.5 * LOCAL) * HOURS
    assert -plan.objective * 1e6 == pytest.approx(usd, rel=RELATIVE)
    line = plan.lines.iloc[0]
    assert line["from_origin_mwh_per_yr"] == pytest.approx(50 * HOURS, rel=RELATIVE)
    assert line["lost_mwh_per_yr"] == pytest.approx(2.5 * HOURS, rel=RELATIVE)
    assert line["cost_musd_per_yr"] * 1e6 == pytest.approx(50 * WHEELING * HOURS, rel=RELATIVE)
    # one more MW brings 0.95 x 80 - 40 = 36 USD an hour; a MWh at the hub is worth 30, at the site 80
    assert plan.price("line_capacity", "hub / site / hvdc") == pytest.approx(36 * HOURS, rel=RELATIVE)
    prices = plan.energy_prices.groupby("node")["usd_per_mwh"].mean()
    assert prices.to_dict() == pytest.approx({"hub": REMOTE, "site": LOCAL}, rel=RELATIVE)
    # and electricity at the site costs what both sources and the line do
    assert plan.figure("electricity cost, stores apart", "site") == pytest.approx(usd / (LOAD_MW * HOURS), rel=RELATIVE)


def test_a_line_that_pays_is_built_to_its_limit(tmp_path):
    """36 USD an hour over the year is 315,360 USD/MW-yr, more than the line's 100,000."""
    tables = two_nodes({"max_mw": 80, "fom_usd_per_kw_yr": UPKEEP / 1e3})
    plan = solved(tmp_path / "w", tables, settings("How much line?"))
    usd = (80 * (REMOTE + WHEELING) + (100 - 76) * LOCAL) * HOURS + 80 * UPKEEP
    assert -plan.objective * 1e6 == pytest.approx(usd, rel=RELATIVE)
    assert plan.lines["built_mw"].iloc[0] == pytest.approx(80, rel=RELATIVE)
    assert plan.price("line_limit", "hub / site / hvdc") == pytest.approx(36 * HOURS - UPKEEP, rel=RELATIVE)


@pytest.mark.parametrize(("fixed_musd", "laid"), [(17.2, True), (17.3, False)])
def test_a_line_with_a_fixed_cost_pays_or_not(tmp_path, fixed_musd, laid):
    """80 MW save 80 x (315,360 - 100,000) = 17.2288 M USD a year; the fixed cost lasts a year, without interest."""
    tables = two_nodes(
        {"max_mw": 80, "fom_usd_per_kw_yr": UPKEEP / 1e3, "fixed_capex_musd": fixed_musd, "life_years": 1}
    )
    plan = solved(tmp_path / "w", tables, settings("Is it worth laying?"))
    saved = 80 * (36 * HOURS - UPKEEP) / 1e6
    assert -plan.objective == pytest.approx(LOAD_MW * LOCAL * HOURS / 1e6 - max(0, saved - fixed_musd), rel=RELATIVE)
    assert plan.lines["built_mw"].iloc[0] == pytest.approx(80 if laid else 0, abs=1e-6)


def profiles():
    """Wind and sun at the hub over a year, different at every step but the same at every run."""
    random = np.random.default_rng(11)
    slow = np.sin(np.arange(_STEPS) * 2 * np.pi / _STEPS * 9)
    sun = np.tile([0.0, 0.35, 0.7, 0.05], _STEPS // 4)
    return {
        "wind": np.clip(0.4 + 0.25 * slow + random.normal(0, 0.2, _STEPS), 0, 1),
        "sun": sun * random.uniform(0.5, 1, _STEPS),
    }


COST = {"wind": 75_000, "sun": 45_000}  # USD/MW-yr
STORE_MWH, STORE_MW, EFFICIENCY = 12_000, 15_000, 0.95
GRID_MW, GRID_USD = 30, 150
LINE_USD, LINE_LOSS, LINE_WHEELING = 30_000, 0.06, 9


def by_planner(folder):
    tables = constant_load(LOAD_MW)
    tables["technologies"] += [
        {"id": name, "name": name, "kind": kind, "fom_usd_per_kw_yr": COST[name] / 1e3} | _FACT
        for name, kind in (("wind", "wind"), ("sun", "solar"))
    ]
    tables["power"] = [
        {"node": "site", "technology": "wire", "energy_usd_per_mwh": GRID_USD, "max_mw": GRID_MW},
        {"node": "hub", "technology": "sun", "availability_series": "sun"},
        {"node": "hub", "technology": "wind", "availability_series": "wind"},
    ]
    battery = {"fom_usd_per_kwh_yr": STORE_MWH / 1e3, "fom_usd_per_kw_yr": STORE_MW / 1e3}
    battery |= {"efficiency_charge": EFFICIENCY, "efficiency_discharge": EFFICIENCY}
    tables["stores"] = [{"id": "battery", "name": "Battery"} | battery | _FACT]
    tables["site_stores"] = [{"node": node, "store": "battery"} for node in ("site", "hub")]
    tables["hubs"] = [{"id": "hub"}]
    tables["lines"] = [
        {"origin": "hub", "destination": "site", "fom_usd_per_kw_yr": LINE_USD / 1e3, "loss_share": LINE_LOSS}
        | {"wheeling_usd_per_mwh": LINE_WHEELING}
    ]
    series = {f"{name} [share]": values for name, values in profiles().items()}
    time = {"mode": "year", "resolution_h": _STEP_H}
    return solved(folder, tables, settings("What does power from afar cost?", time=time), series)


def by_pypsa(pypsa):
    """The same two nodes: a line is a link each way under one capacity, a battery a bus with a store and two links."""
    network = pypsa.Network()
    network.set_snapshots(range(_STEPS))
    network.snapshot_weightings.loc[:, :] = _STEP_H
    for bus in ("site", "hub", "site cells", "hub cells"):
        network.add("Bus", bus)
    network.add("Load", "racks", bus="site", p_set=LOAD_MW)
    network.add("Generator", "grid", bus="site", p_nom=GRID_MW, marginal_cost=GRID_USD)
    shares = profiles()
    for name, usd in COST.items():
        size = {"p_nom_extendable": True, "capital_cost": usd, "p_max_pu": shares[name]}
        network.add("Generator", name, bus="hub", **size)
    size = {"p_nom_extendable": True, "efficiency": EFFICIENCY}
    for node in ("site", "hub"):
        cells = f"{node} cells"
        network.add("Store", cells, bus=cells, e_nom_extendable=True, e_cyclic=True, capital_cost=STORE_MWH)
        network.add("Link", f"{node} charge", bus0=node, bus1=cells, capital_cost=STORE_MW, **size)
        network.add("Link", f"{node} discharge", bus0=cells, bus1=node, **size)
    way = {"p_nom_extendable": True, "efficiency": 1 - LINE_LOSS, "marginal_cost": LINE_WHEELING}
    network.add("Link", "line", bus0="hub", bus1="site", capital_cost=LINE_USD, **way)
    network.add("Link", "line back", bus0="site", bus1="hub", **way)
    return network


def shared_capacity(network, _snapshots):
    """Hold both ways of the line to one capacity, and both ways of each battery to one rating."""
    flow, size = network.model.variables["Link-p"], network.model.variables["Link-p_nom"]
    rated, moved = size.dims[0], next(d for d in flow.dims if d != "snapshot")

    def of(variable, dimension, name):
        return variable.sel({dimension: name}, drop=True)

    both = of(flow, moved, "line") + of(flow, moved, "line back")
    network.model.add_constraints(both - of(size, rated, "line") <= 0, name="line_both_ways")
    for node in ("site", "hub"):
        taken, given = (of(flow, moved, f"{node} {way}") for way in ("charge", "discharge"))
        rating = of(size, rated, f"{node} charge")
        network.model.add_constraints(taken + EFFICIENCY * given - rating <= 0, name=f"{node}_rating")


@pytest.mark.truth
@pytest.mark.slow
def test_pypsa_finds_the_same_cost(tmp_path):
    pypsa = pytest.importorskip("pypsa", reason="PyPSA is not installed (pip install pypsa)")
    network = by_pypsa(pypsa)
    status = network.optimize(solver_name="highs", extra_functionality=shared_capacity, log_to_console=False)
    assert status == ("ok", "optimal")
    plan = by_planner(tmp_path / "w")
    assert -plan.objective * 1e6 == pytest.approx(network.objective, rel=RELATIVE)
    built = plan.lines["capacity_mw"].iloc[0]
    assert built > 20  # the line matters
    assert plan.stores["energy_mwh"].sum() > 50

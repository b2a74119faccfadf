"""Limits of lines and linked stores bite: a little less of them, and the objective falls by about the price."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.instance import load
from planner.plan.plan import Plan
from planner.plan.run import solve
from tests.factories import write_instance
from tests.model.world_grid import world as grid
from tests.plan.test_linked_storage import BLOCKS, CALM, WINDY, of_days, representative, sun_and_wind
from tests.truths.test_two_nodes import two_nodes
from tests.truths.worlds import settings

LINE = "hub / site / hvdc"


def with_line(folder: Path, **line: Any) -> Plan:
    instance = load(write_instance(folder, two_nodes(line), settings("One line")))
    return solve(instance, gap=0.0, verify=False)


def test_limit_of_a_line(tmp_path: Path) -> None:
    terms = {"capex_usd_per_kw": 400, "life_years": 40}
    more, less = (with_line(tmp_path / str(mw), max_mw=mw, **terms) for mw in (80, 79))
    assert more.price("line_limit", LINE) > 100_000
    assert (more.objective - less.objective) * 1e6 == pytest.approx(more.price("line_limit", LINE), rel=1e-6)


def test_capacity_of_a_line_that_is_there(tmp_path: Path) -> None:
    more, less = (with_line(tmp_path / str(mw), existing_mw=mw, max_mw=mw) for mw in (80, 79))
    assert (more.objective - less.objective) * 1e6 == pytest.approx(more.price("line_capacity", LINE), rel=1e-6)
    assert "line_limit" not in set(more.prices["rule"])  # it cannot grow


def backed(folder: Path, credit: float) -> Plan:
    """The site asks for firm capacity, which stands at the hub behind a line of 0.1 MW."""
    changes = {
        "sites.alpha.fixed_cost_musd_per_yr": 0,
        "lines.alpha.moor.hvdc.existing_mw": 0.1,
        "lines.alpha.moor.hvdc.max_mw": 0.1,
        "lines.alpha.moor.hvdc.fixed_capex_musd": 0,
        "lines.alpha.moor.hvdc.firm_credit": credit,
    }
    return solve(grid(folder, changes), relax=True, gap=0.0, verify=False)


def test_firm_transfer(tmp_path: Path) -> None:
    """0.1 MW x credit x 0.95 is all that backs half of the provisioned load, and more of it lets more racks in.

    Early and late, with years of 1 and 1.44 in money of the base year.
    """
    more, less = backed(tmp_path / "more", 0.80), backed(tmp_path / "less", 0.79)
    provisioned = more.sites["provisioned_mw"].to_numpy()
    assert provisioned == pytest.approx(np.full(2, 0.1 * 0.80 * 0.95 / 0.5), rel=1e-6)
    price = [more.price("firm_transfer", "alpha / moor / hvdc", period) for period in ("early", "late")]
    assert min(price) > 0
    assert (more.objective - less.objective) * 1e6 == pytest.approx(0.001 * (price[0] + 1.44 * price[1]), rel=1e-6)


def test_a_hub_of_wind_alone_backs_nothing(tmp_path: Path) -> None:
    changes = {"technologies.gas.firm_credit": 0, "technologies.hydro.firm_credit": 0, "stores.battery.firm_credit": 0}
    plan = solve(grid(tmp_path / "w", changes), gap=0.0, verify=False)
    assert plan.sites["provisioned_mw"].max() == pytest.approx(0, abs=1e-9)
    assert solve(grid(tmp_path / "v"), gap=0.0, verify=False).sites["provisioned_mw"].max() > 0.1


def carried(folder: Path, mwh: float) -> Plan:
    wind = of_days([[WINDY], [CALM], [0.4]], BLOCKS)
    changes = {"site_stores.site.cave.max_mwh": mwh}
    return solve(sun_and_wind(folder, wind, representative(BLOCKS, 24), changes), gap=0.0, verify=False)


def test_energy_of_a_linked_store(tmp_path: Path) -> None:
    more, less = carried(tmp_path / "more", 10_000), carried(tmp_path / "less", 9_900)
    price = more.price("store_energy_limit", "site / cave")
    assert price > 100
    assert (more.objective - less.objective) * 1e6 == pytest.approx(100 * price, rel=1e-6)


def test_standing_loss_is_checked_on_the_safe_side(tmp_path: Path) -> None:
    """What the tables say is held stays within nothing and capacity, and loss is dearer than none."""
    wind = of_days([[0.7, 1.0], [0.0, 0.1], [0.5, 0.3]], BLOCKS)
    time = representative(BLOCKS, 12)
    plans = [
        solve(sun_and_wind(tmp_path / str(loss), wind, time, {"stores.cave.loss_share_per_h": loss}), gap=0.0)
        for loss in (0, 1e-4, 1e-3)
    ]
    assert plans[0].objective > plans[1].objective > plans[2].objective
    for plan, loss in zip(plans, (0, 1e-4, 1e-3), strict=True):
        dates: pd.DataFrame = plan.carried
        capacity = plan.stores["energy_mwh"].iloc[0]
        assert dates["lowest_mwh"].min() >= -1e-6
        assert dates["highest_mwh"].max() <= capacity * (1 + 1e-9) + 1e-6
        assert dates["date"].tolist() == plan.calendar["date"].tolist()
        into, out = plan.stores["charged_mwh_per_yr"].iloc[0], plan.stores["discharged_mwh_per_yr"].iloc[0]
        faded = 0.8 * into - out / 0.75
        assert faded == pytest.approx(_faded(plan, loss), rel=1e-6, abs=1e-3)


def _faded(plan: Plan, loss: float) -> float:
    """What standing loss takes in a year: each step loses a share of what is held as it begins (steps of 12 h)."""
    share = 1 - (1 - loss) ** 12
    net = plan.dispatch[plan.dispatch["item"] == "cave"].copy()
    net["into"] = np.where(net["mw"] < 0, -0.8 * net["mw"], -net["mw"] / 0.75) * 12
    of_day = net.groupby(["day", "step"])["into"].sum()
    lost = 0.0
    for row in plan.carried.itertuples():
        held = row.carried_mwh
        for step in (0, 1):
            lost += share * held
            held = (1 - share) * held + of_day.get((row.day, step), 0.0)
    return lost

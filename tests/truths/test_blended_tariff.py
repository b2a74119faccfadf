"""REopt's blended tariff: 10,000 kWh a year at a flat load, 0.10 USD/kWh and 10 USD per kW and month."""

import pytest

from tests.truths.worlds import HOURS, RELATIVE, constant_load, settings, solved

pytestmark = pytest.mark.truth

SCALE = 1e6  # the load of a data centre rather than of a house: kWh become GWh, USD become M USD
MWH_PER_YR = 10_000 / 1e3 * SCALE
ENERGY, DEMAND = 1000.00, 136.99  # USD a year


def test_energy_and_demand_charge(tmp_path):
    tables = constant_load(MWH_PER_YR / HOURS)
    tables["power"][0] |= {"energy_usd_per_mwh": 100, "demand_charge_usd_per_mw_yr": 10 * 12 * 1e3}
    plan = solved(tmp_path / "tariff", tables, settings("What does a flat load pay?"))
    posts = plan.accounts.set_index("item")["musd_per_yr"]
    assert -posts["energy"] == pytest.approx(ENERGY, rel=RELATIVE)
    assert round(-posts["demand charge"], 2) == DEMAND
    assert -posts["demand charge"] == pytest.approx(10 * 12 * 10_000 / HOURS, rel=RELATIVE)
    assert -plan.objective == pytest.approx(ENERGY + 120 * 10_000 / HOURS, rel=RELATIVE)

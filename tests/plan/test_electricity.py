"""What hubs and lines cost, shared among the sites that use their electricity."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.plan.electricity import carried_by_sites, shares_of_sites

GWH = 1e3


def tables(lines: list[tuple]) -> dict[str, pd.DataFrame]:
    """Sites a and b use 15 and 10 GWh; a hub makes 10, a itself 10 and b 5, in one period."""
    sites = pd.DataFrame({"period": "p", "site": ["a", "b"], "mean_facility_mw": [15 * GWH / 8760, 10 * GWH / 8760]})
    power = pd.DataFrame(
        {"period": "p", "node": ["hub", "a", "b"], "cost_musd_per_yr": [0.3, 1.0, 0.2], "co2_t_per_yr": [0, 80, 10]}
    ).assign(sold_musd_per_yr=0.0)
    ends = ["origin", "destination", "kind", "from_origin_mwh_per_yr", "from_destination_mwh_per_yr"]
    frame = pd.DataFrame(lines, columns=[*ends, "cost_musd_per_yr"]).assign(period="p")
    return {"sites": sites, "power": power, "lines": frame}


def test_without_lines_every_site_carries_its_own() -> None:
    alone = tables([])
    assert shares_of_sites(alone, "p") == {"a": {"a": 1.0}, "b": {"b": 1.0}}
    cost, carbon = carried_by_sites(alone, "p")
    assert (cost, carbon) == ({"a": 1.0, "b": 0.2}, {"a": 80, "b": 10})


def test_a_node_hands_on_the_mix_of_what_it_has() -> None:
    """Hub -> a: 10 GWh; a holds 20 and sends 5 to b over a line that costs 0.05 M USD.

    A quarter of what a has goes on: of the hub's 0.3, of the 0.1 of the line from it and of its own 1.0.
    """
    chain = tables([("hub", "a", "hvdc", 10 * GWH, 0.0, 0.1), ("b", "a", "ac", 0.0, 5 * GWH, 0.05)])
    shares = shares_of_sites(chain, "p")
    assert shares["hub"] == pytest.approx({"a": 0.75, "b": 0.25})
    assert shares["a"] == pytest.approx({"a": 0.75, "b": 0.25})
    assert shares["b"] == pytest.approx({"a": 0, "b": 1})
    cost, carbon = carried_by_sites(chain, "p")
    assert cost == pytest.approx({"a": 0.75 * 1.4, "b": 0.25 * 1.4 + 0.05 + 0.2})
    assert carbon == pytest.approx({"a": 60, "b": 30})


def test_power_to_and_fro_loses_no_cost() -> None:
    both = tables([("hub", "a", "hvdc", 10 * GWH, 0.0, 0.1), ("a", "b", "ac", 5 * GWH, 2 * GWH, 0.05)])
    for shares in shares_of_sites(both, "p").values():
        assert sum(shares.values()) == pytest.approx(1)
    cost, _ = carried_by_sites(both, "p")
    assert sum(cost.values()) == pytest.approx(1.65)

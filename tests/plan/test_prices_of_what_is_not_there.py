"""A limit that a yes-or-no multiplies is worth nothing where the answer was no."""

from __future__ import annotations

from pathlib import Path

from planner.plan.run import solve
from tests.plan.worlds import two_sites


def test_a_closed_site_has_no_price_for_a_megawatt(tmp_path: Path) -> None:
    dear = {"sites.beta.fixed_cost_musd_per_yr": 1_000, "sites.alpha.power_limit_mw": 5}
    plan = solve(two_sites(tmp_path / "world", dear), gap=1e-9)
    opened = plan.sites.set_index("site")["opened"]
    assert (opened["alpha"], opened["beta"]) == (1, 0)
    worth = plan.prices.set_index(["rule", "where"])["value"]
    for rule in ("power_limit_mw", "provisioned_limit", "gigawatt_limit", "hall_limit"):
        assert worth[rule, "beta"] == 0
    assert worth["power_limit_mw", "alpha"] > 0
    checks = {row["site"]: row for row in plan.record["pricing"]["verified"]}
    assert abs(checks["beta"]["from_1_percent_more"]) < 1e-3

"""Limits of selling bite: with a little less of each, the objective falls by about its price."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.plan.plan import Plan
from planner.plan.run import solve
from tests.factories import Tables, minimal_tables
from tests.plan.invariants import check_all
from tests.plan.selling_worlds import LET, MTOK_PER_BOX, PRICE, RENT, RIVAL, SPOT, TRAFFIC, selling, tables

NEAR = 1e-6


def plan_of(folder: Path, content: Tables, changes: dict | None = None) -> Plan:
    instance = selling(folder, content, changes)
    plan = solve(instance, gap=0.0, verify=False)
    check_all(plan, instance)
    return plan


def fall(folder: Path, content: Tables, path: str, less: float) -> tuple[Plan, float]:
    """Return the plan, and what its objective loses when a cell is so much less (M USD)."""
    plan = plan_of(folder / "before", content)
    after = plan_of(folder / "after", content, {path: {"add": -less}})
    return plan, plan.objective - after.objective


def test_units_to_rent(tmp_path: Path) -> None:
    """Nothing is delivered, so that the 10 boxes to rent make all there is: tokens less traffic and rent."""
    plan, lost = fall(tmp_path, tables(0, leases=[RENT]), "leases.rent.max_units", 0.5)
    per_box = (MTOK_PER_BOX * (PRICE - TRAFFIC) - 8 * 8760) / 1e6
    assert plan.objective == pytest.approx(10 * per_box, rel=NEAR)
    assert plan.price("lease_limit", "alpha / box / rent") == pytest.approx(per_box * 1e6, rel=NEAR)
    assert lost == pytest.approx(0.5 * per_box, rel=NEAR)
    assert plan.levelised_cost["levelised_usd_per_mtok"].tolist() == pytest.approx(
        [8 * 8760 / MTOK_PER_BOX + TRAFFIC], rel=NEAR
    )
    assert plan.identity["earned_by"].tolist() == ["rented units"]


def test_units_to_lease_out(tmp_path: Path) -> None:
    """5 of 10 boxes are let at 5 USD an accelerator-hour, three times what serving brings; power is paid in full."""
    plan, lost = fall(tmp_path, tables(10, leases=[LET]), "leases.let.max_units", 0.5)
    serving = MTOK_PER_BOX * (PRICE - TRAFFIC) / 1e6
    idle, work, full = 0.003, 0.95 * 0.008 + 0.05 * 0.003, 0.01  # MW a box
    energy = {name: mw * 1.1 * 50 * 8760 / 1e6 for name, mw in (("idle", idle), ("work", work), ("full", full))}
    gain = 5 * 8 * 8760 / 1e6 - energy["full"] - (serving - energy["work"])
    assert plan.price("lease_limit", "alpha / box / let") == pytest.approx(gain * 1e6, rel=NEAR)
    assert lost == pytest.approx(0.5 * gain, rel=NEAR)
    assert plan.sites["mean_facility_mw"].sum() == pytest.approx(1.1 * 5 * (full + work), rel=NEAR)
    assert plan.figure("rent of units leased out") == pytest.approx(5 * 5 * 8 * 8760 / 1e6, rel=NEAR)
    assert plan.hardware["at_work_share"].tolist() == pytest.approx([(5 + 5 * 0.95) / 10], rel=NEAR)
    shares = plan.identity.set_index("earned_by")["energy_share"]
    own = 5 * 0.95 * 0.008
    assert shares["own units"] == pytest.approx(own / (own + 5 * full), rel=NEAR)


def test_a_rival_who_buys(tmp_path: Path) -> None:
    plan, lost = fall(tmp_path, tables(40, wholesale=[RIVAL]), "wholesale.rival.max_gtok_per_day", 0.2)
    price = plan.price("wholesale_limit", "town / chat / rival")
    assert price > 0
    assert lost == pytest.approx(0.2 / 24 * price / 1e6, rel=NEAR)
    assert plan.wholesale["cash_musd_per_yr"].sum() == pytest.approx(2 * 365 * 1000 * 1 / 1e6, rel=NEAR)
    assert plan.figure("tokens of all kinds") == pytest.approx(12, rel=NEAR)


def test_tokens_to_buy(tmp_path: Path) -> None:
    """Nothing is delivered: 3 Gtok a day are bought at 0.5 USD/Mtok and sold at 1.25."""
    plan, lost = fall(tmp_path, tables(0, wholesale=[SPOT]), "wholesale.spot.max_gtok_per_day", 0.5)
    assert plan.objective == pytest.approx(3 * 0.365 * 0.75, rel=NEAR)
    assert plan.price("wholesale_limit", "town / chat / spot") == pytest.approx(8760 * 750, rel=NEAR)
    assert lost == pytest.approx(0.5 * 0.365 * 0.75, rel=NEAR)
    assert plan.token_supply[["made_at", "levelised_usd_per_mtok"]].to_numpy().tolist() == [
        ["spot", pytest.approx(0.5)]
    ]
    assert plan.identity["earned_by"].tolist() == ["tokens bought"]


def two_products() -> Tables:
    """Beside chat the same racks may serve talk, which pays half as much; 10 boxes serve less than either wants."""
    found = tables(10)
    found["products"] = [*found["products"], found["products"][0] | {"id": "talk"}]
    talk = {"product": "talk", "price_usd_per_mtok_input": 0.25, "price_usd_per_mtok_output": 1}
    found["demand"] = [*found["demand"], minimal_tables()["demand"][0] | talk]
    return found


@pytest.mark.parametrize(
    ("product", "column", "rule", "share", "step"),
    [("talk", "it_share_min", "least_share", 0.3, 0.01), ("chat", "it_share_max", "most_share", 0.6, -0.01)],
)
def test_shares_of_power(tmp_path: Path, product: str, column: str, rule: str, share: float, step: float) -> None:
    """All is at work, 0.95 x 8 kW a box: a hundredth of that moves from one product to the other."""
    path = f"products.{product}.{column}"
    plan = plan_of(tmp_path / "before", two_products(), {path: share})
    after = plan_of(tmp_path / "after", two_products(), {path: share + step})
    at_work = 10 * 0.95 * 0.008
    shares = plan.it_shares.set_index("product")["it_share"]
    assert shares[product] == pytest.approx(share, rel=NEAR)
    lost = 10 * MTOK_PER_BOX * 0.01 * (1.25 - 0.625) / 1e6
    assert plan.objective - after.objective == pytest.approx(lost, rel=NEAR)
    assert plan.price(rule, product) * 0.01 * at_work == pytest.approx(lost * 1e6, rel=NEAR)


def test_a_link_is_built_if_what_it_carries_pays_for_it(tmp_path: Path) -> None:
    """Without its one-off cost, town is worth so much a year; a link lasts 20 years."""
    free = plan_of(tmp_path / "free", tables(40)).objective
    annuity = 0.09 / (1 - 1.09**-20)
    for musd in (1.0, 0.99 * free / annuity, 1.01 * free / annuity):
        plan = plan_of(tmp_path / f"{musd:.3f}", tables(40), {"links.alpha.town.terrestrial.fixed_capex_musd": musd})
        assert plan.objective == pytest.approx(max(0.0, free - annuity * musd), abs=1e-6)
        assert plan.links["built"].tolist() == [float(annuity * musd < free)]


def test_one_site_holds_less_than_two(tmp_path: Path) -> None:
    """Two sites of 5 MW and 10,000 boxes: what neither holds alone both hold together, unless one must serve it all."""
    content = tables(None)
    content["sites"] = [content["sites"][0] | {"id": s, "power_limit_mw": 5} for s in ("alpha", "beta")]
    content["power"] = [content["power"][0] | {"node": s} for s in ("alpha", "beta")]
    content["links"] = [content["links"][0] | {"origin": s} for s in ("alpha", "beta")]
    content["demand"][0]["volume_gtok_per_day"] = 500
    taken = {}
    for single, whole in (("no", "yes"), ("yes", "no"), ("yes", "yes")):
        changes = {
            f"demand.town.chat.list.{name}": value for name, value in (("single_site", single), ("whole", whole))
        }
        plan = plan_of(tmp_path / f"{single}-{whole}", content, changes)
        taken[single, whole] = plan.markets["accepted_share"].sum()
    assert taken["no", "yes"] == pytest.approx(1)
    assert 0.5 < taken["yes", "no"] < 1
    assert taken["yes", "yes"] == pytest.approx(0, abs=NEAR)


def test_one_price_for_all_and_one_site(tmp_path: Path) -> None:
    """Under a uniform price a contract for one site pays that price too."""
    content = tables(40)
    more = {"segment": "gov", "single_site": "yes", "price_usd_per_mtok_output": 1.5}
    content["demand"] = [*content["demand"], content["demand"][0] | more]
    instance = selling(tmp_path / "w", content, pricing={"mode": "uniform"})
    plan = solve(instance, gap=0.0, verify=False)
    check_all(plan, instance)
    taken = plan.markets[plan.markets["accepted_share"] > NEAR]
    assert set(zip(taken["segment"], taken["price_of"], strict=True)) == {("list", "gov"), ("gov", "gov")}
    assert plan.single_sites["accepted_share"].tolist() == pytest.approx([1])


def test_a_credit_is_worth_serving_and_no_cash(tmp_path: Path) -> None:
    free = {f"demand.town.chat.list.price_usd_per_mtok_{kind}": 0 for kind in ("input", "output")}
    credit = "demand.town.chat.list.credit_usd_per_mtok"
    assert plan_of(tmp_path / "none", tables(40), free | {credit: 0.05}).objective == pytest.approx(0, abs=NEAR)
    plan = plan_of(tmp_path / "some", tables(40), free | {credit: 2})
    assert plan.figure("non-cash terms") == pytest.approx(10 * 365 * 1000 * 2 / 1e6, rel=NEAR)
    assert plan.figure("revenue") == 0
    assert plan.figure("cash profit") == pytest.approx(plan.objective - 7.3, rel=1e-5)

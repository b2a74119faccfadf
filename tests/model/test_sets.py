"""Which decisions exist: what fits where, what must be decided, and what a user's own rules may add."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyomo.environ import ConcreteModel

from planner.instance import load
from planner.model.build import build
from planner.stamp import constraint
from tests.factories import minimal_settings, minimal_tables, write_instance
from tests.model.reading import Rows, coefficients, present_value
from tests.model.worlds import FACT, everything


def model(folder: Path, cells: dict[str, Any] | None = None, more: dict[str, Any] | None = None) -> ConcreteModel:
    """Build the minimal instance with cells of first rows changed and rows added."""
    tables = minimal_tables()
    for path, value in (cells or {}).items():
        table, column = path.split(".")
        tables[table][0][column] = value
    for name, rows in (more or {}).items():
        tables[name] = [*tables.get(name, []), *rows]
    settings = minimal_settings()
    settings["time"]["resolution_h"] = 12
    return build(load(write_instance(folder, tables, settings)))


def test_a_hall_needs_the_right_cooling(tmp_path: Path) -> None:
    assert list(model(tmp_path / "fits").HALLS) == [("alpha", "box", "chiller")]
    assert list(model(tmp_path / "need", {"hardware.cooling_needs": "liquid"}).HALLS) == []
    assert list(model(tmp_path / "any", {"hardware.cooling_needs": "liquid|air"}).HALLS) == [
        ("alpha", "box", "chiller")
    ]


def test_a_hall_needs_the_right_density(tmp_path: Path) -> None:
    at_limit = {"hardware.rack_kw": 50, "cooling.max_rack_kw": 50}
    assert list(model(tmp_path / "at", at_limit).HALLS)
    assert not list(model(tmp_path / "over", at_limit | {"hardware.rack_kw": 50.1}).HALLS)
    assert not list(model(tmp_path / "unit", {"cooling.max_rack_kw": 9}).HALLS)  # a blank rack_kw is the unit's power


def test_a_site_holds_only_its_export_classes(tmp_path: Path) -> None:
    assert not list(model(tmp_path / "no", {"hardware.export_class": "tier-1", "sites.export_classes": "tier-2"}).HALLS)
    allowed = {"hardware.export_class": "tier-1", "sites.export_classes": "tier-2|tier-1"}
    assert list(model(tmp_path / "yes", allowed).HALLS)


def test_designs_are_those_of_the_site_or_all(tmp_path: Path) -> None:
    other = {"id": "pond", "name": "Pond", "max_rack_kw": 50, "fits": "air", "overhead_base": 0.2} | FACT
    assert set(model(tmp_path / "all", more={"cooling": [other]}).DESIGNS) == {("alpha", "chiller"), ("alpha", "pond")}
    row = {"site": "alpha", "cooling": "pond"}
    m = model(tmp_path / "one", more={"cooling": [other], "site_cooling": [row]})
    assert set(m.DESIGNS) == {("alpha", "pond")}


def test_a_design_is_a_decision_only_where_choosing_it_matters(tmp_path: Path) -> None:
    assert not list(model(tmp_path / "free").CHOICES)
    assert list(model(tmp_path / "fixed", {"cooling.fixed_capex_musd": 1}).CHOICES) == [("alpha", "chiller")]
    assert list(model(tmp_path / "held", {"sites.max_cooling_designs": 2}).CHOICES) == [("alpha", "chiller")]


@pytest.mark.parametrize("cells", [{"stacks.adoption_cost_musd": 1}, {"stacks.licence_usd_per_accelerator_yr": 1}])
def test_software_that_costs_is_a_decision(tmp_path: Path, cells: dict[str, Any]) -> None:
    assert list(model(tmp_path / "paid", cells).STACKS) == ["engine"]
    assert list(model(tmp_path / "free").STACKS) == []


def test_links_are_booked_only_where_that_matters(tmp_path: Path) -> None:
    assert list(model(tmp_path / "free").METERED) == []
    assert list(model(tmp_path / "limited", {"links.gbps": 5}).METERED) == [("alpha", "town", "terrestrial")]
    m = model(tmp_path / "paid", {"links.usd_per_gbps_yr": 5})
    assert list(m.METERED) == [("alpha", "town", "terrestrial")]
    assert len(m.period.booking_limit) == 0  # what costs but has no limit is booked freely


def test_segments_at_their_own_prices_need_no_choice_of_price(tmp_path: Path) -> None:
    m = build(everything(tmp_path / "world", {"pricing.mode": "segments"}))
    assert [offer for offer in m.OFFERS if offer[2] != offer[3]] == []
    assert len(m.PRICES) == len(m.year.one_price) == len(m.year.price_offered) == len(m.year.price_chosen) == 0
    assert Rows(m).row("segment_volume[town,chat,list]@early").coefficients == {
        "accepted[town,chat,list,list]@early": 1
    }


def test_a_segment_with_an_equal_price_may_pay_either(tmp_path: Path) -> None:
    m = build(everything(tmp_path / "world", {"demand.town.chat.bulk.price_usd_per_mtok_output": 3.5}))
    # bulk now pays 0.15 + 1.75 = 1.9, as list does
    assert {offer[2:] for offer in m.OFFERS if offer[:2] == ("town", "chat")} == {
        ("list", "list"),
        ("list", "bulk"),
        ("bulk", "bulk"),
        ("bulk", "list"),
    }


def test_batch_work_without_enough_time_is_served_at_once(tmp_path: Path) -> None:
    """A deadline shorter than a step leaves no room to wait."""
    rows = Rows(build(everything(tmp_path / "world", {"products.batch.deadline_h": 11})))
    rows.at_most("deadline[town,batch]@late.1", {"backlog_gtok[town,batch]@late.1": 1}, 0)


def test_one_rung_of_the_latency_ladder_for_each_time_to_first_token(tmp_path: Path) -> None:
    """Routes leave 1,600, 1,500, 1,400 and 900 ms; points take 500, 1,000 and 1,600 ms, the slower ones faster at work.

    Between two of these times all routes ask for the same points: 1,400 needs no row beside 1,500, 1,600 none at all.
    """
    tables = minimal_tables()
    point = tables["points"][0]
    rates = ("fresh_input_tok_per_s", "output_tok_per_s")
    tables["points"] = [
        point | {"id": f"k{ttft}", "ttft_ms": ttft} | dict.fromkeys(rates, 500 * times)
        for ttft, times in ((500, 1), (1000, 2), (1600, 3))
    ]
    latencies = {"near": 200, "mid": 250, "off": 300, "far": 550}
    tables["markets"] = [{"id": name, "name": name} for name in latencies]
    tables["links"] = [{"origin": "alpha", "destination": n, "latency_ms": ms} for n, ms in latencies.items()]
    tables["demand"] = [tables["demand"][0] | {"market": name} for name in latencies]
    settings = minimal_settings()
    settings["time"]["resolution_h"] = 12
    rows = Rows(build(load(write_instance(tmp_path / "small", tables, settings))))
    found = [name for name in rows.names() if name.startswith("latency_ladder") and name.endswith(".0")]
    assert sorted(found) == ["latency_ladder[alpha,chat,1500]@2028.0", "latency_ladder[alpha,chat,900]@2028.0"]

    def flow(*markets: str) -> dict[str, float]:
        return {f"flow_gtok_per_h[alpha,{market},1,chat]@2028.0": 1 for market in markets}

    # 8 accelerators x 1,000 tok/s x 3,600 s = 0.0288 Gtok/h, 0.8 of it within the service level
    fast = {"running_units[alpha,box,k500,chat]@2028.0": -0.02304}
    slower = {"running_units[alpha,box,k1000,chat]@2028.0": -0.04608}
    rows.at_most("latency_ladder[alpha,chat,900]@2028.0", flow("far") | fast, 0)
    rows.at_most("latency_ladder[alpha,chat,1500]@2028.0", flow("far", "off", "mid") | fast | slower, 0)


def cap(m: ConcreteModel) -> None:
    """A user's rule: the box runs at most half the time, and each running box costs 3 USD an hour."""

    def box_rests(step: Any) -> Any:
        """Half the boxes rest."""
        return step.running_units["alpha", "box", "box-m-50", "chat"] <= 0.5 * m.period.fleet_units["alpha", "box"]

    constraint(m.step, rule=box_rests)
    m.cash.post(
        "running fee",
        m.step,
        rule=lambda step: -3e-6 * step.running_units["alpha", "box", "box-m-50", "chat"],
        doc="fee for running boxes",
        heading="upkeep",
    )


def test_a_users_rules_are_part_of_the_model(tmp_path: Path) -> None:
    settings = minimal_settings()
    settings["time"]["resolution_h"] = 12
    instance = load(write_instance(tmp_path / "small", minimal_tables(), settings))
    m = build(instance, extend=[cap])
    running, built = "running_units[alpha,box,box-m-50,chat]@2028", "units_built[alpha,box,chiller]@2028"
    Rows(m).at_most("box_rests@2028.1", {f"{running}.1": 1, built: -0.5}, 0)
    found, _ = coefficients(m, m.profit)
    without = build(instance)
    plain, _ = coefficients(without, without.profit)
    assert f"{running}.1" not in plain
    assert found[f"{running}.1"] == pytest.approx(-3e-6 * 4380)


def test_a_post_that_would_count_nowhere_is_refused(instance: Any) -> None:
    for name in ("power", "heat", "tokens", "carbon", "water", "firm"):

        def late(m: ConcreteModel, name: str = name) -> None:
            getattr(m, name).post("mine", m.step, rule=lambda step: 1.0, doc="mine")

        with pytest.raises(ValueError, match=f"{name} is closed: its balances are written"):
            build(instance, extend=[late])


def test_a_users_overnight_cost_is_paid_off(instance: Any) -> None:
    def fence(m: ConcreteModel, life_years: Any = lambda s: 2) -> None:
        m.capex.post(
            "fence", m.period, m.SITES, rule=lambda p, s: 0.4 * p.openings[s], doc="fence", life_years=life_years
        )

    m = build(instance, extend=[fence])
    # 0.25 / (1 - 0.64) of 0.4 M USD; a fence of early stands in early and in late, which begins a year later
    found, _ = present_value(m, m.cash, "fence")
    expected = {"opened[site]@early": -0.1 / 0.36, "opened[site]@late": -0.1 / 0.36 * 1.44}
    assert found == pytest.approx(expected)
    assert Rows(m).row("capex_budget@late").coefficients["opened[site]@late"] == pytest.approx(30.4)
    with pytest.raises(ValueError, match="capex post fence needs life_years"):
        build(instance, extend=[lambda m: fence(m, None)])


def test_a_users_rules_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def closed(m):\n    m.period.opened.fix(0)\n\n\nnumber = 3\n", encoding="utf-8")
    instance = load(write_instance(tmp_path / "small"))
    m = build(instance, extend=[f"{tmp_path / 'mine.py'}:closed"])
    assert Rows(m).bounds("opened[alpha]@2028") == (0, 0)
    for wrong, text in (
        (f"{tmp_path / 'mine.py'}:open", "has no function open"),
        (f"{tmp_path / 'mine.py'}:number", "has no function number"),
        (f"{tmp_path / 'yours.py'}:closed", "no file"),
        ("closed", "write file.py:function"),
        (f"{tmp_path / 'mine.py'}:", "write file.py:function"),
    ):
        with pytest.raises(ValueError, match=text):
            build(instance, extend=[wrong])

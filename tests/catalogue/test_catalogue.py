"""The catalogue: complete, in range, consistent with itself and with what is published."""

from __future__ import annotations

import re

import pytest

from planner.instance.schema import CATALOGUE_TABLES
from tests.catalogue.tables import CATALOGUE, INSTANCES, by_id, read_rows, read_table

KG_CO2_PER_MMBTU = {"gas-turbine": 53.06, "gas-engine": 53.06, "fuel-cell": 53.06, "diesel": 73.96}  # US EPA factors
COLLECTED = 2026.95


@pytest.fixture(scope="module")
def hardware():
    return by_id(CATALOGUE, "hardware")


@pytest.fixture(scope="module")
def points():
    return by_id(CATALOGUE, "points")


@pytest.mark.parametrize("table", CATALOGUE_TABLES)
def test_every_row_fits_the_schema_and_names_its_source(table):
    rows = read_table(CATALOGUE, table)
    assert rows
    for key, row in rows.items():
        assert len(row.source) > 10, f"{table} {key}: {row.source!r} is no citation"
        assert row.confidence is not None


@pytest.mark.parametrize("path", sorted(INSTANCES.rglob("*.csv")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_file_points_into_somebodys_computer(path):
    text = path.read_text("utf-8")
    assert not re.search(r"(^|[\s,\"(])(/[a-z]+/|[A-Za-z]:\\|\.\./)", text)
    assert "looked_up" not in text
    assert "\r" not in text


def test_points_refer_to_rows_that_exist(points, hardware):
    models, stacks = by_id(CATALOGUE, "models"), by_id(CATALOGUE, "stacks")
    for key, point in points.items():
        assert point.hardware in hardware, key
        assert point.model in models, key
        assert point.stack in stacks, key


def test_every_model_and_stack_has_a_point(points):
    assert {point.model for point in points.values()} == set(by_id(CATALOGUE, "models"))
    assert {point.stack for point in points.values()} == set(by_id(CATALOGUE, "stacks"))


def test_points_keep_the_all_in_power_that_hardware_was_divided_from(points, hardware):
    for key, point in points.items():
        unit = hardware[point.hardware]
        all_in = unit.unit_kw_max / unit.accelerators_per_unit * unit.pue_ref
        assert point.allin_kw_per_accelerator == pytest.approx(all_in, rel=0.01), key


def test_no_point_draws_more_than_its_hardware_or_less_than_when_idle(points, hardware):
    for key, point in points.items():
        unit = hardware[point.hardware]
        most = unit.unit_kw_max / unit.accelerators_per_unit
        assert unit.idle_share * most < point.it_kw_per_accelerator <= most, key


def test_single_turn_rates_are_in_the_ratio_of_their_lengths(points):
    plain = {key: point for key, point in points.items() if point.output_tok_per_s is not None}
    assert len(plain) > 180
    for key, point in plain.items():
        total_input = point.fresh_input_tok_per_s + (point.cached_input_tok_per_s or 0)
        assert total_input / point.output_tok_per_s == pytest.approx(point.isl / point.osl, rel=0.02), key
        assert (point.cached_input_tok_per_s or 0) / total_input == pytest.approx(point.cached_share, abs=0.005), key


def test_users_per_accelerator_do_not_exceed_the_concurrency_of_the_run(points):
    """Little's law: output per accelerator over the speed of a user is users per accelerator."""
    for key, point in points.items():
        if point.concurrency and point.output_tok_per_s:
            assert point.output_tok_per_s / point.interactivity_tok_per_s <= point.concurrency * 1.05, key


def test_assumed_first_tokens_are_told_apart_from_measured_ones(points):
    for key, point in points.items():
        assert point.ttft_ms > 0, key
        assert point.kw_basis == "assumed", key
        if point.throughput_basis == "measured":
            assert point.ttft_basis in ("measured", "estimated", "assumed"), key
    assert sum(point.ttft_basis == "measured" for point in points.values()) >= 50


def test_nothing_was_measured_after_the_collection(points):
    for key, point in points.items():
        assert point.measured_date is not None, key
        assert point.measured_date <= COLLECTED, key


def test_the_points_reproduce_deepseeks_published_day(points):
    """28 February 2025: 608 bn input and 168 bn output tokens on 226.75 nodes of 8 GPUs (DeepSeek-AI, 2025-03-01)."""
    published = (608e9 + 168e9) / (226.75 * 8 * 86_400)
    point = points["h800-r1-161"]
    output = 168 / (608 + 168)
    combined = 1 / ((1 - output) / point.prefill_tok_per_s + output / point.decode_tok_per_s)
    assert combined == pytest.approx(published, rel=0.01)


def test_capex_reproduces_published_owner_costs(hardware):
    def annuity(rate, years):
        return rate / (1 - (1 + rate) ** -years)

    audited = {key: unit for key, unit in hardware.items() if unit.own_usd_per_accelerator_h}
    assert len(audited) >= 10
    for key, unit in audited.items():
        it_kw = unit.unit_kw_max / unit.accelerators_per_unit
        halls = 11_000 * it_kw * (annuity(0.09, 15) + 0.025)
        energy = it_kw * unit.pue_ref * 8760 * 0.85 * 0.055
        capital = unit.capex_usd_per_unit / unit.accelerators_per_unit * (annuity(0.09, 5) + unit.opex_share_per_yr)
        cost = (capital + halls + energy) / 8760
        tolerance = 0.10 if key == "vr200-nvl72" else 0.01  # Rubin stands between two published figures on purpose
        assert cost == pytest.approx(unit.own_usd_per_accelerator_h, rel=tolerance), key


def test_every_system_fits_some_cooling_design(hardware):
    designs = by_id(CATALOGUE, "cooling").values()
    for key, unit in hardware.items():
        rack = unit.rack_kw or unit.unit_kw_max
        fitting = [d.id for d in designs if set(d.fits) & set(unit.cooling_needs) and rack <= d.max_rack_kw]
        assert fitting, key


def test_cooling_overheads_lie_in_the_published_range_of_pue():
    for key, design in by_id(CATALOGUE, "cooling").items():
        mild = design.overhead_base + design.overhead_slope_per_c * max(0, 15 - design.free_cooling_below_c)
        assert 0.02 <= mild <= 0.45, key
        hot = design.overhead_base + design.overhead_slope_per_c * max(0, 42 - design.free_cooling_below_c)
        assert hot <= 0.55, key


def test_carbon_is_that_of_the_fuel_burnt():
    for key, technology in by_id(CATALOGUE, "technologies").items():
        factor = KG_CO2_PER_MMBTU.get(technology.kind)
        if factor:
            burnt = technology.heat_rate_mmbtu_per_mwh * factor
            assert technology.co2_kg_per_mwh == pytest.approx(burnt, rel=0.01), key
        elif technology.kind in ("solar", "wind", "nuclear", "hydro"):
            assert technology.co2_kg_per_mwh == 0, key


def test_fuel_and_heat_rate_come_together():
    for key, technology in by_id(CATALOGUE, "technologies").items():
        assert (technology.heat_rate_mmbtu_per_mwh > 0) == (technology.fuel_usd_per_mmbtu > 0), key


def test_numbers_carry_no_more_digits_than_they_are_worth():
    for table in CATALOGUE_TABLES:
        for row in read_rows(CATALOGUE, table):
            for name, cell in row.items():
                if re.fullmatch(r"-?\d+\.\d+", cell):
                    digits = len(cell.replace(".", "").replace("-", "").lstrip("0"))
                    assert digits <= 6, f"{table} {row['id']} {name} {cell}"


def test_lead_times_stand_in_their_column_alone():
    for table in ("technologies", "stores", "hardware"):
        for key, row in by_id(CATALOGUE, table).items():
            assert 0 <= row.lead_time_years <= 10, key
            assert not re.search(r"lead time [\d.]", row.note), key
    technologies = by_id(CATALOGUE, "technologies")
    gas = [
        technologies[key].lead_time_years for key in ("sofc", "recip-engine", "gas-turbine-aero", "ccgt-atb", "ccgt")
    ]
    assert gas == sorted(gas)  # the quickest first: why engines and fuel cells are bought
    assert all(row.lead_time_years == 0 for row in technologies.values() if row.kind == "grid")

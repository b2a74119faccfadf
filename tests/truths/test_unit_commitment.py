"""Starts and stops of power plant: PyPSA's two test cases, and PyPSA itself on plant with every limit.

PyPSA's cases have four snapshots of an hour; here they are four steps of 6 h of a day that stands for the year. So an
hour of theirs is 6 x 365 h of ours, a start of theirs 365 starts, and costs of a start count six times to keep in step.
"""

import pytest

from tests.truths.worlds import DAYS, RELATIVE, settings, solved, varying_load

pytestmark = pytest.mark.truth

LOAD_MW = (4000, 6000, 5000, 800)
_FACT = {"source": "published example", "confidence": "published"}

START_UP = {
    "coal": {"mw": 10_000, "usd_per_mwh": 20, "min_load_share": 0.1, "start_usd": 3000, "before": 0},
    "gas": {"mw": 10_000, "usd_per_mwh": 70, "start_usd": 1000, "before": 1},
}
SHUT_DOWN = {
    "coal": {"mw": 10_000, "usd_per_mwh": 20, "min_load_share": 0.3, "stop_usd": 1000, "before": 1},
    "gas": {"mw": 1_000, "usd_per_mwh": 70, "min_load_share": 0.1, "stop_usd": 1000, "before": 1},
}
EVERYTHING = {
    "nuclear": {"mw": 3_000, "usd_per_mwh": 8, "min_load_share": 0.6, "start_usd": 90_000, "stop_usd": 7_000}
    | {"up": 3, "down": 4, "ramp": 0.1, "before": 1},
    "coal": {"mw": 1_000, "usd_per_mwh": 25, "min_load_share": 0.4, "start_usd": 20_000, "up": 5, "down": 6}
    | {"units": 3, "before": 2},
    "gas": {"mw": 700, "usd_per_mwh": 60, "min_load_share": 0.2, "start_usd": 4_000, "ramp": 0.5, "before": 0},
    "diesel": {"mw": 8_000, "usd_per_mwh": 300, "before": 0, "start_usd": 1},
}
"""Plant by name: MW and USD of one unit, units (1), minimum up and down times in steps, ramp as a share per step.

In EVERYTHING each limit is felt: without it the twelve hours below cost something else.
"""


def world(plants, load_mw):
    """Tables of one site that must draw this load, step by step, from plant that is there."""
    tables, hours = varying_load(load_mw), 24 // len(load_mw)
    tables["technologies"] = [
        {"id": name, "name": name, "kind": "other", "unit_mw": row["mw"], "vom_usd_per_mwh": row["usd_per_mwh"]}
        | {"min_load_share": row.get("min_load_share", 0)}
        | {f"{kind}_usd_per_mw": hours * row.get(f"{kind}_usd", 0) / row["mw"] for kind in ("start", "stop")}
        | {f"min_{kind}_h": hours * row.get(kind, 0) for kind in ("up", "down")}
        | {"ramp_share_per_h": row["ramp"] / hours if "ramp" in row else None}
        | _FACT
        for name, row in plants.items()
    ]
    tables["power"] = [
        {"node": "site", "technology": name, "initial_online_units": row["before"]}
        | dict.fromkeys(("max_mw", "existing_mw"), row["mw"] * row.get("units", 1))
        for name, row in plants.items()
    ]
    return tables


def cost(folder, plants, commitment, load_mw=LOAD_MW):
    """Cost of PyPSA's four hours."""
    hours = 24 // len(load_mw)
    day = {"mode": "days", "resolution_h": hours, "days": [{"name": "day", "date": "01-01", "weight": DAYS}]}
    terms = settings("What do starts cost?", time=day, dispatch={"commitment": commitment})
    plan = solved(folder, world(plants, load_mw), terms)
    return -plan.objective * 1e6 / (hours * DAYS)


@pytest.mark.parametrize(
    ("plants", "commitment", "usd"),
    [
        (START_UP, "integer", 359_000),
        (START_UP, "relaxed", 317_800),
        (SHUT_DOWN, "integer", 358_000),
        (SHUT_DOWN, "relaxed", 317_733 + 1 / 3),
    ],
)
def test_cost_of_starts_and_stops(tmp_path, plants, commitment, usd):
    assert cost(tmp_path / "plant", plants, commitment) == pytest.approx(usd, rel=RELATIVE)


TWELVE = (4000, 6400, 3000, 2900, 2800, 3000, 800, 1500, 2800, 6400, 2500, 2600)


def pypsa_cost(pypsa, plants, load_mw, linearized):
    """State the plant as a PyPSA network, a unit a generator, and let PyPSA solve it."""
    network = pypsa.Network()
    network.set_snapshots(range(len(load_mw)))
    network.add("Bus", "site")
    network.add("Load", "racks", bus="site", p_set=list(load_mw))
    for name, row in plants.items():
        for unit in range(row.get("units", 1)):
            least, on = row.get("min_load_share", 0), unit < row["before"]
            ramps = {}
            if "ramp" in row:
                ramps = dict.fromkeys(("ramp_limit_up", "ramp_limit_down"), row["ramp"])
                ramps |= dict.fromkeys(("ramp_limit_start_up", "ramp_limit_shut_down"), max(row["ramp"], least))
            network.add(
                "Generator",
                f"{name} {unit}",
                bus="site",
                committable=True,
                p_nom=row["mw"],
                p_min_pu=least,
                marginal_cost=row["usd_per_mwh"],
                start_up_cost=row.get("start_usd", 0),
                shut_down_cost=row.get("stop_usd", 0),
                min_up_time=row.get("up", 0),
                min_down_time=row.get("down", 0),
                up_time_before=1000 if on else 0,
                down_time_before=0 if on else 1000,
                **ramps,
            )
    status = network.optimize(
        solver_name="highs",
        linearized_unit_commitment=linearized,
        solver_options={"mip_rel_gap": 0.0, "output_flag": False},
        log_to_console=False,
    )
    assert status == ("ok", "optimal")
    return network.objective


WITHOUT_RAMPS = {name: {key: value for key, value in row.items() if key != "ramp"} for name, row in EVERYTHING.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plants", "commitment", "load_mw"),
    [
        (START_UP, "integer", LOAD_MW),
        (START_UP, "relaxed", LOAD_MW),
        (SHUT_DOWN, "integer", LOAD_MW),
        (SHUT_DOWN, "relaxed", LOAD_MW),
        (EVERYTHING, "integer", TWELVE),
        (WITHOUT_RAMPS, "integer", TWELVE),
        (WITHOUT_RAMPS, "relaxed", TWELVE),
    ],
)
def test_pypsa_finds_the_same_cost(tmp_path, plants, commitment, load_mw):
    """PyPSA solves the same hours here and now; fractions of a unit ramp in another form there, so not with ramps."""
    pypsa = pytest.importorskip("pypsa", reason="PyPSA is not installed (pip install pypsa)")
    theirs = pypsa_cost(pypsa, plants, load_mw, linearized=commitment == "relaxed")
    assert cost(tmp_path / "plant", plants, commitment, load_mw) == pytest.approx(theirs, rel=RELATIVE)

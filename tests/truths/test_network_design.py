"""Fixed-charge multicommodity network design: which links to build, shared by products and markets.

The same data are stated twice: as an instance, and as the textbook's arc-flow program (Magnanti and Wong, 1984),
handed to HiGHS through scipy with nothing of the model in between. Three sites, four points of presence and four
markets; every market wants both products, each made at some sites only. All must be served.
"""

import itertools

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.truths.worlds import RELATIVE, add_demand, add_hardware, add_point, frictionless, promise, settings, solved

pytestmark = pytest.mark.truth

MADE_AT = {"text": ("a", "b"), "film": ("b", "c")}
BYTES = {"text": 40.0, "film": 120.0}  # of a token on its way to the market
GTOK_PER_DAY = {
    "north": {"text": 900, "film": 300},
    "south": {"text": 500, "film": 420},
    "east": {"text": 700, "film": 150},
    "west": {"text": 350, "film": 240},
}
LIFE = 10  # years, at no interest
LINKS = {  # from, to: capacity in Gbps, one-off cost in M USD, USD/GB
    ("a", "p"): (6, 40, 0.002),
    ("a", "q"): (4, 25, 0.003),
    ("b", "p"): (8, 45, 0.004),
    ("b", "q"): (9, 50, 0.001),
    ("b", "r"): (5, 20, 0.005),
    ("c", "q"): (7, 40, 0.002),
    ("c", "r"): (9, 55, 0.001),
    ("p", "q"): (5, 10, 0.001),
    ("q", "r"): (6, 12, 0.001),
    ("q", "s"): (9, 30, 0.001),
    ("r", "s"): (9, 28, 0.002),
    ("p", "north"): (8, 30, 0.002),
    ("q", "north"): (6, 35, 0.001),
    ("q", "south"): (8, 30, 0.002),
    ("s", "south"): (6, 18, 0.001),
    ("p", "east"): (5, 22, 0.002),
    ("r", "east"): (5, 20, 0.003),
    ("s", "east"): (4, 15, 0.002),
    ("r", "west"): (6, 24, 0.001),
    ("s", "west"): (6, 21, 0.002),
    ("b", "west"): (3, 30, 0.009),
}
GB_PER_GTOK_BYTE, GBPS_PER_GB_A_DAY = 1.0, 8 / 86_400


def as_instance(folder):
    """State the problem as an instance and solve it."""
    tables = frictionless(dict.fromkeys("abc", 1000), list(MADE_AT), list(GTOK_PER_DAY))
    for row in tables["sites"]:
        row["jurisdiction"] = row["id"]
    for row in tables["products"]:
        row |= {"bytes_per_output_token": BYTES[row["id"]], "site_jurisdictions": "|".join(MADE_AT[row["id"]])}
    add_hardware(tables, "rack", kw=10)
    add_point(tables, "rack", 10, fresh_input_tok_per_s=0, output_tok_per_s=1e6)
    for market, wanted in GTOK_PER_DAY.items():
        for product, gtok in wanted.items():
            add_demand(tables, market, product, gtok * 365)
    promise(tables)
    tables["pops"] = [{"id": pop, "name": pop} for pop in "pqrs"]
    tables["links"] = [
        {"origin": tail, "destination": head, "latency_ms": 1, "gbps": gbps, "fixed_capex_musd": musd}
        | {"life_years": LIFE, "usd_per_gb": usd}
        for (tail, head), (gbps, musd, usd) in LINKS.items()
    ]
    every = settings("Which links are worth building?", network={"routes_per_pair": 50})
    return solved(folder, tables, every)


def arc_flow():
    """The least yearly cost (M USD/yr) and the links built, as a program over arcs and commodities."""
    arcs, goods = list(LINKS), list(itertools.product(GTOK_PER_DAY, MADE_AT))
    n = len(arcs)
    flow = {(a, g): n + i * len(goods) + j for i, a in enumerate(arcs) for j, g in enumerate(goods)}
    cost = np.zeros(n + len(flow))
    rows, lower, upper = [], [], []

    def add(entries, low, high):
        row = np.zeros(len(cost))
        for column, value in entries:
            row[column] += value
        rows.append(row)
        lower.append(low)
        upper.append(high)

    for i, arc in enumerate(arcs):
        gbps, musd, usd = LINKS[arc]
        cost[i] = musd / LIFE
        gb = {g: BYTES[g[1]] * GB_PER_GTOK_BYTE for g in goods}
        for g in goods:
            cost[flow[arc, g]] = usd * gb[g] * 365 / 1e6
            add([(flow[arc, g], 1), (i, -GTOK_PER_DAY[g[0]][g[1]])], -np.inf, 0)
        add([*((flow[arc, g], gb[g] * GBPS_PER_GB_A_DAY) for g in goods), (i, -gbps)], -np.inf, 0)
    for market, product in goods:
        for node in (*"pqrs", *GTOK_PER_DAY, *(s for s in "abc" if s not in MADE_AT[product])):
            into = [(flow[a, (market, product)], 1) for a in arcs if a[1] == node]
            out = [(flow[a, (market, product)], -1) for a in arcs if a[0] == node]
            want = GTOK_PER_DAY[market][product] if node == market else 0
            add([*into, *out], want, want)
    binary = np.arange(len(cost)) < n
    bounds = Bounds(np.zeros(len(cost)), np.where(binary, 1.0, np.inf))
    constraints = LinearConstraint(np.array(rows), lower, upper)
    found = milp(cost, integrality=binary, bounds=bounds, constraints=constraints, options={"mip_rel_gap": 1e-9})
    assert found.success
    return found.fun, {arc for arc, built in zip(arcs, found.x[:n], strict=True) if built > 0.5}


def test_cost_and_links_of_the_cheapest_network(tmp_path):
    cost, built = arc_flow()
    plan = as_instance(tmp_path / "design")
    assert -plan.objective == pytest.approx(cost, rel=RELATIVE)
    links = plan.links[plan.links["built"] > 0.5]
    assert set(zip(links["origin"], links["destination"], strict=True)) == built
    assert 3 < len(built) < len(LINKS)
    shared = plan.routes.groupby("market")["product"].nunique()
    assert (shared == 2).all()  # several commodities share the links

"""The case in linopy: variables and rows over whole dimensions at once."""

from __future__ import annotations

from typing import Any

import highspy
import linopy
import numpy as np
import xarray as xr
from case import AVAILABLE, CHARGE, DISCHARGE, HARDWARE, HOURS, LOSS, PERIODS, PRODUCTS, SITES, SOURCES, Case

DATA = {  # the dimensions of each array of the case
    "kw": "hr", "rate": "hr", "overhead": "spdt", "factor": "gpdt", "price": "gpdt", "carbon": "gpdt", "water": "pdt",
    "shape": "rpdt", "base": "s", "limit": "s", "volume": "r", "revenue": "r", "unit_cost": "h", "source_cost": "g",
    "day_weight": "pd",
}  # fmt: skip


def build(case: Case) -> tuple[highspy.Highs, dict[str, Any]]:
    """A loaded solver, and for each variable where its columns are."""
    m = write(case)
    highs = m.to_highspy()
    position = np.full(int(m.variables.label_index.vlabels.max()) + 1, -1)
    position[m.variables.label_index.vlabels] = np.arange(m.nvars)
    return highs, {name: position[var.labels.values.ravel()] for name, var in m.variables.items()}


def write(case: Case) -> linopy.Model:
    """The model over its dimensions."""
    m = linopy.Model()
    sizes = {"s": SITES, "h": HARDWARE, "r": PRODUCTS, "g": SOURCES, "p": PERIODS, "d": case.days, "t": HOURS}
    coords = {dim: np.arange(n) for dim, n in sizes.items()}

    def var(name: str, dims: str, **kind: Any) -> linopy.Variable:
        return m.add_variables(name=name, coords=[(dim, coords[dim]) for dim in dims], **kind)

    var("opened", "s", binary=True)
    for name, dims in (
        ("units", "shp"), ("capacity", "sgp"), ("store", "sp"), ("run", "shrpdt"), ("draw", "sgpdt"), ("flow", "srpdt"),
        ("charge", "spdt"), ("discharge", "spdt"), ("stored", "spdt"),
    ):  # fmt: skip
        var(name, dims, lower=0)
    var("accepted", "rp", lower=0, upper=1)
    data = {
        name: xr.DataArray(getattr(case, name), dims=list(dims), coords={dim: coords[dim] for dim in dims})
        for name, dims in DATA.items()
    }
    _rows(m, case, data)
    return m


def _rows(m: linopy.Model, case: Case, data: dict[str, xr.DataArray]) -> None:
    v = m.variables
    load = (v["run"] * (data["kw"] * data["overhead"])).sum(["h", "r"])
    in_service = v["units"].cumsum("p")  # with two periods of three years and lives of five, all that was built
    made = (v["run"] * data["rate"]).sum("h")
    moved = CHARGE * v["charge"] - (1 / DISCHARGE) * v["discharge"]
    m.add_constraints(v["run"].sum("r") - AVAILABLE * in_service <= 0, name="fleet")
    m.add_constraints(v["draw"].sum("g") + v["discharge"] - v["charge"] - load == data["base"], name="balance")
    m.add_constraints(load <= data["limit"], name="site_limit")
    m.add_constraints(v["flow"] - made == 0, name="made")
    m.add_constraints(v["flow"].sum("s") - v["accepted"] * (data["volume"] * data["shape"]) == 0, name="demand")
    m.add_constraints(v["draw"] - v["capacity"] * data["factor"] <= 0, name="source_limit")
    m.add_constraints(v["stored"] - (1 - LOSS) * v["stored"].roll(t=1) - moved == 0, name="storage")
    m.add_constraints(v["stored"] - v["store"] <= 0, name="store_limit")
    carbon = data["carbon"] * data["day_weight"]
    m.add_constraints((v["draw"] * carbon).sum(["s", "g", "d", "t"]) <= case.carbon_limit, name="carbon_limit")
    used = data["kw"] * data["overhead"] * (data["water"] * data["day_weight"])
    m.add_constraints((v["run"] * used).sum(["h", "r", "d", "t"]) <= case.water_limit, name="water_limit")
    m.add_constraints(v["units"].sum("h") - case.most_units * v["opened"] <= 0, name="opening")
    energy = (v["draw"] * (data["price"] * data["day_weight"])).sum()
    building = (v["units"] * data["unit_cost"]).sum() + (v["capacity"] * data["source_cost"]).sum()
    building = building + case.store_cost * v["store"].sum()
    sold = (v["accepted"] * data["revenue"]).sum()
    m.add_objective(case.site_cost * v["opened"].sum() + energy + building - sold)

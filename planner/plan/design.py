"""What a plan builds, as one table of amounts: the design that sweeps and comparisons speak of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from pyomo.environ import ConcreteModel

from planner.plan.reading import Reading

COLUMNS = ["period", "kind", "what", "amount", "unit"]
NEGLIGIBLE = 1e-6


@dataclass(frozen=True)
class Built:
    """A kind of thing a plan builds.

    Attributes:
        kind: the user's noun.
        component: the period's component that says how much is in service.
        index: names of its indices.
        by: the indices that name the thing; amounts are summed over the others.
        unit: unit of the amount.
    """

    kind: str
    component: Callable[[ConcreteModel], object]
    index: tuple[str, ...]
    by: tuple[str, ...]
    unit: str


BUILT = (
    Built("site", lambda m: m.period.opened, ("site",), ("site",), "open"),
    Built("halls", lambda m: m.period.hall_mw, ("site",), ("site",), "MW IT"),
    Built(
        "hardware", lambda m: m.period.units, ("site", "hardware", "cooling"), ("site", "hardware"), "units in service"
    ),
    Built("cooling", lambda m: m.period.cooling_mw, ("site", "cooling"), ("site", "cooling"), "MW"),
    Built("power", lambda m: m.period.capacity_mw, ("node", "technology"), ("node", "technology"), "MW"),
    Built("store", lambda m: m.period.store_mw, ("node", "store"), ("node", "store"), "MW"),
    Built(
        "line",
        lambda m: m.period.line_mw,
        ("origin", "destination", "line"),
        ("origin", "destination", "line"),
        "MW",
    ),
    Built(
        "lease", lambda m: m.period.leased_units, ("site", "hardware", "lease"), ("site", "hardware", "lease"), "units"
    ),
    Built("software", lambda m: m.period.adopted, ("stack",), ("stack",), "adopted"),
    Built(
        "network",
        lambda m: m.period.booked_gbps,
        ("origin", "destination", "kind"),
        ("origin", "destination", "kind"),
        "Gbps",
    ),
)
"""What counts as design, in the order of the table."""


def design_table(r: Reading) -> pd.DataFrame:
    """Return what is in service: period, kind, what, amount, unit; nothing below 1e-6 is listed."""
    frames = []
    for built in BUILT:
        component = built.component(r.m)
        if not len(component):
            continue
        values = r.values(component, *built.index).groupby([*built.by, "period"], sort=False).sum()
        frame = values[values > NEGLIGIBLE].rename("amount").reset_index()
        frame["what"] = frame[list(built.by)].agg(" / ".join, axis=1) if len(frame) else ""
        frames.append(frame.assign(kind=built.kind, unit=built.unit)[COLUMNS])
    table = pd.concat(frames, ignore_index=True)
    order = {period: position for position, period in enumerate(r.m.instance.periods)}
    return table.sort_values("period", key=lambda column: column.map(order), kind="stable").reset_index(drop=True)


def choices(design: pd.DataFrame, share: float = 0.01) -> frozenset[tuple[str, str, str]]:
    """Return what a design chooses, as (period, kind, what): all that makes up more than `share` of its kind."""
    total = design.groupby(["period", "kind"])["amount"].transform("sum")
    chosen = design[design["amount"] > share * total]
    return frozenset(chosen[["period", "kind", "what"]].itertuples(index=False, name=None))

"""The table of measures: what the plan is worth by every yardstick."""

from __future__ import annotations

import pandas as pd

from planner.model.measures import MEASURES, RATIOS
from planner.plan.reading import Reading, value_of
from planner.plan.units_told import unit_told


def measures_table(r: Reading) -> pd.DataFrame:
    """Every measure over the horizon, and the ratios of those that are not zero, whichever is optimised."""
    values = {name: value_of(r.m, r.stamped, name, r.x) for name in (*MEASURES, *RATIOS)}
    rows = [(name, value, unit_told(r.m.instance, name)) for name, value in values.items() if pd.notna(value)]
    return pd.DataFrame(rows, columns=["measure", "value", "unit"])

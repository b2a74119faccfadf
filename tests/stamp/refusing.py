"""A model to spoil, and what must be said when it is."""

import re

import pandas as pd
import pytest
from pyomo.environ import (
    ConcreteModel,
    Constraint,
    Param,
    Var,
)

from planner.stamp import (
    Level,
    StampError,
    add_levels,
    series,
    stamp,
)


def model():
    """Periods with days (the second period has none) and shifts, siblings of the days."""
    m = ConcreteModel()
    period = Level("period", pd.DataFrame({"start_year": [0.0, 5.0]}, index=pd.Index([2025, 2030], name="period")))
    day = Level("day", pd.Index(["a", "b"], name="day"), parent=period, parent_of=[0, 0])
    shift = Level("shift", 2, parent=period, parent_of=[0, 1])
    add_levels(m, [period, day, shift])
    m.z = Var()
    m.period.x, m.period.y = Var(), Var()
    m.day.x = Var(["north"])
    m.shift.x = Var()
    series(m.period, "price", [1.0, 4.0])
    series(m.day, "price", [0.0, 4.0])
    m.factor = Param(initialize=2.0, mutable=True)
    return m


def refuse_row(make, *words, block="period"):
    """The row `make(m) <= 1` is refused with a message that names the row and has these words."""
    m = model()
    getattr(m, block, m).row = Constraint(expr=make(m) <= 1)
    refuse(m, "row", *words)


def refuse(m, *words):
    with pytest.raises(StampError) as refusal:
        stamp(m, minimise=m.z)
    for word in words:
        assert re.search(re.escape(word), str(refusal.value)), str(refusal.value)

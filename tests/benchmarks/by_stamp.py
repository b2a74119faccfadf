"""The case written once per level and stamped."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
import pandas as pd
from case import (
    AVAILABLE,
    CHARGE,
    DISCHARGE,
    HARDWARE,
    HOURS,
    LIFE,
    LOSS,
    PERIODS,
    PRODUCTS,
    SITES,
    SOURCES,
    START,
    YEARS,
    Case,
)
from pyomo.environ import Binary, ConcreteModel, Expression, NonNegativeReals, Objective, Set, Var

from planner.stamp import (
    Level,
    Program,
    add_levels,
    collector_paused,
    constraint,
    in_service,
    previous,
    series,
    stamp,
    total,
)


def build(case: Case) -> tuple[highspy.Highs, dict[str, tuple[Any, Any]]]:
    """A loaded solver, and for each variable where its columns are."""
    with collector_paused():
        m = write(case)
        stamped = stamp(m)
    highs = load(stamped.program)
    names = {
        "opened": m.opened, "units": m.period.units, "capacity": m.period.capacity, "store": m.period.store,
        "accepted": m.period.accepted, "run": m.step.run, "draw": m.step.draw, "flow": m.step.flow,
        "charge": m.step.charge, "discharge": m.step.discharge, "stored": m.step.stored,
    }  # fmt: skip
    columns = {}
    for name, var in names.items():
        _, starts, n = stamped.columns(var)
        columns[name] = (np.asarray(starts)[:, None] + np.arange(n)).ravel()
    return highs, columns


def load(program: Program) -> highspy.Highs:
    """A program in a solver."""
    highs = highspy.Highs()
    highs.silent()
    rows, n = program.shape
    matrix = program.matrix
    status = highs.passModel(
        n, rows, program.nonzeros, int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize), program.offset,
        program.cost, program.col_lower, program.col_upper, program.row_lower, program.row_upper,
        matrix.indptr, matrix.indices, matrix.data, program.integrality.astype(np.int32),
    )  # fmt: skip
    assert status == highspy.HighsStatus.kOk
    return highs


def write(case: Case) -> ConcreteModel:
    """The model on its levels."""
    m = ConcreteModel()
    add_levels(m, _levels(case))
    m.S, m.H, m.R, m.G = (Set(initialize=range(n)) for n in (SITES, HARDWARE, PRODUCTS, SOURCES))
    _data(m, case)
    free = {"within": NonNegativeReals}
    m.opened = Var(m.S, within=Binary)
    m.period.units = Var(m.S, m.H, **free)
    m.period.capacity = Var(m.S, m.G, **free)
    m.period.store = Var(m.S, **free)
    m.period.accepted = Var(m.R, bounds=(0, 1))
    m.step.run = Var(m.S, m.H, m.R, **free)
    m.step.draw = Var(m.S, m.G, **free)
    m.step.flow = Var(m.S, m.R, **free)
    for name in ("charge", "discharge", "stored"):
        m.step.add_component(name, Var(m.S, **free))
    m.step.load = Expression(
        m.S, rule=lambda b, s: b.overhead[s] * sum(case.kw[h, r] * b.run[s, h, r] for h in m.H for r in m.R)
    )
    _rows(m, case)
    _goal(m, case)
    return m


def _levels(case: Case) -> list[Level]:
    period = Level(
        "period", pd.DataFrame({"start_year": START, "length_yr": YEARS}, index=pd.RangeIndex(PERIODS, name="period"))
    )
    days = pd.MultiIndex.from_product([range(PERIODS), range(case.days)], names=["period", "day"])
    day = Level(
        "day", days, parent=period, parent_of=np.repeat(np.arange(PERIODS), case.days), weight=case.day_weight.ravel()
    )
    steps = pd.MultiIndex.from_product(
        [range(PERIODS), range(case.days), range(HOURS)], names=["period", "day", "hour"]
    )
    return [period, day, Level("step", steps, parent=day, parent_of=np.repeat(np.arange(day.n), HOURS))]


def _data(m: ConcreteModel, case: Case) -> None:
    def by_copy(array: np.ndarray) -> dict[int, np.ndarray]:
        return dict(enumerate(array.reshape(len(array), -1)))

    series(m.step, "overhead", by_copy(case.overhead), m.S)
    series(m.step, "factor", by_copy(case.factor), m.G)
    series(m.step, "price", by_copy(case.price), m.G)
    series(m.step, "carbon", by_copy(case.carbon), m.G)
    series(m.step, "water", case.water.ravel())
    series(m.step, "shape", by_copy(case.shape), m.R)


def _rows(m: ConcreteModel, case: Case) -> None:
    step, period = m.step, m.period
    rows = {
        "fleet": (
            (m.S, m.H),
            lambda b, s, h: sum(b.run[s, h, r] for r in m.R) <= AVAILABLE * in_service(period.units[s, h], LIFE),
        ),
        "balance": (
            (m.S,),
            lambda b, s: sum(b.draw[s, g] for g in m.G) + b.discharge[s] - b.charge[s] - b.load[s] == case.base[s],
        ),
        "site_limit": ((m.S,), lambda b, s: b.load[s] <= case.limit[s]),
        "made": (
            (m.S, m.R),
            lambda b, s, r: b.flow[s, r] == sum(case.rate[h, r] * b.run[s, h, r] for h in m.H),
        ),
        "demand": (
            (m.R,),
            lambda b, r: sum(b.flow[s, r] for s in m.S) == case.volume[r] * b.shape[r] * period.accepted[r],
        ),
        "source_limit": ((m.S, m.G), lambda b, s, g: b.draw[s, g] <= b.factor[g] * period.capacity[s, g]),
        "storage": (
            (m.S,),
            lambda b, s: (
                b.stored[s]
                == (1 - LOSS) * previous(b.stored[s], within=m.day, wrap=True)
                + CHARGE * b.charge[s]
                - b.discharge[s] / DISCHARGE
            ),
        ),
        "store_limit": ((m.S,), lambda b, s: b.stored[s] <= period.store[s]),
    }
    for name, (sets, rule) in rows.items():
        constraint(step, *sets, rule=rule, name=name)
    yearly = total(sum(step.carbon[g] * step.draw[s, g] for s in m.S for g in m.G), per=period)
    constraint(period, rule=lambda b: yearly <= case.carbon_limit, name="carbon_limit")
    constraint(
        period, m.S, rule=lambda b, s: total(step.water * step.load[s], per=b) <= case.water_limit, name="water_limit"
    )
    constraint(
        period,
        m.S,
        rule=lambda b, s: sum(b.units[s, h] for h in m.H) <= case.most_units * m.opened[s],
        name="opening",
    )


def _goal(m: ConcreteModel, case: Case) -> None:
    step, period = m.step, m.period
    energy = total(sum(step.price[g] * step.draw[s, g] for s in m.S for g in m.G), per=period)
    building = sum(case.unit_cost[h] * period.units[s, h] for s in m.S for h in m.H)
    building += sum(case.source_cost[g] * period.capacity[s, g] for s in m.S for g in m.G)
    building += sum(case.store_cost * period.store[s] for s in m.S)
    sold = sum(case.revenue[r] * period.accepted[r] for r in m.R)
    opening = sum(case.site_cost * m.opened[s] for s in m.S)
    m.cost = Objective(expr=opening + total(energy + building - sold, per=m))

"""A small plan of capacity and dispatch, written once per level: periods, days, steps; building, storage, a limit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel, Expression, NonNegativeIntegers, NonNegativeReals, Objective, Set, Var

from planner.stamp import Level, add_levels, constraint, in_service, previous, series, total

STARTS = [0.0, 2.0, 5.0]
LENGTHS = [2.0, 3.0, 5.0]
DAYS = {"calm": 200.0, "windy": 165.0}
STEP_HOURS = [6.0, 10.0, 8.0]
PLANTS = ["wind", "gas"]
LIFE = {"wind": 4.0, "gas": 20.0}
COST = {"wind": 90.0, "gas": 35.0}
FUEL = {"wind": 0.0, "gas": 0.06}
STORE_COST, ETA, GAS_LIMIT_MWH = 25.0, 0.9, 30_000.0


def load_mw() -> np.ndarray:
    """Load by period, day and step (18)."""
    return np.array([[[3.0, 5.0, 4.0], [2.0, 4.5, 3.5]]] * 3).ravel() * np.repeat([1.0, 1.3, 1.7], 6)


def availability() -> np.ndarray:
    """Of wind, by period, day and step (18); none at all in one step."""
    return np.tile([0.1, 0.0, 0.2, 0.9, 0.6, 0.8], 3)


def levels() -> list[Level]:
    periods = ["early", "middle", "late"]
    table = pd.DataFrame({"start_year": STARTS, "length_yr": LENGTHS}, index=pd.Index(periods, name="period"))
    period = Level("period", table, weight=LENGTHS)
    days = pd.MultiIndex.from_product([periods, DAYS], names=["period", "day"])
    day = Level("day", days, parent=period, parent_of=np.repeat(np.arange(3), 2), weight=list(DAYS.values()) * 3)
    steps = pd.MultiIndex.from_product([periods, DAYS, range(3)], names=["period", "day", "step"])
    step = Level("step", steps, parent=day, parent_of=np.repeat(np.arange(6), 3), weight=STEP_HOURS * 6)
    return [period, day, step]


def toy(integer: bool = False) -> ConcreteModel:
    m = ConcreteModel()
    add_levels(m, levels())
    period, step = m.period, m.step
    m.PLANTS = Set(initialize=PLANTS)
    series(step, "load_mw", load_mw(), unit="MW")
    series(step, "availability", {"wind": availability(), "gas": 1.0}, m.PLANTS)
    series(step, "hours", STEP_HOURS * 6, unit="h")
    m.store_mwh = Var(within=NonNegativeReals)
    period.built = Var(m.PLANTS, within=NonNegativeIntegers if integer else NonNegativeReals)
    period.capacity = Expression(m.PLANTS, rule=lambda b, g: in_service(b.built[g], LIFE[g]))
    step.output = Var(m.PLANTS, within=NonNegativeReals)
    step.stored = Var(within=NonNegativeReals)
    step.charge = Var(within=NonNegativeReals, bounds=(0, step.load_mw))
    step.unserved = Var(within=NonNegativeReals)
    _rows(m)
    building = total(sum(COST[g] * period.capacity[g] for g in m.PLANTS), per=m)
    fuel = total(sum(FUEL[g] * step.output[g] for g in m.PLANTS) + 2.0 * step.unserved, per=m)
    m.cost = Objective(expr=STORE_COST * m.store_mwh + building + fuel)
    return m


def _rows(m: ConcreteModel) -> None:
    def output_limit(b, g):
        """Output stays below what is available of the capacity in service."""
        return b.output[g] <= b.availability[g] * m.period.capacity[g]

    def balance(b):
        """Output, discharge and unserved load make the load and the charge."""
        drawn = previous(b.stored, within=m.day, wrap=True) - b.stored + ETA * b.hours * b.charge
        return sum(b.output[g] for g in m.PLANTS) - b.charge + drawn / b.hours + b.unserved == b.load_mw

    def store_limit(b):
        """What is stored fits the store."""
        return b.stored <= m.store_mwh

    def gas_limit(b):
        """Gas energy of a year stays below its limit."""
        return total(m.step.output["gas"], per=b) / b.length <= GAS_LIMIT_MWH

    series(m.period, "length", 1.0)
    constraint(m.step, m.PLANTS, rule=output_limit)
    constraint(m.step, rule=balance)
    constraint(m.step, rule=store_limit)
    constraint(m.period, rule=gas_limit, where=np.array([False, True, True]))

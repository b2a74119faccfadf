"""The case in ordinary Pyomo, a rule call per row, loaded through its HiGHS interface."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
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
    Case,
)
from pyomo.common.gc_manager import PauseGC
from pyomo.contrib.appsi.solvers.highs import Highs
from pyomo.environ import Binary, ConcreteModel, Constraint, Expression, NonNegativeReals, Objective, RangeSet, Var


def build(case: Case) -> tuple[highspy.Highs, dict[str, Any]]:
    """A loaded solver, and for each variable where its columns are."""
    with PauseGC():
        m = write(case)
        solver = Highs()
        solver.set_instance(m)
    positions = solver._pyomo_var_to_solver_var_map
    names = ["opened", "units", "capacity", "store", "accepted", "run", "draw", "flow", "charge", "discharge", "stored"]
    columns = {name: np.array([positions[id(v)] for v in m.component(name).values()]) for name in names}
    return solver._solver_model, columns


def write(case: Case) -> ConcreteModel:
    """The model with an index for every set and every time."""
    m = ConcreteModel()
    m.S, m.H, m.R, m.G = (RangeSet(0, n - 1) for n in (SITES, HARDWARE, PRODUCTS, SOURCES))
    m.P, m.D, m.T = RangeSet(0, PERIODS - 1), RangeSet(0, case.days - 1), RangeSet(0, HOURS - 1)
    times = (m.P, m.D, m.T)
    free = {"within": NonNegativeReals}
    m.opened = Var(m.S, within=Binary)
    m.units, m.capacity, m.store = Var(m.S, m.H, m.P, **free), Var(m.S, m.G, m.P, **free), Var(m.S, m.P, **free)
    m.accepted = Var(m.R, m.P, bounds=(0, 1))
    m.run, m.draw = Var(m.S, m.H, m.R, *times, **free), Var(m.S, m.G, *times, **free)
    m.flow = Var(m.S, m.R, *times, **free)
    m.charge, m.discharge, m.stored = (Var(m.S, *times, **free) for _ in range(3))
    kw, rate = case.kw.tolist(), case.rate.tolist()  # plain floats: numpy's are slow in expressions
    overhead = case.overhead.tolist()

    def load(b: Any, s: int, p: int, d: int, t: int) -> Any:
        run = sum(kw[h][r] * b.run[s, h, r, p, d, t] for h in b.H for r in b.R)
        return overhead[s][p][d][t] * run

    m.load_mw = Expression(m.S, *times, rule=load)
    _rows(m, case, rate, times)
    _yearly(m, case)
    _goal(m, case)
    return m


def _rows(m: ConcreteModel, case: Case, rate: list, times: tuple) -> None:
    base, limit, volume = case.base.tolist(), case.limit.tolist(), case.volume.tolist()
    shape, factor = case.shape.tolist(), case.factor.tolist()
    alive = [[b for b in range(p + 1) if START[p] < START[b] + LIFE] for p in range(PERIODS)]

    def fleet(b: Any, s: int, h: int, p: int, d: int, t: int) -> Any:
        in_service = sum(b.units[s, h, built] for built in alive[p])
        return sum(b.run[s, h, r, p, d, t] for r in b.R) <= AVAILABLE * in_service

    def balance(b: Any, s: int, p: int, d: int, t: int) -> Any:
        drawn = sum(b.draw[s, g, p, d, t] for g in b.G)
        return drawn + b.discharge[s, p, d, t] - b.charge[s, p, d, t] - b.load_mw[s, p, d, t] == base[s]

    def site_limit(b: Any, s: int, p: int, d: int, t: int) -> Any:
        return b.load_mw[s, p, d, t] <= limit[s]

    def made(b: Any, s: int, r: int, p: int, d: int, t: int) -> Any:
        return b.flow[s, r, p, d, t] == sum(rate[h][r] * b.run[s, h, r, p, d, t] for h in b.H)

    def demand(b: Any, r: int, p: int, d: int, t: int) -> Any:
        return sum(b.flow[s, r, p, d, t] for s in b.S) == volume[r] * shape[r][p][d][t] * b.accepted[r, p]

    def source_limit(b: Any, s: int, g: int, p: int, d: int, t: int) -> Any:
        return b.draw[s, g, p, d, t] <= factor[g][p][d][t] * b.capacity[s, g, p]

    def storage(b: Any, s: int, p: int, d: int, t: int) -> Any:
        before = b.stored[s, p, d, (t - 1) % HOURS]
        moved = CHARGE * b.charge[s, p, d, t] - b.discharge[s, p, d, t] / DISCHARGE
        return b.stored[s, p, d, t] == (1 - LOSS) * before + moved

    def store_limit(b: Any, s: int, p: int, d: int, t: int) -> Any:
        return b.stored[s, p, d, t] <= b.store[s, p]

    m.fleet = Constraint(m.S, m.H, *times, rule=fleet)
    m.balance = Constraint(m.S, *times, rule=balance)
    m.site_limit = Constraint(m.S, *times, rule=site_limit)
    m.made = Constraint(m.S, m.R, *times, rule=made)
    m.demand = Constraint(m.R, *times, rule=demand)
    m.source_limit = Constraint(m.S, m.G, *times, rule=source_limit)
    m.storage = Constraint(m.S, *times, rule=storage)
    m.store_limit = Constraint(m.S, *times, rule=store_limit)


def _yearly(m: ConcreteModel, case: Case) -> None:
    carbon = (case.day_weight[..., None] * case.carbon).tolist()
    water = (case.day_weight[..., None] * case.water).tolist()

    def carbon_limit(b: Any, p: int) -> Any:
        terms = ((s, g, d, t) for s in b.S for g in b.G for d in b.D for t in b.T)
        return sum(carbon[g][p][d][t] * b.draw[s, g, p, d, t] for s, g, d, t in terms) <= case.carbon_limit

    def water_limit(b: Any, s: int, p: int) -> Any:
        return sum(water[p][d][t] * b.load_mw[s, p, d, t] for d in b.D for t in b.T) <= case.water_limit

    def opening(b: Any, s: int, p: int) -> Any:
        return sum(b.units[s, h, p] for h in b.H) <= case.most_units * b.opened[s]

    m.carbon_limit = Constraint(m.P, rule=carbon_limit)
    m.water_limit = Constraint(m.S, m.P, rule=water_limit)
    m.opening = Constraint(m.S, m.P, rule=opening)


def _goal(m: ConcreteModel, case: Case) -> None:
    price = (case.day_weight[..., None] * case.price).tolist()
    energy = sum(price[g][p][d][t] * m.draw[s, g, p, d, t] for s, g, p, d, t in m.draw)
    building = sum(float(case.unit_cost[h]) * m.units[s, h, p] for s, h, p in m.units)
    building += sum(float(case.source_cost[g]) * m.capacity[s, g, p] for s, g, p in m.capacity)
    building += sum(case.store_cost * m.store[s, p] for s, p in m.store)
    sold = sum(float(case.revenue[r]) * m.accepted[r, p] for r, p in m.accepted)
    m.cost = Objective(expr=sum(case.site_cost * m.opened[s] for s in m.S) + energy + building - sold)

"""The toy again in ordinary Pyomo, indexed by hand, without a line of the stamp."""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, Constraint, NonNegativeReals, Objective, Var

PERIODS = ["early", "middle", "late"]
START = {"early": 0.0, "middle": 2.0, "late": 5.0}
YEARS = {"early": 2.0, "middle": 3.0, "late": 5.0}
GROWTH = {"early": 1.0, "middle": 1.3, "late": 1.7}
DAYS = {"calm": 200.0, "windy": 165.0}
HOURS = {0: 6.0, 1: 10.0, 2: 8.0}
LOAD = {"calm": [3.0, 5.0, 4.0], "windy": [2.0, 4.5, 3.5]}
WIND = {"calm": [0.1, 0.0, 0.2], "windy": [0.9, 0.6, 0.8]}
PLANTS = {"wind": (4.0, 90.0, 0.0), "gas": (20.0, 35.0, 0.06)}  # life, cost a year, fuel


def hand_indexed() -> ConcreteModel:
    m = ConcreteModel()
    m.period, m.step = Block(), Block()
    period, step = m.period, m.step
    times = [(p, d, t) for p in PERIODS for d in DAYS for t in HOURS]
    m.store_mwh = Var(within=NonNegativeReals)
    period.built = Var(PLANTS, PERIODS, within=NonNegativeReals)
    step.output = Var(PLANTS, times, within=NonNegativeReals)
    step.stored = Var(times, within=NonNegativeReals)
    step.charge = Var(times, bounds=lambda b, p, d, t: (0, LOAD[d][t] * GROWTH[p]))
    step.unserved = Var(times, within=NonNegativeReals)

    def capacity(g, p):
        return sum(period.built[g, b] for b in PERIODS if START[b] <= START[p] < START[b] + PLANTS[g][0])

    def output_limit(b, g, p, d, t):
        return b.output[g, p, d, t] <= (WIND[d][t] if g == "wind" else 1.0) * capacity(g, p)

    def balance(b, p, d, t):
        before = b.stored[p, d, (t - 1) % 3]
        drawn = before - b.stored[p, d, t] + 0.9 * HOURS[t] * b.charge[p, d, t]
        made = sum(b.output[g, p, d, t] for g in PLANTS) + b.unserved[p, d, t]
        return made - b.charge[p, d, t] + drawn / HOURS[t] == LOAD[d][t] * GROWTH[p]

    def gas_limit(b, p):
        return sum(DAYS[d] * HOURS[t] * step.output["gas", p, d, t] for d in DAYS for t in HOURS) <= 30_000

    step.output_limit = Constraint(PLANTS, times, rule=output_limit)
    step.balance = Constraint(times, rule=balance)
    step.store_limit = Constraint(times, rule=lambda b, p, d, t: b.stored[p, d, t] <= m.store_mwh)
    period.gas_limit = Constraint(["middle", "late"], rule=gas_limit)
    m.cost = Objective(
        expr=25.0 * m.store_mwh
        + sum(YEARS[p] * PLANTS[g][1] * capacity(g, p) for p in PERIODS for g in PLANTS)
        + sum(
            YEARS[p] * DAYS[d] * HOURS[t] * (0.06 * step.output["gas", p, d, t] + 2.0 * step.unserved[p, d, t])
            for p, d, t in times
        )
    )
    return m

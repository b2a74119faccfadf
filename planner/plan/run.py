"""The pipeline: instance -> model -> stamp -> solution -> plan. The one place where it is run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from planner.instance import Instance, load
from planner.instance.goal import with_goal
from planner.model.build import Extension, build
from planner.model.objective import keep
from planner.plan.accounts import accounts_table, capex_table
from planner.plan.costs import levelised_cost_table, token_supply_table
from planner.plan.identity import identity_table, realised_prices
from planner.plan.kpis import kpis_table
from planner.plan.passes import ProgressReport, run_passes
from planner.plan.plan import Plan
from planner.plan.pricing import price
from planner.plan.reading import Reading
from planner.plan.record import make_record
from planner.plan.returns import cash_flow_table
from planner.plan.selling import merit_order_table
from planner.plan.tables import TABLES
from planner.solver import Options
from planner.stamp import Stamped, stamp


@dataclass
class Run:
    """What is known of a run so far."""

    instance: Instance
    options: Options
    extend: Sequence[Extension]
    relax: bool
    seconds: dict[str, float] = field(default_factory=dict)

    def timed(self, phase: str, work: Callable[[], object]) -> object:
        """Do some work and note how long it took."""
        started = time.perf_counter()
        result = work()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + time.perf_counter() - started
        return result

    def write_model(
        self, instance: Instance, objective: str | None = None, kept: dict[str, float] | None = None
    ) -> tuple[ConcreteModel, Stamped]:
        """Build and stamp the model of an instance; without whole numbers if they are relaxed.

        `objective`: another than the instance's first; `kept`: earlier ones that must stay as good as they are.
        """
        m = self.timed("build", lambda: build(instance, objective, self.extend))
        if kept:
            keep(m, kept)
        stamped = self.timed("stamp", lambda: stamp(m))
        if self.relax:
            stamped.program = replace(stamped.program, integrality=np.zeros_like(stamped.program.integrality))
        return m, stamped


def solve(
    instance: Instance | str | Path,
    objective: str | None = None,
    *,
    limits: Iterable[str] = (),
    gap: float = 1e-4,
    time_limit_s: float | None = None,
    relax: bool = False,
    extend: Sequence[Extension] = (),
    verify: bool = True,
    progress: ProgressReport | None = None,
) -> Plan:
    """Solve an instance and return its plan.

    Args:
        instance: what the world is; a folder or the name of a shipped instance is loaded as it is.
        objective: what is optimised, or several in their order, such as "tokens,carbon,profit"; None: the instance's
            own.
        limits: limits on measures of the plan over its horizon, such as "carbon<=20000", beside the instance's own.
        gap: relative distance from the bound at which to stop.
        time_limit_s: stop after this many seconds with the best plan found; None: no limit.
        relax: let every whole number be a fraction.
        extend: a user's own rules, as callables taking the model or "file.py:function".
        verify: check the value of one more MW by solving again at +1 % and -1 % of the power limit.
        progress: called now and then with the solver's progress.

    Returns:
        The plan. Its status is optimal (within the gap) or feasible (stopped early; the record holds the gap).

    Raises:
        PlanError: there is no plan; the message gives the reason.
        ValueError: an unknown objective or measure, or a bad option.
        InstanceError: a folder or name is given that cannot be loaded.
        TypeError: it is neither an instance, a folder nor a name.
    """
    instance = instance if isinstance(instance, Instance) else load(instance)
    options = Options(gap=gap, time_limit_s=time_limit_s)
    run = Run(with_goal(instance, objective, limits), options, tuple(extend), relax)
    answer = run_passes(run, progress)
    reading = Reading(answer.m, answer.stamped, answer.x)
    tables = run.timed("tables", lambda: _tables(reading))
    pricing, more = price(run, reading, answer, verify, tables["markets"])
    tables.update(more)
    record = make_record(run, answer, tables["measures"]) | {"pricing": pricing, "tables": list(tables)}
    return Plan(record, tables)


def _tables(reading: Reading) -> dict[str, pd.DataFrame]:
    tables = {name: read(reading) for name, read in TABLES.items()}
    tables["accounts"] = accounts_table(reading)
    tables["capex"] = capex_table(reading)
    tables["cash_flow"] = cash_flow_table(reading.m.instance, tables)
    tables["kpis"] = kpis_table(reading, tables)
    tables["identity"] = identity_table(reading, tables)
    tables["token_supply"] = token_supply_table(reading, tables)
    tables["levelised_cost"] = levelised_cost_table(tables, realised_prices(tables))
    tables["merit_order"] = merit_order_table(reading, tables)
    tables["points_dropped"] = reading.m.eligibility.dropped_table()
    tables["coverage"] = reading.m.eligibility.coverage(reading.m.instance).reset_index()
    tables["pairs_cut"] = reading.m.network.cut_table()
    return tables

"""The pipeline: instance -> model -> stamp -> solution -> plan. The one place where it is run."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from planner.instance import Instance
from planner.model.build import Extension, build
from planner.model.objective import add_floor
from planner.plan.accounts import accounts_table, capex_table
from planner.plan.costs import levelised_cost_table, token_supply_table
from planner.plan.identity import identity_table, realised_prices
from planner.plan.kpis import kpis_table
from planner.plan.outcomes import cheapest, conflicting
from planner.plan.plan import Plan, PlanError
from planner.plan.prices import energy_prices_table, one_a_year, prices_table
from planner.plan.reading import Reading
from planner.plan.returns import cash_flow_table
from planner.plan.selling import merit_order_table, uniform_prices_table
from planner.plan.tables import TABLES
from planner.solver import Options, Outcome, Pricer, Progress, versions
from planner.solver import solve as solve_program
from planner.stamp import Stamped, stamp

UNITS = {"profit": "M USD (present value)", "revenue": "M USD (present value)", "tokens": "Gtok"}
_MOST_VERIFIED = 3
_STEP = 0.01  # the headline price is checked by solving again this much up and down

ProgressReport = Callable[[Progress], object]


@dataclass
class Run:
    """What is known of a run so far."""

    instance: Instance
    options: Options
    extend: Sequence[Extension]
    objective: str
    relax: bool
    seconds: dict[str, float] = field(default_factory=dict)

    def timed(self, phase: str, work: Callable[[], object]) -> object:
        """Do some work and note how long it took."""
        started = time.perf_counter()
        result = work()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + time.perf_counter() - started
        return result

    def write_model(self, instance: Instance, floor: float | None = None) -> tuple[ConcreteModel, Stamped]:
        """Build and stamp the model of an instance; without whole numbers if they are relaxed.

        With a floor the model maximises profit, and what the run maximises stays at or above the floor.
        """
        m = self.timed("build", lambda: build(instance, self.objective if floor is None else "profit", self.extend))
        if floor is not None:
            add_floor(m, self.objective, floor)
        stamped = self.timed("stamp", lambda: stamp(m))
        if self.relax:
            stamped.program = replace(stamped.program, integrality=np.zeros_like(stamped.program.integrality))
        return m, stamped


def solve(
    instance: Instance,
    objective: str | None = None,
    *,
    gap: float = 1e-4,
    time_limit_s: float | None = None,
    relax: bool = False,
    extend: Sequence[Extension] = (),
    verify: bool = True,
    progress: ProgressReport | None = None,
) -> Plan:
    """Solve an instance and return its plan.

    Args:
        instance: what the world is.
        objective: profit, tokens or revenue; None takes the instance's own.
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
        ValueError: an unknown objective or a bad option.
    """
    options = Options(gap=gap, time_limit_s=time_limit_s)
    run = Run(instance, options, tuple(extend), objective or instance.settings.objective.name, relax)
    m, stamped = run.write_model(instance)
    outcome = run.timed("solve", lambda: solve_program(stamped.program, options, progress))
    if not outcome.has_plan:
        raise PlanError(f"{instance.name}: {outcome.reason}{conflicting(stamped, outcome)}")
    if run.objective != "profit":
        outcome = run.timed("cheapest", lambda: cheapest(run, stamped, outcome))
    reading = Reading(m, stamped, outcome.x)
    tables = run.timed("tables", lambda: _tables(reading))
    pricing, more = _price(run, reading, outcome, verify, tables["markets"])
    tables.update(more)
    record = _record(run, stamped, outcome) | {"pricing": pricing, "tables": list(tables)}
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


def _price(
    run: Run, reading: Reading, outcome: Outcome, verify: bool, markets: pd.DataFrame
) -> tuple[dict, dict[str, pd.DataFrame]]:
    """Solve the price LP and read its duals; verify the headline by solving again around the limit."""
    m, stamped = reading.m, reading.stamped
    pricer = Pricer(stamped.program, reading.x, _counts(m, stamped), outcome=outcome)
    priced = run.timed("prices", lambda: pricer.solve(stamped.program))
    if priced.row_dual is None:
        return {"status": priced.status, "reason": priced.reason}, {}
    tables = {
        "prices": prices_table(reading, priced.row_dual),
        "energy_prices": energy_prices_table(reading, priced.row_dual),
        "uniform_prices": uniform_prices_table(reading, priced.row_dual, markets),
    }
    worth = _objective(stamped, priced)
    own = float(stamped.evaluate(m.objective.expr, reading.x).iloc[0])
    pricing = {
        "status": priced.status,
        "objective": worth,
        "distance_from_plan": (worth - own) / max(abs(own), 1e-9),
        "method": "whole numbers relaxed" if run.relax else "binaries of the design fixed, unit counts relaxed",
    }
    if verify:
        pricing["verified"] = run.timed("verify", lambda: _verify(run, m, pricer, worth, tables["prices"]))
    return pricing, tables


def _counts(m: ConcreteModel, stamped: Stamped) -> np.ndarray:
    """Return the columns that count units."""
    found = [np.zeros(0, dtype=int)]
    for variable in m.counts:
        _, starts, copies = stamped.columns(variable)
        found += [np.arange(start, start + copies) for start in starts]
    return np.concatenate(found)


def _objective(stamped: Stamped, outcome: Outcome) -> float:
    """Objective in the user's sense (the program is always a minimisation)."""
    return stamped.sense * outcome.objective


def _verify(run: Run, model: ConcreteModel, pricer: Pricer, worth: float, prices: pd.DataFrame) -> list[dict]:
    """Solve the price LP again with each site's power limit a little up and down; compare with the dual.

    Every period's limit moves by the same share, so prices of periods count by the megawatts and years that moved.
    """
    checks = []
    instance = run.instance
    headline = prices[prices["rule"] == "power_limit_mw"].set_index(["where", "period"])["value"]
    for s in list(instance.sites)[:_MOST_VERIFIED]:
        limits = {t: instance.site_periods.get((s, t), instance.sites[s]).power_limit_mw for t in instance.periods}
        moved = {t: limits[t] * _STEP * years for t, years in one_a_year(model).items()}
        mw, changed = sum(moved.values()), {}
        if not mw:
            continue
        for sign in (1, -1):
            _, stamped = run.write_model(_with_limit(instance, s, 1 + sign * _STEP))
            outcome = pricer.solve(stamped.program)
            changed[sign] = None if outcome.objective is None else _objective(stamped, outcome) - worth
        up, down = (None if changed[k] is None else k * changed[k] * 1e6 / mw for k in (1, -1))
        checks.append(
            {
                "site": s,
                "dual": float(sum(headline[s, t] * part for t, part in moved.items()) / mw),
                "from_1_percent_more": up,
                "from_1_percent_less": down,
            }
        )
    return checks


def _with_limit(instance: Instance, s: str, factor: float) -> Instance:
    """Return the instance with a site's power limit multiplied in every period."""
    site = instance.sites[s]
    sites = dict(instance.sites)
    sites[s] = site.model_copy(update={"power_limit_mw": site.power_limit_mw * factor})
    rows = {
        key: row.model_copy(update={"power_limit_mw": row.power_limit_mw * factor}) if key[0] == s else row
        for key, row in instance.site_periods.items()
    }
    return replace(instance, sites=sites, site_periods=rows)


def _record(run: Run, stamped: Stamped, outcome: Outcome) -> dict:
    rows, columns = stamped.program.shape
    instance = run.instance
    return {
        "instance": instance.name,
        "title": instance.settings.title,
        "digest": instance.digest,
        "scenario": instance.scenario,
        "overrides": [list(change) for change in instance.overrides],
        "extended_by": [
            extension if isinstance(extension, str) else getattr(extension, "__qualname__", repr(extension))
            for extension in run.extend
        ],
        "objective_name": run.objective,
        "unit": UNITS[run.objective],
        "status": outcome.status,
        "reason": outcome.reason,
        "objective": _objective(stamped, outcome),
        "bound": None if outcome.bound is None else stamped.sense * outcome.bound,
        "gap": outcome.gap if outcome.gap is not None and math.isfinite(outcome.gap) else None,
        "relaxed": run.relax,
        "method": outcome.method,
        "seconds": {phase: round(seconds, 3) for phase, seconds in run.seconds.items()},
        "size": {
            "rows": rows,
            "columns": columns,
            "nonzeros": int(stamped.program.nonzeros),
            "whole_columns": int(stamped.program.integrality.sum()),
        },
        "options": run.options.as_dict(),
        "versions": {
            "planner": version("token-factory-planner"),
            "python": platform.python_version(),
            "pyomo": version("pyomo"),
            **versions(),
        },
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }

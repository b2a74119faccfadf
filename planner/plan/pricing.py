"""Pricing: the LP around a plan is solved for its duals, and the headline is checked by solving it again.

Prices are those of the first objective. Of a ratio N / D they come from the LP with the objective N - q D, q being the
LP's own smallest ratio: there F(q) = min N - q D is 0, so one more unit of a right-hand side b moves the ratio by
dq/db = -(dF/db) / (dF/dq) = dual / D.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from planner.instance import Instance
from planner.model.measures import RATIOS, is_maximised
from planner.plan.passes import Answer, under_of
from planner.plan.prices import currency, energy_prices_table, one_a_year, prices_table
from planner.plan.reading import Reading
from planner.plan.selling import uniform_prices_table
from planner.solver import Linear, Options, Outcome, Pricer, parametrised
from planner.solver.residuals import objective_of
from planner.stamp import Program, Stamped

_MOST_VERIFIED = 3
_STEP = 0.01  # the headline price is checked by solving again this much up and down
_AFTER_A_STOP_S = 10.0  # what the prices of a plan may take whose search was cut short
_MOST_RATIOS = 20
_SAME_RATIO = 1e-10


class Writer(Protocol):
    """What is needed of a run: its instance, timing, and writing its model once more."""

    instance: Instance
    relax: bool

    def timed(self, phase: str, work: Callable[[], object]) -> object:
        """Do some work and note how long it took."""

    def write_model(self, instance: Instance) -> tuple[ConcreteModel, Stamped]:
        """Build and stamp the model of an instance."""


@dataclass
class Priced:
    """The LP around a plan: its outcome, its objective (or its ratio) and duals in the objective's own unit."""

    outcome: Outcome
    worth: float = 0.0
    row_dual: np.ndarray | None = None


def price(
    run: Writer, reading: Reading, answer: Answer, verify: bool, markets: pd.DataFrame
) -> tuple[dict, dict[str, pd.DataFrame]]:
    """Return what is known of the prices, and their tables; none where the LP gives no duals.

    `markets` is the plan's table of that name.
    """
    m, stamped = reading.m, reading.stamped
    name = m.objective_name
    limit = _AFTER_A_STOP_S if answer.stopped else None
    options = Options(vertex=True, time_limit_s=limit)
    pricer = Pricer(stamped.program, reading.x, _counts(m, stamped), options, outcome=answer.outcome)
    priced = run.timed("prices", lambda: _solve(pricer, m, stamped, reading.x))
    if priced.row_dual is None:
        return {"status": priced.outcome.status, "reason": priced.outcome.reason}, {}
    tables = {"prices": prices_table(reading, priced.row_dual)}
    if name not in RATIOS:
        tables["energy_prices"] = energy_prices_table(reading, priced.row_dual)
        tables["uniform_prices"] = uniform_prices_table(reading, priced.row_dual, markets)
    sense = -1.0 if is_maximised(name) else 1.0
    own = answer.passes[0].value
    worth = sense * priced.worth * (RATIOS[name].factor if name in RATIOS else 1.0)
    pricing = {
        "status": priced.outcome.status,
        "objective": worth,
        "distance_from_plan": (worth - own) / max(abs(own), 1e-9),
        "worth_of_one_a_year": one_a_year(m),
        "method": "whole numbers relaxed" if run.relax else "binaries of the design fixed, unit counts relaxed",
    }
    if verify:
        reason = _not_verified(name, answer)
        if reason:
            pricing["not_verified"] = reason
        else:
            pricing["verified"] = run.timed("verify", lambda: _verify(run, m, pricer, worth, tables["prices"]))
    return pricing, tables


def _not_verified(name: str, answer: Answer) -> str:
    """Why the headline is not checked by solving again; empty where it is."""
    if answer.stopped:
        return answer.stopped
    return "a ratio's price holds for a small change only" if name in RATIOS else ""


def _solve(pricer: Pricer, m: ConcreteModel, stamped: Stamped, x: np.ndarray) -> Priced:
    """Solve the LP; for a ratio again and again until q is the LP's own smallest ratio."""
    program, name = stamped.program, m.objective_name
    if name not in RATIOS:
        outcome = pricer.solve(program)
        return Priced(outcome, outcome.objective, outcome.row_dual)
    under = under_of(m, stamped, name)
    q = _ratio(program, under, x)
    for _ in range(_MOST_RATIOS):
        outcome = pricer.solve(parametrised(program, under, q))
        if outcome.row_dual is None:
            break
        before, q = q, _ratio(program, under, outcome.x)
        if abs(q - before) <= _SAME_RATIO * abs(q):
            return Priced(outcome, q, outcome.row_dual / under.at(outcome.x) * RATIOS[name].factor)
    return Priced(outcome)


def _ratio(program: Program, under: Linear, x: np.ndarray) -> float:
    return objective_of(program, x) / under.at(x)


def _counts(m: ConcreteModel, stamped: Stamped) -> np.ndarray:
    """Return the columns that count units."""
    found = [np.zeros(0, dtype=int)]
    for variable in m.counts:
        _, starts, copies = stamped.columns(variable)
        found += [np.arange(start, start + copies) for start in starts]
    return np.concatenate(found)


def _verify(run: Writer, model: ConcreteModel, pricer: Pricer, worth: float, prices: pd.DataFrame) -> list[dict]:
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
            changed[sign] = None if outcome.objective is None else stamped.sense * outcome.objective - worth
        unit = currency(model).small_per_big * (1 if is_maximised(model.objective_name) else -1)
        up, down = (None if changed[k] is None else k * changed[k] * unit / mw for k in (1, -1))
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

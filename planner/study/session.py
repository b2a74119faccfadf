"""A live session: the model of an instance stays in the solver while its parameters change.

A change is found by writing and stamping the model again (a few tenths of a second) and comparing: whatever differs in
bounds, costs and coefficients is sent, derived numbers included, and nothing is tracked by hand. Every answer starts
from the basis of the first one, so it does not depend on what was asked before, and is proved on the arrays.

What may change when a parameter changes is said by `reoptimise`:

| reoptimise | held | an answer is |
|---|---|---|
| all | nothing | a mixed-integer plan within the gap; smaller differences mean nothing |
| sizes | yes-or-no choices, as in the first plan | exact, with unit counts relaxed |
| operation | all that is built, as in the first plan | exact: only what runs, flows and is sold moves |
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel, Constraint, Var

from planner.instance import Instance
from planner.instance.goal import with_goal
from planner.instance.overrides import as_pairs
from planner.model.build import Extension, build
from planner.model.measures import MEASURES, RATIOS
from planner.plan.accounts import accounts_table
from planner.plan.design import choices, design_table
from planner.plan.plan import PlanError, price_of
from planner.plan.prices import prices_table
from planner.plan.reading import Reading
from planner.solver import Basis, LiveProgram, Options, Outcome, Ranges, fix, relax
from planner.solver import solve as solve_program
from planner.stamp import Program, Stamped, level_of, stamp
from planner.study.changes import Changes, with_changes

Reoptimise = Literal["all", "sizes", "operation"]

_BUILDING = ("plan", "period", "vintage")  # levels whose decisions are built, not operated
_GUIDE = "only guides the search"  # what the text of such a rule says
_OUT_OF_REACH = ("units_built", "capacity_built_mw", "store_built_mw", "store_built_mwh", "line_built_mw")
_HAIR = 1e-7  # relative room around what is held, so that rounding does not make it impossible


@dataclass(frozen=True)
class Answer:
    """What a session found for one set of changes.

    Attributes:
        changes: path and value of every change.
        instance: the changed instance.
        status: optimal, feasible (stopped early) or why there is no plan: infeasible, unbounded, no_plan, error.
        reason: the same in words.
        objective: value of what is optimised, nan without a plan; `bound`: no plan is better; both in the instance's
            own sense (profit: higher is better).
        gap: relative distance between them; 0 for exact answers.
        how: restarted (from the first answer's basis), cold, or rebuilt (the change altered the model's structure, so
            its choices were made anew).
        seconds: wall clock, reading and stamping included.
        reading: the model with its solution; None without a plan.
        outcome: what the solver returned.
    """

    changes: tuple[tuple[str, Any], ...]
    instance: Instance
    status: str
    reason: str
    objective: float
    bound: float
    gap: float
    how: str
    seconds: float
    reading: Reading | None
    outcome: Outcome

    def __repr__(self) -> str:
        asked = ", ".join(f"{path}={value}" for path, value in self.changes) or "no changes"
        found = f"objective {self.objective:,.3f}" if self.has_plan else self.reason
        return f"Answer({self.instance.name}, {asked}: {self.status}, {found})"

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan."""
        return self.reading is not None

    @cached_property
    def design(self) -> pd.DataFrame:
        """What is in service: period, kind, what, amount, unit."""
        return design_table(self._solved())

    @cached_property
    def choices(self) -> frozenset[tuple[str, str, str]]:
        """What the design chooses, as (period, kind, what): all that makes up more than 1 % of its kind."""
        return choices(self.design)

    @cached_property
    def prices(self) -> pd.DataFrame:
        """What one more unit of every limit is worth; empty for mixed-integer answers, which have no duals."""
        if self.outcome.row_dual is None:
            return pd.DataFrame(columns=["period", "what", "where", "rule", "value", "unit", "binds"])
        return prices_table(self._solved(), self.outcome.row_dual)

    def price(self, rule: str, where: str = "", period: str | None = None) -> float:
        """Return one shadow price, e.g. price("power_limit_mw", "abilene"), of the first period by default.

        Raises:
            KeyError: there is no such price; mixed-integer answers have none.
        """
        return price_of(self.prices, rule, where, period)

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """Every cash post by period: period, heading, item, musd_per_yr, present_value_musd."""
        return accounts_table(self._solved())

    def _solved(self) -> Reading:
        if self.reading is None:
            raise PlanError(f"there is no plan: {self.reason}")
        return self.reading


@dataclass(frozen=True)
class Start:
    """What another session of the same instance needs to give the same answers without solving it first.

    Attributes:
        x: value of every column in the first plan.
        basis: where exact answers start from.
        root: where the relaxations of mixed-integer answers start from.
    """

    x: np.ndarray
    basis: Basis | None
    root: Basis | None


class Session:
    """An instance whose model stays in the solver.

        session = planner.Session(planner.load("one-gigawatt"))
        session.ask({"sites.abilene.power_limit_mw": 1100}).objective

    Args:
        instance: what the world is.
        objective: what is optimised, one measure; None takes the instance's own first objective.
        limits: limits on measures, such as "carbon<=20000", beside the instance's own.
        reoptimise: what may change from answer to answer: all, sizes or operation (see the module).
        gap: relative gap of mixed-integer solves.
        time_limit_s: limit of each mixed-integer solve.
        extend: a user's own rules.
        start: `start` of another session of the same instance, objective and `reoptimise`.

    Attributes:
        base: the answer without changes.
        start: what another session needs to give the same answers.
        rebuilt: how many answers needed choices of their own, because the structure of the model changed.

    Raises:
        PlanError: the instance itself has no plan.
        ValueError: an unknown word.
    """

    def __init__(
        self,
        instance: Instance,
        objective: str | None = None,
        *,
        limits: Sequence[str] = (),
        reoptimise: Reoptimise = "sizes",
        gap: float = 1e-4,
        time_limit_s: float | None = None,
        extend: Sequence[Extension] = (),
        start: Start | None = None,
    ) -> None:
        if reoptimise not in get_args(Reoptimise):
            raise ValueError(f"reoptimise must be one of {', '.join(get_args(Reoptimise))}; got {reoptimise!r}")
        self.instance, self.objective = instance, objective or instance.settings.objective.name
        if self.objective in RATIOS:
            raise ValueError(f"{self.objective} is a ratio: a session optimises one measure, {', '.join(MEASURES)}")
        self.limits = tuple(limits)
        self.reoptimise: Reoptimise = reoptimise
        self.rebuilt = 0
        self.options = Options(gap=gap, time_limit_s=time_limit_s)
        self.extend = tuple(extend)
        begun = time.perf_counter()
        m, stamped = self._write(instance)
        self._signature = _signature(m, stamped)
        self._first = self._found(stamped, None) if start is None else Outcome("optimal", "", x=start.x)
        self._first.basis = self._first.basis if start is None else start.root
        self._live = LiveProgram(None, self._first.relaxation, None if start is None else start.basis)
        if reoptimise == "all" and start is None:
            self.base = self._answer((), instance, m, stamped, self._first, "cold", begun)
        else:
            self.base = self._ask((), instance, m, stamped, begun)
        if reoptimise != "all" and start is None:
            self._live.anchor = self._live.basis
        self.start = Start(self._first.x, self._live.anchor, self._first.basis)

    def ask(self, changes: Changes = (), limits: Sequence[str] = ()) -> Answer:
        """Return the answer for a set of changes, made on top of the instance's own.

        `limits` take the place of the session's on the same side of the same measure.

        Raises:
            InstanceError: a path names nothing, or a value is not allowed.
            TypeError: the changes are neither a mapping nor pairs of path and value.
        """
        begun = time.perf_counter()
        pairs = tuple(as_pairs(changes))
        instance = with_changes(self.instance, pairs)
        m, stamped = self._write(instance, limits)
        if _signature(m, stamped) == self._signature:
            return self._ask(pairs, instance, m, stamped, begun)
        self.rebuilt += 1
        first = solve_program(stamped.program, self.options)
        if self.reoptimise == "all" or not first.has_plan:
            return self._answer(pairs, instance, m, stamped, first, "rebuilt", begun)
        found = LiveProgram(None, first.relaxation).solve(self._held(m, stamped, first.x))
        return self._answer(pairs, instance, m, stamped, found, "rebuilt", begun)

    def ranges(self) -> Ranges | None:
        """How far right-hand sides and costs may move before the base answer's prices or plan change."""
        m, stamped = self.base.reading.m, self.base.reading.stamped
        program = without_guides(m, stamped, self._held(m, stamped, self._first.x))
        live = LiveProgram(anchor=self._live.anchor)
        return live.ranges() if live.solve(program).status == "optimal" else None

    @property
    def rejected(self) -> int:
        """How many restarted answers could not be proved and were solved again from scratch."""
        return self._live.rejected

    def _write(self, instance: Instance, limits: Sequence[str] = ()) -> tuple[ConcreteModel, Stamped]:
        m = build(with_goal(instance, self.objective, [*self.limits, *limits]), None, self.extend)
        return m, stamp(m)

    def _found(self, stamped: Stamped, after: Outcome | None) -> Outcome:
        outcome = solve_program(stamped.program, self.options, after=after)
        if not outcome.has_plan and after is None:
            raise PlanError(f"{self.instance.name}: {outcome.reason}")
        return outcome

    def _ask(
        self, changes: tuple[tuple[str, Any], ...], instance: Instance, m: ConcreteModel, stamped: Stamped, begun: float
    ) -> Answer:
        """The answer to a program of the same structure as the first."""
        if self.reoptimise == "all":
            outcome = self._found(stamped, self._first)
            if outcome.relaxation is not None:
                self._first.relaxation = outcome.relaxation
            return self._answer(changes, instance, m, stamped, outcome, "restarted", begun)
        cold = self._live.cold
        outcome = self._live.solve(self._held(m, stamped, self._first.x))
        how = "restarted" if self._live.cold == cold else "cold"
        return self._answer(changes, instance, m, stamped, outcome, how, begun)

    def _held(self, m: ConcreteModel, stamped: Stamped, x: np.ndarray) -> Program:
        """The linear program that remains when what is not reoptimised is held at the values of x."""
        program = stamped.program
        if self.reoptimise == "sizes":
            held = program.integrality.copy()
            held[columns_of(stamped, m.counts)] = False
            return relax(fix(program, held, np.round(x[held])))
        built = columns_of(stamped, [v for v in m.component_objects(Var) if level_of(v).name in _BUILDING])
        copy = relax(program)
        room = _HAIR * np.maximum(1.0, np.abs(x[built])) * ~program.integrality[built]
        value = np.where(program.integrality[built], np.round(x[built]), x[built])
        copy.col_lower[built] = np.maximum(copy.col_lower[built], value - room)
        copy.col_upper[built] = np.minimum(copy.col_upper[built], value + room)
        return copy

    def _answer(
        self,
        changes: tuple[tuple[str, Any], ...],
        instance: Instance,
        m: ConcreteModel,
        stamped: Stamped,
        outcome: Outcome,
        how: str,
        begun: float,
    ) -> Answer:
        known = outcome.has_plan
        return Answer(
            changes=changes,
            instance=instance,
            status=outcome.status,
            reason=outcome.reason,
            objective=stamped.sense * outcome.objective if known else math.nan,
            bound=math.nan if outcome.bound is None else stamped.sense * outcome.bound,
            gap=math.nan if outcome.gap is None else outcome.gap,
            how=how,
            seconds=time.perf_counter() - begun,
            reading=Reading(m, stamped, outcome.x) if known else None,
            outcome=outcome,
        )


def columns_of(stamped: Stamped, variables: Sequence[Var]) -> np.ndarray:
    """Return the positions of all columns of some variables."""
    found = [np.zeros(0, dtype=int)]
    for variable in variables:
        _, starts, copies = stamped.columns(variable)
        found += [np.arange(start, start + copies) for start in starts]
    return np.concatenate(found)


def without_guides(m: ConcreteModel, stamped: Stamped, program: Program) -> Program:
    """Return a program in which the choices are held without the rows and bounds that only guide the search.

    They stand a hair beyond the real limits, where a range would end for no reason of the user's.
    """
    copy = program.copy()
    for rule in m.component_objects(Constraint):
        if _GUIDE in (rule.doc or ""):
            _, starts, copies = stamped.rows(rule)
            for start, of in zip(starts, copies, strict=True):
                copy.row_upper[start : start + len(of)] = np.inf
    for name in _OUT_OF_REACH:
        columns = columns_of(stamped, [variable] if (variable := m.period.component(name)) is not None else [])
        copy.col_upper[columns] = np.where(program.col_upper[columns] > 0, np.inf, 0.0)
    return copy


def _signature(m: ConcreteModel, stamped: Stamped) -> int:
    """A number that differs where two models have other variables, indices, numbers of copies or whole numbers."""
    parts = [(v.name, level_of(v).n, tuple(v)) for v in m.component_objects(Var)]
    return hash((tuple(parts), stamped.program.integrality.tobytes(), stamped.program.shape))

"""Passes: objectives optimised one after the other, those before kept; and what each came to.

Tokens, revenue, carbon and the ratios say nothing of cost: of the plans that are as good, the last pass takes the most
profitable. The columns of all passes are the same, so a plan of a later one is a plan of the first.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from pyomo.environ import ConcreteModel

from planner.instance import Instance
from planner.instance.goal import limits_of, order_of
from planner.model.measures import RATIOS, is_maximised, measure
from planner.plan.outcomes import conflicting
from planner.plan.plan import PlanError
from planner.plan.reading import value_of
from planner.solver import Linear, Options, Outcome, Progress, least_value, relative_gap, smallest_ratio
from planner.solver import solve as solve_program
from planner.stamp import Stamped

ProgressReport = Callable[[Progress], object]

_NO_TOKENS_GTOK = 1e-6
_LEAST_TIME_S = 1e-3


class Writer(Protocol):
    """What is needed of a run: its instance and options, timing, and writing its model once more."""

    instance: Instance
    options: Options

    def timed(self, phase: str, work: Callable[[], object]) -> object:
        """Do some work and note how long it took."""

    def write_model(
        self, instance: Instance, objective: str | None = None, kept: dict[str, float] | None = None
    ) -> tuple[ConcreteModel, Stamped]:
        """Build and stamp the model, with another objective and earlier ones kept."""


@dataclass
class Pass:
    """One objective, and what was known when its pass ended.

    Attributes:
        objective: its name.
        value: of the plan that was returned, in the objective's unit.
        reached: value at the end of the pass, before later ones made use of the slack.
        bound: no plan is better, the objectives before being kept; None where nothing is proven.
        outcome: of the solver; None where the pass was left out.
        left_out: why it was.
    """

    objective: str
    value: float | None = None
    reached: float | None = None
    bound: float | None = None
    outcome: Outcome | None = None
    left_out: str = ""

    @property
    def gap(self) -> float | None:
        """Distance of the value from the bound, relative to the value; None where only the value is 0."""
        gap = relative_gap(self.value, self.bound) if self.value or self.value == self.bound else None
        return gap if gap is None or math.isfinite(gap) else None

    def as_dict(self) -> dict:
        """The pass as plain data, for the record, without its unit."""
        status, reason = (
            ("left out", self.left_out) if self.outcome is None else (self.outcome.status, self.outcome.reason)
        )
        return {
            "objective": self.objective,
            "sense": "maximise" if is_maximised(self.objective) else "minimise",
            "value": self.value,
            "reached": self.reached,
            "bound": self.bound,
            "gap": self.gap,
            "status": status,
            "reason": reason,
        }


@dataclass
class Answer:
    """The plan that came out of all passes, as columns of the first one's model; `outcome` is that of the first."""

    m: ConcreteModel
    stamped: Stamped
    x: np.ndarray
    outcome: Outcome
    passes: list[Pass]

    @property
    def stopped(self) -> str:
        """Why the work was cut short, in words; empty where it was not."""
        found = [one.outcome.stopped for one in self.passes if one.outcome is not None and one.outcome.stopped]
        return found[0] if found else ""


def run_passes(run: Writer, progress: ProgressReport | None) -> Answer:
    """Optimise the objectives of an instance in their order, within one time limit.

    Raises:
        PlanError: the first pass finds no plan, or a ratio has no volume to stand on.
    """
    clock = _Clock(run.options)
    first, *later = order_of(run.instance)
    m, stamped = run.write_model(run.instance)
    outcome = run.timed("solve", lambda: _optimise(run, m, stamped, first, clock.options(), progress, None))
    if not outcome.has_plan:
        raise PlanError(f"{run.instance.name}: {outcome.reason}{conflicting(stamped, outcome)}")
    answer = Answer(m, stamped, outcome.x, outcome, [Pass(first, outcome=outcome)])
    kept: dict[str, float] = {}
    for name in later:
        kept |= _kept(run, answer)
        answer.passes.append(_next_pass(run, answer, name, kept, clock, progress))
    for one in answer.passes:
        one.value = value_of(answer.m, answer.stamped, one.objective, answer.x)
        if one.outcome is not None and one.outcome.bound is not None:
            one.bound = _told(one.objective, one.outcome.bound)
        if one.outcome is not None:
            one.reached = _told(one.objective, one.outcome.objective)
        if one.bound is not None:  # the two were computed apart and may differ in the last digit
            one.bound = (max if is_maximised(one.objective) else min)(one.bound, one.value)
        if one.value is not None and math.isnan(one.value):
            one.value = None
    return answer


def under_of(m: ConcreteModel, stamped: Stamped, name: str) -> Linear:
    """The lower part of a ratio as a function of the columns."""
    return Linear(*stamped.linear(measure(m, RATIOS[name].under)))


def _told(name: str, value: float) -> float:
    """From the solver's minimisation to the objective's own sense and unit."""
    sense = -1.0 if is_maximised(name) else 1.0
    return sense * value * (RATIOS[name].factor if name in RATIOS else 1.0)


class _Clock:
    """The time limit of a run, shared by its passes."""

    def __init__(self, options: Options) -> None:
        self._options, self._begun = options, time.monotonic()

    @property
    def over(self) -> bool:
        limit = self._options.time_limit_s
        return limit is not None and time.monotonic() - self._begun >= limit

    def options(self) -> Options:
        """The options with the time that is left."""
        limit = self._options.time_limit_s
        if limit is None:
            return self._options
        left = limit - (time.monotonic() - self._begun)
        return replace(self._options, time_limit_s=max(left, _LEAST_TIME_S))


def _next_pass(
    run: Writer, answer: Answer, name: str, kept: dict[str, float], clock: _Clock, progress: ProgressReport | None
) -> Pass:
    if answer.stopped or clock.over:
        return Pass(name, left_out=answer.stopped or "the time limit was reached")
    m, stamped = run.write_model(run.instance, name, dict(kept))
    try:
        outcome = run.timed(
            f"then {name}", lambda: _optimise(run, m, stamped, name, clock.options(), progress, answer.x)
        )
    except PlanError as error:
        return Pass(name, left_out=str(error))
    if not outcome.has_plan:
        return Pass(name, left_out=outcome.reason)
    answer.x = outcome.x
    return Pass(name, outcome=outcome)


def _kept(run: Writer, answer: Answer) -> dict[str, float]:
    """The objective of the last pass, to be kept at the value it reached there but for the slack."""
    last = answer.passes[-1]
    if last.outcome is None:
        return {}
    name = last.objective
    slack = run.instance.settings.objective.slack
    slack = run.options.gap if slack is None else slack
    value = value_of(answer.m, answer.stamped, name, answer.x)
    if not math.isfinite(value):
        return {}
    value += (-slack if is_maximised(name) else slack) * abs(value)
    return {name: value / (RATIOS[name].factor if name in RATIOS else 1.0)}


def _optimise(
    run: Writer,
    m: ConcreteModel,
    stamped: Stamped,
    name: str,
    options: Options,
    progress: ProgressReport | None,
    first: np.ndarray | None,
) -> Outcome:
    """Optimise one objective over its model; a ratio over something that cannot vanish."""
    tell = None if progress is None else _in_its_own_sense(name, progress)
    if name not in RATIOS:
        return solve_program(stamped.program, options, tell, first=first)
    ratio = RATIOS[name]
    floors = {}
    for part in dict.fromkeys(("tokens", ratio.under)):
        least = _least(run, m, stamped, part, options)
        if isinstance(least, Outcome):
            return least
        floors[part] = least
    for part, least in floors.items():
        if not least > _NO_TOKENS_GTOK:
            raise PlanError(
                f"{run.instance.name}: {name} needs a volume to stand on, and a plan with no {part} is allowed: "
                "set a limit such as tokens>=1000, or make a promise that cannot be broken"
            )
    return smallest_ratio(stamped.program, under_of(m, stamped, name), floors[ratio.under], options, tell, first)


def _least(run: Writer, m: ConcreteModel, stamped: Stamped, part: str, options: Options) -> float | Outcome:
    """The least a measure can be: its limit, or what the relaxation proves; an outcome where that ends the matter."""
    limit = limits_of(run.instance).get((part, "at_least"))
    if limit is not None and limit > _NO_TOKENS_GTOK:
        return limit
    outcome = least_value(stamped.program, Linear(*stamped.linear(measure(m, part))), options)
    if outcome.bound is None:
        return replace(outcome, x=None) if outcome.status != "optimal" else 0.0
    return outcome.bound


def _in_its_own_sense(name: str, progress: ProgressReport) -> ProgressReport:
    """Progress with values as people read them: profits positive, ratios in their unit."""

    def tell(now: Progress) -> object:
        bound, incumbent = (None if value is None else _told(name, value) for value in (now.bound, now.incumbent))
        return progress(replace(now, bound=bound, incumbent=incumbent))

    return tell

"""What is asked of a plan: the order of objectives, and limits on measures; in settings or as short text.

tokens,carbon,profit        most tokens; of such plans that with least carbon; of those the most profitable
carbon<=20000               at most 20,000 t over the horizon; tokens>=1.2e6: at least 1.2 million Gtok
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, get_args

from planner.instance.instance import Instance
from planner.instance.problem import among
from planner.instance.schema.settings import Measure, MeasureLimit, Objective, ObjectiveSettings

MEASURES: tuple[str, ...] = get_args(Measure)
OBJECTIVES: tuple[str, ...] = get_args(Objective)
Side = Literal["at_least", "at_most"]

_LIMIT = re.compile(r"^\s*([a-z_]+)\s*(<=|>=)\s*(\S+)\s*$")
_SIDES: dict[str, Side] = {">=": "at_least", "<=": "at_most"}


def parse_order(text: str) -> tuple[str, ...]:
    """Read an order of objectives such as `tokens,carbon,profit`.

    Raises:
        ValueError: a word is no objective or stands twice.
    """
    order = tuple(word.strip() for word in text.split(","))
    for word in order:
        if word not in OBJECTIVES:
            raise ValueError(f"no objective {word}; choose one of {', '.join(OBJECTIVES)}")
    if len(set(order)) < len(order):
        raise ValueError(f"the order of objectives {text} names one of them twice")
    return order


def parse_limit(text: str) -> MeasureLimit:
    """Read a limit such as `carbon<=20000` or `tokens>=1.2e6`, in the measure's own unit.

    Raises:
        ValueError: no such measure, no such sign, or no finite number.
    """
    match = _LIMIT.match(text)
    if match is None:
        raise ValueError(f"{text} is no limit; write a measure, <= or >=, and a number, such as carbon<=20000")
    measure, sign, number = match.groups()
    if measure not in MEASURES:
        raise ValueError(f"{text} limits no measure: {among(measure, list(MEASURES), 'measures')}")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{text} is no limit: {number} is not a finite number")
    return MeasureLimit.model_validate({"measure": measure, _SIDES[sign]: value})


def with_goal(instance: Instance, objective: str | None = None, limits: Iterable[str] = ()) -> Instance:
    """Return the instance with another order of objectives, and with limits beside its own.

    A limit takes the place of the instance's own on the same side of the same measure.

    Raises:
        ValueError: the texts cannot be read, or limits contradict each other.
    """
    asked = instance.settings.objective
    values = dict(asked)
    if objective is not None:
        order = parse_order(objective)
        values |= {"name": order[0], "then": order[1:]}
    values["limits"] = _joined(asked.limits, [parse_limit(text) for text in limits])
    settings = instance.settings.model_copy(update={"objective": ObjectiveSettings(**values)})
    return replace(instance, settings=settings)


def order_of(instance: Instance) -> tuple[str, ...]:
    """Return the objectives in their order; profit comes last where the instance does not name it."""
    asked = instance.settings.objective
    order = (asked.name, *asked.then)
    return order if "profit" in order else (*order, "profit")


def limits_of(instance: Instance) -> dict[tuple[str, Side], float]:
    """Return the limits on measures: (measure, side) -> value."""
    limits = instance.settings.objective.limits
    sides = ((limit, side) for limit in limits for side in _SIDES.values())
    return {(limit.measure, side): getattr(limit, side) for limit, side in sides if getattr(limit, side) is not None}


def _joined(old: Iterable[MeasureLimit], new: Iterable[MeasureLimit]) -> tuple[MeasureLimit, ...]:
    joined: dict[str, MeasureLimit] = {}
    for limit in (*old, *new):
        before = joined.get(limit.measure)
        given = limit.model_dump(exclude_none=True)
        both = given if before is None else before.model_dump(exclude_none=True) | given
        if both.get("at_least", -math.inf) > both.get("at_most", math.inf):
            raise ValueError(
                f"no plan has {limit.measure} of at least {both['at_least']:g} and at most {both['at_most']:g}"
            )
        joined[limit.measure] = MeasureLimit.model_validate(both)
    return tuple(joined.values())

"""Alternatives: very different designs that are nearly as good (modelling to generate alternatives, MGA).

With the objective held within a share of its best, each direction asks for as different a design as can be: less of
everything the designs so far have chosen (Brill, Chang and Hopkins, Modeling to Generate Alternatives, Management
Science 28, 1982), or more, or less, of one kind of thing. What stays in all of them has to be built; what comes and
goes is a matter of taste. Unit counts are relaxed throughout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp
from pyomo.environ import ConcreteModel

from planner.plan.design import BUILT, choices, design_table
from planner.plan.reading import Reading
from planner.solver import Outcome, fix, relax
from planner.solver import solve as solve_program
from planner.stamp import Program, stamp, total
from planner.study.results import Study
from planner.study.session import Session, columns_of
from planner.study.sweep import record

_IN_USE = 1e-6  # a switch above this in the relaxation is in use
_LEAST = 1e-6

Thing = tuple[str, str]


@dataclass(frozen=True)
class Amounts:
    """How much of a thing a plan has over the horizon, as a row of coefficients, and how much the base plan has."""

    row: np.ndarray
    scale: float


def alternatives(
    session: Session,
    *,
    within: float = 0.02,
    count: int = 5,
    kinds: Sequence[str] = ("hardware", "power", "cooling", "store"),
) -> Study:
    """Find the most different designs whose objective is within a share of the best.

    Args:
        session: a session of the instance; its base answer is the first design.
        within: share of the base objective that may be given up.
        count: how many designs to look for.
        kinds: kinds of things (see `plan.design`) in which designs should differ.

    Returns:
        A study with the tables `points` (one row per design: direction, objective, share given up, how many choices
        differ from the base), `design` by point, and `choices`: every thing some design chooses, in how many of them
        it is chosen, and its least and largest amount.

    Raises:
        ValueError: `within` is not a positive share, or a kind is unknown.
    """
    if not 0 < within < math.inf or count < 1:
        raise ValueError("give a positive share to give up and at least one design")
    unknown = set(kinds) - {built.kind for built in BUILT}
    if unknown:
        raise ValueError(f"no kind {', '.join(sorted(unknown))}; there are {', '.join(b.kind for b in BUILT)}")
    reading = session.base.reading
    things = _amounts(reading, kinds)
    pusher = _Pusher(_with_floor(reading, within), reading.x, columns_of(reading.stamped, reading.m.counts))
    best = float(reading.stamped.program.cost @ reading.x + reading.stamped.program.offset)
    designs = [design_table(reading)]
    rows = [("base", "optimal", session.base.objective, 0.0, 0)]
    for k in range(count):
        name, cost = _direction(k, things, designs, kinds)
        outcome = pusher.push(cost)
        if not outcome.has_plan:
            rows.append((name, outcome.status, math.nan, math.nan, 0))
            designs.append(designs[0].iloc[:0])
            continue
        minimum = float(reading.stamped.program.cost @ outcome.x + reading.stamped.program.offset)
        designs.append(design_table(Reading(reading.m, reading.stamped, outcome.x)))
        differ = len(choices(designs[-1]) ^ choices(designs[0]))
        lost = (minimum - best) / max(abs(best), _LEAST)
        rows.append((name, outcome.status, reading.stamped.sense * minimum, lost, differ))
    points = pd.DataFrame(rows, columns=["direction", "status", "objective", "given_up_share", "choices_that_differ"])
    points.insert(0, "point", range(len(points)))
    by_point = pd.concat([frame.assign(point=k) for k, frame in enumerate(designs)], ignore_index=True)
    tables = {"points": points, "design": by_point[["point", "period", "kind", "what", "amount", "unit"]]}
    tables["choices"] = _common(by_point, sum(len(frame) > 0 for frame in designs))
    return Study(record(session, "alternatives") | {"within": within}, tables)


def _amounts(reading: Reading, kinds: Sequence[str]) -> dict[Thing, Amounts]:
    """By kind and name: the amount over the horizon as a row over the columns, in units of the base's largest."""
    m, found = reading.m, {}
    for built in BUILT:
        component = built.component(m)
        if built.kind not in kinds:
            continue
        grouped: dict[str, list] = {}
        for index in component:
            parts = dict(zip(built.index, index if isinstance(index, tuple) else (index,), strict=True))
            grouped.setdefault(" / ".join(str(parts[name]) for name in built.by), []).append(component[index])
        rows = {what: _row_of(m, terms) for what, terms in grouped.items()}
        largest = max((float(row @ reading.x) for row in rows.values()), default=0.0)
        for what, row in rows.items():
            found[built.kind, what] = Amounts(row, max(largest, _LEAST))
    return found


def _row_of(m: ConcreteModel, terms: list) -> np.ndarray:
    """Coefficients of the sum of some period amounts over the horizon."""
    return stamp(m, minimise=sum(total(term, per=m, over=m.period) for term in terms)).program.cost


def _with_floor(reading: Reading, within: float) -> Program:
    """The program with a row that keeps its own objective within a share of the base answer's."""
    program = reading.stamped.program
    base = float(program.cost @ reading.x)
    worst = base + within * abs(base + program.offset)
    row = sp.csr_array(program.cost[None, :])
    matrix = sp.csr_array(sp.vstack([program.matrix, row], format="csr"))
    matrix.sort_indices()
    return replace(
        program,
        matrix=sp.csr_array((matrix.data, matrix.indices.astype(np.int32), matrix.indptr), shape=matrix.shape),
        row_lower=np.append(program.row_lower, -np.inf),
        row_upper=np.append(program.row_upper, worst),
    )


def _direction(
    k: int, things: dict[Thing, Amounts], designs: Sequence[pd.DataFrame], kinds: Sequence[str]
) -> tuple[str, np.ndarray]:
    """In turn: less of all that was chosen so far, the more often the less; more of one thing never chosen."""
    often: dict[Thing, int] = {}
    for design in designs:
        for kind, what in {choice[1:] for choice in choices(design)}:
            often[kind, what] = often.get((kind, what), 0) + 1
    never = [thing for thing in things if thing not in often and thing[0] == kinds[(k // 2) % len(kinds)]]
    if k % 2 and never:
        thing = never[(k // 2) % len(never)]
        return f"more of {' '.join(thing)}", -things[thing].row / things[thing].scale
    weights = [(things[thing], times) for thing, times in often.items() if thing in things]
    cost = sum((times / amounts.scale * amounts.row for amounts, times in weights), start=np.zeros_like(_any(things)))
    return "less of what was chosen so far", cost


def _any(things: dict[Thing, Amounts]) -> np.ndarray:
    return next(iter(things.values())).row


class _Pusher:
    """Pushes a direction as far as the floor allows, unit counts relaxed.

    The switches are first free to be fractions, then those in use are switched on and the rest off; where that leaves
    no plan, they stay as in the base plan.
    """

    def __init__(self, program: Program, x: np.ndarray, counts: np.ndarray) -> None:
        self._program, self._x = program, x
        self._switches = program.integrality.copy()
        self._switches[counts] = False

    def push(self, cost: np.ndarray) -> Outcome:
        """Return the plan of least cost in this direction."""
        free = solve_program(relax(replace(self._program, cost=cost, offset=0.0)))
        if free.has_plan:
            found = solve_program(self._with(cost, np.ceil(free.x[self._switches] - _IN_USE)))
            if found.has_plan:
                return found
        return solve_program(self._with(cost, self._x[self._switches]))

    def _with(self, cost: np.ndarray, values: np.ndarray) -> Program:
        changed = replace(self._program, cost=cost, offset=0.0)
        return relax(fix(changed, self._switches, np.round(values)))


def _common(by_point: pd.DataFrame, designs: int) -> pd.DataFrame:
    """By period, kind and thing: in how many designs it is chosen, its least and largest amount over the designs."""
    chosen: dict[tuple, int] = {}
    for _, design in by_point.groupby("point", sort=False):
        for choice in choices(design):
            chosen[choice] = chosen.get(choice, 0) + 1
    amounts = by_point.groupby(["period", "kind", "what", "unit"], sort=False)["amount"].agg(["min", "max", "count"])
    rows = []
    for (period, kind, what, unit), row in amounts.iterrows():
        least = row["min"] if row["count"] == designs else 0.0
        rows.append((period, kind, what, chosen.get((period, kind, what), 0), designs, least, row["max"], unit))
    columns = ["period", "kind", "what", "chosen_in", "designs", "least", "largest", "unit"]
    table = pd.DataFrame(rows, columns=columns)
    return table[table["chosen_in"] > 0].reset_index(drop=True)

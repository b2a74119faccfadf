"""What things are worth: shadow prices with the range in which they hold, what has no row asked by solving again, and
the value curve of a gigawatt.

A shadow price says what the next unit is worth, not the hundredth: `holds_for_less` and `holds_for_more` say how far a
limit may move, alone, and the price surely holds (it may hold further, where other plans are as good). They are blank
where a price sums over many rows (every hour of a year); there the value curve and `planner breakeven` tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from planner.instance.schema.sites import SMALLEST_SITE_MW
from planner.plan.prices import PRICED
from planner.study.results import Facts, Study, facts, fault, tables_of
from planner.study.session import Answer, Session
from planner.study.sweep import record
from planner.study.workers import ask_all

_NO_PRICE = 1e-9
FACTORS = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 2.5, 3.0)
"""Multiples of every site's power limit in the value curve."""

NUDGES: tuple[tuple[str, str, float, str], ...] = (
    ("one more ms of time to first token", "products.{}.max_ttft_ms", 1.0, "products"),
    ("one more point of headroom", "products.{}.headroom", 0.01, "products"),
    ("one more point of availability", "hardware.{}.availability", 0.01, "hardware"),
)
"""What has no row of its own: noun, path, step in the column's unit, table whose rows are asked one by one."""


def value(
    session: Session,
    *,
    factors: Sequence[float] = FACTORS,
    nudges: bool = True,
    workers: int = 1,
    cluster: str | None = None,
    told: Callable[[int, Facts], object] | None = None,
) -> Study:
    """Return what one more of everything is worth.

    Args:
        session: the live session; it must give exact answers (sizes or operation).
        factors: multiples of every site's power limit for the value curve; those that would make a site smaller than
            the smallest allowed are left out.
        nudges: whether to solve again for what has no row: milliseconds, headroom, availability.
        workers, cluster, told: as for `ask_all`.

    Returns:
        A study with the tables `value` (shadow prices as in a plan, with `holds_for_less` and `holds_for_more` in the
        unit of the limit), `nudges` (what solving again with a little more gave, per step) and `curve` (objective by
        multiple of the power limits; `objective_per_mw` over all megawatts, `next_mw` from here to the next point).

    Raises:
        ValueError: the session gives mixed-integer answers, which have no prices.
    """
    if session.reoptimise == "all":
        raise ValueError("mixed-integer answers have no prices; reoptimise sizes or operation")
    asked = _nudges(session) if nudges else []
    factors = [factor for factor in factors if factor * _smallest_mw(session) >= SMALLEST_SITE_MW]
    limits = _limit_paths(session)
    questions: list[Any] = [((path, {"add": step}),) for _, path, step, _ in asked]
    questions += [tuple((path, {"multiply": factor}) for path in limits) for factor in factors]
    found = ask_all(session, questions, facts, workers=workers, cluster=cluster, told=told, faulty=fault)
    curve = list(zip(factors, found[len(asked) :], strict=True))
    tables = tables_of(pd.DataFrame({"power_limits_times": [factor for factor, _ in curve]}), [f for _, f in curve])
    tables["value"] = with_ranges(session)
    tables["nudges"] = _nudge_table(session, asked, found[: len(asked)])
    tables["curve"] = _curve(session, curve)
    return Study(record(session, "value"), tables)


def with_ranges(session: Session) -> pd.DataFrame:
    """Return the shadow prices of the base answer with how far each limit may move before its price changes."""
    answer = session.base
    frame = answer.prices.copy()
    found = _moves(session, answer)
    keys = list(zip(frame["rule"], frame["where"], frame["period"], strict=True))
    frame["holds_for_less"] = [found.get(key, (np.nan, np.nan))[0] for key in keys]
    frame["holds_for_more"] = [found.get(key, (np.nan, np.nan))[1] for key in keys]
    return frame


def _moves(session: Session, answer: Answer) -> dict[tuple[str, str, str], tuple[float, float]]:
    """By rule, place and period: how much less and more of a limit leaves its price as it is."""
    ranges = session.ranges()
    reading = answer.reading
    if ranges is None or reading is None:
        return {}
    program, moves = reading.stamped.program, {}
    for priced in PRICED:
        constraint = getattr(priced.block(reading.m), priced.rule, None)
        if constraint is None or not len(constraint):
            continue
        indexes, starts, copies = reading.stamped.rows(constraint)
        for index, start, of in zip(indexes, starts, copies, strict=True):
            for position in range(len(of)):
                row = start + position
                labels = reading.stamped.describe_row(row)[2]
                if "step" in labels or "day" in labels:
                    break  # a price of many rows
                side = program.row_upper[row] if np.isfinite(program.row_upper[row]) else program.row_lower[row]
                where = " / ".join(map(str, index if isinstance(index, tuple) else () if index is None else (index,)))
                less, more = side - ranges.row_low[row], ranges.row_high[row] - side
                if np.isfinite(program.row_lower[row]):  # `need <= what there is`: more room is less need
                    less, more = more, less
                if abs(answer.outcome.row_dual[row]) <= _NO_PRICE:
                    more = np.inf  # what is worth nothing stays so when there is more of it
                moves[priced.rule, where, labels["period"]] = (max(0.0, less), max(0.0, more))
    return moves


def _smallest_mw(session: Session) -> float:
    """The smallest power limit of a site with power (MW)."""
    rows = [*session.instance.sites.values(), *session.instance.site_periods.values()]
    return min(row.power_limit_mw for row in rows if row.power_limit_mw > 0)


def _limit_paths(session: Session) -> list[str]:
    paths = ["sites.*.power_limit_mw"]
    return paths + (["site_periods.*.*.power_limit_mw"] if session.instance.site_periods else [])


def _nudges(session: Session) -> list[tuple[str, str, float, str]]:
    """What to ask by solving again: products that are sold, hardware that stands; no share above 1."""
    sold = {key[1] for key in session.instance.demand}
    standing = {what.split(" / ")[1] for _, kind, what in session.base.choices if kind == "hardware"}
    asked = []
    for noun, path, step, table in NUDGES:
        for name in getattr(session.instance, table):
            row = getattr(session.instance, table)[name]
            now = getattr(row, path.rsplit(".", 1)[1])
            if name in (sold if table == "products" else standing) and (step >= 1 or now + step <= 1):
                asked.append((noun, path.format(name), step, name))
    return asked


def _nudge_table(session: Session, asked: Sequence[tuple], found: Sequence[Facts]) -> pd.DataFrame:
    base = session.base.objective
    rows = [
        (noun, name, path, step, fact.row["objective"] - base, fact.row["status"])
        for (noun, path, step, name), fact in zip(asked, found, strict=True)
    ]
    return pd.DataFrame(rows, columns=["what", "where", "path", "step", "effect", "status"])


def _curve(session: Session, curve: Sequence[tuple[float, Facts]]) -> pd.DataFrame:
    """Objective by multiple of the power limits; effects are those on the objective, per MW of the first period."""
    instance = session.instance
    first = next(iter(instance.periods))
    limits = [instance.site_periods.get((s, first), site).power_limit_mw for s, site in instance.sites.items()]
    rows = [(factor, factor * sum(limits), fact.row["objective"], fact.row["status"]) for factor, fact in curve]
    frame = pd.DataFrame(rows, columns=["power_limits_times", "power_limit_mw", "objective", "status"])
    frame["objective_per_mw"] = frame["objective"] / frame["power_limit_mw"]
    ahead = frame["objective"].diff().shift(-1) / frame["power_limit_mw"].diff().shift(-1)
    frame["next_mw"] = ahead
    return frame

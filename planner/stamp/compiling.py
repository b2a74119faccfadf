"""The stamp itself: a model written once per level becomes a program with every copy in it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from pyomo.environ import (
    Block,
    BuildAction,
    BuildCheck,
    ConcreteModel,
    Constraint,
    Expression,
    ExternalFunction,
    Objective,
    Param,
    RangeSet,
    Set,
    Suffix,
    Var,
    minimize,
)

from planner.stamp.assemble import MatrixWriter, RowBlock
from planner.stamp.columns import ColumnTable
from planner.stamp.errors import StampError
from planner.stamp.goal import goal_row
from planner.stamp.levels import Level, level_of
from planner.stamp.program import Program
from planner.stamp.quantities import Form, Number
from planner.stamp.rows import rows_of
from planner.stamp.stamped import Stamped
from planner.stamp.walker import Walker, require_readable

_KNOWN = {
    Block,
    BuildAction,
    BuildCheck,
    Constraint,
    Expression,
    ExternalFunction,
    Objective,
    Param,
    RangeSet,
    Set,
    Suffix,
    Var,
}


def stamp(m: ConcreteModel, minimise: Any = None) -> Stamped:
    """Write the model with every copy of every level as one sparse program.

    `minimise`: the expression to minimise, at the level of the plan; None: the one active Objective (maximise becomes
    minimise of the negative, `Stamped.sense` remembers -1). Raises StampError, naming the row or variable, for
    whatever is not linear, reads finer copies without total(...), or is no number.
    """
    with collector_paused():
        _refuse_unknown(m)
        columns = ColumnTable(m)
        walker = Walker(columns.by_member)
        goal, sense = _goal(m, minimise)
        cost, offset = (sense * part for part in goal_row(walker, goal, columns.n))
        col_lower, col_upper, whole = columns.bounds(walker)
        writer = MatrixWriter(walker.by_start, columns.n)
        blocks, row_lower, row_upper = _rows(m, walker, writer)
        matrix = writer.matrix()
        _refuse_infinite(matrix, blocks)
        program = Program(cost, offset, col_lower, col_upper, whole, matrix, row_lower, row_upper)
        return Stamped(m, program, goal, sense, columns, blocks)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause Python's cyclic garbage collector, which would search millions of live expression nodes in vain."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _refuse_unknown(m: ConcreteModel) -> None:
    for block in m.block_data_objects(active=True, descend_into=Block):
        for component in block.component_objects(active=True, descend_into=False):
            if component.ctype not in _KNOWN:
                raise StampError(
                    f"'{component.name}' is a {component.ctype.__name__}, which the stamp cannot read; deactivate it"
                )


def _goal(m: ConcreteModel, minimise: Any) -> tuple[Any, int]:
    if minimise is not None:
        return minimise, 1
    objectives = list(m.component_data_objects(Objective, active=True, descend_into=True))
    if len(objectives) != 1:
        names = [objective.name for objective in objectives]
        raise StampError(
            f"one active objective is needed, there are {len(objectives)} {names}; deactivate others or give minimise="
        )
    return objectives[0], 1 if objectives[0].sense == minimize else -1


def _rows(m: ConcreteModel, walker: Walker, writer: MatrixWriter) -> tuple[list[RowBlock], np.ndarray, np.ndarray]:
    blocks, sides, start = [], [], 0
    for holder in m.block_data_objects(active=True, descend_into=Block):
        level = level_of(holder)
        for member in holder.component_data_objects(Constraint, active=True, descend_into=False):
            try:
                form, low, high = _read_row(member, level, walker)
                block = RowBlock(member, level, rows_of(member, level), start)
                sides.append([_right_hand_side(block, bound, form.const) for bound in (low, high)])
                writer.write(block, form)
            except StampError as error:
                raise StampError(f"constraint '{member.name}': {error}") from None
            blocks.append(block)
            start += block.n
    lower, upper = np.empty(start), np.empty(start)
    for block, (low, high) in zip(blocks, sides, strict=True):
        lower[block.start : block.start + block.n] = low
        upper[block.start : block.start + block.n] = high
    return blocks, lower, upper


def _read_row(member: Any, level: Level, walker: Walker) -> tuple[Form, Number, Number]:
    """The left-hand side of a constraint member and the bounds on it."""
    low, body, high = member.to_bounded_expression()
    quantity = walker.read(body)
    require_readable(quantity, level, body, "its row")
    bounds = []
    for bound, missing in ((low, -np.inf), (high, np.inf)):
        number = missing if bound is None else walker.number(bound, "in a row bound")
        require_readable(number, level, bound, "its right-hand side")
        bounds.append(number)
    return quantity if quantity.__class__ is Form else Form(level, quantity), *bounds


def _right_hand_side(block: RowBlock, bound: Number, const: Number) -> float | np.ndarray:
    """A bound less the constant of the left-hand side, one number per row or one for all."""
    with np.errstate(invalid="ignore"):  # infinity less infinity is refused just below
        side = block.seen(bound) - block.seen(const)
    if (side != side).any() if isinstance(side, np.ndarray) else side != side:
        raise StampError("a right-hand side is NaN")
    return side


def _refuse_infinite(matrix: Any, blocks: list[RowBlock]) -> None:
    good = np.isfinite(matrix.data)
    if not good.all():
        row = int(np.searchsorted(matrix.indptr, int((~good).argmax()), side="right")) - 1
        block = next(block for block in blocks if block.start <= row < block.start + block.n)
        raise StampError(f"constraint '{block.member.name}': a coefficient is not a finite number")

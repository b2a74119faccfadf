"""Two programs as tables by name, and what must hold for them to be the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyomo.environ import ConcreteModel
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from planner.stamp import Stamped

Name = tuple[str, tuple]


@dataclass
class Tables:
    """A program by name: cost, bounds and integrality of columns; coefficients and bounds of rows."""

    columns: dict[Name, tuple[float, float, float, bool]]
    rows: dict[Name, tuple[dict[Name, float], float, float]]
    offset: float


def tables_of_stamped(stamped: Stamped) -> Tables:
    program = stamped.program
    names = [_named(*stamped.describe_column(j)) for j in range(program.shape[1])]
    columns = {
        name: (program.cost[j], program.col_lower[j], program.col_upper[j], bool(program.integrality[j]))
        for j, name in enumerate(names)
    }
    assert len(columns) == len(names)
    matrix, rows = program.matrix, {}
    for i in range(program.shape[0]):
        here = slice(matrix.indptr[i], matrix.indptr[i + 1])
        indices = matrix.indices[here]
        assert (np.diff(indices) > 0).all(), "column indices are sorted and unique in each row"
        coefficients = {names[j]: value for j, value in zip(indices, matrix.data[here], strict=True)}
        rows[_named(*stamped.describe_row(i))] = (coefficients, program.row_lower[i], program.row_upper[i])
    assert len(rows) == program.shape[0]
    return Tables(columns, rows, program.offset)


def tables_of_pyomo(m: ConcreteModel) -> Tables:
    info = LinearStandardFormCompiler().write(m, mixed_form=True)
    names = [_pyomo_name(var) for var in info.columns]
    cost, matrix = info.c.toarray()[0], info.A.tocsr()
    columns = {
        name: (
            cost[j],
            -np.inf if var.lb is None else var.lb,
            np.inf if var.ub is None else var.ub,
            var.is_integer() or var.is_binary(),
        )
        for j, (name, var) in enumerate(zip(names, info.columns, strict=True))
    }
    rows: dict = {}
    for i, (row, kind) in enumerate(info.rows):
        here = slice(matrix.indptr[i], matrix.indptr[i + 1])
        coefficients = dict(zip((names[j] for j in matrix.indices[here]), matrix.data[here], strict=True))
        name = _pyomo_name(row)
        low, high = rows[name][1:] if name in rows else (-np.inf, np.inf)
        rows[name] = (coefficients, info.rhs[i] if kind <= 0 else low, info.rhs[i] if kind >= 0 else high)
    return Tables(columns, rows, float(info.c_offset[0]))


def assert_same(ours: Tables, theirs: Tables, tolerance: float = 1e-12) -> None:
    """Same columns, same rows, same numbers (to `tolerance`, relative above 1, absolute below).

    An ordinary compiler leaves out columns nothing uses and empty rows that hold: `theirs` may lack them.
    """
    for name, column in ours.columns.items():
        if name in theirs.columns:
            _close(column, theirs.columns[name], tolerance, name)
        else:
            assert column[0] == 0.0, f"{name} is missing"
    assert theirs.columns.keys() <= ours.columns.keys()
    for name, (coefficients, low, high) in ours.rows.items():
        if name not in theirs.rows:
            assert not coefficients or (low, high) == (-np.inf, np.inf), f"{name} is missing"
            assert low <= tolerance, name
            assert high >= -tolerance, name
            continue
        others, other_low, other_high = theirs.rows[name]
        _close((low, high), (other_low, other_high), tolerance, name)
        for column in coefficients.keys() | others.keys():
            _close((coefficients.get(column, 0.0),), (others.get(column, 0.0),), tolerance, (name, column))
    assert theirs.rows.keys() <= ours.rows.keys()
    _close((ours.offset,), (theirs.offset,), tolerance, "offset")


def _close(ours: tuple, theirs: tuple, tolerance: float, what: object) -> None:
    for a, b in zip(ours, theirs, strict=True):
        assert a == b or abs(a - b) <= tolerance * max(1.0, abs(b)), f"{what}: {ours} against {theirs}"


def _named(component: str, index: object, labels: dict) -> Name:
    parts = () if index is None else index if isinstance(index, tuple) else (index,)
    return component, parts + tuple(label for name, label in labels.items() if name != "plan")


def _pyomo_name(member: object) -> Name:
    index = member.index()
    return member.parent_component().name, () if index is None else index if isinstance(index, tuple) else (index,)

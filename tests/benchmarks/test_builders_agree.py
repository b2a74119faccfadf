"""The builders that are measured load one and the same program, at a size that takes no time."""

import importlib

import by_numpy
import pytest
from case import make_case
from fingerprint import differ, fingerprint


@pytest.mark.parametrize("builder", ["stamp", "linopy", "pyomo"])
def test_every_builder_loads_what_was_written_by_hand(builder):
    if builder == "linopy":
        pytest.importorskip("linopy")
    case = make_case(4e4)
    build = importlib.import_module(f"by_{builder}").build
    assert differ(fingerprint(*by_numpy.build(case)), fingerprint(*build(case))) is None


def test_a_fingerprint_shows_a_change():
    case = make_case(1)
    highs, columns = by_numpy.build(case)
    before = fingerprint(highs, columns)
    highs.changeColCost(0, 4.9999999)
    assert differ(before, fingerprint(highs, columns)) == "columns: 1 numbers differ"
    again, _ = by_numpy.build(case)
    again.changeCoeff(3, 40, 1e-6)
    assert differ(before, fingerprint(again, columns)) is not None

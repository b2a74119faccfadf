"""The stamp: a model written once per level becomes one sparse program with every copy in it.

A planning model repeats itself: the same hour over thousands of steps, the same year over the periods. Written in
Pyomo once per repetition it is slow to build; here it is written ONCE per level, in ordinary Pyomo on one block per
level (`add_levels`), and `stamp` copies it by numpy. A `Level` is a table of copies with a parent and a weight; data
that vary by copy are a `series`; a coarser variable in a finer row is read as it is; what crosses copies is said with
a word (`total`, `previous`, `first`, `last`, `in_service`, `at`), and every word is one sparse `Relation`. The
outcome is a `Program` of plain arrays for a solver and a `Stamped` that turns the solver's numbers back into labelled
values and duals. `unstamp` writes the same model as ordinary indexed Pyomo: the proof, and the door to other solvers.
Whatever is not linear is refused with a `StampError` that says what to write instead. Nothing here knows what is
planned.
"""

from planner.stamp.compiling import collector_paused, stamp
from planner.stamp.errors import StampError
from planner.stamp.explicit import unstamp
from planner.stamp.levels import Level, Levels, add_levels, level_of
from planner.stamp.program import Program
from planner.stamp.relations import Relation
from planner.stamp.rows import constraint
from planner.stamp.series_data import is_series, series, series_values, set_series
from planner.stamp.stamped import Stamped
from planner.stamp.words import at, first, in_service, last, previous, relate, total

__all__ = [
    "Level",
    "Levels",
    "Program",
    "Relation",
    "StampError",
    "Stamped",
    "add_levels",
    "at",
    "collector_paused",
    "constraint",
    "first",
    "in_service",
    "is_series",
    "last",
    "level_of",
    "previous",
    "relate",
    "series",
    "series_values",
    "set_series",
    "stamp",
    "total",
    "unstamp",
]

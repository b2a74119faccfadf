"""Solve programs of plain arrays: the only place that names a solver (HiGHS); it knows no data centre, no Pyomo.

A `planner.stamp.Program` goes in, an `Outcome` comes out: `solve` for LPs and MIPs, `relax` and `fix` for programs
derived from it, `price` for the shadow prices of a mixed-integer plan, `iis` for the rows that contradict each other.
Every returned plan has been checked on the arrays, every gap is proven, Ctrl-C and the time limit keep the best plan.

options.py   how to solve                     lp.py       linear programs: fastest method that passes the check
outcome.py   what comes back                  mip.py      mixed-integer programs: relaxation, built plan, branch and cut
residuals.py the independent check            start.py    the built plan
programs.py  faults, relaxed and fixed copies prices.py   shadow prices of a plan
watch.py     clock, Ctrl-C, progress          conflict.py rows and columns that contradict each other
highs.py     HiGHS itself                     solving.py  the entry
"""

from planner.solver.conflict import iis
from planner.solver.highs import SolverError, versions
from planner.solver.options import Options
from planner.solver.outcome import Outcome, Progress, relative_gap
from planner.solver.prices import Pricer, price
from planner.solver.programs import fix, relax
from planner.solver.residuals import Residuals
from planner.solver.solving import solve

__all__ = [
    "Options",
    "Outcome",
    "Pricer",
    "Progress",
    "Residuals",
    "SolverError",
    "fix",
    "iis",
    "price",
    "relative_gap",
    "relax",
    "solve",
    "versions",
]

"""Solve programs of plain arrays: the only place that names a solver (HiGHS); it knows no data centre, no Pyomo.

A `planner.stamp.Program` goes in, an `Outcome` comes out: `solve` it, `relax` or `fix` it, `price` a plan (`Pricer`:
again and again), ask `iis` which rows contradict each other. Every plan returned has been checked on the arrays, every
gap is proven, Ctrl-C and the time limit keep the best plan.

options.py    how to solve                     lp.py        linear programs: fastest method that passes the check
outcome.py    what comes back                  mip.py       mixed-integer programs, in the order of the next four
words.py      the closed lists of words        start.py     a first plan, rounded from the relaxation
residuals.py  the independent check            switches.py  a proof from the columns with two values
programs.py   faults, relaxed, fixed copies    tighten.py   what no better plan can contain is taken out
watch.py      clock, Ctrl-C, progress          highs.py     HiGHS itself: branch and cut, and everything above
solving.py    the entry                        live.py      linear programs one after another, each proved anew
conflict.py   rows that contradict each other  prices.py    shadow prices of a plan
ratio.py      the best ratio of two functions  idle.py      the plan that is there before any search
"""

from planner.solver.conflict import iis
from planner.solver.highs import Basis, Ranges, SolverError, versions
from planner.solver.live import LiveProgram
from planner.solver.options import Options
from planner.solver.outcome import Outcome, Progress, relative_gap
from planner.solver.prices import Pricer, price
from planner.solver.programs import fix, relax
from planner.solver.ratio import Linear, least_value, parametrised, smallest_ratio
from planner.solver.residuals import Residuals
from planner.solver.solving import solve

__all__ = [
    "Basis",
    "Linear",
    "LiveProgram",
    "Options",
    "Outcome",
    "Pricer",
    "Progress",
    "Ranges",
    "Residuals",
    "SolverError",
    "fix",
    "iis",
    "least_value",
    "parametrised",
    "price",
    "relative_gap",
    "relax",
    "smallest_ratio",
    "solve",
    "versions",
]

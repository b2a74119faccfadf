"""How to solve: tolerances, limits and the choice of method, checked when they are written."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from typing import Any, get_args

from planner.solver.words import Method, Start

# From this size on an interior point method beats the simplex method on the LPs of this project, measured on two cores.
SIMPLEX_NONZEROS = 50_000


@dataclass(frozen=True)
class Options:
    """How a program is solved; wrong values raise ValueError with the name of the option.

    gap: relative distance between plan and bound at which a mixed-integer solve is done (0.0001 = 0.01 %); below 1e-6
      the solver's own tolerances decide.
    time_limit_s: seconds of wall clock for the whole call, None for no limit.
    threads: threads of the solver, None for the solver's own choice (half of the cores).
    method: of LPs. "auto" takes the simplex method for small programs and "ipx" (interior point) for large ones;
      "hipo" is a faster interior point method that needs the package highspy-extras; "pdlp" is a first-order method.
    vertex: insist on a basic solution (crossover after an interior point method): fewer columns away from their bounds,
      textbook duals, slower.
    start: build a first plan by rounding the relaxation before branch and cut: "auto" (for all but tiny programs),
    "always", "never".
    seed: of the solver's random choices.
    log: print the solver's log while it runs; the tail of the log is kept in the outcome either way.
    """

    gap: float = 1e-4
    time_limit_s: float | None = None
    threads: int | None = None
    method: Method = "auto"
    vertex: bool = False
    start: Start = "auto"
    seed: int = 0
    log: bool = False

    def __post_init__(self):
        if not _is_number(self.gap) or not 0 <= self.gap < math.inf:
            raise ValueError(f"gap must be a number >= 0, got {self.gap!r}")
        if self.time_limit_s is not None and not (_is_number(self.time_limit_s) and self.time_limit_s > 0):
            raise ValueError(f"time_limit_s must be a number of seconds > 0 or None, got {self.time_limit_s!r}")
        if self.threads is not None and not (_is_whole(self.threads) and self.threads >= 1):
            raise ValueError(f"threads must be a whole number >= 1 or None, got {self.threads!r}")
        if not (_is_whole(self.seed) and 0 <= self.seed < 2**31):
            raise ValueError(f"seed must be a whole number between 0 and 2147483647, got {self.seed!r}")
        for name, words in (("method", Method), ("start", Start)):
            if getattr(self, name) not in get_args(words):
                raise ValueError(f"{name} must be one of {', '.join(get_args(words))}; got {getattr(self, name)!r}")
        for name in ("vertex", "log"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} must be True or False, got {getattr(self, name)!r}")

    def as_dict(self) -> dict[str, Any]:
        """Every option by name, in plain types, for records."""
        return asdict(self)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and not math.isnan(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)

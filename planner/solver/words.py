"""The closed lists of words used by options and outcomes."""

from __future__ import annotations

from typing import Literal

Method = Literal["auto", "simplex", "ipx", "hipo", "pdlp"]
Start = Literal["auto", "always", "never"]

# "optimal": proven within the gap. "feasible": a plan with a proven gap, stopped before it closed. "no_plan": stopped
# before any plan was found. "error": the solver failed, or returned something that does not pass the check.
Status = Literal["optimal", "feasible", "infeasible", "unbounded", "infeasible_or_unbounded", "no_plan", "error"]

"""HiGHS itself: the only module that imports it.

A `Session` holds one program inside HiGHS and runs it as often as asked, each time from where the last run ended, so
that changed bounds cost a few dual simplex iterations and not a new solve. Programs are handed over as whole arrays,
as minimisations (HiGHS 1.15 returns wrong-signed duals for maximisations without crossover), and refused unless HiGHS
takes them exactly as they are.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
from collections import deque
from dataclasses import dataclass
from typing import Literal

import highspy
import numpy as np

from planner.solver.options import Options
from planner.solver.watch import Watch
from planner.stamp import Program

Verdict = Literal["optimal", "infeasible", "unbounded", "infeasible_or_unbounded", "limit", "interrupted", "unknown"]

_KIND = highspy.cb.HighsCallbackType
_STATUS = highspy.HighsModelStatus
_VERDICTS: dict[highspy.HighsModelStatus, Verdict] = {
    _STATUS.kOptimal: "optimal",
    _STATUS.kInfeasible: "infeasible",
    _STATUS.kUnbounded: "unbounded",
    _STATUS.kUnboundedOrInfeasible: "infeasible_or_unbounded",
    _STATUS.kTimeLimit: "limit",
    _STATUS.kIterationLimit: "limit",
    _STATUS.kMemoryLimit: "limit",
    _STATUS.kSolutionLimit: "limit",
    _STATUS.kObjectiveBound: "limit",
    _STATUS.kObjectiveTarget: "limit",
    _STATUS.kInterrupt: "interrupted",
}
_BASIS_STATUS = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}
# Above this many changed coefficients it is quicker to pass the whole matrix again.
MOST_COEFFICIENTS = 20_000
_LOG_LINES = 80


class SolverError(RuntimeError):
    """HiGHS did not take a program or an option, or failed while running."""


@dataclass
class Run:
    """What one run came to, unchecked; arrays are None where HiGHS gives none, `bound` -inf where nothing is proven."""

    verdict: Verdict
    words: str
    x: np.ndarray | None
    row_dual: np.ndarray | None
    col_dual: np.ndarray | None
    objective: float
    bound: float
    iterations: int
    nodes: int


@dataclass(frozen=True)
class Basis:
    """Which bound every column (n) and every row (m) rests at, as HiGHS numbers them (int8)."""

    columns: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True)
class Ranges:
    """How far a solved LP may move before its prices or its plan change, one thing at a time.

    row_low, row_high: (m) between which the right-hand side of a row may lie while all duals stay as they are; for a
    row that does not bind, from its activity to infinity, on the side of its bound (both infinite for a free row).
    cost_low, cost_high: (n) between which a cost may lie while the plan stays as it is.
    """

    row_low: np.ndarray
    row_high: np.ndarray
    cost_low: np.ndarray
    cost_high: np.ndarray


class Session:
    """One program inside HiGHS.

    `tells_up_to`: a plan of this session is a plan of the caller's whole program, and so is its bound up to this number
    (inf: of any size); both are told to the watch. None where a relaxation or restriction is solved: nothing is told.
    """

    def __init__(self, program: Program, options: Options, watch: Watch, *, tells_up_to: float | None = None):
        self.program = program
        self.is_mip = bool(program.integrality.any())
        self._watch = watch
        self._tells_up_to = tells_up_to
        self._print = options.log
        self._lines: deque[str] = deque(maxlen=_LOG_LINES)
        self._highs = highspy._core._Highs()
        self._set(output_flag=True, log_to_console=False, random_seed=options.seed, threads=options.threads or 0)
        if self.is_mip and (options.threads or 1) > 1:
            self._set(parallel="on")  # the search only: parallel simplex is slower here, and cannot stop at a bound
        self._listen()
        self._load(program)

    def run(
        self,
        method: str = "simplex",
        *,
        crossover: bool = True,
        time_limit_s: float = math.inf,
        gap: float = 0.0,
        worse_than: float = math.inf,
    ) -> Run:
        """Solve from where the last run ended; `method` concerns LPs, `gap` MIPs.

        worse_than: an LP may stop, verdict "limit", once its minimum is known to lie above this objective (dual
        simplex only).
        """
        limit = min(time_limit_s, self._watch.remaining_s)
        self._set(time_limit=self._highs.getRunTime() + limit)  # HiGHS counts over all runs of a session
        if self.is_mip:
            self._set(mip_rel_gap=gap)
        else:
            self._set(solver=method, run_crossover="on" if crossover else "off", objective_bound=worse_than)
            # With perturbed costs HiGHS cannot tell that the bound is passed and goes on to the optimum, far away.
            self._set(dual_simplex_cost_perturbation_multiplier=1.0 if math.isinf(worse_than) else 0.0)
        if self._highs.run() == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS failed: {self._last_words()}")
        return self._read()

    def set_bounds(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Give `columns` (positions) new bounds; the next run starts from the last basis."""
        columns = np.asarray(columns, dtype=np.int32)
        low, high = (np.broadcast_to(np.asarray(b, dtype=float), columns.shape).copy() for b in (lower, upper))
        self._require(self._highs.changeColsBounds(len(columns), columns, low, high), "the new bounds")

    def forget(self) -> None:
        """Let the next run start from scratch, presolve included; bounds stay as they are."""
        self._require(self._highs.clearSolver(), "a fresh start")

    @property
    def basis(self) -> Basis | None:
        """The basis the last run ended with; None where there is none."""
        found = self._highs.getBasis()
        if not found.valid:
            return None
        sides = (found.col_status, found.row_status)
        return Basis(*(np.fromiter((int(status) for status in side), dtype=np.int8) for side in sides))

    def start_from(self, basis: Basis) -> None:
        """Let the next run start from a basis and from nothing else the session remembers."""
        given = highspy.HighsBasis()
        given.col_status = [_BASIS_STATUS[status] for status in basis.columns.tolist()]
        given.row_status = [_BASIS_STATUS[status] for status in basis.rows.tolist()]
        given.valid = True
        self.forget()
        self._require(self._highs.setBasis(given), "the basis to start from")

    def ranges(self) -> Ranges | None:
        """How far right-hand sides and costs may move; None where the last run left no basis to tell it from."""
        if self.is_mip or self.basis is None:
            return None
        status, found = self._highs.getRanging()
        if status != highspy.HighsStatus.kOk or not found.valid:
            return None
        n = self.program.shape[1]
        low, high = (np.asarray(side.value_, dtype=float) for side in (found.row_bound_dn, found.row_bound_up))
        slack = self.basis.rows == int(highspy.HighsBasisStatus.kBasic)
        activity = self.program.matrix @ np.asarray(self._highs.getSolution().col_value, dtype=float)
        # HiGHS gives something else for rows that do not bind: their bound may go to where it begins to.
        low = np.where(slack, np.where(np.isfinite(self.program.row_upper), activity, -np.inf), low)
        high = np.where(slack, np.where(np.isfinite(self.program.row_lower), activity, np.inf), high)
        both = slack & np.isfinite(self.program.row_upper) & np.isfinite(self.program.row_lower)
        low, high = np.where(both, -np.inf, low), np.where(both, np.inf, high)
        costs = (np.asarray(side.value_, dtype=float)[:n] for side in (found.col_cost_dn, found.col_cost_up))
        return Ranges(low, high, *costs)

    def attend(self, watch: Watch) -> None:
        """Let another watch time and stop the runs from now on: a session may outlive the call that made it."""
        self._watch = watch

    def become(self, program: Program) -> bool:
        """Turn the loaded program into another of the same shape, keeping the basis; False where it is too different.

        Only the costs, bounds and coefficients that differ are sent; the whole program where its pattern differs or
        more coefficients do than are quicker to send one by one.
        """
        old = self.program
        if program.shape != old.shape or program.integrality.any() != self.is_mip:
            return False
        same = _same_pattern(program, old)
        entries = np.flatnonzero(program.matrix.data != old.matrix.data) if same else ()
        if not same or len(entries) > MOST_COEFFICIENTS:
            return self._replace(program)
        rows = np.searchsorted(program.matrix.indptr, entries, side="right") - 1
        for row, entry in zip(rows.tolist(), entries.tolist(), strict=True):
            column, value = int(program.matrix.indices[entry]), float(program.matrix.data[entry])
            self._require(self._highs.changeCoeff(row, column, value), "a new coefficient")
        every = np.arange(program.shape[1])
        self.set_bounds(every, program.col_lower, program.col_upper)  # a search may have moved any of them
        rows = np.flatnonzero((program.row_lower != old.row_lower) | (program.row_upper != old.row_upper))
        lower, upper = program.row_lower[rows].copy(), program.row_upper[rows].copy()
        places = rows.astype(np.int32)
        self._require(self._highs.changeRowsBounds(len(places), places, lower, upper), "the new row bounds")
        costs = np.flatnonzero(program.cost != old.cost).astype(np.int32)
        self._require(self._highs.changeColsCost(len(costs), costs, program.cost[costs].copy()), "the new costs")
        self._require(self._highs.changeObjectiveOffset(float(program.offset)), "the new offset")
        self.program = program
        return True

    def _replace(self, program: Program) -> bool:
        """Pass another program of this shape, and start it from the basis of the old one."""
        basis = self._highs.getBasis()
        self._load(program)
        self.program = program
        if basis.valid and not self.is_mip:
            self._require(self._highs.setBasis(basis), "the basis of the program before")
        return True

    def offer(self, x: np.ndarray) -> None:
        """A first plan (n) for branch and cut; HiGHS checks it and goes on from it."""
        solution = highspy.HighsSolution()
        solution.col_value = x.tolist()
        self._require(self._highs.setSolution(solution), "the first plan")

    @property
    def log(self) -> str:
        """The tail of HiGHS' log."""
        return "".join(self._lines)

    def conflict(self, strategy: int, time_limit_s: float) -> tuple[np.ndarray, np.ndarray, bool]:
        """HiGHS' irreducible infeasible subsystem: rows, columns, and whether HiGHS vouches for it."""
        self._set(iis_strategy=strategy, iis_time_limit=min(time_limit_s, self._watch.remaining_s))
        status, iis = self._highs.getIis()
        sure = status == highspy.HighsStatus.kOk and bool(iis.valid_)
        return np.asarray(iis.row_index_, dtype=np.int64), np.asarray(iis.col_index_, dtype=np.int64), sure

    def _load(self, program: Program) -> None:
        m, n = program.shape
        matrix = program.matrix
        status = self._highs.passModel(
            n,
            m,
            int(matrix.nnz),
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMinimize),
            float(program.offset),
            np.asarray(program.cost, dtype=float),
            np.asarray(program.col_lower, dtype=float),
            np.asarray(program.col_upper, dtype=float),
            np.asarray(program.row_lower, dtype=float),
            np.asarray(program.row_upper, dtype=float),
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            np.asarray(matrix.data, dtype=float),
            program.integrality.astype(np.int32),
        )
        self._require(status, "the program as it stands")

    def _read(self) -> Run:
        highs, info = self._highs, self._highs.getInfo()
        verdict = _VERDICTS.get(highs.getModelStatus(), "unknown")
        words = highs.modelStatusToString(highs.getModelStatus())
        solution = highs.getSolution()
        # HiGHS' own view of feasibility is not asked: the caller checks x on the arrays. Only "there are numbers" is.
        with_x = solution.value_valid and not (self.is_mip and info.primal_solution_status != 2)
        with_duals = solution.dual_valid and not self.is_mip
        bound = info.mip_dual_bound if self.is_mip else -math.inf
        counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.crossover_iteration_count)
        run = Run(
            verdict=verdict,
            words=words,
            x=np.asarray(solution.col_value, dtype=float) if with_x else None,
            row_dual=np.asarray(solution.row_dual, dtype=float) if with_duals else None,
            col_dual=np.asarray(solution.col_dual, dtype=float) if with_duals else None,
            objective=float(info.objective_function_value) if with_x else math.nan,
            bound=float(bound),
            iterations=sum(max(0, int(count)) for count in (*counts, info.pdlp_iteration_count)),
            nodes=max(0, int(info.mip_node_count)),
        )
        return run

    def _listen(self) -> None:
        interrupts = (_KIND.kCallbackSimplexInterrupt, _KIND.kCallbackIpmInterrupt, _KIND.kCallbackMipInterrupt)
        ceiling, lines, aloud = self._tells_up_to, self._lines, self._print
        logging, told = int(_KIND.kCallbackLogging), {int(_KIND.kCallbackMipInterrupt), int(_KIND.kCallbackMipLogging)}

        def called(kind, message, out, reply, _data) -> None:
            kind = int(kind)
            if kind == logging:  # the numbers of a logging call are not initialised by HiGHS
                lines.append(message)
                if aloud:
                    print(message, end="", flush=True)
                return
            if ceiling is not None and kind in told:
                self._watch.learn(min(out.mip_dual_bound, ceiling), out.mip_primal_bound, out.mip_node_count)
            if reply is not None and self._watch.must_stop:
                reply.user_interrupt = True

        self._require(self._highs.setCallback(called, None), "the callback")
        for kind in (*interrupts, _KIND.kCallbackMipLogging, _KIND.kCallbackLogging):
            self._require(self._highs.startCallback(kind), "the callback")

    def _set(self, **settings: object) -> None:
        for name, value in settings.items():
            self._require(self._highs.setOptionValue(name, value), f"the option {name} = {value}")

    def _require(self, status: highspy.HighsStatus, what: str) -> None:
        if status != highspy.HighsStatus.kOk:
            raise SolverError(f"HiGHS does not take {what}: {self._last_words()}")

    def _last_words(self) -> str:
        said = [line.strip() for line in self._lines if "ERROR" in line or "WARNING" in line]
        return said[-1] if said else "it gave no reason"


def _same_pattern(one: Program, other: Program) -> bool:
    return np.array_equal(one.matrix.indptr, other.matrix.indptr) and np.array_equal(
        one.matrix.indices, other.matrix.indices
    )


def has_hipo() -> bool:
    """True where the interior point method HiPO is installed; without it HiGHS silently takes another method."""
    return importlib.util.find_spec("highspy_extras") is not None


def versions() -> dict[str, str]:
    """Versions of the Python package, of HiGHS itself with its commit, of the extras ("absent" if not installed)."""
    highs = highspy._core._Highs()
    extras = importlib.metadata.version("highspy-extras") if has_hipo() else "absent"
    return {
        "highspy": importlib.metadata.version("highspy"),
        "highs": highs.version(),
        "highs_commit": highs.githash(),
        "highspy_extras": extras,
    }

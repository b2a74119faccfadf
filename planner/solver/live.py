"""One linear program after another: kept in the solver, changed by what differs, proved anew each time.

HiGHS 1.15 has been seen to return a wrong optimum from a hot start (HiGHS#3194, #3294). So every restarted answer is
checked on the arrays (primal and dual residuals, complementary slackness); one that fails is solved again from scratch
and counted.
"""

from __future__ import annotations

from planner.solver.highs import Basis, Ranges, Session, SolverError
from planner.solver.lp import judge, solve_lp
from planner.solver.options import Options
from planner.solver.outcome import Outcome
from planner.solver.programs import contradiction, uncrossed
from planner.solver.watch import Watch, attended
from planner.stamp import Program


class LiveProgram:
    """A linear program in the solver that becomes the next one when asked.

    `session` may be one that already holds a program of this shape, solved. With an `anchor` every program starts from
    that basis, whatever was solved before: the answers then do not depend on the order of the questions.

    Attributes:
        restarted, cold: how many answers came from a restart, and how many from scratch.
        rejected: how many restarted answers failed the check and were solved again from scratch.
    """

    def __init__(
        self, options: Options | None = None, session: Session | None = None, anchor: Basis | None = None
    ) -> None:
        self._options = options or Options(vertex=True)
        self._session = session
        self.anchor = anchor
        self.restarted = self.cold = self.rejected = 0

    def solve(self, program: Program) -> Outcome:
        """Return the outcome of an LP with its duals; integrality must be relaxed already."""
        reason = contradiction(program)
        if reason:
            return Outcome("infeasible", reason, method="bounds")
        watch = Watch(self._options.time_limit_s)
        outcome = attended(lambda: self._solve(uncrossed(program), watch), watch)
        outcome.seconds = watch.seconds
        return outcome

    def _solve(self, program: Program, watch: Watch) -> Outcome:
        try:
            if self._session is not None:
                self._session.attend(watch)
                if self._session.become(program):
                    if self.anchor is not None and self._fits(program):
                        self._session.start_from(self.anchor)
                    outcome = judge(program, self._session.run("simplex"), "simplex, restarted", watch)
                    if outcome.status == "optimal" and outcome.row_dual is not None:
                        self.restarted += 1
                        return outcome
                    self.rejected += 1
            self.cold += 1
            self._session = Session(program, self._options, watch)
            if self.anchor is not None and self._fits(program):
                self._session.start_from(self.anchor)
                outcome = judge(program, self._session.run("simplex"), "simplex, from a basis", watch)
                if outcome.status == "optimal" and outcome.row_dual is not None:
                    return outcome
                self._session.forget()
            return solve_lp(program, self._options, watch, self._session)
        except SolverError as error:
            self._session = None
            return Outcome("error", str(error))

    def ranges(self) -> Ranges | None:
        """How far right-hand sides and costs may move before the last answer's prices or plan change."""
        return None if self._session is None else self._session.ranges()

    def _fits(self, program: Program) -> bool:
        return (len(self.anchor.rows), len(self.anchor.columns)) == program.shape

    @property
    def basis(self) -> Basis | None:
        """The basis of the last answer, to anchor others at."""
        return None if self._session is None else self._session.basis

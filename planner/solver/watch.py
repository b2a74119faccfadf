"""The clock and the stop button of one call, shared by the thread that solves and the thread that waits.

Python delivers Ctrl-C only to its main thread, between two lines of Python, and the solver is C++. So the work runs in
a thread of its own while the caller naps: Ctrl-C presses the stop button, the solver asks for it in its callbacks and
comes back with the best plan it has. A second Ctrl-C is raised at once.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from planner.solver.outcome import Progress, relative_gap

Result = TypeVar("Result")
ProgressCall = Callable[[Progress], object]

NAP_S = 0.05
REPORT_EVERY_S = 0.4


class Watch:
    """Seconds since the call began, the deadline, the stop button, and the best bound and plan known so far."""

    def __init__(self, time_limit_s: float | None = None):
        self._begun = time.monotonic()
        self._deadline = math.inf if time_limit_s is None else self._begun + time_limit_s
        self._grace_until = -math.inf
        self.stop_reason = ""
        self.phase = "starting"
        self.bound = -math.inf
        self.incumbent = math.inf
        self.nodes = 0

    @property
    def seconds(self) -> float:
        """Wall clock since the call began."""
        return time.monotonic() - self._begun

    @property
    def remaining_s(self) -> float:
        """Seconds to the deadline, never below 0; inf without a time limit."""
        return max(0.0, self._deadline - time.monotonic())

    def press_stop(self, reason: str) -> None:
        """Ask the work to come back with what it has; `reason` is told to people."""
        self.stop_reason = self.stop_reason or reason

    @property
    def stop_pressed(self) -> bool:
        """True once somebody has asked to stop."""
        return bool(self.stop_reason)

    @property
    def must_stop(self) -> bool:
        """True where the solver has to come back now: stopped and not in a period of grace."""
        return self.stop_pressed and time.monotonic() > self._grace_until

    @property
    def over(self) -> bool:
        """True where no new step should be begun."""
        return self.must_stop or self.remaining_s <= 0

    @contextmanager
    def grace(self, seconds: float) -> Iterator[None]:
        """Let one short step finish although stop was pressed, e.g. to turn a solved relaxation into a plan."""
        self._grace_until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._grace_until = -math.inf

    def learn(self, bound: float = -math.inf, incumbent: float = math.inf, nodes: int = 0) -> None:
        """Keep the best bound and plan objective seen; both belong to the whole program."""
        self.bound = max(self.bound, bound)
        self.incumbent = min(self.incumbent, incumbent)
        self.nodes = max(self.nodes, nodes)

    def progress(self) -> Progress:
        """What is known at this moment."""
        bound = self.bound if math.isfinite(self.bound) else None
        incumbent = self.incumbent if math.isfinite(self.incumbent) else None
        return Progress(self.phase, self.seconds, bound, incumbent, relative_gap(incumbent, bound), self.nodes)


def attended(work: Callable[[], Result], watch: Watch, progress: ProgressCall | None = None) -> Result:
    """Run `work` in a thread of its own, report `progress` from this one, turn Ctrl-C into the stop button.

    `progress` is called at most every REPORT_EVERY_S seconds; where it returns False the stop button is pressed,
    where it raises, work is stopped and the exception goes on. Exceptions of `work` are raised here. A second Ctrl-C
    is raised without waiting for the work.
    """
    box: dict[str, Result | BaseException] = {}
    done = threading.Event()

    def run() -> None:
        try:
            box["result"] = work()
        except BaseException as error:  # handed to the waiting thread, which raises it
            box["error"] = error
        finally:
            done.set()

    # Not a daemon: the interpreter must not shut down under a solver that still calls back into it.
    thread = threading.Thread(target=run, name="planner-solve")
    failure = None
    next_report = REPORT_EVERY_S
    while True:
        try:
            if thread.ident is None:
                thread.start()
            if done.wait(NAP_S):
                break
            if progress is not None and failure is None and watch.seconds >= next_report:
                next_report = watch.seconds + REPORT_EVERY_S
                if progress(watch.progress()) is False:
                    watch.press_stop("the progress callback asked to stop")
        except KeyboardInterrupt:
            if watch.stop_pressed:
                raise
            watch.press_stop("stopped by Ctrl-C")
        except Exception as error:
            failure = error
            watch.press_stop("the progress callback failed")
    thread.join()
    if failure is not None:
        raise failure
    if "error" in box:
        raise box["error"]
    return box["result"]

"""Many questions to one session: on this core, on all cores, or on a Dask cluster; the answers are the same.

Every worker makes the session again from the instance and the first answer's basis, so that an answer depends neither
on who gives it nor on what that worker was asked before. A model does not travel between processes; what is wanted of
an answer is taken by `extract`, a function of a module, on the worker. A worker that dies is replaced and what it had
not answered is asked again.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

from planner.instance import Instance, InstanceError
from planner.model.build import Extension
from planner.study.changes import Changes
from planner.study.session import Answer, Reoptimise, Session, Start

T = TypeVar("T")
Told = Callable[[int, Any], object]
Answered = tuple[int, tuple[Any, InstanceError | None]]

MOST_DEATHS = 3
"""A question whose worker died this often is given up: it is likely to kill the next one too."""


class WorkerLost(RuntimeError):
    """Workers kept dying over the same question."""


@dataclass(frozen=True)
class Recipe:
    """What a worker needs to make the session of a study.

    Attributes:
        instance, objective, limits, reoptimise, gap, time_limit_s, extend, start: as for `Session`.
        token: tells one recipe from another on a worker that serves several.
    """

    instance: Instance
    objective: str | None
    limits: tuple[str, ...]
    reoptimise: Reoptimise
    gap: float
    time_limit_s: float | None
    extend: tuple[Extension, ...]
    start: Start
    token: str = field(default_factory=lambda: uuid4().hex)

    def session(self) -> Session:
        """Make the session; its first answer need not be searched for."""
        return Session(
            self.instance,
            self.objective,
            limits=self.limits,
            reoptimise=self.reoptimise,
            gap=self.gap,
            time_limit_s=self.time_limit_s,
            extend=self.extend,
            start=self.start,
        )


def ask_all(
    session: Session,
    questions: Sequence[Changes],
    extract: Callable[[Answer], T],
    *,
    workers: int = 1,
    cluster: str | None = None,
    told: Told | None = None,
    faulty: Callable[[InstanceError], T] | None = None,
) -> list[T]:
    """Return what `extract` takes from the answer to every question, in their order.

    Args:
        session: the session of the study.
        questions: sets of changes.
        extract: a function of a module; what it returns must be picklable where there are several workers.
        workers: processes on this machine.
        cluster: address of a Dask scheduler, which then does all the work; its workers need this package and the
            instance's folder under the same path.
        told: called with position and result as answers come in, in the order in which they come.
        faulty: what stands for a question whose changes are not allowed, so that it does not cost the others; if none
            of the questions is allowed, or without it, the fault is raised.

    Raises:
        InstanceError: a path names nothing, or a value is not allowed.
        WorkerLost: workers kept dying over the same question.
        ValueError: a number of workers below 1.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    tell = told or (lambda position, result: None)
    results: dict[int, T] = {}
    answers = _here(session, questions, extract)
    if cluster is not None:
        answers = _on_cluster(_recipe(session), questions, extract, cluster)
    elif workers > 1 and len(questions) > 1:
        answers = _on_cores(_recipe(session), questions, extract, min(workers, len(questions)))
    faults: dict[int, InstanceError] = {}
    for position, (result, fault) in answers:
        if fault is not None:
            faults[position] = fault
            if faulty is None:
                raise fault
            result = faulty(fault)
        results[position] = result
        tell(position, result)
    if faults and len(faults) == len(questions):
        raise faults[min(faults)]
    return [results[position] for position in range(len(questions))]


def _recipe(session: Session) -> Recipe:
    options = session.options
    return Recipe(
        session.instance,
        session.objective,
        session.limits,
        session.reoptimise,
        options.gap,
        options.time_limit_s,
        session.extend,
        session.start,
    )


def _here(session: Session, questions: Sequence[Changes], extract: Callable[[Answer], T]) -> Iterator[Answered]:
    for position, changes in enumerate(questions):
        yield position, _ask(session, changes, extract)


def _ask(session: Session, changes: Changes, extract: Callable[[Answer], T]) -> tuple[T | None, InstanceError | None]:
    """What is taken from an answer, or the fault of the question."""
    try:
        return extract(session.ask(changes)), None
    except InstanceError as error:
        return None, error


_made: dict[str, Session] = {}


def _on_worker(
    recipe: Recipe, changes: Changes, extract: Callable[[Answer], T]
) -> tuple[T | None, InstanceError | None]:
    """Answer on a worker, with a session made once for each recipe; the last one made is kept."""
    if recipe.token not in _made:
        _made.clear()
        _made[recipe.token] = recipe.session()
    return _ask(_made[recipe.token], changes, extract)


_given: list[Recipe] = []


def _receive(recipe: Recipe) -> None:
    _given[:] = [recipe]


def _with_given(changes: Changes, extract: Callable[[Answer], T]) -> tuple[T | None, InstanceError | None]:
    return _on_worker(_given[0], changes, extract)


def _on_cores(
    recipe: Recipe, questions: Sequence[Changes], extract: Callable[[Answer], T], workers: int
) -> Iterator[Answered]:
    waiting = list(range(len(questions)))
    deaths = dict.fromkeys(waiting, 0)
    while waiting:
        with _pool(recipe, workers) as pool:
            asked = {pool.submit(_with_given, questions[position], extract): position for position in waiting}
            running = set(asked)
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                lost = [future for future in done if isinstance(future.exception(), BrokenProcessPool)]
                for future in done.difference(lost):
                    waiting.remove(asked[future])
                    yield asked[future], future.result()
                if lost:
                    _count_deaths(lost, asked, deaths)
                    break


def _count_deaths(lost: Sequence[Future], asked: dict[Future, int], deaths: dict[int, int]) -> None:
    """A pool dies as a whole; any of its questions may have been the cause."""
    for future in lost:
        deaths[asked[future]] += 1
    worst = max(deaths, key=lambda position: deaths[position])
    if deaths[worst] > MOST_DEATHS:
        raise WorkerLost(f"workers died {deaths[worst]} times; question {worst} was never answered")


@contextmanager
def _pool(recipe: Recipe, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes: a fork would copy the solver's threads in whatever state they are."""
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _receive, (recipe,))
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _on_cluster(
    recipe: Recipe, questions: Sequence[Changes], extract: Callable[[Answer], T], address: str
) -> Iterator[Answered]:
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise ValueError(
            "a cluster needs the package distributed: pip install 'token-factory-planner[cluster]'"
        ) from None
    with Client(address) as client:
        futures = [
            client.submit(_on_worker, recipe, changes, extract, pure=False, retries=MOST_DEATHS)
            for changes in questions
        ]
        position_of = {future.key: position for position, future in enumerate(futures)}
        for future in as_completed(futures):
            try:
                yield position_of[future.key], future.result()
            except KilledWorker as error:
                raise WorkerLost(f"question {position_of[future.key]}: {error}") from error

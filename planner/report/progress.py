"""Progress of a solve on the terminal: phase, bound, incumbent, gap, time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status


@contextmanager
def watching(quiet: bool) -> Iterator[Callable[[object], object] | None]:
    """Give a callable that shows the solver's progress on one line of the error stream; None when quiet."""
    if quiet:
        yield None
        return
    with Status("building", console=Console(stderr=True), spinner="dots") as status:
        yield lambda progress: status.update(_line(progress))


@contextmanager
def counting() -> Iterator[Callable[[int, object], object]]:
    """Give a callable that counts the answers of a study on one line of the error stream."""
    with Status("first answer", console=Console(stderr=True), spinner="dots") as status:
        answered = 0

        def told(position: int, facts: object) -> None:
            nonlocal answered
            answered += 1
            status.update(f"{answered} answered")

        yield told


def _line(progress: object) -> str:
    parts = [progress.phase, f"{progress.seconds:.1f} s"]
    for name in ("incumbent", "bound"):
        value = getattr(progress, name)
        if value is not None and abs(value) < 1e100:
            parts.append(f"{name} {value:,.4g}")
    if progress.gap is not None and progress.gap < 1e10:
        parts.append(f"gap {progress.gap:.3%}")
    return "  ".join(parts)

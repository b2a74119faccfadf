"""What is wrong with an instance: one `Problem` per fault, all raised together as an `InstanceError`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

_LISTED = 12
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class Problem:
    """One fault of an instance.

    Attributes:
        file: file relative to the instance folder, or where else the value came from.
        line: line of the file, counted from 1; None when the fault has no line.
        column: column of a table, key of a TOML file, or path of an override; may be empty.
        value: what stands there; may be empty.
        wrong: what is wrong with it.
        allowed: what would be right; may be empty.
        severity: a warning becomes an error under strict.
    """

    file: str
    line: int | None
    column: str
    value: str
    wrong: str
    allowed: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        value = self.value if len(self.value) <= _LONGEST_VALUE else self.value[: _LONGEST_VALUE - 3] + "..."
        head = " ".join(part for part in (place, self.column, value) if part)
        text = " - ".join(part for part in (head, self.wrong, self.allowed) if part)
        return f"warning: {text}" if self.severity == "warning" else text

    def as_warning(self) -> Problem:
        """Return the same fault as a warning."""
        return replace(self, severity="warning")


class InstanceError(Exception):
    """An instance that cannot be used, with everything that is wrong with it.

    Attributes:
        problems: every fault found, in the order of the files.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InstanceError], tuple[list[Problem]]]:
        return type(self), (self.problems,)


def closest(word: str, options: Iterable[str]) -> str | None:
    """Return the option most like a misspelt word, or None if none is near."""
    by_lower = {option.lower(): option for option in options}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def among(word: str, options: Sequence[str], noun: str = "") -> str:
    """Say which options are allowed, the one closest to a misspelt word first."""
    if not options:
        verb = "is" if " in " in noun else "are"  # "site in site_periods" is a column, "sites" are things
        return f"there {verb} no {noun or 'choices'}"
    near = closest(word, options)
    shown = ", ".join(list(options)[:_LISTED]) + (", ..." if len(options) > _LISTED else "")
    listed = f"{noun or 'allowed'}: {shown}"
    return f"did you mean {near}? {listed}" if near else listed

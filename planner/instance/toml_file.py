"""Reading TOML files with line numbers: for syntax errors, and for keys whose value turns out to be wrong."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from planner.instance.csv_file import decode, read_bytes
from planner.instance.problem import Problem

_POSITION = re.compile(
    r"^(?P<wrong>.*?)\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.S
)
_HEADER = re.compile(r"^\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=""")
_LONG_QUOTES = ('"""', "'''")

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class TomlFile:
    """A TOML file that could be parsed.

    Attributes:
        file: name used in messages.
        text: the text of the file.
        data: its content.
        content: its bytes.
    """

    file: str
    text: str
    data: dict[str, Any]
    content: bytes

    def line_of(self, path: KeyPath) -> int | None:
        """Return the line that sets a key, or that of the nearest section around it.

        Args:
            path: keys from the top; the index (from 0) of an entry in an array of tables follows the array's key.
        """
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
            below = [line for known, line in self._lines.items() if known[:length] == path[:length]]
            if below:
                return min(below)
        return None

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        lines: dict[KeyPath, int] = {}
        section: KeyPath = ()
        long_quote = ""
        for number, line in enumerate(self.text.splitlines(), start=1):
            if not long_quote:
                if match := _HEADER.match(line):
                    section = _resolve(_keys(match[2]), lines, array=match[1] == "[[")
                    lines.setdefault(section, number)
                elif match := _KEY.match(line):
                    lines.setdefault((*section, *_keys(match[1])), number)
            long_quote = _open_quote(line, long_quote)
        return lines


def read_toml(path: Path, file: str, problems: list[Problem]) -> TomlFile | None:
    """Read a TOML file; None (and a problem with line and column) when it cannot be parsed."""
    content = read_bytes(path, file, problems)
    if content is None:
        return None
    text = decode(content, file, problems, advice="save it as plain UTF-8 text")
    if text is None:
        return None
    try:
        return TomlFile(file, text, tomllib.loads(text), content)
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        problems.append(_syntax_problem(file, text, str(error)))
    except RecursionError:
        problems.append(Problem(file, None, "", "", "is nested too deeply", "a few levels of tables"))
    return None


def _syntax_problem(file: str, text: str, message: str) -> Problem:
    match = _POSITION.match(message)
    wrong, line, column = (match["wrong"], match["line"], match["column"]) if match else (message, None, None)
    if match and line is None:
        line, column = str(len(text.splitlines())), "the end"
    place = f"column {column}" if column else ""
    allowed = 'TOML: key = value, text in "quotes", sections in [brackets]'
    wrong = f"is not valid TOML: {wrong[:1].lower()}{wrong[1:]}"
    return Problem(file, int(line) if line else None, place, "", wrong, allowed)


def _keys(text: str) -> tuple[str, ...]:
    """Split a dotted key into its parts, quotation marks removed."""
    try:
        node: Any = tomllib.loads(f"{text} = 0")
    except tomllib.TOMLDecodeError:
        return (text.strip(),)
    keys: list[str] = []
    while isinstance(node, dict):
        ((key, node),) = node.items()
        keys.append(key)
    return tuple(keys)


def _resolve(keys: tuple[str, ...], lines: dict[KeyPath, int], *, array: bool) -> KeyPath:
    """Turn the keys of a header into a path with the index of each array entry."""
    path: KeyPath = ()
    for position, key in enumerate(keys):
        path = (*path, key)
        entries = sum(1 for known in lines if len(known) == len(path) + 1 and known[:-1] == path and _is_index(known))
        if array and position == len(keys) - 1:
            path = (*path, entries)
        elif entries:
            path = (*path, entries - 1)
    return path


def _is_index(path: KeyPath) -> bool:
    return isinstance(path[-1], int)


def _open_quote(line: str, opened: str) -> str:
    """Return the long quotation mark that is still open at the end of a line, or an empty string."""
    position = 0
    while True:
        if opened:
            end = line.find(opened, position)
            if end < 0:
                return opened
            position, opened = end + 3, ""
        else:
            starts = [(line.find(quote, position), quote) for quote in _LONG_QUOTES]
            starts = [(start, quote) for start, quote in starts if start >= 0]
            if not starts:
                return ""
            start, opened = min(starts)
            position = start + 3

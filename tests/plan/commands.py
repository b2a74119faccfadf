"""Commands of the planner, run as they are typed; a fault is a plain sentence, exit code 1 and nothing written."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from planner.cli import app


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def good(*words: str) -> Result:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result


def bad(*words: str) -> str:
    """Run a command that must fail with an explanation and print nothing else; return the explanation."""
    result = run(*words)
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert list(Path().iterdir()) == []
    return result.stderr

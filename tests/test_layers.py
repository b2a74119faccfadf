"""Imports go down only: the layers of the house, read from the source."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "planner"
ALLOWED = {
    "units": set(),
    "stamp": set(),
    "instance": {"units"},
    "solver": {"stamp"},
    "model": {"units", "instance", "stamp"},
    "plan": {"units", "instance", "stamp", "model", "solver"},
    "study": {"units", "instance", "stamp", "model", "solver", "plan"},
    "report": {"units", "instance", "plan"},
    "cli": {"units", "instance", "model", "plan", "study", "report"},
    "__init__": {"instance", "plan", "study"},
}
THIRD_PARTY = {
    "pyomo": {"stamp", "model", "plan", "study"},
    "highspy": {"solver"},
    "pydantic": {"instance", "study"},
    "typer": {"cli"},
    "rich": {"report", "cli"},
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write absolute imports"
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def sources():
    return sorted(PACKAGE.rglob("*.py"))


def layer(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path):
    here = layer(path)
    assert here in ALLOWED, f"{here} is no layer of the house"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "planner" and len(parts) > 1 and parts[1] in ALLOWED:
            assert parts[1] in ALLOWED[here] | {here}, f"{path} imports {name}"
        if parts[0] in THIRD_PARTY:
            assert here in THIRD_PARTY[parts[0]], f"{path} imports {name}"


def test_only_run_and_readers_of_solutions_import_the_model():
    """`plan/run.py` runs the pipeline; the other readers may import names of the model, never `build`."""
    for path in (PACKAGE / "plan").rglob("*.py"):
        if path.name != "run.py":
            assert not any("planner.model.build" in name for name in imports(path)), path


def test_chapters_share_only_what_is_published():
    """Chapters meet in build.py; a chapter imports another only for a named quantity, never its entry."""
    for path in (PACKAGE / "model").glob("*.py"):
        if path.name != "build.py":
            names = [name.rsplit(".", 1)[-1] for name in imports(path) if name.startswith("planner.model.")]
            assert not [name for name in names if name.startswith("add_")], path


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_short(path):
    assert len(path.read_text().splitlines()) <= 350, "split it by noun"

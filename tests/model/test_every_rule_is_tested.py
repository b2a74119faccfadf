"""No rule of the model without a row test, and none without a text."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

from pyomo.environ import ConcreteModel, Constraint

import planner.model
from planner.model.formulation import formulation, undocumented
from tests.model.reading import Rows

Built = dict[str, ConcreteModel]


def constraints(m: ConcreteModel) -> dict[str, int]:
    """Constraints of a model, and how many members each has."""
    return {c.local_name: len(c) for c in m.component_objects(Constraint, descend_into=True)}


def written(built: Built) -> set[str]:
    """Constraints with members in some world."""
    return {name for m in built.values() for name, members in constraints(m).items() if members}


def compared() -> set[str]:
    """Constraints whose rows some test compares: the names before the index in calls of at_most and equal."""
    found = set()
    for path in Path(__file__).parent.glob("test_rows_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("at_most", "equal"):
                texts = [part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)]
                found.add(texts[0].split("[")[0].split("@")[0])
    return found


def rules() -> set[str]:
    """Functions of the chapters that are written as rules: those that say what their dual means."""
    names = set()
    for module in pkgutil.iter_modules(planner.model.__path__):
        for name, function in inspect.getmembers(
            importlib.import_module(f"planner.model.{module.name}"), inspect.isfunction
        ):
            if "Dual:" in (function.__doc__ or ""):
                names.add(name)
    return names


def test_every_rule_has_a_row_in_some_world(built: Built, rows_of: dict[str, Rows]) -> None:
    assert written(built) == rules()
    stamped = {name.split("[")[0].split("@")[0] for rows in rows_of.values() for name in rows.names()}
    assert stamped == rules()


def test_every_rule_has_a_row_test(built: Built) -> None:
    assert written(built) - compared() == set()
    assert compared() - written(built) == set()


def test_every_component_has_a_text(built: Built) -> None:
    assert {name: undocumented(m) for name, m in built.items()} == {name: [] for name in built}


def test_the_formulation_contains_every_rule_and_post(built: Built) -> None:
    for world, m in built.items():
        text = formulation(m)
        members = constraints(m)
        assert [name for name in members if members[name] and f"### `{name}`" not in text] == [], world
        for ledger in m.ledgers:
            posts = [post.name for post in ledger.posts if len(post.expression)]
            assert [name for name in posts if f"| {ledger.name} | {name} |" not in text] == [], world
        assert "Maximise profit: present value of all cash posts" in text


def test_the_formulation_shows_formula_and_dual_of_every_rule(built: Built) -> None:
    for m in built.values():
        text = formulation(m)
        for name in [name for name, members in constraints(m).items() if members]:
            section = text.split(f"### `{name}`")[1].split("\n#")[0]
            assert "Dual:" in section, name
            assert any(sign in section for sign in ("<=", ">=", "=")), name

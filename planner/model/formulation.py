"""The formulation as Markdown, printed from the live model: every rule, variable and series with its text."""

from __future__ import annotations

import inspect

from pyomo.environ import Block, ConcreteModel, Constraint, Expression, Param, Set, Var

from planner.model.measures import RATIOS, is_maximised, measure, unit_of
from planner.stamp import level_of

_LEVELS = {
    "m": "plan",
    "period": "period",
    "vintage": "vintage",
    "year": "year",
    "day": "day",
    "date": "date",
    "step": "step",
}


def formulation(m: ConcreteModel) -> str:
    """Return the formulation of a built model: sets, then per level its data, variables, named sums and rules."""
    parts = [f"# The mathematics of {m.instance.name}", _sets(m), _ledgers(m)]
    for name, level in _LEVELS.items():
        block = m if name == "m" else m.component(name)
        if block is None:
            continue  # there are vintages only where something may retire, dates only for linked stores
        body = _level(m, block)
        if body:
            parts.append(f"## Level: {level} (copies: {len(level_of(block).labels)})\n\n{body}")
    parts.append(f"## Objective\n\n{_objective(m)}")
    return "\n\n".join(parts)


def undocumented(m: ConcreteModel) -> list[str]:
    """Return the names of components without a text."""
    kinds = (Var, Param, Constraint, Expression, Set)
    found = [c for c in m.component_objects(kinds, descend_into=True) if not c.doc and not c.name.endswith("_index")]
    return [c.name for c in found if not c.name.startswith(("_", "SetProduct"))]


def _objective(m: ConcreteModel) -> str:
    name = m.objective_name
    verb = "Maximise" if is_maximised(name) else "Minimise"
    if name in RATIOS:
        over, under = (measure(m, part).doc for part in (RATIOS[name].over, RATIOS[name].under))
        return f"{verb} {name} ({unit_of(name)}): {over}, divided by {under}."
    return f"{verb} {name}: {measure(m, name).doc}."


def _sets(m: ConcreteModel) -> str:
    rows = [f"| `{s.name}` | {len(s)} | {s.doc} |" for s in m.component_objects(Set, descend_into=False) if s.doc]
    return "## Sets\n\n| set | members | meaning |\n|---|---|---|\n" + "\n".join(rows)


def _ledgers(m: ConcreteModel) -> str:
    lines = ["## Ledgers", "", "| ledger | post | level | meaning |", "|---|---|---|---|"]
    for ledger in m.ledgers:
        for post in ledger.posts:
            if len(post.expression):
                lines.append(f"| {ledger.name} | {post.name} | {level_of(post.block).name} | {post.expression.doc} |")
    return "\n".join(lines)


def _level(m: ConcreteModel, block: Block) -> str:
    parts = []
    posted = {id(post.expression) for ledger in m.ledgers for post in ledger.posts}
    symbols = [
        f"| `{c.local_name}` | {title} | {_index(c)} | {c.doc} |"
        for kind, title in ((Param, "data"), (Var, "decision"), (Expression, "sum"))
        for c in block.component_objects(kind, descend_into=False)
        if id(c) not in posted and len(c)
    ]
    if symbols:
        parts.append("| symbol | kind | index | meaning (unit) |\n|---|---|---|---|\n" + "\n".join(symbols))
    for rule in block.component_objects(Constraint, descend_into=False):
        if len(rule):
            parts.append(f"### `{rule.local_name}` {_index(rule)}\n\n{inspect.cleandoc(rule.doc or '')}")
    return "\n\n".join(parts)


def _index(component: object) -> str:
    if not component.is_indexed():
        return ""
    name = component.index_set().name
    return f"[{name}]" if not name.endswith("_index") and not name.startswith("_") else f"[{len(component)} members]"

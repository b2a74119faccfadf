"""Conditions on an answer, as people write them: where a break-even is sought, and what a frontier trades.

objective < 0                          the objective itself
chosen power *nuclear*                 something of that kind makes up more than 1 % of it
amount hardware */vr200-nvl72 > 100    how much is in service, in the first period unless `@PERIOD` follows
price power_limit_mw abilene > 500000  a shadow price (exact answers only)
account revenue > 20000                a heading or item of the accounts, M USD a year
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import pandas as pd
from pyomo.environ import ConcreteModel

from planner.instance.problem import among
from planner.plan.design import BUILT, choices
from planner.study.results import Facts

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_FORM = re.compile(r"^(?P<what>.+?)\s*(?P<sign><=|>=|<|>)\s*(?P<number>[-+0-9.eE]+)$")
KINDS = tuple(built.kind for built in BUILT)
FORMS = (
    "objective < N, chosen KIND NAME, amount KIND NAME > N, price RULE WHERE > N, account NAME > N; "
    f"KIND is one of {', '.join(KINDS)}"
)


@dataclass(frozen=True)
class Condition:
    """A condition on the facts of an answer.

    Attributes:
        text: as it was written.
        measure: what is compared, from the facts; for `chosen` 1 or 0.
        sign, number: how, and with what.
        names: what it names: ("design", pattern), ("account", name) or nothing that can be misspelt unnoticed.
    """

    text: str
    measure: Callable[[Facts], float]
    sign: str
    number: float
    names: tuple[str, str] | None = None

    def refuse_unknown(self, m: ConcreteModel) -> None:
        """Raise ValueError where it names something that the model of an instance does not have."""
        if self.names is None:
            return
        source, name = self.names
        known = _things(m) if source == "design" else _items(m)
        parts = name.split("/") if source == "design" else [name]
        for part in parts:
            if not any(fnmatchcase(one.replace(" ", ""), part) for one in known):
                raise ValueError(f"{self.text!r}: nothing is called {part}; {among(part, sorted(known), 'names')}")

    def holds(self, facts: Facts) -> bool:
        """Whether an answer meets the condition; an answer without a plan never does."""
        return bool(facts.tables) and _COMPARE[self.sign](self.measure(facts), self.number)


def condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        ValueError: it has none of the forms.
    """
    words = text.split()
    if len(words) >= 3 and words[0] == "chosen":
        kind, pattern = _kind(words[1], text), " ".join(words[2:])
        names = "design", _with_period(pattern)[0]
        return Condition(text, lambda facts: float(_is_chosen(facts, kind, pattern)), ">", 0.5, names)
    match = _FORM.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no condition; write {FORMS}")
    try:
        number = float(match["number"])
    except ValueError:
        raise ValueError(f"{text!r}: {match['number']} is no number") from None
    words = match["what"].split()
    names = _names(words)
    return Condition(text, _measure(words, text), match["sign"], number, names)


def _names(words: list[str]) -> tuple[str, str] | None:
    """What a comparison names."""
    if words[0] == "amount" and len(words) > 2:
        return "design", _with_period(" ".join(words[2:]))[0]
    if words[0] == "account" and len(words) > 1:
        return "account", _with_period(" ".join(words[1:]))[0]
    return None


def _things(m: ConcreteModel) -> set[str]:
    """Every id that the name of something built may hold."""
    return {
        str(part)
        for built in BUILT
        for index in built.component(m)
        for part in (index if isinstance(index, tuple) else (index,))
    }


def _items(m: ConcreteModel) -> set[str]:
    """Headings and items of the accounts."""
    return {name for post in m.cash.posts for name in (post.name, post.heading)}


def _measure(words: list[str], text: str) -> Callable[[Facts], float]:
    match words:
        case ["objective"]:
            return lambda facts: float(facts.row["objective"])
        case ["amount", kind, *name] if name:
            pattern, period = _with_period(" ".join(name))
            return lambda facts: _amount(facts, _kind(kind, text), pattern, period)
        case ["price", rule, *where]:
            pattern, period = _with_period(" ".join(where) or "*")
            return lambda facts: _price(facts, rule, pattern, period)
        case ["account", *name] if name:
            item, period = _with_period(" ".join(name))
            return lambda facts: _account(facts, item, period)
    raise ValueError(f"{text!r} is no condition; write {FORMS}")


def _kind(word: str, text: str) -> str:
    if word not in KINDS:
        raise ValueError(f"{text!r}: there is no kind {word}; choose one of {', '.join(KINDS)}")
    return word


def _with_period(text: str) -> tuple[str, str | None]:
    name, at, period = text.partition("@")
    return name.strip().replace(" ", ""), period.strip() if at else None


def _of_period(frame: pd.DataFrame, period: str | None) -> pd.DataFrame:
    if period is None:
        return frame[frame["period"] == frame["period"].iloc[0]] if len(frame) else frame
    return frame[frame["period"].astype(str) == period]


def _named(names: pd.Series, pattern: str) -> Any:
    return names.map(lambda name: fnmatchcase(str(name).replace(" ", ""), pattern))


def _is_chosen(facts: Facts, kind: str, pattern: str) -> bool:
    wanted, period = _with_period(pattern)
    return any(
        built == kind and fnmatchcase(what.replace(" ", ""), wanted) and period in (None, str(when))
        for when, built, what in choices(facts.tables["design"])
    )


def _amount(facts: Facts, kind: str, pattern: str, period: str | None) -> float:
    frame = _of_period(facts.tables["design"], period)
    frame = frame[frame["kind"] == kind]
    return float(frame.loc[_named(frame["what"], pattern).astype(bool), "amount"].sum())


def _price(facts: Facts, rule: str, pattern: str, period: str | None) -> float:
    frame = _of_period(facts.tables["prices"], period)
    frame = frame[frame["rule"] == rule]
    found = frame[_named(frame["where"], pattern).astype(bool)]
    if found.empty:
        raise ValueError(f"there is no price of {rule} at {pattern}; mixed-integer answers have none at all")
    return float(found["value"].max())


def _account(facts: Facts, name: str, period: str | None) -> float:
    frame = _of_period(facts.tables["accounts"], period)
    found = _named(frame["item"], name).astype(bool) | _named(frame["heading"], name).astype(bool)
    return float(frame.loc[found, "musd_per_yr"].sum())

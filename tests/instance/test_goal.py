"""What is asked of a plan: texts, settings, and how they join."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from planner.instance.goal import limits_of, order_of, parse_limit, parse_order, with_goal


def test_an_order_is_read() -> None:
    assert parse_order("tokens") == ("tokens",)
    assert parse_order("tokens, carbon,cost_per_mtok") == ("tokens", "carbon", "cost_per_mtok")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("glory", "no objective glory; choose one of profit, tokens, revenue, cost"),
        ("tokens,,profit", "no objective ; choose one of"),
        ("", "no objective ; choose one of"),
        ("tokens,carbon,tokens", "names one of them twice"),
    ],
)
def test_an_order_that_is_none(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        parse_order(text)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("carbon<=2e4", ("carbon", None, 20_000)),
        (" tokens >= 1.2e6 ", ("tokens", 1_200_000, None)),
        ("profit>=-5", ("profit", -5, None)),
    ],
)
def test_a_limit_is_read(text: str, limit: tuple) -> None:
    found = parse_limit(text)
    assert (found.measure, found.at_least, found.at_most) == limit


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("carbon", "carbon is no limit; write a measure, <= or >=, and a number, such as carbon<=20000"),
        ("carbon<20", "is no limit"),
        ("carbn<=20", "limits no measure: did you mean carbon?"),
        ("cost_per_mtok<=20", "limits no measure"),
        ("carbon<=many", "many is not a finite number"),
        ("carbon<=nan", "nan is not a finite number"),
        ("carbon<=inf", "inf is not a finite number"),
    ],
)
def test_a_limit_that_is_none(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        parse_limit(text)


def settings(**objective: Any) -> dict[str, Any]:
    return {"objective": objective}


def test_profit_closes_every_order(loaded: Callable) -> None:
    assert order_of(loaded()) == ("profit",)
    assert order_of(loaded(settings=settings(name="tokens", then=["carbon"]))) == ("tokens", "carbon", "profit")
    assert order_of(loaded(settings=settings(name="profit", then=["carbon"]))) == ("profit", "carbon")


def test_another_order_takes_the_place_of_the_instances_own(loaded: Callable) -> None:
    instance = loaded(settings=settings(name="tokens", then=["carbon"]))
    assert order_of(with_goal(instance)) == ("tokens", "carbon", "profit")
    assert order_of(with_goal(instance, "revenue")) == ("revenue", "profit")
    assert order_of(with_goal(instance, "profit,energy")) == ("profit", "energy")
    assert order_of(instance) == ("tokens", "carbon", "profit")  # the instance itself is left as it was


def test_limits_join_the_instances_own(loaded: Callable) -> None:
    own = [{"measure": "carbon", "at_most": 5}, {"measure": "tokens", "at_least": 1}]
    instance = with_goal(loaded(settings=settings(limits=own)), limits=["carbon<=4", "tokens<=9", "energy>=2"])
    assert limits_of(instance) == {
        ("carbon", "at_most"): 4,
        ("tokens", "at_least"): 1,
        ("tokens", "at_most"): 9,
        ("energy", "at_least"): 2,
    }


def test_limits_that_contradict_each_other(loaded: Callable) -> None:
    with pytest.raises(ValueError, match="no plan has carbon of at least 7 and at most 4"):
        with_goal(loaded(), limits=["carbon<=4", "carbon>=7"])


@pytest.mark.parametrize(
    ("objective", "wrong"),
    [
        ({"name": "tokens", "then": ["tokens"]}, "an objective stands twice in name and then"),
        ({"limits": [{"measure": "carbon"}]}, "a limit needs at_least, at_most or both"),
        ({"limits": [{"measure": "carbon", "at_least": 2, "at_most": 1}]}, "at_least 2 is more than at_most 1"),
        ({"limits": [{"measure": "carbon", "at_most": 2}] * 2}, "have the same measure"),
        ({"limits": [{"measure": "carbn", "at_most": 2}]}, "did you mean carbon?"),
        ({"slack": -0.1}, "is too small"),
    ],
)
def test_bad_settings(messages: Callable, objective: dict[str, Any], wrong: str) -> None:
    (message,) = messages(settings=settings(**objective))
    assert wrong in message


def test_a_limit_is_changed_by_its_measure(loaded: Callable) -> None:
    limits = [{"measure": "carbon", "at_most": 5}, {"measure": "tokens", "at_least": 1}]
    instance = loaded(settings=settings(limits=limits), overrides={"objective.limits.carbon.at_most": {"multiply": 2}})
    assert limits_of(instance)["carbon", "at_most"] == 10

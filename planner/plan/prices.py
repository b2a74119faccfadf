"""Shadow prices: what one more megawatt, rack, cubic metre or contract would be worth.

They come from the LP in which the binaries of the design (open, adopt, cooling, whole contracts, uniform prices) are
fixed and unit COUNTS are relaxed: with counts fixed, the rows that limit what may be installed would have no price.
Prices are shown undiscounted, per year: the dual over the period's discount factor. They are in the unit of what is
optimised first: money, tokens, carbon and so on. Of a ratio, and of capex, a price is the change over the whole horizon
by one more unit throughout a period.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel, Constraint, Var

from planner.instance.goal import limits_of
from planner.model.measures import MEASURES, RATIOS, unit_of
from planner.plan.reading import Reading, one_scenario
from planner.stamp import level_of, series_values
from planner.units import (
    DAYS_PER_YEAR,
    KG_PER_T,
    KTOK_PER_GTOK,
    KW_PER_MW,
    L_PER_M3,
    MTOK_PER_GTOK,
    USD_PER_MUSD,
)

COLUMNS = ["period", "what", "where", "rule", "value", "unit", "binds"]
WHOLE_HORIZON = "all"
"""Stands in the column period for what concerns all of them."""
_BINDS = 1e-6
_FLOORS = ("firm_capacity", "commitment")  # rules `... >= need`: the value is that of one unit LESS of need


@dataclass(frozen=True)
class Priced:
    """A rule whose dual is reported.

    Attributes:
        rule: name of the constraint.
        block: block it lives on.
        what: the user's noun.
        unit: unit of the value, after `scale`.
        scale: from M USD per unit of the row to `unit`.
        used: name of the period Expression that must be positive for the rule to count as binding: a limit on what
            the plan does not use has a price, but binds nothing.
        stock: the rule limits something once per period, not per year: its price is a present value.
        per: one unit of the row's right-hand side; without it, what `unit` is divided by.
        times: name of the period's yes-or-no that multiplies the limit, indexed by the first indices of the rule: more
            of the limit of a site that is closed is worth nothing.
    """

    rule: str
    block: Callable[[ConcreteModel], object]
    what: str
    unit: str
    scale: float = USD_PER_MUSD
    used: str = ""
    stock: bool = False
    per: str = ""
    times: str = ""


@dataclass(frozen=True)
class Currency:
    """What prices are counted in while an objective is optimised.

    Attributes:
        big, small: the unit of the objective, and a smaller one for the price of a single unit.
        small_per_big: how many small ones are a big one.
        kind: money is discounted, a flow adds up over years, a whole is counted once over the horizon.
    """

    big: str
    small: str
    small_per_big: float
    kind: Literal["money", "flow", "whole"]


_MONEY = Currency("M USD", "USD", USD_PER_MUSD, "money")
CURRENCIES = {
    "profit": _MONEY,
    "revenue": _MONEY,
    "cost": _MONEY,
    "tokens": Currency("Gtok", "ktok", KTOK_PER_GTOK, "flow"),
    "carbon": Currency("t", "kg", KG_PER_T, "flow"),
    "water": Currency("m3", "L", L_PER_M3, "flow"),
    "energy": Currency("MWh", "kWh", KW_PER_MW, "flow"),
    "capex": Currency("M USD", "USD", USD_PER_MUSD, "whole"),
    **{name: Currency(ratio.unit, ratio.unit, 1.0, "whole") for name, ratio in RATIOS.items()},
}


def currency(m: ConcreteModel) -> Currency:
    """What prices of a model are counted in."""
    return CURRENCIES[m.objective_name]


def _period(m: ConcreteModel) -> object:
    return m.period


def _year(m: ConcreteModel) -> object:
    return m.year


def _step(m: ConcreteModel) -> object:
    return m.step


PRICED = (
    Priced("provisioned_limit", _period, "one more MW of provisioned load", "USD/MW-yr", times="opened"),
    Priced("gigawatt_limit", _step, "one more MW while running", "USD/MW-yr", times="opened"),
    Priced("hall_limit", _period, "one more MW of room for halls", "USD/MW-yr", times="opened"),
    Priced("hardware_supply", _period, "one more unit of supply", "USD/unit, present value", stock=True),
    Priced("source_limit", _period, "one more MW of source", "USD/MW-yr", used="capacity_mw"),
    Priced("store_power_limit", _period, "one more MW of store", "USD/MW-yr", used="store_mw"),
    Priced("store_energy_limit", _period, "one more MWh of store", "USD/MWh-yr", used="store_mwh"),
    Priced("line_limit", _period, "one more MW of line", "USD/MW-yr", used="line_added_mw"),
    Priced("line_capacity", _step, "one more MW through the line", "USD/MW-yr", used="line_mw"),
    Priced("firm_transfer", _period, "one more MW of firm transfer", "USD/MW-yr", used="line_mw"),
    Priced("firm_capacity", _period, "one MW less of firm load", "USD/MW-yr"),
    Priced("permitted_hours", _year, "one more permitted MWh", "USD/MWh", used="capacity_mw"),
    Priced("export_limit", _step, "one more MW of export", "USD/MW-yr", used="capacity_mw"),
    Priced("clean_share_of_year", _year, "one more MWh of unclean energy", "USD/MWh"),
    Priced("clean_share_of_step", _step, "one more MW of unclean power in every hour", "USD/MW-yr"),
    Priced(
        "cooling_choice",
        _period,
        "one more MW of room for the design",
        "USD/MW-yr",
        used="cooling_mw",
        times="cooling_chosen",
    ),
    Priced("cooling_limit", _period, "one more MW of room for the design", "USD/MW-yr", used="cooling_mw"),
    Priced("water_limit", _year, "one more m3 of water", "USD/m3"),
    Priced("carbon_limit", _year, "one more t of carbon dioxide", "USD/t"),
    Priced("booking_limit", _period, "one more Gbps", "USD/Gbps-yr"),
    Priced("expansion_limit", _period, "one more Gbps of room to expand", "USD/Gbps-yr"),
    Priced("lease_limit", _period, "one more unit on lease", "USD/unit-yr", used="leased_units", times="opened"),
    Priced("wholesale_limit", _step, "one more Gtok/h of the offer", "USD/Gtok/h-yr", used="wholesale_gtok_per_h"),
    Priced("least_share", _year, "one MW less that must go to the product", "USD/MW-yr"),
    Priced("most_share", _year, "one more MW that may go to the product", "USD/MW-yr"),
    Priced(
        "capex_budget", _period, "one more USD of capex budget", "USD/USD, present value", 1.0, stock=True, per="M USD"
    ),
    Priced(
        "commitment",
        _year,
        "one Gtok/day less of promise",
        "USD/Mtok",
        USD_PER_MUSD / DAYS_PER_YEAR / MTOK_PER_GTOK,
        per="Gtok/day",
    ),
    Priced("segment_volume", _year, "the whole segment once more", "M USD/yr", 1.0, per="segment"),
)
"""Rules whose price is reported, in the order of the table."""


def prices_table(r: Reading, row_dual: np.ndarray) -> pd.DataFrame:
    """Return the price of every reported rule: period, what, where, rule, value, unit, binds.

    A value is what the objective gains from one more unit of what the rule limits; `row_dual` are the duals of the
    price LP (d cost / d right-hand side). A limit binds if it has a price and limits something the plan uses.
    """
    rows = [row for priced in PRICED for row in _priced_rows(r, priced, row_dual)] + _limit_rows(r, row_dual)
    table = pd.DataFrame(rows, columns=COLUMNS)
    return pd.concat([_headline(r.m, table), table], ignore_index=True)[COLUMNS]


def _priced_rows(r: Reading, priced: Priced, row_dual: np.ndarray) -> list[tuple]:
    constraint = getattr(priced.block(r.m), priced.rule, None)
    if constraint is None or not len(constraint):
        return []
    names = _index_names(constraint)
    duals = r.stamped.duals(constraint, row_dual, names).groupby([*names, "period"], sort=False).sum()
    used = r.values(getattr(r.m.period, priced.used), *names) if priced.used else None
    switch = _switch(r, priced)
    width = len(next(iter(switch), ())) - 1
    worth = one_a_year(r.m)
    sign = 1.0 if priced.rule in _FLOORS else -1.0
    scale, unit = _scale_and_unit(currency(r.m), priced)
    rows = []
    for key, dual in duals.items():
        *where, period = key if isinstance(key, tuple) else (key,)
        value = sign * dual * scale / (1.0 if priced.stock else worth[period]) + 0.0
        value *= switch.get((*where[:width], period), 1.0)
        binds = abs(value) > _BINDS and (used is None or used[key] > _BINDS)
        rows.append((period, priced.what, " / ".join(map(str, where)), priced.rule, value, unit, binds))
    return rows


def _switch(r: Reading, priced: Priced) -> dict[tuple, float]:
    """The yes-or-no that multiplies a limit, by its index and period."""
    if not priced.times:
        return {}
    component = getattr(r.m.period, priced.times)
    if not len(component):
        return {}
    values = r.values(component, *_index_names(component))
    return {key if isinstance(key, tuple) else (key,): float(on) for key, on in values.items()}


def _limit_rows(r: Reading, row_dual: np.ndarray) -> list[tuple]:
    """Limits on measures of the whole plan: what one more unit allowed, or one less asked for, is worth."""
    rows, money = [], currency(r.m)
    for name, side in limits_of(r.m.instance):
        (dual,) = r.stamped.duals(r.m.measure_limit[name, side], row_dual)
        sign, what = (-1.0, "one more") if side == "at_most" else (1.0, "one less asked for:")
        unit = unit_of(name).removesuffix(" (present value)")
        value = sign * dual / MEASURES[name].size * money.small_per_big + 0.0
        per = f"{money.small} per {unit}" if money.kind == "whole" else f"{money.small}/{unit}"
        if money.kind == "money":
            per += ", present value"
        row = (WHOLE_HORIZON, f"{what} {unit} of {name}", f"{name} / {side}", "measure_limit", value, per)
        rows.append((*row, abs(value) > _BINDS))
    return rows


def _index_names(constraint: Constraint | Var) -> list[str]:
    """Names for the indices of a constraint, one per dimension."""
    if not constraint.is_indexed():
        return []
    first = next(iter(constraint))
    return [f"i{k}" for k in range(len(first) if isinstance(first, tuple) else 1)]


def _scale_and_unit(money: Currency, priced: Priced) -> tuple[float, str]:
    """From a dual to a price in the objective's own unit, and that unit.

    What stands above the line of `priced.unit` is M USD or USD; it becomes the currency's big or small unit.
    """
    over, _, under = priced.unit.partition("/")
    if money.kind == "whole":
        per = priced.per or under.removesuffix(", present value").removesuffix("-yr")
        return money.small_per_big, f"{money.small} per {per}"
    if money.kind == "flow":
        under = under.removesuffix(", present value")
    if over == _MONEY.big:
        return priced.scale, f"{money.big}/{under}"
    return priced.scale * money.small_per_big / USD_PER_MUSD, f"{money.small}/{under}"


def energy_prices_table(r: Reading, row_dual: np.ndarray) -> pd.DataFrame:
    """Return the price of one more MWh at every node and step (USD/MWh; ktok/MWh where tokens are maximised)."""
    money = currency(r.m)
    m, step = r.m, r.m.step
    duals = r.stamped.duals(step.power_balance, row_dual, ["node"])
    weight = r.stamped.path_weight(step) / _lengths(m, step)
    worth = np.array([one_a_year(m)[t] for t in level_of(step).labels.get_level_values("period")])
    nodes = len(duals) // len(weight)
    values = duals.to_numpy() * money.small_per_big / np.tile(weight * worth, nodes)
    name = f"{money.small}_per_mwh".lower()
    return one_scenario(pd.Series(values, index=duals.index, name=name).reset_index())


def _headline(m: ConcreteModel, table: pd.DataFrame) -> pd.DataFrame:
    """One more MW of a site's power limit moves both gigawatt rules, and the room for halls where that follows it."""
    money, rows = currency(m), []
    unit = f"{money.small} per MW" if money.kind == "whole" else f"{money.small}/MW-yr"
    room = {s: _room_prices(m, table, s) for s, site in m.instance.sites.items() if site.hall_limit_mw is None}
    for period in m.instance.periods:
        for s, site in m.instance.sites.items():
            here = table[(table["period"] == period) & (table["where"] == s)].set_index("rule")["value"]
            value = here.get("gigawatt_limit", 0.0) + site.oversubscription * here.get("provisioned_limit", 0.0)
            if s in room:
                value += site.oversubscription * room[s][period]
            rows.append((period, "one more MW of power limit", s, "power_limit_mw", value, unit, abs(value) > _BINDS))
    return pd.DataFrame(rows, columns=COLUMNS)


def _room_prices(m: ConcreteModel, table: pd.DataFrame, s: str) -> dict[str, float]:
    """Return what one more MW of power limit adds through the room for halls, by period (USD/MW-yr).

    In every period that room follows the largest limit of all: what it is worth in periods with a smaller limit belongs
    to the first that has the largest.
    """
    here = table[(table["rule"] == "hall_limit") & (table["where"] == s)].set_index("period")["value"]
    limits = dict(zip(m.instance.periods, series_values(m.period.power_limit_mw, s), strict=True))
    largest, worth = max(limits.values()), one_a_year(m)
    top = next(period for period, limit in limits.items() if limit == largest)
    found = {period: here.get(period, 0.0) if limit == largest else 0.0 for period, limit in limits.items()}
    rest = sum(here.get(period, 0.0) * worth[period] for period, limit in limits.items() if limit < largest)
    found[top] += rest / worth[top]
    return found


def one_a_year(m: ConcreteModel) -> dict[str, float]:
    """Return what 1 a year over a period adds to the objective: its discount factor, its years, or 1 of a whole."""
    years = _lengths(m, m.period)
    each = {"money": series_values(m.period.discount) * years, "flow": years, "whole": np.ones(len(years))}
    return dict(zip(m.instance.periods, each[currency(m).kind], strict=True))


def _lengths(m: ConcreteModel, block: object) -> np.ndarray:
    lengths = {row.period: row.length_yr for row in m.instance.periods.values()}
    return np.array([lengths[t] for t in level_of(block).labels.get_level_values("period")])

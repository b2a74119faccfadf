"""Shadow prices: what one more megawatt, rack, cubic metre or contract would be worth.

They come from the LP in which the binaries of the design (open, adopt, cooling, whole contracts, uniform prices) are
fixed and unit COUNTS are relaxed: with counts fixed, the rows that limit what may be installed would have no price.
Prices are shown undiscounted, per year: the dual over the period's discount factor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyomo.environ import ConcreteModel

from planner.stamp import Stamped, level_of, series_values
from planner.units import DAYS_PER_YEAR, MTOK_PER_GTOK, USD_PER_MUSD

COLUMNS = ["period", "what", "where", "rule", "value", "unit", "binds"]
_BINDS = 1e-6


@dataclass(frozen=True)
class Priced:
    """A rule whose dual is reported.

    Attributes:
        rule: name of the constraint.
        block: block it lives on.
        what: the user's noun.
        unit: unit of the value, after `scale`.
        scale: from M USD per unit of the row to `unit`.
    """

    rule: str
    block: Callable[[ConcreteModel], object]
    what: str
    unit: str
    scale: float = USD_PER_MUSD


def _period(m: ConcreteModel) -> object:
    return m.period


def _year(m: ConcreteModel) -> object:
    return m.year


def _step(m: ConcreteModel) -> object:
    return m.step


PRICED = (
    Priced("provisioned_limit", _period, "one more MW of provisioned load", "USD/MW-yr"),
    Priced("gigawatt_limit", _step, "one more MW while running", "USD/MW-yr"),
    Priced("hall_limit", _period, "one more MW of room for halls", "USD/MW-yr"),
    Priced("hardware_supply", _period, "one more unit of supply", "USD/unit-yr"),
    Priced("source_limit", _period, "one more MW of source", "USD/MW-yr"),
    Priced("store_power_limit", _period, "one more MW of store", "USD/MW-yr"),
    Priced("store_energy_limit", _period, "one more MWh of store", "USD/MWh-yr"),
    Priced("firm_capacity", _period, "one MW less of firm load", "USD/MW-yr"),
    Priced("permitted_hours", _year, "one more permitted MWh", "USD/MWh"),
    Priced("cooling_choice", _period, "one more MW of room for the design", "USD/MW-yr"),
    Priced("water_limit", _year, "one more m3 of water", "USD/m3"),
    Priced("carbon_limit", _year, "one more t of carbon dioxide", "USD/t"),
    Priced("booking_limit", _period, "one more Gbps", "USD/Gbps-yr"),
    Priced("expansion_limit", _period, "one more Gbps of room to expand", "USD/Gbps-yr"),
    Priced("capex_budget", _period, "one more USD of capex budget", "USD/USD", 1.0),
    Priced(
        "commitment", _year, "one Gtok/day less of promise", "USD/Mtok", USD_PER_MUSD / DAYS_PER_YEAR / MTOK_PER_GTOK
    ),
    Priced("segment_volume", _year, "the whole segment once more", "M USD/yr", 1.0),
)
"""Rules whose price is reported, in the order of the table."""


def prices_table(m: ConcreteModel, stamped: Stamped, row_dual: np.ndarray) -> pd.DataFrame:
    """Return the price of every reported rule: period, what, where, rule, value, unit, binds.

    A value is what the objective gains from one more unit of what the rule limits; `row_dual` are the duals of the
    price LP (d cost / d right-hand side).
    """
    discount = discount_factors(m)
    gain = 1.0 if m.objective.sense == -1 else -1.0
    rows = []
    for priced in PRICED:
        constraint = getattr(priced.block(m), priced.rule, None)
        if constraint is None or not len(constraint):
            continue
        depth = next(iter(constraint)) if constraint.is_indexed() else ()
        names = [f"i{k}" for k in range(len(depth) if isinstance(depth, tuple) else 1)]
        duals = stamped.duals(constraint, row_dual, names if constraint.is_indexed() else None)
        duals = duals.groupby([*(names if constraint.is_indexed() else []), "period"], sort=False).sum()
        sign = -gain if not _is_floor(priced.rule) else gain
        for key, dual in duals.items():
            *where, period = key if isinstance(key, tuple) else (key,)
            value = sign * dual * priced.scale / discount[period]
            rows.append((period, priced.what, " / ".join(map(str, where)), priced.rule, value + 0.0, priced.unit))
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    table["binds"] = table["value"].abs() > _BINDS
    return pd.concat([_headline(m, table), table], ignore_index=True)[COLUMNS]


def energy_prices_table(m: ConcreteModel, stamped: Stamped, row_dual: np.ndarray) -> pd.DataFrame:
    """Return the price of one more MWh at every node and step (USD/MWh)."""
    duals = stamped.duals(m.step.power_balance, row_dual, ["node"])
    weight = stamped.path_weight(m.step) / _lengths(m, m.step)
    factor = np.array([discount_factors(m)[t] for t in level_of(m.step).labels.get_level_values("period")])
    nodes = len(duals) // len(weight)
    gain = 1.0 if m.objective.sense == -1 else -1.0
    values = gain * duals.to_numpy() * USD_PER_MUSD / np.tile(weight * factor, nodes)
    return pd.Series(values, index=duals.index, name="usd_per_mwh").reset_index()


def _is_floor(rule: str) -> bool:
    """Rules of the form `... >= need`: the value reported is that of one unit LESS of what is asked."""
    return rule in ("firm_capacity", "commitment")


def _headline(m: ConcreteModel, table: pd.DataFrame) -> pd.DataFrame:
    """One more MW of a site's power limit moves both gigawatt rules, and the room for halls where that follows it."""
    rows = []
    for period in m.instance.periods:
        for s, site in m.instance.sites.items():
            here = table[(table["period"] == period) & (table["where"] == s)].set_index("rule")["value"]
            value = here.get("gigawatt_limit", 0.0) + site.oversubscription * here.get("provisioned_limit", 0.0)
            if site.hall_limit_mw is None:
                value += site.oversubscription * here.get("hall_limit", 0.0)
            rows.append(
                (period, "one more MW of power limit", s, "power_limit_mw", value, "USD/MW-yr", abs(value) > _BINDS)
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def discount_factors(m: ConcreteModel) -> dict[str, float]:
    """Return the present value of 1 a year over each period."""
    return dict(zip(m.instance.periods, series_values(m.period.discount) * _lengths(m, m.period), strict=True))


def _lengths(m: ConcreteModel, block: object) -> np.ndarray:
    lengths = {row.period: row.length_yr for row in m.instance.periods.values()}
    return np.array([lengths[t] for t in level_of(block).labels.get_level_values("period")])

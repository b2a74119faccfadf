"""Cash flow and returns: what the owner pays and gets, and when; worked out from the plan's tables, not in the model.

The accounts pay for capital by annuities. Here it is paid when it is bought: on the first day of the period it is built
in, and again each time it dies inside that period. What a year earns and costs falls at its end (a shorter period's at
its own end), which is also when an annuity is due: an investment that just earns its annuities returns the WACC.
What is not yet paid off at the end is credited where it is still in service; units retired before the end of their life
are worth nothing then, and what is unpaid of them is told apart. So where periods are whole years and nothing retires,
net present value with annuities is (1 + WACC) x that with capital when paid and what is not yet paid off credited: the
accounts discount a year by its beginning. Where units retire, it is (1 + WACC) x the sum of that and the present value
of what is not paid off of them, whose annuities fall due after the end. Non-cash terms are left out.

Tax is a share of revenue less cost less straight-line depreciation over the life; losses are carried forward.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from planner.instance import Instance
from planner.model.time import purchase_dates
from planner.units import USD_PER_MUSD

Flow = tuple[float, float]
"""Date (decimal year) and amount (M USD)."""

HORIZON = "all"
"""What stands in the column period of figures about all periods together."""

_NEGLIGIBLE = 1e-9
_WHOLE_YEAR = 1e-9
_HIGHEST_RATE = 1e6
_LOWEST_RATE = -0.99


def cash_flow_table(instance: Instance, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the cash flow of every period (M USD over the period), before and after tax.

    Args:
        instance: what the plan was made for.
        tables: its tables accounts and capex.
    """
    bills, rows, loss = _bills(tables["capex"]), [], 0.0
    for period, row in instance.periods.items():
        revenue, cost = (musd * row.length_yr for musd in _yearly(tables["accounts"], period))
        capex = sum(musd for date, _, musd in bills if row.start <= date < row.start + row.length_yr)
        written_off = sum(_overlap(date, life, row.start, row.length_yr) / life * musd for date, life, musd in bills)
        taxable = revenue - cost - written_off + loss
        tax, loss = instance.settings.finance.tax_share * max(0.0, taxable), min(0.0, taxable)
        rows.append((period, revenue, cost, capex, revenue - cost - capex, written_off, tax))
    columns = ["period", "revenue_musd", "operating_cost_musd", "overnight_capex_musd", "pre_tax_cash_flow_musd"]
    frame = pd.DataFrame(rows, columns=[*columns, "depreciation_musd", "tax_musd"])
    present = [_present_value(instance, _flows(instance, tables, {t})) for t in frame["period"]]
    frame.insert(5, "discounted_cash_flow_musd", present)
    frame.insert(6, "cumulative_cash_flow_musd", frame["pre_tax_cash_flow_musd"].cumsum())
    frame["after_tax_cash_flow_musd"] = frame["pre_tax_cash_flow_musd"] - frame["tax_musd"]
    return frame


def returns_rows(instance: Instance, tables: dict[str, pd.DataFrame]) -> list[tuple]:
    """Return the key figures of the whole horizon: period, where, figure, value, unit; nan for what does not exist."""
    flows = _flows(instance, tables, set(instance.periods))
    retired = _unpaid(instance, _bills_of_retired(instance, tables["retired"]))
    unpaid = [(_end(instance), _unpaid(instance, _bills(tables["capex"])) - retired)]
    cash = tables["accounts"]["heading"] != "non-cash"
    figures = [
        ("net present value, capital as annuities", tables["accounts"].loc[cash, "present_value_musd"].sum(), "M USD"),
        ("net present value, capital when paid", _present_value(instance, flows), "M USD"),
        ("net present value, unpaid capital credited", _present_value(instance, flows + unpaid), "M USD"),
        ("capital not yet paid off at the end", unpaid[0][1], "M USD"),
        ("internal rate of return", internal_rate(flows), "share/yr"),
        ("internal rate of return, unpaid capital credited", internal_rate(flows + unpaid), "share/yr"),
        ("payback time", payback_years(flows), "years"),
    ]
    if retired > _NEGLIGIBLE:
        figures.append(("unpaid capital of units retired, not credited", retired, "M USD"))
    if instance.settings.finance.tax_share > 0:
        taxed = flows + _taxes(instance, tables["cash_flow"])
        figures += [
            ("net present value after tax, capital when paid", _present_value(instance, taxed), "M USD"),
            ("internal rate of return after tax", internal_rate(taxed), "share/yr"),
        ]
    return [(HORIZON, HORIZON, *figure) for figure in figures]


def internal_rate(flows: Iterable[Flow]) -> float:
    """Return the rate at which flows that begin with a payment are worth nothing (share/yr).

    nan where there is none, or where there may be several: the flows change sign once, or else their sums do.
    """
    dates, amounts = _by_date(flows)
    if not len(amounts) or amounts[0] > 0:
        return math.nan
    if _sign_changes(amounts) == 1:
        lowest = _LOWEST_RATE
    elif _sign_changes(np.cumsum(amounts)) == 1:
        lowest = 0.0
    else:
        return math.nan

    def worth(rate: float) -> float:
        return float(amounts @ (1 + rate) ** -(dates - dates[0]))

    if worth(lowest) < 0 or worth(_HIGHEST_RATE) > 0:
        return math.nan
    return float(brentq(worth, lowest, _HIGHEST_RATE, xtol=1e-12))


def payback_years(flows: Iterable[Flow]) -> float:
    """Return the years from the first payment until the sum of all flows is back at zero for good; nan if never.

    Between the dates of two flows the later one is taken to come evenly.
    """
    dates, amounts = _by_date(flows)
    sums = np.cumsum(amounts)
    if not len(sums) or sums[0] > 0 or sums[-1] < 0:
        return math.nan
    last = int(np.flatnonzero(sums < -_NEGLIGIBLE)[-1])
    share = -sums[last] / amounts[last + 1]
    return float(dates[last] + share * (dates[last + 1] - dates[last]) - dates[0])


def _yearly(accounts: pd.DataFrame, period: str) -> tuple[float, float]:
    """Return revenue and operating cost of a period (M USD/yr), capital and non-cash terms apart."""
    here = accounts[accounts["period"] == period].groupby("heading")["musd_per_yr"].sum()
    revenue = float(here.get("revenue", 0.0))
    return revenue, revenue - float(here.drop(["capital", "non-cash"], errors="ignore").sum())


def _bills(capex: pd.DataFrame) -> list[tuple[float, float, float]]:
    """Return date, life (years) and amount (M USD) of every purchase."""
    return list(capex[["date", "life_years", "overnight_musd"]].itertuples(index=False, name=None))


def _flows(instance: Instance, tables: dict[str, pd.DataFrame], periods: set[str]) -> list[Flow]:
    """Return the dated flows before tax of some periods."""
    flows = [(date, -musd) for date, _, musd in _bills(tables["capex"][tables["capex"]["period"].isin(periods)])]
    for period in periods:
        revenue, cost = _yearly(tables["accounts"], period)
        flows += [(date, years * (revenue - cost)) for date, years in _year_ends(instance, period)]
    return flows


def _taxes(instance: Instance, cash_flow: pd.DataFrame) -> list[Flow]:
    flows = []
    for period, tax in zip(cash_flow["period"], cash_flow["tax_musd"], strict=True):
        length = instance.periods[period].length_yr
        flows += [(date, -tax * years / length) for date, years in _year_ends(instance, period)]
    return flows


def _year_ends(instance: Instance, period: str) -> list[tuple[float, float]]:
    """Return the end of each year of a period and its length; the last may be a part of a year."""
    row = instance.periods[period]
    whole = math.floor(row.length_yr + _WHOLE_YEAR)
    ends = [(row.start + k + 1, 1.0) for k in range(whole)]
    rest = row.length_yr - whole
    return [*ends, (row.start + row.length_yr, rest)] if rest > _WHOLE_YEAR else ends


def _overlap(date: float, life: float, start: float, length: float) -> float:
    """Return how much of a life that begins on a date falls into a period (years)."""
    return max(0.0, min(date + life, start + length) - max(date, start))


def _bills_of_retired(instance: Instance, retired: pd.DataFrame) -> list[tuple[float, float, float]]:
    """Return date, life (years) and amount (M USD) of the purchase of units that are retired in the last period."""
    names = list(instance.periods)
    start, length = (
        np.array([getattr(row, key) for row in instance.periods.values()]) for key in ("start", "length_yr")
    )
    gone = retired[retired["period"] == names[-1]]
    bills = []
    for built, h, units in gone[["built", "hardware", "units"]].itertuples(index=False, name=None):
        row = instance.hardware[h]
        musd = units * row.capex_usd_per_unit / USD_PER_MUSD
        dates = purchase_dates(start, length, row.life_years, names.index(built))
        bills += [(date, row.life_years, musd) for _, date in dates]
    return bills


def _unpaid(instance: Instance, bills: Iterable[tuple[float, float, float]]) -> float:
    """Return what the annuities of purchases due after the last period are worth on its last day (M USD)."""
    rate, end = instance.settings.finance.wacc, _end(instance)
    total = 0.0
    for date, life, musd in bills:
        rest = max(0.0, date + life - end)
        total += musd * (rest / life if rate == 0 else (1 - (1 + rate) ** -rest) / (1 - (1 + rate) ** -life))
    return total


def _end(instance: Instance) -> float:
    last = list(instance.periods.values())[-1]
    return last.start + last.length_yr


def _present_value(instance: Instance, flows: Iterable[Flow]) -> float:
    """Return what dated flows are worth on the first day of the base year (M USD)."""
    rate, base = instance.settings.finance.wacc, instance.settings.base_year
    return sum(musd * (1 + rate) ** -(date - base) for date, musd in flows)


def _by_date(flows: Iterable[Flow]) -> tuple[np.ndarray, np.ndarray]:
    """Return dates in order and the sum of the flows of each, dates without any left out."""
    sums: dict[float, float] = {}
    for date, musd in flows:
        sums[round(date, 9)] = sums.get(round(date, 9), 0.0) + musd
    kept = [(date, sums[date]) for date in sorted(sums) if abs(sums[date]) > _NEGLIGIBLE]
    return np.array([date for date, _ in kept]), np.array([musd for _, musd in kept])


def _sign_changes(amounts: np.ndarray) -> int:
    signs = np.sign(amounts[np.abs(amounts) > _NEGLIGIBLE])
    return int((signs[1:] != signs[:-1]).sum())

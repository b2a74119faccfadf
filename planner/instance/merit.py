"""The merit order of demand: what a megawatt earns in each contract, and roughly what a megawatt costs.

Both need no plan. A segment is put on the point that makes most of its product per MW of IT load, among those on
hardware that may stand at a site from which a route reaches the market in time. What is left out of the plan by this
order is what a megawatt earns too little for; a product without a volume would take the whole gigawatt.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.instance.checks.audit import annuity
from planner.instance.checks.energy import cools, designs_at
from planner.instance.dates import hardware_date
from planner.instance.demand import prices_usd_per_mtok, volumes_gtok_per_day
from planner.instance.eligibility import Eligibility
from planner.instance.instance import Instance
from planner.instance.routes import Network, hardware_allowed
from planner.instance.schema.settings import Period
from planner.units import HOURS_PER_DAY, HOURS_PER_YEAR, KW_PER_MW, MTOK_PER_GTOK

COLUMNS = ["market", "product", "segment", "point", "hardware", "price_usd_per_mtok", "volume_gtok_per_day"]
COLUMNS += ["revenue_usd_per_it_mw_yr", "it_mw", "cumulative_it_mw"]


_DATE_TOLERANCE_YR = 1e-6


@dataclass(frozen=True)
class CostLine:
    """What a megawatt of IT load costs in a year with the cheapest hardware, as an engineering estimate.

    Attributes:
        site, hardware: where, and with which system.
        usd_per_it_mw_yr: annuities, upkeep and energy at full load (USD/MW-yr).
        cash_usd_per_it_mw_yr: the same without capital (USD/MW-yr).
    """

    site: str
    hardware: str
    usd_per_it_mw_yr: float
    cash_usd_per_it_mw_yr: float


def merit_order(instance: Instance, eligibility: Eligibility, network: Network, period: str) -> pd.DataFrame:
    """Return every segment that something may serve, in the order of what a MW of IT load earns with it.

    revenue_usd_per_it_mw_yr = tokens a MW makes in a year, headroom counted, x price; it_mw = mean IT load that the
    whole segment takes; cumulative_it_mw counts up. Volumes and prices are those of the period.
    """
    position = list(instance.periods).index(period)
    rows = []
    for key, row in instance.demand.items():
        best = _best_point(instance, eligibility, network, row.market, row.product, period)
        if best is None:
            continue
        hardware, point, gtok_per_mwh = best
        price = float(prices_usd_per_mtok(instance, key)[position])
        volume = float(volumes_gtok_per_day(instance, key)[position])
        revenue = gtok_per_mwh * HOURS_PER_YEAR * MTOK_PER_GTOK * price
        rows.append((*key, point, hardware, price, volume, revenue, volume / HOURS_PER_DAY / gtok_per_mwh))
    frame = pd.DataFrame(rows, columns=COLUMNS[:-1])
    frame = frame.sort_values("revenue_usd_per_it_mw_yr", ascending=False, kind="stable").reset_index(drop=True)
    return frame.assign(cumulative_it_mw=frame["it_mw"].astype(float).cumsum())


def _best_point(
    instance: Instance, eligibility: Eligibility, network: Network, market: str, product: str, period: str
) -> tuple[str, str, float] | None:
    """Return hardware, point and Gtok per MWh of IT energy of the best point that may serve a market; None if none."""
    allowance: dict[str, float] = {}
    for (site, to, _, p), ms in network.allowance_ms.items():
        if (to, p) == (market, product):
            allowance[site] = max(ms, allowance.get(site, ms))
    when = instance.periods[period]
    share = instance.products[product].headroom * when.stack_index
    found = [
        (rate.gtok_per_h * share / rate.mw, hardware, point)
        for (hardware, point, p), rate in eligibility.rates.items()
        if p == product
        and _by(rate.available_from, when)
        and any(
            rate.ttft_ms <= ms and hardware_allowed(instance, site, hardware) and _there(instance, site, hardware, when)
            for site, ms in allowance.items()
        )
    ]
    if not found:
        return None
    gtok_per_mwh, hardware, point = max(found)
    return hardware, point, gtok_per_mwh


def _there(instance: Instance, site: str, hardware: str, when: Period) -> bool:
    """Whether a site can be open when a period begins, and hardware be in service or rented there."""
    if not _by(instance.sites[site].opening_date, when):
        return False
    if _by(hardware_date(instance, hardware), when):
        return True
    return _by(instance.hardware[hardware].available_from, when) and any(
        (row.site, row.hardware, row.direction) == (site, hardware, "in")
        and _by(row.available_from, when)
        and (row.until is None or when.start < row.until - _DATE_TOLERANCE_YR)
        for row in instance.leases.values()
    )


def _by(date: float | None, when: Period) -> bool:
    return date is None or when.start >= date - _DATE_TOLERANCE_YR


def cost_line(instance: Instance, eligibility: Eligibility) -> CostLine | None:
    """Return the cheapest cost of a MW of IT load at work through the year; None where nothing can be built.

    Systems, halls and cooling are sized for the rating of a unit, of which its hungriest point draws a part: capital
    and upkeep count per MW that it draws, as earnings do. Counted are annuities of the hardware, halls and cheapest
    fitting cooling at the WACC, their upkeep, and energy at the mean price of the cheapest source with its fuel (its
    plant's annuity included), overhead and losses added. Idle time, firm capacity, demand charges, carbon, water,
    software and network are left out: the line is a little low.
    """
    most: dict[str, float] = {}
    for (hardware, _, _), rate in eligibility.rates.items():
        most[hardware] = max(rate.mw, most.get(hardware, 0.0))
    rated = {name: instance.hardware[name].unit_kw_max / KW_PER_MW / mw for name, mw in most.items()}
    found = [
        line
        for site in instance.sites
        for hardware in instance.hardware
        if hardware in rated
        and hardware_allowed(instance, site, hardware)
        and (
            line := _line(
                instance, site, hardware, instance.hardware[hardware].unit_kw_max / KW_PER_MW / most[hardware]
            )
        )
        is not None
    ]
    return min(found, key=lambda line: line.usd_per_it_mw_yr, default=None)


def _line(instance: Instance, s: str, h: str, rated: float) -> CostLine | None:
    """Return the cost at a site of hardware of which `rated` MW stand for every MW at work."""
    site, unit, wacc = instance.sites[s], instance.hardware[h], instance.settings.finance.wacc
    designs = [row for row in designs_at(instance, s).values() if cools(row, unit)]
    sources = [_energy_usd_per_mwh(instance, key) for key in instance.power if key[0] == s]
    if not designs or not sources:
        return None
    chips = rated * unit.capex_usd_per_unit / unit.unit_kw_max * KW_PER_MW
    halls = rated * site.shell_capex_usd_per_kw_it * KW_PER_MW
    capital = chips * annuity(wacc, unit.life_years) + halls * annuity(wacc, site.shell_life_years)
    cash = chips * unit.opex_share_per_yr + halls * site.shell_fom_share_per_yr
    usd, own = min(sources, key=sum)
    cooling = []
    for row in designs:
        built = rated * row.capex_usd_per_kw_it * KW_PER_MW
        mwh = (1 + row.overhead_base + site.loss_share) * HOURS_PER_YEAR
        cooling.append((built * annuity(wacc, row.life_years) + mwh * own, built * row.fom_share_per_yr + mwh * usd))
    capital_more, cash_more = min(cooling, key=sum)
    cash += cash_more
    return CostLine(s, h, capital + capital_more + cash, cash)


def _energy_usd_per_mwh(instance: Instance, key: tuple[str, str]) -> tuple[float, float]:
    """Return price with fuel, and annuity of the plant where it always runs at its mean availability (USD/MWh)."""
    row, plant = instance.power[key], instance.technologies[key[1]]
    usd = row.energy_usd_per_mwh + plant.vom_usd_per_mwh + plant.heat_rate_mmbtu_per_mwh * plant.fuel_usd_per_mmbtu
    if row.price_series is not None:
        usd += float(instance.series[row.price_series].mean())
    share = plant.availability
    if row.availability_series is not None:
        share *= float(instance.series[row.availability_series].mean())
    capital = plant.capex_usd_per_kw * annuity(instance.settings.finance.wacc, plant.life_years)
    yearly = (capital + plant.fom_usd_per_kw_yr) * KW_PER_MW
    return usd, yearly / (max(share, 1e-3) * HOURS_PER_YEAR)

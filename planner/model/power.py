"""Power: where the electricity comes from.

Decides `capacity_built_mw` (period), `draw_mw` (step) and, under a demand charge, `peak_mw` (year) of every source
offered at a node. Posts supply to `power`, emissions to `carbon`, firm capacity to `firm`, cost to `capex` and `cash`.
`power_balance` closes the ledger at every node and step. Curtailment costs nothing, a draw may stay below what sun and
wind give, unless the contract pays for what could be produced (`pay` = as-produced). After `available_until` nothing of
a source is in service; what was built for longer is paid off all the same.
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Block, ConcreteModel, Expression, NonNegativeReals, Set, Var

from planner.instance.dates import source_date
from planner.instance.grid import hubs_in_use
from planner.instance.instance import Instance
from planner.model.time import by_step, in_term, when_available
from planner.stamp import constraint, in_service, series, total
from planner.units import MUSD_PER_MW_FROM_USD_PER_KW, MUSD_PER_USD, T_PER_MWH_FROM_KG_PER_MWH

_INDEX = ("node", "technology")


def add_power(m: ConcreteModel, instance: Instance) -> None:
    """Add power sources with their capacity, draw, cost and emissions."""
    p, step, year = m.period, m.step, m.year
    m.HUBS = Set(initialize=hubs_in_use(instance), doc="places with power plant, stores or lines and no racks")
    m.NODES = Set(initialize=[*instance.sites, *m.HUBS], doc="sites and hubs: places with a power balance")
    m.SOURCES = Set(dimen=2, initialize=list(instance.power), doc="technologies offered at nodes")
    _add_data(m, instance)
    p.capacity_built_mw = Var(m.SOURCES, within=NonNegativeReals, bounds=_built_bounds, doc="capacity built (MW)")
    p.capacity_mw = Expression(m.SOURCES, rule=_capacity_mw, doc="capacity in service, existing included (MW)")
    step.draw_mw = Var(m.SOURCES, within=NonNegativeReals, doc="electricity drawn from a source (MW)")
    committed = [i for i in m.SOURCES if instance.technologies[i[1]].is_committed]
    m.COMMITTED = Set(dimen=2, initialize=committed, doc="sources whose units start and stop")
    m.UNCOMMITTED = Set(dimen=2, initialize=[i for i in m.SOURCES if i not in m.COMMITTED], doc="all other sources")
    varying = [i for i, row in instance.power.items() if row.availability_series is not None]
    m.VARYING = Set(dimen=2, initialize=varying, doc="sources whose availability is a series")
    step.curtailed_mw = Expression(m.VARYING, rule=_curtailed_mw, doc="electricity that could be made and is not (MW)")
    charged = [i for i, row in instance.power.items() if row.demand_charge_usd_per_mw_yr > 0]
    m.CHARGED = Set(dimen=2, initialize=charged, doc="sources with a demand charge")
    year.peak_mw = Var(m.CHARGED, within=NonNegativeReals, doc="highest draw of the year (MW)")
    limited = [i for i, row in instance.power.items() if row.max_mw is not None]
    m.LIMITED_SOURCES = Set(dimen=2, initialize=limited, doc="sources with a limit on capacity")
    hours = [(n, g) for n, g in m.SOURCES if instance.technologies[g].max_hours_per_yr is not None]
    m.PERMITTED = Set(dimen=2, initialize=hours, doc="sources whose full-load hours are limited by permit")
    constraint(p, m.LIMITED_SOURCES, rule=source_limit)
    constraint(step, m.UNCOMMITTED, rule=draw_limit)
    constraint(step, m.CHARGED, rule=yearly_peak)
    constraint(year, m.PERMITTED, rule=permitted_hours)
    _post(m, instance)


def _add_data(m: ConcreteModel, instance: Instance) -> None:
    produced = [i for i, row in instance.power.items() if row.pay == "as-produced"]
    m.PAID_AS_PRODUCED = Set(dimen=2, initialize=produced, doc="sources paid for all that they could give")
    availability, price, due = {}, {}, {}
    for n, g in m.SOURCES:
        row, technology = instance.power[n, g], instance.technologies[g]
        share = technology.availability * _sampled(m, row.availability_series, 1.0)
        availability[n, g] = by_step(m, share)
        usd = row.energy_usd_per_mwh + technology.vom_usd_per_mwh + _sampled(m, row.price_series, 0.0)
        fuel = technology.heat_rate_mmbtu_per_mwh * technology.fuel_usd_per_mmbtu
        if row.pay == "as-produced":
            due[n, g] = by_step(m, share * usd * MUSD_PER_USD)
            usd = np.zeros(len(share))
        price[n, g] = by_step(m, (usd + fuel) * MUSD_PER_USD)
    series(m.step, "availability", availability, m.SOURCES, unit="share", doc="share of capacity that can run")
    series(m.step, "energy_cost", price, m.SOURCES, unit="M USD/MWh", doc="energy price, fuel and variable cost")
    series(
        m.step,
        "capacity_payment",
        due,
        m.PAID_AS_PRODUCED,
        unit="M USD/MW-h",
        doc="price of all that a MW of capacity could give in an hour",
    )
    most = {i: when_available(m, source_date(instance, i), row.max_mw) for i, row in instance.power.items()}
    most = {i: np.where(in_term(m, instance.power[i].available_until), limit, 0.0) for i, limit in most.items()}
    series(
        m.period,
        "capacity_limit_mw",
        most,
        m.SOURCES,
        unit="MW",
        doc="0 before the source can deliver, then out of reach",
    )
    ending = {i: in_term(m, row.available_until) for i, row in instance.power.items() if row.available_until}
    m.ENDING = Set(dimen=2, initialize=list(ending), doc="sources with an end")
    series(m.period, "in_term", ending, m.ENDING, unit="0 or 1", doc="1 while the source may be in service")


def _sampled(m: ConcreteModel, name: str | None, otherwise: float) -> np.ndarray:
    """A series of the instance over (day, step), or one value where none is named."""
    return m.grid.sample(m.instance.series[name]) if name else np.full(len(m.grid.hour_of_year), otherwise)


def _built_bounds(p: Block, n: str, g: str) -> tuple:
    return 0, p.capacity_limit_mw[n, g]


def _capacity_mw(p: Block, n: str, g: str) -> object:
    instance = p.model().instance
    life = instance.technologies[g].life_years
    capacity = instance.power[n, g].existing_mw + in_service(p.capacity_built_mw[n, g], life_years=life)
    return p.in_term[n, g] * capacity if (n, g) in p.model().ENDING else capacity


def _curtailed_mw(step: Block, n: str, g: str) -> object:
    return step.availability[n, g] * step.model().period.capacity_mw[n, g] - step.draw_mw[n, g]


def _energy_paid(step: Block, n: str, g: str) -> object:
    m, used = step.model(), step.energy_cost[n, g] * step.draw_mw[n, g]
    if (n, g) not in m.PAID_AS_PRODUCED:
        return -used
    return -used - step.capacity_payment[n, g] * m.period.capacity_mw[n, g]


def source_limit(p: Block, n: str, g: str) -> object:
    """A source is no larger than the node allows.

    capacity_mw[n,g] <= max_mw[n,g]

    Dual: worth of one more MW of this source.
    """
    return p.capacity_mw[n, g] <= p.model().instance.power[n, g].max_mw


def draw_limit(step: Block, n: str, g: str) -> object:
    """No more is drawn than the capacity that can run in this hour.

    draw_mw[n,g] <= availability[n,g] x capacity_mw[n,g]

    Dual: scarcity of this source in this hour.
    """
    return step.draw_mw[n, g] <= step.availability[n, g] * step.model().period.capacity_mw[n, g]


def yearly_peak(step: Block, n: str, g: str) -> object:
    """The year's peak is at least the draw of every hour.

    draw_mw[n,g] <= peak_mw[n,g]

    Dual: this hour's part of the demand charge.
    """
    return step.draw_mw[n, g] <= step.model().year.peak_mw[n, g]


def permitted_hours(year: Block, n: str, g: str) -> object:
    """Plant with a permit runs no more full-load hours a year than it states.

    total of draw_mw[n,g] over the year <= max_hours_per_yr[g] x capacity_mw[n,g]

    Dual: worth of one more permitted MWh.
    """
    m = year.model()
    hours = m.instance.technologies[g].max_hours_per_yr
    return total(m.step.draw_mw[n, g], per=year) <= hours * m.period.capacity_mw[n, g]


def power_balance(step: Block, n: str) -> object:
    """At every node and hour, what is supplied is used.

    sum of posts to power[n] = 0

    Dual: price of one more MWh at this node and hour.
    """
    return step.model().power.balance(n) == 0


def firm_capacity(p: Block, n: str) -> object:
    """Firm capacity covers the firm share of the provisioned load, with its margin, and what lines pass on.

    sum of posts to firm[n] >= 0: capacity x firm credit + (1 - loss_share) x firm capacity received over lines
                                  - firm capacity passed on - (1 + firm_margin) x firm_share x provisioned load

    The credit of a source already counts the outages of its units.
    Dual: cost of one more MW of firm load.
    """
    return p.model().firm.balance(n) >= 0


def carbon_limit(year: Block) -> object:
    """All sites together emit no more in a year than the cap.

    total of carbon over the year <= carbon_limit_t_per_yr

    Dual: price of a tonne of carbon dioxide.
    """
    m = year.model()
    return m.carbon.per(year) <= m.instance.settings.limits.carbon_limit_t_per_yr


def add_balances(m: ConcreteModel, instance: Instance) -> None:
    """Close the power ledger at every node and step; hold firm capacity and carbon to their limits."""
    constraint(m.step, m.NODES, rule=power_balance)
    asked = {s for s in m.SITES if instance.sites[s].firm_share > 0}
    giving = {n for n, _, _ in m.BACKING_WAYS}
    firm = [n for n in m.NODES if n in asked | giving]
    m.FIRM_NODES = Set(initialize=firm, doc="nodes that must back load, or what they pass on, by firm capacity")
    constraint(m.period, m.FIRM_NODES, rule=firm_capacity)
    price = instance.settings.limits.carbon_usd_per_t * MUSD_PER_USD
    if price:
        m.cash.post(
            "carbon",
            m.year,
            rule=lambda year: -price * m.carbon.per(year),
            doc="price of carbon dioxide",
            heading="water and carbon",
        )
    if instance.settings.limits.carbon_limit_t_per_yr is not None:
        constraint(m.year, rule=carbon_limit)


def _post(m: ConcreteModel, instance: Instance) -> None:
    rows, technologies = instance.power, instance.technologies
    m.power.post(
        "sources",
        m.step,
        m.SOURCES,
        rule=lambda step, n, g: step.draw_mw[n, g],
        doc="electricity drawn from sources",
        heading="supply",
        index_names=_INDEX,
    )
    m.carbon.post(
        "sources",
        m.step,
        m.SOURCES,
        rule=lambda step, n, g: technologies[g].co2_kg_per_mwh * T_PER_MWH_FROM_KG_PER_MWH * step.draw_mw[n, g],
        doc="carbon dioxide of the electricity",
        index_names=_INDEX,
    )
    m.firm.post(
        "sources",
        m.period,
        m.SOURCES,
        rule=lambda p, n, g: technologies[g].firm_credit * p.capacity_mw[n, g],
        doc="firm part of the capacity",
        index_names=_INDEX,
    )
    m.capex.post(
        "power plant",
        m.period,
        m.SOURCES,
        rule=lambda p, n, g: technologies[g].capex_usd_per_kw * MUSD_PER_MW_FROM_USD_PER_KW * p.capacity_built_mw[n, g],
        doc="power plant",
        life_years=lambda n, g: technologies[g].life_years,
        index_names=_INDEX,
    )
    m.cash.post(
        "power upkeep",
        m.period,
        m.SOURCES,
        rule=lambda p, n, g: -technologies[g].fom_usd_per_kw_yr * MUSD_PER_MW_FROM_USD_PER_KW * p.capacity_mw[n, g],
        doc="fixed cost of power plant in service",
        heading="energy",
        index_names=_INDEX,
    )
    m.cash.post(
        "energy",
        m.step,
        m.SOURCES,
        rule=_energy_paid,
        doc="energy bought, fuel and variable cost",
        heading="energy",
        index_names=_INDEX,
    )
    m.cash.post(
        "demand charge",
        m.year,
        m.CHARGED,
        rule=lambda year, n, g: -rows[n, g].demand_charge_usd_per_mw_yr * MUSD_PER_USD * year.peak_mw[n, g],
        doc="charge on the year's highest draw",
        heading="energy",
        index_names=_INDEX,
    )

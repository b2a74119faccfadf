"""Storage: batteries and their like, cyclic within each modelled day (within the whole year in mode = year).

Decides `store_built_mw`, `store_built_mwh` (period), `charge_mw`, `discharge_mw` and, for stores that are cyclic,
`stored_mwh` (step); the state of stores linked over dates is the next chapter's. Posts charging and discharging to
`power`, firm capacity to `firm`, cost to `capex` and `cash`. One power rating serves both directions together.
Nothing else forbids charging while discharging: where energy has a negative price it can pay to burn some in
the losses of a store.
"""

from __future__ import annotations

from pyomo.environ import Block, ConcreteModel, Expression, NonNegativeReals, Set, Var

from planner.instance.dates import store_date
from planner.instance.instance import Instance
from planner.instance.schema.power import Store
from planner.model.time import carries_over, when_available
from planner.stamp import constraint, in_service, previous, series
from planner.units import MUSD_PER_MW_FROM_USD_PER_KW

_INDEX = ("node", "store")


def add_storage(m: ConcreteModel, instance: Instance) -> None:
    """Add stores with their power, energy and state of charge."""
    p, step = m.period, m.step
    m.STORES = Set(dimen=2, initialize=list(instance.site_stores), doc="stores offered at nodes")
    rows = instance.site_stores
    seasonal = carries_over(instance)
    linked = [i for i in m.STORES if seasonal and instance.stores[i[1]].linked]
    m.LINKED_STORES = Set(dimen=2, initialize=linked, doc="stores that carry energy from date to date")
    cyclic = [i for i in m.STORES if i not in m.LINKED_STORES]
    m.CYCLIC_STORES = Set(dimen=2, initialize=cyclic, doc="stores that end each modelled day as they began it")
    mw = {i: when_available(m, store_date(instance, i), row.max_mw) for i, row in rows.items()}
    series(p, "store_limit_mw", mw, m.STORES, unit="MW", doc="0 before the store can deliver, then out of reach")
    mwh = {i: when_available(m, store_date(instance, i), row.max_mwh) for i, row in rows.items()}
    series(p, "store_limit_mwh", mwh, m.STORES, unit="MWh", doc="0 before the store can deliver, then out of reach")
    p.store_built_mw = Var(
        m.STORES, within=NonNegativeReals, bounds=lambda p, n, b: (0, p.store_limit_mw[n, b]), doc="power built (MW)"
    )
    p.store_built_mwh = Var(
        m.STORES, within=NonNegativeReals, bounds=lambda p, n, b: (0, p.store_limit_mwh[n, b]), doc="energy built (MWh)"
    )
    p.store_mw = Expression(m.STORES, rule=_store_mw, doc="power rating in service (MW)")
    p.store_mwh = Expression(m.STORES, rule=_store_mwh, doc="energy capacity in service (MWh)")
    step.charge_mw = Var(m.STORES, within=NonNegativeReals, doc="electricity taken (MW)")
    step.discharge_mw = Var(m.STORES, within=NonNegativeReals, doc="electricity given (MW)")
    step.stored_mwh = Var(m.CYCLIC_STORES, within=NonNegativeReals, doc="energy stored at the end of the step (MWh)")
    constraint(p, [i for i in m.STORES if instance.stores[i[1]].hours is not None], rule=store_duration)
    constraint(p, [i for i in m.STORES if rows[i].max_mw is not None], rule=store_power_limit)
    constraint(p, [i for i in m.STORES if rows[i].max_mwh is not None], rule=store_energy_limit)
    constraint(step, m.STORES, rule=store_rating)
    for rule in (state_of_charge, stored_limit):
        constraint(step, m.CYCLIC_STORES, rule=rule)
    _post(m, instance)


def _store_mw(p: Block, n: str, b: str) -> object:
    return in_service(p.store_built_mw[n, b], life_years=p.model().instance.stores[b].life_years)


def _store_mwh(p: Block, n: str, b: str) -> object:
    return in_service(p.store_built_mwh[n, b], life_years=p.model().instance.stores[b].life_years)


def store_duration(p: Block, n: str, b: str) -> object:
    """Where energy and power come as one product, their ratio is fixed.

    store_built_mwh[n,b] = hours[b] x store_built_mw[n,b]

    Dual: worth of a longer store of the same power.
    """
    return p.store_built_mwh[n, b] == p.model().instance.stores[b].hours * p.store_built_mw[n, b]


def store_power_limit(p: Block, n: str, b: str) -> object:
    """The power of a store is no larger than the node allows.

    store_mw[n,b] <= max_mw[n,b]

    Dual: worth of one more MW.
    """
    return p.store_mw[n, b] <= p.model().instance.site_stores[n, b].max_mw


def store_energy_limit(p: Block, n: str, b: str) -> object:
    """The energy of a store is no larger than the node allows.

    store_mwh[n,b] <= max_mwh[n,b]

    Dual: worth of one more MWh.
    """
    return p.store_mwh[n, b] <= p.model().instance.site_stores[n, b].max_mwh


def state_of_charge(step: Block, n: str, b: str) -> object:
    """What is stored is what was stored, less standing loss, plus charging, less discharging; the day ends as it began.

    stored_mwh = (1 - loss_share_per_h)^hours x previous(stored_mwh)
                 + hours x (efficiency_charge x charge_mw - discharge_mw / efficiency_discharge)

    Dual: worth of one stored MWh at the end of this hour.
    """
    m = step.model()
    kept = share_kept(m.instance.stores[b], m.grid.step_hours)
    before = previous(step.stored_mwh[n, b], within=m.day, wrap=True)
    return step.stored_mwh[n, b] == kept * before + step.hours * net_charge_mw(step, n, b)


def share_kept(row: Store, hours: float) -> float:
    """Return the share of what is stored that is left after so many hours."""
    return (1 - row.loss_share_per_h) ** hours


def net_charge_mw(step: Block, n: str, b: str) -> object:
    """Return the rate at which a store fills (MW): what charging brings in less what discharging takes out."""
    row = step.model().instance.stores[b]
    return row.efficiency_charge * step.charge_mw[n, b] - step.discharge_mw[n, b] / row.efficiency_discharge


def store_rating(step: Block, n: str, b: str) -> object:
    """Charging and discharging share one power rating.

    charge_mw[n,b] + discharge_mw[n,b] <= store_mw[n,b]

    Dual: worth of one more MW of rating in this hour.
    """
    return step.charge_mw[n, b] + step.discharge_mw[n, b] <= step.model().period.store_mw[n, b]


def stored_limit(step: Block, n: str, b: str) -> object:
    """A store holds no more than its energy capacity.

    stored_mwh[n,b] <= store_mwh[n,b]

    Dual: worth of one more MWh of capacity in this hour.
    """
    return step.stored_mwh[n, b] <= step.model().period.store_mwh[n, b]


def _post(m: ConcreteModel, instance: Instance) -> None:
    rows = instance.stores
    to_musd = MUSD_PER_MW_FROM_USD_PER_KW
    m.power.post(
        "stores",
        m.step,
        m.STORES,
        rule=lambda step, n, b: step.discharge_mw[n, b] - step.charge_mw[n, b],
        doc="discharging less charging",
        heading="supply",
        index_names=_INDEX,
    )
    m.firm.post(
        "stores",
        m.period,
        m.STORES,
        rule=lambda p, n, b: rows[b].firm_credit * p.store_mw[n, b],
        doc="firm part of the power rating",
        index_names=_INDEX,
    )
    m.capex.post(
        "stores",
        m.period,
        m.STORES,
        rule=lambda p, n, b: (
            to_musd
            * (rows[b].capex_usd_per_kw * p.store_built_mw[n, b] + rows[b].capex_usd_per_kwh * p.store_built_mwh[n, b])
        ),
        doc="stores",
        life_years=lambda n, b: rows[b].life_years,
        index_names=_INDEX,
    )
    m.cash.post(
        "stores upkeep",
        m.period,
        m.STORES,
        rule=lambda p, n, b: (
            -to_musd * (rows[b].fom_usd_per_kw_yr * p.store_mw[n, b] + rows[b].fom_usd_per_kwh_yr * p.store_mwh[n, b])
        ),
        doc="fixed cost of stores in service",
        heading="energy",
        index_names=_INDEX,
    )

"""Serving: what each rack runs when, on which software, and how many tokens that makes.

Decides `running_units` (step), `adopted` and `licensed_units` (period). Posts tokens made to `tokens`, adoption to
`capex`, licences to `cash`. A mix of operating points over a fleet is the throughput-interactivity frontier: being
convex it needs no binaries. Which point may serve which product is settled before the model (`instance/eligibility`).
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Expression, NonNegativeReals, Set, Var

from planner.instance.eligibility import Rate
from planner.instance.instance import Instance
from planner.model.hardware import idle_mw, most_units, unit_mw
from planner.model.leases import leased_out, most_rented
from planner.model.time import available, when_available
from planner.stamp import constraint, previous, series
from planner.units import MUSD_PER_USD

_ROOM = 1.001  # so that this bound never takes the price away from the supply


def add_serving(m: ConcreteModel, instance: Instance) -> None:
    """Add what runs where, the IT load it makes, and the software it needs."""
    _add_sets(m, instance)
    p, step = m.period, m.step
    better = np.array([row.stack_index for row in instance.periods.values()])
    series(p, "stack_index", better, unit="ratio", doc="tokens per unit, over those of the operating points")
    late = [run for run in m.RUNS if m.eligibility.rates[run[1:]].available_from is not None]
    m.LATE_RUNS = Set(dimen=4, initialize=late, doc="runs of points whose software comes later")
    most = {run: when_available(m, m.eligibility.rates[run[1:]].available_from, None) for run in late}
    series(p, "running_limit", most, m.LATE_RUNS, unit="units", doc="0 before the point can be run, then no limit")
    step.running_units = Var(
        m.RUNS, within=NonNegativeReals, bounds=_running_bounds, doc="units running a point for a product (units)"
    )
    step.at_work_units = Expression(m.EVERY_RUN, rule=_at_work, doc="own and rented units running a point (units)")
    step.made_gtok_per_h = Expression(m.MAKES, rule=_made, doc="tokens made within the service level (Gtok/h)")
    constraint(step, m.FLEETS, rule=units_at_work)
    constraint(step, m.FLEETS, rule=it_load)
    constraint(step, m.MIXED_HALLS, rule=hall_full_load)
    let = [(s, h, c) for s, h, c in m.MIXED_HALLS if (s, h) in m.leases_out]
    constraint(step, let, rule=hall_rating)
    may_adopt = {w: available(m, instance.stacks[w].available_from) for w in m.STACKS}
    series(p, "may_adopt", may_adopt, m.STACKS, unit="0 or 1", doc="1 if the software exists in the period")
    p.adopted = Var(m.STACKS, within=Binary, bounds=lambda p, w: (0, p.may_adopt[w]), doc="1 once adopted (0 or 1)")
    p.adoptions = Expression(m.STACKS, rule=_adoptions, doc="1 in the period of adoption (0 or 1)")
    p.licensed_units = Var(m.LICENCES, within=NonNegativeReals, doc="units that may run the software (units)")
    constraint(p, m.STACKS, rule=stack_stays_adopted)
    constraint(step, m.LICENCES, rule=licence_covers)
    constraint(p, m.LICENCES, rule=licence_needs_adoption)
    _post(m, instance)


def rate_of(m: ConcreteModel, h: str, k: str, p: str) -> Rate:
    """Return what one unit of hardware h does while running point k for product p."""
    return m.eligibility.rates[h, k, p]


def made_gtok_per_h(step: Block, runs: list[tuple[str, str, str, str]]) -> object:
    """Return the tokens that runs make within the service level: peak rate x headroom x stack_index (Gtok/h)."""
    m = step.model()
    rates = {run: m.instance.products[run[3]].headroom * rate_of(m, *run[1:]).gtok_per_h for run in runs}
    return m.period.stack_index * sum(rate * step.at_work_units[run] for run, rate in rates.items())


def _add_sets(m: ConcreteModel, instance: Instance) -> None:
    m.PRODUCTS = Set(initialize=list(instance.products), doc="what is sold")
    rates = m.eligibility.rates
    runs = [(s, h, k, p) for s, h in m.FLEETS for (hardware, k, p) in rates if hardware == h]
    m.RUNS = Set(dimen=4, initialize=runs, doc="points that hardware at a site can run for a product")
    every = list(dict.fromkeys([*runs, *m.RENTED_RUNS]))
    m.EVERY_RUN = Set(dimen=4, initialize=every, doc="points that own or rented hardware can run for a product")
    m.runs_of_fleet, m.runs_of_make, m.runs_of_licence = {}, {}, {}
    managed = [w for w in instance.stacks if _is_managed(m, instance, w)]
    for run in runs:
        m.runs_of_fleet.setdefault(run[:2], []).append(run)
    for run in every:
        s, h, k, p = run
        m.runs_of_make.setdefault((s, p), []).append(run)
        if rates[h, k, p].stack in managed:
            m.runs_of_licence.setdefault((s, h, rates[h, k, p].stack), []).append(run)
    m.MAKES = Set(dimen=2, initialize=list(m.runs_of_make), doc="products that a site can make")
    used = {w for _, _, w in m.runs_of_licence}
    m.STACKS = Set(initialize=[w for w in managed if w in used], doc="software that must be adopted")
    m.LICENCES = Set(dimen=3, initialize=list(m.runs_of_licence), doc="software on hardware at a site")


def _is_managed(m: ConcreteModel, instance: Instance, w: str) -> bool:
    """Software that costs something or is not there from the start is a decision; the rest is simply used."""
    row = instance.stacks[w]
    return bool(
        row.adoption_cost_musd or row.licence_usd_per_accelerator_yr or not available(m, row.available_from).all()
    )


def _running_bounds(step: Block, *run: str) -> tuple:
    m = step.model()
    return 0, m.period.running_limit[run] if run in m.LATE_RUNS else None


def _at_work(step: Block, *run: str) -> object:
    m = step.model()
    own = step.running_units[run] if run in m.RUNS else 0.0
    return own + step.running_rented[run] if run in m.RENTED_RUNS else own


def _made(step: Block, s: str, p: str) -> object:
    return made_gtok_per_h(step, step.model().runs_of_make[s, p])


def _adoptions(p: Block, w: str) -> object:
    return p.adopted[w] - previous(p.adopted[w], within=p.model(), wrap=False)


def units_at_work(step: Block, s: str, h: str) -> object:
    """No more units run than are in service, not leased out and not broken.

    sum over k, p of running_units[s,h,k,p] <= availability[h] x (fleet_units[s,h] - units leased out)

    Dual: worth of one more unit in this hour.
    """
    m = step.model()
    running = sum(step.running_units[run] for run in m.runs_of_fleet.get((s, h), []))
    return running <= m.instance.hardware[h].availability * (m.period.fleet_units[s, h] - leased_out(m, s, h))


def it_load(step: Block, s: str, h: str) -> object:
    """The IT load of a fleet is that of its running, its leased-out and its idle units, spread over its halls.

    sum over c of it_mw[s,h,c] = sum over k, p of running_units[s,h,k,p] x mw[h,k]
                                 + units leased out x unit_kw_max[h]/1000
                                 + (fleet_units[s,h] - units leased out - sum of running_units[s,h,k,p]) x idle_mw[h]

    Dual: cost of one more MW of IT load in this hour.
    """
    m = step.model()
    idle = idle_mw(m.instance, h)
    runs = m.runs_of_fleet.get((s, h), [])
    extra = sum((rate_of(m, *run[1:]).mw - idle) * step.running_units[run] for run in runs)
    extra += (unit_mw(m.instance, h) - idle) * leased_out(m, s, h)
    return sum(step.it_mw[s, h, c] for c in m.halls_of[s, h]) == extra + idle * m.period.fleet_units[s, h]


def hall_full_load(step: Block, s: str, h: str, c: str) -> object:
    """A hall carries no more load than its units at their hungriest point, the broken ones idling, and those let.

    it_mw[s,h,c] <= units[s,h,c] x largest[h] + units leased out x (unit_kw_max[h]/1000 - largest[h]),
    with largest[h] = availability[h] x largest mw[h,k] + (1 - availability[h]) x idle_mw[h]

    Dual: worth of moving one MW of load into halls of this design.
    """
    m = step.model()
    largest = m.load_range_mw[h][1]
    more = max(0.0, unit_mw(m.instance, h) - largest)
    return step.it_mw[s, h, c] <= m.period.units[s, h, c] * largest + more * leased_out(m, s, h)


def hall_rating(step: Block, s: str, h: str, c: str) -> object:
    """Where units may be leased out, a hall carries no more load than the rating of all its units.

    it_mw[s,h,c] <= units[s,h,c] x unit_kw_max[h]/1000 (or largest[h], should points draw a little more)

    Dual: worth of moving one MW of load into halls of this design.
    """
    m = step.model()
    return step.it_mw[s, h, c] <= m.period.units[s, h, c] * max(unit_mw(m.instance, h), m.load_range_mw[h][1])


def stack_stays_adopted(p: Block, w: str) -> object:
    """Software that was adopted stays adopted.

    adoptions[w] = adopted[w] - previous(adopted[w]) >= 0

    Dual: what dropping the software would be worth.
    """
    return p.adoptions[w] >= 0


def licence_covers(step: Block, s: str, h: str, w: str) -> object:
    """Units, own or rented, run software only under a licence, paid for the busiest hour.

    sum over k of w, p of at_work_units[s,h,k,p] <= licensed_units[s,h,w]

    Dual: this hour's part of the licence.
    """
    m = step.model()
    return sum(step.at_work_units[run] for run in m.runs_of_licence[s, h, w]) <= m.period.licensed_units[s, h, w]


def licence_needs_adoption(p: Block, s: str, h: str, w: str) -> object:
    """Nothing runs on software that was not adopted.

    licensed_units[s,h,w] <= most x adopted[w], with most out of reach of hall space, what vendors deliver and leases

    Dual: worth of the software per unit.
    """
    m = p.model()
    own = _most_running(m.instance, s, h) if (s, h) in m.FLEETS else 0.0
    rented = _ROOM * m.instance.hardware[h].availability * most_rented(m, s, h)
    return p.licensed_units[s, h, w] <= (own + rented) * p.adopted[w]


def _most_running(instance: Instance, s: str, h: str) -> float:
    """Return a number of running units just out of reach of any plan."""
    rows = [instance.supply.get((h, t)) or instance.supply.get((h, "every")) for t in instance.periods]
    if None in rows:
        return most_units(instance, s, h)
    delivered = _ROOM * instance.hardware[h].availability * sum(row.supply_units for row in rows)
    return min(most_units(instance, s, h), delivered)


def _post(m: ConcreteModel, instance: Instance) -> None:
    stacks, hardware = instance.stacks, instance.hardware
    m.tokens.post(
        "made",
        m.step,
        m.MAKES,
        rule=lambda step, s, p: step.made_gtok_per_h[s, p],
        doc="tokens of all kinds made within the service level",
        index_names=("site", "product"),
    )
    m.capex.post(
        "software adoption",
        m.period,
        m.STACKS,
        rule=lambda p, w: stacks[w].adoption_cost_musd * p.adoptions[w],
        doc="one-off cost to port, test and roll out software",
        life_years=lambda w: stacks[w].adoption_life_years,
        index_names=("stack",),
    )
    m.cash.post(
        "software licences",
        m.period,
        m.LICENCES,
        rule=lambda p, s, h, w: (
            -stacks[w].licence_usd_per_accelerator_yr
            * MUSD_PER_USD
            * hardware[h].accelerators_per_unit
            * p.licensed_units[s, h, w]
        ),
        doc="licences per accelerator",
        heading="software",
        index_names=("site", "hardware", "stack"),
    )

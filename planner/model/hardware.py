"""Hardware: which racks and servers are built into which halls, and what IT load each hall carries.

Decides `units_built` (period), `retired_units` (vintage) and `it_mw` (step). Posts IT load and losses to `power`, its
heat to `heat`, overnight cost to `capex`, upkeep to `cash`. A unit lives in the periods that start within its life, or
until it is retired: then its upkeep, idle power and need of room and cooling end, while its annuity goes on. Only pairs
that fit exist: the site allows the export class, the cooling design meets the cooling need and the density of the rack.
"""

from __future__ import annotations

import math

import numpy as np
from pyomo.environ import Block, ConcreteModel, Expression, NonNegativeIntegers, NonNegativeReals, Set, Var

from planner.instance.dates import hardware_date
from planner.instance.instance import Instance
from planner.instance.routes import hardware_allowed
from planner.model.sites import largest_hall_mw
from planner.model.time import DATE_TOLERANCE_YR, available, purchases
from planner.stamp import Relation, constraint, in_service, level_of, relate, series, total
from planner.units import KW_PER_MW, MUSD_PER_USD

_INDEX = ("site", "hardware", "cooling")


def add_hardware(m: ConcreteModel, instance: Instance) -> None:
    """Add units by hall, their supply and their IT load."""
    _add_sets(m, instance)
    p, step = m.period, m.step
    series(
        p,
        "units_limit",
        _units_limits(m, instance),
        m.HALLS,
        unit="units",
        doc="0 before the hardware exists, then more than any plan can use",
    )
    p.units_built = Var(
        m.HALLS, within=_counting, bounds=_units_bounds, doc="units built into halls of a cooling design (units)"
    )
    m.counts.append(p.units_built)
    if m.has_vintages:
        _add_retirement(m)
    p.units = Expression(m.HALLS, rule=_units, doc="units in service by hall (units)")
    p.fleet_units = Expression(m.FLEETS, rule=_fleet_units, doc="units in service at a site (units)")
    step.it_mw = Var(m.HALLS, within=NonNegativeReals, doc="IT load of hardware in halls of a design (MW)")
    constraint(p, m.SITES, rule=hall_space)
    limited, units = _supply(m, instance)
    m.SUPPLIED = Set(initialize=list(limited), doc="hardware whose deliveries are limited")
    series(p, "supply_units", units, m.SUPPLIED, unit="units", doc="most units the vendors deliver in the period")
    m.deliveries = {h: purchases(m, instance.hardware[h].life_years) for h in m.SUPPLIED}
    constraint(p, m.SUPPLIED, rule=hardware_supply, where=limited)
    m.load_range_mw = {h: load_range_mw(m, h) for h in m.HARDWARE}
    constraint(step, m.MIXED_HALLS, rule=hall_idle_load)
    _post_load(m, instance)
    _post_money(m, instance)


def unit_mw(instance: Instance, h: str) -> float:
    """Return the IT power of a unit at full load (MW)."""
    return instance.hardware[h].unit_kw_max / KW_PER_MW


def idle_mw(instance: Instance, h: str) -> float:
    """Return the IT power of an idle unit (MW)."""
    return unit_mw(instance, h) * instance.hardware[h].idle_share


def load_range_mw(m: ConcreteModel, h: str) -> tuple[float, float]:
    """Return the least and the most a unit can draw on the mean of its hall (MW): broken units idle.

    The hungriest and the leanest point that the hardware can run bound it, not the rating, which none may reach.
    """
    unit, idle = m.instance.hardware[h], idle_mw(m.instance, h)
    points = [rate.mw for (hardware, _, _), rate in m.eligibility.rates.items() if hardware == h]
    least, most = min([idle, *points]), max([idle, *points])
    broken = (1 - unit.availability) * idle
    return unit.availability * least + broken, unit.availability * most + broken


def most_units(instance: Instance, s: str, h: str) -> float:
    """Return a number of units that no plan can reach, because hall space stops it first.

    Rounded up with one to spare: a bound that just binds would take the price away from the limit itself.
    """
    return math.ceil(largest_hall_mw(instance, s) / unit_mw(instance, h)) + 1


def _add_sets(m: ConcreteModel, instance: Instance) -> None:
    m.HARDWARE = Set(initialize=list(instance.hardware), doc="accelerator systems offered")
    designs = list(instance.site_cooling) or [(s, c) for s in instance.sites for c in instance.cooling]
    m.DESIGNS = Set(
        dimen=2,
        initialize=[(s, c) for s, c in designs if c in instance.cooling],
        doc="cooling designs offered at sites",
    )
    m.halls_of = {}
    for s, c in m.DESIGNS:
        for h in m.HARDWARE:
            if _fits(instance, s, h, c):
                m.halls_of.setdefault((s, h), []).append(c)
    halls = [(s, h, c) for (s, h), designs in m.halls_of.items() for c in designs]
    m.HALLS = Set(dimen=3, initialize=halls, doc="hardware that may stand in halls of a cooling design at a site")
    m.FLEETS = Set(dimen=2, initialize=list(m.halls_of), doc="hardware that may stand at a site")
    mixed = [(s, h, c) for s, h, c in halls if len(m.halls_of[s, h]) > 1]
    m.halls_at, m.halls_with = {}, {}
    for s, h, c in halls:
        m.halls_at.setdefault(s, []).append((s, h, c))
        m.halls_with.setdefault((s, c), []).append((s, h, c))
    m.OLD_HALLS = Set(
        dimen=3,
        initialize=[i for i in halls if m.has_vintages and instance.hardware[i[1]].may_retire],
        doc="halls whose hardware may be retired before its life ends",
    )
    m.MIXED_HALLS = Set(dimen=3, initialize=mixed, doc="halls of hardware that has a choice of cooling at the site")
    m.RACK_HEAT = Set(dimen=3, initialize=[(s, c, h) for s, h, c in halls], doc="halls, named by their design first")


def _fits(instance: Instance, s: str, h: str, c: str) -> bool:
    unit, design = instance.hardware[h], instance.cooling[c]
    cooled = set(unit.cooling_needs) & set(design.fits) and (unit.rack_kw or unit.unit_kw_max) <= design.max_rack_kw
    return bool(cooled) and hardware_allowed(instance, s, h)


def _units_limits(m: ConcreteModel, instance: Instance) -> dict[tuple, np.ndarray]:
    there = {h: available(m, hardware_date(instance, h)) for h in m.HARDWARE}
    return {(s, h, c): most_units(instance, s, h) * there[h] for s, h, c in m.HALLS}


def _supply(m: ConcreteModel, instance: Instance) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return, by hardware with a limit, in which periods it applies and how much is delivered (0 where it does not)."""
    standing = {h for _, h in m.FLEETS}
    mask, units = {}, {}
    for h in sorted({h for h, _ in instance.supply if h in standing}):
        rows = [instance.supply.get((h, t)) or instance.supply.get((h, "every")) for t in instance.periods]
        mask[h] = np.array([row is not None for row in rows])
        units[h] = np.array([0.0 if row is None else row.supply_units for row in rows])
    return mask, units


def _counting(p: Block, s: str, h: str, c: str) -> object:
    return NonNegativeIntegers if p.model().instance.hardware[h].whole_units else NonNegativeReals


def _units_bounds(p: Block, s: str, h: str, c: str) -> tuple:
    return 0, p.units_limit[s, h, c]


def _units(p: Block, s: str, h: str, c: str) -> object:
    m = p.model()
    alive = in_service(p.units_built[s, h, c], life_years=m.instance.hardware[h].life_years)
    return alive - total(m.vintage.retired_units[s, h, c], per=p) if (s, h, c) in m.OLD_HALLS else alive


def _fleet_units(p: Block, s: str, h: str) -> object:
    return sum(p.units[s, h, c] for c in p.model().halls_of[s, h])


def _add_retirement(m: ConcreteModel) -> None:
    """Let units of earlier periods be retired while they live."""
    v, level = m.vintage, level_of(m.vintage)
    age, built_in = level.copies["age_yr"].to_numpy(), level.copies["built_in"].to_numpy()
    position = {(period, built): k for k, (period, built) in enumerate(zip(level.parent_of, built_in, strict=True))}
    earlier = [position.get((period - 1, built), -1) for period, built in position]
    m.built_of = Relation.picking(level, level_of(m.period), built_in)
    m.vintage_before = Relation.picking(level, level, np.array(earlier, dtype=int))
    lives = {h: m.instance.hardware[h].life_years for h in m.HARDWARE}
    alive = {i: age < lives[i[1]] - DATE_TOLERANCE_YR for i in m.OLD_HALLS}
    most = {i: np.where(mask, most_units(m.instance, i[0], i[1]), 0.0) for i, mask in alive.items()}
    series(v, "retired_limit", most, m.OLD_HALLS, unit="units", doc="0 past the life, then more than can be built")
    v.retired_units = Var(
        m.OLD_HALLS,
        within=_counting,
        bounds=lambda v, s, h, c: (0, v.retired_limit[s, h, c]),
        doc="units of this age retired by the start of the period (units)",
    )
    m.counts.append(v.retired_units)
    constraint(v, m.OLD_HALLS, rule=retired_units_were_built, where=alive)
    again = {i: mask & (np.array(earlier) >= 0) for i, mask in alive.items()}
    constraint(v, m.OLD_HALLS, rule=retired_units_stay_retired, where=again)


def retired_units_were_built(v: Block, s: str, h: str, c: str) -> object:
    """Of an age class, no more can be retired than was built.

    retired_units[s,h,c] <= units_built[s,h,c] in the period `built`

    Dual: worth of retiring one more unit of this age.
    """
    m = v.model()
    return v.retired_units[s, h, c] <= relate(m.period.units_built[s, h, c], m.built_of)


def retired_units_stay_retired(v: Block, s: str, h: str, c: str) -> object:
    """What was retired by the period before is retired still.

    retired_units[s,h,c] >= retired_units[s,h,c] of the same age class one period earlier

    Dual: worth of bringing one unit back to work.
    """
    return v.retired_units[s, h, c] >= relate(v.retired_units[s, h, c], v.model().vintage_before)


def hall_space(p: Block, s: str) -> object:
    """Every unit needs hall space for its full IT load.

    sum over h, c of units[s,h,c] x unit_kw_max[h]/1000 <= hall_mw[s]

    Dual: worth of one more MW of hall.
    """
    m = p.model()
    return sum(p.units[i] * unit_mw(m.instance, i[1]) for i in m.halls_at.get(s, [])) <= p.hall_mw[s]


def hardware_supply(p: Block, h: str) -> object:
    """No more units are bought in a period than the vendors deliver; what dies in service is bought again.

    sum over s, c of units_built[s,h,c] + replacements of units built before or in the period <= supply_units[h]

    Dual: worth of one more unit of supply.
    """
    m = p.model()
    built = sum(p.units_built[i] for i in m.HALLS if i[1] == h)
    return (built if m.deliveries[h] is None else relate(built, m.deliveries[h])) <= p.supply_units[h]


def hall_idle_load(step: Block, s: str, h: str, c: str) -> object:
    """A hall carries at least the idle load of its units.

    it_mw[s,h,c] >= units[s,h,c] x idle_share[h] x unit_kw_max[h]/1000 (less where a point draws less than idling)

    Dual: cost of the last idle MW in halls of this design.
    """
    m = step.model()
    return step.it_mw[s, h, c] >= m.period.units[s, h, c] * m.load_range_mw[h][0]


def _post_load(m: ConcreteModel, instance: Instance) -> None:
    m.power.post(
        "racks",
        m.step,
        m.HALLS,
        rule=lambda step, s, h, c: -step.it_mw[s, h, c],
        doc="IT load",
        heading="facility",
        index_names=_INDEX,
    )
    m.power.post(
        "losses",
        m.step,
        m.HALLS,
        rule=lambda step, s, h, c: -instance.sites[s].loss_share * step.it_mw[s, h, c],
        doc="electrical losses inside the facility",
        heading="facility",
        index_names=_INDEX,
    )
    m.heat.post(
        "racks",
        m.step,
        m.RACK_HEAT,
        rule=lambda step, s, c, h: step.it_mw[s, h, c],
        doc="heat of the IT load",
        index_names=("site", "cooling", "hardware"),
    )


def _post_money(m: ConcreteModel, instance: Instance) -> None:
    rows = instance.hardware
    m.capex.post(
        "chips",
        m.period,
        m.HALLS,
        rule=lambda p, s, h, c: rows[h].capex_usd_per_unit * MUSD_PER_USD * p.units_built[s, h, c],
        doc="servers with their network and storage",
        life_years=lambda s, h, c: rows[h].life_years,
        index_names=_INDEX,
    )
    m.cash.post(
        "chips upkeep",
        m.period,
        m.HALLS,
        rule=lambda p, s, h, c: (
            -rows[h].capex_usd_per_unit * MUSD_PER_USD * rows[h].opex_share_per_yr * p.units[s, h, c]
        ),
        doc="upkeep of units in service",
        heading="upkeep",
        index_names=_INDEX,
    )

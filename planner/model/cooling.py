"""Cooling: how much heat each design can remove, what it draws by outdoor temperature and what it drinks.

Decides `cooling_built_mw`, `cooling_chosen` (period) and `heat_removed_mw` (step). Posts its electricity to
`power`, removed heat to `heat`, water to `water`, cost to `capex` and `cash`.

Overhead per MW of heat is data, computed before the model from the weather:
overhead = overhead_base + overhead_slope_per_c x max(0, outdoor temperature - free_cooling_below_c).
"""

from __future__ import annotations

import numpy as np
from pyomo.environ import Binary, Block, ConcreteModel, Expression, NonNegativeReals, Set, Var

from planner.instance.instance import Instance
from planner.instance.schema.hardware import Cooling
from planner.model.hardware import unit_mw
from planner.model.sites import largest_hall_mw, largest_provisioned_mw
from planner.model.time import by_step
from planner.stamp import constraint, in_service, level_of, previous, series
from planner.units import MUSD_PER_MW_FROM_USD_PER_KW, MUSD_PER_USD

_INDEX = ("site", "cooling")
_ROOM = 1.001  # so that this bound never takes the price away from the provisioned limit


def add_cooling(m: ConcreteModel, instance: Instance) -> None:
    """Add cooling designs, their capacity, power and water."""
    p, step = m.period, m.step
    overhead = {(s, c): by_step(m, _hourly_overhead(m, instance, s, c)) for s, c in m.DESIGNS}
    series(step, "overhead", overhead, m.DESIGNS, unit="MW/MW", doc="power of the cooling per MW of heat removed")
    m.CHOICES = Set(dimen=2, initialize=_choices(m, instance), doc="designs whose presence at a site is a decision")
    p.cooling_chosen = Var(m.CHOICES, within=Binary, doc="1 once the design is used at the site (0 or 1)")
    p.cooling_choices = Expression(m.CHOICES, rule=_cooling_choices, doc="1 in the period of the choice (0 or 1)")
    p.cooling_built_mw = Var(m.DESIGNS, within=NonNegativeReals, doc="heat-removal capacity built (MW)")
    p.cooling_mw = Expression(m.DESIGNS, rule=_cooling_mw, doc="heat-removal capacity in service (MW)")
    step.heat_removed_mw = Var(m.DESIGNS, within=NonNegativeReals, doc="heat removed (MW)")
    constraint(p, m.DESIGNS, rule=cooling_capacity)
    constraint(p, m.CHOICES, rule=cooling_choice)
    limited = [i for i, row in instance.site_cooling.items() if row.limit_mw is not None]
    plain = [i for i in m.DESIGNS if i in limited and i not in m.CHOICES]
    m.LIMITED_DESIGNS = Set(dimen=2, initialize=plain, doc="designs that need no choice and have a limit")
    constraint(p, m.LIMITED_DESIGNS, rule=cooling_limit)
    constraint(p, m.CHOICES, rule=cooling_stays_chosen, where=np.arange(level_of(p).n) > 0)
    held = [s for s in m.SITES if instance.sites[s].max_cooling_designs is not None]
    m.HELD_SITES = Set(initialize=held, doc="sites that may mix only so many cooling designs")
    constraint(p, m.HELD_SITES, rule=cooling_designs)
    _post(m, instance)
    cooled = {s for s, _ in m.DESIGNS}
    dry = [s for s in m.SITES if s in cooled and instance.sites[s].water_limit_m3_per_yr is not None]
    m.WATER_LIMITED = Set(initialize=dry, doc="sites with a water right")
    constraint(m.year, m.WATER_LIMITED, rule=water_limit)
    constraint(step, m.DESIGNS, rule=heat_balance)


def overhead_at(design: Cooling, temperature_c: np.ndarray | float) -> np.ndarray:
    """Return the power a design draws per MW of heat at outdoor temperatures (C); same shape as the temperatures."""
    above = np.maximum(0.0, np.asarray(temperature_c, dtype=float) - design.free_cooling_below_c)
    return design.overhead_base + design.overhead_slope_per_c * above


def _hourly_overhead(m: ConcreteModel, instance: Instance, s: str, c: str) -> np.ndarray:
    site, design = instance.sites[s], instance.cooling[c]
    if site.temperature_series is None:
        return np.full(len(m.grid.hour_of_year), float(overhead_at(design, site.design_day_c)))
    return overhead_at(design, m.grid.sample(instance.series[site.temperature_series]))


def _choices(m: ConcreteModel, instance: Instance) -> list[tuple[str, str]]:
    return [
        (s, c)
        for s, c in m.DESIGNS
        if instance.cooling[c].fixed_capex_musd > 0 or instance.sites[s].max_cooling_designs is not None
    ]


def _cooling_mw(p: Block, s: str, c: str) -> object:
    return in_service(p.cooling_built_mw[s, c], life_years=p.model().instance.cooling[c].life_years)


def _cooling_choices(p: Block, s: str, c: str) -> object:
    return p.cooling_chosen[s, c] - previous(p.cooling_chosen[s, c], within=p.model(), wrap=False)


def _limit_mw(instance: Instance, s: str, c: str) -> float:
    """Heat that a design can be built for at a site: what the site allows, or just more than may be provisioned."""
    row, site = instance.site_cooling.get((s, c)), instance.sites[s]
    provisioned = max(0.0, largest_provisioned_mw(instance, s) - site.base_load_mw)
    overhead = float(overhead_at(instance.cooling[c], site.design_day_c))
    room = _ROOM * min(largest_hall_mw(instance, s), provisioned / (1 + overhead + site.loss_share))
    return room if row is None or row.limit_mw is None else min(room, row.limit_mw)


def cooling_capacity(p: Block, s: str, c: str) -> object:
    """The halls of a design can remove the heat of all their units at full power.

    sum over h of units[s,h,c] x unit_kw_max[h]/1000 <= cooling_mw[s,c]

    Since no hall carries more than its units at full power, hourly capacity rows would add nothing.
    Dual: worth of one more MW of cooling capacity.
    """
    m = p.model()
    heat = sum(p.units[i] * unit_mw(m.instance, i[1]) for i in m.halls_with.get((s, c), []))
    return heat <= p.cooling_mw[s, c]


def cooling_choice(p: Block, s: str, c: str) -> object:
    """A design removes heat only where it was chosen, and no more than the site allows.

    cooling_mw[s,c] <= limit_mw[s,c] x cooling_chosen[s,c]

    Dual: worth of one more MW of room for the design.
    """
    return p.cooling_mw[s, c] <= _limit_mw(p.model().instance, s, c) * p.cooling_chosen[s, c]


def cooling_limit(p: Block, s: str, c: str) -> object:
    """A design that needs no choice removes no more heat than the site allows.

    cooling_mw[s,c] <= limit_mw[s,c]

    Dual: worth of one more MW of room for the design.
    """
    return p.cooling_mw[s, c] <= p.model().instance.site_cooling[s, c].limit_mw


def cooling_stays_chosen(p: Block, s: str, c: str) -> object:
    """A design that was chosen stays chosen; the row exists from the second period on.

    cooling_choices[s,c] = cooling_chosen[s,c] - previous(cooling_chosen[s,c]) >= 0

    Dual: what giving up the design would be worth.
    """
    return p.cooling_choices[s, c] >= 0


def cooling_designs(p: Block, s: str) -> object:
    """A site mixes only so many designs.

    sum over c of cooling_chosen[s,c] <= max_cooling_designs[s]

    Dual: worth of allowing one more design.
    """
    m = p.model()
    return sum(p.cooling_chosen[i] for i in m.CHOICES if i[0] == s) <= m.instance.sites[s].max_cooling_designs


def heat_balance(step: Block, s: str, c: str) -> object:
    """All heat of the units in halls of a design is removed by that design.

    sum of posts to heat[s,c] = 0

    Dual: cost of removing one more MW of heat in this hour.
    """
    return step.model().heat.balance(s, c) == 0


def _post(m: ConcreteModel, instance: Instance) -> None:
    rows = instance.cooling
    per_mw = {c: row.capex_usd_per_kw_it * MUSD_PER_MW_FROM_USD_PER_KW for c, row in rows.items()}
    m.power.post(
        "cooling",
        m.step,
        m.DESIGNS,
        rule=lambda step, s, c: -step.overhead[s, c] * step.heat_removed_mw[s, c],
        doc="electricity of the cooling",
        heading="facility",
        index_names=_INDEX,
    )
    m.heat.post(
        "cooling",
        m.step,
        m.DESIGNS,
        rule=lambda step, s, c: -step.heat_removed_mw[s, c],
        doc="heat removed",
        index_names=_INDEX,
    )
    m.water.post(
        "cooling",
        m.step,
        m.DESIGNS,
        rule=lambda step, s, c: rows[c].water_m3_per_mwh * step.heat_removed_mw[s, c],
        doc="water evaporated or drained by the cooling",
        index_names=_INDEX,
    )
    m.capex.post(
        "cooling",
        m.period,
        m.DESIGNS,
        rule=lambda p, s, c: per_mw[c] * p.cooling_built_mw[s, c],
        doc="cooling plant",
        life_years=lambda s, c: rows[c].life_years,
        index_names=_INDEX,
    )
    m.capex.post(
        "cooling designs",
        m.period,
        m.CHOICES,
        rule=lambda p, s, c: rows[c].fixed_capex_musd * p.cooling_choices[s, c],
        doc="one-off cost of having a design at a site, due when it is chosen",
        life_years=lambda s, c: rows[c].life_years,
        index_names=_INDEX,
    )
    m.cash.post(
        "cooling upkeep",
        m.period,
        m.DESIGNS,
        rule=lambda p, s, c: -per_mw[c] * rows[c].fom_share_per_yr * p.cooling_mw[s, c],
        doc="upkeep of cooling plant in service",
        heading="upkeep",
        index_names=_INDEX,
    )
    m.cash.post(
        "water",
        m.year,
        m.SITES,
        rule=lambda year, s: -instance.sites[s].water_usd_per_m3 * MUSD_PER_USD * m.water.per(year, s),
        doc="water at the tariff",
        heading="water and carbon",
        index_names=("site",),
    )


def water_limit(year: Block, s: str) -> object:
    """A site uses no more water in a year than its right.

    total of water[s] over the year <= water_limit_m3_per_yr[s]

    Dual: worth of one more m3 a year.
    """
    m = year.model()
    return m.water.per(year, s) <= m.instance.sites[s].water_limit_m3_per_yr

"""Checks of sense: rows that are each right and together cannot be what was meant.

One function for each fault, `check_<fault>(instance)`, yielding problems. Most are warnings, which strict makes errors;
errors are those that no plan could survive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from planner.instance.checks.audit import check_all_in_capex, check_owner_cost
from planner.instance.checks.deals import (
    check_it_shares,
    check_leases,
    check_single_sites,
    check_useless_links,
    check_wholesale,
)
from planner.instance.checks.energy import (
    check_design_day,
    check_existing_power,
    check_free_power,
    check_free_storage,
    check_late_power,
    check_uncooled_hardware,
    check_unpowered_sites,
)
from planner.instance.checks.grid import (
    check_free_lines,
    check_late_lines,
    check_line_sizes,
    check_lines,
    check_linked_weights,
    check_stranded_hubs,
    check_unlinked_stores,
)
from planner.instance.checks.plant import (
    check_clean_sources,
    check_ended_power,
    check_initial_units,
    check_long_minimum_times,
    check_missing_units,
    check_resold_power,
    check_unit_sizes,
)
from planner.instance.checks.selling import (
    check_commitments,
    check_shapes,
    check_unreachable_markets,
    check_unserved_products,
    check_unsold,
    check_worthless_demand,
)
from planner.instance.checks.siting import (
    check_export_classes,
    check_free_hardware,
    check_jurisdictions,
    check_late_hardware,
    check_partial_supply,
    check_periods,
    check_shrinking_sites,
    check_useless_hardware,
    check_useless_points,
)
from planner.instance.instance import Instance
from planner.instance.problem import Problem

CHECKS: tuple[Callable[[Instance], Iterator[Problem]], ...] = (
    check_periods,
    check_shrinking_sites,
    check_shapes,
    check_unpowered_sites,
    check_existing_power,
    check_late_power,
    check_free_power,
    check_free_storage,
    check_unit_sizes,
    check_missing_units,
    check_initial_units,
    check_ended_power,
    check_long_minimum_times,
    check_resold_power,
    check_clean_sources,
    check_lines,
    check_line_sizes,
    check_late_lines,
    check_free_lines,
    check_stranded_hubs,
    check_linked_weights,
    check_unlinked_stores,
    check_design_day,
    check_uncooled_hardware,
    check_free_hardware,
    check_late_hardware,
    check_partial_supply,
    check_export_classes,
    check_useless_hardware,
    check_useless_points,
    check_jurisdictions,
    check_unreachable_markets,
    check_unserved_products,
    check_unsold,
    check_worthless_demand,
    check_commitments,
    check_single_sites,
    check_leases,
    check_wholesale,
    check_it_shares,
    check_useless_links,
    check_all_in_capex,
    check_owner_cost,
)
"""Every check, in the order of their reports."""


def run_checks(instance: Instance) -> list[Problem]:
    """Run every check and return what they find; checks of years wait until the periods are right."""
    found = list(check_periods(instance))
    if found and any(problem.severity == "error" for problem in found):
        return found
    return [problem for check in CHECKS for problem in check(instance)]

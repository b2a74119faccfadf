"""The tables of a plan: what is built, what runs when, what flows where, what is sold.

Every table is tidy: one row per thing and period, units in the column names. Rows that are zero throughout are left out
where the instance offers far more than a plan uses (hardware, serving, routes), and kept where a zero is an answer
(power, markets).
"""

from __future__ import annotations

from planner.plan.design import design_table
from planner.plan.tables.grid import calendar_table, carried_table, lines_table
from planner.plan.tables.leases import leases_table
from planner.plan.tables.markets import commitments_table, markets_table, single_sites_table, wholesale_table
from planner.plan.tables.measures import measures_table
from planner.plan.tables.network import links_table, routes_table
from planner.plan.tables.power import dispatch_table, power_table, stores_table
from planner.plan.tables.production import cooling_table, hardware_table, retired_table, sites_table
from planner.plan.tables.serving import it_shares_table, serving_table, software_table

TABLES = {
    "sites": sites_table,
    "hardware": hardware_table,
    "retired": retired_table,
    "cooling": cooling_table,
    "power": power_table,
    "stores": stores_table,
    "lines": lines_table,
    "dispatch": dispatch_table,
    "calendar": calendar_table,
    "carried": carried_table,
    "serving": serving_table,
    "software": software_table,
    "routes": routes_table,
    "links": links_table,
    "markets": markets_table,
    "commitments": commitments_table,
    "single_sites": single_sites_table,
    "wholesale": wholesale_table,
    "leases": leases_table,
    "it_shares": it_shares_table,
    "measures": measures_table,
    "design": design_table,
}
"""Table name -> how it is read from a solution."""

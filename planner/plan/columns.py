"""What stands in the tables of a plan: every column with its unit and meaning; `planner schema --plan` prints it.

A new table or column of a plan is described here: `COLUMNS[table][column] = unit, meaning`. What means the same in
every table (site, period, ...) stands once in `COMMON`. A heading that is a name of the instance's own is described
under `OWN_NAME`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from planner.instance.problem import among

OWN_NAME = "*"

Described = dict[str, tuple[str, str]]

COMMON: Described = {
    "period": ("", "investment period"),
    "scenario": ("", "scenario of the year, where there are several"),
    "day": ("", "representative day, or year where the whole year is modelled"),
    "step": ("", "number of the time step in its day, from 0"),
    "hour_utc": ("h", "first hour of the step, in UTC"),
    "weight_h_per_yr": ("h/yr", "hours of the year that the step stands for"),
    "site": ("", "site"),
    "node": ("", "site or hub"),
    "market": ("", "market"),
    "product": ("", "product"),
    "segment": ("", "contract segment of the demand"),
    "hardware": ("", "hardware"),
    "cooling": ("", "cooling design"),
    "technology": ("", "technology of the source of power"),
    "store": ("", "technology of the store"),
    "stack": ("", "inference software"),
    "model": ("", "model"),
    "point": ("", "operating point"),
    "precision": ("", "number format of the weights"),
    "origin": ("", "where the link begins"),
    "destination": ("", "where the link ends"),
    "kind": ("", "kind of link"),
    "unit": ("", "unit of the value"),
    "date": ("month-day", "date of the typical year"),
    "route": ("", "number of the route between the site and the market"),
}

COLUMNS: dict[str, Described] = {
    "sites": {
        "opened": ("", "1: the site is open in the period"),
        "hall_mw": ("MW IT", "halls, by the IT load they can hold"),
        "power_limit_mw": ("MW", "most that the facility may draw at any moment"),
        "provisioned_limit_mw": ("MW", "most load at full power that may be installed: oversubscription x power limit"),
        "provisioned_mw": ("MW", "load of everything installed at full power on the design day"),
        "peak_facility_mw": ("MW", "highest load of a modelled step"),
        "mean_facility_mw": ("MW", "mean load of the year"),
    },
    "hardware": {
        "units_built": ("units", "units built in the period"),
        "units": ("units", "units in service"),
        "accelerators": ("accelerators", "accelerators in service"),
        "it_capacity_mw": ("MW IT", "IT load of the units in service at full power"),
        "mean_it_mw": ("MW IT", "mean IT load of the year, idle power included"),
        "at_work_share": (
            "share",
            "mean share of the fleet (the site's units of that hardware in all its cooling designs together) that runs "
            "an operating point or is leased out; the same on each row of the fleet",
        ),
        "capex_musd": ("M USD", "overnight cost of the units built in the period"),
        "units_retired": (
            "units",
            "units retired before their life ended, up to this period, that would still be alive",
        ),
    },
    "retired": {
        "built": ("", "period in which the units were built"),
        "units": ("units", "units of that period retired up to now whose life would go on"),
    },
    "cooling": {
        "built_mw": ("MW heat", "capacity built in the period"),
        "capacity_mw": ("MW heat", "capacity in service"),
        "mean_heat_mw": ("MW heat", "mean heat removed"),
        "electricity_mwh_per_yr": ("MWh/yr", "electricity the design uses"),
        "water_m3_per_yr": ("m3/yr", "water the design uses"),
    },
    "power": {
        "built_mw": ("MW", "capacity built in the period"),
        "capacity_mw": ("MW", "capacity in service"),
        "firm_mw": ("MW", "part of it that backs load, where firm load must be backed"),
        "energy_mwh_per_yr": ("MWh/yr", "energy drawn"),
        "capacity_factor": ("share", "energy over what the capacity would give all year"),
        "cost_musd_per_yr": ("M USD/yr", "energy, fuel, demand charge, upkeep and annuity of the source"),
        "usd_per_mwh": ("USD/MWh", "cost over energy; blank where nothing is drawn"),
        "co2_t_per_yr": ("t/yr", "carbon dioxide of the energy drawn"),
        "curtailed_mwh_per_yr": ("MWh/yr", "energy that sun, wind or another series would have given and nobody took"),
        "exported_mwh_per_yr": ("MWh/yr", "energy sold back through the source"),
        "sold_musd_per_yr": ("M USD/yr", "what energy sold back earns"),
        "starts_per_yr": ("starts/yr", "starts of units in a year, blank for sources without commitment"),
        "mean_online_units": ("units", "mean units online, blank for sources without commitment"),
    },
    "stores": {
        "power_mw": ("MW", "power in service, each way"),
        "energy_mwh": ("MWh", "energy capacity in service"),
        "charged_mwh_per_yr": ("MWh/yr", "energy taken"),
        "discharged_mwh_per_yr": ("MWh/yr", "energy given back"),
        "cost_musd_per_yr": ("M USD/yr", "upkeep and annuity of the store"),
    },
    "dispatch": {
        "group": ("", "what the post is: supply, load, stores, ..."),
        "item": ("", "source, store or load"),
        "mw": ("MW", "power of the post, supply positive and load negative; a node's posts sum to zero"),
    },
    "serving": {
        "mean_units": ("units", "mean units of the hardware that run this point for this product"),
        "peak_units": ("units", "most of them in a modelled step"),
        "interactivity_tok_per_s": ("tok/s/user", "speed one user sees at the point"),
        "ttft_ms": ("ms", "time to first token at the point, without the network"),
        "made_gtok_per_day": ("Gtok/day", "tokens of all kinds made, after headroom"),
        "it_mwh_per_yr": ("MWh/yr", "IT energy of the running units"),
        "units_of": ("", "own or rented: whose units they are"),
    },
    "software": {
        "adopted": ("", "1: the software is adopted"),
        "licensed_units": ("units", "units that may run it"),
    },
    "routes": {
        "route": ("", "number of the route among those from the site to the market, the shortest first"),
        "gtok_per_day": ("Gtok/day", "tokens of all kinds on the route"),
        "via": ("", "places the route passes"),
        "rtt_ms": ("ms", "round trip"),
        "peak_answers_gbps": ("Gbps", "highest load towards the market"),
    },
    "links": {
        "booked_gbps": ("Gbps", "capacity booked"),
        "available_gbps": ("Gbps", "capacity there and added; blank: no limit"),
        "built": ("", "1: the link with a one-off cost is there; blank for links without one"),
    },
    "markets": {
        "price_of": ("", "segment whose price is charged: its own, or the one that sets a uniform price"),
        "accepted_share": ("share", "share of the segment's contracts taken at that price"),
        "volume_gtok_per_day": ("Gtok/day", "volume of the segment in the period, tokens of all kinds"),
        "sold_gtok_per_day": ("Gtok/day", "what is sold of it"),
        "price_usd_per_mtok": ("USD/Mtok", "price over tokens of all kinds in the product's mix"),
        "revenue_musd_per_yr": ("M USD/yr", "revenue of the segment"),
    },
    "commitments": {
        "promised_gtok_per_day": ("Gtok/day", "volume promised"),
        "short_gtok_per_day": ("Gtok/day", "what is missing of it"),
    },
    "accounts": {
        "heading": ("", "heading of the accounts"),
        "item": ("", "post of the cash ledger"),
        "musd_per_yr": ("M USD/yr", "income positive, cost negative, mean year of the period"),
        "present_value_musd": ("M USD", "present value of the period's years; the column sums to the profit"),
    },
    "capex": {
        "item": ("", "post of the capex ledger"),
        "overnight_musd": ("M USD", "overnight cost of what is built in the period"),
        "life_years": ("years", "life over which it is paid off"),
        "date": ("year", "when it is bought; what dies in service is bought again"),
    },
    "kpis": {
        "where": ("", "site, or all"),
        "figure": (
            "",
            "name of the key figure; billable tokens are the measure tokens by the day: contracts with a price, and "
            "wholesale sold less bought, weighted by token_weight",
        ),
        "value": ("see unit", "its value"),
    },
    "identity": {
        "power_limit_mw": ("MW", "most that the facility may draw"),
        "load_factor": ("share", "mean load over the power limit"),
        "energy_share": ("share", "product's share of the site's IT energy"),
        "mtok_per_mwh": ("Mtok/MWh", "tokens of all kinds per MWh of its share of the facility's energy"),
        "usd_per_mtok": ("USD/Mtok", "realised price over tokens of all kinds"),
        "revenue_musd_per_yr": ("M USD/yr", "product of the columns before it x 8,760 h"),
        "earned_by": (
            "",
            "own units, rented units, tokens bought, or units leased out; factors are blank where no own unit works",
        ),
    },
    "levelised_cost": {
        "gtok_per_day": ("Gtok/day", "tokens of all kinds served"),
        "levelised_usd_per_mtok": ("USD/Mtok", "cost of making and delivering them, shared by cause"),
        "price_usd_per_mtok": ("USD/Mtok", "realised price"),
    },
    "measures": {
        "measure": (
            "",
            "yardstick: what may be optimised or limited; its unit says weighted where tokens of products count by "
            "different token_weight",
        ),
        "value": ("see unit", "its value over the horizon"),
    },
    "points_dropped": {"reason": ("", "why the point may not serve the product")},
    "coverage": {OWN_NAME: ("points", "usable operating points for the product in the heading")},
    "pairs_cut": {"reason": ("", "why the site may not serve the market, or not this product")},
    "prices": {
        "what": ("", "what there is one more of"),
        "where": ("", "site, source, link or contract that the rule is about"),
        "rule": ("", "name of the rule whose dual this is; planner maths prints it"),
        "value": (
            "see unit",
            "what the objective gains from one more unit, undiscounted and per year unless it says so",
        ),
        "binds": ("", "yes: the limit has a price and limits something the plan uses, so relaxing it pays"),
    },
    "energy_prices": {
        "usd_per_mwh": ("USD/MWh", "what one more MWh at the node would be worth in the step"),
        OWN_NAME: ("its heading", "the same in the unit of another objective: ktok_per_mwh where tokens are maximised"),
    },
    "lines": {
        "built_mw": ("MW", "capacity built in the period"),
        "capacity_mw": ("MW", "capacity in service"),
        "from_origin_mwh_per_yr": ("MWh/yr", "energy that enters at the origin"),
        "from_destination_mwh_per_yr": ("MWh/yr", "energy that enters at the destination"),
        "lost_mwh_per_yr": ("MWh/yr", "energy lost on the way, both ways together"),
        "peak_mw": ("MW", "highest flow of a modelled step, what enters"),
        "cost_musd_per_yr": ("M USD/yr", "annuity, upkeep and wheeling"),
    },
    "calendar": {"day": ("", "representative day that stands for the date")},
    "carried": {
        "carried_mwh": ("MWh", "energy stored when the date begins"),
        "lowest_mwh": ("MWh", "least that is stored in the course of the date"),
        "highest_mwh": ("MWh", "most that is stored in the course of the date"),
    },
    "single_sites": {
        "accepted_share": ("share", "share of the contract carried over this route"),
        "gtok_per_day": ("Gtok/day", "tokens of the contract over this route"),
    },
    "wholesale": {
        "direction": ("", "buy or sell"),
        "offer": ("", "offer in wholesale.csv"),
        "gtok_per_day": ("Gtok/day", "tokens bought or sold on the mean day"),
        "max_gtok_per_day": ("Gtok/day", "most that the offer takes"),
        "price_usd_per_mtok": ("USD/Mtok", "price of the offer in the period"),
        "cash_musd_per_yr": ("M USD/yr", "what is earned, less what is paid"),
    },
    "leases": {
        "direction": ("", "in: rented; out: leased to others"),
        "lease": ("", "lease in leases.csv"),
        "units": ("units", "units on the lease"),
        "max_units": ("units", "most units that the lease offers in the period"),
        "accelerators": ("accelerators", "accelerators on the lease"),
        "cash_musd_per_yr": ("M USD/yr", "rent earned, less rent paid"),
    },
    "it_shares": {
        "it_mwh_per_yr": ("MWh/yr", "IT energy of own units at work for the product"),
        "it_share": ("share", "that energy over that of all products"),
        "it_share_min": ("share", "least share that the product must have"),
        "it_share_max": ("share", "most share that the product may have"),
    },
    "cash_flow": {
        "revenue_musd": ("M USD", "revenue of the period"),
        "operating_cost_musd": (
            "M USD",
            "all cash costs of the period but capital, what electricity sold back earns taken off",
        ),
        "overnight_capex_musd": ("M USD", "what is built in the period, paid at once"),
        "pre_tax_cash_flow_musd": ("M USD", "revenue less operating cost and overnight capex"),
        "discounted_cash_flow_musd": ("M USD", "the same in money of the base year"),
        "cumulative_cash_flow_musd": ("M USD", "pre-tax cash flow up to the end of the period"),
        "depreciation_musd": ("M USD", "straight-line depreciation over the lives"),
        "tax_musd": ("M USD", "tax at finance.tax_share, losses carried forward"),
        "after_tax_cash_flow_musd": ("M USD", "pre-tax cash flow less tax"),
    },
    "token_supply": {
        "made_at": ("", "site, or offer of another provider, that the tokens come from"),
        "gtok_per_day": ("Gtok/day", "tokens delivered"),
        "cost_musd_per_yr": ("M USD/yr", "cost of these tokens"),
        "levelised_usd_per_mtok": ("USD/Mtok", "that cost by token"),
        "cumulative_gtok_per_day": ("Gtok/day", "tokens of the product up to and with this row, cheapest first"),
    },
    "merit_order": {
        "price_usd_per_mtok": ("USD/Mtok", "price of the segment over the product's mix of tokens"),
        "volume_gtok_per_day": ("Gtok/day", "tokens that the whole segment asks for"),
        "revenue_usd_per_it_mw_yr": (
            "USD/MW-yr",
            "what a MW of IT load earns with the segment on the best point that may serve it",
        ),
        "it_mw": ("MW IT", "mean IT load that the whole segment would take"),
        "cumulative_it_mw": ("MW IT", "the same up to and with this row"),
        "accepted_share": ("share", "share of the segment that the plan takes"),
        "plan_cost_usd_per_it_mw_yr": ("USD/MW-yr", "cost of the plan by mean IT load at work"),
        "plan_cash_cost_usd_per_it_mw_yr": ("USD/MW-yr", "the same without capital"),
    },
    "uniform_prices": {
        "marginal_cost_usd_per_mtok": ("USD/Mtok", "the plan's marginal cost of a token delivered there"),
        "segments_gtok_per_day": ("Gtok/day", "tokens of the segments that pay more than that"),
        "segments_margin_musd_per_yr": ("M USD/yr", "what they leave, each at its own price"),
        "single_price_usd_per_mtok": ("USD/Mtok", "best single price at this marginal cost (an estimate)"),
        "single_gtok_per_day": ("Gtok/day", "tokens sold at it"),
        "single_margin_musd_per_yr": ("M USD/yr", "what it leaves"),
    },
    "design": {
        "what": ("", "what it is, by name"),
        "amount": ("", "how much is in service"),
    },
}
"""Table -> column -> unit and meaning."""


def described(table: str, column: str) -> tuple[str, str] | None:
    """Return unit and meaning of a column of a plan's table; None when it is not described."""
    own = COLUMNS.get(table, {})
    return own.get(column) or COMMON.get(column) or own.get(OWN_NAME)


def undescribed(table: str, columns: Iterable[str]) -> list[str]:
    """Return the columns of a table that are not described."""
    if table not in COLUMNS:
        return list(columns)
    return [column for column in columns if described(table, column) is None]


def columns_json(table: str | None = None) -> dict[str, Any]:
    """Return the columns of every table of a plan (or of one) as plain data.

    Raises:
        KeyError: a plan has no such table.
    """
    return {name: {column: _entry(*words) for column, words in COLUMNS[name].items()} for name in _names(table)} | (
        {} if table else {"columns of several tables": {column: _entry(*words) for column, words in COMMON.items()}}
    )


def columns_text(table: str | None = None) -> str:
    """Return the same as text for people.

    Raises:
        KeyError: a plan has no such table.
    """
    blocks = [_block(f"{name}.csv", COLUMNS[name]) for name in _names(table)]
    return "\n\n".join([*blocks, _block("columns that mean the same in every table", COMMON)])


def _names(table: str | None) -> list[str]:
    if table is not None and table not in COLUMNS:
        raise KeyError(f"a plan has no table {table}: {among(table, list(COLUMNS), 'tables')}")
    return list(COLUMNS) if table is None else [table]


def _entry(unit: str, text: str) -> dict[str, str]:
    return {"unit": unit, "text": text} if unit else {"text": text}


def _block(title: str, content: Described) -> str:
    width = max(map(len, content))
    lines = [f"  {name:<{width}}  {text}{f' [{unit}]' if unit else ''}" for name, (unit, text) in content.items()]
    return "\n".join([title, *lines])

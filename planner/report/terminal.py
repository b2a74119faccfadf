"""The one-screen answer in the terminal: what to build, what it earns, what binds, what one more MW is worth."""

from __future__ import annotations

import pandas as pd
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from planner.plan.plan import Plan
from planner.report.amounts import amount, is_dust, largest
from planner.report.worth import headline, returns

_SEEN = 2e-4
_MOST_ROWS = 12
_AMOUNT = {
    "cooling": "capacity_mw",
    "power": "capacity_mw",
    "stores": "energy_mwh",
    "lines": "capacity_mw",
    "leases": "units",
}
"""Table of what is built, hardware apart -> its column of amounts."""
_PER_TOKEN = ("mean price", "mean cost", "tokens per watt", "energy per token")
"""Figures that mean nothing in a period that makes no tokens worth the name."""


def show(plan: Plan, console: Console) -> None:
    """Print a plan on one screen per period; tables that would be empty are left out."""
    console.print(_verdict(plan))
    periods = plan.accounts["period"].drop_duplicates()
    for period in periods:
        if len(periods) > 1:
            console.rule(f"period {period}")
        parts = [
            _figures(plan, period),
            _build(plan, period),
            _earns(plan, period),
            _sells(plan, period),
            _binds(plan, period),
        ]
        for part in parts:
            if part is not None:
                console.print(part)
    for line in _unserved(plan):
        console.print(line, style="yellow")
    console.print(_headline(plan))
    if len(periods) > 1:
        console.print(Text("\n".join(returns(plan))))


def _verdict(plan: Plan) -> RenderableType:
    record = plan.record
    quality = "optimal" if plan.status == "optimal" else "best found before it was stopped"
    seconds = sum(record["seconds"].values())
    lines = [
        Text(str(record["title"]), style="bold"),
        Text(
            f"{quality}: {record['objective_name']} {amount(plan.objective, 6)} {record['unit']}, {_possible(plan)}, "
            f"{seconds:.1f} s"
        ),
        *([] if plan.status == "optimal" else [Text(f"stopped early: {plan.record['reason']}", style="yellow")]),
        *_asked(plan),
    ]
    if record.get("scenario") or record.get("overrides"):
        changes = ", ".join(f"{path}={_typed(value)}" for path, value in record["overrides"])
        lines.append(Text(f"scenario {record.get('scenario') or 'none'}{'; with ' + changes if changes else ''}"))
    if record.get("extended_by"):
        lines.append(Text(f"with your own rules: {', '.join(record['extended_by'])}"))
    if record.get("relaxed"):
        lines.append(Text("whole numbers relaxed to fractions"))
    return Panel(Group(*lines), title=str(record["instance"]), title_align="left")


def _possible(plan: Plan) -> str:
    """What no plan beats, and how far this one may be from it."""
    if pd.isna(plan.bound):
        return "how much better a plan may be is not known"
    side = "at least" if plan.record["sense"] == "minimise" else "at most"
    gap = "unknown" if pd.isna(plan.gap) else f"{plan.gap:.2%}"
    return f"{side} {amount(plan.bound, 6)} possible (gap {gap})"


def _asked(plan: Plan) -> list[Text]:
    """Objectives that came later, and limits on measures."""
    lines = []
    for one in plan.record["passes"]:
        gave_way = one["reached"] is not None and abs(one["reached"] - one["value"]) > _SEEN * abs(one["reached"])
        if gave_way:
            lines.append(
                Text(f"{one['objective']} alone reached {amount(one['reached'], 6)}; what follows used the slack")
            )
    for one in plan.record["passes"][1:]:
        value = amount(float("nan") if one["value"] is None else one["value"], 6)
        left = f" (left out: {one['reason']})" if one["status"] == "left out" else ""
        lines.append(Text(f"then {one['objective']} {value} {one['unit']}{left}"))
    signs = {"at_most": "<=", "at_least": ">="}
    units = dict(zip(plan.measures["measure"], plan.measures["unit"], strict=True))
    if plan.record["limits"]:
        limits = [f"{name}{signs[side]}{value:g} {units.get(name, '')}" for name, side, value in plan.record["limits"]]
        lines.append(Text(f"within {'; '.join(limits)}"))
    return lines


def _typed(value: object) -> str:
    """An override as it is typed after --set."""
    if isinstance(value, dict) and list(value) == ["multiply"]:
        return f"*{value['multiply']}"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _figures(plan: Plan, period: str) -> RenderableType:
    frame = plan.kpis[(plan.kpis["period"] == period) & (plan.kpis["where"] == "all")].set_index("figure")
    wanted = ["revenue", "cost", "cash profit", "overnight capex", "tokens of all kinds", "mean price", "mean cost"]
    wanted += ["tokens per watt", "energy per token", "load factor of the limit"]
    tokens = plan.kpis.loc[plan.kpis["figure"] == "tokens of all kinds"]
    if is_dust(tokens.loc[tokens["period"] == period, "value"].sum(), largest(tokens, "value")):
        wanted = [name for name in wanted if name not in _PER_TOKEN]
    table = _table("Figures", "", "value:r", "unit", "", "value:r", "unit")
    cells = [
        (name, amount(frame.loc[name, "value"]), frame.loc[name, "unit"]) for name in wanted if name in frame.index
    ]
    half = (len(cells) + 1) // 2
    for left, right in zip(cells[:half], [*cells[half:], ("", "", "")], strict=False):
        table.add_row(*left, *right)
    return table


def _build(plan: Plan, period: str) -> RenderableType | None:
    table = _table("Build", "site", "what", "amount:r", "unit", "load or output:r")
    for row in _systems(plan, period):
        table.add_row(*row)
    for name, column in _AMOUNT.items():
        rows, most = plan.tables[name], largest(plan.tables[name], column)
        for row in rows[rows["period"] == period].to_dict("records"):
            if not is_dust(row[column], most) and not (name == "power" and _nobody_uses(plan, row)):
                table.add_row(*_build_cells(name, row))
    return table if table.row_count else None


def _systems(plan: Plan, period: str) -> list[tuple[str, ...]]:
    """Rows of hardware; what share of a fleet is at work is told once, on the first of its halls."""
    rows = plan.hardware[plan.hardware["period"] == period]
    halls = rows.groupby(["site", "hardware"]).size()
    most, told, cells = largest(plan.hardware, "units"), set(), []
    for row in rows.to_dict("records"):
        fleet = row["site"], row["hardware"]
        if is_dust(row["units"], most) and is_dust(row["units_retired"], most):
            continue
        load = f"{amount(row['mean_it_mw'])} MW"
        if fleet not in told:
            load += f", {'fleet ' if halls[fleet] > 1 else ''}{row['at_work_share']:.0%} at work"
        if not is_dust(row["units_retired"], most):
            load += f", {amount(row['units_retired'])} retired"
        told.add(fleet)
        cells.append((row["site"], f"{row['hardware']} in {row['cooling']}", amount(row["units"]), "units", load))
    return cells


def _nobody_uses(plan: Plan, row: dict) -> bool:
    """Whether a source gives no energy, costs nothing and backs no load: it is on offer, not a part of the plan."""
    energy = is_dust(row["energy_mwh_per_yr"], largest(plan.power, "energy_mwh_per_yr"))
    return energy and is_dust(row["cost_musd_per_yr"]) and is_dust(row.get("firm_mw", 0.0))


def _build_cells(name: str, row: dict) -> tuple[str, ...]:
    if name == "cooling":
        return row["site"], row["cooling"], amount(row["capacity_mw"]), "MW heat", f"{amount(row['mean_heat_mw'])} MW"
    if name == "power":
        output = f"{amount(row['energy_mwh_per_yr'] / 1e3)} GWh/yr"
        return row["node"], row["technology"], amount(row["capacity_mw"]), "MW", output
    if name == "stores":
        output = f"{amount(row['discharged_mwh_per_yr'] / 1e3)} GWh/yr"
        return row["node"], row["store"], amount(row["energy_mwh"]), "MWh", output
    if name == "lines":
        output = f"{amount((row['from_origin_mwh_per_yr'] + row['from_destination_mwh_per_yr']) / 1e3)} GWh/yr"
        return row["origin"], f"line to {row['destination']}", amount(row["capacity_mw"]), "MW", output
    way = "rented in" if row["direction"] == "in" else "leased out"
    return row["site"], f"{row['hardware']} {way}", amount(row["units"]), "units", row["lease"]


def _earns(plan: Plan, period: str) -> RenderableType:
    accounts, most = plan.accounts[plan.accounts["period"] == period], largest(plan.accounts, "musd_per_yr")
    accounts = accounts[[not is_dust(musd, most) for musd in accounts["musd_per_yr"]]]
    table = _table("Accounts", "heading", "M USD/yr:r", "made of")
    for heading, group in accounts.groupby("heading", sort=False):
        total = group["musd_per_yr"].sum()
        ordered = group.reindex(group["musd_per_yr"].abs().sort_values(ascending=False).index)
        parts = ", ".join(
            f"{item} {amount(value)}" for item, value in zip(ordered["item"], ordered["musd_per_yr"], strict=True)
        )
        table.add_row(str(heading), amount(total), parts)
    table.add_section()
    table.add_row("sum", amount(accounts["musd_per_yr"].sum()), "")
    return table


def _sells(plan: Plan, period: str) -> RenderableType | None:
    markets = plan.markets[plan.markets["period"] == period]
    if markets.empty:
        return None
    cost = plan.levelised_cost[plan.levelised_cost["period"] == period]
    cost = (cost["levelised_usd_per_mtok"] * cost["gtok_per_day"]).groupby(cost["product"]).sum() / cost.groupby(
        "product"
    )["gtok_per_day"].sum()
    table = _table(
        "Sales", "product", "asked Gtok/day:r", "sold Gtok/day:r", "price USD/Mtok:r", "cost USD/Mtok:r", "M USD/yr:r"
    )
    for product, group in markets.groupby("product", sort=False):
        own = group[group["segment"] == group["price_of"]]
        sold, revenue = group["sold_gtok_per_day"].sum(), group["revenue_musd_per_yr"].sum()
        asked = own["volume_gtok_per_day"].sum()
        if is_dust(sold, asked):
            table.add_row(product, amount(asked), "0", "-", "-", "0")
            continue
        each = amount(revenue * 1e6 / (sold * 365e3), 3), amount(cost.get(product, float("nan")), 3)
        table.add_row(product, amount(asked), amount(sold), *each, amount(revenue))
    return table


def _unserved(plan: Plan) -> list[str]:
    """Products that nothing can serve, which a table of sales shows only as a zero."""
    points = plan.coverage.drop(columns="hardware").sum()
    return [
        f"No operating point serves {product}: see the table points_dropped." for product in points.index[points == 0]
    ]


def _binds(plan: Plan, period: str) -> RenderableType | None:
    if "prices" not in plan.tables:
        return None
    rows = plan.prices[plan.prices["period"].isin([period, "all"]) & plan.prices["binds"].astype(bool)]
    rows = rows[~rows["rule"].isin(["segment_volume", "power_limit_mw"])]
    if rows.empty:
        return None
    table = _table("What binds", "one more unit of", "where", "is worth:r", "unit")
    for row in rows.head(_MOST_ROWS).to_dict("records"):
        table.add_row(row["what"].removeprefix("one more "), row["where"], amount(row["value"]), row["unit"])
    if len(rows) > _MOST_ROWS:
        table.add_row(f"... and {len(rows) - _MOST_ROWS} more in the table prices", "", "", "")
    return table


def _headline(plan: Plan) -> RenderableType:
    if "prices" not in plan.tables:
        return Text(f"No shadow prices: {plan.record['pricing'].get('reason', 'none were computed')}", style="yellow")
    return Text("\n".join(headline(plan)), style="bold")


def _table(title: str, *columns: str) -> Table:
    """Make a table; a column named `x:r` is aligned right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        name, _, right = column.partition(":")
        table.add_column(name, justify="right" if right else "left", no_wrap=bool(right))
    return table

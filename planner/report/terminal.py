"""The one-screen answer in the terminal: what to build, what it earns, what binds, what one more MW is worth."""

from __future__ import annotations

import pandas as pd
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from planner.plan.plan import Plan

_NEGLIGIBLE = 1e-6
_SEEN = 2e-4
_MOST_ROWS = 12


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
        console.print(_returns(plan))


def amount(value: float, digits: int = 4) -> str:
    """Return a number with thousands separators and about `digits` significant digits."""
    if value == 0 or pd.isna(value):
        return "0" if value == 0 else "-"
    decimals = max(0, digits - 1 - int(f"{abs(value):e}".split("e")[1]))
    return f"{value:,.{min(decimals, 6)}f}"


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
    if plan.record["limits"]:
        limits = ", ".join(f"{name}{signs[side]}{value:g}" for name, side, value in plan.record["limits"])
        lines.append(Text(f"within {limits}"))
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
    for name, rows in (
        ("hardware", plan.hardware),
        ("cooling", plan.cooling),
        ("power", plan.power),
        ("stores", plan.stores),
        ("lines", plan.lines),
        ("leases", plan.leases),
    ):
        for row in rows[rows["period"] == period].to_dict("records"):
            cells = _build_cells(name, row)
            if cells is not None:
                table.add_row(*cells)
    return table if table.row_count else None


def _build_cells(name: str, row: dict) -> tuple[str, ...] | None:
    if name == "hardware":
        load = f"{amount(row['mean_it_mw'])} MW, {row['at_work_share']:.0%} at work"
        if row["units_retired"] > _NEGLIGIBLE:
            load += f", {amount(row['units_retired'])} retired"
        return row["site"], f"{row['hardware']} in {row['cooling']}", amount(row["units"]), "units", load
    if name == "cooling" and row["capacity_mw"] > _NEGLIGIBLE:
        return row["site"], row["cooling"], amount(row["capacity_mw"]), "MW heat", f"{amount(row['mean_heat_mw'])} MW"
    if name == "power" and row["capacity_mw"] > _NEGLIGIBLE:
        output = f"{amount(row['energy_mwh_per_yr'] / 1e3)} GWh/yr"
        return row["node"], row["technology"], amount(row["capacity_mw"]), "MW", output
    if name == "stores" and row["energy_mwh"] > _NEGLIGIBLE:
        output = f"{amount(row['discharged_mwh_per_yr'] / 1e3)} GWh/yr"
        return row["node"], row["store"], amount(row["energy_mwh"]), "MWh", output
    if name == "lines" and row["capacity_mw"] > _NEGLIGIBLE:
        output = f"{amount((row['from_origin_mwh_per_yr'] + row['from_destination_mwh_per_yr']) / 1e3)} GWh/yr"
        return row["origin"], f"line to {row['destination']}", amount(row["capacity_mw"]), "MW", output
    if name == "leases" and row["units"] > _NEGLIGIBLE:
        way = "rented in" if row["direction"] == "in" else "leased out"
        return row["site"], f"{row['hardware']} {way}", amount(row["units"]), "units", row["lease"]
    return None


def _earns(plan: Plan, period: str) -> RenderableType:
    accounts = plan.accounts[(plan.accounts["period"] == period) & (plan.accounts["musd_per_yr"].abs() > _NEGLIGIBLE)]
    table = _table("Accounts", "heading", "M USD/yr:r", "made of")
    for heading, group in accounts.groupby("heading", sort=False):
        total = group["musd_per_yr"].sum()
        largest = group.reindex(group["musd_per_yr"].abs().sort_values(ascending=False).index)
        parts = ", ".join(
            f"{item} {amount(value)}" for item, value in zip(largest["item"], largest["musd_per_yr"], strict=True)
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
        price = amount(revenue * 1e6 / (sold * 365e3), 3) if sold > _NEGLIGIBLE else "-"
        asked = amount(own["volume_gtok_per_day"].sum())
        table.add_row(product, asked, amount(sold), price, amount(cost.get(product, float("nan")), 3), amount(revenue))
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
    rows = plan.prices[plan.prices["rule"] == "power_limit_mw"]
    checks = {check["site"]: check for check in plan.record["pricing"].get("verified", [])}
    lines = []
    for row in rows.to_dict("records"):
        place = f"{row['where']} ({row['period']})"
        text = f"One more MW of power limit at {place} is worth {amount(row['value'])} {row['unit']}"
        check = checks.get(row["where"])
        if check and check["from_1_percent_more"] is not None and check["from_1_percent_less"] is not None:
            up, down = amount(check["from_1_percent_more"]), amount(check["from_1_percent_less"])
            text += f"; solved again at +1 %: {up}, at -1 %: {down}"
        lines.append(text + ".")
    distance = plan.record["pricing"]["distance_from_plan"]
    lines.append(f"Prices come from the plan with unit counts relaxed, {distance:+.4%} from the plan's objective.")
    return Text("\n".join(lines), style="bold")


def _returns(plan: Plan) -> RenderableType:
    """What the whole horizon is worth to an owner, where it has more than one period."""
    worth, rate, years = (
        plan.figure(name, period="all")
        for name in ("net present value, unpaid capital credited", "internal rate of return", "payback time")
    )
    text = f"With capital paid when it is bought: net present value {amount(worth)} M USD"
    text += " (what is not yet paid off credited)"
    text += f", internal rate of return {rate:.1%}" if rate == rate else ", no internal rate of return"
    return Text(f"{text}, paid back {f'after {amount(years, 3)} years' if years == years else 'never'}.")


def _table(title: str, *columns: str) -> Table:
    """Make a table; a column named `x:r` is aligned right."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        name, _, right = column.partition(":")
        table.add_column(name, justify="right" if right else "left", no_wrap=bool(right))
    return table

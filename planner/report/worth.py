"""What a plan is worth beyond its accounts: the price of one more MW, and what an owner's money returns."""

from __future__ import annotations

import pandas as pd

from planner.plan.plan import Plan
from planner.report.amounts import amount


def headline(plan: Plan) -> list[str]:
    """Return what one more MW of power limit is worth, one sentence per site, and where prices come from."""
    rows = plan.prices[plan.prices["rule"] == "power_limit_mw"]
    checks = {check["site"]: check for check in plan.record["pricing"].get("verified", [])}
    lines = [_one_more_mw(plan, str(site), own, checks.get(site)) for site, own in rows.groupby("where", sort=False)]
    distance = plan.record["pricing"]["distance_from_plan"]
    return [*lines, f"Prices come from the plan with unit counts relaxed, {distance:+.4%} from the plan's objective."]


def returns(plan: Plan) -> list[str]:
    """Return what the whole horizon is worth to an owner, with what is not yet paid off at its end and without."""
    worth, credited, rate, with_credit, years = (
        plan.figure(name, period="all")
        for name in (
            "net present value, capital when paid",
            "net present value, unpaid capital credited",
            "internal rate of return",
            "internal rate of return, unpaid capital credited",
            "payback time",
        )
    )
    back = f"paid back after {amount(years, 3)} years" if years == years else "never paid back"
    return [
        f"Capital paid when it is bought, nothing credited at the end: net present value {amount(worth)} M USD, "
        f"{_rate(rate)}, {back}.",
        f"With what is not yet paid off at the end credited: net present value {amount(credited)} M USD, "
        f"{_rate(with_credit)}.",
    ]


def _rate(rate: float) -> str:
    return f"internal rate of return {rate:.1%}" if rate == rate else "no internal rate of return"


def _one_more_mw(plan: Plan, site: str, own: pd.DataFrame, check: dict | None) -> str:
    """Solving again moves all periods at once, so what it gives stands beside the mean of their prices."""
    unit, prices = own["unit"].iloc[0], dict(zip(own["period"], own["value"], strict=True))
    if len(prices) == 1:
        [(period, value)] = prices.items()
        text = f"One more MW of power limit at {site} ({period}) is worth {amount(value)} {unit}"
    else:
        mean = check["dual"] if check else _mean(plan, site, prices)
        text = f"One more MW of power limit at {site} is worth {amount(mean)} {unit} in the mean of all periods"
    if check and check["from_1_percent_more"] is not None and check["from_1_percent_less"] is not None:
        up, down = amount(check["from_1_percent_more"]), amount(check["from_1_percent_less"])
        text += f"; solved again at +1 %: {up}, at -1 %: {down}"
    if len(prices) == 1:
        return f"{text}."
    return f"{text}. By period: {', '.join(f'{amount(value)} in {period}' for period, value in prices.items())}."


def _mean(plan: Plan, site: str, prices: dict[str, float]) -> float:
    """The mean of prices as the check takes it: by the megawatts of each period's limit, and what 1 a year adds."""
    limits = plan.sites[plan.sites["site"] == site].set_index("period")["power_limit_mw"]
    worth = plan.record["pricing"].get("worth_of_one_a_year", {})
    weights = {period: limits[period] * worth.get(period, 1.0) for period in prices}
    whole = sum(weights.values())
    return sum(price * weights[period] for period, price in prices.items()) / whole if whole else 0.0

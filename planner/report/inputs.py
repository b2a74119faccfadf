"""What an instance says, in the terminal: its size, how well it is known, what may serve what, and what is cut."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table

from planner.instance import Instance
from planner.instance.eligibility import Eligibility, eligible_points
from planner.instance.routes import Network, find_routes
from planner.instance.schema import TABLES
from planner.report.merit import merit_bars


def show_inputs(instance: Instance, console: Console) -> None:
    """Print a summary of an instance that was read without faults."""
    eligibility = eligible_points(instance)
    console.print(f"{instance.name}: {instance.settings.title}", style="bold")
    console.print(_provenance(instance))
    console.print(_coverage(instance, eligibility))
    console.print("A 0 means that nobody measured it, not that the hardware cannot do it.")
    network = find_routes(instance, eligibility)
    for line in _notes(instance, eligibility, network):
        console.print(line)
    console.print(merit_bars(instance, eligibility, network))
    warned = len(instance.warnings)
    console.print("No faults." if not warned else f"No faults; {warned} warning{'s' if warned > 1 else ''} above.")


def _provenance(instance: Instance) -> Table:
    words = ("measured", "published", "estimated", "assumed", "not stated")
    table = Table("table", "rows", *words, title="How well it is known", title_justify="left", box=None)
    for name in TABLES:
        rows = getattr(instance, name)
        if rows:
            count = Counter(row.confidence or "not stated" for row in rows.values())
            table.add_row(name, str(len(rows)), *(str(count[word] or "") for word in words))
    return table


def _coverage(instance: Instance, eligibility: Eligibility) -> Table:
    frame = eligibility.coverage(instance)
    table = Table(
        "hardware", *frame.columns, title="Operating points by hardware and product", title_justify="left", box=None
    )
    for hardware, row in frame.iterrows():
        table.add_row(str(hardware), *(str(count) for count in row))
    return table


def _notes(instance: Instance, eligibility: Eligibility, network: Network) -> list[str]:
    lines = [f"{len(eligibility.dropped)} operating points left out:"]
    reasons = Counter(_kind(reason) for _, _, reason in eligibility.dropped)
    lines += [f"  {count:4} {reason}" for reason, count in reasons.most_common()]
    served = {product for _, _, product in eligibility.rates}
    lines += [f"No operating point serves {product}." for product in instance.products if product not in served]
    lines += [
        f"Cut: {site} to {market}{' for ' + product if product else ''}: {reason}."
        for site, market, product, reason in network.cut
    ]
    return lines


def _kind(reason: str) -> str:
    """The reason without its numbers and names, for counting."""
    for kind in ("slower than", "first token after", "never better than", "measured on requests", "only measured"):
        if kind in reason:
            return {
                "slower than": "slower than the product asks",
                "first token after": "first token too late",
                "never better than": "never better than another point",
                "measured on requests": "measured on requests of another length",
                "only measured": "not measured or published",
            }[kind]
    return reason

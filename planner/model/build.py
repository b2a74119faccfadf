"""The model: the table of contents of the mathematics.

`build` writes ONE copy of each level of the factory in Pyomo; the stamp repeats it over periods, days and hours. The
chapters meet only through the ledgers and the few quantities a chapter publishes on its block.
"""

from __future__ import annotations

import importlib.util
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from pyomo.environ import ConcreteModel

from planner.instance.eligibility import eligible_points
from planner.instance.instance import Instance
from planner.instance.routes import find_routes
from planner.model.clean import add_clean_share
from planner.model.commitment import add_commitment
from planner.model.contracts import add_contracts, close_contracts
from planner.model.cooling import add_cooling
from planner.model.export import add_export
from planner.model.finance import add_finance
from planner.model.hardware import add_hardware
from planner.model.leases import add_leases
from planner.model.ledger import Ledger
from planner.model.limits import add_limits
from planner.model.lines import add_lines
from planner.model.linked_storage import add_linked_storage
from planner.model.markets import add_demand, add_markets, close_tokens
from planner.model.measures import add_measures
from planner.model.network import add_network
from planner.model.objective import add_objective
from planner.model.power import add_balances, add_power
from planner.model.ramps import add_ramps
from planner.model.serving import add_serving
from planner.model.shares import add_shares
from planner.model.sites import add_sites
from planner.model.storage import add_storage
from planner.model.tightening import add_tightening
from planner.model.time import add_time
from planner.model.wholesale import add_wholesale

Extension = Callable[[ConcreteModel], None] | str


def build(instance: Instance, objective: str | None = None, extend: Sequence[Extension] = ()) -> ConcreteModel:
    """Write the model of an instance.

    Args:
        instance: what the world is.
        objective: what is optimised, a measure or a ratio by name; None takes the first of the instance's own.
        extend: a user's own rules: callables that take the model, or "file.py:function". They run before the objective,
            so a post to `m.cash` or `m.capex` counts; the other ledgers are closed by then.

    Returns:
        A Pyomo model with the blocks period, year, day and step, ready to be stamped.

    Raises:
        ValueError: unknown objective, or an extension that cannot be loaded.
    """
    m = ConcreteModel(name=instance.name)
    m.instance = instance
    m.eligibility = eligible_points(instance)
    m.network = find_routes(instance, m.eligibility)
    m.counts = []  # variables that count units: relaxed where prices are read
    add_time(m, instance)
    _add_ledgers(m)
    add_sites(m, instance)
    add_hardware(m, instance)
    add_cooling(m, instance)
    add_power(m, instance)
    add_commitment(m, instance)
    add_ramps(m, instance)
    add_export(m, instance)
    add_storage(m, instance)
    add_linked_storage(m, instance)
    add_lines(m, instance)
    add_leases(m, instance)
    add_serving(m, instance)
    add_shares(m, instance)
    add_demand(m, instance)
    add_wholesale(m, instance)
    add_contracts(m, instance)
    add_network(m, instance)
    add_markets(m, instance)
    close_contracts(m)
    add_tightening(m, instance)
    close_tokens(m)
    add_limits(m, instance)
    add_clean_share(m, instance)
    add_balances(m, instance)
    for ledger in (m.power, m.heat, m.tokens, m.carbon, m.water, m.firm):
        ledger.closed = True
    for extension in extend:
        _apply(extension, m)
    add_finance(m, instance)
    add_measures(m, instance)
    add_objective(m, objective or instance.settings.objective.name)
    return m


def _add_ledgers(m: ConcreteModel) -> None:
    m.power = Ledger("power", "MW", dims=1)
    m.heat = Ledger("heat", "MW", dims=2)
    m.tokens = Ledger("tokens", "Gtok/h", dims=2)
    m.carbon = Ledger("carbon", "t/h", dims=0)
    m.water = Ledger("water", "m3/h", dims=1)
    m.firm = Ledger("firm", "MW", dims=1)
    m.capex = Ledger("capex", "M USD", dims=0)
    m.cash = Ledger("cash", "M USD/yr", dims=0, step_unit="M USD/h")
    m.ledgers = (m.power, m.heat, m.tokens, m.carbon, m.water, m.firm, m.capex, m.cash)


def _apply(extension: Extension, m: ConcreteModel) -> None:
    """Run a user's rules; a fault in them is told with the line of their file where it arose."""
    try:
        load_extension(extension)(m)
    except Exception as error:
        where = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
        place = f"{where[-1].filename} line {where[-1].lineno}: " if where else ""
        raise ValueError(f"the extension {extension} failed: {place}{type(error).__name__}: {error}") from error


def _is_ours(file: str) -> bool:
    return "pyomo" in Path(file).parts or Path(__file__).parents[1] in Path(file).parents or file.startswith("<")


def load_extension(extension: Extension) -> Callable[[ConcreteModel], None]:
    """Return the callable of an extension given as a callable or as "file.py:function".

    Raises:
        ValueError: no such file or function, or the text is not of this form.
    """
    if callable(extension):
        return extension
    file, _, name = str(extension).rpartition(":")
    if not file or not name:
        raise ValueError(f"extension {extension}: write file.py:function")
    path = Path(file)
    if not path.is_file():
        raise ValueError(f"extension {extension}: no file {file}")
    spec = importlib.util.spec_from_file_location(f"planner_extension_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = getattr(module, name, None)
    if not callable(found):
        raise ValueError(f"extension {extension}: {file} has no function {name}")
    return found

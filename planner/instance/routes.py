"""Routes: the best loop-free paths from sites to markets, and which product each may carry.

A route leads through points of presence only: what ends at another site or begins at another market is no way to go
on. It is kept for a product if the market and the product allow tokens made in the site's jurisdiction and some
operating point there answers within the product's time to first token less the round trip. Every pair that is cut is
listed with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import networkx as nx
import pandas as pd

from planner.instance.eligibility import Eligibility
from planner.instance.instance import Instance
from planner.instance.schema.network import Link
from planner.units import BITS_PER_BYTE, HOURS_PER_YEAR, SECONDS_PER_HOUR

GB_PER_GBPS_YR = HOURS_PER_YEAR * SECONDS_PER_HOUR / BITS_PER_BYTE

LinkKey = tuple[str, str, str]
RouteKey = tuple[str, str, int]


@dataclass(frozen=True)
class Route:
    """A path of links from a site to a market.

    Attributes:
        links: keys (origin, destination, kind) in order from the site.
        latency_ms: one way (ms); the round trip is twice that.
    """

    links: tuple[LinkKey, ...]
    latency_ms: float

    @property
    def rtt_ms(self) -> float:
        """Round trip (ms)."""
        return 2 * self.latency_ms


@dataclass
class Network:
    """Routes by (site, market, number), the products each may carry, and what was cut.

    Attributes:
        routes: (site, market, number) -> Route.
        allowance_ms: (site, market, number, product) -> longest time to first token at the site (ms).
        cut: (site, market, product or "", reason).
    """

    routes: dict[RouteKey, Route] = field(default_factory=dict)
    allowance_ms: dict[tuple[str, str, int, str], float] = field(default_factory=dict)
    cut: list[tuple[str, str, str, str]] = field(default_factory=list)

    def cut_table(self) -> pd.DataFrame:
        """Return the pairs that were cut: site, market, product, reason."""
        return pd.DataFrame(self.cut, columns=["site", "market", "product", "reason"])


def hardware_allowed(instance: Instance, site: str, hardware: str) -> bool:
    """Say whether export rules let this hardware stand at this site."""
    classes = instance.sites[site].export_classes
    return "all" in classes or instance.hardware[hardware].export_class in classes


def leads_on(instance: Instance, link: Link) -> bool:
    """Say whether a link can be part of a route: sites are where routes begin, markets where they end."""
    return link.origin not in instance.markets and link.destination not in instance.sites


def find_routes(instance: Instance, eligibility: Eligibility) -> Network:
    """Find the routes of every lawful pair and the products each can carry in time."""
    network = Network()
    graph = _graph(instance)
    wanted: dict[str, set[str]] = {}
    offers = [(row.market, row.product) for row in instance.wholesale.values() if row.direction == "sell"]
    for market, product in [*(key[:2] for key in instance.demand), *offers]:
        wanted.setdefault(market, set()).add(product)
    leads_to = {market: _reach(graph, market, nx.ancestors) for market in instance.markets}
    for site in instance.sites:
        fastest = _fastest_answer(instance, eligibility, site)
        reached = _reach(graph, site, nx.descendants)
        for market in instance.markets:
            if not _lawful(instance, site, instance.markets[market].site_jurisdictions):
                network.cut.append(
                    (site, market, "", f"{market} does not allow tokens made in {instance.sites[site].jurisdiction}")
                )
                continue
            paths = _best_paths(instance, _part(graph, reached & leads_to[market]), site, market)
            if not paths:
                network.cut.append((site, market, "", "no link leads there"))
                continue
            for number, links in enumerate(paths, start=1):
                latency = sum(instance.links[key].latency_ms for key in links)
                network.routes[site, market, number] = Route(links, latency)
            routes = [(site, market, number) for number in range(1, len(paths) + 1)]
            _admit_products(instance, network, fastest, routes, wanted.get(market, set()))
    return network


def _lawful(instance: Instance, site: str, jurisdictions: tuple[str, ...]) -> bool:
    return "all" in jurisdictions or instance.sites[site].jurisdiction in jurisdictions


def _reach(graph: nx.DiGraph, place: str, beyond: Callable[[nx.DiGraph, str], set]) -> set:
    """Return the nodes that lie beyond a place, the place included; none if no link touches it."""
    return beyond(graph, place) | {place} if place in graph else set()


def _part(graph: nx.DiGraph, nodes: set) -> nx.DiGraph:
    """Return the graph between some nodes, in the order of their numbers so that ties fall alike in every run."""
    part = nx.DiGraph()
    for node in sorted(nodes, key=lambda node: graph.nodes[node]["number"]):
        part.add_edges_from((node, far, data) for far, data in graph[node].items() if far in nodes)
    return part


def _admit_products(
    instance: Instance, network: Network, fastest: dict[str, float], routes: list[RouteKey], wanted: set[str]
) -> None:
    site, market, _ = routes[0]
    for product in instance.products:
        if product not in wanted:
            continue
        if not _lawful(instance, site, instance.products[product].site_jurisdictions):
            reason = f"{product} may not be made in {instance.sites[site].jurisdiction}"
            network.cut.append((site, market, product, reason))
            continue
        if product not in fastest:
            network.cut.append((site, market, product, "no operating point of hardware allowed here serves it"))
            continue
        limit = instance.products[product].max_ttft_ms
        for key in routes:
            allowance = limit - network.routes[key].rtt_ms
            if fastest[product] <= allowance:
                network.allowance_ms[*key, product] = allowance
        if not any((*key, product) in network.allowance_ms for key in routes):
            rtt = min(network.routes[key].rtt_ms for key in routes)
            reason = f"first token {fastest[product]:g} ms + round trip {rtt:g} ms is later than {limit:g} ms"
            network.cut.append((site, market, product, reason))


def _fastest_answer(instance: Instance, eligibility: Eligibility, site: str) -> dict[str, float]:
    """Shortest time to first token of each product at a site (ms)."""
    fastest: dict[str, float] = {}
    for (hardware, _, product), rate in eligibility.rates.items():
        if hardware_allowed(instance, site, hardware):
            fastest[product] = min(rate.ttft_ms, fastest.get(product, rate.ttft_ms))
    return fastest


def _graph(instance: Instance) -> nx.DiGraph:
    """Links as nodes between their ends, so that parallel links of different kinds stay apart.

    Links that lead out of a market or into a site are left out, so that no way passes through either.
    """
    graph = nx.DiGraph()
    for key, link in instance.links.items():
        if not leads_on(instance, link):
            continue
        graph.add_edge(link.origin, key, latency=link.latency_ms, cost=_cost_weight(link))
        graph.add_edge(key, link.destination, latency=0.0, cost=0.0)
    nx.set_node_attributes(graph, {node: number for number, node in enumerate(graph)}, "number")
    return graph


def _cost_weight(link: Link) -> float:
    """Price of a GB over the link when it is full, in USD/GB, its one-off cost apart; a hair of latency breaks ties."""
    return link.usd_per_gb + link.usd_per_gbps_yr / GB_PER_GBPS_YR + 1e-12 * link.latency_ms


def _best_paths(instance: Instance, between: nx.DiGraph, site: str, market: str) -> list[tuple[LinkKey, ...]]:
    """The k best paths by latency, then those by cost that are not among them; `between` holds all that lead there."""
    if site not in between or market not in between:
        return []
    k = instance.settings.network.routes_per_pair
    found: dict[tuple[LinkKey, ...], None] = {}
    for weight in ("latency", "cost"):
        for path in islice(_simple_paths(between, site, market, weight), k):
            found[tuple(node for node in path if isinstance(node, tuple))] = None
        if len(found) < k:
            break  # there are no more
    return list(found)


_simple_paths: Callable[..., Iterator[list]] = nx.shortest_simple_paths

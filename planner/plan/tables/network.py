"""Tables of the network: routes and links."""

from __future__ import annotations

import pandas as pd

from planner.instance.demand import token_shares
from planner.plan.reading import Reading
from planner.plan.tables.parts import NEGLIGIBLE, keys_of, ordered
from planner.units import DAYS_PER_YEAR, GBPS_FROM_GTOK_PER_H_BYTES


def routes_table(r: Reading) -> pd.DataFrame:
    """Tokens by route and product, with the round trip and the peak load towards the market."""
    m, instance = r.m, r.m.instance
    index = ("site", "market", "route", "product")
    flow = r.yearly(m.step.carried_gtok_per_h, *index)
    frame = pd.DataFrame({"gtok_per_day": flow / DAYS_PER_YEAR}).reset_index()
    peak = r.peak(m.step.carried_gtok_per_h, *index)
    keys = keys_of(frame, "site", "market", "route")
    frame["via"] = [" > ".join([s, *(link[1] for link in m.network.routes[s, d, n].links)]) for s, d, n in keys]
    frame["rtt_ms"] = [m.network.routes[key].rtt_ms for key in keys]
    gbps = [_answer_gbps(instance.products[p]) for p in frame["product"]]
    frame["peak_answers_gbps"] = peak.to_numpy() * gbps
    return ordered(frame[frame["gtok_per_day"] > NEGLIGIBLE], "period", *index)


def _answer_gbps(product: object) -> float:
    return token_shares(product)[2] * product.bytes_per_output_token * GBPS_FROM_GTOK_PER_H_BYTES


def links_table(r: Reading) -> pd.DataFrame:
    """Booked and available capacity of links that are limited, paid for or built; blank where there is no limit.

    built is 1 while the link exists: always, but for links with a one-off cost. Those without a limit show no booking.
    """
    m = r.m
    index = ("origin", "destination", "kind")
    frame = pd.DataFrame(
        {"booked_gbps": r.values(m.period.booked_gbps, *index), "available_gbps": r.values(m.period.link_gbps, *index)}
    )
    built = r.values(m.period.link_built, *index)
    frame = frame.reindex(frame.index.union(built.index, sort=False)).reset_index()
    limited = [m.instance.links[e].gbps is not None for e in keys_of(frame, *index)]
    frame["available_gbps"] = frame["available_gbps"].where(limited)
    frame["built"] = [built.get(key, 1.0) for key in keys_of(frame, *index, "period")]
    return ordered(frame, "period", *index)

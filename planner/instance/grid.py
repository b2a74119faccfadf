"""The grid as an instance describes it: which nodes lines join, and when a line can be there."""

from __future__ import annotations

from planner.instance.instance import Instance


def joined(instance: Instance, node: str) -> set[str]:
    """Return the nodes that lines join to a node, itself included."""
    found, waiting = {node}, [node]
    while waiting:
        here = waiting.pop()
        for origin, destination, _ in instance.lines:
            other = destination if here == origin else origin if here == destination else None
            if other is not None and other not in found:
                found.add(other)
                waiting.append(other)
    return found


def hubs_in_use(instance: Instance) -> list[str]:
    """Return the hubs at which there is a source, a store or the end of a line."""
    ends = (end for key in instance.lines for end in key[:2])
    used = {*ends, *(node for node, _ in (*instance.power, *instance.site_stores))}
    return [hub for hub in instance.hubs if hub in used]

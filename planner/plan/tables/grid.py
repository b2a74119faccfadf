"""Tables of the grid: power lines, and how energy is carried from date to date."""

from __future__ import annotations

import pandas as pd

from planner.plan.reading import Reading, one_scenario
from planner.plan.tables.parts import keys_of, ordered, post_named
from planner.stamp import level_of

_LINE = ("origin", "destination", "kind")
_WAY = ("node", "other_node", "kind")
_CALENDAR = ["date", "day"]


def lines_table(r: Reading) -> pd.DataFrame:
    """Capacity of every line, energy that enters it at either end, what is lost, its highest load and its cost."""
    m = r.m
    frame = pd.DataFrame(
        {"built_mw": r.values(m.period.line_built_mw, *_LINE), "capacity_mw": r.values(m.period.line_mw, *_LINE)}
    ).reset_index()
    flow, charge = r.yearly(m.step.flow_mw, *_WAY), post_named(m.cash, "wheeling")
    wheeling = r.per_year(charge) if len(charge.expression) else {}
    ends = keys_of(frame, *_LINE, "period")
    frame["from_origin_mwh_per_yr"] = [flow.get((o, d, k, t), 0.0) for o, d, k, t in ends]
    frame["from_destination_mwh_per_yr"] = [flow.get((d, o, k, t), 0.0) for o, d, k, t in ends]
    entered = frame["from_origin_mwh_per_yr"] + frame["from_destination_mwh_per_yr"]
    frame["lost_mwh_per_yr"] = entered * [m.instance.lines[line].loss_share for line in keys_of(frame, *_LINE)]
    peak = _peak_load(r)
    frame["peak_mw"] = [peak.get(key, 0.0) for key in ends]
    items = [post_named(m.cash, name) for name in ("power lines", "laying of power lines", "power lines upkeep")]
    standing = [r.per_year(post) for post in items if len(post.expression)]
    frame["cost_musd_per_yr"] = [
        -sum(found.get((o, d, k, t), 0.0) for found in standing)
        - sum(wheeling.get(way, 0.0) for way in ((o, d, k, t), (d, o, k, t)))
        for o, d, k, t in ends
    ]
    return ordered(frame, "period", *_LINE)


def _peak_load(r: Reading) -> pd.Series:
    """Return the most that enters a line at both ends together, by line and period (MW)."""
    flow = r.values(r.m.step.flow_mw, *_WAY).rename("mw").reset_index()
    lines = set(r.m.LINES)
    keys = [(n, o, k) if (n, o, k) in lines else (o, n, k) for n, o, k in keys_of(flow, *_WAY)]
    flow["line"] = pd.Series(keys, index=flow.index, dtype=object)
    copies = list(level_of(r.m.step).labels.names)
    peak = flow.groupby(["line", *copies])["mw"].sum().groupby(["line", "period"]).max()
    return pd.Series({(*line, period): value for (line, period), value in peak.items()}, dtype=float)


def calendar_table(r: Reading) -> pd.DataFrame:
    """Which representative day stands for each date, in calendar order; empty where no store is linked over dates."""
    if not len(r.m.LINKED_STORES):
        return pd.DataFrame({name: pd.Series([], dtype=str) for name in _CALENDAR})
    labels = level_of(r.m.date).labels.to_frame(index=False)
    return labels[_CALENDAR].drop_duplicates("date").reset_index(drop=True)


def carried_table(r: Reading) -> pd.DataFrame:
    """What every linked store holds as each date begins, and the least and the most it holds that date (MWh)."""
    m, index = r.m, ("node", "store")
    columns = ["period", *index, *_CALENDAR, "carried_mwh", "lowest_mwh", "highest_mwh"]
    if not len(m.LINKED_STORES):
        return pd.DataFrame({name: pd.Series([], dtype=float if "mwh" in name else str) for name in columns})
    frame = r.values(m.date.carried_mwh, *index).rename("carried_mwh").reset_index()
    days = list(level_of(m.day).labels.names)
    relative = r.values(m.step.relative_mwh, *index).rename("mwh").reset_index()
    kept = [(1 - m.instance.stores[b].loss_share_per_h) ** m.grid.step_hours for b in relative["store"]]
    relative["kept"] = [share ** (step + 1) for share, step in zip(kept, relative["step"], strict=True)]
    both = frame.merge(relative, on=[*index, *days])
    both["held"] = both["carried_mwh"] * both["kept"] + both["mwh"]
    held = both.groupby([*index, *days, "date"], sort=False)["held"].agg(["min", "max"]).reset_index()
    frame = frame.merge(held, on=[*index, *days, "date"])
    frame["lowest_mwh"] = frame[["carried_mwh", "min"]].min(axis=1)
    frame["highest_mwh"] = frame[["carried_mwh", "max"]].max(axis=1)
    return one_scenario(ordered(frame.drop(columns=["min", "max"]), "period", *index, "date", "day"))

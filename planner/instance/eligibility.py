"""Which operating point may serve which product: filtered before the model, with the reason for every point left out.

A point that is absent means that nobody measured it, not that the hardware cannot do it; `coverage` shows which
hardware has points for which product.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from planner.instance.demand import token_shares
from planner.instance.instance import Instance
from planner.instance.schema.markets import Product
from planner.instance.schema.serving import Point
from planner.units import GTOK_PER_H_FROM_TOK_PER_S, KW_PER_MW

_KNOWN = ("measured", "published")
_LENGTH_RATIO = 2.0  # a request twice as long is another workload: attention and cache do not scale with the mix
_POWER_TOLERANCE = 1.01  # published powers are rounded
_ROUNDING = 1e-9  # a mix that differs by just the tolerance is within it


@dataclass(frozen=True)
class Rate:
    """What one unit of hardware does while it runs a point for a product.

    Attributes:
        gtok_per_h: tokens of all kinds made at peak, before headroom (Gtok/h per unit).
        mw: IT power (MW per unit).
        ttft_ms: time to first token (ms).
        stack: inference software.
        available_from: first date it can be run; None for any time in the plan.
    """

    gtok_per_h: float
    mw: float
    ttft_ms: float
    stack: str
    available_from: float | None = None


@dataclass
class Eligibility:
    """The points that may serve each product, and why the others may not.

    Attributes:
        rates: (hardware, point, product) -> Rate.
        dropped: (point, product, reason) of every accepted-model point that was left out.
    """

    rates: dict[tuple[str, str, str], Rate] = field(default_factory=dict)
    dropped: list[tuple[str, str, str]] = field(default_factory=list)

    def coverage(self, instance: Instance) -> pd.DataFrame:
        """Return the number of usable points by hardware (rows) and product (columns)."""
        table = pd.DataFrame(
            0, index=pd.Index(list(instance.hardware), name="hardware"), columns=list(instance.products)
        )
        for hardware, _, product in self.rates:
            table.loc[hardware, product] += 1
        return table

    def dropped_table(self) -> pd.DataFrame:
        """Return the points left out: point, product, reason."""
        return pd.DataFrame(self.dropped, columns=["point", "product", "reason"])


def tokens_per_s(point: Point, product: Product) -> float:
    """Return tokens of all kinds per second and accelerator in the product's mix.

    Separate prefill and decode rates combine harmonically over all accelerators, since each token of the mix takes its
    share of an accelerator-second: 1 / (input share / prefill rate + output share / decode rate).
    """
    if point.prefill_tok_per_s is not None and point.decode_tok_per_s is not None:
        fresh, cached, output = token_shares(product)
        return 1 / ((fresh + cached) / point.prefill_tok_per_s + output / point.decode_tok_per_s)
    return sum(_rates(point))


def eligible_points(instance: Instance) -> Eligibility:
    """Find the points that can serve each product, dominated ones removed."""
    found = Eligibility()
    first = min(period.start for period in instance.periods.values())
    for product_id, product in instance.products.items():
        for point_id, point in instance.points.items():
            if point.model not in product.models:
                continue
            reason = _refusal(instance, point, product)
            if reason:
                found.dropped.append((point_id, product_id, reason))
                continue
            per_unit = instance.hardware[point.hardware].accelerators_per_unit
            found.rates[point.hardware, point_id, product_id] = Rate(
                gtok_per_h=tokens_per_s(point, product) * per_unit * GTOK_PER_H_FROM_TOK_PER_S,
                mw=min(point.it_kw_per_accelerator * per_unit, instance.hardware[point.hardware].unit_kw_max)
                / KW_PER_MW,
                ttft_ms=point.ttft_ms,
                stack=point.stack,
                available_from=point.available_from if (point.available_from or first) > first else None,
            )
    _drop_dominated(found)
    return found


def _rates(point: Point) -> tuple[float, float, float]:
    return point.fresh_input_tok_per_s or 0.0, point.cached_input_tok_per_s or 0.0, point.output_tok_per_s or 0.0


def _refusal(instance: Instance, point: Point, product: Product) -> str:
    """Return why the point cannot serve the product, or an empty string."""
    for basis in instance.settings.serving.measured_only:
        if getattr(point, f"{basis}_basis") not in _KNOWN:
            return f"{basis} is {getattr(point, f'{basis}_basis')}, and only measured or published values are allowed"
    if point.interactivity_tok_per_s < product.min_interactivity_tok_per_s:
        return (
            f"{point.interactivity_tok_per_s:g} tok/s per user is slower than {product.min_interactivity_tok_per_s:g}"
        )
    if point.ttft_ms > product.max_ttft_ms:
        return f"first token after {point.ttft_ms:g} ms, later than {product.max_ttft_ms:g} ms"
    length = (point.isl + point.osl) / (product.isl + product.osl)
    if not 1 / _LENGTH_RATIO <= length <= _LENGTH_RATIO:
        return f"measured on requests {length:.3g} times as long"
    if point.prefill_tok_per_s is None:
        rates = _rates(point)
        total = sum(rates)
        if total <= 0:
            return "makes no tokens"
        shares = zip(rates, token_shares(product), strict=True)
        tolerance = instance.settings.serving.mix_tolerance + _ROUNDING
        if any(abs(rate / total - share) > tolerance for rate, share in shares):
            return "its mix of fresh, cached and output tokens differs from the product's"
    unit = instance.hardware[point.hardware]
    if point.it_kw_per_accelerator * unit.accelerators_per_unit > unit.unit_kw_max * _POWER_TOLERANCE:
        return "draws more than the unit's unit_kw_max"
    return ""


def _drop_dominated(found: Eligibility) -> None:
    """Remove points that another of the same hardware, product and stack beats or equals in every respect."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for (hardware, point, product), rate in found.rates.items():
        groups.setdefault((hardware, product, rate.stack), []).append(point)
    for (hardware, product, _), points in groups.items():
        kept: list[str] = []
        best_first = sorted(points, key=lambda k: _merit(found.rates[hardware, k, product]), reverse=True)
        for point in best_first:
            rate = found.rates[hardware, point, product]
            winner = next((k for k in kept if _dominates(found.rates[hardware, k, product], rate)), None)
            if winner is None:
                kept.append(point)
            else:
                del found.rates[hardware, point, product]
                found.dropped.append((point, product, f"never better than {winner}"))


def _merit(rate: Rate) -> tuple[float, float, float, float]:
    return rate.gtok_per_h, -rate.mw, -rate.ttft_ms, -(rate.available_from or 0.0)


def _dominates(winner: Rate, loser: Rate) -> bool:
    return all(a >= b for a, b in zip(_merit(winner), _merit(loser), strict=True))

"""Serving: models, software stacks and measured operating points."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from planner.instance.schema.base import CatalogueRow, Confidence, Date, Id, column


class Model(CatalogueRow):
    """A language model that products can be served with."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the model")
    name: str = column(text="name for people")
    total_b: float = column(text="parameters", unit="10^9", gt=0, typical=(0.1, 20_000))
    active_b: float = column(text="parameters active per token", unit="10^9", gt=0)
    licence: str = column("", text="licence of the weights")


class Stack(CatalogueRow):
    """Inference software: what it takes to adopt it and what a licence costs."""

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the stack")
    name: str = column(text="name for people")
    available_from: Date | None = column(None, text="first date it can be used; blank: already")
    adoption_cost_musd: float = column(0.0, text="one-off cost to port, test and roll out", unit="M USD", ge=0)
    adoption_life_years: float = column(3.0, text="life over which adoption is paid off", unit="years", gt=0)
    licence_usd_per_accelerator_yr: float = column(
        0.0, text="licence on every accelerator running it", unit="USD/yr", ge=0
    )


class Point(CatalogueRow):
    """A measured operating point: one hardware, model, precision, stack, workload and concurrency.

    Rates are per accelerator over ALL accelerators that take part. A disaggregated measurement may give
    `prefill_tok_per_s` and `decode_tok_per_s` instead (each per accelerator while doing only that): they combine
    harmonically for the product's own mix of tokens.
    """

    KEY: ClassVar = ("id",)

    id: Id = column(text="id of the point")
    hardware: Id = column(text="hardware", ref="hardware")
    model: Id = column(text="model", ref="models")
    precision: str = column("", text="number format of the weights")
    stack: Id = column(text="inference software", ref="stacks")
    isl: float = column(text="input sequence length of the measurement", unit="tok", ge=0, le=1e9)
    osl: float = column(text="output sequence length", unit="tok", gt=0, le=1e9)
    cached_share: float = column(0.0, text="share of input tokens found in cache", unit="share", ge=0, le=1)
    concurrency: float | None = column(None, text="requests in flight", ge=0)
    interactivity_tok_per_s: float = column(
        text="speed one user sees", unit="tok/s/user", gt=0, le=1e6, typical=(0.3, 5_000)
    )
    ttft_ms: float = column(0.0, text="time to first token", unit="ms", ge=0, le=1e8, typical=(5, 600_000))
    fresh_input_tok_per_s: float | None = column(
        None, text="input tokens computed", unit="tok/s/accelerator", ge=0, le=1e9
    )
    cached_input_tok_per_s: float | None = column(
        None, text="input tokens found in cache", unit="tok/s/accelerator", ge=0, le=1e9
    )
    output_tok_per_s: float | None = column(None, text="tokens made", unit="tok/s/accelerator", ge=0, le=1e9)
    prefill_tok_per_s: float | None = column(
        None, text="input tokens (fresh and cached) while only prefilling", unit="tok/s/accelerator", gt=0, le=1e9
    )
    decode_tok_per_s: float | None = column(
        None, text="output tokens while only decoding", unit="tok/s/accelerator", gt=0, le=1e9
    )
    it_kw_per_accelerator: float = column(
        text="IT power while running this point", unit="kW IT", gt=0, le=50, typical=(0.1, 5)
    )
    allin_kw_per_accelerator: float | None = column(
        None, text="published power including the facility; for audit only", unit="kW", gt=0
    )
    throughput_basis: Confidence = column(text="how the rates are known")
    ttft_basis: Confidence = column("assumed", text="how the time to first token is known")
    kw_basis: Confidence = column("assumed", text="how the power is known")
    measured_date: Date | None = column(None, text="when it was measured")
    available_from: Date | None = column(None, text="first date its software can be run; blank: already")

    @model_validator(mode="after")
    def _rates_are_given_one_way(self) -> Point:
        plain = (self.fresh_input_tok_per_s, self.cached_input_tok_per_s, self.output_tok_per_s)
        split = (self.prefill_tok_per_s, self.decode_tok_per_s)
        if any(v is not None for v in split):
            if None in split or any(v is not None for v in plain):
                raise ValueError("give either fresh/cached/output rates or both prefill_tok_per_s and decode_tok_per_s")
        elif self.output_tok_per_s is None or self.fresh_input_tok_per_s is None:
            raise ValueError("give fresh_input_tok_per_s and output_tok_per_s (or prefill and decode rates)")
        return self

"""Settings: the `instance.toml` of an instance, and its investment periods."""

from __future__ import annotations

import datetime
import re
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from planner.instance.schema.base import Date, Id, Row, column

_COMMON_YEAR = 2023  # any year of 365 days serves to check a date

Basis = Literal["throughput", "ttft", "kw"]
Measure = Literal["profit", "tokens", "revenue", "cost", "carbon", "water", "energy", "capex"]
Objective = Literal[Measure, "cost_per_mtok", "tokens_per_mwh"]


class Section(BaseModel):
    """A part of `instance.toml`; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DaySettings(Section):
    """One representative day: a date of the typical year that stands for `weight` days like it."""

    name: Id = column(text="name of the day in paths and tables")
    date: str = column(text="month and day of the typical year, e.g. 07-15", unit="month-day")
    weight: float = column(text="days of the year it stands for; the weights sum to 365", unit="days", gt=0, le=365)

    @field_validator("date")
    @classmethod
    def _is_in_a_year_of_365_days(cls, value: str) -> str:
        try:
            if not re.fullmatch(r"\d{2}-\d{2}", value):
                raise ValueError
            datetime.date(_COMMON_YEAR, int(value[:2]), int(value[3:]))
        except ValueError:
            raise ValueError("is not a day of a year of 365 days") from None
        return value


class TimeSettings(Section):
    """Which hours are modelled."""

    mode: Literal["days", "year"] = column(
        "days",
        text="days: representative days, each cyclic but for linked stores; year: one cyclic chain over the whole year",
    )
    resolution_h: int = column(
        1, text="length of a step in the model; series of finer steps are averaged", unit="h", ge=1, le=24
    )
    days: tuple[DaySettings, ...] = column((), text="the representative days, an array of tables; empty: mode = year")

    @model_validator(mode="after")
    def _days_fit(self) -> TimeSettings:
        if 24 % self.resolution_h:
            raise ValueError("resolution_h must divide 24: 1, 2, 3, 4, 6, 8, 12 or 24")
        if self.mode == "days" and not self.days:
            raise ValueError("mode = days needs at least one [[time.days]]; or set mode = year")
        if self.mode == "year" and self.days:
            raise ValueError("mode = year takes no [[time.days]]")
        names = [day.name for day in self.days]
        if len(set(names)) < len(names):
            raise ValueError("two of [[time.days]] have the same name")
        total = sum(day.weight for day in self.days)
        if self.days and abs(total - 365) > 1e-6:
            raise ValueError(f"the weights of [[time.days]] sum to {total:.10g}, not to 365")
        return self


class FinanceSettings(Section):
    """Cost of money."""

    wacc: float = column(0.09, text="real weighted average cost of capital", unit="share/yr", ge=0, le=1)
    tax_share: float = column(
        0.0,
        text="tax on profit after straight-line depreciation; only in the table cash_flow",
        unit="share",
        ge=0,
        lt=1,
    )


class MeasureLimit(Section):
    """A limit on a measure of the whole plan over its horizon (an epsilon-constraint)."""

    measure: Measure = column(text="what is limited: profit, revenue, cost, tokens, carbon, water, energy or capex")
    at_least: float | None = column(None, text="least it may be, in the measure's unit; absent: no limit")
    at_most: float | None = column(None, text="most it may be, in the measure's unit; absent: no limit")

    @model_validator(mode="after")
    def _limits_something(self) -> MeasureLimit:
        if self.at_least is None and self.at_most is None:
            raise ValueError("a limit needs at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least:g} is more than at_most {self.at_most:g}")
        return self


class ObjectiveSettings(Section):
    """What is optimised, in which order and within which limits."""

    name: Objective = column(
        "profit",
        text="what comes first: profit, revenue or tokens (billable, weighted by token_weight) at their most; cost, "
        "carbon, water, energy or capex at their least; or a ratio: least cost_per_mtok, most tokens_per_mwh",
    )
    then: tuple[Objective, ...] = column(
        (), text="what is optimised next, one after the other, while those before are kept; profit closes the list"
    )
    slack: float | None = column(
        None, text="share of its value by which an earlier objective may get worse; absent: the gap", ge=0, lt=1
    )
    limits: tuple[MeasureLimit, ...] = column((), text="limits on measures of the whole plan, an array of tables")

    @model_validator(mode="after")
    def _says_everything_once(self) -> ObjectiveSettings:
        order = (self.name, *self.then)
        if len(set(order)) < len(order):
            raise ValueError("an objective stands twice in name and then")
        measures = [limit.measure for limit in self.limits]
        if len(set(measures)) < len(measures):
            raise ValueError("two of [[objective.limits]] have the same measure")
        return self


class PricingSettings(Section):
    """How prices are set."""

    mode: Literal["segments", "uniform"] = column(
        "segments",
        text="segments: each contract at its own price; uniform: one price per market and product, chosen among them",
    )


class NetworkSettings(Section):
    """How routes are found."""

    routes_per_pair: int = column(
        3, text="routes kept between a site and a market: so many by latency, and so many by cost", ge=1, le=50
    )


class ServingSettings(Section):
    """Which operating points may be used."""

    measured_only: tuple[Basis, ...] = column(
        (), text="drop points whose throughput, ttft or kw is not measured or published"
    )
    mix_tolerance: float = column(
        0.02, text="most a point's token shares may differ from the product's", unit="share", ge=0, le=0.5
    )


class DispatchSettings(Section):
    """How power plant is run."""

    commitment: Literal["relaxed", "integer"] = column(
        "relaxed",
        text="units online: relaxed lets fractions of a unit run, which hardly matters for many small units; integer "
        "makes them whole in every step, which is exact and can take very long",
    )


class LimitSettings(Section):
    """Limits and prices on the plan as a whole."""

    carbon_usd_per_t: float = column(0.0, text="price of carbon dioxide", unit="USD/t", ge=0)
    carbon_limit_t_per_yr: float | None = column(None, text="cap on carbon dioxide; absent: none", unit="t/yr", ge=0)
    clean_share_per_yr: float | None = column(
        None, text="least share of the year's consumption of all nodes that is clean; absent: none", ge=0, le=1
    )
    clean_share_per_step: float | None = column(
        None, text="least share of the consumption of all nodes that is clean in every step; absent: none", ge=0, le=1
    )


class CatalogueSettings(Section):
    """Where facts about technology come from, and which of them are offered."""

    source: str = column(
        "builtin", text="builtin, none (only the instance's own tables), or a folder inside the instance"
    )
    hardware: tuple[str, ...] | None = column(None, text="ids offered; absent: all", ref="hardware")
    cooling: tuple[str, ...] | None = column(None, text="ids offered; absent: all", ref="cooling")
    stacks: tuple[str, ...] | None = column(None, text="ids offered; absent: all", ref="stacks")
    models: tuple[str, ...] | None = column(None, text="ids offered; absent: all", ref="models")


class Settings(Section):
    """The file instance.toml: what is asked, and on which terms."""

    title: str = column(text="one line: the question the instance answers", min_length=1)
    text: str = column("", text="what a reader should know before trusting it")
    base_year: int = column(text="year whose money is used and to which cash is discounted", ge=2000, le=2100)
    order_date: Date | None = column(
        None, text="date of the first possible order, from which lead times count; absent: they do not count"
    )
    time: TimeSettings = column(text="which hours are modelled")
    finance: FinanceSettings = column(FinanceSettings(), text="cost of money")
    objective: ObjectiveSettings = column(ObjectiveSettings(), text="what is maximised")
    pricing: PricingSettings = column(PricingSettings(), text="how prices are set")
    network: NetworkSettings = column(NetworkSettings(), text="how routes are found")
    serving: ServingSettings = column(ServingSettings(), text="which operating points may be used")
    dispatch: DispatchSettings = column(DispatchSettings(), text="how power plant is run")
    limits: LimitSettings = column(LimitSettings(), text="limits and prices on the plan as a whole")
    catalogue: CatalogueSettings = column(CatalogueSettings(), text="facts about technology")


class Period(Row):
    """An investment period. An absent table means one period of one year from the base year."""

    KEY: ClassVar = ("period",)

    period: Id = column(text="name of the period, e.g. 2028 or 2028-q3")
    start: Date = column(text="when it starts: 2028, 2028-Q3, 2028-07")
    length_yr: float = column(1.0, text="how long it is", unit="years", gt=0, le=50)
    demand_index: float = column(1.0, text="multiplies every volume", unit="ratio", ge=0)
    price_index: float = column(1.0, text="multiplies every token price", unit="ratio", ge=0)
    stack_index: float = column(
        1.0, text="better software: multiplies the tokens per unit of every operating point", unit="ratio", gt=0, le=100
    )
    capex_budget_musd: float | None = column(
        None, text="most overnight capex in the period; blank: no limit", unit="M USD", ge=0
    )

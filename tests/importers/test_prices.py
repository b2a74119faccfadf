"""Prices of grid operators to a price series: clocks, minutes, gaps, units, the typical year."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.instance import InstanceError, load
from planner.instance.importers.change import Change
from planner.instance.importers.price_file import PriceColumns, read_prices
from planner.instance.importers.price_year import to_typical_year
from planner.instance.importers.prices import PriceOptions, import_prices, usd_per_mwh

HOURS = 8760


def hours_of(year: int, zone: str = "UTC") -> pd.DatetimeIndex:
    """Every hour of a local year."""
    start, end = pd.Timestamp(f"{year}-01-01", tz=zone), pd.Timestamp(f"{year + 1}-01-01", tz=zone)
    return pd.date_range(start, end, freq="h", inclusive="left")


def price_of(moments: pd.DatetimeIndex) -> np.ndarray:
    """A price that tells the date: days since 2023 began, and a hundredth for every hour of UTC."""
    utc = moments.tz_convert("UTC")
    return ((utc - pd.Timestamp("2023-01-01", tz="UTC")).days + utc.hour / 100).to_numpy()


def local_csv(moments: pd.DatetimeIndex, layout: str = "%Y-%m-%d %H:%M") -> str:
    """Two columns: moments in their own clock without an offset, and prices."""
    rows = [f"{moment.strftime(layout)},{price:.2f}" for moment, price in zip(moments, price_of(moments), strict=True)]
    return "\n".join(["Time,LMP", *rows]) + "\n"


def written(folder: Path, text: str) -> Path:
    path = folder.parent / "prices.csv"
    path.write_text(text, encoding="utf-8")
    return path


def brought(folder: Path, text: str, where: dict[str, Any] | None = None, **options: Any) -> Change:
    columns = PriceColumns(**{"price": "LMP"} | (where or {}))
    return import_prices(written(folder, text), columns, "alpha", "grid", folder, PriceOptions(**options))


def values_of(change: Change, name: str = "alpha-grid-price") -> np.ndarray:
    lines = [line for line in change.files[f"series/{name}.csv"].splitlines() if not line.startswith("#")]
    assert lines[0] == f"hour,{name} [USD/MWh]"
    return np.array([float(line.split(",")[1]) for line in lines[1:]])


def fault(call: Callable[[], object]) -> str:
    with pytest.raises(InstanceError) as caught:
        call()
    return str(caught.value)


# ---- clocks


def test_local_time_becomes_utc_over_both_changes_of_the_clock(folder: Path) -> None:
    """Chicago 2023: 02:00 of 12 March does not exist, 01:00 of 5 November comes twice; 8,760 hours all the same."""
    moments = hours_of(2023, "America/Chicago")
    assert len(moments) == HOURS
    read = read_prices(written(folder, local_csv(moments)), PriceColumns("LMP", tz="America/Chicago"))
    assert read.hours.index.equals(pd.DatetimeIndex(moments.tz_convert("UTC")))
    assert read.hours.to_numpy() == pytest.approx(price_of(moments))
    assert (read.doubled, read.skipped, read.part) == (1, 0, 0)


def test_rows_that_run_backwards_part_the_doubled_hour_the_other_way(folder: Path) -> None:
    """The newest row first: of two rows of 01:00 on 5 November the first is standard time."""
    moments = hours_of(2023, "America/Chicago")
    head, *rows = local_csv(moments).splitlines()
    read = read_prices(written(folder, "\n".join([head, *rows[::-1]])), PriceColumns("LMP", tz="America/Chicago"))
    assert read.hours.to_numpy() == pytest.approx(price_of(moments))
    assert read.doubled == 1


def test_forms_of_a_price(folder: Path) -> None:
    cells = ["42.50", '"1,042.50"', "$7", "-$7.5", "$-8", "1e2", ".5", "-3.", "", '"-1,234,567"']
    rows = [f"2023-05-01 {hour:02}:00,{cell}" for hour, cell in enumerate(cells)]
    read = read_prices(written(folder, "\n".join(["T,LMP", *rows])), PriceColumns("LMP"))
    wanted = [42.5, 1042.5, 7, -7.5, -8, 100, 0.5, -3, np.nan, -1234567]
    assert read.hours.to_list() == pytest.approx(wanted, nan_ok=True)


def test_moments_with_an_offset_keep_it(folder: Path) -> None:
    moments = hours_of(2023, "America/Chicago")
    text = "\n".join(["T,LMP", *(f"{m.isoformat()},{p}" for m, p in zip(moments, price_of(moments), strict=True))])
    read = read_prices(written(folder, text), PriceColumns("LMP", tz="Asia/Tokyo"))
    assert read.hours.to_numpy() == pytest.approx(price_of(moments))


@pytest.mark.parametrize("tz", ["-06:00", "Etc/GMT+6", "-6"])
def test_a_fixed_offset(folder: Path, tz: str) -> None:
    moments = hours_of(2023, "Etc/GMT+6")
    read = read_prices(written(folder, local_csv(moments)), PriceColumns("LMP", tz=tz))
    assert read.hours.to_numpy() == pytest.approx(price_of(moments))


def test_days_and_hours_in_columns_of_their_own(folder: Path) -> None:
    """As ERCOT writes it: hour 1 is 0:00 to 1:00, hour 3 is left out in spring and hour 2 comes twice in autumn."""
    moments = hours_of(2023, "America/Chicago")
    rows = [f"{m:%m/%d/%Y},{m.hour + 1:02}:00,{p}" for m, p in zip(moments, price_of(moments), strict=True)]
    text = "\n".join(["DeliveryDate,DeliveryHour,LMP", *rows])
    where = PriceColumns("LMP", "DeliveryDate", "DeliveryHour", tz="America/Chicago", ends=True)
    assert read_prices(written(folder, text), where).hours.to_numpy() == pytest.approx(price_of(moments))


def test_moments_at_the_end_of_their_interval(folder: Path) -> None:
    """The end of the hour before clocks jump is 02:00 where operators do not know of 03:00, or 03:00 where they do."""
    moments = hours_of(2023, "America/Chicago")
    ends = moments + pd.Timedelta(hours=1)
    for spring in ("03:00", "02:00"):
        labels = [m.strftime("%Y-%m-%d %H:%M") for m in ends]
        labels[labels.index("2023-03-12 03:00")] = f"2023-03-12 {spring}"
        text = "\n".join(["T,LMP", *(f"{t},{p}" for t, p in zip(labels, price_of(moments), strict=True))])
        read = read_prices(written(folder, text), PriceColumns("LMP", tz="America/Chicago", ends=True))
        assert read.hours.index.equals(pd.DatetimeIndex(moments.tz_convert("UTC")))
        assert read.hours.to_numpy() == pytest.approx(price_of(moments))


def test_five_minutes_become_the_mean_of_the_hour(folder: Path) -> None:
    """Over the day on which clocks are set back, 25 hours of 12 rows each."""
    moments = pd.date_range("2023-11-05", "2023-11-06", freq="5min", inclusive="left", tz="America/Chicago")
    assert len(moments) == 25 * 12
    rows = [f"{m:%Y-%m-%d %H:%M:%S},{k % 12}" for k, m in enumerate(moments)]
    read = read_prices(written(folder, "\n".join(["T,LMP", *rows])), PriceColumns("LMP", tz="America/Chicago"))
    assert read.hours.to_numpy() == pytest.approx(np.full(25, 5.5))
    assert (read.step_min, read.part) == (5, 0)
    short = read_prices(written(folder, "\n".join(["T,LMP", *rows[:-1]])), PriceColumns("LMP", tz="America/Chicago"))
    assert short.part == 1
    assert short.hours.iloc[-1] == pytest.approx(5)


def test_a_blank_price_in_the_hour_that_does_not_exist(folder: Path) -> None:
    rows = ["2023-03-12 01:00,1", "2023-03-12 02:00,", "2023-03-12 03:00,3", "2023-03-12 04:00,4"]
    read = read_prices(written(folder, "\n".join(["T,LMP", *rows])), PriceColumns("LMP", tz="America/Chicago"))
    assert read.hours.to_list() == [1, 3, 4]
    assert read.skipped == 1


@pytest.mark.parametrize(
    ("rows", "where", "text"),
    [
        (["2023-03-12 02:00,5", "2023-03-12 03:00,5"], {}, ":2 T 2023-03-12 02:00:00 - does not exist: clocks are set"),
        (["2023-05-01 02:00,5", "2023-05-01 02:00,5"], {}, ":3 T 2023-05-01 02:00:00 - is given twice"),
        (["2023-05-01 02:00,5", "soon,5"], {}, ":3 T soon - is no moment"),
        (["2023-05-01 02:00,5", "2023-05-01 03:00,dear"], {}, ":3 LMP dear - is not a number"),
        (["2023-05-01 02:00,5", '2023-05-01 03:00,"42,50"'], {}, ":3 LMP 42,50 - is not a number - a price such as"),
        (["2023-05-01 02:00,5", '2023-05-01 03:00,"4,2500"'], {}, ":3 LMP 4,2500 - is not a number"),
        (["2023-05-01 02:00,5", "2023-05-01 03:00,inf"], {}, ":3 LMP inf - is not a number"),
        (["2023-05-01 02:00,5", "2023-05-01 03:00,1e999"], {}, ":3 LMP 1e999 - is not a number"),
        (["2023-05-01 02:00,5", "2023-05-01 03:00,1_000"], {}, ":3 LMP 1_000 - is not a number"),
        (["0001-01-01 00:00,5", "2023-05-01 03:00,5"], {}, ":2 T 0001-01-01 00:00 - is of no year"),
        (["2023-05-01 02:00,5", "9999-12-31 23:00,5"], {}, ":3 T 9999-12-31 23:00 - is of no year"),
        (["2023-05-01 02:00,5", "2023-05-01 05:00,5"], {}, "rows are 180 minutes apart"),
        (["2023-05-01 02:00,5", "2023-05-01T03:00Z,5"], {}, ":2 T - has no offset to UTC, and other rows have"),
        (["2023-05-01 02:00,5"], {}, "holds 1 prices"),
        (["2023-05-01 02:00,5"], {"price": "LPM"}, ":1 LPM - there is no such column (--column) - did you mean LMP?"),
        (["2023-05-01 02:00,5"], {"time": "When"}, "there is no such column (--time)"),
        (["2023-05-01 02:00,5"], {"tz": "America/Chicgo"}, "did you mean America/Chicago?"),
        (["x,5"], {}, "no column reads as a moment"),
    ],
)
def test_faults_are_located(folder: Path, rows: list[str], where: dict[str, Any], text: str) -> None:
    columns = PriceColumns(**{"price": "LMP", "tz": "America/Chicago"} | where)
    path = written(folder, "\n".join(["T,LMP", *rows]))
    assert text in fault(lambda: read_prices(path, columns))


def test_only_the_first_of_many_like_faults_are_listed(folder: Path) -> None:
    path = written(folder, "\n".join(["T,LMP", *(f"2023-01-01 {hour:02}:00,x" for hour in range(24))]))
    text = fault(lambda: read_prices(path, PriceColumns("LMP")))
    assert "19 more rows like these" in text
    assert len(text.splitlines()) == 6


def test_days_before_months(folder: Path) -> None:
    rows = [f"{day:02}/02/2023 00:00,{day}" for day in (1, 2)] + [f"01/02/2023 {hour:02}:00,0" for hour in range(1, 24)]
    path = written(folder, "\n".join(["T,LMP", *rows]))
    read = read_prices(path, PriceColumns("LMP", day_first=True))
    assert read.hours.index[0] == pd.Timestamp("2023-02-01", tz="UTC")
    assert read.hours.iloc[24] == 2


# ---- the typical year


def test_weekdays_stay_weekdays(folder: Path) -> None:
    """2023 began on a Sunday: 1 January of the typical year, a Monday, takes 2 January, and so on by one day; the last
    day, a Monday, finds 1 January 2024 missing and takes 2 January 2023, two days off as the year is a ring."""
    change = brought(folder, local_csv(hours_of(2023)))
    values = values_of(change)
    assert len(values) == HOURS
    assert values[0] == pytest.approx(1)
    assert values[13] == pytest.approx(1.13)
    assert values[24 * 200 + 5] == pytest.approx(201.05)
    assert values[24 * 364] == pytest.approx(1)
    assert any("weekdays kept" in line for line in change.lines)


def test_dates_stay_dates(folder: Path) -> None:
    values = values_of(brought(folder, local_csv(hours_of(2023)), align="date"))
    assert values[::24] == pytest.approx(np.arange(365))


def test_a_leap_year_by_weekday_and_by_date(folder: Path) -> None:
    """2024 began on a Monday. By weekday, 1 March (a Thursday in the typical year) takes 29 February, a Thursday; by
    date, 1 March takes 1 March, day 60 of that year, and 29 February, its day 59, is dropped."""
    text, base = local_csv(hours_of(2024)), 365
    by_weekday = values_of(brought(folder, text))
    assert by_weekday[::24][:60] - base == pytest.approx(np.arange(60))
    assert by_weekday[24 * 59] == pytest.approx(base + 59)
    by_date = values_of(brought(folder, text, align="date"))
    assert by_date[24 * 58] == pytest.approx(base + 58)
    assert by_date[24 * 59] == pytest.approx(base + 60)


def test_a_local_year_counted_in_utc_loses_no_day(folder: Path) -> None:
    """Its first and last day of UTC are covered in part and give way; everything between is in place."""
    values = values_of(brought(folder, local_csv(hours_of(2023, "America/Chicago")), {"tz": "America/Chicago"}))
    assert values[24 * 100 + 7] == pytest.approx(101.07)
    assert len(values) == HOURS


def test_a_year_of_several(folder: Path) -> None:
    text = local_csv(hours_of(2023).append(hours_of(2024)))
    assert "--year with one of 2023, 2024" in fault(lambda: brought(folder, text))
    values = values_of(brought(folder, text, year=2023))
    assert values[24 * 364] == pytest.approx(365)  # 1 January 2024 is there now
    assert "has no price in 2019" in fault(lambda: brought(folder, text, year=2019))


def test_part_of_a_year_is_a_fault(folder: Path) -> None:
    text = local_csv(hours_of(2023)[: 24 * 200])
    assert "days of the year are not covered, the first near" in fault(lambda: brought(folder, text))


def test_days_that_are_not_covered_give_way_to_those_of_another_week(folder: Path) -> None:
    """Without the first ten days of 2023, Monday, 1 January, takes Monday, 25 December, seven days off."""
    change = brought(folder, local_csv(hours_of(2023)[240:]))
    assert values_of(change)[0] == pytest.approx(358)
    assert any("days that the data do not cover whole gave way to others nearby" in line for line in change.lines)


def test_days_near_the_turn_of_the_year_are_near() -> None:
    """Of two Mondays, 31 December is nearer to 1 January than 8 January."""
    moments = pd.date_range("2018-01-08", "2019-01-06 23:00", freq="h", tz="UTC")
    values, _ = to_typical_year(pd.Series(np.arange(len(moments)), index=moments), "weekday", "x.csv")
    assert values[0] == list(moments).index(pd.Timestamp("2018-12-31", tz="UTC"))


# ---- gaps


def test_short_gaps_are_filled_and_said(folder: Path) -> None:
    lines = local_csv(hours_of(2023)).splitlines()
    del lines[1 + 24 * 100 + 5 : 1 + 24 * 100 + 7]
    change = brought(folder, "\n".join(lines))
    assert "  2 hours without a price were interpolated" in change.lines
    assert values_of(change)[24 * 99 + 4 : 24 * 99 + 8] == pytest.approx([100.04, 100.05, 100.06, 100.07])


def test_long_gaps_are_faults_that_name_them(folder: Path) -> None:
    lines = local_csv(hours_of(2023)).splitlines()
    del lines[1 + 24 * 100 + 5 : 1 + 24 * 100 + 9]
    text = fault(lambda: brought(folder, "\n".join(lines)))
    assert "4 hours have no price; gaps too long to fill: 2023-04-11 05:00 UTC for 4 h - gaps of up to 3 h" in text
    assert len(values_of(brought(folder, "\n".join(lines), fill_hours=4))) == HOURS


# ---- units


@pytest.mark.parametrize(
    ("unit", "factor", "per_mwh"),
    [
        ("USD/MWh", None, 1),
        ("$/kWh", None, 1000),
        ("ct/kWh", None, 10),
        ("EUR/MWh", 1.08, 1.08),
        ("eur / kwh", 1.08, 1080),
        ("USD/MWh", 1.1, 1.1),  # to the money of another year
    ],
)
def test_units(unit: str, factor: float | None, per_mwh: float) -> None:
    assert usd_per_mwh(unit.replace("kwh", "kWh"), factor) == pytest.approx(per_mwh)


def test_units_that_cannot_be_known() -> None:
    assert "what a EUR is in USD is not known - --factor" in fault(lambda: usd_per_mwh("EUR/MWh", None))
    assert "is no unit of price" in fault(lambda: usd_per_mwh("USD/BTU", None))
    assert "is not above 0" in fault(lambda: usd_per_mwh("EUR/MWh", -1))


def test_the_factor_reaches_the_series(folder: Path) -> None:
    values = values_of(brought(folder, local_csv(hours_of(2023)), unit="$/kWh"))
    assert values[24 * 200] == pytest.approx(201_000)


# ---- what is written


def test_the_source_gets_its_series(folder: Path) -> None:
    change = brought(folder, local_csv(hours_of(2023)))
    assert "power.csv: alpha.grid price_series blank -> alpha-grid-price" in change.lines
    assert any(line.startswith("  alpha-grid-price [USD/MWh]: min 1, mean ") for line in change.lines)
    instance = change.try_out()
    assert instance.power["alpha", "grid"].price_series == "alpha-grid-price"
    assert instance.series["alpha-grid-price"][13] == pytest.approx(1.13)
    change.write()
    assert load(folder).series["alpha-grid-price"][13] == pytest.approx(1.13)


def test_a_series_that_is_set_changes_only_when_told(folder: Path) -> None:
    brought(folder, local_csv(hours_of(2023))).write()
    assert "is there already - --replace" in fault(lambda: brought(folder, local_csv(hours_of(2023))))
    text = fault(lambda: brought(folder, local_csv(hours_of(2023)), name="other"))
    assert "power.csv:2 price_series alpha-grid-price - is set already - --replace" in text
    change = brought(folder, local_csv(hours_of(2023)), name="other", replace=True)
    assert "power.csv: alpha.grid price_series alpha-grid-price -> other" in change.lines


def test_a_source_that_is_not_offered(folder: Path) -> None:
    path = written(folder, local_csv(hours_of(2023)))
    text = fault(lambda: import_prices(path, PriceColumns("LMP"), "alpha", "gird", folder, PriceOptions()))
    assert "alpha.gird - power.csv offers no such source - did you mean alpha.grid?" in text

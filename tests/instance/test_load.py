"""Loading as a whole: frames, digests, speed, and never anything but an InstanceError."""

import contextlib
import pickle
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.instance import Instance, InstanceError, Problem, load
from planner.instance.schema import TABLES
from planner.instance.schema.describe import columns
from tests.factories import HOURS, Tables, minimal_settings, minimal_tables, write_instance

COLD_SECONDS = 1.0


def test_tables_are_frames_with_every_column(folder: Path) -> None:
    instance = load(folder)
    for name, row_class in TABLES.items():
        frame = instance.table(name)
        assert list(frame.columns) == list(columns(row_class))
        assert len(frame) == len(getattr(instance, name))
    with pytest.raises(KeyError, match="did you mean sites"):
        instance.table("site")


def test_frames_written_as_csv_read_back_the_same(make: Callable, tmp_path: Path) -> None:
    cells = {"hardware.cooling_needs": "air|liquid", "hardware.available_from": "2027-Q3", "demand.whole": "yes"}
    cells |= {"markets.site_jurisdictions": "us", "markets.name": 'Town, "old"', "hardware.note": "# one\ntwo"}
    first = load(make(cells=cells))
    for name in TABLES:
        if getattr(first, name):
            first.table(name).to_csv(tmp_path / "small" / f"{name}.csv", index=False)
    second = load(tmp_path / "small")
    for name in TABLES:
        assert getattr(second, name) == getattr(first, name)
        pd.testing.assert_frame_equal(second.table(name), first.table(name))


def test_instances_travel_to_other_processes(folder: Path) -> None:
    instance = load(folder, overrides={"finance.wacc": 0.1})
    copy = pickle.loads(pickle.dumps(instance))
    assert copy.digest == instance.digest
    assert copy.sites == instance.sites
    assert copy.settings == instance.settings


def test_errors_travel_to_other_processes(folder: Path) -> None:
    with pytest.raises(InstanceError) as caught:
        load(folder, scenario="none")
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


def test_rows_cannot_be_changed(folder: Path) -> None:
    instance = load(folder)
    with pytest.raises(ValueError, match="frozen"):
        instance.sites["alpha"].power_limit_mw = 5


def test_problems_read_well() -> None:
    problem = Problem("sites.csv", 3, "power_limit_mw", "x" * 100, "is long", "less", "warning")
    assert str(problem) == f"warning: sites.csv:3 power_limit_mw {'x' * 57}... - is long - less"
    assert str(Problem("sites.csv", None, "", "", "is gone")) == "sites.csv - is gone"


class TestDigest:
    def test_is_the_same_for_the_same_content(self, tmp_path: Path) -> None:
        digests = {load(write_instance(tmp_path / name)).digest for name in ("one", "two")}
        assert len(digests) == 1
        assert len(digests.pop()) == 64

    def test_is_the_same_in_every_run(self, folder: Path) -> None:
        """A digest that changed with the process (through hashing of strings) could not be stored."""
        code = f"from planner.instance import load; print(load({str(folder)!r}).digest)"
        outputs = {
            subprocess.run(
                [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
            ).stdout.strip()
            for seed in ("1", "2")
        }
        assert outputs == {load(folder).digest}

    @pytest.mark.parametrize("name", ["instance.toml", "sites.csv", "hardware.csv", "links.csv"])
    def test_changes_with_any_byte(self, folder: Path, name: str) -> None:
        before = load(folder).digest
        path = folder / name
        path.write_bytes(path.read_bytes() + b"# a comment\n")
        assert load(folder).digest != before

    def test_changes_with_overrides_and_scenarios(self, tmp_path: Path) -> None:
        folder = write_instance(tmp_path / "small", scenarios={"dear": {"finance.wacc": 0.2}})
        digests = [load(folder).digest, load(folder, scenario="dear").digest]
        digests += [load(folder, overrides={"finance.wacc": wacc}).digest for wacc in (0.1, 0.2)]
        assert digests[1] == digests[3]
        assert len(set(digests)) == 3

    def test_changes_with_used_series_only(self, tmp_path: Path) -> None:
        tables = minimal_tables()
        tables["power"][0]["price_series"] = "spot"
        series = {"spot [USD/MWh]": np.full(HOURS, 50.0)}
        folder = write_instance(tmp_path / "small", tables, series=series)
        before = load(folder).digest
        (folder / "series" / "other.csv").write_text("hour,idle [C]\n0,1\n")
        (folder / "README.md").write_text("words")
        assert load(folder).digest == before
        path = folder / "series" / "all.csv"
        path.write_text(path.read_text().replace("8759,50.0", "8759,50.1"))
        assert load(folder).digest != before

    def test_changes_with_offered_rows_of_the_catalogue_only(self, tmp_path: Path) -> None:
        tables = minimal_tables()
        tables["hardware"].append(tables["hardware"][0] | {"id": "crate"})
        facts = {"hardware": tables.pop("hardware")}
        settings = minimal_settings() | {"catalogue": {"source": "facts", "hardware": ["box"]}}
        folder = write_instance(tmp_path / "small", tables, settings)
        write_instance(folder / "facts", facts)
        (folder / "facts" / "instance.toml").unlink()
        before = load(folder).digest
        path = folder / "facts" / "hardware.csv"
        text = path.read_text()
        path.write_text(text.replace("crate,Box", "crate,Crate"))
        assert load(folder).digest == before
        path.write_text(text.replace("box,Box", "box,Bigger"))
        assert load(folder).digest != before


def wide_tables() -> tuple[Tables, dict[str, Any]]:
    """20 sites, 400 operating points, 20 markets, 200 contracts, 10 series."""
    tables = minimal_tables()
    tables["sites"] = [
        tables["sites"][0] | {"id": f"site-{n}", "temperature_series": f"outdoor-{n % 10}"} for n in range(20)
    ]
    tables["power"] = [tables["power"][0] | {"node": f"site-{n}"} for n in range(20)]
    tables["points"] = [
        tables["points"][0] | {"id": f"point-{n}", "interactivity_tok_per_s": 30 + n, "output_tok_per_s": 500 - n / 50}
        for n in range(400)
    ]
    tables["markets"] = [{"id": f"town-{n}", "name": f"Town {n}"} for n in range(20)]
    tables["demand"] = [
        tables["demand"][0] | {"market": f"town-{n}", "segment": f"s-{k}"} for n in range(20) for k in range(10)
    ]
    tables["links"] = [
        tables["links"][0] | {"origin": f"site-{n}", "destination": f"town-{m}"} for n in range(20) for m in range(20)
    ]
    series = {f"outdoor-{n} [C]": np.round(15 + np.sin(np.arange(HOURS) + n), 3) for n in range(10)}
    return tables, series


def test_a_wide_instance_loads_in_well_under_a_second(tmp_path: Path) -> None:
    tables, series = wide_tables()
    folder = write_instance(tmp_path / "wide", tables, series=series)
    started = time.process_time()
    instance = load(folder)
    assert time.process_time() - started < COLD_SECONDS
    assert (len(instance.sites), len(instance.points), len(instance.series)) == (20, 400, 10)


SCRAPS = (b",", b'"', b"\n", b"\r", b"\0", b"#", b"[", b"]", b"=", b"\xff", b"nan", b"-1e999", b"{}", b";", b"0", b"|")


def test_bad_input_never_raises_anything_else(tmp_path: Path) -> None:
    """Random bytes are put into and cut from random files; whatever comes of it is an instance or an InstanceError."""
    tables = minimal_tables() | {"periods": [{"period": "2028", "start": 2028}]}
    tables["power"][0]["price_series"] = "spot"
    series = {"spot [USD/MWh]": np.full(HOURS // 24, 50.0)}
    settings = minimal_settings()
    settings["time"] = settings["time"] | {"resolution_h": 24}
    scenarios = {"a": {"text": "A", "finance.wacc": {"multiply": 2}}}
    folder = write_instance(tmp_path / "small", tables, settings, series, scenarios)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    draw = random.Random(7)
    good = 0
    for _ in range(400):
        path = draw.choice(files)
        original = path.read_bytes()
        content = bytearray(original)
        position = draw.randrange(len(content) + 1)
        content[position : position + draw.choice((0, 0, 1, 5, 30))] = draw.choice(SCRAPS)
        path.write_bytes(bytes(content))
        with contextlib.suppress(InstanceError):
            assert isinstance(load(folder), Instance)
            good += 1
        path.write_bytes(original)
    assert 20 < good < 380


def test_every_problem_says_what_is_wrong(make: Callable) -> None:
    with pytest.raises(InstanceError) as caught:
        load(make(cells={"sites.power_limit_mw": "", "demand.market": "x", "markets.id": "A B"}))
    assert len(caught.value.problems) == 2
    assert all(problem.wrong and problem.file and problem.line for problem in caught.value.problems)


@pytest.mark.parametrize(
    "text",
    [
        "title = 2028-01-01",
        "[time]\ndays = 3",
        "[time]\ndays = [3]",
        "[[time.days]]\nname = []\ndate = 3\nweight = {}",
        "[time.days]\nname = 3",
        "[catalogue]\nhardware = [[]]",
        "[catalogue]\nsource = 3",
        "catalogue = []",
        "base_year = 99999999999999999999999999",
        "base_year = inf",
        "base_year = " + "9" * 5000,
        "[finance]\nwacc = 1e999",
        "x = " + "[" * 5000,
    ],
)
def test_odd_settings(folder: Path, text: str) -> None:
    (folder / "instance.toml").write_text(text)
    with pytest.raises(InstanceError):
        load(folder)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("hardware.accelerators_per_unit", "9" * 5000),
        ("hardware.accelerators_per_unit", "1e400"),
        ("sites.power_limit_mw", "9" * 5000),
        ("sites.power_limit_mw", "0x64"),
        ("hardware.available_from", "9" * 5000),
        ("hardware.available_from", "2028-99-99"),
        ("hardware.available_from", "inf"),
        ("hardware.cooling_needs", "|||"),
        ("sites.id", "a" * 5000 + "!"),
        ("shapes.hour_local", "24"),
    ],
)
def test_odd_cells(make: Callable, cell: str, value: str) -> None:
    shape = [{"shape": "busy", "day_type": "weekday", "hour_local": 0, "value": 1}]
    with pytest.raises(InstanceError) as caught:
        load(make(tables={"shapes": shape}, cells={cell: value}))
    assert caught.value.problems[0].file == f"{cell.split('.')[0]}.csv"


def test_numbers_of_numpy_are_numbers(folder: Path) -> None:
    plain = load(folder, overrides={"sites.alpha.power_limit_mw": 50, "finance.wacc": {"multiply": 2}})
    numpy = load(
        folder, overrides={"sites.alpha.power_limit_mw": np.int64(50), "finance.wacc": {"multiply": np.int8(2)}}
    )
    assert numpy.sites == plain.sites
    assert numpy.digest == plain.digest

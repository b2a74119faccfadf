"""Syntax errors with their place, and the line of every key."""

from pathlib import Path

import pytest

from planner.instance.toml_file import TomlFile, read_toml
from tests.instance.conftest import problems_of

SAMPLE = '''title = "Sample"   # line 1
text = """
wacc = 1
[finance]
"""
base_year = 2028
[time]
mode = "days"
[[time.days]]
name = "a"
[[time.days]]
name = "b"
weight = 3
[finance]
wacc = 0.1
["odd.name"]
"sites.a.power_limit_mw" = 1
limits.carbon_usd_per_t = 2
'''


@pytest.fixture
def sample(tmp_path: Path) -> TomlFile:
    (tmp_path / "sample.toml").write_text(SAMPLE)
    toml = read_toml(tmp_path / "sample.toml", "sample.toml", [])
    assert toml is not None
    return toml


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("text",), 2),
        (("base_year",), 6),
        (("time",), 7),
        (("time", "mode"), 8),
        (("time", "days", 0, "name"), 10),
        (("time", "days", 1, "name"), 12),
        (("time", "days", 1, "weight"), 13),
        (("time", "days", 0, "weight"), 9),
        (("finance", "wacc"), 15),
        (("odd.name", "sites.a.power_limit_mw"), 17),
        (("odd.name", "limits", "carbon_usd_per_t"), 18),
        (("nowhere",), None),
    ],
)
def test_line_of_a_key(sample: TomlFile, path: tuple[str | int, ...], line: int | None) -> None:
    assert sample.line_of(path) == line


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'title = "x"\nbase_year 2028\n', "instance.toml:2 column 11 - is not valid TOML: expected '=' after a key"),
        (b'title = "x"\ntitle = "y"\n', "instance.toml:2 column 12 - is not valid TOML: cannot overwrite a value"),
        (b"title = x\n", "instance.toml:1 column 9 - is not valid TOML: invalid value"),
        (b"[time\n", "instance.toml:1 column 6 - is not valid TOML: expected ']'"),
        (b'title = "x', "instance.toml:1 column the end - is not valid TOML: unterminated string"),
        (b'title = "\xe9"\n', "instance.toml:1 0xe9 - this byte is not UTF-8 text - save it as plain UTF-8 text"),
        (b"\x00\x01", "instance.toml - is a binary file, not text"),
    ],
)
def test_what_is_not_toml_says_where(folder: Path, content: bytes, message: str) -> None:
    (folder / "instance.toml").write_bytes(content)
    assert str(problems_of(folder)[0]).startswith(message)


def test_tables_are_still_checked_when_the_settings_are_not_toml(folder: Path) -> None:
    (folder / "instance.toml").write_text("title")
    (folder / "markets.csv").write_text("id,nam\ntown,Town\n")
    files = [problem.file for problem in problems_of(folder)]
    assert files == ["instance.toml", "markets.csv", "markets.csv"]

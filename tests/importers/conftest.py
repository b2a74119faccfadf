"""A small instance with the shipped catalogue beneath it, to import into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import minimal_settings, minimal_tables, write_instance


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The minimal instance at 32 N 100 W, six hours behind UTC, with the shipped catalogue."""
    tables = minimal_tables()
    tables["sites"][0] |= {"latitude": 32, "longitude": -100, "utc_offset_h": -6}
    return write_instance(tmp_path / "small", tables, minimal_settings() | {"catalogue": {"source": "builtin"}})


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, hidden ones included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

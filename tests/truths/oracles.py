"""Where the data of external truths lies: a folder beside the repository, or wherever PLANNER_ORACLES points."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[3] / "shared" / "oracles"


def oracle(name: str) -> Path:
    """Return the path of a data file, or skip the test with the reason."""
    folder = Path(os.environ.get("PLANNER_ORACLES") or _BESIDE_THE_REPOSITORY)
    path = folder / name
    if not path.is_file():
        pytest.skip(f"oracle {name} is not at {folder} (set PLANNER_ORACLES to the folder that holds it)")
    return path

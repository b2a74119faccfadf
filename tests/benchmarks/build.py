"""How long it takes to build a model and hand it to a solver: stamp, hand-written arrays, linopy, ordinary Pyomo.

    python tests/benchmarks/build.py [--sizes 1e5 1e6 4e6] [--repeats 3] [--pyomo-up-to 1e6] [--json FILE]

Every build runs in a process of its own, after a warm-up on a tiny case (so that imports are not counted). Reported are
CPU seconds from the data to a loaded solver (the best of the repeats), the peak memory above what the process held
before, and both relative to the hand-written arrays. All builders of a size must load the same matrix; the run fails
where they do not.
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from case import make_case
from fingerprint import differ, fingerprint

BUILDERS = {
    "numpy": "hand-written arrays",
    "stamp": "stamp",
    "linopy": f"linopy {version('linopy')}",
    "pyomo": f"Pyomo {version('pyomo')}, appsi HiGHS",
}
GOALS = {
    "numpy": 1.5,
    "linopy": 1 / 3,
    "pyomo": 1 / 30,
}  # CPU of the stamp over that of the other, from 1e6 nonzeros up


def measure(builder: str, size: float, folder: Path) -> dict[str, Any]:
    """Build once, here, and leave the fingerprint in `folder`."""
    build = importlib.import_module(f"by_{builder}").build
    build(make_case(1))
    case = make_case(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu, wall = time.process_time(), time.perf_counter()
    highs, columns = build(case)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    np.savez(folder / f"{builder}.npz", **fingerprint(highs, columns))
    return {
        "builder": builder,
        "size": size,
        "nonzeros": highs.getNumNz(),
        "cpu_s": cpu,
        "wall_s": wall,
        "peak_mb": peak,
        "built_mb": peak - before,
    }


def measure_apart(builder: str, size: float, folder: Path) -> dict[str, Any]:
    """Build once, in a process of its own."""
    command = [sys.executable, __file__, "--one", builder, str(size), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{builder} at {size:g} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def compare(size: float, repeats: int, builders: list[str]) -> list[dict[str, Any]]:
    """The best of the repeats for each builder at one size, and their ratios to the hand-written arrays."""
    best: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(repeats):
            for builder in builders:
                result = measure_apart(builder, size, folder)
                if builder not in best or result["cpu_s"] < best[builder]["cpu_s"]:
                    best[builder] = result
        prints = {builder: dict(np.load(folder / f"{builder}.npz")) for builder in builders}
    for builder in builders:
        difference = differ(prints["numpy"], prints[builder])
        if difference is not None:
            raise SystemExit(f"{builder} at {size:g} loads another matrix: {difference}")
    floor = best["numpy"]
    for result in best.values():
        result["cpu_over_floor"] = result["cpu_s"] / floor["cpu_s"]
        result["memory_over_floor"] = result["built_mb"] / max(floor["built_mb"], 1e-9)
    return list(best.values())


def table(results: list[dict[str, Any]]) -> str:
    """The results as text."""
    lines = [f"{'nonzeros':>10}  {'builder':<24}{'CPU s':>9}{'x floor':>9}{'peak MB':>9}{'built MB':>10}"]
    for result in results:
        lines.append(
            f"{result['nonzeros']:>10,}  {BUILDERS[result['builder']]:<24}{result['cpu_s']:>9.3f}"
            f"{result['cpu_over_floor']:>9.2f}{result['peak_mb']:>9.0f}{result['built_mb']:>10.0f}"
        )
    return "\n".join(lines)


def verdicts(results: list[dict[str, Any]]) -> list[str]:
    """Whether the goals hold at each size."""
    lines = []
    for size in sorted({result["size"] for result in results}):
        cpu = {result["builder"]: result["cpu_s"] for result in results if result["size"] == size}
        for other in cpu.keys() & GOALS.keys():
            ratio = cpu["stamp"] / cpu[other]
            goal = "below 1e6, no goal" if size < 1e6 else "holds" if ratio <= GOALS[other] else "MISSED"
            lines.append(f"{size:>8g}  stamp / {other:<7} {ratio:8.4f}  (goal {GOALS[other]:.4f}: {goal})")
    return sorted(lines)


def main() -> None:
    """Read the command line, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=float, nargs="+", default=[1e5, 1e6, 4e6], help="nonzeros, about")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--pyomo-up-to", type=float, default=1e6, help="the largest size built in ordinary Pyomo")
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--one", nargs=3, metavar=("BUILDER", "SIZE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        builder, size, folder = options.one
        print(json.dumps(measure(builder, float(size), Path(folder))))
        return
    results = []
    for size in options.sizes:
        builders = [b for b in BUILDERS if b != "pyomo" or size <= options.pyomo_up_to]
        results += compare(size, options.repeats, builders)
        print(table(results[-len(builders) :]), flush=True)
    print("All builders of a size loaded the same matrix.", *verdicts(results), sep="\n")
    if options.json:
        about = {"python": platform.python_version(), "machine": platform.machine(), "numpy": version("numpy")}
        about |= {name: version(name) for name in ("highspy", "linopy", "pyomo", "scipy")}
        options.json.write_text(json.dumps({"about": about, "results": results}, indent=1))


if __name__ == "__main__":
    main()

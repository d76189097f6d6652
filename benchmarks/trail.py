"""The audit trail at 0.1, 1 and 10 million discovery entries: sealing, inserting, listing and verifying.

`python -m benchmarks.trail [SIZE …]` with a DATABASE_URL of a PostgreSQL server. Creates a database for each size and
drops it afterwards. The sizes are measured in turn, and the middle of each figure counts. Exits 1 if a figure is not
acceptable.
"""

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.results import Result, report
from benchmarks.running import doing, run
from tests.live import ROOT, environment_of, manage, new_database

SIZES = (100_000, 1_000_000, 10_000_000)
ROUNDS = 5
MOST, LEAST = 1.1, 0.3
Figures = dict[str, float]


def main(sizes: list[int]) -> int:
    with ExitStack() as installations:
        environments = {size: installed(installations, size) for size in sizes}
        rounds = [{size: probed(environments[size], "latency") for size in sizes} for _ in range(ROUNDS)]
        wholes = {size: probed(environments[size], "whole") for size in sizes}
    figures = {size: middle([each[size] for each in rounds]) | wholes[size] for size in sizes}
    for size in sizes:
        print(f"{size:>12,}", *(f"{name} {value:.4g}" for name, value in figures[size].items()), sep="  ")
    return report(results(figures[sizes[0]], figures[sizes[-1]]))


def results(small: Figures, large: Figures) -> Iterator[Result]:
    for name in ("sealing", "insert", "list", "list of one action", "one record"):
        yield Result(name, "largest / smallest", large[name] / small[name], MOST, MOST, most=True)
    yield Result("whole verification", "× bare loop", large["bare loop"] / large["whole"], LEAST, LEAST)
    yield Result("memory of verification", "largest / smallest", large["MB"] / small["MB"], MOST, MOST, most=True)


def installed(installations: ExitStack, size: int) -> dict[str, str]:
    """The environment of a new installation with this number of entries."""
    folder = Path(installations.enter_context(tempfile.TemporaryDirectory()))
    environment = environment_of(
        installations.enter_context(new_database(folder)), PYTHONPATH=str(ROOT), IMS_RATE_CALLER="off"
    )
    with doing(f"Filling a trail with {size:,} entries"):
        manage(environment, "migrate", "--verbosity", "0")
        probed(environment, "fill", str(size))
    return environment


def probed(environment: dict[str, str], *words: str) -> Figures:
    """The figures of a probe in an installation (benchmarks.trail_probe)."""
    with doing(f"Measuring: {' '.join(words)}"):
        answer = run([sys.executable, "-m", "benchmarks.trail_probe", *words], environment, ROOT)
    figures: Figures = json.loads(answer.splitlines()[-1])
    return figures


def middle(rounds: list[Figures]) -> Figures:
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


if __name__ == "__main__":
    sys.exit(main([int(each) for each in sys.argv[1:]] or list(SIZES)))

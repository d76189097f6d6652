"""Compares the product with Argus and with what people usually write, alternating within one run.

`make bench-peers` with a DATABASE_URL of PostgreSQL; needs wrk, and PyPI for the first installation of Argus. Each
server has a world of the same size, and answers the same three questions in its own way: 50 open incidents of one
severity, newest first; one incident; a new one. Only ratios count. Exits 1 when one of them is not acceptable.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.argus import NotInstalledError, argus
from benchmarks.comparison import INCIDENTS, SECONDS, in_turn
from benchmarks.load import Load
from benchmarks.results import Result
from benchmarks.serving import IDIOMATIC, PRODUCT, World, measured

ARGUS = "Argus"
# How many times as fast as the other the product is: acceptable, and the goal.
LIMITS = {
    ("list", ARGUS): (20, 40),
    ("get", ARGUS): (4, 5),
    ("create", ARGUS): (4, 5),
    ("list", IDIOMATIC): (2.2, 5),
    ("get", IDIOMATIC): (1.8, 3.5),
    ("create", IDIOMATIC): (2.0, 3.5),
}


def results(filled: World) -> Iterator[Result]:
    load = Load(filled.told, SECONDS)
    with ExitStack() as serving:
        folder = Path(serving.enter_context(tempfile.TemporaryDirectory()))
        other = serving.enter_context(argus(INCIDENTS, folder, dict(os.environ)))
        served = {name: (load, serving.enter_context(filled.serve(name))) for name in (PRODUCT, IDIOMATIC)}
        served[ARGUS] = Load(other.told, SECONDS), serving.enter_context(other.serve())
        rates = in_turn(served)
        for (request, name), limits in LIMITS.items():
            mine, others = rates[request, PRODUCT], rates[request, name]
            yield Result(request, f"× {name} ({mine:.0f} and {others:.0f} requests/s)", mine / others, *limits)


def main() -> int:
    try:
        return measured(results, INCIDENTS)
    except NotInstalledError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

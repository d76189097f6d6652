"""Compares the product with a minimal and an idiomatic implementation, alternating within one run.

`make bench` with a DATABASE_URL of PostgreSQL; needs wrk. Only ratios count: figures of different machines, or of
different runs, do not compare. Exits 1 when one of them is not acceptable.
"""

import statistics
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from benchmarks.load import Load
from benchmarks.results import Result
from benchmarks.serving import CEILING, IDIOMATIC, PRODUCT, World, measured

INCIDENTS, ROUNDS, SECONDS, WARM_UP = 100_000, 3, 5, 1
ALL = (PRODUCT, CEILING, IDIOMATIC)
REQUESTS = ("list", "get", "create")
# How many times as fast as the other the product is: acceptable, and the goal.
LIMITS = {
    ("list", CEILING): (0.5, 0.75),
    ("get", CEILING): (0.4, 0.75),
    ("create", CEILING): (0.65, 0.75),
    ("list", IDIOMATIC): (2.2, 5),
    ("get", IDIOMATIC): (1.8, 3.5),
    ("create", IDIOMATIC): (2.0, 3.5),
}
# The slowest hundredth against the middle.
MAX_SPREAD = 3.0


def results(filled: World) -> Iterator[Result]:
    load = Load(filled.told, SECONDS)
    with ExitStack() as serving:
        addresses = {name: serving.enter_context(filled.serve(name)) for name in ALL}
        rates = in_turn({name: (load, address) for name, address in addresses.items()})
        for (request, other), limits in LIMITS.items():
            yield Result(request, f"× {other}", rates[request, PRODUCT] / rates[request, other], *limits)
        for request in REQUESTS:
            measured = load.run(addresses[PRODUCT], request, connections=2)
            yield Result(request, "p99 / p50", measured.p99 / measured.p50, MAX_SPREAD, MAX_SPREAD, most=True)
        against_get = [
            load.run(addresses[PRODUCT], "check").rate / load.run(addresses[PRODUCT], "get").rate for _ in range(ROUNDS)
        ]
        yield Result("policy check", "× get", statistics.median(against_get), 1.0, 1.0)


def in_turn(served: Mapping[str, tuple[Load, str]]) -> dict[tuple[str, str], float]:
    """The middle rate of each request and server: A B C, A B C, A B C, after a warm-up that does not count.

    Each server has a load, which knows its requests, and an address.
    """
    rates: dict[tuple[str, str], float] = {}
    for request in REQUESTS:
        for load, address in served.values():
            load.run(address, request, seconds=WARM_UP)
        runs = [
            {name: load.run(address, request).rate for name, (load, address) in served.items()} for _ in range(ROUNDS)
        ]
        rates |= {(request, name): statistics.median(run[name] for run in runs) for name in served}
    return rates


if __name__ == "__main__":
    sys.exit(measured(results, INCIDENTS))

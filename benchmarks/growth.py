"""Growth: the median time of a request with 1,000,000 incidents compared with 1,000.

`make bench` with a DATABASE_URL of PostgreSQL; needs wrk, some gigabytes of disk and some minutes to fill them. Exits 1
when a request grows by more than is acceptable.
"""

import statistics
import sys
from collections.abc import Iterator

from benchmarks.load import Load
from benchmarks.results import Result
from benchmarks.serving import PRODUCT, World, measured

SMALL, LARGE = 1_000, 1_000_000
ROUNDS, SECONDS, WARM_UP = 3, 2, 1
ASKED = (
    *("get", "timeline", "create", "newest", "common status", "rare status", "rare category", "one client's"),
    *("a page in the middle", "a page of a common status in the middle"),
)
MOST = 1.3


def results(*worlds: World) -> Iterator[Result]:
    loads = [Load(each.told, SECONDS) for each in worlds]
    with worlds[0].serve(PRODUCT) as small, worlds[1].serve(PRODUCT) as large:
        served = list(zip(loads, (small, large), strict=True))
        for name in ASKED:
            for load, address in served:
                load.run(address, name, connections=2, seconds=WARM_UP)
            runs = [[load.run(address, name, connections=1).p50 for load, address in served] for _ in range(ROUNDS)]
            times = [statistics.median(times) for times in zip(*runs, strict=True)]
            yield Result(name, "1,000,000 / 1,000", times[1] / times[0], MOST, MOST, most=True)


if __name__ == "__main__":
    sys.exit(measured(results, SMALL, LARGE))

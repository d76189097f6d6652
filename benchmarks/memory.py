"""The memory of a worker after 100,000 requests of all kinds: whether it is small, and whether it still grows.

`make bench` with a DATABASE_URL of PostgreSQL, on Linux; needs wrk. Exits 1 when it is not acceptable.
"""

import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from benchmarks.load import Load
from benchmarks.results import Result
from benchmarks.serving import PRODUCT, World, measured

REQUESTS, SECONDS, EARLY = ("get", "list", "create", "check", "timeline"), 5, 0.2
ALL, INCIDENTS = 100_000, 10_000
MAX_MEGABYTES, MAX_GROWTH = 150, 1.1


def results(filled: World) -> Iterator[Result]:
    load, asked, early = Load(filled.told, SECONDS), 0.0, 0.0
    with filled.serve(PRODUCT) as address:
        for request in cycle(REQUESTS):
            asked += load.run(address, request).rate * SECONDS
            early = early or (megabytes(address) if asked >= EARLY * ALL else 0)
            if asked >= ALL:
                break
        late = megabytes(address)
    yield Result("a worker", f"megabytes after {ALL:,} requests", late, MAX_MEGABYTES, MAX_MEGABYTES, most=True)
    yield Result("a worker", f"× after {EARLY * ALL:,.0f}", late / early, MAX_GROWTH, MAX_GROWTH, most=True)


def megabytes(address: str) -> float:
    """The resident memory of the largest process that serves an address."""
    bound = f"IMS_BIND={address}".encode()
    serving = [each.parent for each in Path("/proc").glob("[0-9]*/environ") if bound in _read(each).split(b"\0")]
    sizes = [line.split()[1] for each in serving for line in _read(each / "status").splitlines() if b"VmRSS" in line]
    return max(map(int, sizes)) / 1024


def _read(path: Path) -> bytes:
    """The memory of a process; 0 if it has exited or belongs to another user."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


if __name__ == "__main__":
    sys.exit(measured(results, INCIDENTS))

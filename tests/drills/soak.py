"""A mixed load for a while: no errors, no growth."""

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

from tests.drills.clusters import running_cluster
from tests.drills.results import Result
from tests.drills.scale import scaled
from tests.drills.server import Server, prepared, running_server
from tests.drills.world import World

SECONDS = scaled(300, 10)
CLIENTS, MOST_GROWTH = 4, 1.5
READS = (
    "/me/",
    "/incidents/?page_size=20",
    "/vendors/?page_size=50",
    "/audit-entries/?page_size=20",
    "/discovery/?entity_type=vendor",
)


def soak() -> Result:
    """Reads and writes of all kinds: how many succeeded, and what memory the workers took."""
    with running_cluster() as cluster, running_server(cluster.url, prepared(cluster.url)) as server:
        world = World(server).build()
        _load(world, SECONDS / 5)
        before, counted = _memory(server), _load(world, SECONDS)
        after = _memory(server)
    errors = {status: number for status, number in counted.items() if status not in (200, 201)}
    return Result(
        f"{sum(counted.values())} requests in {SECONDS:.0f} s: errors {errors or 'none'}; "
        f"memory {before >> 20} MiB, afterwards {after >> 20} MiB",
        not errors and after < before * MOST_GROWTH,
    )


def _load(world: World, seconds: float) -> Counter[int]:
    until = time.monotonic() + seconds

    def act(_: int) -> Counter[int]:
        told = Counter[int]()
        while time.monotonic() < until:
            told.update(world.ex.send(path).status for path in READS)
            told[world.open_incident(uuid4().hex).status] += 1
            told[world.ex.vendor().status] += 1
            told[world.ex.send(f"/incidents/{world.incident}/notes/", {"body": "Seen."}).status] += 1
        return told

    with ThreadPoolExecutor(CLIENTS) as callers:
        return sum(callers.map(act, range(CLIENTS)), Counter())


def _memory(server: Server) -> int:
    """Bytes of the workers' own memory."""
    master = server.process.pid
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in workers]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")

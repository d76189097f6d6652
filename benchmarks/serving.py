"""Servers to measure, each in its own processes, on a database that is thrown away afterwards."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.results import Result, report
from benchmarks.running import doing, kept, run
from tests.live import ROOT, environment_of, manage, new_database, served

WORKERS = 2
# One request at a time in each worker, for the product as for its peers; no limits of rate.
OPTIONS = {"IMS_THREADS": "1", "IMS_LOG_FORMAT": "json", "IMS_RATE_CALLER": "off", "IMS_RATE_ADDRESS": "off"}
PRODUCT, CEILING, IDIOMATIC = "the product", "ceiling", "idiomatic"
APPLICATIONS = {
    PRODUCT: "ims.wsgi:application",
    CEILING: "benchmarks.peers.bare:application",
    IDIOMATIC: "benchmarks.peers.idiomatic:application",
}


class World(NamedTuple):
    """A filled database: the environment of a server, and the data that requests need."""

    environment: dict[str, str]
    told: dict[str, Any]

    @contextmanager
    def serve(self, name: str) -> Iterator[str]:
        """Serve one of the applications, which logs every request as in production; yields its address."""
        with (
            kept(Path(self.environment["BENCH_FOLDER"]) / f"{name}.log") as output,
            served(self.environment, APPLICATIONS[name], workers=WORKERS, access_log=True, output=output) as address,
        ):
            yield address


@contextmanager
def world(incidents: int, *, migrated: bool = False) -> Iterator[World]:
    """A new database with this number of incidents; `migrated`: a copy of the tests' migrated one."""
    with tempfile.TemporaryDirectory() as name, new_database(Path(name), migrated=migrated) as url:
        environment = environment_of(url, **OPTIONS, BENCH_FOLDER=name, PYTHONPATH=str(ROOT))
        with doing(f"Filling a database with {incidents:,} incidents"):
            manage(environment, "migrate", "--verbosity", "0")
            run([sys.executable, "-m", "benchmarks.world", name, str(incidents)], environment, ROOT)
        yield World(environment, json.loads((Path(name) / "told.json").read_text()))


def measured(results: Callable[..., Iterable[Result]], *sizes: int) -> int:
    """Fill a world of each size, measure in them and report; the exit status, 2 where something is missing for it."""
    if absent := missing():
        print(absent, file=sys.stderr)
        return 2
    with ExitStack() as worlds:
        return report(results(*(worlds.enter_context(world(size)) for size in sizes)))


def missing() -> str:
    """A sentence about what a benchmark needs and does not have; empty if it has all."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return "DATABASE_URL must name a PostgreSQL server on which databases can be created"
    return "" if shutil.which("wrk") else "wrk is not installed (on Debian: apt-get install wrk)"

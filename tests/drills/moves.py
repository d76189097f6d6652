"""Backup and restore, moving to the other database, and a pooler in between."""

import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

from tests.drills.clusters import running_cluster
from tests.drills.pooler import running_pooler
from tests.drills.results import Result, Skipped
from tests.drills.scale import scaled
from tests.drills.server import prepared, running_server
from tests.live import environment_of, manage
from tests.pooler import PGBOUNCER

REQUESTS = scaled(1_200, 200)


def backup() -> Result:
    """pg_dump under load, restored into a new database: everything that was acknowledged before is whole there."""
    with running_cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        token = prepared(cluster.url)
        with running_server(cluster.url, token) as server:
            before = {f"Vendor {number}" for number in range(20)}
            assert {server.vendor(name).status for name in before} == {201}
            with ThreadPoolExecutor(2) as writing:
                for _ in range(20):
                    writing.submit(server.vendor)
                file = Path(folder) / "dump"
                _run(str(cluster.binaries / "pg_dump"), "--format=custom", f"--file={file}", cluster.url)
        cluster.sql("CREATE DATABASE restored")
        restored = cluster.url.removesuffix("postgres") + "restored"
        _run(str(cluster.binaries / "pg_restore"), f"--dbname={restored}", str(file))
        checks = manage(environment_of(restored), "restore_check")
        with running_server(restored, token) as server:
            missing = before - server.vendor_names()
    failed = checks.count("FAILED")
    return Result(
        f"{checks.count('ok ')} checks hold, {failed} fail; {len(missing)} records missing", not failed and not missing
    )


def move() -> Result:
    """export_all and import_all, from PostgreSQL to SQLite and back."""
    with running_cluster() as cluster, tempfile.TemporaryDirectory() as name:
        folder, said = Path(name), ""
        token = prepared(cluster.url)
        with running_server(cluster.url, token) as server:
            assert {server.vendor().status for _ in range(20)} == {201}
        cluster.sql("CREATE DATABASE moved")
        places = [cluster.url, f"sqlite:///{folder}/moved.sqlite3", cluster.url.removesuffix("postgres") + "moved"]
        for number, (source, target) in enumerate(pairwise(places)):
            file = str(folder / f"{number}.jsonl.gz")
            manage(environment_of(source), "export_all", file)
            manage(environment_of(target), "migrate", "--verbosity", "0")
            said += manage(environment_of(target), "import_all", file)
        with running_server(places[2], token) as server:
            there = len(server.vendor_names())
    return Result(
        f"there and back: {said.count('ok ')} checks hold, {said.count('FAILED')} fail; {there} of 20 records",
        "FAILED" not in said and there == 20,
    )


def pgbouncer() -> Result:
    """1,200 requests through PgBouncer in transaction mode."""
    if PGBOUNCER is None:
        raise Skipped("Debian's package pgbouncer is not installed")
    with ExitStack() as stack:
        cluster = stack.enter_context(running_cluster())
        token = prepared(cluster.url)
        server = stack.enter_context(running_server(stack.enter_context(running_pooler(cluster.port)), token))
        callers = stack.enter_context(ThreadPoolExecutor(8))
        writes = [answer.status for answer in callers.map(lambda _: server.vendor(), range(REQUESTS // 4))]
        listed = callers.map(lambda _: server.send("/vendors/"), range(3 * REQUESTS // 4))
        reads = [answer.status for answer in listed]
    wrong = sum(status != 201 for status in writes) + sum(status != 200 for status in reads)
    return Result(f"{len(writes) + len(reads)} requests: {wrong} wrong", wrong == 0)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=120)  # noqa: S603

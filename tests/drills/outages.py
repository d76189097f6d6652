"""The database and the server go away in every way that can be arranged on one machine."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from uuid import uuid4

import psycopg

from tests.drills.clusters import Cluster, running_cluster
from tests.drills.results import Result, Skipped
from tests.drills.scale import scaled
from tests.drills.server import Answer, Server, prepared, running_server

ROUNDS, WRITERS, WRITING_SECONDS = scaled(6, 2), 6, 1.5
# What a frozen database may cost a request: 3 seconds of silence, 2 for the question, 2 for a connection, and the rest
# for a busy machine.
FROZEN_SECONDS = 12
TMPFS = "96m"


def crash() -> Result:
    """kill -9 of the server, and crashes of the database, while writes are under way."""
    told: dict[str, Answer] = {}
    with running_cluster() as cluster:
        token = prepared(cluster.url)
        for turn in range(ROUNDS):
            with running_server(cluster.url, token) as server:
                end, writing = Event(), ThreadPoolExecutor(WRITERS)
                for _ in range(WRITERS):
                    writing.submit(_write_until, end, server, told)
                time.sleep(WRITING_SECONDS)
                if turn % 2:
                    cluster.stop("immediate")
                    cluster.start()
                server.kill()
                end.set()
                writing.shutdown()
        with running_server(cluster.url, token) as server:
            there = server.vendor_names()
    written = {name for name, answer in told.items() if answer.status == 201}
    denied = {name for name, answer in told.items() if answer.says_nothing_was_written}
    lost, false = written - there, denied & there
    return Result(
        f"{len(written)} acknowledged writes over {ROUNDS} rounds: {len(lost)} lost, {len(false)} false statements",
        holds=bool(written) and not lost and not false,
    )


def _write_until(end: Event, server: Server, told: dict[str, Answer]) -> None:
    while not end.is_set():
        name = f"Vendor {uuid4().hex}"
        told[name] = server.vendor(name, **{"Idempotency-Key": uuid4().hex})


def restart() -> Result:
    """The database restarts: connections that died in the pool cost no request."""
    with _installation() as (cluster, server):
        _warm(server)
        cluster.stop()
        cluster.start()
        answers = [server.send("/me/").status for _ in range(25)] + [server.send("/readyz").status for _ in range(4)]
    failed = sum(status != 200 for status in answers)
    return Result(f"{failed} of {len(answers)} reads failed after a restart", holds=failed == 0)


def freeze() -> Result:
    """The database stops without closing its connections: the wait ends, and service returns with it."""
    with _installation() as (cluster, server):
        _warm(server)
        cluster.freeze()
        with ThreadPoolExecutor(8) as callers:
            answers = list(callers.map(lambda _: server.send("/me/"), range(8)))
        cluster.thaw()
        after = [server.send("/me/").status for _ in range(8)]
    longest = max(answer.seconds for answer in answers)
    refused = all(answer.status == 503 and answer.retry_after for answer in answers)
    return Result(
        f"503 within {longest:.1f} s; afterwards {after.count(200)} of {len(after)} served",
        holds=refused and longest <= FROZEN_SECONDS and set(after) == {200},
    )


def read_only() -> Result:
    """The database becomes read-only: an outage, and not ready."""
    with _installation() as (cluster, server):
        cluster.sql("ALTER DATABASE postgres SET default_transaction_read_only = on")
        cluster.stop()
        cluster.start()
        time.sleep(1.2)
        answers = [server.vendor(), server.vendor(**{"Idempotency-Key": "k"}), server.send("/vendors/")]
        ready = server.send("/readyz").status
    codes = sorted({answer.document.get("code", str(answer.status)) for answer in answers})
    return Result(
        f"writes and audited reads: {', '.join(codes)}; /readyz {ready}",
        holds=codes == ["database_unavailable"] and ready == 503,
    )


def full_disk() -> Result:
    """The disk of the database is full: an outage, not ready, nothing lost, and it ends with the fullness."""
    folder = Path(tempfile.mkdtemp(prefix="ims-tmpfs-"))
    if _run("mount", "-t", "tmpfs", "-o", f"size={TMPFS},mode=777", "tmpfs", str(folder)):
        folder.rmdir()
        raise Skipped("no file system can be mounted here")
    try:
        with running_cluster(within=folder) as cluster:
            token = prepared(cluster.url)
            with running_server(cluster.url, token) as server:
                return _fill(folder, server, cluster)
    finally:
        _run("umount", str(folder))
        folder.rmdir()


def _fill(folder: Path, server: Server, cluster: Cluster) -> Result:
    told = {name: server.vendor(name) for name in (f"Before {number}" for number in range(5))}
    filler = folder / "filler"
    with filler.open("wb") as file, ExitStack() as stack:
        stack.callback(filler.unlink)
        try:
            while True:
                file.write(b"\0" * 65_536)
                file.flush()
        except OSError:
            pass
        told |= {name: server.vendor(name) for name in (f"During {number}" for number in range(60))}
        time.sleep(1.2)
        ready = server.send("/readyz").status
    cluster.stop("immediate")
    cluster.start()
    there = server.vendor_names()
    wrong = {name for name, answer in told.items() if answer.status == 201 and name not in there}
    wrong |= {name for name, answer in told.items() if answer.says_nothing_was_written and name in there}
    others = sorted({answer.status for answer in told.values()} - {201, 503})
    return Result(
        f"/readyz {ready}; {len(told)} writes: {len(wrong)} lost or false, other answers: {others or 'none'}; "
        f"afterwards {server.vendor('After').status}",
        holds=ready == 503 and not wrong and not others and server.send("/readyz").status == 200,
    )


def connections() -> Result:
    """All connections of the database are taken by others: 503, and service returns."""
    with _installation() as (cluster, server):
        with ExitStack() as stack:
            cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            for _ in range(45):
                try:
                    stack.enter_context(psycopg.connect(cluster.url, connect_timeout=3))
                except psycopg.OperationalError:
                    break
            during = [server.send("/me/").status for _ in range(4)]
        after = [server.send("/me/").status for _ in range(4)]
    return Result(
        f"during {sorted(set(during))}, afterwards {sorted(set(after))}",
        holds=set(during) <= {200, 503} and set(after) == {200},
    )


def _run(*words: str) -> int:
    return subprocess.run(words, check=False, capture_output=True).returncode  # noqa: S603


@contextmanager
def _installation() -> Iterator[tuple[Cluster, Server]]:
    with running_cluster() as cluster, running_server(cluster.url, prepared(cluster.url)) as server:
        yield cluster, server


def _warm(server: Server) -> None:
    with ThreadPoolExecutor(8) as callers:
        assert set(callers.map(lambda _: server.send("/me/").status, range(24))) == {200}

"""PostgreSQL clusters of the drills' own, from Debian's package: they may be killed, frozen and filled."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.live import free_port

PACKAGES = Path("/usr/lib/postgresql")
OPTIONS = (
    "-c fsync=on -c synchronous_commit=on -c shared_buffers=32MB -c max_connections=40 -c unix_socket_directories="
)
START_SECONDS = 30


def find_binaries() -> Path | None:
    """The folder of the newest version's programs; None where the package is not installed."""
    found = [each / "bin" for each in PACKAGES.glob("*") if (each / "bin" / "initdb").exists()]
    return max(found, key=lambda path: float(path.parent.name), default=None)


class Cluster:
    """A server with its data in a folder, stopped, killed or frozen at will."""

    def __init__(self, binaries: Path, folder: Path, primary: int = 0) -> None:
        self.binaries, self.folder, self.port = binaries, folder, free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        if primary:
            place = ("-h", "127.0.0.1", "-p", str(primary), "-U", "postgres")
            self._run("pg_basebackup", *place, "-D", str(folder), "-R", "--no-sync", "--checkpoint=fast")
        else:
            self._run("initdb", "-D", str(folder), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder), "-w", "-t", str(START_SECONDS), "-o", self._options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is a crash: no checkpoint, no farewell."""
        self._run("pg_ctl", "-D", str(self.folder), "-w", "-m", mode, "stop", check=False)

    def promote(self) -> None:
        """Make a standby the primary."""
        self._run("pg_ctl", "-D", str(self.folder), "-w", "-t", str(START_SECONDS), "promote")

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def sql(self, statement: str, database: str = "postgres") -> None:
        url = self.url.removesuffix("postgres") + database
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as session:
            session.execute(statement)  # type: ignore[arg-type]

    @property
    def _options(self) -> str:
        return f"{OPTIONS} -c listen_addresses=127.0.0.1 -c port={self.port}"

    def _signal(self, number: signal.Signals) -> None:
        """To the server and each of its sessions."""
        master = int((self.folder / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        for pid in [master, *map(int, children)]:
            os.kill(pid, number)

    def _run(self, name: str, *words: str, check: bool = True) -> None:
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        with (self.folder.parent / "log").open("ab") as log:
            command = [*user, str(self.binaries / name), *words]
            subprocess.run(command, check=check, stdout=log, stderr=log, cwd="/", timeout=90)  # noqa: S603


@contextmanager
def running_standby(primary: Cluster) -> Iterator[Cluster]:
    """A standby of a cluster. From now on a commit of the primary is on both before it is reported."""
    with running_cluster(primary=primary.port) as standby:
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.sql("SELECT pg_reload_conf()")
        yield standby


@contextmanager
def running_cluster(within: Path | None = None, primary: int = 0) -> Iterator[Cluster]:
    """A new cluster, started; gone afterwards. `within` is a folder on a separate file system, `primary` the port of
    the cluster that it follows.
    """
    binaries = find_binaries()
    if binaries is None:
        raise LookupError("Debian's package postgresql is not installed")
    parent = Path(tempfile.mkdtemp(prefix="ims-drill-", dir=within))
    if os.getuid() == 0:
        shutil.chown(parent, "postgres")
    cluster = Cluster(binaries, parent / "data", primary)
    try:
        cluster.start()
        yield cluster
    finally:
        for end in (cluster.thaw, lambda: cluster.stop("immediate")):
            try:
                end()
            except OSError:
                continue
        time.sleep(0.2)
        shutil.rmtree(parent, ignore_errors=True)

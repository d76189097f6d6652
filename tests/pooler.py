"""A PgBouncer of the tests' own, where Debian's package is installed."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live import free_port

PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def pooler(folder: Path, mode: str, place: str) -> Iterator[int]:
    """The port of a PgBouncer in this mode before a server at a place."""
    port = free_port()
    lines = [
        "[databases]",
        f"* = {place}",
        "[pgbouncer]",
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}",
        f"logfile = {folder}/log\npidfile = {folder}/pid",
    ]
    (folder / "pgbouncer.ini").write_text("\n".join(lines))
    user = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.getuid() == 0 else []
    folder.chmod(0o777)
    process = subprocess.Popen([*user, str(PGBOUNCER), str(folder / "pgbouncer.ini")], stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _await(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("PgBouncer did not start")

"""A PgBouncer of the tests' own, where Debian's package is installed."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.sql.postgresql.poolers import adapt_to_pooler
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


@contextmanager
def pooled_by_transaction(connection: Any) -> Iterator[None]:
    """All connections of this process go through a PgBouncer in transaction mode, as those of a server would."""
    given = connection.settings_dict
    place = f"host={given['HOST']} port={given['PORT'] or 5432} user={given['USER']}"
    before = {name: given[name] for name in ("PORT", "OPTIONS")}
    with (
        tempfile.TemporaryDirectory(prefix="ims-pgbouncer-") as folder,
        pooler(Path(folder), "transaction", place) as port,
    ):
        connection.close_pool()
        given |= {"PORT": str(port), "OPTIONS": dict(given["OPTIONS"])}
        assert adapt_to_pooler(given, prepares=False) or given["OPTIONS"].get("prepare_threshold") is None
        assert given["DISABLE_SERVER_SIDE_CURSORS"]
        yield
        connection.close_pool()
        given.update(before, DISABLE_SERVER_SIDE_CURSORS=False)


def _await(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("PgBouncer did not start")

"""A PgBouncer in transaction mode before a cluster."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.pooler import pooler


@contextmanager
def running_pooler(port: int) -> Iterator[str]:
    """The address of the cluster's database through the pooler."""
    place = f"host=127.0.0.1 port={port} user=postgres"
    with (
        tempfile.TemporaryDirectory(prefix="ims-pgbouncer-") as folder,
        pooler(Path(folder), "transaction", place) as own,
    ):
        yield f"postgres://postgres@127.0.0.1:{own}/postgres"

"""Bytes on disk for a read, a creation, the sealing of an entry and its archive.

`python -m benchmarks.sizes` with a DATABASE_URL of PostgreSQL; needs wrk. Each figure is the growth of the database,
with all indexes, divided by the number of new rows.
"""

import gzip
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.load import Load
from benchmarks.serving import PRODUCT, World, missing, world
from benchmarks.trail import installed
from tests.live import manage

INCIDENTS, SECONDS, SEALED, EXPORTED = 10_000, 15, 100_000, 20_000
TILES = "SELECT pg_total_relation_size('audit_treetile')"
GROWN = """
SELECT coalesce(sum(pg_total_relation_size(relid)), 0) FROM pg_stat_user_tables
WHERE relname LIKE 'audit_%' OR relname LIKE 'incidents_%' OR relname = 'users_token'
"""
ROWS = "SELECT count(*) FROM audit_auditentry WHERE origin = 'discovery'", "SELECT count(*) FROM incidents_incident"


def figures(filled: World, database: psycopg.Connection) -> Iterator[tuple[str, float]]:
    load = Load(filled.told, SECONDS)
    with filled.serve(PRODUCT) as address:
        for name, rows in zip(("get", "create"), ROWS, strict=True):
            load.run(address, name, seconds=1)
            with growth(database, rows) as grown:
                load.run(address, name)
            yield f"{name}: everything it writes", grown[0]


def figures_of_sealed(environment: dict[str, str]) -> Iterator[tuple[str, float]]:
    """Of a trail that is sealed."""
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as database:
        entries = number(database, "SELECT count(*) FROM audit_auditentry")
        yield "sealing an entry: its part of the tree", number(database, TILES) / entries
        last = number(database, "SELECT max(last_entry_id) FROM audit_checkpoint")
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive.gz"
        manage(environment, "audit_prove", "--range", str(last - EXPORTED), str(last), "--out", str(archive))
        with gzip.open(archive) as lines:
            yield "an entry in an archive, with its proof", archive.stat().st_size / sum(1 for _ in lines)


@contextmanager
def growth(database: psycopg.Connection, rows: str) -> Iterator[list[float]]:
    """A list that gets the bytes for each new row."""
    before, counted = number(database, GROWN), number(database, rows)
    grown: list[float] = []
    yield grown
    grown.append((number(database, GROWN) - before) / (number(database, rows) - counted))


def number(database: psycopg.Connection, sql: str) -> int:
    row = database.execute(sql.encode()).fetchone()
    return int(row[0]) if row else 0


def main() -> int:
    if absent := missing():
        print(absent, file=sys.stderr)
        return 2
    table = Table("what", "bytes", box=None)
    with ExitStack() as installations:
        filled = installations.enter_context(world(INCIDENTS))
        database = installations.enter_context(psycopg.connect(filled.environment["DATABASE_URL"], autocommit=True))
        found = [*figures(filled, database), *figures_of_sealed(installed(installations, SEALED))]
    for what, size in found:
        table.add_row(what, f"{size:,.0f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Empty databases for the fuzzer: a SQLite file, and one on the PostgreSQL server of DATABASE_URL."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql


def fresh_databases(folder: Path) -> Iterator[str]:
    """The address of each database."""
    yield f"sqlite:///{folder}/fuzz.sqlite3"
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        print("\n--- PostgreSQL is left out: DATABASE_URL does not name one")
        return
    server, _, name = given.rpartition("/")
    yield _created(server, f"{name.partition('?')[0]}_fuzz")


def _created(server: str, name: str) -> str:
    """Create an empty database on another database's server, dropping any database of that name."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    return f"{server}/{name}"

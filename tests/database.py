"""The suite's databases are migrated once and copied for each worker, because migrating takes longer than many tests.

The template's name contains a digest of every migration and of the versions it depends on, so it is never stale.
Objects installed after migrating (triggers, seeds) are reinstalled in each copy. Migration tests migrate their own
databases.
"""

import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection as default_connection
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "var" / "test-databases"
NAMED = "ims_template_"
# Migrated templates that were not used for this time are dropped.
KEPT = timedelta(days=2)
# The database-specific part beyond Django's declared types.
connection: Any = default_connection


def create() -> str:
    """Make the test database as a copy of the template and connect to it; returns the name it had before."""
    before: str = connection.settings_dict["NAME"]
    name = connection.creation._get_test_db_name()
    with locked():
        copied = from_file if connection.vendor == "sqlite" else from_server
        copied(name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
    return before


def from_file(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()
    with closing(sqlite3.connect(template_file())) as source:
        source.backup(connection.connection)


def copy_to(path: Path) -> None:
    """Make a migrated SQLite database of a file, as a new installation has it after `migrate`."""
    with locked(), closing(sqlite3.connect(template_file())) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)


def template_file() -> Path:
    """The migrated database that all others are copied from; made when there is none. Called under the lock."""
    template = CACHE / f"{digest()}.sqlite3"
    if not template.exists():
        for stale in CACHE.glob("*.sqlite3"):
            stale.unlink()
        unfinished = template.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        migrate(f"sqlite:///{unfinished}")
        unfinished.rename(template)
    return template


def from_server(name: str) -> None:
    given = connection.settings_dict
    connection.close_pool()
    copy_on_server(name)
    given["NAME"] = name


def copy_on_server(name: str) -> None:
    """Make a migrated database of this name on the PostgreSQL that the tests run on. Called under the lock."""
    template = f"{NAMED}{digest()}"
    given = connection.settings_dict
    with psycopg.connect(f"postgres://{credentials(given)}/postgres", autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [int(digest()[:15], 16)])  # against other checkouts
        known = {row[0] for row in server.execute("SELECT datname FROM pg_database")}
        if template not in known:
            drop_unused(server)
            command(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", f"{template}_unfinished")
            command(server, "CREATE DATABASE {}", f"{template}_unfinished")
            migrate(f"postgres://{credentials(given)}/{template}_unfinished")
            command(server, "ALTER DATABASE {} RENAME TO {}", f"{template}_unfinished", template)
        used = sql.SQL("COMMENT ON DATABASE {} IS {}")
        server.execute(used.format(sql.Identifier(template), sql.Literal(datetime.now(UTC).isoformat())))
        command(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        command(server, "CREATE DATABASE {} TEMPLATE {}", name, template)


def drop_unused(server: Any) -> None:
    named = "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname LIKE %s"
    for name, used in server.execute(named, [f"{NAMED}%"]).fetchall():
        if used and datetime.now(UTC) - datetime.fromisoformat(used) > KEPT:
            command(server, "DROP DATABASE IF EXISTS {}", name)


def command(server: Any, text: str, *names: str) -> None:
    server.execute(sql.SQL(text).format(*map(sql.Identifier, names)))


def credentials(given: dict[str, Any]) -> str:
    password = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    port = f":{given['PORT']}" if given["PORT"] else ""
    return f"{given['USER']}{password}@{given['HOST']}{port}"


def migrate(url: str) -> None:
    """Migrate a database in a separate process, as an installation does."""
    environment = {**os.environ, "DATABASE_URL": url, "IMS_ENVIRONMENT": "test"}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"], cwd=ROOT, env=environment, check=True
    )


def digest() -> str:
    """The inputs of the schema: the migrations of every installed app, and the library versions."""
    found = hashlib.sha256(f"{version('django')} {version('psycopg')} {sys.version}".encode())
    for config in sorted(apps.get_app_configs(), key=lambda each: each.label):
        for path in sorted((Path(config.path) / "migrations").glob("*.py")):
            found.update(f"{config.label}/{path.name}\n".encode() + path.read_bytes())
    return found.hexdigest()[:20]


@contextmanager
def locked() -> Iterator[None]:
    """Only one process makes the template; the others wait for it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

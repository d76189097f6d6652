"""Database triggers that make the audit tables append-only, whoever writes; reinstalled after every migration.

Both databases answer with an integrity error (PostgreSQL is told ERRCODE 23000), TRUNCATE included. SQLite's
INSERT OR REPLACE deletes without asking delete triggers, so there an insert must not meet an existing row.
"""

from collections.abc import Iterator
from typing import Any

from audit.models import AuditEntry, Checkpoint

MESSAGE = "audit entries are append-only"

FUNCTION = f"""
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '23000';
END $$
"""
# ALWAYS: they also fire in sessions that set session_replication_role to replica.
POSTGRESQL = (
    "CREATE OR REPLACE TRIGGER {table}_append_only_row BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
    "CREATE OR REPLACE TRIGGER {table}_append_only_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only_row",
    "ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only_truncate",
)
DROP_POSTGRESQL = (
    "DROP TRIGGER IF EXISTS {table}_append_only_row ON {table}",
    "DROP TRIGGER IF EXISTS {table}_append_only_truncate ON {table}",
)
DROP_SQLITE = tuple(f"DROP TRIGGER IF EXISTS {{table}}_append_only_{event}" for event in ("update", "delete", "insert"))
SQLITE = (
    *DROP_SQLITE,
    f"CREATE TRIGGER {{table}}_append_only_update BEFORE UPDATE ON {{table}} "
    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    f"CREATE TRIGGER {{table}}_append_only_delete BEFORE DELETE ON {{table}} "
    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    "CREATE TRIGGER {table}_append_only_insert BEFORE INSERT ON {table} "
    f"WHEN {{taken}} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
)
# Table → whether an insert would replace a row on SQLite, by any of its unique values.
TABLES = {
    AuditEntry._meta.db_table: (
        "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR legacy_id = NEW.legacy_id OR (sequence = NEW.sequence "
        "AND reference_type = NEW.reference_type AND reference_id = NEW.reference_id))"
    ),
    Checkpoint._meta.db_table: "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)",
}


def install(connection: Any) -> None:
    """Install the triggers. Idempotent; does nothing for a table that does not exist (yet, or any more)."""
    if connection.vendor != "postgresql":
        _run(connection, _for_tables(connection, SQLITE))
        return
    _run(connection, iter([FUNCTION]))
    if not _guarded(connection):
        _run(connection, _for_tables(connection, POSTGRESQL))


def remove(connection: Any) -> None:
    """Drop the triggers: what only the owner of the database can do. For tampering drills and test teardown."""
    _run(connection, _for_tables(connection, DROP_POSTGRESQL if connection.vendor == "postgresql" else DROP_SQLITE))


def _guarded(connection: Any) -> bool:
    """Whether PostgreSQL has every trigger, enabled always: then no lock on the tables is needed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'A' AND tgrelid::regclass::text || '_append_only_row' "
            "= tgname OR tgenabled = 'A' AND tgrelid::regclass::text || '_append_only_truncate' = tgname"
        )
        return bool(cursor.fetchone()[0] == 2 * len(TABLES))


def _for_tables(connection: Any, statements: tuple[str, ...]) -> Iterator[str]:
    present = set(connection.introspection.table_names())
    for table, taken in TABLES.items():
        if table in present:
            names = {"table": table, "taken": taken.format(table=table)}
            yield from (statement.format(**names) for statement in statements)


def _run(connection: Any, statements: Iterator[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

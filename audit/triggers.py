"""Database triggers that make the audit tables append-only for every writer; reinstalled after every migration.

On PostgreSQL every part of the trail has triggers of its own beside those it inherits: TRUNCATE of a part passes by the
statement triggers of the whole, and a part that is detached loses inherited ones. Both databases raise an integrity
error (PostgreSQL with ERRCODE 23000), for TRUNCATE as well. SQLite's INSERT OR REPLACE deletes without firing delete
triggers, so there an insert trigger rejects existing rows.
"""

import logging
from collections.abc import Iterator
from typing import Any

from audit.models import AuditEntry, Checkpoint, TrailArchive, TreeTile
from audit.partitions import tables_of_trail

MESSAGE = "audit entries are append-only"
MISSING, ALTERED = "is missing", "was replaced or disabled"

BODY = f"""
BEGIN
    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '23000';
END """
FUNCTION = f"CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $${BODY}$$"
# ALWAYS: also fires in sessions with session_replication_role = replica.
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
# Table → whether an insert would replace a row on SQLite, by any unique constraint.
TABLES = {
    AuditEntry._meta.db_table: (
        "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR legacy_id = NEW.legacy_id OR (sequence = NEW.sequence "
        "AND reference_type = NEW.reference_type AND reference_id = NEW.reference_id))"
    ),
    Checkpoint._meta.db_table: "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)",
    TrailArchive._meta.db_table: (
        "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR first_entry_id = NEW.first_entry_id)"
    ),
    TreeTile._meta.db_table: (
        "EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR (level = NEW.level AND position = NEW.position "
        "AND width = NEW.width))"
    ),
}


# The expected trigger properties on PostgreSQL: timing and events (bits of pg_trigger.tgtype), always enabled, no
# condition.
POSTGRESQL_TRIGGER_TYPES = {"{table}_append_only_row": 1 | 2 | 8 | 16, "{table}_append_only_truncate": 2 | 32}
GUARDS = """
SELECT t.tgname, t.tgtype, t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgnargs = 0, p.prosrc
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_language l ON l.oid = p.prolang
WHERE c.relname = ANY(%s) AND pg_table_is_visible(c.oid) AND NOT t.tgisinternal AND l.lanname = 'plpgsql'
  AND t.tgparentid = 0
"""

log = logging.getLogger("ims.audit")


def install(connection: Any) -> None:
    """Install the triggers. Idempotent; skips tables that do not exist.

    A replaced trigger is restored and reported: the tables could be changed until then.
    """
    wrong = altered(connection)
    for name, what in wrong.items():
        if what != MISSING:
            log.warning("the trigger %s %s and has been restored; run audit_verify", name, what)
    if connection.vendor != "postgresql":
        _run(connection, _for_tables(connection, SQLITE))
        return
    _run(connection, iter([FUNCTION]))
    if wrong:  # otherwise the tables need no lock
        _run(connection, _for_tables(connection, POSTGRESQL))


def remove(connection: Any) -> None:
    """Drop the triggers, which only the database owner can do. For tampering drills and test teardown."""
    _run(connection, _for_tables(connection, DROP_POSTGRESQL if connection.vendor == "postgresql" else DROP_SQLITE))


def altered(connection: Any) -> dict[str, str]:
    """The triggers of existing tables that differ from the installed ones, with the difference."""
    present = _present(connection)
    expected, kept = (_of_postgresql if connection.vendor == "postgresql" else _of_sqlite)(connection, present)
    return {
        name: ALTERED if name in kept else MISSING
        for name, definition in expected.items()
        if kept.get(name) != definition
    }


def _of_postgresql(connection: Any, tables: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    types = {name.format(table=table): kind for table in tables for name, kind in POSTGRESQL_TRIGGER_TYPES.items()}
    with connection.cursor() as cursor:
        cursor.execute(GUARDS, [tables])
        kept = {name: (kind, plain, source.split()) for name, kind, plain, source in cursor.fetchall()}
    return {name: (kind, True, BODY.split()) for name, kind in types.items()}, kept


def _of_sqlite(connection: Any, tables: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    creating = [each for each in _for_tables(connection, SQLITE) if each.startswith("CREATE")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = {name: sql.split() for name, sql in cursor.fetchall()}
    return {each.split()[2]: each.split() for each in creating}, kept


def _for_tables(connection: Any, statements: tuple[str, ...]) -> Iterator[str]:
    for table in _present(connection):
        names = {"table": table, "taken": TABLES.get(table, "").format(table=table)}
        yield from (statement.format(**names) for statement in statements)


def _present(connection: Any) -> list[str]:
    """The existing tables of the trail, and the parts of the partitioned one."""
    names = set(connection.introspection.table_names())
    tables = [table for table in TABLES if table in names]
    return tables + sorted(set(tables_of_trail(connection)) - set(TABLES)) if tables else []


def _run(connection: Any, statements: Iterator[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

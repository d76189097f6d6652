"""Database triggers that make the audit table append-only, whoever writes; reinstalled after every migration.

Both databases answer with an integrity error (PostgreSQL is told ERRCODE 23000), TRUNCATE included.
"""

from typing import Any

from audit.models import AuditEntry

TABLE = AuditEntry._meta.db_table
MESSAGE = "audit entries are append-only"

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '23000';
END $$;
CREATE OR REPLACE TRIGGER audit_append_only_row BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE OR REPLACE TRIGGER audit_append_only_truncate BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
"""

SQLITE = (
    f"CREATE TRIGGER IF NOT EXISTS audit_append_only_update BEFORE UPDATE ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    f"CREATE TRIGGER IF NOT EXISTS audit_append_only_delete BEFORE DELETE ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
)

DROP_POSTGRESQL = f"""
DROP TRIGGER IF EXISTS audit_append_only_row ON {TABLE};
DROP TRIGGER IF EXISTS audit_append_only_truncate ON {TABLE};
"""
DROP_SQLITE = (
    "DROP TRIGGER IF EXISTS audit_append_only_update",
    "DROP TRIGGER IF EXISTS audit_append_only_delete",
)


def install(connection: Any) -> None:
    """Install the triggers. Idempotent; does nothing where the table does not exist (yet, or any more)."""
    if TABLE not in connection.introspection.table_names():
        return
    _run(connection, (POSTGRESQL,) if connection.vendor == "postgresql" else SQLITE)


def remove(connection: Any) -> None:
    """Drop the triggers: what only the owner of the database can do. For tampering drills and test teardown."""
    _run(connection, (DROP_POSTGRESQL,) if connection.vendor == "postgresql" else DROP_SQLITE)


def _run(connection: Any, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

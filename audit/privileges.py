"""Whether the application's database role could change the audit trail, or drop what protects it (PostgreSQL)."""

import logging
from typing import Any

from django.db import DatabaseError, connection

from audit.partitions import tables_of_trail
from audit.triggers import TABLES

# Owners, members of the owner's role and superusers can drop triggers.
EXCESSIVE = """
SELECT c.relname,
       pg_has_role(current_user, c.relowner, 'MEMBER'),
       has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')
           OR has_table_privilege(c.oid, 'TRUNCATE') OR has_table_privilege(c.oid, 'TRIGGER')
FROM pg_class c
WHERE c.relname = ANY(%s) AND c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)
ORDER BY c.relname
"""

log = logging.getLogger("ims.audit")


def excessive_privileges(database: Any) -> list[str]:
    """What the current role can do to the tables of the trail beyond reading and inserting."""
    if database.vendor != "postgresql":
        return []  # whoever writes the file of SQLite owns it
    with database.cursor() as cursor:
        cursor.execute(EXCESSIVE, [sorted({*TABLES, *tables_of_trail(database)})])
        rows = cursor.fetchall()
    return [f"owns {table}" if owns else f"can change {table}" for table, owns, changes in rows if owns or changes]


def warn_at_start() -> None:
    """Log a warning if the application's role could change the trail. Called when a worker starts."""
    try:
        if excess := excessive_privileges(connection):
            log.warning("the application's database role %s; give it fewer rights (docs/roles.sql)", ", ".join(excess))
    except DatabaseError as error:
        log.warning("the privileges of the application's database role are unknown: %s", error)
    finally:
        connection.close()

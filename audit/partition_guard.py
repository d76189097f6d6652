"""Event triggers that refuse to detach or drop a part of the trail (PostgreSQL), and the search for missing parts.

Only a superuser can create event triggers; an installation without them refuses neither, but finds both. They ignore
the search path, which anyone can change. A leaf may be dropped once its archive is recorded (audit.archives).
"""
# ruff: noqa: S608 - the names are constants

import logging
from collections.abc import Iterator
from typing import Any

from django.db import connection

from audit.chain_reader import Finding, FindingKind
from audit.models import AuditEntry, TrailArchive
from audit.partitions import CHAINED, DEFAULT, DISCOVERY, TABLE, discovery_leaves, tables_of_trail

ARCHIVES = TrailArchive._meta.db_table
ALTERED, DROPPED = "audit_partitions_altered", "audit_partitions_dropped"
# Names of leaves: another name in the tree, or such a name outside it, is a part on its way out.
PART = f"^{TABLE}_(chained|discovery(_\\d+|_default)?)$"
SOURCES = {
    ALTERED: f"""
DECLARE
    part text;
BEGIN
    SELECT c.relname INTO part FROM pg_class c
    WHERE c.relname ~ '{PART}' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND EXISTS (SELECT FROM pg_class t WHERE t.relname = '{TABLE}' AND t.relkind = 'p');
    IF NOT FOUND THEN
        SELECT c.relname INTO part
        FROM pg_class p, pg_partition_tree(p.oid) t JOIN pg_class c ON c.oid = t.relid
        WHERE p.relname = '{TABLE}' AND p.relkind = 'p' AND t.level > 0 AND c.relname !~ '{PART}';
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'the audit trail keeps its parts: %', part USING ERRCODE = '23000';
    END IF;
END """,
    DROPPED: f"""
DECLARE
    part text;
BEGIN
    FOR part IN SELECT object_name FROM pg_event_trigger_dropped_objects() WHERE object_type = 'table'
        AND (object_name = '{TABLE}' OR object_name ~ '{PART}')
    LOOP
        PERFORM FROM {ARCHIVES} WHERE part = '{DISCOVERY}_' || first_entry_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the audit trail keeps its parts: %', part USING ERRCODE = '23000';
        END IF;
    END LOOP;
END """,
}
EVENTS = {ALTERED: "ddl_command_end WHEN TAG IN ('ALTER TABLE')", DROPPED: "sql_drop"}
STATE = """
SELECT e.evtname, e.evtenabled = 'A', p.prosrc FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid
WHERE e.evtname = ANY(%s)
"""
MISSING, REPLACED = "is missing", "was replaced or disabled"
IS_SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"

log = logging.getLogger("ims.audit")


def install(database: Any) -> None:
    """Create the event triggers if the role may, or say that they are missing. Idempotent."""
    if not tables_of_trail(database) or not (wrong := altered(database)):
        return
    with database.cursor() as cursor:
        cursor.execute(IS_SUPERUSER)
        if not cursor.fetchone()[0]:
            log.warning("only a superuser can create the event triggers %s; see docs/operations.md", ", ".join(wrong))
            return
        for name, source in SOURCES.items():
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS event_trigger LANGUAGE plpgsql "
                f"SET search_path FROM CURRENT AS $${source}$$"
            )
            cursor.execute(f"DROP EVENT TRIGGER IF EXISTS {name}")
            cursor.execute(f"CREATE EVENT TRIGGER {name} ON {EVENTS[name]} EXECUTE FUNCTION {name}()")
            cursor.execute(f"ALTER EVENT TRIGGER {name} ENABLE ALWAYS")


def remove(database: Any) -> None:
    """Drop the event triggers, which only a superuser can do. For migrations that are reversed, and drills."""
    with database.cursor() as cursor:
        for name in SOURCES:
            cursor.execute(f"DROP EVENT TRIGGER IF EXISTS {name}")


def altered(database: Any) -> dict[str, str]:
    """The event triggers that are missing, or are not as installed."""
    if not tables_of_trail(database):
        return {}
    with database.cursor() as cursor:
        cursor.execute(STATE, [list(SOURCES)])
        kept = {name: (enabled, source.split()) for name, enabled, source in cursor.fetchall()}
    return {
        name: REPLACED if name in kept else MISSING
        for name, source in SOURCES.items()
        if kept.get(name) != (True, source.split())
    }


def missing_part() -> Finding | None:
    """The first part of the trail that is missing from it."""
    tables = tables_of_trail(connection)
    if not tables:
        return None
    for problem in _missing(tables):
        return Finding(FindingKind.PART_MISSING, None, None, None, None, problem)
    return None


def _missing(tables: dict[str, str]) -> Iterator[str]:
    for table in (CHAINED, DISCOVERY, DEFAULT):
        if table not in tables:
            yield f"the part {table} was detached or dropped"
    expected = 0
    for leaf in discovery_leaves(connection):
        if leaf.start > expected and not _accounted_for(expected, leaf.start):
            yield f"the leaf of the discovery entries {expected} to {leaf.start - 1} was detached or dropped"
        expected = leaf.end


def _accounted_for(start: int, end: int) -> bool:
    """Whether archives cover a stretch, or the default leaf has received entries of it, because no leaf was made."""
    stretches = TrailArchive.objects.filter(first_entry_id__lt=end, last_entry_id__gte=start).order_by("first_entry_id")
    at = start
    for first, last in stretches.values_list("first_entry_id", "last_entry_id"):
        if first > at:
            break
        at = last + 1
    received = AuditEntry.objects.filter(sequence__isnull=True, id__gte=at, id__lt=end)
    return at >= end or bool(received.exists())

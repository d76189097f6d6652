"""The parts of the trail on PostgreSQL: one for chained entries, and leaves of discovery entries by id.

Leaves are made ahead of need, by each migration and by `manage.py audit_partitions`. The default leaf receives entries
for which there is none, so that no insert can fail; what it has received stays there, because nothing moves entries.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audit.models import AuditEntry

TABLE = AuditEntry._meta.db_table
CHAINED, DISCOVERY = f"{TABLE}_chained", f"{TABLE}_discovery"
DEFAULT = f"{DISCOVERY}_default"
# The ids of one leaf, and the number of empty leaves to have after the current one.
LEAF_SIZE = 50_000_000
AHEAD = 2

TREE = """
SELECT c.relname, c.relkind FROM pg_class p, pg_partition_tree(p.oid) t JOIN pg_class c ON c.oid = t.relid
WHERE p.relname = %s AND p.relkind = 'p' AND pg_table_is_visible(p.oid)
"""
# A bound is FOR VALUES FROM (MINVALUE) TO ('50000000'), or DEFAULT.
LEAVES = """
SELECT c.relname, (regexp_match(b.bound, 'FROM \\(''(\\d+)'''))[1]::bigint,
       (regexp_match(b.bound, 'TO \\(''(\\d+)'''))[1]::bigint
FROM pg_class p JOIN pg_inherits i ON i.inhparent = p.oid JOIN pg_class c ON c.oid = i.inhrelid,
     LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid) AS bound) b
WHERE p.relname = %s AND pg_table_is_visible(p.oid) AND b.bound <> 'DEFAULT'
ORDER BY 3
"""


@dataclass(frozen=True, slots=True)
class DiscoveryLeaf:
    """A leaf of discovery entries: its table, and the ids from `start` up to but without `end`."""

    table: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.table} (entries {self.start} to {self.end - 1})"


def is_partitioned(database: Any) -> bool:
    """Whether the trail is in parts; in SQLite, and before the migration, it is one table."""
    return bool(tables_of_trail(database))


def tables_of_trail(database: Any) -> dict[str, str]:
    """The tables of the partitioned trail, with their kinds in pg_class: `p` for those that are in parts, `r` else."""
    if database.vendor != "postgresql":
        return {}
    with database.cursor() as cursor:
        cursor.execute(TREE, [TABLE])
        return dict(cursor.fetchall())


def discovery_leaves(database: Any) -> list[DiscoveryLeaf]:
    """The leaves of discovery entries in the order of their ids, except the default one."""
    with database.cursor() as cursor:
        cursor.execute(LEAVES, [DISCOVERY])
        return [DiscoveryLeaf(table, start or 0, end) for table, start, end in cursor.fetchall()]


def last_id(database: Any, table: str = TABLE) -> int:
    """The highest id in a table of the trail; 0 if it is empty."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(max(id), 0) FROM {table}")  # noqa: S608 - own names
        return int(cursor.fetchone()[0])


def headroom(database: Any) -> int | None:
    """How many ids are left until the last leaf ends; None where the trail is one table."""
    if database.vendor != "postgresql":
        return None
    leaves = discovery_leaves(database)
    return max(leaves[-1].end - last_id(database) - 1, 0) if leaves else None


def missing_leaves(database: Any, ahead: int = AHEAD) -> list[DiscoveryLeaf]:
    """The leaves to make, so that `ahead` empty ones follow the current one.

    They begin after the last leaf and after what the default leaf has already received.
    """
    leaves = discovery_leaves(database)
    received = last_id(database, DEFAULT)
    begin = max(leaves[-1].end if leaves else 0, _next_bound(received) if received else 0)
    end = _next_bound(last_id(database)) + ahead * LEAF_SIZE
    return [DiscoveryLeaf(f"{DISCOVERY}_{start}", start, start + LEAF_SIZE) for start in range(begin, end, LEAF_SIZE)]


def make(database: Any, leaves: Iterable[DiscoveryLeaf]) -> None:
    """Create leaves. Requires the role that owns the trail, and `audit.triggers.install` afterwards.

    Attaching locks the trail for readers only as long as it takes to look through the default leaf.
    """
    with database.cursor() as cursor:
        for leaf in leaves:
            cursor.execute(f"CREATE TABLE {leaf.table} (LIKE {DISCOVERY} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
            cursor.execute(
                f"ALTER TABLE {DISCOVERY} ATTACH PARTITION {leaf.table} FOR VALUES FROM ({leaf.start}) TO ({leaf.end})"
            )


def _next_bound(entry_id: int) -> int:
    return (entry_id // LEAF_SIZE + 1) * LEAF_SIZE

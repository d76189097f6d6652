"""The parts of the trail on PostgreSQL: what they keep, how they are made, and drills of an owner who removes them."""
# ruff: noqa: S608 - the statements are a forger's, and the tests' own

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from audit import partition_guard, partitions, triggers
from audit.chain_reader import FindingKind
from audit.completeness import unguarded
from audit.models import AuditEntry
from audit.partitions import CHAINED, DEFAULT, DISCOVERY, LEAF_SIZE, TABLE
from audit.verify import verify
from tests.audit.factories import discover, state
from tests.vendors.factories import VendorFactory
from users.choices import SA

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps one table"),
]
FIRST = f"{DISCOVERY}_0"
PARTS = [CHAINED, DISCOVERY, FIRST, DEFAULT]


@pytest.fixture(autouse=True)
def entries():
    state(VendorFactory())
    discover()
    connection.check_constraints()


@pytest.fixture
def far_id():
    """Entries after this call get ids from the number on; the sequence is set back afterwards."""
    before = value("SELECT last_value FROM audit_auditentry_id_seq")
    yield lambda number: value("SELECT setval('audit_auditentry_id_seq', %s, false)", number)
    value("SELECT setval('audit_auditentry_id_seq', %s)", before)


def value(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def run(*statements):
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def refused(sql, match):
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        run(sql)


def table_of(entry):
    return value(f"SELECT tableoid::regclass::text FROM {TABLE} WHERE id = %s", entry.pk)


def command(name, **options):
    out = StringIO()
    call_command(name, stdout=out, stderr=StringIO(), **options)
    return out.getvalue().splitlines()


# -- where entries are


def test_chained_entries_and_discoveries_have_parts_of_their_own():
    assert table_of(AuditEntry.objects.filter(sequence__isnull=False).latest("id")) == CHAINED
    assert table_of(AuditEntry.objects.filter(sequence__isnull=True).latest("id")) == FIRST


def test_a_place_in_a_chain_and_an_imported_id_are_still_unique():
    names = ", ".join(field.column for field in AuditEntry._meta.concrete_fields if field.column != "id")
    last = AuditEntry.objects.filter(sequence__isnull=False).latest("id")
    refused(f"INSERT INTO {TABLE} ({names}) SELECT {names} FROM {TABLE} WHERE id = {last.pk}", "audit_chain_position")
    moved = names.replace("legacy_id", "7").replace("sequence", "sequence + %s")
    run(f"INSERT INTO {TABLE} ({names}) SELECT {moved % 1} FROM {TABLE} WHERE id = {last.pk}")
    again = f"INSERT INTO {TABLE} ({names}) SELECT {moved % 2} FROM {TABLE} WHERE id = {last.pk}"
    refused(again, "audit_legacy_id_unique")


def test_discoveries_fill_the_leaf_of_their_id_and_the_default_leaf_beyond(far_id):
    assert len(partitions.discovery_leaves(connection)) == 1 + partitions.AHEAD
    for number, table in ((LEAF_SIZE, f"{DISCOVERY}_{LEAF_SIZE}"), (90 * LEAF_SIZE, DEFAULT)):
        far_id(number)
        entry = discover()
        assert (entry.pk, table_of(entry)) == (number, table)
    assert partitions.headroom(connection) == 0
    assert unguarded() is None


@pytest.mark.parametrize(
    ("query", "read", "not_read"),
    [
        ("sequence IS NOT NULL", CHAINED, DISCOVERY),
        ("sequence IS NULL", DISCOVERY, CHAINED),
        ("origin = 'discovery'", DISCOVERY, CHAINED),
        ("action = 'create'", CHAINED, DISCOVERY),
        (f"sequence IS NULL AND id < {LEAF_SIZE}", FIRST, f"{DISCOVERY}_{LEAF_SIZE}"),
    ],
)
def test_the_planner_leaves_out_what_cannot_match(query, read, not_read):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN SELECT id FROM {TABLE} WHERE {query} ORDER BY id DESC LIMIT 50")
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert read in plan
    assert not_read not in plan


# -- leaves ahead of need


def test_there_is_nothing_to_make_after_migrating():
    assert partitions.missing_leaves(connection) == []
    lines = command("audit_partitions")
    assert len(lines) == 2 + partitions.AHEAD
    assert not any("made now" in line for line in lines)


def test_the_command_makes_leaves_that_are_protected_like_the_others(far_id):
    lines = command("audit_partitions", ahead=3)

    made = f"{DISCOVERY}_{3 * LEAF_SIZE}"
    assert [line for line in lines if "made now" in line] == [
        f"{made} (entries {3 * LEAF_SIZE} to {4 * LEAF_SIZE - 1}), made now"
    ]
    assert triggers.altered(connection) == {}
    far_id(3 * LEAF_SIZE)
    assert table_of(discover()) == made
    connection.check_constraints()
    refused(f"TRUNCATE {made}", "append-only")


def test_leaves_begin_after_what_the_default_leaf_received(far_id):
    far_id(5 * LEAF_SIZE + 10)
    entry = discover()
    connection.check_constraints()

    command("audit_partitions", ahead=1)

    assert partitions.discovery_leaves(connection)[-1].start == 6 * LEAF_SIZE
    assert table_of(entry) == DEFAULT


def test_the_stretch_that_the_default_leaf_received_is_not_missing(far_id):
    far_id(3 * LEAF_SIZE + 10)
    discover()
    connection.check_constraints()
    command("audit_partitions", ahead=1)
    assert unguarded() is None


# -- the migration


def test_the_migration_keeps_every_entry_in_both_directions(far_id):
    before = list(AuditEntry.objects.order_by("id").values())
    number = value("SELECT last_value FROM audit_auditentry_id_seq")
    for target in ("0004_source", "0005_partitions"):
        executor = MigrationExecutor(connection)
        executor.migrate([("audit", target)])
        run("SET CONSTRAINTS ALL IMMEDIATE")
        assert list(AuditEntry.objects.order_by("id").values()) == before
        assert value("SELECT last_value FROM audit_auditentry_id_seq") == number
        assert bool(partitions.tables_of_trail(connection)) == (target != "0004_source")
    call_command("migrate", "audit", verbosity=0)
    assert verify().verified
    assert unguarded() is None
    assert discover().pk == number + 1
    assert table_of(AuditEntry.objects.latest("id")) == FIRST


# -- drills


@pytest.mark.parametrize("table", [TABLE, *PARTS])
@pytest.mark.parametrize("sql", ["TRUNCATE {}", "DELETE FROM {}", "UPDATE {} SET id = id"])
def test_no_part_can_be_emptied_or_changed(table, sql):
    if table == DEFAULT and sql != "TRUNCATE {}":
        pytest.skip("row triggers have no row here")
    refused(sql.format(table), "append-only")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("sql", ["ALTER TABLE {parent} DETACH PARTITION {part}", "DROP TABLE {part}"])
def test_no_part_can_be_detached_or_dropped(part, sql):
    parent = TABLE if part in (CHAINED, DISCOVERY) else DISCOVERY
    refused(sql.format(parent=parent, part=part), "keeps its parts")


def test_a_part_cannot_be_renamed_on_its_way_out():
    refused(f"ALTER TABLE {FIRST} RENAME TO something_else", "keeps its parts")


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_was_detached_or_dropped_all_the_same_is_found(api, part):
    command("audit_checkpoint")
    connection.check_constraints()
    partition_guard.remove(connection)
    parent = TABLE if part in (CHAINED, DISCOVERY) else DISCOVERY
    run(f"ALTER TABLE {parent} DETACH PARTITION {part}")

    assert unguarded().kind is FindingKind.PART_MISSING
    with pytest.raises(CommandError, match="BROKEN"):
        command("audit_verify")
    if part == FIRST:  # without the others nothing can be written, reads included
        assert not api(SA).get("/audit-entries/verify/", expect=200).json()["verified"]


def test_a_detached_part_keeps_its_own_triggers():
    partition_guard.remove(connection)
    run(f"ALTER TABLE {DISCOVERY} DETACH PARTITION {FIRST}")
    for sql in ("DELETE FROM {}", "TRUNCATE {}"):
        refused(sql.format(FIRST), "append-only")


@pytest.mark.parametrize("part", PARTS)
def test_a_trigger_of_a_part_that_was_dropped_or_disabled_is_found_and_restored(part):
    for statement in (
        f"DROP TRIGGER {part}_append_only_truncate ON {part}",
        f"ALTER TABLE {part} DISABLE TRIGGER {part}_append_only_row",
    ):
        run(statement)
        assert unguarded().kind is FindingKind.UNGUARDED
        triggers.install(connection)
        assert unguarded() is None


def test_an_event_trigger_that_was_replaced_is_found_and_restored():
    run(f"ALTER EVENT TRIGGER {partition_guard.DROPPED} DISABLE")
    assert unguarded().kind is FindingKind.UNGUARDED
    partition_guard.install(connection)
    assert unguarded() is None
    harmless = "RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$"
    run(f"CREATE OR REPLACE FUNCTION {partition_guard.ALTERED}() {harmless}")
    assert "was replaced" in unguarded().problem


def test_a_role_that_is_no_superuser_is_told_what_is_missing(caplog, monkeypatch):
    partition_guard.remove(connection)
    monkeypatch.setattr(partition_guard, "IS_SUPERUSER", "SELECT false")
    partition_guard.install(connection)
    assert "only a superuser" in caplog.text
    assert unguarded() is None

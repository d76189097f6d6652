"""Entries cannot be changed or removed, neither by the ORM nor by raw SQL, on either database."""
# ruff: noqa: S608 - the statements are a forger's, and the tests' own

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from audit import triggers
from audit.apps import protect_trail
from audit.checkpoints import create_checkpoint_document, store_checkpoint
from audit.models import AuditEntry, Checkpoint
from audit.partitions import CHAINED
from core.context import context
from core.errors import UndeclaredError
from core.operations.registry import registry
from tests.audit.factories import state
from tests.vendors.factories import VendorFactory
from users.system import system_principal

pytestmark = pytest.mark.django_db

ENTRIES, CHECKPOINTS = AuditEntry._meta.db_table, Checkpoint._meta.db_table
postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL only")
sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite only")


@pytest.fixture
def entry():
    return immediate(state(VendorFactory()))


@pytest.fixture
def checkpoint(entry):
    document = create_checkpoint_document(lambda tile: None)
    with context(operation=registry["audit.checkpoint"]):
        return immediate(store_checkpoint(actor=system_principal(), document=document))


def immediate(record):
    """Foreign keys checked now: a table whose checks are still pending can be neither altered nor truncated."""
    connection.check_constraints()
    return record


def refused(sql):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_orm_refuses(entry, checkpoint):
    for record in (entry, checkpoint):
        with pytest.raises(UndeclaredError):
            record.save()
        with pytest.raises(UndeclaredError):
            record.delete()
    for method in ("update", "delete", "bulk_create", "bulk_update", "_raw_delete"):
        for model in (AuditEntry, Checkpoint):
            with pytest.raises(UndeclaredError):
                getattr(model.objects.all(), method)()


@pytest.mark.parametrize("table", [ENTRIES, CHECKPOINTS])
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "DELETE FROM {} WHERE id > 0"])
def test_the_database_refuses(checkpoint, table, sql):
    refused(sql.format(table))


@postgresql
@pytest.mark.parametrize("sql", ["TRUNCATE {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", [ENTRIES, CHECKPOINTS])
def test_the_database_refuses_truncate(checkpoint, table, sql):
    refused(sql.format(table))


@postgresql
def test_sessions_that_skip_ordinary_triggers_do_not_skip_these(entry):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    refused(f"DELETE FROM {ENTRIES}")


@postgresql
def test_an_upsert_is_an_update(entry):
    columns = ", ".join(field.column for field in AuditEntry._meta.concrete_fields)
    refused(
        f"INSERT INTO {CHAINED} ({columns}) SELECT {columns} FROM {ENTRIES} WHERE id = {entry.pk} "
        "ON CONFLICT (id) DO UPDATE SET operation = 'forged'"
    )


@sqlite
@pytest.mark.parametrize("column", ["id", "sequence"])
def test_insert_or_replace_replaces_nothing(entry, column):
    names = [field.column for field in AuditEntry._meta.concrete_fields]
    values = {"operation": "'forged'", **({} if column == "id" else {"id": "999999"})}
    selected = ", ".join(values.get(name, name) for name in names)
    refused(
        f"INSERT OR REPLACE INTO {ENTRIES} ({', '.join(names)}) SELECT {selected} FROM {ENTRIES} WHERE id = {entry.pk}"
    )
    assert not AuditEntry.objects.filter(operation="forged").exists()


def test_the_triggers_come_back_after_a_migration(entry):
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {ENTRIES} SET agent = agent")
    connection.check_constraints()
    call_command("migrate", "audit", verbosity=0)
    refused(f"DELETE FROM {ENTRIES}")


def test_installing_the_triggers_twice_is_harmless(entry):
    for _ in range(2):
        protect_trail(sender=apps.get_app_config("audit"), using="default")
    refused(f"DELETE FROM {ENTRIES}")


def test_nothing_is_installed_where_the_tables_are_missing(entry, monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", lambda *args: [])
    triggers.install(connection)
    triggers.remove(connection)
    monkeypatch.undo()
    refused(f"DELETE FROM {ENTRIES}")


def test_two_entries_cannot_take_the_same_place(entry):
    twin = AuditEntry.objects.get(pk=entry.pk)
    twin.pk, twin._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()

"""The database roles of docs/roles.sql: what the application and an auditor can do, and the warning without them."""
# ruff: noqa: S608 - the tests' own statements

import runpy
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connection, transaction

from audit import privileges, triggers
from audit.models import AuditEntry, Checkpoint
from audit.partitions import CHAINED, TABLE, tables_of_trail
from audit.privileges import excessive_privileges, warn_at_start
from tests.audit.factories import discover, state
from tests.vendors.factories import VendorFactory
from users.choices import SA

ROOT = Path(__file__).resolve().parents[2]
SQL = (ROOT / "docs" / "roles.sql").read_text()
TRAIL = sorted(triggers.TABLES)

pytestmark = pytest.mark.django_db
postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no roles")


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def names():
    """Roles of this test alone; its transaction is rolled back, and they are gone."""
    suffix = uuid4().hex[:12]
    sql = SQL.replace("ims_app", f"ims_app_{suffix}").replace("ims_auditor", f"ims_auditor_{suffix}")
    for _ in range(2):  # it is idempotent
        run(sql)
    return SimpleNamespace(app=f"ims_app_{suffix}", auditor=f"ims_auditor_{suffix}")


@contextmanager
def acting_as(role):
    run(f"SET LOCAL ROLE {role}")
    yield
    run("RESET ROLE")


def refused(sql):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        run(sql)


def test_the_file_names_every_table_of_the_trail():
    assert all(f"'{table}'" in SQL for table in TRAIL)
    assert SQL.count("'audit_") == len(TRAIL) + 1  # the tree of the partitions


@postgresql
def test_the_application_works_with_its_role(api, names):
    caller = api(SA)
    with acting_as(names.app):
        made = caller.post("/products/", {"product_name": "Nimbus", "product_type": "api_gateway"}, expect=201).json()
        caller.patch(f"/products/{made['id']}/", {"product_name": "Stratus"}, expect=200)
        caller.get("/products/", expect=200)
        call_command("audit_checkpoint", stdout=StringIO())
        assert caller.get("/audit-entries/verify/", expect=200).json()["verified"]
        path = f"/audit-entries/verify/?reference_type=audit_checkpoint&reference_id={Checkpoint.objects.get().pk}"
        assert caller.get(path, expect=200).json()["verified"]
        assert excessive_privileges(connection) == []


@postgresql
@pytest.mark.parametrize("table", TRAIL)
def test_the_application_can_only_add_to_the_trail(names, table):
    with acting_as(names.app):
        for sql in (
            f"UPDATE {table} SET id = id",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"DROP TABLE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TRIGGER {table}_append_only_row ON {table}",
            "CREATE TABLE forged (id int)",
        ):
            refused(sql)
    connection.check_constraints()


@postgresql
def test_the_application_reaches_the_parts_of_the_trail_only_through_the_whole(names):
    state(VendorFactory())
    discover()
    parts = sorted(set(tables_of_trail(connection)) - set(TRAIL))
    assert len(parts) > 3
    with acting_as(names.app):
        assert AuditEntry.objects.exists()
        for part in parts:
            for sql in (f"SELECT 1 FROM {part}", f"TRUNCATE {part}", f"DROP TABLE {part}", f"DELETE FROM {part}"):
                refused(sql)
        refused(f"ALTER TABLE {TABLE} DETACH PARTITION {CHAINED}")
    connection.check_constraints()


@postgresql
def test_the_auditor_verifies_and_reads_nothing_else(names):
    state(VendorFactory())
    discover()
    call_command("audit_checkpoint", stdout=StringIO())
    out = StringIO()
    with acting_as(names.auditor):
        call_command("audit_verify", stdout=out)
        refused("SELECT 1 FROM users_user")
        refused("DELETE FROM audit_auditentry")
        refused("INSERT INTO audit_treetile (level, position, width, data) VALUES (0, 0, 1, '')")
        assert AuditEntry.objects.exists()
    assert out.getvalue().startswith("verified")


@postgresql
def test_an_application_that_owns_the_trail_is_warned_of(names, caplog, monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)
    with acting_as(names.app):
        warn_at_start()
    assert caplog.text == ""
    warn_at_start()
    assert all(f"owns {table}" in caplog.text for table in (*TRAIL, *tables_of_trail(connection)))
    run(f"GRANT DELETE ON audit_auditentry TO {names.app}")
    with acting_as(names.app):
        assert excessive_privileges(connection) == ["can change audit_auditentry"]


def test_the_first_worker_warns_and_survives_without_a_database(caplog, monkeypatch):
    hook = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["post_worker_init"]

    def fail(database):
        raise OperationalError("away")

    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(privileges, "excessive_privileges", fail)
    hook(SimpleNamespace(age=2))
    assert caplog.text == ""
    hook(SimpleNamespace(age=1))
    assert "are unknown: away" in caplog.text

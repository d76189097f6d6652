"""Timeouts of PostgreSQL become refusals that may be retried, with nothing written."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import OperationalError, connection

from audit.models import AuditEntry
from core.sql.timeouts import timeout_reason
from tests.api import Api
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX

postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no such limits")


@contextmanager
def another_session(statement: str, *values: object) -> Iterator[psycopg.Connection]:
    """Another transaction, which has run a statement and stays open."""
    place = connection.settings_dict
    known = {"host": place["HOST"], "port": place["PORT"] or 5432, "user": place["USER"], "password": place["PASSWORD"]}
    with psycopg.connect(**known, dbname=place["NAME"]) as session:
        session.execute(statement, values)  # type: ignore[arg-type]
        yield session
        session.rollback()


@contextmanager
def limited(name: str, milliseconds: int) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {name} = {milliseconds}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"RESET {name}")


@postgresql
@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
def test_a_lock_timeout_asks_the_client_to_repeat(limit):
    vendor, caller = VendorFactory(), Api(UserFactory(role=EX))
    caller.get("/me/", expect=200)
    entries, path, body = AuditEntry.objects.count(), f"/vendors/{vendor.pk}/", {"status": "inactive"}

    held = f"SELECT 1 FROM {vendor._meta.db_table} WHERE id = %s FOR UPDATE"  # noqa: S608 - own name
    with limited(limit, 300), another_session(held, vendor.pk):
        refused = caller.patch(path, body, expect=503, code="database_unavailable", **{"Idempotency-Key": "k"})

    assert int(refused["Retry-After"]) > 0
    assert refused.json()["detail"]
    vendor.refresh_from_db()
    assert (vendor.status, vendor.version, AuditEntry.objects.count()) == ("active", 1, entries)
    caller.patch(path, body, expect=200, **{"Idempotency-Key": "k"})


@postgresql
@pytest.mark.usefixtures("committed")
def test_to_have_waited_for_another_writer_of_the_trail_is_no_failure_of_the_trail():
    vendor, caller = VendorFactory(), Api(UserFactory(role=EX))
    caller.get("/me/", expect=200)

    with limited("lock_timeout", 300), another_session("LOCK TABLE audit_auditentry IN EXCLUSIVE MODE"):
        caller.patch(f"/vendors/{vendor.pk}/", {"status": "inactive"}, expect=503, code="database_unavailable")
        caller.get("/vendors/", expect=503, code="database_unavailable")

    vendor.refresh_from_db()
    assert vendor.status == "active"


def test_other_errors_gave_nothing_up():
    assert timeout_reason(OperationalError()) == ""
    error = OperationalError()
    error.__cause__ = psycopg.errors.LockNotAvailable()
    assert "another request" in timeout_reason(error)

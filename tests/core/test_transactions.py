"""Refusals state correctly whether data was written: before the commit, at the commit, and if its response is lost."""

import os
from contextlib import contextmanager

import psycopg
import pytest
from django.db import InterfaceError, InternalError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.models import AuditEntry
from core.models import KeptAnswer
from core.reading.collections import Collection
from core.signals import record_saved
from core.sql.transactions import OutcomeUnknown, atomic_or_unknown
from incidents.models import Incident
from tests.api import Api
from tests.core.test_db_timeouts import another_session, limited, postgresql
from tests.incidents.factories import IncidentFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM
from users.models import Token
from vendors.models import Vendor

VENDOR = {
    "vendor_name": "Nimbus",
    "vendor_type": "cloud_service_provider",
    "contact_email": "help@nimbus.example",
    "contact_phone": "+4930123456",
}
HEADERS = pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k-1"}], ids=["without a key", "with a key"])
OTHER = {**VENDOR, "vendor_name": "Cumulus", "contact_email": "help@cumulus.example", "contact_phone": "+4940123456"}
committed = pytest.mark.usefixtures("committed")
own_session = pytest.mark.skipif(
    "IMS_TEST_POOLER" in os.environ, reason="a pooler gives the next transaction another session, without its limits"
)


def acts():
    return AuditEntry.objects.exclude(origin="discovery").count()


@contextmanager
def at_commit_of_a_vendor(monkeypatch, error, *, carried_out, times=9):
    """The first commits that a vendor is written by fail with an error, having been carried out or not."""
    real, written, left = BaseDatabaseWrapper._commit, [], [None] * times

    def note(**told):
        written.append(told["record"])

    def commit(self):
        fails = bool(written and left)
        if fails and not carried_out:
            left.pop()
            written.clear()
            raise error
        real(self)
        if fails:
            left.pop()
            written.clear()
            raise error

    record_saved.connect(note, sender=Vendor, dispatch_uid="test", weak=False)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(BaseDatabaseWrapper, "_commit", commit)
            yield
    finally:
        record_saved.disconnect(sender=Vendor, dispatch_uid="test")


def caused(kind, **facts):
    error, cause = kind("as the database says"), Exception()
    for name, value in facts.items():
        setattr(cause, name, value)
    error.__cause__ = cause
    return error


# -- before the commit


@committed
@HEADERS
@pytest.mark.parametrize("kind", ["create", "change"])
def test_a_write_whose_response_fails_is_rolled_back(monkeypatch, headers, kind):
    caller, vendor = Api(UserFactory(role=EX)), VendorFactory()
    before = acts()

    def fail(*args, **others):
        raise OperationalError("the database is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Collection, "shown", fail)
        send, path, body = (caller.post, "/vendors/", VENDOR)
        if kind == "change":
            send, path, body = (caller.patch, f"/vendors/{vendor.pk}/", {"status": "suspended"})
        refused = send(path, body, expect=503, code="database_unavailable", **headers)

    assert "Nothing was written" in refused.json()["next"]
    assert list(Vendor.objects.values_list("status", "version")) == [("active", 1)]
    assert (acts(), KeptAnswer.objects.count()) == (before, 0)
    send(path, body, **headers)
    assert acts() == before + 1


@postgresql
@own_session
@committed
@HEADERS
def test_a_change_whose_answer_waits_for_a_locked_table_is_not_written(headers):
    incident, caller = IncidentFactory(title="Logins fail"), Api(UserFactory(role=IM))
    path, before = f"/incidents/{incident.pk}/", acts()
    with limited("lock_timeout", 300), another_session("LOCK TABLE incidents_incidentnote IN ACCESS EXCLUSIVE MODE"):
        refused = caller.patch(path, {"title": "Nothing works"}, expect=503, code="database_unavailable", **headers)
    assert "Nothing was written" in refused.json()["next"]
    assert (Incident.objects.get().title, acts()) == ("Logins fail", before)


@committed
def test_a_login_that_cannot_reset_failures_creates_no_token(monkeypatch):
    UserFactory(email="ada@example.com", password="nine quiet lanterns")

    def fail(*args, **others):
        raise OperationalError("the database is gone")

    with monkeypatch.context() as patch:
        patch.setattr("users.lockout.reset", fail)
        body = {"email": "ada@example.com", "password": "nine quiet lanterns"}
        Api().post("/auth/token/", body, expect=503, code="database_unavailable")
    assert not Token.objects.exists()


# -- at the commit


@committed
@pytest.mark.parametrize(
    "error",
    [
        OperationalError("server closed the connection unexpectedly"),
        InterfaceError("connection already closed"),
        InternalError("received 2 results from command 'COMMIT'"),
        caused(OperationalError, sqlstate="57P01"),
        caused(OperationalError, sqlstate="08006"),
        caused(OperationalError, sqlite_errorname="SQLITE_IOERR_FSYNC"),
    ],
    ids=["closed", "interface", "pooler", "shutdown", "broken", "input and output"],
)
@HEADERS
def test_a_commit_without_a_response_is_reported_as_unknown(monkeypatch, headers, error):
    caller = Api(UserFactory(role=EX))
    with at_commit_of_a_vendor(monkeypatch, error, carried_out=True):
        refused = caller.post("/vendors/", VENDOR, expect=503, code="database_unavailable", **headers)

    document = refused.json()
    assert "unknown" in document["detail"]
    assert "Idempotency-Key" in document["next"]
    assert "Nothing was written" not in refused.content.decode()
    assert (document["rule"], refused["Retry-After"]) == ("outcome_unknown", "1")
    assert Vendor.objects.count() == 1  # it had been committed


@committed
def test_the_advice_after_an_unknown_commit_is_correct(monkeypatch):
    caller, key = Api(UserFactory(role=EX)), {"Idempotency-Key": "k-1"}
    lost = OperationalError("server closed the connection unexpectedly")
    with at_commit_of_a_vendor(monkeypatch, lost, carried_out=True):
        caller.post("/vendors/", VENDOR, expect=503, **key)
        caller.post("/vendors/", OTHER, expect=503)

    again = caller.post("/vendors/", VENDOR, expect=201, **key)
    assert again["Idempotency-Replayed"] == "true"
    assert [each["vendor_name"] for each in caller.get("/vendors/?search=Cumulus", expect=200).json()["results"]] == [
        "Cumulus"
    ]


@committed
@pytest.mark.parametrize(
    "facts", [{"sqlstate": "40001"}, {"sqlstate": "53100"}, {"sqlite_errorname": "SQLITE_BUSY"}], ids=str
)
def test_a_commit_rolled_back_by_the_database_is_reported_as_such(monkeypatch, facts):
    caller = Api(UserFactory(role=EX))
    with at_commit_of_a_vendor(monkeypatch, caused(OperationalError, **facts), carried_out=False):
        refused = caller.post("/vendors/", VENDOR, expect=503, code="database_unavailable")
    assert "Nothing was written" in refused.json()["next"]
    assert not Vendor.objects.exists()


@postgresql
@committed
def test_a_connection_that_dies_during_the_commit_leaves_the_outcome_unknown():
    caller = Api(UserFactory(role=EX))
    with dying_at_commit("vendors_vendor"):
        refused = caller.post("/vendors/", VENDOR, expect=503, code="database_unavailable")
    assert refused.json()["rule"] == "outcome_unknown"
    connection.close()
    assert not Vendor.objects.exists()


@contextmanager
def dying_at_commit(table):
    """The server ends the session that inserts into a table when it commits."""
    place = connection.settings_dict
    known = {"host": place["HOST"], "port": place["PORT"] or 5432, "user": place["USER"], "password": place["PASSWORD"]}
    with psycopg.connect(**known, dbname=place["NAME"], autocommit=True) as session:
        session.execute(
            "CREATE FUNCTION test_die() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$"
        )
        session.execute(
            f"CREATE CONSTRAINT TRIGGER test_die AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "  # type: ignore[arg-type]
            "FOR EACH ROW EXECUTE FUNCTION test_die()"
        )
        try:
            yield
        finally:
            session.execute("DROP FUNCTION test_die() CASCADE")


@committed
def test_only_the_end_of_the_whole_is_unknown(monkeypatch):
    def part():
        with atomic_or_unknown():
            with atomic_or_unknown():
                VendorFactory()
            raise OperationalError("before the commit")

    lost = OperationalError("server closed the connection unexpectedly")
    with at_commit_of_a_vendor(monkeypatch, lost, carried_out=True), pytest.raises(OperationalError):
        part()
    with at_commit_of_a_vendor(monkeypatch, lost, carried_out=True), pytest.raises(OutcomeUnknown), atomic_or_unknown():
        VendorFactory()
    assert Vendor.objects.count() == 1

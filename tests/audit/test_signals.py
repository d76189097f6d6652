"""Evidence signals: required receivers, rollback on failure, distinction from outages, and old values."""

from contextlib import contextmanager, suppress

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError, connection, transaction

from audit import receivers
from audit.models import AuditEntry
from core.context import context
from core.errors import AuditTrailFailure, UndeclaredError
from core.operations.registry import registry
from core.signals import RECORDER, record_read, record_saved
from incidents.models import Communication
from tests.resolution.factories import mitigated
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

VENDOR = {
    "vendor_name": "Nimbus Cloud",
    "contact_email": "support@nimbus.example",
    "contact_phone": "+49301234567",
    "vendor_type": "cloud_service_provider",
}
SIGNALS = pytest.mark.parametrize("signal", [record_saved, record_read], ids=["record_saved", "record_read"])


@contextmanager
def disconnected(*signals):
    for each in signals:
        assert each.disconnect(dispatch_uid=RECORDER)
    try:
        yield
    finally:
        receivers.connect()


@contextmanager
def connected(signal, receiver):
    signal.connect(receiver, weak=False, dispatch_uid="test")
    try:
        yield
    finally:
        signal.disconnect(dispatch_uid="test")


def entries(record):
    found = AuditEntry.objects.filter(reference_type=record.entity_type, reference_id=record.pk)
    return list(found.order_by("sequence"))


class Break:
    """A receiver that fails with a given error."""

    def __init__(self, error):
        self.error = error

    def __call__(self, **told):
        raise self.error


def of_database(kind, **facts):
    error, cause = kind("as the database says"), Exception()
    for name, value in facts.items():
        setattr(cause, name, value)
    error.__cause__ = cause
    return error


# -- disconnected


@SIGNALS
def test_the_check_and_the_start_refuse_an_installation_without_its_recorder(signal, request):
    name = request.node.callspec.id
    assert "core.E001" not in {each.id for each in run_checks()}
    with disconnected(signal):
        assert [each.obj for each in run_checks() if each.id == "core.E001"] == [name]
        with pytest.raises(CommandError, match=f"No audit trail receives core.signals.{name}"):
            call_command("check")
        with pytest.raises(UndeclaredError, match=f"no audit trail receives {name}"):
            apps.get_app_config("ims").ready()
    assert "core.E001" not in {each.id for each in run_checks()}


def test_a_recorder_of_one_kind_of_record_only_is_refused():
    with disconnected(record_saved):
        record_saved.connect(receivers.on_saved, sender=Vendor, dispatch_uid=RECORDER)
        try:
            assert "core.E001" in {each.id for each in run_checks()}
        finally:
            record_saved.disconnect(sender=Vendor, dispatch_uid=RECORDER)


def test_without_a_recorder_nothing_is_written(api):
    caller, vendor = api(EX), VendorFactory()
    with disconnected(record_saved):
        caller.post("/vendors/", VENDOR, expect=503, code="audit_trail_failure")
        caller.patch(f"/vendors/{vendor.pk}/", {"status": "suspended"}, expect=503, code="audit_trail_failure")
    assert list(Vendor.objects.values_list("status", "version")) == [("active", 1)]


def test_without_a_recorder_nothing_is_read(api):
    caller, vendor = api(EX), VendorFactory(vendor_name="Secret Vendor")
    with disconnected(record_read):
        for path in ("/vendors/", f"/vendors/{vendor.pk}/", "/me/"):
            refused = caller.get(path, expect=503, code="audit_trail_failure")
            assert b"Secret Vendor" not in refused.content


def test_a_receiver_that_records_nothing_does_not_count_as_the_recorder(api):
    caller, heard = api(EX), []

    def listen(**told):
        heard.append(told)

    with disconnected(record_saved), connected(record_saved, listen):
        caller.post("/vendors/", VENDOR, expect=503, code="audit_trail_failure")
    assert len(heard) == 1
    assert not Vendor.objects.exists()


# -- failing


@SIGNALS
@pytest.mark.parametrize("error", [RuntimeError("a defect"), IntegrityError("the place is taken")])
def test_a_receiver_that_fails_undoes_the_act(api, signal, error):
    caller, vendor = api(EX), VendorFactory()
    before = AuditEntry.objects.count()
    with connected(signal, Break(error)):
        if signal is record_saved:
            refused = caller.post("/vendors/", VENDOR, expect=503, code="audit_trail_failure")
        else:
            refused = caller.get(f"/vendors/{vendor.pk}/", expect=503, code="audit_trail_failure")
    assert refused.json()["detail"] == "Audit trail failure"
    assert Vendor.objects.count() == 1
    assert signal is record_read or AuditEntry.objects.count() == before


OUTAGES = [
    OperationalError("the database is gone"),
    InterfaceError("the connection is closed"),
    of_database(OperationalError, sqlite_errorname="SQLITE_BUSY"),
    of_database(OperationalError, sqlite_errorname="SQLITE_FULL"),
    of_database(OperationalError, sqlstate="53100"),
    of_database(InternalError, sqlstate="25006"),
]
OWN_FAILURES = [
    of_database(OperationalError, sqlite_errorname="SQLITE_ERROR"),  # there is no such table
    of_database(InternalError, sqlstate="XX001"),
]


@SIGNALS
@pytest.mark.parametrize("error", OUTAGES)
def test_an_outage_while_an_entry_is_written_is_reported_as_an_outage(api, signal, error):
    caller = api(EX)
    with connected(signal, Break(error)):
        act = (caller.post, "/vendors/", VENDOR) if signal is record_saved else (caller.get, "/vendors/")
        refused = act[0](*act[1:], expect=503, code="database_unavailable")
    assert refused["Retry-After"] == "1"
    assert not Vendor.objects.exists()


@pytest.mark.parametrize("error", OWN_FAILURES)
def test_a_database_error_for_the_entry_is_an_audit_trail_failure(api, error):
    caller = api(EX)
    with connected(record_saved, Break(error)):
        caller.post("/vendors/", VENDOR, expect=503, code="audit_trail_failure")


def test_a_swallowed_failure_still_prevents_the_commit():
    person, vendor = UserFactory(role=IM), VendorFactory()
    with (
        connected(record_saved, Break(RuntimeError("a defect"))),
        context(actor=person, operation=registry["vendor.update"]),
        transaction.atomic(),
        suppress(AuditTrailFailure),
    ):
        vendor.change(status="suspended")
    assert Vendor.objects.get().status == "active"


# -- what is carried


def test_a_save_sends_old_and_new_values_inside_its_transaction(api):
    vendor, heard = VendorFactory(), []

    def hear(sender, record, created, changes, **told):
        heard.append((sender, record.pk, created, dict(changes), connection.in_atomic_block))

    with connected(record_saved, hear):
        api(IM).patch(f"/vendors/{vendor.pk}/", {"status": "suspended"}, expect=200)

    assert heard[-1] == (Vendor, vendor.pk, False, {"status": ("active", "suspended")}, True)


def test_a_read_sends_its_query(api):
    heard = []

    def hear(entity_type, reference_id, filters, **told):
        heard.append((entity_type, reference_id, dict(filters)))

    with connected(record_read, hear):
        api(IM).get("/vendors/?status=active", expect=200)

    assert heard == [("vendor", None, {"status": "active"})]


def test_a_notification_that_the_system_records_is_audited_as_notify(api):
    api(IM).post(f"/incidents/{mitigated().pk}/resolve/", {"resolution_summary": "Replaced the node."}, expect=200)

    recorded = Communication.objects.filter(delivery_method="automated_notification").values("pk")
    told = AuditEntry.objects.filter(reference_type="communication", reference_id__in=recorded)
    assert set(told.values_list("operation", "action")) == {("incident.resolve", "notify")}

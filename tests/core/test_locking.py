"""Operations lock records in one order; a transaction that the database gave up is repeated, and nothing shows it."""

import re
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, connections, transaction

from audit.models import AuditEntry
from clients.models import SlaAgreement
from core.models import KeptAnswer
from core.operations.dispatch import execute
from core.signals import record_saved
from incidents.models import Incident
from incidents.service_levels import timers
from tests.api import Api, codes
from tests.clients.factories import AgreementFactory, ClientFactory, SubscriptionFactory
from tests.core.test_transactions import HEADERS, VENDOR, acts, at_commit_of_a_vendor, caused, committed
from tests.incidents.factories import IncidentFactory
from tests.incidents.test_concurrency import at_once, callers
from tests.resolution.factories import mitigated
from tests.users.factories import UserFactory
from users.choices import EX, IM
from vendors.models import Vendor

postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer and no row locks")
ROOT = Path(__file__).resolve().parent.parent.parent
DEADLOCK = {"sqlstate": "40P01"}
SUMMARY = {"resolution_summary": "Restarted."}
CONFLICTS = pytest.mark.parametrize("facts", [DEADLOCK, {"sqlstate": "40001"}], ids=["deadlock", "serialisation"])


class Conflicts:
    """The writes of vendors that come to nothing, because of another transaction."""

    def __init__(self, facts, times):
        self.facts, self.left, self.operations = facts, times, []

    def __call__(self, **told):
        self.operations.append(told["record"].vendor_name)
        if self.left:
            self.left -= 1
            raise caused(OperationalError, **self.facts)

    def __enter__(self):
        record_saved.connect(self, sender=Vendor, dispatch_uid="test", weak=False)
        return self

    def __exit__(self, *_):
        record_saved.disconnect(sender=Vendor, dispatch_uid="test")


@committed
@HEADERS
@CONFLICTS
def test_a_conflict_with_another_transaction_is_repeated_unseen(headers, facts):
    caller, before = Api(UserFactory(role=EX)), acts()
    with Conflicts(facts, 1) as conflicts:
        made = caller.post("/vendors/", VENDOR, expect=201, **headers).json()

    assert len(conflicts.operations) == 2
    assert list(Vendor.objects.values_list("pk", "version")) == [(made["id"], 1)]
    entry = AuditEntry.objects.exclude(origin="discovery").latest("id")
    assert (acts(), entry.operation, entry.sequence) == (before + 1, "vendor.create", 1)
    assert KeptAnswer.objects.count() == len(headers)


@committed
@HEADERS
def test_a_second_conflict_is_said_to_have_written_nothing(headers):
    caller, before = Api(UserFactory(role=EX)), acts()
    with Conflicts(DEADLOCK, 2) as conflicts:
        refused = caller.post("/vendors/", VENDOR, expect=503, code="database_unavailable", **headers)

    assert len(conflicts.operations) == 2
    assert ("Nothing was written" in refused.json()["next"], refused["Retry-After"]) == (True, "1")
    assert (Vendor.objects.count(), acts(), KeptAnswer.objects.count()) == (0, before, 0)


@committed
def test_a_conflict_found_at_the_commit_is_repeated(monkeypatch):
    caller = Api(UserFactory(role=EX))
    with at_commit_of_a_vendor(monkeypatch, caused(OperationalError, **DEADLOCK), carried_out=False, times=1):
        caller.post("/vendors/", VENDOR, expect=201)
    assert Vendor.objects.count() == 1


@committed
def test_other_errors_are_not_repeated():
    with Conflicts({"sqlstate": "55P03"}, 1) as conflicts:
        Api(UserFactory(role=EX)).post("/vendors/", VENDOR, expect=503)
    assert len(conflicts.operations) == 1


# -- the order


@committed
def test_a_duplicate_of_an_earlier_incident_is_resolved_by_starting_over_in_order():
    client = ClientFactory()
    earlier, later = mitigated(client=client), mitigated(client=client)
    caller = Api(UserFactory(role=IM))
    body = {**SUMMARY, "resolution_code": "duplicate", "duplicate_of_id": earlier.pk}
    before = AuditEntry.objects.filter(reference_type="incident", reference_id=later.pk).count()
    caller.post(f"/incidents/{later.pk}/resolve/", body, expect=200)

    later.refresh_from_db()
    assert (later.status, later.duplicate_of_id) == ("resolved", earlier.pk)
    assert AuditEntry.objects.filter(reference_type="incident", reference_id=later.pk).count() == before + 1


def test_locks_are_taken_in_one_place():
    """All but the clean-up, which skips what others hold."""
    found = [
        (str(path.relative_to(ROOT)), line.strip())
        for path in ROOT.glob("*/**/*.py")
        if path.relative_to(ROOT).parts[0] not in ("tests", "sdk", "benchmarks", "var", ".venv")
        for line in path.read_text().splitlines()
        if re.search(r"select_for_update\(", line) and "skip_locked=True" not in line
    ]
    assert [path for path, _ in found] == ["core/sql/locking.py"]


@postgresql
@committed
def test_an_agreement_and_its_subscription_changed_at_once_do_not_wait_for_each_other(caplog):
    subscription = SubscriptionFactory()
    agreement = AgreementFactory(subscription=subscription)
    for _ in range(3):
        IncidentFactory(client=subscription.client, severity=agreement.severity_level)
    one, other = callers(2, role=EX)
    for turn in range(10):
        minutes, flag = 20 + turn % 2, bool(turn % 2)
        answers = at_once(
            lambda minutes=minutes: one.patch(f"/sla-agreements/{agreement.pk}/", {"response_time_minutes": minutes}),
            lambda flag=flag: other.patch(f"/subscriptions/{subscription.pk}/", {"high_priority": flag}),
        )
        assert [each.status_code for each in answers] == [200, 200]
    assert "deadlock" not in caplog.text


@postgresql
@committed
def test_two_incidents_resolved_as_duplicates_of_each_other_do_not_wait_for_each_other(caplog):
    for _ in range(5):
        client = ClientFactory()
        one, other = mitigated(client=client), mitigated(client=client)
        first, second = callers(2)
        body = {**SUMMARY, "resolution_code": "duplicate"}
        won, lost = at_once(
            lambda who=first, a=one, b=other, body=body: who.post(
                f"/incidents/{a.pk}/resolve/", {**body, "duplicate_of_id": b.pk}
            ),
            lambda who=second, a=other, b=one, body=body: who.post(
                f"/incidents/{a.pk}/resolve/", {**body, "duplicate_of_id": b.pk}
            ),
        )
        assert (won.status_code, lost.status_code) == (200, 400), lost.content
        assert codes(lost) == {"invalid_reference"}
    assert "deadlock" not in caplog.text


@postgresql
@committed
def test_an_incident_opened_while_its_terms_change_keeps_no_old_due_time():
    executive, manager = UserFactory(role=EX), UserFactory(role=IM)
    agreement: SlaAgreement = AgreementFactory(severity_level="P1", response_time_minutes=15)
    client, opened = agreement.subscription.client, Event()

    def open_slowly():
        fields = {"client": client, "reporter": manager, "title": "Payments fail", "description": "Declined."}
        fields |= {"category": "system_outage", "impact_level": "high", "severity": "P1"}
        try:
            with transaction.atomic():
                execute("incident.create", actor=manager, data=fields)
                opened.set()
                Event().wait(0.5)  # the change of the terms begins meanwhile
        finally:
            connections.close_all()

    opening = Thread(target=open_slowly)
    opening.start()
    assert opened.wait(10)
    Api(executive).patch(f"/sla-agreements/{agreement.pk}/", {"response_time_minutes": 25}, expect=200)
    opening.join()

    incident = Incident.objects.get()
    assert (incident.response_due_at - incident.detected_at).total_seconds() == 25 * 60


@postgresql
@committed
def test_incidents_are_opened_while_many_are_restamped(monkeypatch):
    """A creation waits only for the last look for incidents opened meanwhile, not for the stamping."""
    executive, agreement = Api(UserFactory(role=EX)), AgreementFactory(severity_level="P1", response_time_minutes=15)
    client = agreement.subscription.client
    IncidentFactory(client=client, severity="P1")
    caller = callers(1)[0]
    stamping, go_on, stamp = Event(), Event(), timers.stamp

    def slow(incident, offers=None):
        if offers is not None:
            stamping.set()
            assert go_on.wait(10)
        stamp(incident, offers)

    monkeypatch.setattr(timers, "stamp", slow)
    answers = []
    changing = Thread(target=lambda: answers.extend(change(executive, agreement)))
    changing.start()
    assert stamping.wait(10)
    given = {"client_id": client.pk, "reporter_id": caller.user.pk, "title": "Logins fail", "description": "All."}
    given |= {"category": "api_error", "impact_level": "high", "severity": "P1"}
    made = caller.post("/incidents/", given, expect=201).json()
    go_on.set()
    changing.join()

    assert [each.status_code for each in answers] == [200]
    incident = Incident.objects.get(pk=made["id"])
    assert (incident.response_due_at - incident.detected_at).total_seconds() == 25 * 60


def change(executive, agreement):
    try:
        return [executive.patch(f"/sla-agreements/{agreement.pk}/", {"response_time_minutes": 25})]
    finally:
        connections.close_all()

"""SOP 16: Resolving Incidents."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from audit.models import AuditEntry
from incidents.models import Communication, IncidentLink
from reporting.models import IncidentReport
from resolution.readiness import TO_RESOLVE
from tests.api import codes, fields
from tests.changes.factories import ChangeFactory, RollbackFactory
from tests.clients.factories import AssignmentFactory, ClientFactory
from tests.incidents.factories import (
    AffectedClientFactory,
    CommunicationFactory,
    EscalationFactory,
    IncidentFactory,
    NoteFactory,
    PortalUpdateFactory,
    WorkaroundFactory,
)
from tests.knowledge.factories import ArticleFactory
from tests.resolution.factories import ConfirmationFactory, mitigated
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

SUMMARY = {"resolution_summary": "The faulty node was replaced."}


def path(incident, action="resolve"):
    return f"/incidents/{incident.pk}/{action}/"


def informed(**values):
    """An incident with only an informed client."""
    incident = IncidentFactory(**{"status": "in_progress", **values})
    PortalUpdateFactory(incident=incident)
    return incident


@pytest.mark.parametrize("role", [IM, TS, EX])
def test_a_mitigated_incident_is_resolved_with_its_postmortem_begun(api, role):
    incident, caller = mitigated(), api(role)

    answer = caller.post(path(incident), SUMMARY, expect=200).json()

    incident.refresh_from_db()
    assert (answer["status"], answer["resolution_summary"]) == ("resolved", SUMMARY["resolution_summary"])
    assert answer["resolved_at"] is not None
    assert answer["resolved_by_id"] == incident.resolved_by_id == caller.user.pk
    report = IncidentReport.objects.get(pk=answer["postmortem_report_id"])
    assert (report.incident_id, report.status, report.automatic) == (incident.pk, "draft", True)
    assert (report.report_type, report.generated_by_id) == ("postmortem_report", caller.user.pk)
    assert report.content["incident"]["id"] == incident.pk
    last = AuditEntry.objects.filter(reference_type="incident", reference_id=incident.pk).order_by("id").last()
    assert (last.action, last.operation, last.user_id) == ("resolve", "incident.resolve", caller.user.pk)


@pytest.mark.parametrize("status", ["open", "in_progress", "escalated"])
def test_every_unresolved_status_may_be_resolved(api, status):
    assert api(IM).post(path(mitigated(status=status)), SUMMARY, expect=200).json()["status"] == "resolved"


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_a_resolved_or_closed_incident_cannot_be_resolved_again(api, status):
    now = timezone.now()
    incident = mitigated(status=status, resolved_at=now, closed_at=now if status == "closed" else None)
    api(IM).post(path(incident), SUMMARY, expect=409, code="invalid_transition")


@pytest.mark.parametrize("role", [SA, AM])
def test_other_roles_do_not_resolve(api, role):
    api(role).post(path(mitigated()), SUMMARY, expect=403, code="role_not_permitted")


def test_the_summary_is_required(api):
    assert fields(api(IM).post(path(mitigated()), {}, expect=400)) == {"resolution_summary"}


def test_the_resolver_may_be_named_when_it_is_the_caller(api):
    caller, other = api(IM), UserFactory(role=IM)
    incident = mitigated()
    caller.post(path(incident), {**SUMMARY, "resolved_by": other.pk}, expect=403, code="actor_mismatch")
    caller.post(path(incident), {**SUMMARY, "resolved_by": caller.user.pk}, expect=200)


def test_everything_that_is_missing_is_named_at_once(api):
    incident = IncidentFactory(status="escalated")
    EscalationFactory(incident=incident)
    ChangeFactory(incident=incident, status="in_progress")
    RollbackFactory(incident=incident, status="in_progress")

    refused = api(IM).post(path(incident), SUMMARY, expect=409, code="precondition_failed")

    assert codes(refused) == {each.code for each in TO_RESOLVE}
    assert refused.json()["error_class"] == "invalid_transition"
    incident.refresh_from_db()
    assert (incident.status, incident.resolved_at) == ("escalated", None)
    assert not Communication.objects.filter(incident=incident).exists()
    assert not IncidentReport.objects.exists()


def test_an_incident_of_a_vendor_contact_also_needs_supervision(api):
    refused = api(IM).post(
        path(IncidentFactory(vendor_initiated=True)), SUMMARY, expect=409, code="precondition_failed"
    )
    assert codes(refused) == {"supervision_missing", "not_mitigated", "client_not_informed"}


def a_workaround(incident):
    WorkaroundFactory(incident=incident, effectiveness="partially_effective")


def a_change(incident):
    ChangeFactory(incident=incident, status="completed")


def a_rollback(incident):
    change = ChangeFactory(incident=incident, status="rolled_back")
    RollbackFactory(change_request=change, status="completed", validation_completed=True)


def a_confirmation(incident):
    ConfirmationFactory(incident=incident)


@pytest.mark.parametrize("evidence", [a_workaround, a_change, a_rollback, a_confirmation])
def test_each_kind_of_evidence_shows_mitigation(api, evidence):
    incident = informed()
    refused = api(TS).post(path(incident), SUMMARY, expect=409, code="precondition_failed")
    assert codes(refused) == {"not_mitigated"}

    evidence(incident)
    api(TS).post(path(incident), SUMMARY, expect=200)


def no_effect(incident):
    WorkaroundFactory(incident=incident, effectiveness="ineffective")


def no_longer_active(incident):
    WorkaroundFactory(incident=incident, status="replaced")


def a_failed_change(incident):
    ChangeFactory(incident=incident, status="failed")


def anothers_change(incident):
    ChangeFactory(incident=IncidentFactory(), status="completed")


def a_void_confirmation(incident):
    ConfirmationFactory(incident=incident, voided_at=timezone.now())


@pytest.mark.parametrize(
    "appearance", [no_effect, no_longer_active, a_failed_change, anothers_change, a_void_confirmation]
)
def test_ineffective_measures_are_not_evidence(api, appearance):
    incident = informed()
    appearance(incident)
    assert codes(api(IM).post(path(incident), SUMMARY, expect=409)) == {"not_mitigated"}


@pytest.mark.parametrize("status", ["sent", "delivered"])
def test_a_message_that_reached_a_contact_of_the_client_informs_it(api, status):
    incident = IncidentFactory(status="in_progress")
    WorkaroundFactory(incident=incident)
    contact = UserFactory(role=CC, client=incident.client)
    message = CommunicationFactory(incident=incident, recipient_type="client_contact", recipient_user=contact)
    assert codes(api(IM).post(path(incident), SUMMARY, expect=409)) == {"client_not_informed"}

    message.change(delivery_status=status, sent_at=timezone.now())
    api(IM).post(path(incident), SUMMARY, expect=200)


def to_staff(incident):
    CommunicationFactory(incident=incident, delivery_status="delivered")


def to_another_client(incident):
    contact = UserFactory(role=CC)
    CommunicationFactory(
        incident=incident, recipient_type="client_contact", recipient_user=contact, delivery_status="delivered"
    )


def failed_portal_update(incident):
    PortalUpdateFactory(incident=incident, delivery_status="failed")


def portal_update_to_executives(incident):
    CommunicationFactory(incident=incident, delivery_method="incident_portal_update", delivery_status="delivered")


def portal_update_to_a_group(incident):
    to = {"recipient_type": "group", "recipient_group": "operations"}
    PortalUpdateFactory(incident=incident, delivery_status="sent", **to)


def portal_update_to_another_client(incident):
    contact = AffectedClientFactory(incident=incident).client
    PortalUpdateFactory(incident=incident, recipient_user=UserFactory(role=CC, client=contact))


@pytest.mark.parametrize(
    "message",
    [
        to_staff,
        to_another_client,
        failed_portal_update,
        portal_update_to_executives,
        portal_update_to_a_group,
        portal_update_to_another_client,
    ],
)
def test_a_failed_communication_does_not_inform_the_client(api, message):
    incident = IncidentFactory(status="in_progress")
    WorkaroundFactory(incident=incident)
    message(incident)
    assert codes(api(IM).post(path(incident), SUMMARY, expect=409)) == {"client_not_informed"}


@pytest.mark.parametrize(
    ("unfinished", "code"),
    [
        (lambda incident: EscalationFactory(incident=incident), "escalation_open"),
        (lambda incident: ChangeFactory(incident=incident, status="in_progress"), "change_in_progress"),
        (lambda incident: RollbackFactory(incident=incident, status="in_progress"), "rollback_in_progress"),
    ],
)
def test_unfinished_actions_prevent_the_resolution(api, unfinished, code):
    incident = mitigated()
    record = unfinished(incident)
    assert codes(api(IM).post(path(incident), SUMMARY, expect=409)) == {code}

    done = {
        "escalation_open": {"status": "acknowledged", "acknowledged_at": timezone.now()},
        "change_in_progress": {"status": "failed"},
        "rollback_in_progress": {"status": "rejected"},
    }
    record.change(**done[code])
    api(IM).post(path(incident), SUMMARY, expect=200)


@pytest.mark.parametrize("code", ["false_alarm", "self_recovered"])
def test_a_manager_may_give_a_code_and_a_note_instead_of_evidence(api, code):
    incident = informed()
    given = {**SUMMARY, "resolution_code": code}
    assert codes(api(IM).post(path(incident), given, expect=409)) == {"not_mitigated"}

    NoteFactory(incident=incident)
    assert api(IM).post(path(incident), given, expect=200).json()["resolution_code"] == code


@pytest.mark.parametrize("role", [TS, EX])
def test_other_roles_state_a_code_only_with_evidence(api, role):
    incident = informed()
    NoteFactory(incident=incident)
    given = {**SUMMARY, "resolution_code": "self_recovered"}
    refused = api(role).post(path(incident), given, expect=403, code="role_not_permitted")
    assert codes(refused) == {"code_without_evidence_by_manager"}

    WorkaroundFactory(incident=incident)
    api(role).post(path(incident), given, expect=200)


def test_a_duplicate_names_another_incident_of_the_same_client(api):
    incident, caller = informed(), api(IM)
    NoteFactory(incident=incident)
    given = {**SUMMARY, "resolution_code": "duplicate"}
    twin, stranger = IncidentFactory(client=incident.client), IncidentFactory()

    for wrong in ({}, {"duplicate_of_id": incident.pk}, {"duplicate_of_id": stranger.pk}):
        assert fields(caller.post(path(incident), {**given, **wrong}, expect=400)) == {"duplicate_of_id"}
    assert fields(caller.post(path(incident), {**SUMMARY, "duplicate_of_id": twin.pk}, expect=400)) == {
        "duplicate_of_id"
    }
    assert (
        caller.post(path(incident), {**given, "duplicate_of_id": twin.pk}, expect=200).json()["duplicate_of_id"]
        == twin.pk
    )


def test_a_duplicate_may_name_an_incident_of_another_client_that_affects_this_one(api):
    incident = informed()
    NoteFactory(incident=incident)
    wide = AffectedClientFactory(client=incident.client).incident
    given = {**SUMMARY, "resolution_code": "duplicate", "duplicate_of_id": wide.pk}
    assert api(IM).post(path(incident), given, expect=200).json()["duplicate_of_id"] == wide.pk


def test_an_incident_that_takes_over_clients_twice_at_one_instant_is_judged_both_times(api):
    wide = mitigated()
    with time_machine.travel(timezone.now(), tick=False):
        for severity in ("P3", "P1"):
            twin = mitigated(client=wide.client)
            AffectedClientFactory.create_batch(2, incident=twin)
            NoteFactory(incident=twin)
            given = {**SUMMARY, "resolution_code": "duplicate", "duplicate_of_id": wide.pk}
            api(IM).post(path(twin), given, expect=200)
            wide.refresh_from_db()
            assert wide.severity == severity


def test_related_changes_and_articles_are_linked_once(api):
    incident, change, article = mitigated(), ChangeFactory(), ArticleFactory()
    IncidentLink(incident=incident, reference_type="change_request", reference_id=change.pk).save()
    other = ChangeFactory(incident=incident, status="completed")

    named = {"change_ids": [other.pk, change.pk, other.pk], "article_ids": [article.pk]}
    api(IM).post(path(incident), {**SUMMARY, **named}, expect=200)

    links = IncidentLink.objects.filter(incident=incident).order_by("reference_type", "reference_id")
    assert list(links.values_list("reference_type", "reference_id")) == [
        ("change_request", change.pk),
        ("change_request", other.pk),
        ("kb_article", article.pk),
    ]
    report = IncidentReport.objects.get(incident=incident)
    assert {each["id"] for each in report.content["changes"]} == {change.pk, other.pk}
    assert [each["title"] for each in report.content["articles"]] == [article.title]


@pytest.mark.parametrize("name", ["change_ids", "article_ids"])
def test_linked_records_must_exist(api, name):
    refused = api(IM).post(path(mitigated()), {**SUMMARY, name: [987_654]}, expect=400, code="invalid_reference")
    assert fields(refused) == {name}


def test_stakeholders_are_notified_each_once(api):
    incident, caller = mitigated(assigned_manager=UserFactory(role=IM)), api(IM)
    affected = AffectedClientFactory(incident=incident).client
    contact = UserFactory(role=CC, client=incident.client)
    incident.change(reporter=contact)
    neighbour = UserFactory(role=CC, client=affected)
    UserFactory(role=CC, client=incident.client, status="inactive")
    UserFactory(role=CC, client=ClientFactory())
    manager = AssignmentFactory(client=incident.client).user
    AssignmentFactory(client=affected, user=manager)
    AssignmentFactory(client=affected, ended_at=timezone.now())
    before = set(Communication.objects.values_list("pk", flat=True))

    caller.post(path(incident), SUMMARY, expect=200)

    sent = Communication.objects.exclude(pk__in=before).order_by("recipient_user_id")
    shown = list(sent.values_list("recipient_user_id", "recipient_type"))
    expected = [
        (incident.assigned_manager_id, "user"),
        (contact.pk, "client_contact"),
        (neighbour.pk, "client_contact"),
        (manager.pk, "user"),
    ]
    assert shown == sorted(expected)
    assert {(each.delivery_method, each.delivery_status, each.sender_user_id) for each in sent} == {
        ("automated_notification", "pending", caller.user.pk)
    }


def test_a_reporting_vendor_contact_is_notified_as_a_vendor_contact(api):
    incident = mitigated(reporter=UserFactory(role=VC))
    api(IM).post(path(incident), SUMMARY, expect=200)
    told = Communication.objects.get(incident=incident, recipient_user=incident.reporter)
    assert told.recipient_type == "vendor_contact"


def test_a_stale_version_resolves_nothing(api):
    incident = mitigated()
    api(IM).post(path(incident), SUMMARY, expect=412, code="stale_version", **{"If-Match": '"7"'})


def test_the_resolution_time_is_never_before_the_detection(api):
    incident = mitigated(detected_at=timezone.now() - timedelta(days=3))
    answer = api(IM).post(path(incident), SUMMARY, expect=200).json()
    assert answer["resolved_at"] > answer["detected_at"]

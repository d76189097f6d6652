"""One ordered account of an incident's whole life."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.utils import timezone

from audit.models import AuditEntry
from incidents.models import IncidentLink
from resolution.choices import TimelineKind
from tests.api import Api, capture, statements
from tests.changes.factories import ChangeFactory, RollbackFactory
from tests.incidents.factories import (
    AffectedClientFactory,
    AnalysisFactory,
    CommunicationFactory,
    EscalationFactory,
    EventCorrelationFactory,
    IncidentFactory,
    NoteFactory,
    PauseFactory,
    WorkaroundFactory,
)
from tests.knowledge.factories import ArticleFactory, ReviewFactory
from tests.products.factories import ComponentFactory
from tests.reporting.factories import MetricFactory, ReportFactory
from tests.resolution.factories import ConfirmationFactory, ReopeningFactory, mitigated
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, EX, IM, TS, VC

pytestmark = pytest.mark.django_db


def path(incident, query=""):
    return f"/incidents/{incident.pk}/timeline/{query}"


def told(reader, incident, query="?page_size=200"):
    return reader.get(path(incident, query), expect=200).json()["results"]


def kinds(entries):
    return [each["kind"] for each in entries]


def everything(client=None):
    """A resolved incident with a record of every kind, and when each event was."""
    now = timezone.now()
    incident = IncidentFactory(
        status="resolved",
        occurred_at=now - timedelta(hours=3),
        detected_at=now - timedelta(hours=2),
        acknowledged_at=now - timedelta(hours=1),
        resolved_at=now,
        component=ComponentFactory(product__vendor=VendorFactory()),
        **({"client": client} if client else {}),
    )
    contact = UserFactory(role=CC, client=incident.client)
    EventCorrelationFactory(incident=incident)
    AffectedClientFactory(incident=incident, removed_at=now)
    MetricFactory(incident=incident)
    NoteFactory(incident=incident, body="Inner.")
    NoteFactory(incident=incident, body="For all.", public=True)
    ended = {"ended_by": UserFactory(), "end_cause": "resumed", "end_note": "They answered."}
    PauseFactory(incident=incident, started_at=now - timedelta(minutes=30), ended_at=now, **ended)
    EscalationFactory(incident=incident, status="resolved", acknowledged_at=now, resolved_at=now)
    message = {"incident": incident, "delivery_status": "sent", "sent_at": now}
    CommunicationFactory(subject="To executives", **message)
    CommunicationFactory(subject="To you", recipient_type="client_contact", recipient_user=contact, **message)
    WorkaroundFactory(incident=incident).change(status="replaced")
    analyst = UserFactory(role=TS)
    finished = {"status": "approved", "root_cause": "A leak.", "completed_by": analyst, "reviewed_by": UserFactory()}
    AnalysisFactory(incident=incident, assigned_to=analyst, completed_at=now, approved_at=now, **finished)
    times = {"decided_at": now, "actual_start": now, "actual_end": now}
    change = ChangeFactory(incident=incident, status="rolled_back", **times)
    RollbackFactory(change_request=change, status="completed", validation_completed=True, executed_at=now)
    ReopeningFactory(incident=incident, reason="It was not the cache.")
    ConfirmationFactory(incident=incident, created_by=contact)
    IncidentLink(incident=incident, reference_type="change_request", reference_id=change.pk).save()
    review = {"reviewed_by": UserFactory(), "reviewed_at": now, "status": "completed", "digest": "0" * 64}
    ReportFactory(incident=incident, **review)
    ArticleFactory(incident=incident, status="published", published_at=now)
    done = {f"{name}_rating": 4 for name in ("timeline_accuracy", "communication_effectiveness", "technical_response")}
    ReviewFactory(incident=incident, status="completed", started_at=now, completed_at=now, **done)
    incident.change(severity="P2", peak_severity="P2")
    return incident


def test_every_kind_of_entry_is_listed_in_order(api):
    incident, worker = everything(), api(EX)
    worker.patch(f"/incidents/{incident.pk}/", {"root_cause_undetermined_reason": "–"}, expect=200)
    worker.post(f"/incidents/{incident.pk}/reopen/", {"reason": "Again."}, expect=200)
    EscalationFactory(incident=incident, status="acknowledged")
    incident.refresh_from_db()
    incident.change(status="escalated")
    by = {"resolved_by": UserFactory(), "closed_by": UserFactory()}
    incident.change(status="closed", resolved_at=timezone.now(), closed_at=timezone.now(), **by)

    entries = told(api(IM), incident)

    assert set(kinds(entries)) == set(TimelineKind.values)
    assert [each["at"] for each in entries] == sorted(each["at"] for each in entries)
    assert set(entries[0]) == {"at", "kind", "summary", "actor_id", "actor_name", "reference_type", "reference_id"}
    assert kinds(entries)[:3] == ["occurred", "detected", "acknowledged"]


def test_entries_name_their_record_and_their_actor(api):
    incident = IncidentFactory()
    note = NoteFactory(incident=incident, body="Checked the logs.", created_by=UserFactory(role=TS))
    entry = told(api(IM), incident, "?kind=note_added")[0]
    assert (entry["reference_type"], entry["reference_id"]) == ("incident_note", note.pk)
    assert entry["actor_id"] == note.created_by_id
    assert entry["summary"] == "Note: Checked the logs."


def test_a_reopening_preserves_the_former_resolution_and_its_reason(api):
    incident, worker = mitigated(), api(IM)
    worker.post(f"/incidents/{incident.pk}/resolve/", {"resolution_summary": "Restarted."}, expect=200)
    incident.refresh_from_db()
    worker.post(f"/incidents/{incident.pk}/reopen/", {"reason": "It came back."}, expect=200)
    entries = told(api(IM), incident, "?kind__in=resolved,reopened,status_changed")
    assert kinds(entries) == ["resolved", "reopened"]
    assert entries[0]["summary"] == "Resolved: Restarted."
    assert entries[0]["at"] == incident.resolved_at.isoformat().replace("+00:00", "Z")
    assert entries[1]["summary"] == "Reopened: It came back."
    assert {each["actor_id"] for each in entries} == {worker.user.pk}


def test_a_long_text_is_cut_and_braces_are_text(api):
    incident = IncidentFactory()
    NoteFactory(incident=incident, body="{title} " + "x" * 5_000)
    summary = told(api(IM), incident, "?kind=note_added")[0]["summary"]
    assert summary.startswith("Note: {title} xxx")
    assert len(summary) < 250


def test_the_timeline_is_complete_without_the_trail(api):
    incident = everything()
    with_trail = told(api(IM), incident)
    imported = IncidentFactory(imported_row={}, acknowledged_at=timezone.now(), status="closed")
    imported.change(resolved_at=timezone.now(), closed_at=timezone.now())
    entries = told(api(IM), imported)

    assert {"created", "detected", "acknowledged", "resolved", "closed"} == set(kinds(entries))
    assert "severity_changed" in kinds(with_trail)
    assert AuditEntry.objects.filter(reference_type="incident", reference_id=imported.pk).exists()


def test_a_client_contact_sees_only_readable_entries(api):
    incident = everything()
    entries = told(api(UserFactory(role=CC, client=incident.client)), incident)
    assert set(kinds(entries)) == {
        "occurred",
        "detected",
        "created",
        "acknowledged",
        "severity_changed",
        "note_added",
        "clock_paused",
        "clock_resumed",
        "communication_recorded",
        "communication_sent",
        "mitigation_confirmed",
        "resolved",
        "reopened",
        "report_generated",
        "postmortem_reviewed",
        "article_written",
        "article_published",
    }
    summaries = [each["summary"] for each in entries]
    assert "Reopened." in summaries
    assert [each for each in summaries if "Note" in each] == ["Note: For all."]
    assert "Resolution clock paused (waiting_for_vendor)." in summaries
    assert not [each for each in summaries if "executives" in each or "cache" in each or "answered" in each]


def test_a_vendor_contact_sees_the_work_but_not_others_messages(api):
    incident = everything()
    reader = UserFactory(role=VC, vendor=incident.component.product.vendor)
    shown = set(kinds(told(api(reader), incident)))
    assert {"workaround_implemented", "analysis_begun", "change_requested", "rollback_requested"} <= shown
    hidden = {
        "clock_paused",
        "clock_resumed",
        "communication_recorded",
        "escalated",
        "mitigation_confirmed",
        "report_generated",
        "review_scheduled",
    }
    assert not hidden & shown


@pytest.mark.parametrize("role", [CC, VC])
def test_outsiders_do_not_find_it(api, role):
    api(role).get(path(IncidentFactory()), expect=404, code="not_found")


def test_it_can_be_filtered_by_kind_and_time(api):
    incident, reader = everything(), api(IM)
    assert set(kinds(told(reader, incident, "?kind=escalated"))) == {"escalated"}
    both = told(reader, incident, "?kind__in=detected,note_added")
    assert sorted(kinds(both)) == ["detected", "note_added", "note_added"]
    cut = both[0]["at"]
    assert kinds(told(reader, incident, f"?kind__in=detected,note_added&at__lte={quote(cut)}")) == ["detected"]
    late = told(reader, incident, f"?kind__in=detected,note_added&at__gte={quote(both[1]['at'])}")
    assert kinds(late) == ["note_added", "note_added"]
    assert told(reader, incident, "?kind=detected&kind__in=note_added") == []


# A cursor whose time has no zone; no page returns such a cursor.
ZONELESS = "WyJhdCIsZmFsc2UsWyIyMDI1LTAxLTAxIiwxLCJhIiwwXSwxXQ"


@pytest.mark.parametrize(
    "query",
    [
        "kind=nonsense",
        "kind__in=detected,nonsense",
        "at__gte=yesterday",
        "status=open",
        "ordering=at",
        "cursor=nonsense",
        f"cursor={ZONELESS}",
        "page_size=0",
    ],
)
def test_invalid_parameters_are_refused(api, query):
    api(IM).get(path(IncidentFactory(), f"?{query}"), expect=400, code="invalid_filter")


def test_pages_lead_through_everything_forwards_and_backwards(api):
    incident, reader = IncidentFactory(), api(IM)
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False):
        for _ in range(11):
            NoteFactory(incident=incident)
    whole = told(reader, incident)
    assert len(whole) == 13

    forwards, address = [], path(incident, "?page_size=4")
    while address:
        page = reader.get(address, expect=200).json()
        forwards.append(page["results"])
        last, address = page, page["next"]
    assert [each for part in forwards for each in part] == whole

    backwards = []
    while last["previous"]:
        last = reader.get(last["previous"], expect=200).json()
        backwards.insert(0, last["results"])
    assert [each for part in backwards for each in part] == whole[:-1]


def test_reading_it_is_a_discovery(api):
    incident, reader = IncidentFactory(), api(IM)
    reader.get(path(incident, "?kind=created"), expect=200)
    entry = AuditEntry.objects.get(user=reader.user, action="entity_discovery")
    assert (entry.reference_type, entry.reference_id) == ("incident", incident.pk)
    assert entry.meta["filters"] == {"kind": "created", "view": "timeline"}


def test_the_number_of_queries_is_independent_of_a_thousand_records(api):
    incident, reader = everything(), Api(UserFactory(role=IM))
    reader.get(path(incident))
    with capture() as few:
        reader.get(path(incident), expect=200)
    for _ in range(250):
        NoteFactory(incident=incident)
        WorkaroundFactory(incident=incident, implemented_by=incident.reporter)
        CommunicationFactory(incident=incident, sender_user=incident.reporter)
        ChangeFactory(incident=incident, requested_by=incident.reporter)
    with capture() as many:
        page = reader.get(path(incident, "?page_size=200"), expect=200).json()

    assert len(page["results"]) == 200
    assert len(statements(many)) == len(statements(few)) <= 25


def test_entries_name_their_actors_to_those_who_may_read_them(api):
    manager = UserFactory(role=IM, name="Ines Moreau")
    incident = IncidentFactory(status="open")
    contact = UserFactory(role=CC, client=incident.client)
    api(manager).patch(f"/incidents/{incident.pk}/", {"status": "in_progress"}, expect=200)

    moved = [each for each in told(api(EX), incident) if each["actor_id"] == manager.pk]
    assert {each["actor_name"] for each in moved} == {"Ines Moreau"}
    assert all(each["actor_name"] is None for each in told(api(contact), incident) if each["actor_id"] == manager.pk)

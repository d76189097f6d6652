"""SOP 2: recording events, reading them, and the stored rules."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import AuditEntry
from incidents.models import CorrelationRule, EventRecord
from tests.api import codes, fields
from tests.clients.factories import ClientFactory
from tests.incidents.factories import CorrelationRuleFactory, EventCorrelationFactory, EventFactory
from tests.products.factories import ComponentFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

ALERT = {"source": "alert_log", "payload_summary": "Queue is full"}
RULE = {"name": "Storm", "group_by": "attributes.host", "window_minutes": 15, "min_events": 10}


def test_an_event_is_recorded_with_all_its_fields(api):
    given = {
        **ALERT,
        "severity_hint": "P3",
        "detected_at": "2025-05-01T10:00:00Z",
        "client_id": ClientFactory().pk,
        "component_id": ComponentFactory(status="offline").pk,
        "attributes": {"fingerprint": "a1", "host": "web1", "load": 0.9},
    }
    shown = api(IM).post("/events/", given, expect=201).json()
    assert given.items() <= shown.items()
    assert shown["already_recorded"] is False


def test_omitted_fields_are_null_and_the_detection_is_now(api):
    before = timezone.now()
    shown = api(IM).post("/events/", ALERT, expect=201).json()
    event = EventRecord.objects.get(pk=shown["id"])
    assert before <= event.detected_at <= timezone.now()
    assert (shown["severity_hint"], shown["client_id"], shown["component_id"]) == ("", None, None)
    assert (shown["attributes"], event.fingerprint) == ({}, None)


def test_the_audit_trail_identifies_the_event_without_its_content(api):
    carried = {"attributes": {"fingerprint": "mark-77", "password": "hunter2"}}
    shown = api(IM).post("/events/", {**ALERT, **carried}, expect=201).json()
    entry = AuditEntry.objects.get(reference_type="event_record", reference_id=shown["id"])
    assert (entry.action, entry.operation) == ("identify", "event.record")
    assert entry.changes["source"] == {"new": "alert_log"}
    for secret in ("hunter2", "password", "mark-77", "Queue"):
        assert secret not in str(entry.changes)


@pytest.mark.parametrize("role", [TS, SA, AM, EX, VC, CC])
def test_only_incident_managers_record_events(api, role):
    api(role).post("/events/", ALERT, expect=403, code="role_not_permitted")
    assert not EventRecord.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"source": "rumour"}, "source"),
        ({"payload_summary": " "}, "payload_summary"),
        ({"payload_summary": "x" * 2_001}, "payload_summary"),
        ({"severity_hint": "P0"}, "severity_hint"),
        ({"detected_at": (timezone.now() + timedelta(days=999)).isoformat()}, "detected_at"),
        ({"client_id": 987_654}, "client_id"),
        ({"component_id": 987_654}, "component_id"),
        ({"attributes": ["host"]}, "attributes"),
        ({"attributes": {"log": "x" * 10_000}}, "attributes"),
        ({"attributes": {"fingerprint": ""}}, "attributes"),
        ({"attributes": {"fingerprint": 5}}, "attributes"),
        ({"attributes": {"fingerprint": "x" * 201}}, "attributes"),
        ({"raw_log": "…"}, "raw_log"),
    ],
)
def test_an_invalid_payload_halts(api, changes, field):
    refused = api(IM).post("/events/", {**ALERT, **changes}, expect=400)
    assert fields(refused) == {field}
    assert refused.json()["sop"] == [2]
    assert not EventRecord.objects.exists()


def test_a_suspended_client_is_no_valid_reference(api):
    refused = api(IM).post("/events/", {**ALERT, "client_id": ClientFactory(status="suspended").pk}, expect=400)
    assert codes(refused) == {"invalid_reference"}


class TestSentAgain:
    def test_the_same_occurrence_is_answered_with_its_first_record(self, api):
        given = {**ALERT, "attributes": {"fingerprint": "a1"}, "detected_at": "2025-05-01T10:00:00Z"}
        caller = api(IM)
        first = caller.post("/events/", given, expect=201).json()
        again = caller.post("/events/", {**given, "payload_summary": "Queue is still full"}, expect=200).json()
        assert again == {**first, "already_recorded": True}
        assert EventRecord.objects.count() == 1
        assert AuditEntry.objects.filter(reference_type="event_record").count() == 1

    def test_a_repeated_fingerprint_after_days_is_a_new_event(self, api):
        given = {**ALERT, "attributes": {"fingerprint": "a1"}}
        caller = api(IM)
        first = caller.post("/events/", {**given, "detected_at": "2025-05-01T10:00:00Z"}, expect=201).json()
        later = {**given, "detected_at": "2025-05-04T10:00:00Z", "severity_hint": "P1"}
        shown = caller.post("/events/", later, expect=201).json()
        assert (shown["already_recorded"], shown["severity_hint"]) == (False, "P1")
        assert shown["id"] != first["id"]

    def test_a_repeated_source_event_is_recognised_at_any_time(self, api):
        given = {**ALERT, "attributes": {"event_id": "e-7"}}
        caller = api(IM)
        first = caller.post("/events/", {**given, "detected_at": "2025-05-01T10:00:00Z"}, expect=201).json()
        assert caller.post("/events/", given, expect=200).json()["id"] == first["id"]
        caller.post("/events/", {**given, "source": "internal_tool"}, expect=201)

    def test_another_source_or_fingerprint_is_another_alert(self, api):
        given = {**ALERT, "attributes": {"fingerprint": "a1"}, "detected_at": "2025-05-01T10:00:00Z"}
        caller = api(IM)
        caller.post("/events/", given, expect=201)
        caller.post("/events/", {**given, "source": "internal_tool"}, expect=201)
        caller.post("/events/", {**given, "attributes": {"fingerprint": "A1"}}, expect=201)

    def test_without_a_fingerprint_nothing_is_recognised(self, api):
        caller = api(IM)
        assert len({caller.post("/events/", ALERT, expect=201).json()["id"] for _ in range(2)}) == 2

    def test_the_database_decides(self):
        first = EventFactory(fingerprint="a1", source_event_id="e-7")
        with pytest.raises(IntegrityError), transaction.atomic():
            EventFactory(fingerprint="a1", detected_at=first.detected_at)
        with pytest.raises(IntegrityError), transaction.atomic():
            EventFactory(source_event_id="e-7")


@pytest.mark.parametrize("path", ["/events/", "/event-correlations/", "/correlation-rules/"])
def test_staff_read_all_and_contacts_nothing(api, path):
    row = EventCorrelationFactory()
    record = {"/events/": row.event, "/event-correlations/": row}.get(path) or CorrelationRuleFactory()
    for role in (IM, TS, SA, AM, EX):
        assert [each["id"] for each in api(role).get(path, expect=200).json()["results"]] == [record.pk]
    for role in (CC, VC):
        assert api(role).get(path, expect=200).json()["results"] == []
        api(role).get(f"{path}{record.pk}/", expect=404, code="not_found")


def test_events_are_found_by_their_content(api):
    wanted, _ = EventFactory(severity_hint="P1", source="internal_tool"), EventFactory(severity_hint="P4")
    found = api(TS).get("/events/?severity_hint__in=P1,P2&source=internal_tool", expect=200).json()["results"]
    assert [each["id"] for each in found] == [wanted.pk]
    one = api(TS).get(f"/discovery/?entity_type=event_record&id={wanted.pk}", expect=200).json()
    assert (one["match"], one["results"][0]["id"]) == ("one", wanted.pk)


class TestRules:
    def test_a_rule_is_stored_and_changed(self, api):
        caller = api(IM)
        shown = caller.post("/correlation-rules/", RULE, expect=201).json()
        assert {**RULE, "minimum_severity": None, "active": True}.items() <= shown.items()
        path = f"/correlation-rules/{shown['id']}/"
        changed = caller.patch(path, {"active": False, "minimum_severity": "P1"}, expect=200).json()
        assert (changed["active"], changed["minimum_severity"], changed["min_events"]) == (False, "P1", 10)
        assert caller.patch(path, {"minimum_severity": None}, expect=200).json()["minimum_severity"] is None
        acts = AuditEntry.objects.filter(reference_type="correlation_rule").order_by("id")
        assert list(acts.values_list("action", flat=True)) == ["create", "update", "update"]

    @pytest.mark.parametrize("role", [TS, SA, AM, EX, VC, CC])
    def test_only_incident_managers_write_rules(self, api, role):
        rule = CorrelationRuleFactory()
        api(role).post("/correlation-rules/", RULE, expect=403, code="role_not_permitted")
        api(role).patch(f"/correlation-rules/{rule.pk}/", {"active": False}, expect=403, code="role_not_permitted")

    def test_a_name_is_unique_in_any_spelling(self, api):
        existing = CorrelationRuleFactory(name="Storm")
        refused = api(IM).post("/correlation-rules/", {**RULE, "name": " STORM "}, expect=409, code="duplicate")
        item = refused.json()["errors"][0]
        assert (item["field"], item["existing_id"]) == ("name", existing.pk)
        other = CorrelationRuleFactory(name="Other")
        api(IM).patch(f"/correlation-rules/{other.pk}/", {"name": "storm"}, expect=409, code="duplicate")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("group_by", "severity"),
            ("group_by", "attributes."),
            ("group_by", "attributes.a b"),
            ("group_by", "client and component"),
            ("window_minutes", 0),
            ("window_minutes", 10_081),
            ("min_events", 0),
            ("minimum_severity", "P5"),
            ("name", ""),
        ],
    )
    def test_values_out_of_range_are_refused(self, api, field, value):
        refused = api(IM).post("/correlation-rules/", {**RULE, field: value}, expect=400, code="validation_error")
        assert fields(refused) == {field}
        assert not CorrelationRule.objects.exists()

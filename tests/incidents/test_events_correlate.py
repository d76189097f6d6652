"""SOP 2: Event Detection & Correlation, from the events to the decision and what it leaves."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from audit.models import AuditEntry
from incidents.models import EventCorrelation, EventRecord, Incident
from tests.api import capture, codes, fields, statements
from tests.clients.factories import ClientFactory
from tests.incidents.factories import (
    CorrelationRuleFactory,
    EventCorrelationFactory,
    EventFactory,
    IncidentFactory,
)
from tests.products.factories import ComponentFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

PATH = "/events/correlate/"
STATED = {
    "title": "Payments fail",
    "description": "Card payments are declined.",
    "category": "api_error",
    "impact_level": "high",
}


@pytest.fixture
def place():
    return {"client_id": ClientFactory().pk, "component_id": ComponentFactory().pk}


def payload(**changes):
    return {"source": "alert_log", "payload_summary": "Queue is full", **changes}


def decided(api, body, **options):
    return api(IM).post(PATH, body, expect=200, **options).json()


def nothing_written():
    return not (EventRecord.objects.exists() or EventCorrelation.objects.exists() or Incident.objects.exists())


class TestIncidentCreated:
    @pytest.mark.parametrize("hint", ["P1", "P2"])
    def test_by_one_severe_event(self, api, place, hint):
        event = EventFactory(severity_hint=hint, **place)
        caller = api(IM)
        answer = caller.post(PATH, {"event_record_ids": [event.pk]}, expect=200).json()

        assert answer["decision"] == "incident_created"
        assert hint in answer["reasons"][0]
        incident = answer["incident"]
        assert place.items() <= incident.items()
        assert (incident["severity"], incident["status"]) == (hint, "open")
        assert (incident["reporter_id"], incident["title"]) == (caller.user.pk, event.payload_summary)
        assert (incident["detection_source"], incident["severity_rule"]) == ("monitoring_alert", "event_hint")
        assert datetime.fromisoformat(incident["detected_at"]) == event.detected_at
        row = EventCorrelation.objects.get()
        assert (row.event_id, row.incident_id, row.decision) == (event.pk, incident["id"], "incident_created")
        assert row.correlation_key == f"client:{place['client_id']}/component:{place['component_id']}"
        assert [each["id"] for each in answer["events"]] == [event.pk]
        assert [each["id"] for each in answer["correlations"]] == [row.pk]

    def test_by_three_payloads_in_half_an_hour(self, api, place):
        times = [f"2025-05-01T10:{minute}:00Z" for minute in ("30", "00", "15")]
        body = {"event_payloads": [payload(detected_at=at, severity_hint="P3", **place) for at in times]}
        answer = decided(api, body)
        assert answer["decision"] == "incident_created"
        assert answer["incident"]["detected_at"] == "2025-05-01T10:30:00Z"  # by then there were enough
        assert answer["incident"]["severity"] == "P3"
        assert len(answer["events"]) == len(answer["correlations"]) == 3
        assert EventRecord.objects.count() == 3

    def test_by_stored_events_that_are_related(self, api, place):
        related = [EventFactory(**place) for _ in range(2)]
        EventFactory(**{**place, "component_id": ComponentFactory().pk})
        EventFactory(detected_at=timezone.now() - timedelta(minutes=90), **place)
        answer = decided(api, {"event_payloads": [payload(**place)]})
        assert answer["decision"] == "incident_created"
        assert {each["id"] for each in answer["events"]} >= {each.pk for each in related}
        assert len(answer["events"]) == 3

    def test_an_incident_without_hints_is_classified(self, api, place):
        answer = decided(api, {"event_payloads": [payload(**place)] * 3})
        assert (answer["incident"]["severity"], answer["incident"]["severity_rule"]) == ("P4", "minor_issue")

    @pytest.mark.parametrize("source", ["alert_log", "incident_portal_submission", "internal_tool"])
    def test_an_incident_from_events_has_the_detection_source_alert(self, api, place, source):
        body = {"event_payloads": [payload(source=source, severity_hint="P1", **place)]}
        assert decided(api, body)["incident"]["detection_source"] == "monitoring_alert"

    def test_the_detection_time_is_that_of_the_decisive_event(self, api, place):
        minor = EventFactory(severity_hint="P4", detected_at=timezone.now() - timedelta(minutes=20), **place)
        severe = EventFactory(severity_hint="P1", detected_at=timezone.now() - timedelta(minutes=10), **place)
        shown = decided(api, {"event_record_ids": [minor.pk, severe.pk]})["incident"]
        assert datetime.fromisoformat(shown["detected_at"]) == severe.detected_at

    def test_stated_fields_of_the_incident_take_precedence(self, api, place):
        event = EventFactory(severity_hint="P2", **place)
        other = ClientFactory().pk
        stated = {**STATED, "client_id": other, "severity": "P1", "urgency": "low"}
        incident = decided(api, {"event_record_ids": [event.pk], "incident": stated})["incident"]
        assert stated.items() <= incident.items()
        assert incident["component_id"] == place["component_id"]
        assert incident["affected_client_ids"] == [place["client_id"]]

    def test_a_severity_below_the_hints_is_refused(self, api, place):
        event = EventFactory(severity_hint="P1", **place)
        for more in ({}, {"classification": {"localized": True}}, {"severity_override_reason": "A drill."}):
            body = {"event_record_ids": [event.pk], "incident": {**STATED, "severity": "P4", **more}}
            api(IM).post(PATH, body, expect=422, code="severity_mismatch")
        assert not Incident.objects.exists()

    def test_facts_and_hints_decide_the_severity_together(self, api, place):
        event = EventFactory(severity_hint="P2", **place)
        stated = {"classification": {"regulatory_safety_or_financial_impact": True}}
        incident = decided(api, {"event_record_ids": [event.pk], "incident": stated})["incident"]
        assert (incident["severity"], incident["severity_rule"]) == ("P1", "regulatory_safety_or_financial")
        milder = EventFactory(severity_hint="P1", client_id=place["client_id"], component=ComponentFactory())
        stated = {"classification": {"localized": True}}
        incident = decided(api, {"event_record_ids": [milder.pk], "incident": stated})["incident"]
        assert (incident["severity"], incident["severity_rule"]) == ("P1", "event_hint")

    def test_events_without_a_client_get_that_of_the_request(self, api, place):
        stated = {**STATED, "client_id": place["client_id"]}
        answer = decided(api, {"event_payloads": [payload()] * 3, "incident": stated})
        assert answer["decision"] == "incident_created"
        assert (answer["incident"]["client_id"], answer["incident"]["component_id"]) == (place["client_id"], None)

    def test_a_category_that_an_event_states_is_taken(self, api, place):
        event = EventFactory(severity_hint="P1", attributes={"category": "network_issue"}, **place)
        assert decided(api, {"event_record_ids": [event.pk]})["incident"]["category"] == "network_issue"

    def test_a_key_relates_events_now_and_later(self, api, place):
        earlier = EventCorrelationFactory(correlation_key="SIG-7", event=EventFactory()).event
        body = {
            "event_payloads": [payload(client_id=ClientFactory().pk), payload()],
            "correlation_key": "SIG-7",
            "incident": {**STATED, **place},
        }
        answer = decided(api, body)
        assert answer["decision"] == "incident_created"
        assert earlier.pk in {each["id"] for each in answer["events"]}
        assert {each["correlation_key"] for each in answer["correlations"]} == {"SIG-7"}

    def test_everything_is_audited_under_its_own_operation(self, api, place):
        body = {"event_payloads": [payload(severity_hint="P1", attributes={"token": "hunter2"}, **place)]}
        decided(api, body)
        acts = AuditEntry.objects.filter(request_id=AuditEntry.objects.latest("id").request_id)
        assert list(acts.order_by("id").values_list("reference_type", "action", "operation")) == [
            ("event_record", "identify", "event.record"),
            ("incident", "create", "incident.create"),
            ("event_correlation", "identify", "event.correlate"),
        ]
        assert "hunter2" not in str(list(acts.values_list("changes", "meta")))


class TestTrending:
    def test_events_that_meet_no_criterion_are_recorded(self, api, place):
        answer = decided(api, {"event_payloads": [payload(severity_hint="P3", **place)]})
        assert (answer["decision"], answer["incident"]) == ("recorded_for_trending", None)
        assert len(answer["reasons"]) == 2
        row = EventCorrelation.objects.get()
        assert (row.incident_id, row.decision) == (None, "recorded_for_trending")
        assert not Incident.objects.exists()

    def test_recording_again_leaves_one_row(self, api):
        event = EventFactory()
        first, again = (decided(api, {"event_record_ids": [event.pk, event.pk]}) for _ in range(2))
        assert first["correlations"] == again["correlations"]
        assert EventCorrelation.objects.count() == 1

    def test_unrelated_given_events_are_recorded_for_trending(self, api, place):
        severe, other = EventFactory(severity_hint="P1", **place), EventFactory(client=ClientFactory())
        answer = decided(api, {"event_record_ids": [severe.pk, other.pk]})
        assert {each["event_id"]: each["decision"] for each in answer["correlations"]} == {
            severe.pk: "incident_created",
            other.pk: "recorded_for_trending",
        }

    @pytest.mark.parametrize("status", ["resolved", "closed"])
    def test_events_of_finished_incidents_do_not_count(self, api, place, status):
        now = timezone.now()
        over = IncidentFactory(status=status, resolved_at=now, closed_at=now if status == "closed" else None)
        EventCorrelationFactory(event=EventFactory(severity_hint="P1", **place), incident=over)
        assert decided(api, {"event_payloads": [payload(**place)]})["decision"] == "recorded_for_trending"


class TestLinked:
    @pytest.mark.parametrize("status", ["open", "in_progress", "escalated"])
    def test_to_the_open_duplicate(self, api, place, status):
        twin = IncidentFactory(category="api_error", status=status, **place)
        body = {"event_payloads": [payload(severity_hint="P1", **place)], "incident": STATED}
        answer = decided(api, body)
        assert (answer["decision"], answer["incident"]["id"]) == ("linked", twin.pk)
        assert twin.incident_code in answer["reasons"][-1]
        assert Incident.objects.count() == 1
        assert EventCorrelation.objects.get().decision == "linked"

    def test_without_a_category_any_open_incident_of_the_component_is_linked(self, api, place):
        twin = IncidentFactory(category="hardware_failure", **place)
        answer = decided(api, {"event_payloads": [payload(severity_hint="P1", **place)]})
        assert (answer["decision"], answer["incident"]["id"]) == ("linked", twin.pk)

    def test_another_category_is_another_incident(self, api, place):
        IncidentFactory(category="hardware_failure", **place)
        body = {"event_payloads": [payload(severity_hint="P1", **place)], "incident": STATED}
        assert decided(api, body)["decision"] == "incident_created"

    def test_a_higher_hint_raises_the_severity_with_a_reason(self, api, place):
        twin = IncidentFactory(severity="P4", **place)
        event = EventFactory(severity_hint="P1", **place)
        body = {"event_record_ids": [event.pk], "link_incident_id": twin.pk}
        answer = decided(api, body)
        shown = answer["incident"]
        assert (shown["severity"], shown["peak_severity"], shown["severity_rule"]) == ("P1", "P1", "event_hint")
        assert any("from P4 to P1 (event_hint)" in each for each in answer["reasons"])
        lowered = {"severity": "P3", "severity_override_reason": "The sensor is broken."}
        api(IM).patch(f"/incidents/{twin.pk}/", lowered, expect=200)
        assert decided(api, body)["incident"]["severity"] == "P3"  # known already
        other = EventFactory(severity_hint="P2", **place)
        shown = decided(api, {"event_record_ids": [other.pk], "link_incident_id": twin.pk})["incident"]
        assert (shown["severity"], shown["peak_severity"]) == ("P2", "P1")

    def test_a_found_duplicate_rises_as_well(self, api, place):
        IncidentFactory(severity="P4", category="hardware_failure", **place)
        answer = decided(api, {"event_payloads": [payload(severity_hint="P1", **place)]})
        assert (answer["decision"], answer["incident"]["severity"]) == ("linked", "P1")

    def test_to_no_incident_of_another_client(self, api, place):
        foreign = IncidentFactory()
        for given in ({"event_record_ids": [EventFactory(**place).pk]}, {"event_payloads": [payload(**place)]}):
            refused = api(IM).post(
                PATH, {**given, "link_incident_id": foreign.pk}, expect=400, code="invalid_reference"
            )
            assert fields(refused) == {"link_incident_id"}

    def test_a_repeated_request_creates_no_second_correlation(self, api, place):
        once = {"attributes": {"fingerprint": "a1"}, "detected_at": timezone.now().isoformat()}
        body = {"event_payloads": [payload(severity_hint="P1", **once, **place)]}
        first, again = decided(api, body), decided(api, body)
        assert (first["decision"], again["decision"]) == ("incident_created", "linked")
        assert first["incident"]["id"] == again["incident"]["id"]
        assert first["correlations"] == again["correlations"]
        assert (EventRecord.objects.count(), Incident.objects.count()) == (1, 1)

    def test_only_what_is_sent_again_is_marked_as_recorded_before(self, api, place):
        mark = {"attributes": {"fingerprint": "a1"}}
        sent = payload(**mark, detected_at="2026-01-05T09:00:00Z", **place)
        stored = EventFactory(detected_at=datetime(2026, 1, 5, 9, 1, tzinfo=UTC), **place)

        def marks(*payloads, **more):
            answer = decided(api, {"event_payloads": payloads, **more})
            return {event["detected_at"]: event["already_recorded"] for event in answer["events"]}

        with time_machine.travel("2026-01-05T10:00:00Z", tick=False):
            first, later = "2026-01-05T09:00:00Z", "2026-01-05T09:02:00Z"
            assert marks(sent, sent) == {first: False}
            assert marks(sent) == {first: True}
            named = marks({**sent, "detected_at": later}, sent, event_record_ids=[stored.pk])
        assert named == {first: True, "2026-01-05T09:01:00Z": False, later: False}

    def test_explicitly_whatever_the_criteria_say(self, api):
        incident, event = IncidentFactory(status="resolved", resolved_at=timezone.now()), EventFactory()
        answer = decided(api, {"event_record_ids": [event.pk], "link_incident_id": incident.pk})
        assert (answer["decision"], answer["incident"]["id"]) == ("linked", incident.pk)
        assert EventCorrelation.objects.get().incident_id == incident.pk

    def test_not_to_a_closed_incident(self, api):
        now = timezone.now()
        closed = IncidentFactory(status="closed", resolved_at=now, closed_at=now)
        body = {"event_payloads": [payload()], "link_incident_id": closed.pk}
        api(IM).post(PATH, body, expect=409, code="invalid_transition")
        assert not EventRecord.objects.exists()

    def test_not_to_an_unknown_incident(self, api):
        body = {"event_payloads": [payload()], "link_incident_id": 987_654}
        refused = api(IM).post(PATH, body, expect=400, code="invalid_reference")
        assert fields(refused) == {"link_incident_id"}
        assert nothing_written()


class TestCriteria:
    def test_the_requests_rule_wins_over_a_stored_one(self, api, place):
        CorrelationRuleFactory(group_by="client", min_events=1)
        body = {"event_payloads": [payload(**place)], "correlation_rules": {"group_by": "client", "min_events": 2}}
        assert decided(api, body)["decision"] == "recorded_for_trending"

    def test_a_stored_rule_wins_over_the_default(self, api, place):
        rule = CorrelationRuleFactory(name="Calm", group_by="component", min_events=4)
        assert decided(api, {"event_payloads": [payload(**place)] * 3})["decision"] == "recorded_for_trending"
        answer = decided(api, {"event_payloads": [payload(**place)]})
        assert answer["decision"] == "incident_created"
        assert rule.name in answer["reasons"][0]

    @pytest.mark.parametrize(("minutes", "decision"), [(110, "incident_created"), (130, "recorded_for_trending")])
    def test_events_of_one_key_count_within_a_stored_rules_window(self, api, place, minutes, decision):
        CorrelationRuleFactory(group_by="client", window_minutes=120, min_events=2)
        before = timezone.now() - timedelta(minutes=minutes)
        EventCorrelationFactory(correlation_key="SIG-7", event=EventFactory(detected_at=before))
        body = {"correlation_key": "SIG-7", "event_payloads": [payload(**place)]}
        assert decided(api, body)["decision"] == decision

    def test_an_inactive_rule_does_not_apply(self, api, place):
        CorrelationRuleFactory(group_by="client", min_events=1, active=False)
        assert decided(api, {"event_payloads": [payload(**place)]})["decision"] == "recorded_for_trending"

    def test_a_stored_rule_without_threshold_leaves_the_default_one(self, api, place):
        CorrelationRuleFactory(group_by="client", min_events=100)
        body = {"event_payloads": [payload(severity_hint="P2", **place)]}
        assert decided(api, body)["decision"] == "incident_created"

    def test_thresholds_of_request_rule_and_default(self, api, place):
        CorrelationRuleFactory(group_by="client", min_events=100, minimum_severity="P1")
        given = {"event_payloads": [payload(severity_hint="P2", **place)]}
        assert decided(api, given)["decision"] == "recorded_for_trending"
        stated = {"severity_thresholds": {"minimum_severity": "P2"}}
        assert decided(api, {**given, **stated})["decision"] == "incident_created"

    @pytest.mark.parametrize("value", ["web1", 7, True])
    def test_grouping_by_an_attribute_finds_stored_events(self, api, place, value):
        related = EventFactory(attributes={"host": value}, client=ClientFactory())
        EventFactory(attributes={"host": "web2"})
        body = {
            "event_payloads": [payload(attributes={"host": value}, **place)],
            "correlation_rules": {"group_by": "attributes.host", "window_minutes": 10, "min_events": 2},
        }
        answer = decided(api, body)
        assert answer["decision"] == "incident_created"
        assert related.pk in {each["id"] for each in answer["events"]}
        assert len(answer["events"]) == 2
        assert answer["incident"]["client_id"] == place["client_id"]
        assert answer["incident"]["affected_client_ids"] == [related.client_id]

    @pytest.mark.parametrize("group_by", ["client", "component", "source"])
    def test_grouping_finds_stored_events(self, api, place, group_by):
        EventFactory(**place)
        rule = {"group_by": group_by, "window_minutes": 10, "min_events": 2}
        answer = decided(api, {"event_payloads": [payload(**place)], "correlation_rules": rule})
        assert answer["decision"] == "incident_created"


class TestHalts:
    @pytest.mark.parametrize("role", [TS, SA, AM, EX, VC, CC])
    def test_only_incident_managers_correlate(self, api, role):
        api(role).post(PATH, {"event_payloads": [payload()]}, expect=403, code="role_not_permitted")
        assert nothing_written()

    @pytest.mark.parametrize("body", [{}, {"event_record_ids": [], "event_payloads": []}])
    def test_without_events(self, api, body):
        assert fields(api(IM).post(PATH, body, expect=400)) == {"event_record_ids"}

    def test_an_unknown_event_record(self, api):
        event = EventFactory()
        body = {"event_record_ids": [event.pk, 987_654]}
        refused = api(IM).post(PATH, body, expect=400, code="invalid_reference")
        assert fields(refused) == {"event_record_ids"}
        assert "987654" in refused.json()["detail"]
        assert not EventCorrelation.objects.exists()

    def test_an_invalid_payload_names_its_place(self, api, place):
        body = {"event_payloads": [payload(severity_hint="P1", **place), payload(source="rumour")]}
        assert fields(api(IM).post(PATH, body, expect=400)) == {"event_payloads[1].source"}
        assert nothing_written()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"correlation_rules": {"group_by": "mood"}}, "correlation_rules.group_by"),
            ({"correlation_rules": {"window_minutes": 0}}, "correlation_rules.window_minutes"),
            ({"correlation_rules": {"min_events": "2"}}, "correlation_rules.min_events"),
            ({"severity_thresholds": {}}, "severity_thresholds.minimum_severity"),
            ({"severity_thresholds": {"minimum_severity": "P9"}}, "severity_thresholds.minimum_severity"),
            ({"incident": {"status": "closed"}}, "incident.status"),
            ({"incident": {"client_id": 987_654}}, "incident.client_id"),
            ({"event_payloads": "all"}, "event_payloads"),
            ({"event_payloads": [payload()] * 51}, "event_payloads"),
            ({"schedule": "daily"}, "schedule"),
        ],
    )
    def test_invalid_criteria_and_fields(self, api, changes, field):
        refused = api(IM).post(PATH, {"event_payloads": [payload(severity_hint="P1")], **changes}, expect=400)
        assert fields(refused) == {field}
        assert nothing_written()

    def test_an_incident_of_an_unknown_client_and_component(self, api):
        body = {"event_payloads": [payload(severity_hint="P1")]}
        refused = api(IM).post(PATH, body, expect=400, code="validation_error")
        assert fields(refused) == {"incident.client_id", "incident.component_id"}
        assert codes(refused) == {"required"}
        assert nothing_written()

    def test_an_incident_of_an_unknown_component(self, api, place):
        body = {"event_payloads": [payload(severity_hint="P1", client_id=place["client_id"])]}
        assert fields(api(IM).post(PATH, body, expect=400)) == {"incident.component_id"}
        assert nothing_written()

    def test_correlation_fails_where_several_incidents_are_called_for(self, api, place):
        elsewhere = {"client_id": ClientFactory().pk, "component_id": place["component_id"]}
        both = [payload(severity_hint="P1", **place), payload(severity_hint="P1", **elsewhere)]
        refused = api(IM).post(PATH, {"event_payloads": both}, expect=400)
        assert codes(refused) == {"correlation_failed"}
        assert len(refused.json()["errors"][0]["groups"]) == 2
        assert nothing_written()

    def test_the_rules_of_new_incidents_apply_and_nothing_is_written(self, api, place):
        event = EventFactory(severity_hint="P1", **place)
        event.client.change(status="suspended")
        refused = api(IM).post(PATH, {"event_record_ids": [event.pk]}, expect=400, code="invalid_reference")
        assert fields(refused) == {"client_id"}
        mismatch = {"severity": "P4", "classification": {"complete_outage": True}, "client_id": ClientFactory().pk}
        body = {"event_payloads": [payload(severity_hint="P1", **place)], "incident": mismatch}
        event.client.change(status="active")
        api(IM).post(PATH, body, expect=422, code="severity_mismatch")
        assert (EventRecord.objects.count(), EventCorrelation.objects.count()) == (1, 0)
        assert not Incident.objects.exists()

    def test_a_failing_tool_undoes_everything(self, api, place, monkeypatch):
        monkeypatch.setattr("incidents.operations.events.correlation_answer", _fail)
        api(IM).post(PATH, {"event_payloads": [payload(severity_hint="P1", **place)]}, expect=500)
        assert nothing_written()


def _fail(*_):
    raise RuntimeError("the tool failed")


def test_the_statements_do_not_grow_with_the_stored_events(api, place):
    def cost():
        with capture() as queries:
            decided(api, {"event_payloads": [payload(client_id=place["client_id"])]})
        return len(statements(queries))

    first = cost()
    for minute in range(30):
        EventFactory(client_id=place["client_id"], detected_at=datetime(2024, 1, 1, 0, minute, tzinfo=UTC))
    assert cost() == first

"""SOP 14: Updating Incident Status."""

from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from core.hooks import hooks
from incidents.models import AffectedClient, Incident
from tests.api import Api, capture, codes, fields, statements
from tests.clients.factories import ClientFactory
from tests.incidents.factories import AffectedClientFactory, IncidentFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC, UserStatus
from users.tokens import new_token

pytestmark = pytest.mark.django_db


def path(incident: Incident) -> str:
    return f"/incidents/{incident.pk}/"


def resolved(**changes: Any) -> Incident:
    return IncidentFactory(status="resolved", resolved_at=timezone.now(), **changes)


def closed(**changes: Any) -> Incident:
    now = timezone.now()
    return IncidentFactory(status="closed", resolved_at=now, closed_at=now, **changes)


@pytest.mark.parametrize("role", [IM, TS, EX])
def test_work_begins_and_is_acknowledged(api, role):
    incident = IncidentFactory()
    answer = api(role).patch(path(incident), {"status": "in_progress"}, expect=200)

    shown = answer.json()
    assert (shown["status"], answer["ETag"]) == ("in_progress", '"2"')
    assert shown["acknowledged_at"] is not None
    entry = AuditEntry.objects.filter(reference_type="incident", reference_id=incident.pk).latest("id")
    assert (entry.action, entry.operation) == ("update", "incident.update")
    assert entry.changes["status"] == {"old": "open", "new": "in_progress"}


@pytest.mark.parametrize("role", [AM, SA])
def test_other_staff_may_not_update(api, role):
    api(role).patch(path(IncidentFactory()), {"status": "in_progress"}, expect=403, code="role_not_permitted")


@pytest.mark.parametrize("role", [VC, CC])
def test_contacts_may_not_update(api, role):
    api(role).patch(path(IncidentFactory()), {"status": "in_progress"}, expect=403, code="role_not_permitted")


def test_fields_change_and_the_modifier_is_recorded(api):
    incident, caller = IncidentFactory(), UserFactory(role=TS)
    manager, worker, component = UserFactory(), UserFactory(role=SA), ComponentFactory()
    changes = {
        "assigned_manager_id": manager.pk,
        "assigned_to_id": worker.pk,
        "component_id": component.pk,
        "impact_level": "critical",
        "urgency": "low",
        "category": "network_issue",
        "title": "Network is down",
        "description": "No route.",
        "is_recurring": True,
        "downtime_minutes": 5,
        "root_cause_undetermined_reason": "Logs were lost.",
    }
    shown = api(caller).patch(path(incident), {**changes, "updated_by": caller.pk}, expect=200).json()
    assert {**changes, "updated_by_id": caller.pk}.items() <= shown.items()


def test_another_modifier_may_not_be_named(api):
    given = {"title": "New", "updated_by": UserFactory().pk}
    api(IM).patch(path(IncidentFactory()), given, expect=403, code="actor_mismatch")


@pytest.mark.parametrize("name", ["client_id", "reporter_id", "resolved_at", "peak_severity", "incident_code", "id"])
def test_other_fields_are_read_only(api, name):
    refused = api(IM).patch(path(IncidentFactory()), {name: 1}, expect=400, code="unknown_field")
    assert fields(refused) == {name}


def test_references_are_validated_as_at_creation(api):
    given = {
        "assigned_manager_id": UserFactory(status=UserStatus.INACTIVE).pk,
        "assigned_to_id": UserFactory(role=AM).pk,
        "component_id": 987_654,
        "affected_client_ids": [987_654],
    }
    refused = api(IM).patch(path(IncidentFactory()), given, expect=400, code="invalid_reference")
    assert fields(refused) == set(given)


class TestTransitions:
    def test_an_escalated_incident_returns_to_work(self, api):
        acknowledged = timezone.now()
        incident = IncidentFactory(status="escalated", acknowledged_at=acknowledged)
        api(IM).patch(path(incident), {"status": "in_progress"}, expect=200)
        incident.refresh_from_db()
        assert incident.acknowledged_at == acknowledged

    @pytest.mark.parametrize(
        ("make", "status", "allowed", "request_named"),
        [
            (IncidentFactory, "open", ["in_progress", "escalated", "resolved"], None),
            (IncidentFactory, "escalated", ["in_progress", "escalated", "resolved"], "/escalations/"),
            (IncidentFactory, "resolved", ["in_progress", "escalated", "resolved"], "/resolve/"),
            (IncidentFactory, "closed", ["in_progress", "escalated", "resolved"], None),
            (resolved, "closed", ["closed", "in_progress"], "/close/"),
            (resolved, "in_progress", ["closed", "in_progress"], "/reopen/"),
            (resolved, "open", ["closed", "in_progress"], None),
            (closed, "in_progress", [], None),
        ],
    )
    def test_every_other_move_is_refused_and_the_right_request_named(self, api, make, status, allowed, request_named):
        incident = make()
        refused = api(IM).patch(path(incident), {"status": status}, expect=409, code="invalid_transition").json()
        assert refused["errors"][0]["allowed"] == allowed
        assert refused["error_class"] == "invalid_transition"
        assert request_named is None or request_named in refused["next"]
        incident.refresh_from_db()
        assert incident.version == 1

    def test_closed_is_final_for_fields(self, api):
        api(IM).patch(path(closed()), {"title": "Other"}, expect=409, code="invalid_transition")

    def test_a_resolved_incident_takes_the_reason_for_an_unknown_cause(self, api):
        api(IM).patch(path(resolved()), {"root_cause_undetermined_reason": "Logs were lost."}, expect=200)


class TestSeverity:
    def test_raising_raises_the_peak(self, api):
        incident = IncidentFactory(severity="P3")
        shown = api(TS).patch(path(incident), {"severity": "P1"}, expect=200).json()
        assert (shown["severity"], shown["peak_severity"], shown["severity_rule"]) == ("P1", "P1", "stated")

    def test_lowering_keeps_the_peak_and_the_reason(self, api):
        incident = IncidentFactory(severity="P1")
        given = {"severity": "P4", "severity_override_reason": "Only a test system."}
        shown = api(IM).patch(path(incident), given, expect=200).json()
        assert (shown["severity"], shown["peak_severity"], shown["severity_rule"]) == ("P4", "P1", "overridden")
        assert shown["severity_override_reason"] == "Only a test system."

    def test_lowering_needs_a_reason(self, api):
        refused = api(IM).patch(path(IncidentFactory(severity="P1")), {"severity": "P2"}, expect=400)
        assert fields(refused) == {"severity_override_reason"}

    @pytest.mark.parametrize("role", [TS, EX])
    def test_lowering_is_for_incident_managers(self, api, role):
        given = {"severity": "P4", "severity_override_reason": "Calm."}
        refused = api(role).patch(path(IncidentFactory(severity="P1")), given, expect=403, code="role_not_permitted")
        assert refused.json()["rule"] == "lowering_by_incident_manager"

    def test_the_reporter_cannot_lower_the_severity(self, api):
        manager = UserFactory(role=IM)
        incident = IncidentFactory(severity="P1", reporter=manager)
        given = {"severity": "P4", "severity_override_reason": "Calm."}
        refused = api(manager).patch(path(incident), given, expect=403, code="segregation_of_duties")
        assert refused.json()["transfer_to_human"] is True

    def test_the_creator_cannot_lower_the_severity(self, api):
        manager = UserFactory(role=IM)
        incident = IncidentFactory(severity="P2", created_by=manager)
        given = {"severity": "P3", "severity_override_reason": "Calm."}
        api(manager).patch(path(incident), given, expect=403, code="segregation_of_duties")
        api(manager).patch(path(incident), {"severity": "P1"}, expect=200)


class TestSupervision:
    def test_a_vendor_contacts_incident_moves_only_under_a_manager(self, api):
        incident = IncidentFactory(vendor_initiated=True)
        caller = api(TS)
        refused = caller.patch(path(incident), {"status": "in_progress"}, expect=409, code="precondition_failed")
        assert codes(refused) == {"supervision_missing"}

        manager = UserFactory(role=IM)
        caller.patch(path(incident), {"status": "in_progress", "assigned_manager_id": manager.pk}, expect=200)

    def test_the_manager_must_still_be_active(self, api):
        manager = UserFactory(role=IM, status=UserStatus.ON_LEAVE)
        incident = IncidentFactory(vendor_initiated=True, assigned_manager=manager)
        refused = api(IM).patch(path(incident), {"status": "in_progress"}, expect=409)
        assert codes(refused) == {"supervision_missing"}


class TestDuplicates:
    def test_a_change_may_make_a_duplicate(self, api):
        first = IncidentFactory(component=ComponentFactory())
        second = IncidentFactory(client=first.client, component=ComponentFactory())
        given = {"component_id": first.component_id}
        refused = api(IM).patch(path(second), given, expect=409, code="duplicate_open_incident")
        assert refused.json()["errors"][0]["existing_id"] == first.pk

    def test_a_change_of_category_repeats_the_duplicate_check(self, api):
        first = IncidentFactory(component=ComponentFactory(), category="api_error")
        second = IncidentFactory(client=first.client, component=first.component, category="software_bug")
        api(IM).patch(path(second), {"category": "api_error"}, expect=409, code="duplicate_open_incident")
        api(IM).patch(path(first), {"category": "network_issue"}, expect=200)
        api(IM).patch(path(second), {"category": "api_error"}, expect=200)

    def test_without_component_a_change_of_title_repeats_the_duplicate_check(self, api):
        first = IncidentFactory(title="Payments fail")
        second = IncidentFactory(client=first.client, title="Payments are slow")
        given = {"title": "PAYMENTS fail"}
        api(IM).patch(path(second), given, expect=409, code="duplicate_open_incident")
        second.refresh_from_db()
        assert second.title == "Payments are slow"


class TestAffectedClients:
    def test_they_are_replaced_and_the_version_counts(self, api):
        link = AffectedClientFactory()
        other = ClientFactory()
        answer = api(IM).patch(path(link.incident), {"affected_client_ids": [other.pk]}, expect=200)
        assert answer.json()["affected_client_ids"] == [other.pk]
        assert answer["ETag"] == '"2"'
        link.refresh_from_db()
        assert link.removed_at is not None

        again = {"affected_client_ids": [link.client_id, other.pk]}
        shown = api(IM).patch(path(link.incident), again, expect=200).json()
        assert shown["affected_client_ids"] == sorted([link.client_id, other.pk])
        assert AffectedClient.objects.count() == 2

    def test_the_same_ones_change_nothing(self, api):
        link = AffectedClientFactory()
        answer = api(IM).patch(path(link.incident), {"affected_client_ids": [link.client_id]}, expect=200)
        assert answer["ETag"] == '"1"'

    def test_one_that_was_suspended_since_may_stay(self, api):
        link = AffectedClientFactory(client__status="suspended")
        api(IM).patch(path(link.incident), {"affected_client_ids": [link.client_id]}, expect=200)
        api(IM).patch(path(IncidentFactory()), {"affected_client_ids": [link.client_id]}, expect=400)


class TestRestamping:
    @pytest.fixture
    def restamped(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        seen: list[int] = []
        monkeypatch.setitem(hooks.restamp, "incident", [lambda incident: seen.append(incident.pk)])
        return seen

    def test_severity_and_component_restamp_the_service_levels(self, api, restamped):
        incident = IncidentFactory()
        api(IM).patch(path(incident), {"severity": "P1"}, expect=200)
        api(IM).patch(path(incident), {"component_id": ComponentFactory().pk}, expect=200)
        assert restamped == [incident.pk, incident.pk]

    def test_other_fields_do_not(self, api, restamped):
        api(IM).patch(path(IncidentFactory(severity="P1")), {"title": "Other", "severity": "P1"}, expect=200)
        assert restamped == []


def test_a_stale_version_is_refused(api):
    incident = IncidentFactory()
    caller = api(IM)
    caller.patch(path(incident), {"title": "First"}, expect=200, **{"If-Match": '"1"'})
    caller.patch(path(incident), {"title": "Second"}, expect=412, code="stale_version", **{"If-Match": '"1"'})


def test_an_update_costs_a_bounded_number_of_statements(api):
    incident = IncidentFactory()
    given = {
        "status": "in_progress",
        "assigned_manager_id": UserFactory().pk,
        "assigned_to_id": UserFactory(role=TS).pk,
        "component_id": ComponentFactory().pk,
    }
    caller = api(IM)
    caller.get("/me/", expect=200)
    with capture() as queries:
        caller.patch(path(incident), given, expect=200)
    assert len(statements(queries)) <= 12, statements(queries)


def test_an_agent_lowers_no_severity_and_changes_everything_else():
    incident, manager = IncidentFactory(severity="P2", peak_severity="P2"), UserFactory(role=IM)
    granted = new_token(manager, agent="triage-bot", operations=["incident.update"])[1]
    agent = Api(None, Authorization=f"Token {granted}")
    lowering = {"severity": "P3", "severity_override_reason": "Two users only."}

    agent.patch(path(incident), lowering, expect=403, code="in_person_required")

    agent.patch(path(incident), {"title": "Two users only"}, expect=200)
    agent.patch(path(incident), {"severity": "P1"}, expect=200)

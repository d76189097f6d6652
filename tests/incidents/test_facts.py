"""SOP 13 for a record: the severity rises with the facts, stated ones and those that the server knows."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from audit.models import AuditEntry
from clients.models import Calendar
from incidents.models import Incident
from tests.api import codes, fields
from tests.clients.factories import ClientFactory, SubscriptionFactory
from tests.incidents.factories import AffectedClientFactory, IncidentFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, TS, VC

pytestmark = pytest.mark.django_db

FACTS = {"classification": {"localized": True}}
LOWERED = {"severity": "P4", "severity_override_reason": "Only a test system."}


def body(**changes: Any) -> dict[str, Any]:
    return {
        "reporter_id": UserFactory(role=TS).pk,
        "client_id": ClientFactory().pk,
        "title": "Payments fail",
        "description": "Declined.",
        "category": "system_outage",
        "impact_level": "high",
        **changes,
    }


def levels(shown: dict[str, Any]) -> tuple[str, str, str]:
    return shown["severity"], shown["peak_severity"], shown["severity_rule"]


def created(api: Any, **changes: Any) -> dict[str, Any]:
    shown: dict[str, Any] = api(TS).post("/incidents/", body(**changes), expect=201).json()
    return shown


def patched(api: Any, pk: int, role: str = IM, **changes: Any) -> dict[str, Any]:
    shown: dict[str, Any] = api(role).patch(f"/incidents/{pk}/", changes, expect=200).json()
    return shown


def clients(count: int) -> list[int]:
    return [ClientFactory().pk for _ in range(count)]


class TestAffectedClients:
    def test_the_primary_client_and_four_more_are_enterprise_wide(self, api):
        refused = api(TS).post(
            "/incidents/", body(severity="P4", affected_client_ids=clients(4)), expect=422, code="severity_mismatch"
        )
        assert (refused.json()["errors"][0]["severity"], refused.json()["errors"][0]["rule"]) == (
            "P1",
            "enterprise_wide",
        )
        assert levels(created(api, affected_client_ids=clients(4), **FACTS)) == ("P1", "P1", "enterprise_wide")

    def test_four_clients_are_not(self, api):
        client = ClientFactory().pk
        shown = created(api, client_id=client, affected_client_ids=[client, *clients(3)], **FACTS)
        assert levels(shown) == ("P3", "P3", "localized_impact")
        assert shown["known_facts"] == {"affected_clients": 4, "high_priority_client": False}

    def test_fewer_stated_than_recorded_count_for_nothing(self, api):
        facts = {"classification": {"affected_clients": 1}}
        assert created(api, affected_client_ids=clients(4), **facts)["severity"] == "P1"

    def test_more_stated_than_recorded_count(self, api):
        assert created(api, classification={"affected_clients": 7})["severity_rule"] == "enterprise_wide"

    def test_a_change_of_them_raises_severity_and_peak_and_is_recorded(self, api):
        pk = created(api, **FACTS)["id"]
        assert levels(patched(api, pk, affected_client_ids=clients(6))) == ("P1", "P1", "enterprise_wide")
        entry = AuditEntry.objects.filter(reference_type="incident", reference_id=pk, operation="incident.update").get()
        assert entry.changes["severity"] == {"old": "P3", "new": "P1"}
        assert entry.changes["peak_severity"] == {"old": "P3", "new": "P1"}
        timeline = api(IM).get(f"/incidents/{pk}/timeline/", expect=200).json()
        entries = timeline["results"] if isinstance(timeline, dict) else timeline
        assert any("P3 → P1" in each["summary"] for each in entries)

    def test_clients_that_change_twice_at_one_instant_are_judged_both_times(self, api):
        with time_machine.travel(timezone.now(), tick=False):
            pk = created(api, **FACTS)["id"]
            assert patched(api, pk, affected_client_ids=clients(2))["severity"] == "P3"
            assert levels(patched(api, pk, affected_client_ids=clients(4))) == ("P1", "P1", "enterprise_wide")
            shown = patched(api, pk, affected_client_ids=[])
            assert levels(shown) == ("P1", "P1", "enterprise_wide")
            assert shown["known_facts"]["affected_clients"] == 1

    def test_removing_them_lowers_nothing(self, api):
        pk = created(api, affected_client_ids=clients(4), **FACTS)["id"]
        assert levels(patched(api, pk, affected_client_ids=[])) == ("P1", "P1", "enterprise_wide")


class TestStatedFacts:
    def test_worse_facts_raise(self, api):
        pk = created(api, **FACTS)["id"]
        shown = patched(api, pk, role=TS, classification={"major_degradation": True})
        assert levels(shown) == ("P2", "P2", "major_degradation")
        assert shown["classification"] == {"major_degradation": True}

    def test_milder_facts_lower_nothing(self, api):
        pk = created(api, classification={"complete_outage": True, "business_critical": True})["id"]
        assert patched(api, pk, classification={"localized": True})["severity"] == "P1"

    def test_a_severity_below_the_facts_of_the_same_request_is_refused(self, api):
        pk = created(api, **FACTS)["id"]
        given = {"severity": "P3", "classification": {"complete_outage": True}}
        api(IM).patch(f"/incidents/{pk}/", given, expect=422, code="severity_mismatch")
        assert Incident.objects.get(pk=pk).severity == "P3"
        shown = patched(api, pk, **{**given, "severity": "P1"})
        assert levels(shown) == ("P1", "P1", "stated")

    def test_facts_and_source_and_occurrence_are_corrected_until_closed(self, api):
        incident = IncidentFactory(status="resolved", resolved_at=timezone.now())
        occurred = (incident.detected_at - timedelta(hours=1)).isoformat()
        shown = patched(
            api,
            incident.pk,
            classification={"localized": True},
            detection_source="vendor_reported",
            occurred_at=occurred,
        )
        assert (shown["detection_source"], shown["severity_rested_on_facts"]) == ("vendor_reported", True)
        assert shown["occurred_at"] is not None
        now = timezone.now()
        closed = IncidentFactory(status="closed", resolved_at=now, closed_at=now)
        for change in (FACTS, {"detection_source": "vendor_reported"}, {"occurred_at": None}):
            api(IM).patch(f"/incidents/{closed.pk}/", change, expect=409, code="invalid_transition")

    @pytest.mark.parametrize(
        ("shift", "code"), [(timedelta(minutes=1), "after_detection"), (-timedelta(days=400), "too_old")]
    )
    def test_an_occurrence_lies_before_the_detection_and_within_a_year(self, api, shift, code):
        incident = IncidentFactory()
        given = {"occurred_at": (incident.detected_at + shift).isoformat()}
        refused = api(IM).patch(f"/incidents/{incident.pk}/", given, expect=400)
        assert (codes(refused), fields(refused)) == ({code}, {"occurred_at"})


class TestHighPriority:
    def test_a_high_priority_contract_of_any_affected_client_gives_p1(self, api):
        marked = SubscriptionFactory(high_priority=True).client_id
        assert created(api, client_id=marked, **FACTS)["severity_rule"] == "high_priority_client"
        assert created(api, affected_client_ids=[marked], **FACTS)["severity"] == "P1"
        given = body(client_id=marked, severity="P2", title="Other")
        api(TS).post("/incidents/", given, expect=422, code="severity_mismatch")

    @pytest.mark.parametrize(
        "off",
        [
            {"high_priority": False},
            {"status": "suspended"},
            {"end_date": date(2025, 1, 1)},
            {"start_date": date(2090, 1, 1)},
        ],
    )
    def test_only_an_active_current_marked_one_counts(self, api, off):
        client = SubscriptionFactory(**{"high_priority": True, **off}).client_id
        assert created(api, client_id=client, **FACTS)["severity"] == "P3"

    @pytest.mark.parametrize(("zone", "severity"), [("Pacific/Auckland", "P3"), ("America/Los_Angeles", "P1")])
    def test_current_subscriptions_use_the_clients_date(self, api, zone, severity):
        client = SubscriptionFactory(high_priority=True, end_date=date(2026, 3, 10)).client
        Calendar(client=client, timezone=zone, weekly_hours={"mon": [["09:00", "17:00"]]}).save()
        with time_machine.travel("2026-03-10T23:30:00Z", tick=False):
            assert created(api, client_id=client.pk, **FACTS)["severity"] == severity

    def test_a_contract_that_becomes_high_priority_raises_open_incidents(self, api):
        subscription = SubscriptionFactory()
        own = IncidentFactory(client=subscription.client)
        affecting = AffectedClientFactory(client=subscription.client).incident
        settled = IncidentFactory(client=subscription.client, status="resolved", resolved_at=timezone.now())
        api(EX).patch(f"/subscriptions/{subscription.pk}/", {"high_priority": True}, expect=200)
        for incident, severity in ((own, "P1"), (affecting, "P1"), (settled, "P3")):
            incident.refresh_from_db()
            assert incident.severity == incident.peak_severity == severity

    def test_contacts_do_not_see_the_known_facts(self, api):
        subscription = SubscriptionFactory(high_priority=True)
        incident = IncidentFactory(client=subscription.client)
        shown = (
            api(UserFactory(role=CC, client=subscription.client)).get(f"/incidents/{incident.pk}/", expect=200).json()
        )
        assert not {"known_facts", "classification", "classification_advice"} & set(shown)


class TestLowered:
    def test_a_lowered_severity_remains_until_new_facts_arrive(self, api):
        pk = created(api, classification={"regulatory_safety_or_financial_impact": True})["id"]
        assert levels(patched(api, pk, **LOWERED)) == ("P4", "P1", "overridden")
        assert levels(patched(api, pk, affected_client_ids=clients(1))) == ("P4", "P1", "overridden")
        same = {"regulatory_safety_or_financial_impact": True, "localized": True}
        assert levels(patched(api, pk, classification=same)) == ("P3", "P1", "localized_impact")

    def test_new_facts_raise_a_lowered_severity(self, api):
        pk = created(api, classification={"regulatory_safety_or_financial_impact": True})["id"]
        patched(api, pk, **LOWERED)
        assert levels(patched(api, pk, affected_client_ids=clients(5))) == ("P1", "P1", "enterprise_wide")

    def test_the_peak_is_at_least_what_the_facts_ever_gave(self, api):
        pk = created(api, severity="P4")["id"]
        patched(api, pk, classification={"complete_outage": True})
        patched(api, pk, **LOWERED)
        assert patched(api, pk, classification={})["peak_severity"] == "P2"


def test_a_clock_at_risk_is_advice_and_raises_nothing(api):
    incident = IncidentFactory(sla_at_risk_at=timezone.now() - timedelta(minutes=1), severity="P3")
    shown = api(IM).get(f"/incidents/{incident.pk}/", expect=200).json()
    assert shown["severity"] == "P3"
    assert "sla_breach_risk" in shown["classification_advice"][0]
    incident = IncidentFactory(severity="P3")
    assert api(IM).get(f"/incidents/{incident.pk}/", expect=200).json()["classification_advice"] == []


def test_classification_depends_only_on_the_stated_facts(api):
    SubscriptionFactory(high_priority=True)
    for role in (CC, VC, AM):
        answer = api(role).post("/incidents/classify/", {"affected_clients": 4}, expect=200).json()
        assert (answer["severity"], answer["rule"]) == ("P4", "minor_issue")

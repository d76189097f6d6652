"""The console in a browser, by keyboard only: whole stories."""

from typing import Any

import pytest

from incidents.models import Incident
from reporting.models import IncidentReport
from resolution.models import MitigationConfirmation
from tests.clients.factories import ClientFactory
from tests.console.browsing import CHROMIUM, WHY_SKIPPED, Visit
from tests.console.persons import person
from tests.console.world import page_of
from tests.incidents.factories import EventFactory, IncidentFactory
from tests.products.factories import ComponentFactory
from users.choices import CC, EX, IM, SA, TS
from vendors.models import Vendor

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WHY_SKIPPED)


def make_ready(window: Visit, incident: Incident) -> None:
    """Record what the resolution needs: a workaround, and a portal update for the client."""
    window.go(page_of(incident))
    window.press("Record workaround")
    window.type("description", "Traffic goes through the second gateway")
    window.choose("effectiveness", "Eff")
    window.press("Record workaround")
    window.go(page_of(incident))
    window.press("Inform")
    window.choose("recipient_type", "Client")
    window.choose("delivery_method", "Incident")
    window.type("message_content", "Payments work again")
    window.press("Inform")


def review(window: Visit, incident: Incident) -> None:
    """State why no cause was found, and review the postmortem."""
    window.go(f"/console/act/incident.update/{incident.pk}/")
    window.type("root_cause_undetermined_reason", "The gateway keeps no logs")
    window.press("Edit incident")
    window.go(page_of(IncidentReport.objects.get()))
    window.press("Review postmortem")
    window.press("Review postmortem")


def test_an_alert_becomes_an_incident_that_is_resolved_and_closed_by_another(visit: Any) -> None:
    manager, closer = person(IM), person(IM)
    EventFactory(
        client=ClientFactory(), component=ComponentFactory(), severity_hint="P2", payload_summary="Gateway is down"
    )
    window = visit(manager)
    window.go("/console/act/event.correlate/")
    window.tick("event_record_ids")
    window.press("Correlate events")
    assert "incident_created" in window.text()
    incident = Incident.objects.get()

    window.go(page_of(incident))
    window.page.keyboard.press("n")
    window.page.keyboard.type("Restarted the gateway")
    window.press("Add note")
    assert "Restarted the gateway" in window.text()
    window.press("Resolve incident")
    window.type("resolution_summary", "The gateway was restarted")
    window.press("Resolve incident")
    assert "The impact is not demonstrably mitigated" in window.text()

    make_ready(window, incident)
    window.go(page_of(incident))
    window.press("Resolve incident")
    window.type("resolution_summary", "The gateway was restarted")
    window.press("Resolve incident")
    incident.refresh_from_db()
    assert incident.status == "resolved", window.text()

    window.go(f"/console/act/incident.close/{incident.pk}/")
    assert window.page.locator("#refused").get_attribute("data-code") == "segregation_of_duties"
    assert "SOP 16" in window.text()

    other = visit(closer)
    review(other, incident)
    other.go(page_of(incident))
    other.press("Close incident")
    other.press("Close incident")
    incident.refresh_from_db()
    assert (incident.status, incident.closed_by_id) == ("closed", closer.pk), other.text()


def test_a_vendor_is_onboarded_through_an_approval(visit: Any) -> None:
    requester, approver = person(SA), person(EX)
    window = visit(requester)
    window.press("Onboard vendor")
    window.type("vendor_name", "Second Gateway")
    window.type("contact_email", "ops@gateway.example")
    window.type("contact_phone", "+4930123456")
    window.choose("vendor_type", "Cloud")
    window.press("Onboard vendor")
    window.press("Ask for approval")
    assert "Onboard vendor: Second Gateway, pending" in window.page.title()

    decider = visit(approver)
    decider.press("Approvals to decide")
    decider.press("Onboard vendor: Second Gateway, pending")
    assert "Second Gateway" in decider.text()
    decider.press("Approve")
    decider.press("Approve")

    window.page.reload()
    window.press("Carry out the approved request")
    window.press("Onboard vendor")
    assert Vendor.objects.get().vendor_name == "Second Gateway"


def test_a_support_engineer_is_refused_with_rule_and_next_step(visit: Any) -> None:
    window = visit(person(TS))
    window.go("/console/act/vendor.create/")
    text = window.text()
    assert "Rule: who can perform" in text
    assert "Next:" in text
    window.press("Hand over to a person")
    assert "Onboard vendor" in window.page.title()


def test_a_client_confirms_mitigation_and_reads_no_internal_note(visit: Any) -> None:
    incident = IncidentFactory(status="in_progress", title="Payments are slow")
    window = visit(person(CC, client=incident.client))
    window.press(f"{incident.incident_code} Payments are slow")
    window.press("Confirm mitigation")
    window.type("note", "It works for us")
    window.press("Confirm mitigation")
    assert MitigationConfirmation.objects.get().incident_id == incident.pk


def test_forms_work_without_scripts(visit: Any) -> None:
    incident = IncidentFactory()
    window = visit(person(TS), java_script_enabled=False)
    window.go(f"/console/act/incident.add_note/{incident.pk}/")
    window.type("body", "Written without scripts")
    window.press("Add note")
    assert "Written without scripts" in window.text()

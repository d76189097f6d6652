"""A shift by keyboard alone: what a client reads, what Escape does, and acts from the queue."""

import re
from typing import Any

import pytest

from incidents.models import IncidentNote
from reporting.models import IncidentReport
from tests.api import Api
from tests.console.browsing import CHROMIUM, WHY_SKIPPED, Visit
from tests.console.persons import person
from tests.console.world import list_of, page_of
from tests.incidents.factories import IncidentFactory
from tests.reporting.worlds import SECRETS, eventful, generated
from tests.users.factories import UserFactory
from users.choices import CC, EX, IM, SA, TS

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WHY_SKIPPED)
FOCUSED = "document.activeElement.textContent.trim().replace(/\\s+/g, ' ')"
NAMED = "document.activeElement.name"
MOST_STEPS = 250


def tab_to(window: Visit, label: str, of: str = FOCUSED) -> None:
    """Reach a control by Tab alone, from where the focus is."""
    for _ in range(MOST_STEPS):
        window.page.keyboard.press("Tab")
        if window.page.evaluate(of) == label:
            return
    raise AssertionError(f"{label} is not reached by Tab")


def follow(window: Visit, label: str) -> None:
    tab_to(window, label)
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")


def test_an_incident_is_worked_on_by_tab_and_keys_alone(visit: Any) -> None:
    manager = person(IM)
    incident = IncidentFactory(title="Payments fail", assigned_manager=manager)
    window = visit(manager)
    follow(window, f"{incident.incident_code} Payments fail")
    window.page.keyboard.press("n")
    window.page.keyboard.type("Looking at the gateway")
    follow(window, "Add note")
    assert IncidentNote.objects.get().body == "Looking at the gateway"

    window.page.keyboard.press("Escape")
    follow(window, "Edit incident")
    tab_to(window, "status", of=NAMED)
    window.page.keyboard.type("In")
    follow(window, "Edit incident")
    incident.refresh_from_db()
    assert incident.status == "in_progress", window.text()

    window.page.keyboard.press("e")
    window.page.wait_for_url("**/act/escalation.create/**")
    assert "Escalate" in window.page.title()


def test_a_client_reads_and_downloads_a_completed_report(visit: Any) -> None:
    incident = eventful(title="Payments are slow")
    made = generated(Api(UserFactory(role=EX)), incident, "executive_summary")
    report = IncidentReport.objects.get(pk=made["id"])
    window = visit(person(CC, client=incident.client))
    window.go(list_of(IncidentReport))
    window.go(page_of(report))
    assert "Payments are slow" in window.text()
    assert [secret for secret in SECRETS if secret in window.text()] == []

    window.page.locator('main a:text-is("MD")').focus()
    with window.page.expect_download() as saved:
        window.page.keyboard.press("Enter")
    assert saved.value.suggested_filename.startswith(incident.incident_code)
    assert "Payments are slow" in saved.value.path().read_text()


def test_escape_folds_what_is_open_and_gives_the_focus_back(visit: Any) -> None:
    window = visit(person(IM))
    window.go(page_of(IncidentFactory()))
    keys = window.page.locator("#keys")
    window.page.keyboard.press("n")
    tab_to(window, "Add note")
    window.page.keyboard.press("?")
    assert keys.get_attribute("open") is not None
    window.page.keyboard.press("Escape")
    assert keys.get_attribute("open") is None
    assert window.page.evaluate(FOCUSED) == "Add note"

    window.go("/console/incidents/incident/")
    window.page.locator(".ims-filter summary").focus()
    window.page.keyboard.press("Enter")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Escape")
    assert window.page.evaluate(FOCUSED) == "Filters"


def test_escape_closes_the_navigation_of_a_narrow_screen(visit: Any) -> None:
    window = visit(person(TS))
    window.page.set_viewport_size({"width": 360, "height": 800})
    window.go("/console/")
    toggle = window.page.locator(".ims-toggle-narrow")
    toggle.focus()
    window.page.keyboard.press("Enter")
    window.page.locator("#nav-sidebar").wait_for(state="visible")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Escape")
    window.page.locator("#nav-sidebar").wait_for(state="hidden")
    assert window.page.evaluate("document.activeElement.className").startswith("ims-toggle")


def test_the_trail_is_filtered_by_day_and_person(visit: Any) -> None:
    incident, tom = IncidentFactory(), UserFactory(role=TS, name="Tom Young")
    ada = UserFactory(role=TS, name="Ada Moor")
    for who in (tom, ada):
        Api(who).post(f"/incidents/{incident.pk}/notes/", {"body": "Seen."}, expect=201)
    window = visit(person(SA))
    window.go("/console/trail/")
    window.type("person", "tom")
    window.press("Filter")
    told = window.page.locator(".ims-sentences").inner_text()
    assert ("Tom Young" in told, "Ada Moor" in told) == (True, False)

    window.go("/console/trail/?person=tom&since=2030-01-01&until=2030-01-02")
    assert "No act matches." in window.text()
    window.go("/console/trail/?since=tomorrow")
    assert re.search("Write a date as in", window.text())

"""The dashboard and the workbench: the API's clocks and counts, what each viewer sees, and what a page costs."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.clocks import spell_minutes
from incidents.models import Incident
from tests.api import Api, statements
from tests.clients.factories import AgreementFactory, AssignmentFactory, ClientFactory, SubscriptionFactory
from tests.console.world import browser, list_of, page_of
from tests.incidents.factories import EscalationFactory, IncidentFactory, NoteFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, IM, STAFF, TS, VC, Role

MOST_STATEMENTS = 15


def promised(manager: Any, **options: Any) -> tuple[Any, int]:
    """An incident under an agreement of 60 minutes and 4 hours, reported over the API by its manager."""
    client, component = ClientFactory(), ComponentFactory()
    subscription = SubscriptionFactory(client=client, product=component.product, service_level_tier="premium")
    AgreementFactory(subscription=subscription, severity_level="P2", response_time_minutes=60, resolution_time_hours=4)
    body = {
        "reporter_id": manager.pk,
        "client_id": client.pk,
        "component_id": component.pk,
        "title": "Payments are slow",
        "description": "Every second payment times out",
        "category": "api_error",
        "impact_level": "high",
        "severity": "P2",
        "assigned_manager_id": manager.pk,
        **options,
    }
    return client, Api(manager).post("/incidents/", body, expect=201).json()["id"]


def text_of(visitor: Browser, address: str) -> str:
    html = visitor.get(address).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


# -- clocks


@pytest.mark.parametrize(
    ("passed", "state", "left"),
    [(10, "On time", "50 min left"), (50, "At risk", "10 min left"), (90, "Breached", "Late by 30 min")],
)
def test_list_and_workbench_show_the_clock_of_the_api(db: None, passed: int, state: str, left: str) -> None:
    manager = UserFactory(role=IM, timezone="Asia/Kolkata")
    start = timezone.now().replace(microsecond=0)
    with time_machine.travel(start, tick=False):
        _client, pk = promised(manager)
    with time_machine.travel(start + timedelta(minutes=passed), tick=False):
        levels = Api(manager).get(f"/incidents/{pk}/sla/").json()
        visitor = browser(manager)
        page, shift = text_of(visitor, page_of(Incident.objects.get(pk=pk))), text_of(visitor, "/console/")
    assert levels["state"] == {"On time": "ok"}.get(state, state.lower().replace(" ", "_"))
    assert levels["response"]["remaining_minutes"] == 60 - passed
    for shown in (page, shift):
        assert state in shown
    assert left in page
    due = timezone.datetime.fromisoformat(levels["response"]["due_at"]) + timedelta(hours=5, minutes=30)
    assert f"Due {due:%Y-%m-%d %H:%M} IST" in page
    assert levels["arithmetic"]["response"]["sentence"] in page


def test_minutes_are_spelled_by_their_two_largest_units() -> None:
    assert [spell_minutes(each) for each in (0, 59, 60, 125, 1500)] == [
        "0 min",
        "59 min",
        "1 h",
        "2 h 5 min",
        "1 d 1 h",
    ]


def test_a_vendors_contact_learns_nothing_of_the_promise(db: None) -> None:
    manager = UserFactory(role=IM)
    _client, pk = promised(manager)
    incident = Incident.objects.get(pk=pk)
    contact = UserFactory(role=VC)
    incident.component.product.change(vendor=contact.vendor)
    page = text_of(browser(contact), page_of(incident))
    assert "Payments are slow" in page
    assert not re.search(r"On time|At risk|Breached|Due \d", page)


# -- counts


@pytest.mark.parametrize("role", Role.values)
def test_what_waits_is_counted_as_in_the_inbox(db: None, role: str) -> None:
    person = UserFactory(role=role)
    incident = IncidentFactory(assigned_manager=person if role == IM else None)
    if role in STAFF:
        EscalationFactory(incident=incident, target_user=person)
    found = Api(person).get("/me/inbox/").json()
    counts = {name: each["count"] for name, each in found.items() if isinstance(each, dict) and each["count"]}
    html = browser(person).get("/console/").content.decode()
    shown = re.findall(r'/console/inbox/(\w+)/">[^<]*</a>\s*<span class="ims-count">(\d+)', html)
    assert {name: int(count) for name, count in shown} == counts
    for name in counts:
        assert browser(person).get(f"/console/inbox/{name}/").status_code == 200


def test_the_inbox_of_other_roles_is_not_there(db: None) -> None:
    assert browser(UserFactory(role=TS)).get("/console/inbox/system_acts/").status_code == 404
    assert browser(UserFactory(role=TS)).get("/console/inbox/nothing/").status_code == 404


def test_an_account_manager_sees_the_own_clients_with_their_breaches(db: None) -> None:
    manager, late, calm = UserFactory(role=AM), ClientFactory(name="Late Ltd"), ClientFactory(name="Calm Corp")
    ClientFactory(name="Foreign Inc")
    for client in (late, calm):
        AssignmentFactory(client=client, user=manager)
    IncidentFactory(client=late, sla_breach=True)
    IncidentFactory(client=calm)
    shown = text_of(browser(manager), "/console/").partition("My clients")[2].partition("Start")[0]
    assert shown.split() == ["Calm", "Corp", "0", "breached", "Late", "Ltd", "1", "breached"]
    assert "My clients" not in text_of(browser(UserFactory(role=TS)), "/console/")


# -- the workbench


def test_what_is_missing_stands_there_with_its_cure(db: None) -> None:
    incident = IncidentFactory(status="in_progress")
    html = browser(UserFactory(role=TS)).get(page_of(incident)).content.decode()
    assert "Mitigate the impact" in html
    assert f'href="/console/act/workaround.create/?incident_id={incident.pk}"' in html
    assert f'href="/console/act/communication.create/?incident_id={incident.pk}"' in html


def test_a_forbidden_action_stays_visible_with_its_reason_and_rule(db: None) -> None:
    incident = IncidentFactory(status="open")
    page = text_of(browser(UserFactory(role=IM)), page_of(incident))
    assert re.search(r"Close incident It is open; this needs resolved\. SOP 16 · Rule: lifecycle", page)
    html = browser(UserFactory(role=IM)).get(page_of(incident)).content.decode()
    assert re.search(r"disabled[^>]*>Close incident", html)


def test_a_note_is_written_inline_and_shown(db: None) -> None:
    person, incident = UserFactory(role=TS), IncidentFactory()
    visitor, address = browser(person), page_of(incident)
    answer = visitor.post(
        f"/console/act/incident.add_note/{incident.pk}/", {"key": "1", "body": "Seen it", "next": address}
    )
    assert answer.headers["Location"] == address
    assert "Seen it" in text_of(visitor, address)


def test_a_client_reads_public_notes_only(db: None) -> None:
    incident = IncidentFactory()
    NoteFactory(incident=incident, body="Inner thought")
    NoteFactory(incident=incident, body="Public word", public=True)
    page = text_of(browser(UserFactory(role=CC, client=incident.client)), page_of(incident))
    assert ("Public word" in page, "Inner thought" in page) == (True, False)


@pytest.mark.parametrize("part", ["work", "talk", "cure", "alerts", "after", "nonsense"])
def test_the_timeline_is_shown_part_by_part(db: None, part: str) -> None:
    assert browser(UserFactory(role=IM)).get(f"{page_of(IncidentFactory())}?part={part}").status_code == 200


# -- cost


@pytest.mark.parametrize("role", Role.values)
def test_no_page_takes_many_statements(db: None, role: str) -> None:
    manager = UserFactory(role=IM)
    client, pk = promised(manager)
    incident = Incident.objects.get(pk=pk)
    person = UserFactory(role=role, **({"client": client} if role == CC else {}))
    if role == VC:
        incident.component.product.change(vendor=person.vendor)
    visitor = browser(person)
    pages = ["/console/", "/console/?queue=all", list_of(Incident), "/console/act/handoff.create/"]
    pages += [f"/console/articles-for/{pk}/"]
    pages += [f"{page_of(incident)}?part={part}" for part in ("work", "talk", "cure", "alerts", "after")]
    if role not in (CC, VC):
        pages += ["/console/figures/", f"/console/act/incident.update/{pk}/", "/console/act/incident.create/"]
    cost = {}
    for address in pages:
        with CaptureQueriesContext(connection) as queries:
            visitor.get(address)
        cost[address] = len(statements(queries))
    assert {address: number for address, number in cost.items() if number > MOST_STATEMENTS} == {}

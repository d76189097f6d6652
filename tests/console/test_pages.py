"""The console's further pages: approvals in words, search, policy, verification, reports, one's own account."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser

from approvals.models import Approval
from audit.models import AuditEntry
from core.operations.dispatch import submit
from tests.architecture.targets import make
from tests.clients.factories import ClientFactory
from tests.console.test_acting import VENDOR, send
from tests.console.test_shift import text_of
from tests.console.world import browser, page_of
from tests.incidents.factories import IncidentFactory
from tests.knowledge.factories import ArticleFactory
from tests.reporting.factories import ReportFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, Role
from users.models import ConsoleSession, Token, User

PASSWORD = "a long and private sentence"
ROOT = Path(__file__).resolve().parent.parent.parent
# Names that only mark an element.
NOT_STYLED = {"ims-form", "ims-row", "ims-lead"}


# -- approvals


def requested(person: Any) -> Approval:
    found: Approval = submit("approval.request", actor=person, body={"operation": "vendor.create", "payload": VENDOR})
    return found


def test_an_approval_is_read_as_a_sentence_and_a_list_of_fields(db: None) -> None:
    requester = UserFactory(role=SA)
    first, approval = requested(requester), requested(requester)
    visitor = browser(UserFactory(role=EX))
    page = text_of(visitor, page_of(approval))
    assert f"{requester.name} asks to: Onboard vendor" in page
    assert re.search(r"Vendor name Second Gateway", page)
    assert approval.digest in page
    assert "Onboard vendor: Second Gateway, pending" in page
    html = visitor.get(page_of(approval)).content.decode()
    assert f'href="/console/act/approval.approve/{approval.pk}/"' in html
    assert page_of(first) in html


def test_only_the_requester_carries_an_approval_out(db: None) -> None:
    requester, approver = UserFactory(role=SA), UserFactory(role=EX)
    approval = requested(requester)
    assert "Carry out" not in text_of(browser(requester), page_of(approval))
    submit("approval.approve", actor=approver, target_id=approval.pk, body={})
    assert "Carry out the approved request" in text_of(browser(requester), page_of(approval))
    assert "Carry out" not in text_of(browser(approver), page_of(approval))


# -- search


def test_a_code_leads_straight_to_its_incident(db: None) -> None:
    incident = IncidentFactory()
    answer = browser(UserFactory(role=IM)).get("/console/search/", {"q": incident.incident_code.lower()})
    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(incident))


def test_search_stays_in_the_viewers_scope_and_is_audited(db: None) -> None:
    near, far = ClientFactory(name="Meridian Bank"), ClientFactory(name="Meridian Trust")
    IncidentFactory(client=far, title="Meridian outage")
    contact = UserFactory(role=CC, client=near)
    page = text_of(browser(contact), "/console/search/?q=meridian")
    assert ("Meridian Bank" in page, "Meridian Trust" in page, "Meridian outage" in page) == (True, False, False)
    entry = AuditEntry.objects.filter(user=contact, action="entity_discovery").latest("id")
    assert set(entry.meta["filters"]) == {"search"}


def test_another_clients_code_finds_nothing(db: None) -> None:
    incident = IncidentFactory()
    answer = browser(UserFactory(role=CC)).get("/console/search/", {"q": incident.incident_code})
    assert (answer.status_code, incident.title in answer.content.decode()) == (200, False)


@pytest.mark.parametrize("text", ["", "?!", "x" * 500, "%", "\u202e"])
def test_any_text_may_be_searched(db: None, text: str) -> None:
    assert browser(UserFactory(role=IM)).get("/console/search/", {"q": text}).status_code == 200


# -- policy and verification


@pytest.mark.parametrize("role", Role.values)
def test_everyone_reads_the_policy(db: None, role: str) -> None:
    visitor = browser(UserFactory(role=role))
    assert "Onboard vendor" in text_of(visitor, "/console/policy/")
    assert ("Onboard vendor" in text_of(visitor, "/console/policy/?mine")) is (role in (SA, IM, EX))


def test_a_refusal_leads_to_its_procedure_on_the_policy_page(db: None) -> None:
    visitor = browser(UserFactory(role=TS))
    refusal = visitor.get("/console/act/vendor.create/").content.decode()
    found = re.search(r'href="/console/policy/#(sop-\d+)"', refusal)
    assert found
    assert visitor.get("/console/policy/").content.decode().count(f'id="{found[1]}"') == 1


def test_the_trail_is_verified_by_those_who_may(db: None) -> None:
    make("incident")
    assert "The trail is intact" in text_of(browser(UserFactory(role=IM)), "/console/verification/")
    assert browser(UserFactory(role=TS)).get("/console/verification/").status_code == 403


# -- texts


def test_an_articles_markdown_is_rendered_and_runs_nothing(db: None) -> None:
    article = ArticleFactory(body="# Steps\n\n* **first**\n\n<script>alert(1)</script>")
    html = browser(UserFactory(role=TS)).get(page_of(article)).content.decode()
    assert "<strong>first</strong>" in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("name", ["json", "md", "html"])
def test_a_report_is_downloaded_under_the_apis_operation(db: None, name: str) -> None:
    report = ReportFactory()
    answer = browser(UserFactory(role=IM)).get(f"/console/report/{report.pk}/{name}/")
    assert answer.status_code in (200, 409)
    assert browser(UserFactory(role=CC)).get(f"/console/report/{report.pk}/{name}/").status_code == 404
    assert browser(UserFactory(role=IM)).get(f"/console/report/{report.pk}/exe/").status_code == 404


# -- people


def test_an_account_is_activated_with_two_shares(db: None) -> None:
    first, second = UserFactory(role=SA), UserFactory(role=SA)
    typed = {"name": "New", "email": "new@example.com", "role": TS, "timezone": "UTC"}
    share = r"<code>([^<]{10,})</code>"
    one = re.search(share, send(browser(first), "/console/act/user.create/", **typed).content.decode())
    person = User.objects.get(email="new@example.com")
    two = re.search(share, send(browser(second), f"/console/act/user.countersign/{person.pk}/").content.decode())
    assert one
    assert two
    form = {"first": one[1], "second": two[1], "password": PASSWORD, "repeated": PASSWORD}
    visitor = Browser()
    assert visitor.post("/console/activate/", {**form, "repeated": "other"}).status_code == 400
    assert visitor.post("/console/activate/", {**form, "second": "wrong"}).status_code == 401
    assert "Your account is active" in visitor.post("/console/activate/", form).content.decode()
    answer = visitor.post("/console/login/", {"username": person.email, "password": PASSWORD})
    assert answer.status_code == 302


def test_one_sees_and_ends_ones_own_tokens_and_sessions(db: None) -> None:
    person = UserFactory(role=AM, password=PASSWORD)
    visitor = Browser()
    visitor.post("/console/login/", {"username": person.email, "password": PASSWORD})
    issued = send(visitor, "/console/act/token.create/", name="Laptop", days="3").content.decode()
    assert "Shown only now" in issued
    page = text_of(visitor, "/console/account/")
    assert ("Laptop" in page, "this one" in page, person.email in page) == (True, True, True)
    token = Token.objects.get(user=person)
    send(visitor, f"/console/act/token.revoke/{token.pk}/")
    assert "You have no token" in text_of(visitor, "/console/account/")
    session = ConsoleSession.objects.get(user=person, ended_at__isnull=True)
    send(visitor, f"/console/act/access.end_session/{session.pk}/")
    assert visitor.get("/console/").headers["Location"].startswith("/console/login/")


# -- errors and the root


def test_an_error_keeps_the_navigation(db: None) -> None:
    answer = browser(UserFactory(role=IM)).get("/console/incidents/incident/999999/change/")
    html = answer.content.decode()
    assert (answer.status_code, 'id="nav-sidebar"' in html) == (404, True)


def test_the_root_leads_to_the_console(db: None) -> None:
    assert Browser().get("/").headers["Location"] == "/console/"


@pytest.mark.parametrize("kind", ["incident", "approval", "handoff", "escalation", "communication", "change_request"])
def test_pages_show_no_machine_words(db: None, kind: str) -> None:
    page = text_of(browser(UserFactory(role=IM)), page_of(make(kind)))
    assert not re.search(r"#\d|\bNone\b", page)


# -- styles and scripts


def test_every_class_of_the_templates_is_in_the_shipped_styles() -> None:
    folder = ROOT / "console"
    styles = "".join(path.read_text() for path in folder.glob("static/console/*.css"))
    used = set()
    for path in folder.glob("templates/**/*.html"):
        used |= set(re.findall(r"\bims-[a-z]+(?:-[a-z]+)*\b(?![-{])", path.read_text()))
    assert len(used) > 30
    # Ids, and the beginnings of names that values complete.
    others = {"ims-tone", "ims-state", "ims-notice-"}
    assert {name for name in used - others if f".{name}" not in styles} <= NOT_STYLED


def test_the_pages_carry_no_scripts_of_their_own() -> None:
    for path in (ROOT / "console").glob("templates/**/*.html"):
        assert not re.search(r"<script|\son[a-z]+=", path.read_text()), path

"""The console's login, its read-only pages, its trail and its errors."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEntry
from clients.models import Client
from core.console.lists import BoundedPaginator
from core.errors import AuditTrailFailure
from incidents.models import Incident
from tests.clients.factories import ClientFactory
from tests.console.world import PASSWORD, World, browser, build_world, list_of, own, page_of, registered, side
from tests.users.factories import UserFactory
from users.choices import CC, IM, Role
from users.models import Token, User

LOGIN = "/console/login/"
WRONG = "The e-mail address or the password is wrong, or the account is not active."
# URLs of other hosts that a browser would load or follow.
ELSEWHERE = re.compile(
    r"""(?:src|href|action|srcset|hx-get)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import"""
)


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def log_in(email: str, password: str = PASSWORD, visitor: Browser | None = None) -> Any:
    return (visitor or Browser()).post(LOGIN, {"username": email, "password": password})


# -- the login


@pytest.mark.parametrize("role", Role.values)
def test_every_active_role_logs_in_by_email_whatever_its_case(db: None, role: str) -> None:
    person, visitor = UserFactory(role=role, password=PASSWORD), Browser()
    answer = log_in(person.email.upper(), visitor=visitor)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/console/")
    assert person.name in visitor.get("/console/").content.decode()


@pytest.mark.parametrize("status", ["inactive", "suspended", "on_leave"])
def test_accounts_that_are_not_active_do_not_get_in(db: None, status: str) -> None:
    person, visitor = UserFactory(password=PASSWORD, status=status), Browser()
    assert WRONG in log_in(person.email, visitor=visitor).content.decode()
    assert visitor.get("/console/").headers["Location"] == f"{LOGIN}?next=/console/"


def test_an_account_that_loses_its_status_is_out_at_once(world: World) -> None:
    visitor = browser(world.people[IM])
    assert visitor.get(list_of(Client)).status_code == 200
    world.people[IM].change(status="suspended")
    assert visitor.get(list_of(Client)).headers["Location"].startswith(LOGIN)


def test_a_wrong_password_and_an_unknown_address_look_alike(db: None) -> None:
    person = UserFactory(password=PASSWORD)
    answers = [log_in(person.email, "wrong").content.decode(), log_in("nobody@example.com").content.decode()]
    assert all(WRONG in answer for answer in answers)


def test_failures_lock_the_account_out_whatever_the_spelling(db: None) -> None:
    person = UserFactory(password=PASSWORD)
    for attempt in range(settings.AXES_FAILURE_LIMIT):
        answer = log_in(person.email.upper() if attempt % 2 else person.email, "wrong")
    assert answer.status_code == 429
    locked = log_in(person.email)
    assert (locked.status_code, "Too many failed logins" in locked.content.decode()) == (429, True)
    assert AccessAttempt.objects.count() == 1


def test_the_api_keeps_its_own_answer_to_a_lockout(api: Any) -> None:
    person = UserFactory(password=PASSWORD)
    for _ in range(settings.AXES_FAILURE_LIMIT):
        api().post("/auth/token/", {"email": person.email, "password": "wrong"})
    api().post("/auth/token/", {"email": person.email, "password": PASSWORD}, expect=429, code="locked_out")


def test_a_login_without_the_forms_token_is_refused_as_a_page(db: None) -> None:
    answer = Browser(enforce_csrf_checks=True).post(LOGIN, {"username": "a@example.com", "password": "x"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/html; charset=utf-8")


def test_logout_ends_the_session(world: World) -> None:
    visitor = browser(world.people[IM])
    page = visitor.post("/console/logout/")
    assert visitor.get("/console/").headers["Location"].startswith(LOGIN)
    assert page.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_strangers_are_led_to_the_login(world: World) -> None:
    for address in ("/console/", list_of(Client), page_of(world.near[Client]), "/console/nowhere/"):
        assert Browser().get(address).headers["Location"] == f"{LOGIN}?next={address}"


# -- no writing


@pytest.mark.parametrize("role", Role.values)
def test_nothing_can_be_written(world: World, role: str) -> None:
    person = world.people[role]
    visitor, records = browser(person), {**world.near, **own(person)}
    before = AuditEntry.objects.exclude(action="entity_discovery").count()
    for model, record in records.items():
        forms = [
            f"{list_of(model)}add/",
            page_of(record),
            page_of(record).replace("/change/", "/delete/"),
            list_of(model),
        ]
        body = {"name": "changed", "action": "delete_selected", "_selected_action": record.pk, "post": "yes"}
        assert {visitor.post(address, body).status_code for address in forms} == {403}, model
        assert {visitor.get(address).status_code for address in (forms[0], forms[2])} == {403}, model
        assert visitor.get(page_of(record).replace("/change/", "/history/")).status_code == 404
        assert model.objects.filter(pk=record.pk).exists()
    assert AuditEntry.objects.exclude(action="entity_discovery").count() == before


@pytest.mark.parametrize("path", ["password_change/", "autocomplete/", "r/1/1/", "auth/group/"])
def test_the_frameworks_own_pages_are_not_there(world: World, path: str) -> None:
    assert browser(world.people[IM]).get(f"/console/{path}").status_code == 404


def test_pages_contain_no_form_except_the_logout(world: World) -> None:
    visitor = browser(world.people[IM])
    for address in (list_of(Client), page_of(world.near[Client])):
        html = visitor.get(address).content.decode()
        assert not re.search(r'name="_save|name="action"|/add/"|/delete/"|/history/"', html)


# -- the trail


def last_read() -> AuditEntry:
    return AuditEntry.objects.filter(action="entity_discovery").latest("id")


def test_every_list_leaves_its_entry_with_the_filters_used(world: World) -> None:
    person = world.people[IM]
    visitor = browser(person)
    for model, page in registered().items():
        visitor.get(list_of(model))
        entry = last_read()
        assert (entry.reference_type, entry.reference_id, entry.user_id) == (model.entity_type, None, person.pk)
        assert entry.operation == page.operation(person)
    visitor.get(list_of(Incident), {"status__exact": "open", "q": "outage", "client": world.near[Client].pk})
    asked = last_read().meta["filters"]
    assert (asked["status__exact"], set(asked["q"])) == ("open", {"length", "sha256"})
    assert set(asked) == {"status__exact", "q", "client"}


def test_every_page_leaves_its_entry(world: World) -> None:
    person = world.people[IM]
    visitor = browser(person)
    for record in (*world.near.values(), *own(person).values()):
        answer = visitor.get(page_of(record))
        entry = last_read()
        assert (entry.reference_type, entry.reference_id) == (type(record).entity_type, record.pk)
        assert entry.request_id == answer.headers["X-Request-ID"]


def test_single_pages_follow_the_setting_that_relaxes_the_trail(world: World, settings: Any) -> None:
    settings.IMS_AUDIT_COLLECTION_READS_ONLY = True
    visitor = browser(world.people[IM])
    before = AuditEntry.objects.count()
    visitor.get(page_of(world.near[Client]))
    assert AuditEntry.objects.count() == before
    visitor.get(list_of(Client))
    assert AuditEntry.objects.count() == before + 1


def test_refused_pages_leave_no_entry(world: World) -> None:
    visitor = browser(world.people[CC])
    before = AuditEntry.objects.count()
    visitor.get(page_of(world.far[Client]))
    visitor.get("/console/vendors/vendor/")
    visitor.get(f"{list_of(Incident)}?client=x")
    assert AuditEntry.objects.count() == before


def test_without_its_entry_nothing_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise AuditTrailFailure

    visitor = browser(world.people[IM])
    monkeypatch.setattr("audit.receivers.record_discovery", fail)
    for address in ("/console/", list_of(Client), page_of(world.near[Client])):
        answer = visitor.get(address)
        assert answer.status_code == 503
        assert "Audit trail failure" in answer.content.decode()
        assert world.near[Client].name not in answer.content.decode()


# -- errors


def test_errors_are_pages_in_the_console_and_documents_elsewhere(world: World) -> None:
    visitor = browser(world.people[CC])
    cases = {"/console/nowhere/": 404, page_of(world.far[Client]): 404, "/console/vendors/vendor/": 403}
    for address, status in {**cases, f"{list_of(Client)}?q=%00": 400, f"{list_of(Client)}?x=1": 400}.items():
        answer = visitor.get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
        assert answer.headers["X-Request-ID"] in answer.content.decode()
    for address in ("/nowhere/", "/api/v1/nowhere/", "/consoles/"):
        assert visitor.get(address).headers["Content-Type"] == "application/problem+json"


def test_an_internal_error_page_discloses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError("secret detail")

    visitor = browser(world.people[IM])
    monkeypatch.setattr(type(registered()[Client]), "scope", fail)
    answer = visitor.get(list_of(Client))
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "secret detail" not in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "target"),
    [("/console", "/console/"), ("/console/clients/client", "/console/clients/client/")],
)
def test_a_missing_last_slash_is_forgiven(world: World, address: str, target: str) -> None:
    answer = browser(world.people[IM]).get(address)
    assert (answer.status_code in (301, 302), answer.headers["Location"]) == (True, target)


def test_an_apps_own_index_leads_to_the_overview(world: World) -> None:
    assert browser(world.people[IM]).get("/console/clients/").headers["Location"] == "/console/"


# -- the pages


def test_nothing_is_loaded_from_elsewhere(world: World) -> None:
    visitor = browser(world.people[IM])
    addresses = ["/console/", list_of(Incident), page_of(world.near[Incident]), "/console/nowhere/"]
    pages = {address: visitor.get(address) for address in addresses} | {LOGIN: Browser().get(LOGIN)}
    for address, answer in pages.items():
        assert not ELSEWHERE.search(answer.content.decode()), address
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    html = "".join(answer.content.decode() for answer in pages.values())
    files = set(re.findall(r'(?:src|href)="/static/([^"?]+)"', html))
    assert {"console/favicon.svg", "console/console.css", "unfold/css/styles.css"} <= files
    for name in files:
        found = finders.find(name)
        assert found, name
        if name.endswith(".css"):
            assert not ELSEWHERE.search(Path(found).read_text()), name


def test_the_environment_is_named(world: World) -> None:
    assert settings.ENVIRONMENT.capitalize() in browser(world.people[IM]).get("/console/").content.decode()


def test_times_are_in_the_viewers_zone(world: World) -> None:
    client = world.near[Client]
    person = world.people[IM]
    for zone, hours in (("UTC", 0), ("Asia/Kolkata", 5.5)):
        person.change(timezone=zone)
        local = client.created_at.timestamp() + hours * 3600
        html = browser(User.objects.get(pk=person.pk)).get(page_of(client)).content.decode()
        assert f">{datetime.fromtimestamp(local, UTC):%Y-%m-%d %H:%M}</time>" in html


def test_an_unknown_zone_falls_back_to_the_servers(world: World) -> None:
    world.people[IM].change(timezone="Nowhere/Land")
    assert browser(world.people[IM]).get(page_of(world.near[Client])).status_code == 200


def test_lists_say_when_they_were_cut(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedPaginator, "limit", 2)
    visitor = browser(world.people[IM])
    html = visitor.get(list_of(Client)).content.decode()
    assert "Only the first 2 are listed here" in html


def counted(visitor: Browser, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert visitor.get(address).status_code == 200
    return len([each for each in queries if "SAVEPOINT" not in each["sql"]])


def test_lists_take_as_many_statements_for_many_records_as_for_few(world: World) -> None:
    person = world.people[IM]
    visitor = browser(person)
    own(person)
    few = {model: counted(visitor, list_of(model)) for model in registered()}
    for number in range(4):
        side(str(number))
        own(UserFactory(role=CC, client=ClientFactory()))
        own(person)
    many = {model: counted(visitor, list_of(model)) for model in registered()}
    assert many == few
    assert max(many.values()) <= 10, many


def test_the_audit_list_counts_no_whole_table(world: World) -> None:
    visitor = browser(world.people[IM])
    with CaptureQueriesContext(connection) as queries:
        visitor.get(list_of(AuditEntry))
    counts = [each["sql"] for each in queries if "COUNT(" in each["sql"] and "audit_auditentry" in each["sql"]]
    assert counts
    assert all(f"LIMIT {BoundedPaginator.limit}" in sql for sql in counts)


def test_users_read_when_their_tokens_were_last_used(world: World) -> None:
    person = world.people[IM]
    token = own(person)[Token]
    assert token.name in browser(person).get(list_of(Token)).content.decode()

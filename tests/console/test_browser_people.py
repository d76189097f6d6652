"""People's own pages, and refusals, in a browser by keyboard."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from incidents.models import IncidentNote
from tests.api import Api
from tests.clients.factories import AssignmentFactory
from tests.console.browsing import CHROMIUM, WHY_SKIPPED
from tests.console.persons import person
from tests.console.world import PASSWORD, page_of
from tests.incidents.factories import IncidentFactory
from tests.users.activation import issued, path_of
from tests.users.factories import UserFactory
from users.choices import AM, EX, SA, TS
from users.models import SecondFactor, User
from users.second_factor import STEP, code_at, decrypted

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WHY_SKIPPED)


def test_a_second_factor_is_enrolled_and_asked_at_the_login(visit: Any) -> None:
    someone = person(TS)
    window = visit(someone)
    window.go("/console/account/")
    window.press("Second factor")
    window.press("Set up")
    secret = str(decrypted(SecondFactor.objects.get().secret))
    window.type("code", code_at(secret, timezone.now()))
    window.press("Confirm")
    assert window.page.locator(".ims-codes li").count() == 10

    other = visit(None)
    other.go("/console/login/")
    other.type("username", someone.email)
    other.type("password", PASSWORD)
    with other.page.expect_navigation():
        other.page.keyboard.press("Enter")
    other.type("otp", code_at(secret, timezone.now() + timedelta(seconds=STEP)))
    other.page.keyboard.press("Enter")
    other.page.wait_for_url("**/console/")


def test_an_account_manager_works_for_the_own_clients_only(visit: Any) -> None:
    manager = person(AM)
    own, foreign = IncidentFactory(), IncidentFactory()
    AssignmentFactory(client=own.client, user=manager)
    window = visit(manager)
    window.go(f"/console/act/client.update/{own.client_id}/")
    assert window.page.locator("#refused").count() == 0
    window.go(f"/console/act/client.update/{foreign.client_id}/")
    assert window.page.locator("#refused").get_attribute("data-code") == "out_of_scope"


def test_a_new_account_is_activated_with_two_shares(visit: Any) -> None:
    newcomer = UserFactory(role=TS)
    first = issued(Api(UserFactory(role=SA)), newcomer)
    countersigned = Api(UserFactory(role=EX)).post(f"{path_of(newcomer)}countersign/", expect=200)
    window = visit(None)
    window.go("/console/login/")
    window.press("Activate a new account")
    for name, text in (
        ("first", first),
        ("second", countersigned.json()["activation_share"]),
        ("password", "seven slow ferries turn"),
        ("repeated", "seven slow ferries turn"),
    ):
        window.type(name, text)
    window.press("Activate")

    assert "Your account is active" in window.text()
    assert User.objects.get(pk=newcomer.pk).had_password


def test_a_stale_form_keeps_what_was_typed_and_shows_what_changed(visit: Any) -> None:
    incident, engineer = IncidentFactory(title="Payments fail"), person(TS)
    window = visit(engineer)
    window.go(f"/console/act/incident.update/{incident.pk}/")
    Api(UserFactory(role=TS)).patch(f"/incidents/{incident.pk}/", {"title": "Refunds fail"}, expect=200)
    window.page.locator('main [name="description"]').fill("The gateway answers 502.")
    window.press("Edit incident")

    assert window.page.locator("#refused").get_attribute("data-code") == "stale_version"
    assert window.page.locator('main [name="description"]').input_value() == "The gateway answers 502."
    assert "Refunds fail" in window.text()


def test_the_refusal_takes_the_focus_and_nothing_was_written(visit: Any) -> None:
    incident = IncidentFactory()
    window = visit(person(TS))
    window.go(f"/console/act/incident.add_note/{incident.pk}/")
    window.press("Add note")

    assert window.page.evaluate("document.activeElement.id") == "refused"
    assert not IncidentNote.objects.exists()


def test_the_first_key_reaches_a_link_past_the_navigation(visit: Any) -> None:
    window = visit(person(TS))
    window.go(page_of(IncidentFactory()))
    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.activeElement.className") == "ims-skip"
    window.page.keyboard.press("Enter")
    assert window.page.evaluate("document.activeElement.id") == "content"

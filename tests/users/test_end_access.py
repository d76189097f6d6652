"""SOP 6: ending all access of an account, one's own or another user's."""

import pytest

from tests.api import Api
from tests.clients.factories import ClientFactory
from tests.users.activation import activate, shares_of
from tests.users.factories import UserFactory
from tests.users.sessions import OLD, entered, is_in, log_in
from users.choices import AM, CC, EX, IM, SA, TS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", [None, SA, IM])
def test_tokens_and_sessions_end_and_the_password_stays(api, who):
    person = UserFactory(role=TS, password=OLD)
    held, browser = api(person), entered(person)

    (api(who) if who else Api(person)).post(f"/users/{person.pk}/end-access/", expect=200)

    held.get("/me/", expect=401, code="not_authenticated")
    assert not is_in(browser)
    log_in(person, expect=200)


def test_pending_shares_are_void(api):
    person = UserFactory(role=TS)
    shares = shares_of(person)
    api(SA).post(f"/users/{person.pk}/end-access/", expect=200)
    activate(shares, expect=401, code="invalid_credentials")


@pytest.mark.parametrize("role", [TS, AM, EX])
def test_other_roles_cannot_end_access(api, role):
    person = UserFactory(role=TS)
    held = api(person)
    api(role).post(f"/users/{person.pk}/end-access/", expect=403, code="out_of_scope")
    held.get("/me/", expect=200)


def test_accounts_outside_the_scope_are_not_found(api):
    contact = UserFactory(role=CC, client=ClientFactory())
    api(CC).post(f"/users/{contact.pk}/end-access/", expect=404, code="not_found")

"""Another spelling of a name is refused as a duplicate that names the existing record, on both databases."""

import pytest

from tests.api import fields
from tests.clients.factories import ClientFactory
from tests.incidents.factories import CorrelationRuleFactory, IncidentFactory
from tests.products.factories import ComponentFactory, ProductFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM, SA

pytestmark = pytest.mark.django_db

# A name, and how it can be spelled so that it looks the same.
NAME, SPELLINGS = (
    "Zürich Ledger",
    ["ZÜRICH LEDGER", "Zu\u0308rich Ledger", "Zürich\u00a0 Ledger", "Zür\u200bich Ledger"],
)
ADDRESS = "ada@münster.example"
ADDRESSES = ["Ada@xn--mnster-3ya.example", "ada@MU\u0308NSTER.example", "ada@münster。example"]
RENAMED = {
    "product_name": (SA, "/products/{}/", ProductFactory),
    "vendor_name": (EX, "/vendors/{}/", VendorFactory),
    "registration_number": (SA, "/clients/{}/", ClientFactory),
    "name": (IM, "/correlation-rules/{}/", CorrelationRuleFactory),
}
ADDRESSED = {
    "user": (SA, "/users/{}/", "email", UserFactory),
    "vendor": (EX, "/vendors/{}/", "contact_email", VendorFactory),
    "client": (SA, "/clients/{}/", "contact_email", ClientFactory),
}


@pytest.mark.parametrize("spelling", SPELLINGS, ids=ascii)
@pytest.mark.parametrize("field", RENAMED)
def test_a_name_in_another_spelling_is_taken(api, field, spelling):
    role, path, factory = RENAMED[field]
    named, other = factory(**{field: NAME}), factory()

    refused = api(role).patch(path.format(other.pk), {field: spelling}, expect=409, code="duplicate")
    assert [(item["field"], item["existing_id"]) for item in refused.json()["errors"]] == [(field, named.pk)]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=ascii)
def test_names_of_components_are_taken_within_their_product(api, spelling):
    named = ComponentFactory(component_name=NAME)
    same, elsewhere = ComponentFactory(product=named.product), ComponentFactory()

    refused = api(SA).patch(f"/components/{same.pk}/", {"component_name": spelling}, expect=409, code="duplicate")
    assert fields(refused) == {"component_name"}
    api(SA).patch(f"/components/{elsewhere.pk}/", {"component_name": spelling}, expect=200)


@pytest.mark.parametrize("address", ADDRESSES[:2], ids=ascii)
@pytest.mark.parametrize("entity", ADDRESSED)
def test_an_address_in_another_spelling_is_taken(api, entity, address):
    role, path, field, factory = ADDRESSED[entity]
    named, other = factory(**{field: ADDRESS}), factory()

    refused = api(role).patch(path.format(other.pk), {field: address}, expect=409, code="duplicate")
    assert [(item["field"], item["existing_id"]) for item in refused.json()["errors"]] == [(field, named.pk)]


@pytest.mark.parametrize(("one", "other"), [("j.smith@a.example", "j-smith@a.example"), ("4-77", "477")])
def test_the_punctuation_of_names_and_addresses_counts(api, one, other):
    field = "contact_email" if "@" in one else "registration_number"
    ClientFactory(**{field: one})

    api(SA).patch(f"/clients/{ClientFactory().pk}/", {field: other}, expect=200)


def report(api, client, title):
    body = {
        "client_id": client.pk,
        "reporter_id": UserFactory(role=IM).pk,
        "title": title,
        "description": "Nobody can log in.",
        "category": "authentication_failure",
        "severity": "P3",
        "impact_level": "low",
    }
    return api(IM).post("/incidents/", body)


@pytest.mark.parametrize(
    "title",
    ["Login-fails", "LOGIN FAILS", "Login: «fails»!", "Lo\u200bgin fails", "Ｌｏｇｉｎ　fails", "Login_fails"],
    ids=ascii,
)
def test_an_open_incident_of_the_same_title_is_found_however_it_is_spelled(api, title):
    known = IncidentFactory(title="Login fails.", category="authentication_failure")

    refused = report(api, known.client, title)
    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate_open_incident")
    assert refused.json()["errors"][0]["existing_id"] == known.pk


@pytest.mark.parametrize("title", ["Login fails twice", "Logins fail", "Login+fails"])
def test_another_title_is_another_incident(api, title):
    known = IncidentFactory(title="Login fails.", category="authentication_failure")

    assert report(api, known.client, title).status_code == 201


@pytest.mark.parametrize("address", ADDRESSES, ids=ascii)
def test_login_knows_every_spelling_of_an_address(api, address):
    UserFactory(email=ADDRESS, password="an old secret 5")

    api().post("/auth/token/", {"email": address, "password": "an old secret 5"}, expect=200)


def test_no_spelling_of_an_address_gives_further_tries(api, settings):
    UserFactory(email=ADDRESS, password="an old secret 5")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        api().post("/auth/token/", {"email": ADDRESS, "password": "wrong"})

    for address in ADDRESSES:
        body = {"email": address, "password": "an old secret 5"}
        api().post("/auth/token/", body, expect=429, code="locked_out")


def test_a_name_too_long_to_be_compared_whole_is_compared_all_the_same(api):
    """One character may fold to eighteen."""
    long = "\ufdfa" * 200
    named, other = ProductFactory(product_name=long), ProductFactory()

    api(SA).patch(f"/products/{other.pk}/", {"product_name": f"{long[:-1]}x"}, expect=200)
    refused = api(SA).patch(f"/products/{other.pk}/", {"product_name": long}, expect=409, code="duplicate")
    assert refused.json()["errors"][0]["existing_id"] == named.pk

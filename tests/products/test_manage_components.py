"""SOP 9: Managing Infrastructure Components."""

import pytest

from audit.models import AuditEntry
from products.models import Component
from tests.api import fields
from tests.products.factories import ComponentFactory, ProductFactory
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db


@pytest.fixture
def body():
    return {
        "product_id": ProductFactory().pk,
        "component_name": "db-primary",
        "component_type": "database",
        "environment": "production",
        "location": "Frankfurt",
        "ports": [5432, 6432],
        "status": "degraded",
    }


@pytest.mark.parametrize("role", [TS, SA])
def test_a_component_is_documented(api, body, role):
    answer = api(role).post("/components/", body, expect=201).json()

    assert {name: answer[name] for name in body} == body
    entry = AuditEntry.objects.get(reference_type="component", reference_id=answer["id"])
    assert (entry.action, entry.operation) == ("create", "component.create")


def test_ports_and_status_are_optional(api, body):
    del body["ports"], body["status"]
    answer = api(TS).post("/components/", body, expect=201).json()
    assert (answer["ports"], answer["status"]) == ([], "online")


@pytest.mark.parametrize("role", [IM, AM, EX, VC, CC])
def test_other_roles_are_refused(api, body, role):
    api(role).post("/components/", body, expect=403, code="role_not_permitted")
    api(role).patch(f"/components/{ComponentFactory().pk}/", {}, expect=403, code="role_not_permitted")


def test_the_name_is_unique_within_its_product(api, body):
    existing = ComponentFactory(product_id=body["product_id"], component_name="DB-Primary")

    refused = api(TS).post("/components/", body, expect=409, code="duplicate").json()

    assert [(item["field"], item["existing_id"]) for item in refused["errors"]] == [("component_name", existing.pk)]
    api(TS).post("/components/", {**body, "product_id": ProductFactory().pk}, expect=201)


@pytest.mark.parametrize("product", ["missing", "maintenance", "deprecated"])
def test_the_product_must_exist_and_be_active(api, body, product):
    pk = 999_999 if product == "missing" else ProductFactory(status=product).pk
    refused = api(TS).post("/components/", {**body, "product_id": pk}, expect=400, code="invalid_reference")

    assert fields(refused) == {"product_id"}
    assert not Component.objects.exists()


def test_required_fields_are_named_at_once(api):
    refused = api(TS).post("/components/", {}, expect=400, code="validation_error")
    assert fields(refused) == {"product_id", "component_name", "component_type", "environment", "location"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("component_type", "toaster"),
        ("environment", "moon"),
        ("status", "active"),
        ("ports", [0]),
        ("ports", [65_536]),
        ("ports", ["443"]),
        ("ports", 443),
        ("location", " "),
        ("rack", 7),
    ],
)
def test_bad_and_unknown_values_are_refused(api, body, field, value):
    refused = api(TS).post("/components/", {**body, field: value}, expect=400)
    assert {name.split("[")[0] for name in fields(refused)} == {field}


def test_a_component_is_updated(api):
    component = ComponentFactory()
    answer = api(SA).patch(f"/components/{component.pk}/", {"status": "offline", "ports": [22]}, expect=200)

    assert (answer.json()["status"], answer.json()["ports"]) == ("offline", [22])
    assert answer["ETag"] == '"2"'


def test_an_updated_name_stays_unique_within_the_product(api):
    taken = ComponentFactory()
    component = ComponentFactory(product=taken.product)
    body = {"component_name": taken.component_name.upper()}
    refused = api(TS).patch(f"/components/{component.pk}/", body, expect=409, code="duplicate")
    assert fields(refused) == {"component_name"}


def test_a_missing_component_is_not_found(api):
    api(TS).patch("/components/999999/", {"status": "offline"}, expect=404, code="not_found")


def test_a_vendor_contact_reads_components_of_the_own_vendors_products_only(api):
    contact = UserFactory(role=VC)
    own, foreign = ComponentFactory(product__vendor=contact.vendor), ComponentFactory()
    reader = api(contact)

    assert [row["id"] for row in reader.get("/components/").json()["results"]] == [own.pk]
    reader.get(f"/components/{own.pk}/", expect=200)
    reader.get(f"/components/{foreign.pk}/", expect=404, code="not_found")


def test_a_client_contact_reads_no_components(api):
    component = ComponentFactory()
    assert api(CC).get("/components/").json()["results"] == []
    api(CC).get(f"/components/{component.pk}/", expect=404, code="not_found")


def test_components_are_found_by_their_product(api):
    component = ComponentFactory()
    ComponentFactory()
    answer = api(IM).get(f"/components/?product_id={component.product_id}", expect=200)
    assert [row["id"] for row in answer.json()["results"]] == [component.pk]

"""SOP 8: Creating Product Records."""

import pytest

from audit.models import AuditEntry
from products.models import Product
from tests.api import fields
from tests.products.factories import ProductFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

BODY = {"product_name": "Ledger  Core", "product_type": "banking_system", "version": "4.2"}


@pytest.mark.parametrize("role", [TS, SA])
def test_a_product_is_recorded(api, role):
    vendor = VendorFactory()
    answer = api(role).post("/products/", {**BODY, "vendor_id": vendor.pk}, expect=201).json()

    assert (answer["product_name"], answer["version"], answer["status"]) == ("Ledger Core", "4.2", "active")
    assert answer["vendor_id"] == vendor.pk
    entry = AuditEntry.objects.get(reference_type="product", reference_id=answer["id"])
    assert (entry.action, entry.operation) == ("create", "product.create")


def test_version_and_vendor_are_optional(api):
    body = {"product_name": "Plain", "product_type": "other"}
    answer = api(TS).post("/products/", body, expect=201).json()
    assert (answer["version"], answer["vendor_id"]) == ("", None)


@pytest.mark.parametrize("role", [IM, AM, EX, VC, CC])
def test_other_roles_are_refused(api, role):
    api(role).post("/products/", BODY, expect=403, code="role_not_permitted")
    api(role).patch(f"/products/{ProductFactory().pk}/", {"version": "2"}, expect=403, code="role_not_permitted")


def test_the_name_is_unique_whatever_its_case_and_spacing(api):
    existing = ProductFactory(product_name="Ledger Core")

    refused = api(TS).post("/products/", {**BODY, "product_name": " ledger CORE"}, expect=409, code="duplicate").json()

    assert [(item["field"], item["existing_id"]) for item in refused["errors"]] == [("product_name", existing.pk)]
    assert Product.objects.count() == 1


@pytest.mark.parametrize("vendor", ["missing", "inactive", "suspended"])
def test_the_vendor_must_exist_and_be_active(api, vendor):
    pk = 999_999 if vendor == "missing" else VendorFactory(status=vendor).pk
    refused = api(SA).post("/products/", {**BODY, "vendor_id": pk}, expect=400, code="invalid_reference")

    assert fields(refused) == {"vendor_id"}
    assert refused.json()["sop"] == [8]
    assert not Product.objects.exists()


def test_all_bad_fields_are_named_at_once(api):
    body = {"product_type": "toy", "version": 4, "status": "gone", "colour": "red"}
    refused = api(TS).post("/products/", body, expect=400, code="validation_error")
    assert fields(refused) == {"product_name", "product_type", "version", "status", "colour"}


def test_a_product_is_updated(api):
    product = ProductFactory(vendor=VendorFactory())
    body = {"status": "maintenance", "version": "5", "vendor_id": None}
    answer = api(SA).patch(f"/products/{product.pk}/", body, expect=200)

    assert {name: answer.json()[name] for name in body} == body
    assert answer["ETag"] == '"2"'
    api(SA).patch(f"/products/{product.pk}/", body, expect=412, code="stale_version", **{"If-Match": '"1"'})


def test_an_updated_name_stays_unique(api):
    taken, product = ProductFactory(), ProductFactory()
    body = {"product_name": taken.product_name.upper()}
    assert fields(api(TS).patch(f"/products/{product.pk}/", body, expect=409, code="duplicate")) == {"product_name"}


def test_a_missing_product_is_not_found(api):
    api(TS).patch("/products/999999/", {"version": "2"}, expect=404, code="not_found")


def test_a_vendor_contact_reads_the_own_vendors_products_only(api):
    contact = UserFactory(role=VC)
    own, foreign = ProductFactory(vendor=contact.vendor), ProductFactory(vendor=VendorFactory())
    ProductFactory()
    reader = api(contact)

    assert [row["id"] for row in reader.get("/products/").json()["results"]] == [own.pk]
    reader.get(f"/products/{own.pk}/", expect=200)
    reader.get(f"/products/{foreign.pk}/", expect=404, code="not_found")


def test_a_client_contact_reads_no_products(api):
    ProductFactory()
    assert api(CC).get("/products/").json()["results"] == []


def test_filters_narrow_the_list(api):
    product = ProductFactory(vendor=VendorFactory(), product_type="other")
    ProductFactory()

    for asked in (f"vendor_id={product.vendor_id}", "product_type__in=other", f"search={product.product_name}"):
        assert [row["id"] for row in api(IM).get(f"/products/?{asked}").json()["results"]] == [product.pk], asked
    api(IM).get("/products/?colour=red", expect=400, code="invalid_filter")

"""SOP 3: Creating Client Records."""

import pytest

from audit.models import AuditEntry
from clients.models import AccountAssignment, Client
from tests.api import fields
from tests.clients.factories import ClientFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

BODY = {
    "name": "Northwind  Bank",
    "registration_number": "HRB 4711",
    "contact_email": "IT@Northwind.example",
    "client_type": "enterprise",
    "contact_phone": "+49 30 7654321",
    "address": "Unter den Linden 1\n10117 Berlin",
}


def test_a_system_administrator_registers_a_client(api):
    answer = api(SA).post("/clients/", BODY, expect=201).json()

    assert answer["status"] == "active"
    assert (answer["name"], answer["contact_email"]) == ("Northwind Bank", "it@northwind.example")
    assert answer["account_manager_ids"] == []
    assert answer["calendar"]["weekly_hours"]["fri"] == [["09:00", "17:00"]]
    assert answer["calendar"]["timezone"] == "UTC"
    entry = AuditEntry.objects.get(reference_type="client", reference_id=answer["id"])
    assert (entry.action, entry.operation) == ("create", "client.create")
    assert not any(text in str(entry.changes) for text in ("northwind.example", "Linden", "7654321"))


def test_an_account_manager_who_creates_a_client_is_assigned_to_it(api):
    manager = api(AM)
    answer = manager.post("/clients/", BODY, expect=201).json()

    assert answer["account_manager_ids"] == [manager.user.pk]
    manager.patch(f"/clients/{answer['id']}/", {"address": ""}, expect=200)


def test_the_status_may_be_specified(api):
    assert api(SA).post("/clients/", {**BODY, "status": "inactive"}, expect=201).json()["status"] == "inactive"


@pytest.mark.parametrize("role", [IM, TS, EX, VC, CC])
def test_other_roles_are_refused(api, role):
    api(role).post("/clients/", BODY, expect=403, code="role_not_permitted")


@pytest.mark.parametrize("missing", ["name", "registration_number", "contact_email", "client_type"])
def test_required_fields_are_named_when_missing(api, missing):
    body = {name: value for name, value in BODY.items() if name != missing}

    assert fields(api(SA).post("/clients/", body, expect=400, code="validation_error")) == {missing}
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"registration_number": "hrb  4711"}, "registration_number"),
        ({"contact_email": "it@NORTHWIND.example"}, "contact_email"),
    ],
)
def test_registration_number_and_email_are_unique(api, change, field):
    existing = ClientFactory(registration_number="HRB 4711", contact_email="it@northwind.example")
    fresh = {**BODY, "registration_number": "X 1", "contact_email": "x@example.com"}

    refused = api(SA).post("/clients/", {**fresh, **change}, expect=409, code="duplicate")

    assert fields(refused) == {field}
    assert refused.json()["errors"][0]["existing_id"] == existing.pk
    assert refused.json()["error_class"] == "invalid_input"


def test_every_duplicate_field_is_named_at_once(api):
    ClientFactory(registration_number="HRB 4711", contact_email="it@northwind.example")

    refused = api(AM).post("/clients/", BODY, expect=409, code="duplicate")

    assert fields(refused) == {"registration_number", "contact_email"}
    assert not AccountAssignment.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("client_type", "bank"),
        ("contact_email", "nobody"),
        ("contact_phone", "12"),
        ("status", "closed"),
        ("name", "   "),
        ("colour", "red"),
        ("id", 7),
    ],
)
def test_bad_and_unknown_values_are_refused(api, field, value):
    assert fields(api(SA).post("/clients/", {**BODY, field: value}, expect=400)) == {field}


PHONES = [("+1-555-010-0100", "+15550100100"), ("555-0100", "5550100"), ("(030) 123 456/7", "0301234567")]


@pytest.mark.parametrize(("written", "kept"), PHONES)
def test_telephone_numbers_are_stored_in_one_format(api, written, kept):
    assert api(SA).post("/clients/", {**BODY, "contact_phone": written}, expect=201).json()["contact_phone"] == kept


@pytest.mark.parametrize("phone", ["not-a-phone", "123", "12345", "+", "1234567890123456", "555-0100 ext", "٣٣٣٣٣٣٣"])
def test_an_invalid_telephone_number_is_refused(api, phone):
    refused = api(SA).post("/clients/", {**BODY, "contact_phone": phone}, expect=400, code="validation_error")
    assert fields(refused) == {"contact_phone"}

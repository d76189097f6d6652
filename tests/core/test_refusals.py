"""The form and order of refusals."""

import pytest
from django.db import InterfaceError, OperationalError

from audit.models import AuditEntry
from core.codes import MEANINGS, Code
from core.errors import AuditTrailFailure
from tests.api import BASE
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM, SA, TS
from vendors.models import Vendor

pytestmark = pytest.mark.django_db

KEYS = {
    "type", "title", "status", "detail", "code", "error_class", "sop", "rule", "errors", "operation", "next",
    "transfer_to_human", "request_id",
}  # fmt: skip
BODY = {
    "vendor_name": "Nimbus Cloud",
    "contact_email": "support@nimbus.example",
    "contact_phone": "+49301234567",
    "vendor_type": "cloud_service_provider",
}


def test_a_malformed_approval_id_is_a_matter_of_shape(api):
    api(TS).post("/vendors/", BODY, expect=403, code="role_not_permitted", **{"Approval-Id": "x"})
    api(SA).patch("/vendors/987654/", {}, expect=404, code="not_found", **{"Approval-Id": "x"})
    api(SA).post("/vendors/", BODY, expect=400, code="validation_error", **{"Approval-Id": "x"})


def test_duplicates_come_before_approval(api):
    VendorFactory(vendor_name="Nimbus Cloud")
    api(SA).post("/vendors/", BODY, expect=409, code="duplicate")


def test_a_problem_document_has_every_member(api):
    refused = api(TS).post("/vendors/", BODY, expect=403, **{"X-Request-ID": "case-7"})

    document = refused.json()
    assert refused["Content-Type"] == "application/problem+json"
    # Refusals list the permitted roles; if only a person can help, they contain the body of a handoff.
    assert set(document) == KEYS | {"roles", "handoff"}
    assert document["type"] == "urn:ims:problem:role_not_permitted"
    assert (document["status"], document["error_class"], document["sop"]) == (403, "unauthorized", [7])
    assert (document["operation"], document["rule"]) == ("vendor.create", "who_can_perform")
    assert document["transfer_to_human"] is True
    assert document["request_id"] == "case-7"
    assert all({"code", "detail"} <= set(item) for item in document["errors"])


@pytest.mark.parametrize("code", Code)
def test_every_code_has_its_meaning(code):
    meaning = MEANINGS[code]
    assert 400 <= meaning.status < 600
    assert meaning.title
    assert meaning.next.endswith(".")


ROUTINE = [
    ("get", "/no-such-resource/", {}, 404, "not_found"),
    ("get", "/vendors", {}, 404, "not_found"),
    ("put", "/vendors/", {}, 405, "method_not_allowed"),
    ("delete", "/vendors/1/", {}, 405, "method_not_allowed"),
    ("options", "/vendors/", {}, 405, "method_not_allowed"),
    ("trace", "/vendors/", {}, 405, "method_not_allowed"),
    ("get", "/vendors/", {"Accept": "text/html"}, 406, "not_acceptable"),
    ("post", "/vendors/", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
]


@pytest.mark.parametrize(("method", "path", "headers", "status", "code"), ROUTINE)
def test_refusals_by_the_framework_are_problem_documents(  # noqa: PLR0917 - a row of the table
    api, method, path, headers, status, code
):
    caller = api(EX)
    kind = headers.get("Content-Type", "application/json")
    sent = {**caller.headers, **{name: value for name, value in headers.items() if name != "Content-Type"}}
    data = b"x" if method == "post" else b""

    refused = caller.client.generic(method.upper(), BASE + path, data=data, content_type=kind, headers=sent)

    assert refused.status_code == status, refused.content
    assert refused["Content-Type"] == "application/problem+json"
    document = refused.json()
    assert (document["code"], document["status"]) == (code, status)
    assert set(document) == KEYS
    if status == 405:
        assert "GET" in refused["Allow"]
        assert method.upper() not in refused["Allow"].split(", ")


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_beyond_the_limit_is_refused(api, settings, declared):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    api(EX).post("/vendors/", {**BODY, "vendor_name": "x" * 2_000}, expect=413, code="body_too_large")
    login = {"email": "x@example.com", "password": "x" * (2_000 if declared else 1_100)}
    api().post("/auth/token/", login, expect=413, code="body_too_large")


def test_a_request_id_goes_in_and_out_and_into_the_trail(api):
    answer = api(EX).post("/vendors/", BODY, expect=201, **{"X-Request-ID": "trace:1.2-3_4"})

    assert answer["X-Request-ID"] == "trace:1.2-3_4"
    assert (
        AuditEntry.objects.get(reference_type="vendor", reference_id=answer.json()["id"]).request_id == "trace:1.2-3_4"
    )


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, "né", "<script>"])
def test_an_unfit_request_id_is_replaced(api, given):
    answered = api(EX).get("/vendors/", expect=200, **{"X-Request-ID": given})["X-Request-ID"]
    assert answered != given
    assert len(answered) == 32


@pytest.fixture
def broken_trail(monkeypatch):
    def fail(self, *args, **kwargs):
        raise RuntimeError("no entry can be made")

    def break_it():
        monkeypatch.setattr(AuditEntry, "save", fail)

    return break_it


def test_without_its_audit_entry_nothing_is_written(api, broken_trail):
    caller, vendor = api(EX), VendorFactory()
    broken_trail()

    for refused in (
        caller.post("/vendors/", BODY, expect=503, code="audit_trail_failure"),
        caller.patch(f"/vendors/{vendor.pk}/", {"status": "suspended"}, expect=503, code="audit_trail_failure"),
    ):
        assert refused.json()["detail"] == str(AuditTrailFailure().detail) == "Audit trail failure"
        assert refused.json()["transfer_to_human"] is True
    assert list(Vendor.objects.values_list("status", "version")) == [("active", 1)]


@pytest.mark.parametrize("path", ["/vendors/", "/vendors/{id}/", "/discovery/?entity_type=vendor", "/me/"])
def test_nothing_is_read_without_its_audit_entry(api, broken_trail, path):
    caller, vendor = api(EX), VendorFactory(vendor_name="Secret Vendor")
    broken_trail()

    refused = caller.get(path.replace("{id}", str(vendor.pk)), expect=503, code="audit_trail_failure")
    assert b"Secret Vendor" not in refused.content


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("connection already closed")])
def test_an_unavailable_database_is_reported(api, monkeypatch, error):
    caller = api(EX)

    def fail(self, *args, **kwargs):
        raise error

    monkeypatch.setattr(Vendor, "save", fail)
    refused = caller.post("/vendors/", BODY, expect=503, code="database_unavailable")
    assert refused["Retry-After"] == "1"
    assert "gone" not in refused.json()["detail"]


def test_an_internal_error_discloses_no_details(api, monkeypatch):
    caller = api(EX)

    def fail(self, *args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Vendor, "save", fail)
    refused = caller.post("/vendors/", BODY, expect=500, code="internal_error")
    assert b"secret detail" not in refused.content


def test_a_role_refusal_lists_the_permitted_roles(api):
    refusals = [
        api(TS).post("/vendors/", BODY, expect=403, code="role_not_permitted"),
        api(SA).post("/vendors/", BODY, expect=403, code="approval_required"),
    ]
    api(EX).post("/vendors/", BODY, expect=201)
    refusals.append(api(EX).post("/vendors/", BODY, expect=409, code="duplicate"))

    assert [each.json()["roles"] for each in refusals] == [sorted([SA, IM, EX])] * 3
    assert "roles" not in api(EX).post("/vendors/", {}, expect=400).json()

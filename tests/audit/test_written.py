"""SOP 27: every write leaves an entry, which contains no more than necessary."""

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from approvals.models import ApprovalRule
from audit.chain_reader import ChainReader
from audit.models import AuditEntry
from audit.redaction import utc_text, value_digest
from audit.verify import verify
from tests.users.activation import countersigned
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM, SA, TS
from users.tokens import new_token

pytestmark = pytest.mark.django_db

VENDOR = {
    "vendor_name": "Nimbus Cloud",
    "contact_email": "support@nimbus.example",
    "contact_phone": "+49301234567",
    "vendor_type": "cloud_service_provider",
}


def entries(record_type, pk):
    return list(AuditEntry.objects.filter(reference_type=record_type, reference_id=pk).order_by("id"))


def test_an_entry_names_the_act_the_person_the_agent_and_the_request(api):
    person = UserFactory(role=IM)
    vendor = VendorFactory()
    _, secret = new_token(person, agent="triage-bot", operations=["vendor.update"])
    caller = api(None, Authorization=f"Token {secret}", **{"X-Request-ID": "request-7"})

    caller.patch(f"/vendors/{vendor.pk}/", {"status": "suspended"}, expect=200)

    entry = entries("vendor", vendor.pk)[-1]
    assert (entry.user_id, entry.agent, entry.request_id) == (person.pk, "triage-bot", "request-7")
    assert (entry.action, entry.operation, entry.origin) == ("update", "vendor.update", "system")
    assert entry.changes == {"status": {"old": "active", "new": "suspended"}}


def test_short_scalars_are_recorded_and_contact_details_only_as_digests(api):
    pk = api(EX).post("/vendors/", VENDOR, expect=201).json()["id"]

    changes = entries("vendor", pk)[0].changes

    assert changes["vendor_type"] == {"new": "cloud_service_provider"}
    email = VENDOR["contact_email"].encode()
    assert changes["contact_email"] == {
        "changed": True,
        "length": len(email),
        "sha256": hashlib.sha256(email).hexdigest(),
    }
    assert not {"nimbus.example", "+49301234567"} & set(str(changes).split("'"))
    assert "version" not in changes
    assert "created_at" not in changes


def test_times_are_recorded_in_the_format_of_the_api(api):
    caller = api(IM)
    handoff = caller.post("/handoffs/", {"reason_code": "other"}, expect=201).json()["id"]
    accepted = caller.post(f"/handoffs/{handoff}/accept/", expect=200).json()["accepted_at"]

    assert accepted.endswith("Z")
    assert entries("handoff", handoff)[-1].changes["accepted_at"] == {"old": None, "new": accepted}
    assert verify().verified


def test_times_in_other_zones_are_recorded_in_utc():
    assert utc_text(datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Asia/Kolkata"))) == "2026-03-02T04:00:00Z"


def test_only_length_and_digest_of_long_text_are_recorded(api):
    product = api(TS).post("/products/", {"product_name": "x" * 150, "product_type": "api_gateway"}, expect=201).json()

    changes = entries("product", product["id"])[0].changes

    assert changes["product_name"]["length"] == 150
    assert "x" * 20 not in str(changes)


def test_no_secret_of_an_account_reaches_the_trail(api):
    body = {"name": "Ada", "email": "ada@example.com", "role": TS, "timezone": "UTC"}
    answer = api(SA).post("/users/", body, expect=201).json()
    shares = [answer["activation_share"], countersigned(answer["id"])]

    written = str(list(AuditEntry.objects.values_list("changes", "meta")))

    for share in shares:
        assert share not in written
        assert hashlib.sha256(share.encode()).hexdigest() not in written
    assert "ada@example.com" not in written


def test_a_value_that_is_taken_away_has_length_zero():
    assert value_digest(None) == {"changed": True, "length": 0, "sha256": None}
    assert value_digest("")["length"] == 0


def test_edits_of_rules_tokens_and_permissions_are_audited(api):
    executive, administrator = api(EX), api(SA)
    rule = ApprovalRule.objects.get(operation="vendor.create")
    executive.patch(f"/approval-rules/{rule.pk}/", {"validity_hours": 4}, expect=200)
    assert entries("approval_rule", rule.pk)[-1].changes == {"validity_hours": {"old": 24, "new": 4}}

    person = UserFactory(role=TS)
    administrator.patch(f"/users/{person.pk}/permissions/", {"status": "suspended"}, expect=200)
    entry = entries("user", person.pk)[-1]
    assert (entry.operation, entry.changes) == (
        "user.permissions",
        {"status": {"old": "active", "new": "suspended"}},
    )

    token, _ = new_token(UserFactory())
    assert entries("token", token.pk)[0].changes["digest"]["changed"] is True
    administrator.delete(f"/auth/tokens/{token.pk}/", expect=200)
    assert [entry.operation for entry in entries("token", token.pk)][-1] == "token.revoke"


def test_a_refused_write_leaves_no_entry(api):
    vendor = VendorFactory()
    caller = api(TS)
    before = AuditEntry.objects.count()

    caller.patch(f"/vendors/{vendor.pk}/", {"status": "suspended"}, expect=403, code="role_not_permitted")

    assert AuditEntry.objects.count() == before


def test_a_change_that_changes_nothing_leaves_no_entry(api):
    vendor = VendorFactory()
    api(IM).patch(f"/vendors/{vendor.pk}/", {"status": "active"}, expect=200)
    assert len(entries("vendor", vendor.pk)) == 1


@pytest.mark.parametrize("failing", ["hash", "insert"])
def test_when_the_entry_cannot_be_written_nothing_is(api, monkeypatch, failing):
    vendor = VendorFactory()
    caller = api(IM)

    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    if failing == "hash":
        monkeypatch.setattr("audit.recording.entry_hash", fail)
    else:
        monkeypatch.setattr(AuditEntry, "save", fail)
    answer = caller.patch(f"/vendors/{vendor.pk}/", {"status": "suspended"}, expect=503, code="audit_trail_failure")

    assert answer.json()["detail"] == "Audit trail failure"
    assert answer.json()["error_class"] == "tool_failure"
    vendor.refresh_from_db()
    assert vendor.status == "active"


def test_a_read_whose_entry_cannot_be_written_is_not_answered(api, monkeypatch):
    VendorFactory(vendor_name="Nimbus")
    caller = api(IM)
    monkeypatch.setattr("audit.recording.entry_hash", lambda *args: 1 / 0)

    answer = caller.get("/vendors/", expect=503, code="audit_trail_failure")

    assert "Nimbus" not in answer.content.decode()


def test_the_trail_of_the_test_suite_is_consistent(api):
    caller = api(SA)
    for name in ("ä €", "\U0001f680", "e\u0301"):
        caller.post("/products/", {"product_name": name, "product_type": "api_gateway"}, expect=201)
    walk = ChainReader()
    assert sum(1 for _ in walk.leaves()) > 3
    assert walk.entries == AuditEntry.objects.count()

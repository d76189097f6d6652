"""SOP 27: Audit Trail Logging. What users state themselves."""

import pytest

from audit.models import AuditEntry
from core.verbs import Verb
from tests.api import codes, fields
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, IM, TS, VC

pytestmark = pytest.mark.django_db

TWELVE = [
    *("identify", "create", "update", "escalate", "notify", "resolve"),
    *("close", "review", "kb_update", "vendor_engagement", "simulation", "tool_use"),
]


def about(vendor, **more):
    return {"action": "vendor_engagement", "reference_type": "vendor", "reference_id": vendor.pk, **more}


@pytest.mark.parametrize("action", TWELVE)
def test_each_of_the_policys_actions_may_be_stated(api, action):
    answer = api(TS).post("/audit-entries/", {**about(VendorFactory()), "action": action}, expect=201).json()
    assert (answer["action"], answer["origin"]) == (action, "stated")


@pytest.mark.parametrize("action", [*sorted({str(verb) for verb in Verb} - set(TWELVE)), "destroy"])
def test_actions_reserved_for_the_server_cannot_be_stated(api, action):
    refused = api(TS).post("/audit-entries/", {**about(VendorFactory()), "action": action}, expect=400)
    assert fields(refused) == {"action"}


def test_a_stated_entry_continues_the_chain_of_its_record(api):
    vendor, caller = VendorFactory(), api(TS)
    answer = caller.post("/audit-entries/", about(vendor, meta={"call": 3}), expect=201).json()

    first, second = AuditEntry.objects.filter(reference_type="vendor", reference_id=vendor.pk).order_by("sequence")
    assert (second.pk, second.sequence, second.previous_hash) == (answer["id"], 2, first.hash)
    assert (answer["user_id"], answer["operation"], answer["meta"]) == (caller.user.pk, "audit.log", {"call": 3})


def test_entries_can_only_be_stated_in_the_callers_own_name(api):
    caller, vendor = api(TS), VendorFactory()
    caller.post("/audit-entries/", about(vendor, user_id=caller.user.pk), expect=201)
    caller.post("/audit-entries/", about(vendor, user_id=UserFactory().pk), expect=403, code="actor_mismatch")


@pytest.mark.parametrize("field", ["origin", "created_at", "sequence", "hash", "changes", "operation"])
def test_nothing_else_of_an_entry_can_be_stated(api, field):
    refused = api(TS).post("/audit-entries/", about(VendorFactory(), **{field: "x"}), expect=400)
    assert codes(refused) == {"unknown_field"}


def test_only_records_one_may_read_can_be_referred_to(api):
    vendor = VendorFactory()
    api(CC).post("/audit-entries/", about(vendor), expect=400, code="invalid_reference")
    own = UserFactory(role=VC, vendor=vendor)
    api(own).post("/audit-entries/", about(vendor), expect=201)
    api(own).post("/audit-entries/", about(VendorFactory()), expect=400, code="invalid_reference")


@pytest.mark.parametrize(
    "change", [{"reference_type": "starship"}, {"reference_id": 2**62}, {"reference_type": "audit_entry"}]
)
def test_references_are_validated(api, change):
    caller, body = api(IM), {**about(VendorFactory()), **change}
    caller.post("/audit-entries/", body, expect=400, code="invalid_reference")


@pytest.mark.parametrize("meta", [{"note": "x" * 3000}, ["list"], {"nul": "\0"}])
def test_meta_is_bounded_context_not_a_dump(api, meta):
    assert fields(api(TS).post("/audit-entries/", about(VendorFactory(), meta=meta), expect=400)) == {"meta"}


def test_a_stated_entry_may_not_refer_to_the_trail_itself(api):
    caller = api(IM)
    entry = caller.post("/audit-entries/", about(VendorFactory()), expect=201).json()
    body = {"action": "review", "reference_type": "audit_entry", "reference_id": entry["id"]}
    caller.post("/audit-entries/", body, expect=400, code="invalid_reference")

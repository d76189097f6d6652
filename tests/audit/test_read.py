"""Reading the trail: permissions, filters, the caller's own acts, and following without gaps."""

import threading

import pytest
from django.db import connection, transaction

from audit import cursor_feed as following
from audit.models import AuditEntry
from core.context import context
from core.operations.registry import registry
from tests.api import Api
from tests.audit.factories import discover, state
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC
from users.system import system_principal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [IM, SA, EX])
def test_three_roles_read_and_verify_the_whole_trail(api, role):
    vendor, caller = VendorFactory(), api(role)
    entry = AuditEntry.objects.get(reference_type="vendor", reference_id=vendor.pk)

    found = caller.get("/audit-entries/?reference_type=vendor", expect=200).json()["results"]
    assert [each["id"] for each in found] == [entry.pk]
    assert caller.get(f"/audit-entries/{entry.pk}/", expect=200).json()["hash"] == entry.hash
    assert caller.get("/audit-entries/verify/", expect=200).json()["verified"] is True


@pytest.mark.parametrize("role", [TS, AM, VC, CC])
@pytest.mark.parametrize("path", ["/audit-entries/", "/audit-entries/1/", "/audit-entries/verify/"])
def test_others_do_not(api, role, path):
    api(role).get(path, expect=403, code="role_not_permitted")


@pytest.mark.parametrize("role", [TS, CC])
def test_everyone_reads_their_own_acts(api, role):
    caller = api(role)
    state(VendorFactory())
    caller.patch("/me/", {"department": "Night shift"}, expect=200)

    found = caller.get("/me/audit-entries/", expect=200).json()["results"]

    assert {each["operation"] for each in found} >= {"user.update_profile"}
    assert {each["user_id"] for each in found} == {caller.user.pk}
    caller.get("/me/audit-entries/", expect=200)
    assert caller.get("/me/audit-entries/?action=entity_discovery", expect=200).json()["results"]


def test_an_entry_has_the_common_fields_of_records(api):
    """It is never changed, and made by its user."""
    vendor, caller = VendorFactory(), api(IM)
    path = f"/audit-entries/?reference_type=vendor&reference_id={vendor.pk}"

    [entry] = caller.get(path, expect=200).json()["results"]
    assert entry["created_by_id"] == entry["updated_by_id"] == entry["user_id"]
    assert entry["updated_at"] == entry["created_at"]
    for query in (f"created_by_id={entry['user_id']}", f"updated_at__gte={entry['created_at']}"):
        assert caller.get(f"{path}&{query}", expect=200).json()["results"] == [entry]
    [expanded] = caller.get(f"{path}&expand=created_by&fields=id", expect=200).json()["results"]
    assert expanded["created_by"]["id"] == entry["user_id"]


def test_reading_the_trail_leaves_its_entry(api):
    caller = api(SA)
    caller.get("/audit-entries/?origin=stated", expect=200)
    caller.get("/audit-entries/verify/?reference_type=vendor", expect=200)
    listed, verified = AuditEntry.objects.filter(origin="discovery").order_by("id")
    assert (listed.operation, listed.meta["filters"]) == ("audit.read", {"origin": "stated"})
    assert (verified.operation, verified.meta["filters"]["reference_type"]) == ("audit.verify", "vendor")


def test_the_trail_is_filtered(api):
    caller, vendor = api(SA), VendorFactory()
    stated = state(vendor)
    caller.patch("/me/", {"department": "A"}, expect=200, **{"X-Request-ID": "request-3"})

    def ids(query):
        return [each["id"] for each in caller.get(f"/audit-entries/?{query}", expect=200).json()["results"]]

    assert ids("origin=stated") == [stated.pk]
    assert ids(f"reference_type=vendor&reference_id={vendor.pk}&action__in=tool_use,notify") == [stated.pk]
    assert len(ids("request_id=request-3")) == 1
    assert len(ids("operation=user.update_profile")) == 1
    assert ids(f"id__gte={stated.pk}&id__lte={stated.pk}") == [stated.pk]
    assert ids("created_at__lte=2001-01-01T00:00:00Z") == []
    assert ids(f"user_id={caller.user.pk}&operation=user.update_profile")
    for query in ("colour=red", "reference_id=x", "action=destroy", "created_at__gte=yesterday"):
        caller.get(f"/audit-entries/?{query}", expect=400, code="invalid_filter")


@pytest.mark.parametrize("query", ["reference_id=x", "colour=1", "reference_id=" + "9" * 40])
def test_verification_refuses_filters_it_does_not_know(api, query):
    api(SA).get(f"/audit-entries/verify/?{query}", expect=400, code="invalid_filter")


def test_verification_of_one_record_reads_that_record_only(api):
    vendor = VendorFactory()
    state(vendor)
    VendorFactory()
    path = f"/audit-entries/verify/?reference_type=vendor&reference_id={vendor.pk}"
    answer = api(SA).get(path, expect=200).json()
    assert (answer["verified"], answer["entries"], answer["chains"]) == (True, 2, 1)


def test_entries_cannot_be_changed_over_http(api):
    entry, caller = state(VendorFactory()), api(EX)
    for method in (caller.patch, caller.put):
        method(f"/audit-entries/{entry.pk}/", {"action": "close"}, expect=405)
    caller.delete(f"/audit-entries/{entry.pk}/", expect=405)


def test_following_yields_every_entry_once_and_in_order(api):
    caller = api(SA)
    vendor = VendorFactory()
    written = [state(vendor).pk for _ in range(5)]
    seen, after = [], "0"
    for _ in range(20):
        page = caller.get(f"/audit-entries/?after={after}&page_size=2&origin=stated", expect=200).json()
        seen += [each["id"] for each in page["results"]]
        assert page["after"] in page["next"]
        after = page["after"]
        if not page["results"]:
            break
    assert seen == written

    later = state(vendor).pk
    assert [each["id"] for each in caller.get(page["next"], expect=200).json()["results"]] == [later]


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "after=" + "9" * 30, "after=0&ordering=id", "after=0&cursor=a"]
)
def test_following_refuses_an_invalid_cursor(api, query):
    api(SA).get(f"/audit-entries/?{query}", expect=400, code="invalid_filter")


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite makes ids visible in order")
@pytest.mark.usefixtures("committed")
def test_following_never_skips_an_entry_that_commits_late(monkeypatch):
    monkeypatch.setattr(following, "PATIENCE", 0.05)
    caller, vendor, other = Api(UserFactory(role=SA)), VendorFactory(), VendorFactory()
    principal, written, release, late = system_principal(), threading.Event(), threading.Event(), []

    def write_slowly():
        try:
            with context(actor=principal, operation=registry["system.seed"]), transaction.atomic():
                late.append(state(vendor).pk)
                written.set()
                release.wait(20)
        finally:
            connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert written.wait(20)
    early = state(other).pk
    assert early > late[0]

    blocked = caller.get("/audit-entries/?after=0&origin=stated", expect=200).json()
    assert (blocked["results"], blocked["after"]) == ([], "0")
    release.set()
    writer.join()

    found = caller.get("/audit-entries/?after=0&origin=stated", expect=200).json()["results"]
    assert [each["id"] for each in found] == [late[0], early]


def test_discovery_entries_are_followed_too(api):
    entry = discover()
    found = api(SA).get(f"/audit-entries/?after={entry.pk - 1}&origin=discovery", expect=200).json()["results"]
    assert [each["id"] for each in found] == [entry.pk]


def test_a_verification_stops_when_its_time_is_over_and_continues_to_the_end(api, settings):
    vendors = [VendorFactory() for _ in range(3)]
    reader = api(EX)
    reader.get("/vendors/", expect=200)
    whole = reader.get("/audit-entries/verify/", expect=200).json()
    assert (whole["verified"], whole["continue_after"]) == (True, None)

    settings.IMS_VERIFY_SECONDS = 0
    seen, after, answers = 0, "", 0
    while after is not None:
        part = reader.get(f"/audit-entries/verify/{f'?after={after}' if after else ''}", expect=200).json()
        assert (part["verified"], part["checkpoint_root"]) == (True, None)
        seen, after, answers = seen + part["chains"], part["continue_after"], answers + 1
        if after and after.startswith("~"):  # each request leaves an entry of its own there
            settings.IMS_VERIFY_SECONDS = 60
    assert answers > len(vendors)
    assert seen >= whole["chains"] > len(vendors)


@pytest.mark.parametrize("query", ["after=x", "after=vendor:", "after=vendor:1&reference_type=vendor"])
def test_a_place_to_continue_that_cannot_be_read_is_refused(api, query):
    api(EX).get(f"/audit-entries/verify/?{query}", expect=400, code="invalid_filter")

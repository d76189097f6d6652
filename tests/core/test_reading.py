"""Collections: pages, filters, ordering, search, entity tags."""

import pytest
import time_machine

from core.codes import Code
from core.errors import Refusal
from core.reading.collections import collections
from core.reading.pagination import Cursor
from tests.api import fields
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, EX, IM, SA, VC

pytestmark = pytest.mark.django_db


def walk(caller, path: str, direction: str = "next") -> list[int]:
    """The ids of every page from a path on, in reading order."""
    found: list[int] = []
    link: str | None = path
    while link:
        page = caller.get(link.replace("http://testserver", ""), expect=200).json()
        ids = [row["id"] for row in page["results"]]
        found = found + ids if direction == "next" else ids + found
        link = page[direction]
    return found


@pytest.mark.parametrize("ordering", ["id", "-id", "vendor_name", "-vendor_name", "created_at", "-created_at"])
def test_pages_cover_every_record_once_and_lead_back(api, ordering):
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        made = [VendorFactory(vendor_name=f"Name {index % 10}-{index}").pk for index in range(7)]
    caller = api(EX)

    forwards = walk(caller, f"/vendors/?page_size=2&ordering={ordering}")
    assert sorted(forwards) == made
    assert len(forwards) == len(set(forwards))
    whole = caller.get(f"/vendors/?ordering={ordering}").json()
    assert [row["id"] for row in whole["results"]] == forwards
    assert (whole["next"], whole["previous"]) == (None, None)

    last = f"/vendors/?page_size=2&ordering={ordering}"
    while following := caller.get(last.replace("http://testserver", "")).json()["next"]:
        last = following
    assert walk(caller, last, "previous") == forwards


def test_a_page_is_stable_when_records_are_added(api):
    for _ in range(4):
        VendorFactory()
    caller = api(EX)
    first = caller.get("/vendors/?page_size=2").json()
    VendorFactory()
    second = caller.get(first["next"].replace("http://testserver", "")).json()

    seen = [row["id"] for row in first["results"] + second["results"]]
    assert len(set(seen)) == 4
    assert second["next"] is None


@pytest.mark.parametrize("size", ["0", "201", "-1", "x", "1.5", "", "0000019999", "٣", "9" * 50])
def test_a_bad_page_size_is_refused(api, size):
    refused = api(EX).get(f"/vendors/?page_size={size}", expect=400, code="invalid_filter")
    assert fields(refused) == {"page_size"}


BAD_CURSORS = [
    "x", "%FF", "bnVsbA", "W10", "e30", "MQ",
    Cursor("id", False, 1, 1).encode(),
    Cursor("-vendor_name", False, "x", 1).encode(),
    Cursor("-id", False, None, 1).encode(),
    Cursor("-id", False, 2**63, 1).encode(),
    Cursor("-id", False, 1, -1).encode(),
    Cursor("-id", False, 1, 2**63).encode(),
    Cursor("-id", False, {"a": 1}, 1).encode(),
]  # fmt: skip


@pytest.mark.parametrize("cursor", BAD_CURSORS)
def test_a_cursor_that_no_page_gave_is_refused(api, cursor):
    refused = api(EX).get(f"/vendors/?cursor={cursor}", expect=400, code="invalid_filter")
    assert fields(refused) == {"cursor"}


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00", "x", 7]
)
def test_a_cursor_with_an_impossible_time_is_refused(api, value):
    cursor = Cursor("created_at", False, value, 1).encode()
    api(EX).get(f"/vendors/?ordering=created_at&cursor={cursor}", expect=400, code="invalid_filter")


def test_a_cursor_with_an_unstorable_text_is_refused(api):
    cursor = Cursor("vendor_name", False, "a\0b", 1).encode()
    api(EX).get(f"/vendors/?ordering=vendor_name&cursor={cursor}", expect=400, code="invalid_filter")


def ids(caller, query: str) -> set[int]:
    return {row["id"] for row in caller.get(f"/vendors/?{query}", expect=200).json()["results"]}


def test_filters_match_exactly_by_list_and_by_range(api):
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        old = VendorFactory(status="inactive")
    with time_machine.travel("2026-03-01T00:00:00Z", tick=False):
        new = VendorFactory()
    caller = api(EX)

    assert ids(caller, "status=inactive") == {old.pk}
    assert ids(caller, "status__in=inactive,active") == {old.pk, new.pk}
    assert ids(caller, f"id={new.pk}") == {new.pk}
    assert ids(caller, f"id__in={old.pk},987654") == {old.pk}
    assert ids(caller, "created_at__gte=2026-02-01T00:00:00Z") == {new.pk}
    assert ids(caller, "created_at__lte=2026-02-01T00:00:00Z") == {old.pk}
    assert ids(caller, "created_at__gte=2026-01-01T01:00:00%2B01:00&created_at__lte=2026-01-01T00:00:00Z") == {old.pk}
    assert ids(caller, f"status=active&id={old.pk}") == set()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("created_at__gte=1970-01-01T00:00:00%2B14:00", True),
        ("created_at__lte=1970-01-01T00:00:00%2B14:00", False),
        ("created_at__gte=2199-12-31T23:59:59-14:00", False),
        ("created_at__lte=2199-12-31T23:59:59-14:00", True),
        ("created_at=1970-01-01T00:00:00Z", False),
    ],
)
def test_times_beyond_all_records_are_compared_like_any_other(api, query, found):
    vendor = VendorFactory()

    assert ids(api(EX), query) == ({vendor.pk} if found else set())


BAD_FILTERS = [
    ("colour", "red"), ("status__contains", "a"), ("imported_row", "1"), ("status", "gone"),
    ("status__in", "active,gone"),
    ("id", "x"), ("id", "1.5"), ("id", "9" * 30), ("id", "NaN"), ("id__in", "1,x"), ("vendor_name", "a%00b"),
    ("created_at__gte", "yesterday"), ("created_at__gte", "2026-02-30T00:00:00Z"), ("vendor_name", "x" * 5_000),
    *(("id", spelled) for spelled in ("1_0", "+1", "%2B1", " 1", "1 ", "١", "--1", "1e0", "-9223372036854775809")),
    *(("id__in", spelled) for spelled in ("1,,2", "1,", ",1", ",", "1,%201", "1,1_0")),
    ("status__in", "active,"), ("vendor_name__in", "a,,b"), ("vendor_name__in", "a, ,b"), ("vendor_name", "%20"),
    ("created_at", "٢٠٢٦-01-01T00:00:00Z"),
    ("ordering", "password"), ("ordering", "--id"), ("search", "a%00b"), ("search", "x" * 5_000),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BAD_FILTERS)
def test_a_bad_filter_is_named(api, name, value):
    refused = api(EX).get(f"/vendors/?{name}={value}", expect=400, code="invalid_filter")
    assert fields(refused) == {name}


@pytest.mark.parametrize("spelled", ["1_0", "%2B1", "١", " 1", "Infinity"])
def test_decimal_numbers_are_read_as_they_are_written(api, spelled):
    api(EX).get("/sla-agreements/?availability_target=99.5", expect=200)
    refused = api(EX).get(f"/metrics/?calculated_value_minutes__gte={spelled}", expect=400, code="invalid_filter")
    assert fields(refused) == {"calculated_value_minutes__gte"}


@pytest.mark.parametrize("spelled", ["20260301", "03/01/2026", "2026-W01-1", "٢٠٢٦-03-01", "2026-02-30", "2026-3-1"])
def test_dates_are_read_as_the_api_writes_them(api, spelled):
    api(EX).get("/subscriptions/?start_date__gte=2026-03-01", expect=200)
    refused = api(EX).get(f"/subscriptions/?start_date={spelled}", expect=400, code="invalid_filter")
    assert fields(refused) == {"start_date"}


def test_numbers_below_zero_match_nothing_and_bound_nothing(api):
    vendor = VendorFactory()
    assert ids(api(EX), "id__in=-1,-9223372036854775808") == set()
    assert ids(api(EX), f"id__in=-1,{vendor.pk}.0") == {vendor.pk}


def test_every_bad_filter_is_named_at_once(api):
    assert fields(api(EX).get("/vendors/?a=1&b=2", expect=400)) == {"a", "b"}
    assert fields(api(EX).get("/vendors/?status=gone&id=x", expect=400)) == {"status", "id"}


def test_search_wants_every_word_in_any_column(api):
    found = VendorFactory(vendor_name="Nimbus Cloud", contact_email="help@sky.example")
    VendorFactory(vendor_name="Nimbus Rain")
    caller = api(IM)

    assert ids(caller, "search=nimbus%20SKY") == {found.pk}
    assert ids(caller, "search=100%25") == set()
    assert ids(caller, "search=") == ids(caller, "")


def test_lists_and_pages_are_read_in_the_callers_scope(api):
    mine, other = VendorFactory(), VendorFactory()
    contact = api(UserFactory(role="vendor_contact", vendor=mine))

    assert ids(contact, "") == {mine.pk}
    assert ids(contact, f"id={other.pk}") == set()
    contact.get(f"/vendors/{other.pk}/", expect=404, code="not_found")


def test_entity_tags_guard_against_lost_updates(api):
    vendor, caller = VendorFactory(), api(EX)
    path = f"/vendors/{vendor.pk}/"
    tag = caller.get(path)["ETag"]
    assert tag == '"1"'

    for stale in ('"2"', f"W/{tag}", "1", "nonsense", '"1', "", " "):
        refused = caller.patch(path, {"status": "suspended"}, expect=412, code="stale_version", **{"If-Match": stale})
        assert refused.json()["errors"][0]["etag"] == tag
    for tags, misspelt in ((f"W/{tag}", True), ("1", True), ("", True), ('"2"', False)):
        refused = caller.patch(path, {"status": "suspended"}, expect=412, **{"If-Match": tags}).json()
        assert ("in quotes" in refused["next"]) == misspelt
    caller.patch(path, {"status": "suspended"}, expect=200, **{"If-Match": f'"7", {tag}'})
    answer = caller.patch(path, {"status": "active"}, expect=200, **{"If-Match": "*"})
    assert answer["ETag"] == caller.get(path)["ETag"] == '"3"'


def test_a_write_that_changes_nothing_counts_no_version(api):
    vendor = VendorFactory()
    assert api(EX).patch(f"/vendors/{vendor.pk}/", {"status": "active"}, expect=200)["ETag"] == '"1"'


REFERENCES = [
    ("users", ("client_id", "vendor_id")),
    ("auth/tokens", ("user_id",)),
    ("audit-entries", ("user_id",)),
    ("approvals", ("requester_id", "approver_id")),
    ("handoffs", ("created_by_id", "accepted_by_id", "closed_by_id")),
]


@pytest.mark.parametrize(("path", "names"), REFERENCES)
def test_references_are_filtered_by_the_names_that_records_show(api, path, names):
    caller = api(IM)
    for name in names:
        caller.get(f"/{path}/?{name}=987654", expect=200)
        caller.get(f"/{path}/?{name}__in=987654,987655", expect=200)


@pytest.mark.parametrize("query", ["status=active&status=suspended", "status=", "id=&status=active"])
def test_a_repeated_or_empty_parameter_is_refused_rather_than_guessed(api, query):
    VendorFactory()
    for path in (f"/vendors/?{query}", f"/discovery/?entity_type=vendor&{query}"):
        api(IM).get(path, expect=400, code="invalid_filter")


def test_an_empty_search_finds_everything(api):
    VendorFactory()
    assert len(api(IM).get("/vendors/?search=", expect=200).json()["results"]) == 1


def hidden_from(reader, collection):
    shown = collection.output.visible_fields(reader)
    return set() if shown is None else set(collection.output.Meta.fields) - set(shown)


@pytest.mark.parametrize("role", [CC, VC])
def test_no_filter_answers_for_a_field_that_is_not_shown(role):
    reader = UserFactory(role=role)
    forbidden = [
        (each, name)
        for each in collections.values()
        for name in each.known_filters()
        if name.split("__")[0] in hidden_from(reader, each)
    ]
    assert forbidden
    for collection, name in forbidden:
        with pytest.raises(Refusal) as caught:
            collection.filtered(reader, {name: "1"})
        assert caught.value.code == Code.INVALID_FILTER


@pytest.mark.parametrize(("role", "status"), [(CC, 400), (VC, 400), (IM, 200)])
def test_only_staff_filter_articles_by_reviewer(api, role, status):
    api(role).get("/knowledge-articles/?reviewer_user_id=1", expect=status)


def test_a_record_is_found_by_creator_and_name(api):
    maker = UserFactory(role=SA)
    body = {"product_name": "Ledgerline", "product_type": "banking_system", "version": "7"}
    made = api(maker).post("/products/", body, expect=201).json()["id"]
    VendorFactory()

    for query in (f"created_by_id={maker.pk}", "version=7", "product_name=Ledgerline"):
        found = api(EX).get(f"/products/?{query}", expect=200).json()["results"]
        assert [row["id"] for row in found] == [made]

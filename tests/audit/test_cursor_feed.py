"""Following the trail without the discoveries, which are nearly all of it."""

import pytest
from django.db import connection

from audit.models import AuditEntry
from audit.partitions import CHAINED, DISCOVERY
from tests.api import capture, fields, statements
from tests.audit.factories import discover, state
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import IM, SA

pytestmark = pytest.mark.django_db


def followed(caller, query: str = "") -> list[int]:
    """The ids of everything after the beginning, page after page, until an empty one."""
    ids, path = [], f"/audit-entries/?after=0&page_size=2{query}"
    while rows := (page := caller.get(path, expect=200).json())["results"]:
        ids += [row["id"] for row in rows]
        path = page["next"]
    return ids


def written(**filters) -> list[int]:
    return list(AuditEntry.objects.filter(**filters).order_by("id").values_list("id", flat=True))


def test_discoveries_are_left_out_unless_asked_for(api):
    caller = api(SA)
    state(VendorFactory())
    found = discover().pk
    state(VendorFactory())

    acts = written(sequence__isnull=False)
    assert followed(caller) == acts
    assert followed(caller, "&include_discovery=false") == acts
    assert {*acts, found} <= set(written(id__in=followed_once(caller, "&include_discovery=true")))
    assert found in followed_once(caller, "&origin=discovery")
    assert found in followed_once(caller, "&action=entity_discovery")
    assert set(followed_once(caller, "&origin__in=discovery,stated")) >= {found, *written(origin="stated")}
    assert followed(caller, "&action__in=tool_use") == written(origin="stated")


def followed_once(caller, query: str) -> list[int]:
    """One page: with discoveries there is no end, as each request is one."""
    page = caller.get(f"/audit-entries/?after=0&page_size=200{query}", expect=200).json()
    return [row["id"] for row in page["results"]]


def test_the_cursor_moves_on_over_discoveries(api):
    caller = api(SA)
    last = state(VendorFactory()).pk
    found = [discover().pk for _ in range(3)]

    page = caller.get("/audit-entries/?after=0&page_size=200", expect=200).json()
    assert page["results"][-1]["id"] == last
    assert int(page["after"]) >= found[-1]

    following = caller.get(page["next"], expect=200).json()
    assert following["results"] == []
    assert int(following["after"]) > int(page["after"])


def test_a_page_contains_the_end_of_the_trail(api):
    caller = api(SA)
    state(VendorFactory())
    state(VendorFactory())
    last = written()[-1]

    page = caller.get("/audit-entries/?after=0&page_size=1&include_discovery=true", expect=200).json()
    end = int(page["horizon"])
    pages = 1
    while int(page["after"]) < end:
        page = caller.get(page["next"], expect=200).json()
        pages += 1

    assert end == last < int(page["horizon"])  # each of the reads is one more entry
    assert pages == len(written(id__lte=last))


def test_only_pages_after_a_cursor_contain_the_end_of_the_trail(api):
    assert set(api(SA).get("/audit-entries/", expect=200).json()) == {"next", "previous", "results"}


def test_the_list_shows_discoveries_as_before(api):
    found = discover().pk
    assert found in [row["id"] for row in api(IM).get("/audit-entries/", expect=200).json()["results"]]


@pytest.mark.parametrize("said", ["yes", "1", "", "TRUE", "%00"])
def test_only_true_and_false_are_understood(api, said):
    refused = api(SA).get(f"/audit-entries/?after=0&include_discovery={said}", expect=400, code="invalid_filter")
    assert fields(refused) == {"include_discovery"}


@pytest.mark.parametrize("query", ["include_discovery=true", "page=1", "after=0&page=1", "after=0&cursor=x"])
def test_parameters_of_other_reads_are_refused(api, query):
    api(SA).get(f"/audit-entries/?{query}", expect=400, code="invalid_filter")


def test_following_supports_only_json(api):
    refused = api(SA).get("/audit-entries/?after=0", expect=400, code="invalid_filter", Accept="text/csv")
    assert fields(refused) == {"after"}


def test_fields_and_relations_can_be_chosen(api):
    state(VendorFactory())
    caller = api(UserFactory(role=SA))

    page = caller.get("/audit-entries/?after=0&fields=id,action&expand=user", expect=200).json()

    assert {tuple(row) for row in page["results"]} == {("id", "action", "user")}
    caller.get("/audit-entries/?after=0&fields=colour", expect=400, code="invalid_filter")


def test_discoveries_are_not_read_on_the_way(api):
    """By the database's own plan, with enough discovery entries to make any other plan more expensive."""
    vendor = VendorFactory()
    for _ in range(300):
        discover()
    state(vendor)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    caller = api(SA)
    with capture() as queries:
        caller.get("/audit-entries/?after=0&page_size=2", expect=200)

    (read,) = [each for each in statements(queries) if "IS NOT NULL" in each]
    with connection.cursor() as cursor:
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if connection.vendor == 'sqlite' else 'EXPLAIN'} {read}")
        plan = " ".join(str(line) for line in cursor.fetchall())
    assert ("audit_chained" if connection.vendor == "sqlite" else CHAINED) in plan
    assert DISCOVERY not in plan

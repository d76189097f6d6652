"""Numbered pages: where counting is cheap, and nowhere else."""

import pytest
import time_machine

from core.reading.page_numbers import LAST_PAGE
from tests.api import capture, fields, statements
from tests.core.reads import LISTS, collection_of, opened, reader
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, VC

pytestmark = pytest.mark.django_db

NUMBERED = {
    "/vendors/", "/products/", "/components/", "/clients/", "/subscriptions/", "/sla-agreements/", "/users/",
    "/auth/tokens/", "/correlation-rules/", "/approval-rules/",
}  # fmt: skip


def test_small_collections_have_numbers():
    assert {path for path in LISTS if collection_of(path).numbered} == NUMBERED


@pytest.mark.parametrize("path", sorted(NUMBERED))
def test_a_numbered_page_contains_the_total(path):
    opened(path)
    caller = reader()

    page = caller.get(f"{path}?page=1&page_size=1", expect=200).json()

    assert list(page) == ["next", "previous", "count", "results"]
    assert page["count"] == len(caller.get(f"{path}?page_size=200", expect=200).json()["results"])
    assert "count" not in caller.get(path).json()


@pytest.mark.parametrize("path", sorted(set(LISTS) - NUMBERED))
def test_elsewhere_a_number_is_refused_and_the_cursor_named(path):
    refused = reader().get(f"{opened(path)}?page=1", expect=400, code="invalid_filter")

    assert fields(refused) == {"page"}
    assert "cursor" in refused.json()["detail"]


@pytest.mark.parametrize("ordering", ["id", "-id", "vendor_name", "-created_at"])
def test_numbered_pages_hold_every_record_once_and_lead_to_each_other(api, ordering):
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False):
        made = [VendorFactory(vendor_name=f"Name {index % 3}-{index}").pk for index in range(7)]
    caller = api(EX)

    pages = [
        caller.get(f"/vendors/?page={number}&page_size=3&ordering={ordering}", expect=200).json()
        for number in (1, 2, 3, 4, 9)
    ]

    ids = [row["id"] for page in pages for row in page["results"]]
    assert ids == [row["id"] for row in caller.get(f"/vendors/?ordering={ordering}").json()["results"]]
    assert sorted(ids) == made
    assert {page["count"] for page in pages} == {7}
    assert [neighbours(page) for page in pages] == [(None, "2"), ("1", "3"), ("2", None), ("3", None), ("3", None)]


def neighbours(page) -> tuple[str | None, ...]:
    """The numbers that a page leads to."""
    links = (page["previous"], page["next"])
    return tuple(link and link.partition("page=")[2].partition("&")[0] for link in links)


def test_of_nothing_the_first_page_is_empty(api):
    VendorFactory()
    page = api(EX).get("/vendors/?page=1&id=987654", expect=200).json()
    assert page == {"next": None, "previous": None, "count": 0, "results": []}


def test_a_page_is_counted_in_the_callers_scope_and_under_the_filters(api):
    contact = UserFactory(role=VC)
    VendorFactory.create_batch(2, status="inactive")

    assert api(contact).get("/vendors/?page=1", expect=200).json()["count"] == 1
    assert api(EX).get("/vendors/?page=1&status=inactive&search=name", expect=200).json()["count"] <= 2


def test_counting_needs_one_more_query():
    VendorFactory.create_batch(3)
    caller = reader()
    with capture() as by_cursor:
        caller.get("/vendors/", expect=200)
    with capture() as by_number:
        caller.get("/vendors/?page=1", expect=200)

    assert len(statements(by_number)) == len(statements(by_cursor)) + 1


BAD = ["0", "-1", "x", "1.5", "", "01e1", "٣", "%00", "%FF", str(LAST_PAGE + 1), "9" * 30, "9" * 3_900, "1&page=2"]


@pytest.mark.parametrize("number", BAD)
def test_a_bad_number_is_refused(api, number):
    refused = api(EX).get(f"/vendors/?page={number}", expect=400, code="invalid_filter")
    assert fields(refused) == {"page"}


def test_the_last_number_allowed_is_beyond_the_end(api):
    VendorFactory()
    assert api(EX).get(f"/vendors/?page={LAST_PAGE}&page_size=200", expect=200).json()["results"] == []


def test_a_number_and_a_cursor_are_refused(api):
    VendorFactory.create_batch(3)
    caller = api(EX)
    cursor = caller.get("/vendors/?page_size=1").json()["next"].partition("cursor=")[2]

    refused = caller.get(f"/vendors/?page=1&cursor={cursor}", expect=400, code="invalid_filter")
    assert fields(refused) == {"cursor"}


def test_a_number_combines_with_fields_and_expand(api):
    VendorFactory(vendor_name="Nimbus")
    page = api(EX).get("/vendors/?page=1&fields=vendor_name&expand=created_by", expect=200).json()
    assert [list(row) for row in page["results"]] == [["id", "vendor_name", "created_by"]]

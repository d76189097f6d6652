"""Every read against bad queries: refused with the parameter's name, never a 500, and nothing written."""

import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

import pytest
from django.urls import resolve

from core.errors import MAX_ITEMS
from tests.api import BASE, fields
from tests.core.bad_requests import ROUTES, World, assert_refused, new_world, written
from tests.shared import for_module

pytestmark = pytest.mark.django_db


def listing(endpoint: str) -> Any:
    """The view of a route that lists a collection; None for any other."""
    view = resolve(BASE + re.sub(r"{\w+}", "1", endpoint.removeprefix("GET "))).func
    lists = view.actions.get("get") == "list" and hasattr(view.cls, "collection")  # type: ignore[attr-defined]
    return view.cls if lists else None  # type: ignore[attr-defined]


READS = [route for route in ROUTES if route[0].startswith("GET ")]
LISTS = [route for route in READS if listing(route[0])]

# Values that no list can contain, next to possible ones.
BAD_CHOICES = (
    *(f"{control}={value}" for control in ("fields", "expand") for value in (
        "no_such_name", "", ",", "id,", ",id", "id,no_such_name", "*", "password", "imported_row", "id__in",
        "%00", "%FF", "x" * 5_000, "id," * 2_000,
    )),
    *(f"page={value}" for value in ("0", "-1", "x", "1.5", "", "%00", "%FF", "9" * 30, "9" * 5_000, "1&page=2")),
    "page=1&cursor=bnVsbA",
)  # fmt: skip
# Values that lists reject.
BAD_QUERIES = (
    *(f"cursor={value}" for value in ("x", "%FF", "bnVsbA")),
    *(f"page_size={value}" for value in ("0", "x", "201", "9" * 5_000, "0000019999")),
    *(f"ordering={value}" for value in ("password", "--id")),
    *(f"search={value}" for value in ("%00", "%FF", "x" * 5_000)),
    *(f"format={value}" for value in ("html", "json", "csv")),
    "no_such_filter=1",
    "no%00=1",
    *BAD_CHOICES,
)
# Values of filters: those that no filter takes, those that some take, and those of which several make a query too long.
UNSTORABLE = ("", "%00", "%FF")
ODD = (
    *("x", "9" * 30, "-1", "1.5", "NaN", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00"),
    *("2024-02-30", "1,2,x", ",", "true", "null", "[]"),
)
LONG = ("x" * 5_000, ",".join(["1"] * 3_000))


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with for_module(django_db_blocker):
        yield new_world(READS)


@pytest.mark.parametrize(("endpoint", "name"), READS)
def test_a_bad_query_is_refused(world, endpoint, name):
    api, (_, path) = world.of(endpoint, name)
    before = written()

    for query in BAD_QUERIES:
        response = api.get(f"{path}?{query}")
        if listing(endpoint):
            assert_refused(response)
        else:
            assert response.status_code < 500, (query, response.content[:300])

    assert written() == before


def asked(names: Iterable[str], value: str) -> str:
    return "&".join(f"{name}={value}" for name in names)


def test_there_are_lists_and_other_reads():
    assert len(LISTS) > 20
    assert len(READS) > len(LISTS) + 5


@pytest.mark.parametrize(("endpoint", "name"), LISTS)
def test_every_bad_filter_is_named_and_no_value_is_too_much(world, endpoint, name):
    """Each value for every filter: at once as many as a refusal names, and one by one those that are too long."""
    api, (_, path) = world.of(endpoint, name)
    view, before = listing(endpoint), written()
    in_path = getattr(view, "parent_filter", None)
    known = [each for each in view.collection.known_filters() if each != in_path]

    for each, value in product([in_path] if in_path else [], (*UNSTORABLE, *ODD)):
        refused = api.get(f"{path}?{each}={value}")
        assert_refused(refused, statuses=(400,))
        assert fields(refused) == {each}
    batches = [known[start : start + MAX_ITEMS] for start in range(0, len(known), MAX_ITEMS)]
    for some, value in product(batches, UNSTORABLE):
        refused = api.get(f"{path}?{asked(some, value)}")
        assert_refused(refused)
        assert fields(refused) == set(some), value
    for some, value in product(batches, ODD):
        response = api.get(f"{path}?{asked(some, value)}")
        left = set(some)
        if response.status_code == 400:
            left -= fields(response)
            assert left < set(some), (value, response.content[:300])
            response = api.get(f"{path}?{asked(sorted(left), value)}")
        assert response.status_code == 200, (value, left, response.content[:300])
    for each, value in product(known, LONG):
        assert_refused(api.get(f"{path}?{each}={value}"), statuses=(400,))
    for each in known:
        assert api.get(f"{path}?{each}={'9' * 3_900}").status_code in (200, 400), each

    assert written() == before

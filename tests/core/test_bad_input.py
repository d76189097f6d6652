"""Every route against bad input: always a problem document of the 4xx kind, never a 500, and nothing written.

The routes, their bodies and their filters are read from the application, so a new one is tested without being named.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import pytest
from rest_framework import serializers

from core.json import dumps
from core.operations.bodies import JSON_TYPES
from core.operations.fields import BoundedJSONField, Reference
from core.operations.registry import registry
from tests.api import BASE, Api, fields
from tests.core.bad_requests import ROUTES, World, assert_refused, new_world, written
from tests.shared import for_module
from tests.users.factories import UserFactory

pytestmark = pytest.mark.django_db

WRITES = [route for route in ROUTES if not route[0].startswith("GET ")]
TARGETED = [route for route in ROUTES if "{" in route[0]]
WITH_BODY = [(endpoint, name) for endpoint, name in WRITES if registry[name].body is not None]

HUGE = "x" * 250_000
WRONG: tuple[Any, ...] = (True, 7, 1.5, "x", [], {}, [[]], [{"a": 1}], {"a": {"b": [1]}})
BAD_TEXTS = (HUGE, "nul\0nul")
BAD_NUMBERS = (-(2**63), 2**63, 2**64 - 1, 10**40, 1e300)
BAD_BODIES = {
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "lone surrogate": b'{"name": "\\ud800"}',
    "cut short": b'{"name": ',
    "a list": b"[]",
    "a list of objects": b'[{"name": "x"}]',
    "a string": b'"name"',
    "a number": b"7",
    "not a number": b'{"name": NaN}',
    "infinite": b'{"name": 1e999}',
    "deep lists": b'{"name": ' + b"[" * 500 + b"]" * 500 + b"}",
    "deep objects": b'{"name":' * 500 + b"1" + b"}" * 500,
    "bottomless": b"[" * 200_000,
}
UNKNOWN = ("created_by_id", "version", "imported_row", "no_such_field", "nul\0", "x" * 5_000, "")
BAD_HEADERS = (
    {"Approval-Id": "x"},
    {"Approval-Id": "-1"},
    {"Approval-Id": "1.5"},
    {"Approval-Id": "9" * 40},
    {"Approval-Id": "0" * 5_000 + "1"},
    {"Approval-Id": "٣"},
    {"Approval-Id": "0"},
)
BAD_AUTHORIZATIONS = (
    "Token",
    "Token ",
    "Token a b",
    "Bearer x",
    "Token \xff\xfe",
    "Token " + "x" * 5_000,
)
BAD_TAGS = ("x", '"', '"0"', 'W/"1"', "\xff", '"1' * 500)
BAD_IDS = ("9" * 19, str(2**63 - 1), "9" * 40, "-1", "1.5", "x", "%00", "1%00", "٣")


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with for_module(django_db_blocker):
        yield new_world(ROUTES)


def raw(api: Api, method: str, path: str, content: bytes, media_type: str = "application/json", **headers: str) -> Any:
    sent = {**api.headers, **headers}
    return api.client.generic(method.upper(), f"{BASE}{path}", data=content, content_type=media_type, headers=sent)


def body_fields(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    shapes: tuple[Any, ...] = registry[name].shapes
    for shape in shapes:
        context = {"actor": UserFactory.build(), "target": None, "operation": registry[name]}
        found.update({each: field for each, field in shape(context=context).fields.items() if not field.read_only})
    return found


def actor_fields(name: str) -> tuple[str, ...]:
    """Fields that name the caller: any number is well-typed, and another user's id is refused only in a valid body."""
    return tuple(each for shape in registry[name].shapes for each in getattr(shape, "actor_fields", ()))


def wrong_values(field: Any) -> list[Any]:
    """Values that this kind of field can never take."""
    if isinstance(field, Reference):
        return [True, 1.5, "1", [], {}, -1, *BAD_NUMBERS]
    if isinstance(field, BoundedJSONField):
        return [True, 7, "x", [], [{}], {"a": HUGE}, {"a": "\0"}, {"\0": 1}]
    if isinstance(field, serializers.BaseSerializer):
        return [True, 7, 1.5, "x"]
    if isinstance(field, serializers.ListField):
        return [True, 7, 1.5, "x", {}, {"a": 1}]
    types = next((types for kind, types, _ in JSON_TYPES if isinstance(field, kind)), None)
    if types is None:
        return []
    wrong = [each for each in WRONG if type(each) not in types]
    numbers = BAD_NUMBERS if int in types else ()
    return [*wrong, *numbers, *(BAD_TEXTS if str in types else ())]


def wrong_bodies(name: str) -> Iterator[dict[str, Any]]:
    """Every wrong value of every field: in each body one of every field that has any left, huge ones alone."""
    values = {each: wrong_values(field) for each, field in body_fields(name).items()}
    huge = [(each, value) for each, wrong in values.items() for value in wrong if is_huge(value)]
    for row in zip_longest(
        *([(each, value) for value in wrong if not is_huge(value)] for each, wrong in values.items())
    ):
        yield dict(filter(None, row))
    yield from ({each: value} for each, value in huge)


def is_huge(value: Any) -> bool:
    return value in (HUGE, {"a": HUGE})


@pytest.mark.parametrize(("endpoint", "name"), WITH_BODY)
def test_every_field_of_the_wrong_kind_is_named_and_nothing_is_written(world, endpoint, name):
    api, (method, path) = world.of(endpoint, name)
    before = written()

    for body in wrong_bodies(name):
        refused = getattr(api, method)(path, body)
        document = assert_refused(refused)
        named = {each.split(".")[0].split("[")[0] for each in fields(refused)}
        shown = {each: str(value)[:40] for each, value in body.items()}
        assert document["status"] != 400 or set(body) <= {*named, *actor_fields(name)}, (shown, document)

    assert written() == before


@pytest.mark.parametrize(("endpoint", "name"), WRITES)
def test_an_unreadable_body_is_refused(world, endpoint, name):
    """Duties that need no body are checked before the body."""
    api, (method, path) = world.of(endpoint, name)
    before = written()
    kept_away = any(not each.needs_body for each in registry[name].duties)
    statuses = (403, 404, 415) if kept_away else (404, 415)

    for content in BAD_BODIES.values():
        assert_refused(raw(api, method, path, content))
    assert_refused(raw(api, method, path, b" " * (1_048_576 + 1)), statuses=(413,))
    assert_refused(raw(api, method, path, b"<a/>", "application/xml"), statuses=statuses)
    assert_refused(raw(api, method, path, b"a=1", "application/x-www-form-urlencoded"), statuses=statuses)

    assert written() == before


@pytest.mark.parametrize(("endpoint", "name"), WRITES)
def test_unknown_fields_are_named(world, endpoint, name):
    api, (method, path) = world.of(endpoint, name)
    before = written()

    refused = raw(api, method, path, dumps(dict.fromkeys(UNKNOWN, 1)))
    document = assert_refused(refused)
    assert document["status"] != 400 or set(UNKNOWN) <= fields(refused) | {""}

    assert written() == before


@pytest.mark.parametrize(("endpoint", "name"), WRITES)
def test_malformed_headers_are_refused(world, endpoint, name):
    api, (method, path) = world.of(endpoint, name)
    nobody = Api()
    before = written()

    for headers in BAD_HEADERS:
        assert_refused(raw(api, method, path, b'{"no_such_field": 1}', **headers))
    for tag in BAD_TAGS:
        assert_refused(raw(api, method, path, b'{"no_such_field": 1}', **{"If-Match": tag}))
    for authorization in BAD_AUTHORIZATIONS:
        refused = raw(nobody, method, path, b'{"no_such_field": 1}', Authorization=authorization)
        assert_refused(refused, statuses=(400,) if registry[name].anonymous else (401,))

    assert written() == before


@pytest.mark.parametrize(("endpoint", "name"), TARGETED)
def test_an_id_that_no_record_has_is_not_found(world, endpoint, name):
    api, _ = world.of(endpoint, name)
    method, path = endpoint.split(" ")
    before = written()

    for bad in BAD_IDS:
        refused = raw(api, method.lower(), re.sub(r"{\w+}", bad, path), b"{}")
        assert_refused(refused, statuses=(404,))

    assert written() == before

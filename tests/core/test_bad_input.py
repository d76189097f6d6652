"""Every route against bad input: always a problem document of the 4xx kind, never a 500, and nothing written.

The routes, their bodies and their filters are read from the application, so a new one is tested without being named.
"""

import re
from typing import Any

import pytest
from django.urls import resolve
from rest_framework import serializers

from audit.models import AuditEntry
from core.http.routes import endpoints
from core.json import dumps
from core.operations.entities import models_by_type
from core.operations.fields import BoundedJSONField, Reference
from core.operations.registry import registry
from core.reading.serializers import JSON_TYPES
from ims.urls import urlpatterns
from tests.api import BASE, Api, fields
from tests.architecture.targets import address
from tests.users.factories import UserFactory
from users.choices import AM, CC, EX, IM, SA, TS, VC

pytestmark = pytest.mark.django_db

ROUTES = sorted(endpoints(urlpatterns))
WRITES = [route for route in ROUTES if not route[0].startswith("GET ")]
READS = [route for route in ROUTES if route[0].startswith("GET ")]
TARGETED = [route for route in ROUTES if "{" in route[0]]
WITH_BODY = [(endpoint, name) for endpoint, name in WRITES if registry[name].body is not None]

# The first of these roles that an operation permits asks; those who read everything come first.
ASKERS = (EX, SA, IM, TS, AM, VC, CC)
PROBLEM = {"type", "title", "status", "detail", "code", "error_class", "sop", "rule", "errors", "next", "request_id"}

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
# What no list can show, beside what it could.
BAD_CHOICES = (
    *(f"{control}={value}" for control in ("fields", "expand") for value in (
        "no_such_name", "", ",", "id,", ",id", "id,no_such_name", "*", "password", "imported_row", "id__in",
        "%00", "%FF", "x" * 5_000, "id," * 2_000,
    )),
    *(f"page={value}" for value in ("0", "-1", "x", "1.5", "", "%00", "%FF", "9" * 30, "9" * 5_000, "1&page=2")),
    "page=1&cursor=bnVsbA",
)  # fmt: skip
BAD_IDS = ("9" * 19, str(2**63 - 1), "9" * 40, "-1", "1.5", "x", "%00", "1%00", "٣")


def asker(name: str) -> Api:
    role = next(each for each in ASKERS if registry[name].permits(each))
    return Api(None if registry[name].anonymous else UserFactory(role=role))


def written() -> dict[str, int]:
    """How much there is of everything that an act could leave. Reads leave discovery entries; those do not count."""
    records = {name: model.objects.count() for name, model in models_by_type().items() if name != "audit_entry"}
    versions = {
        f"{name} versions": sum(model.objects.values_list("version", flat=True))
        for name, model in models_by_type().items()
        if name != "audit_entry"
    }
    return {**records, **versions, "acts": AuditEntry.objects.exclude(origin="discovery").count()}


def assert_refused(response: Any, *, statuses: tuple[int, ...] = ()) -> dict[str, Any]:
    """The response is a problem document of the 4xx kind."""
    assert 400 <= response.status_code < 500, (response.status_code, response.content[:500])
    assert response["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert set(document) >= PROBLEM
    assert document["status"] == response.status_code
    assert not statuses or response.status_code in statuses, response.content[:500]
    return document


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
    """Fields that name the caller: any number has their type, and another one's is refused only when all else fits."""
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


@pytest.mark.parametrize(("endpoint", "name"), WITH_BODY)
def test_a_field_of_the_wrong_kind_is_named_and_nothing_is_written(endpoint, name):
    api, (method, path) = asker(name), address(endpoint, registry[name])
    before = written()

    for field_name, field in body_fields(name).items():
        for value in wrong_values(field):
            refused = getattr(api, method)(path, {field_name: value})
            document = assert_refused(refused)
            named = {each.split(".")[0].split("[")[0] for each in fields(refused)}
            shown = (field_name, str(value)[:40], document)
            assert document["status"] != 400 or field_name in {*named, *actor_fields(name)}, shown

    assert written() == before


@pytest.mark.parametrize(("endpoint", "name"), WRITES)
def test_an_unreadable_body_is_refused(endpoint, name):
    """Whoever a duty keeps from the record is told so before the body is looked at."""
    api, (method, path) = asker(name), address(endpoint, registry[name])
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
def test_unknown_fields_are_named(endpoint, name):
    api, (method, path) = asker(name), address(endpoint, registry[name])
    before = written()

    for unknown in ("created_by_id", "version", "imported_row", "no_such_field", "nul\0", "x" * 5_000, ""):
        refused = raw(api, method, path, dumps({unknown: 1}))
        document = assert_refused(refused)
        assert document["status"] != 400 or unknown in fields(refused) | {""}

    assert written() == before


@pytest.mark.parametrize(("endpoint", "name"), WRITES)
def test_malformed_headers_are_refused(endpoint, name):
    api, (method, path) = asker(name), address(endpoint, registry[name])
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
def test_an_id_that_no_record_has_is_not_found(endpoint, name):
    api = asker(name)
    method, path = endpoint.split(" ")
    before = written()

    for bad in BAD_IDS:
        refused = raw(api, method.lower(), re.sub(r"{\w+}", bad, path), b"{}")
        assert_refused(refused, statuses=(404,))

    assert written() == before


@pytest.mark.parametrize(("endpoint", "name"), READS)
def test_a_bad_query_is_refused(endpoint, name):
    api, (_, path) = asker(name), address(endpoint, registry[name])
    before = written()
    view = resolve(f"{BASE}{path}")
    collection = getattr(view.func.cls, "collection", None)  # type: ignore[attr-defined]
    is_list = collection is not None and view.func.actions.get("get") == "list"  # type: ignore[attr-defined]

    for query in (
        "cursor=x",
        "cursor=%FF",
        "cursor=bnVsbA",
        "no_such_filter=1",
        "page_size=0",
        "page_size=x",
        "page_size=201",
        "page_size=" + "9" * 5_000,
        "page_size=0000019999",
        "ordering=password",
        "ordering=--id",
        "search=%00",
        "search=%FF",
        "search=" + "x" * 5_000,
        "no%00=1",
        "format=html",
        "format=json",
        "format=csv",
        *BAD_CHOICES,
    ):
        response = api.get(f"{path}?{query}")
        if is_list:
            assert_refused(response)
        else:
            assert response.status_code < 500, (query, response.content[:300])
    for known in collection.known_filters() if is_list else ():
        for value in ("%00", "%FF", "x" * 5_000, ",".join(["1"] * 3_000)):
            assert_refused(api.get(f"{path}?{known}={value}"))
        for value in (
            "",
            "x",
            "9" * 30,
            "-1",
            "1.5",
            "9" * 3_900,
            "NaN",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01T00:00:00%2B14:00",
            "2024-02-30",
            "1,2,x",
            ",",
            "true",
            "null",
            "[]",
        ):
            response = api.get(f"{path}?{known}={value}")
            assert response.status_code in (200, 400), (known, value, response.content[:300])

    assert written() == before

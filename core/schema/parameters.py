"""Parameters and headers: the query parameters of lists, the headers of writes and of responses."""

from collections.abc import Iterator
from typing import Any, Literal

import django_filters
from django_filters.filters import BaseCSVFilter
from drf_spectacular.utils import OpenApiParameter

from core.operations.fields import MAX_ID
from core.operations.registry import Operation
from core.reading.collections import Collection
from core.reading.filters import WholeNumberFilter
from core.reading.pagination import DEFAULT_SIZE, MAX_SIZE
from core.reading.query import LONGEST

ID_SCHEMA = {"type": "integer", "minimum": 0, "maximum": MAX_ID}
WHOLE_NUMBER = {"type": "integer", "minimum": -MAX_ID - 1, "maximum": MAX_ID}
# The bound of the filters' own fields.
NUMBER = {"type": "number", "maximum": 1e50}
ANY_TEXT = {"type": "string", "maxLength": LONGEST}
# A blank value is invalid. Python also treats four old separator characters as white space, other languages do not.
BLANK = r"\s\x1c-\x1f"
TEXT = {**ANY_TEXT, "minLength": 1, "pattern": f"[^{BLANK}]"}
# One of several comma-separated values.
WORD = {"type": "string", "pattern": f"^[^,]*[^,{BLANK}][^,]*$"}
PAGE_SIZE = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE}

# The kinds of filters, most specific first, and the values that each accepts.
KINDS: tuple[tuple[type, dict[str, Any]], ...] = (
    (django_filters.BooleanFilter, {"type": "boolean"}),
    (django_filters.IsoDateTimeFilter, {"type": "string", "format": "date-time"}),
    (django_filters.DateTimeFilter, {"type": "string", "format": "date-time"}),
    (django_filters.DateFilter, {"type": "string", "format": "date"}),
    (django_filters.UUIDFilter, {"type": "string", "format": "uuid"}),
    (WholeNumberFilter, WHOLE_NUMBER),
    (django_filters.NumberFilter, NUMBER),
)

MEANING_OF_LOOKUPS = {
    "": ("equal to this value"),
    "in": ("equal to one of these comma-separated values"),
    "gte": "from",
    "lte": ("up to and including"),
}


def header(name: str, schema: dict[str, Any], description: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description)


def query(name: str, schema: dict[str, Any], description: str = "", **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description, **options)


REQUEST_ID = header(
    "X-Request-ID",
    {"type": "string"},
    "Identifies the request in the response, the logs and the audit trail: up to 64 letters, digits and `._:-`; "
    "generated if it is missing or malformed.",
)
IF_MATCH = header(
    "If-Match",
    {"type": "string"},
    "The ETag that the client has read; the write is refused if the record has changed since.",
)
APPROVAL_ID = header("Approval-Id", {"type": "integer", "minimum": 0}, "The approval that authorises this request.")

IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "A key chosen by the client (1 to 255 visible characters); a repeat with the same key and body within 24 hours "
    "returns the stored first response.",
)
SUCCESS = [200, 201]


def answer_headers(versioned: bool, repeatable: bool = False) -> list[OpenApiParameter]:
    """Response headers: the request id on all, the ETag on single resources, Retry-After."""
    place: Literal["header"] = "header"
    text = {"type": "string"}
    request_id = {"type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$"}
    headers = [
        OpenApiParameter("X-Request-ID", request_id, place, response=True, description="The id of this request."),
        OpenApiParameter(
            "Retry-After", {"type": "integer"}, place, response=[429, 503], description="Seconds to wait."
        ),
    ]
    if repeatable:
        replayed = {"type": "string", "enum": ["true"]}
        described = "Present if this is the stored response to the first request with the same Idempotency-Key."
        headers.append(
            OpenApiParameter("Idempotency-Replayed", replayed, place, response=SUCCESS, description=described)
        )
    if versioned:
        described = "The version of the resource, for If-Match."
        headers.append(OpenApiParameter("ETag", text, place, response=SUCCESS, description=described))
    return headers


def of_write(operation: Operation, repeatable: bool) -> list[OpenApiParameter]:
    """The request headers of a write."""
    carried = ((APPROVAL_ID, operation.elevated), (IF_MATCH, operation.target), (IDEMPOTENCY_KEY, repeatable))
    return [header for header, wanted in carried if wanted]


def of_list(collection: Collection, parent: str = "") -> Iterator[OpenApiParameter]:
    """Every query parameter of a collection, except the filter (`parent`) that the path sets."""
    for name, each in sorted(collection.filters.base_filters.items()):
        if name != parent:
            yield _of_filter(name, each)
    yield query("search", ANY_TEXT, collection.search_rule)
    orders = [sign + name for name in collection.ordering for sign in ("", "-")]
    # The default is described in words: clients would send a `default`, and some parameters cannot be combined.
    yield query(
        "ordering", {"type": "string", "enum": orders}, f"The ordering; by default `-{collection.ordering[0]}`."
    )
    yield from of_pages("Records per page")


def of_pages(about_size: str) -> Iterator[OpenApiParameter]:
    """The query parameters of every paginated list."""
    yield query(
        "cursor", ANY_TEXT, "The start of the page: the value of `cursor` in `next` or `previous` of another page."
    )
    yield query("page_size", PAGE_SIZE, f"{about_size}; by default {DEFAULT_SIZE}.")


def several(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of one or more comma-separated values."""
    return {"type": "array", "items": WORD if schema == TEXT else schema, "minItems": 1}


def _of_filter(name: str, each: Any) -> OpenApiParameter:
    field, _, lookup = name.partition("__")
    # The help text of multi-value filters is the library's, and the same everywhere.
    about = None if lookup else each.extra.get("help_text")
    description = about or f"{field}: {MEANING_OF_LOOKUPS[lookup]}."
    schema = _schema_of(each)
    if isinstance(each, BaseCSVFilter):
        return query(name, several(schema), description, style="form", explode=False)
    return query(name, schema, description)


def _schema_of(each: Any) -> dict[str, Any]:
    choices = each.extra.get("choices")
    if choices is not None:
        return {"type": "string", "enum": [value for value, _ in choices]}
    for kind, schema in KINDS:
        if isinstance(each, kind):
            return dict(schema)
    return getattr(each, "schema", TEXT)

"""Parameters and headers: what a list can be asked for, what a write may carry, what every answer brings."""

from collections.abc import Iterator
from typing import Any, Literal

import django_filters
from django_filters.filters import BaseCSVFilter
from drf_spectacular.utils import OpenApiParameter

from core.operations.fields import BIGGEST_ID
from core.operations.registry import Operation
from core.reading.collections import Collection
from core.reading.filters import WholeNumberFilter
from core.reading.pagination import DEFAULT_SIZE, MAX_SIZE
from core.reading.query import LONGEST

ID_SCHEMA = {"type": "integer", "minimum": 0, "maximum": BIGGEST_ID}
WHOLE_NUMBER = {"type": "integer", "minimum": -BIGGEST_ID - 1, "maximum": BIGGEST_ID}
# The bound is that of the filters' own fields.
NUMBER = {"type": "number", "maximum": 1e50}
ANY_TEXT = {"type": "string", "maxLength": LONGEST}
# White space alone is no value; to Python, four separators of old are white space, to other languages they are not.
BLANK = r"\s\x1c-\x1f"
TEXT = {**ANY_TEXT, "minLength": 1, "pattern": f"[^{BLANK}]"}
# One of several, which commas separate.
WORD = {"type": "string", "pattern": f"^[^,]*[^,{BLANK}][^,]*$"}
PAGE_SIZE = {"type": "integer", "minimum": 1, "maximum": MAX_SIZE}

# The kinds of filters, narrow before wide, and the values that each takes.
KINDS: tuple[tuple[type, dict[str, Any]], ...] = (
    (django_filters.BooleanFilter, {"type": "boolean"}),
    (django_filters.IsoDateTimeFilter, {"type": "string", "format": "date-time"}),
    (django_filters.DateTimeFilter, {"type": "string", "format": "date-time"}),
    (django_filters.DateFilter, {"type": "string", "format": "date"}),
    (django_filters.UUIDFilter, {"type": "string", "format": "uuid"}),
    (WholeNumberFilter, WHOLE_NUMBER),
    (django_filters.NumberFilter, NUMBER),
)

MEANING_OF_LOOKUPS = {"": "exactly this", "in": "one of these, separated by commas", "gte": "from", "lte": "up to"}


def header(name: str, schema: dict[str, Any], description: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description)


def query(name: str, schema: dict[str, Any], description: str = "", **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description, **options)


REQUEST_ID = header(
    "X-Request-ID",
    {"type": "string"},
    "Names the request in the answer, the logs and the audit trail: up to 64 letters, digits and `._:-`; one is made "
    "when it is missing or ill-formed.",
)
IF_MATCH = header(
    "If-Match", {"type": "string"}, "The ETag that was read; the write is refused when the record has changed since."
)
APPROVAL_ID = header("Approval-Id", {"type": "integer", "minimum": 0}, "The approval that authorises this request.")

IDEMPOTENCY_KEY = header(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "A key of the caller's choice (1 to 255 visible characters); a repeat with the same key and body within 24 hours "
    "is answered with the first answer.",
)
DONE = [200, 201]


def answer_headers(versioned: bool, repeatable: bool = False) -> list[OpenApiParameter]:
    """The headers of answers: the request id on all, the ETag on single resources, when to come back."""
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
        described = "Present when this is the answer to the first request with the same Idempotency-Key."
        headers.append(OpenApiParameter("Idempotency-Replayed", replayed, place, response=DONE, description=described))
    if versioned:
        described = "The version of the resource, for If-Match."
        headers.append(OpenApiParameter("ETag", text, place, response=DONE, description=described))
    return headers


def of_write(operation: Operation, repeatable: bool) -> list[OpenApiParameter]:
    """The headers that a write may carry."""
    carried = ((APPROVAL_ID, operation.elevated), (IF_MATCH, operation.target), (IDEMPOTENCY_KEY, repeatable))
    return [header for header, wanted in carried if wanted]


def of_list(collection: Collection, parent: str = "") -> Iterator[OpenApiParameter]:
    """Every query parameter of a collection, except the filter (`parent`) that the path sets."""
    for name, each in sorted(collection.filters.base_filters.items()):
        if name != parent:
            yield _of_filter(name, each)
    yield query("search", ANY_TEXT, collection.search_rule)
    orders = [sign + name for name in collection.ordering for sign in ("", "-")]
    # In words: clients would send a `default` along, and not everything that has one goes together.
    yield query("ordering", {"type": "string", "enum": orders}, f"The order; `-{collection.ordering[0]}` unless given.")
    yield from of_pages("Records to a page")


def of_pages(about_size: str) -> Iterator[OpenApiParameter]:
    """What every paginated answer can be asked for."""
    yield query("cursor", ANY_TEXT, "Where the page starts, as `next` or `previous` of another page say.")
    yield query("page_size", PAGE_SIZE, f"{about_size}; {DEFAULT_SIZE} unless given.")


def several(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of one or more values, separated by commas."""
    return {"type": "array", "items": WORD if schema == TEXT else schema, "minItems": 1}


def _of_filter(name: str, each: Any) -> OpenApiParameter:
    field, _, lookup = name.partition("__")
    # What filters of several values say of themselves is the library's, and the same everywhere.
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

"""The shape of what an operation answers with.

Most answers are records, and follow from what the operation returns and from the view's collection. What is not a
record is described once, under the operation's id, by the floor that knows it: `describe("policy_retrieve", Policy)`.
"""

import inspect
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiParameter

from core.collections import collections
from core.operations import Operation
from core.serializers import Output


@dataclass(frozen=True, slots=True)
class Special:
    """An answer that is no record: its serializer or schema, by media type, the query parameters of its request."""

    answer: Any
    query: tuple[OpenApiParameter, ...]
    media_types: tuple[str, ...]
    also: Mapping[str, Any]
    versioned: bool
    further: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class More:
    """What one list takes and answers beyond others: query parameters, members of its page, the name of that page."""

    page: str
    query: tuple[OpenApiParameter, ...]
    members: Mapping[str, Any]


specials: dict[str, Special] = {}
more_of_lists: dict[str, More] = {}


def describe(
    operation_id: str,
    answer: Any,
    *,
    query: Iterable[OpenApiParameter] = (),
    media_types: Iterable[str] = ("application/json",),
    also: Mapping[str, Any] | None = None,
    versioned: bool = False,
    further: Iterable[int] = (),
) -> None:
    """Describe an answer that does not follow from the operation.

    Arguments: the operation's id in the description; a serializer class, or a schema as a dict; the query parameters
    of the request; the media types of the answer; what it is in further media types that show it otherwise; whether
    it carries an ETag; further statuses of success.
    """
    specials[operation_id] = Special(answer, tuple(query), tuple(media_types), also or {}, versioned, tuple(further))


def describe_more(operation_id: str, page: str, *, query: Iterable[OpenApiParameter], **members: Any) -> None:
    """Describe what one list has beyond others: the name of its page, query parameters, members of its page."""
    more_of_lists[operation_id] = More(page, tuple(query), members)


def record_of(operation: Operation) -> type | None:
    """The output of the record that an operation returns, by its return annotation, else by its target."""
    returned = typing.get_type_hints(operation.run).get("return")
    entity_type = returned.entity_type if inspect.isclass(returned) and hasattr(returned, "entity_type") else None
    if returned is Any:
        entity_type = operation.target
    return collections[entity_type].single if entity_type in collections else None


def extended(output: type[Output], name: str, doc: str, **fields: Any) -> Any:
    """The serializer of a record with further members, as an operation's `Answer` shows them."""
    shown: Any = output.Meta
    meta = type("Meta", (shown,), {"fields": (*shown.fields, *fields)})
    return type(name, (output,), {**fields, "Meta": meta, "__doc__": doc})

"""The description of features shared by reads: pages, tables, and records with `fields` and `expand`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.reading.collections import Collection, collections
from core.reading.page_numbers import LAST_PAGE
from core.reading.serializers import Output
from core.reading.sparse_fields import MOST_RELATIONS
from core.schema.answers import More
from core.schema.parameters import query

Enum = Callable[[str, Iterable[str]], dict[str, Any]]
NEIGHBOUR = "The URL of that page; null if there is none."
RELATED = "The record of `{}`, with `expand={}`; null if there is none in the caller's scope."
COUNT = "The total number of results; present with `page`."


@cache
def read_of(output: type[Output], name: str) -> Any:
    """The serializer of a record in reads: any subset of its names, and related records next to their ids."""
    shown: Any = output.Meta
    related = {
        each: relation.target.output(  # type: ignore[attr-defined]
            allow_null=True, required=False, read_only=True, help_text=RELATED.format(relation.shown_as, each)
        )
        for each, relation in collections[shown.model.entity_type].related(output).items()
    }
    meta = type("Meta", (shown,), {"fields": (*shown.fields, *related)})
    doc = "A record as read: all names, or the id and those selected by `fields`, and the relations added by `expand`."
    return type(f"{name}Read", (output,), {**related, "Meta": meta, "__doc__": doc, "selectable": True})


@cache
def page_of(row: type, name: str, numbered: bool, more: More | None) -> Any:
    """The serializer of one page of a collection, with the additional members of one list."""
    fields = {
        "next": serializers.URLField(allow_null=True, help_text=NEIGHBOUR),
        "previous": serializers.URLField(allow_null=True, help_text=NEIGHBOUR),
        **({"count": serializers.IntegerField(required=False, help_text=COUNT)} if numbered else {}),
        **(more.members if more else {}),
        "results": row(many=True),
    }
    return type(
        more.page if more else f"{name}Page",
        (serializers.Serializer,),
        {**fields, "__doc__": "One page of a collection."},
    )


def of_selection(collection: Collection, output: type[Output], name: str, enum: Enum) -> Iterator[OpenApiParameter]:
    """`fields` and `expand`; `enum` names their values once in the document."""
    shown: Any = output.Meta
    known = collection.related(output)
    yield _names(
        "fields",
        enum(f"{name}Field", shown.fields),
        "Only these names of each record, in this order; the id is always included.",
    )
    if known:
        about = f"Related records, each next to its id; null outside the caller's scope. At most {MOST_RELATIONS}."
        relation = enum(f"{collection.output.__name__.removesuffix('Output')}Relation", known)
        yield _names("expand", relation, about, maxItems=MOST_RELATIONS)


def of_numbers(collection: Collection) -> Iterator[OpenApiParameter]:
    """`page`, for collections with numbered pages."""
    if collection.numbered:
        number = {"type": "integer", "minimum": 1, "maximum": LAST_PAGE}
        yield query(
            "page", number, "The number of the page, instead of `cursor`; beyond the last page the result is empty."
        )


def _names(control: str, each: Mapping[str, Any], about: str, **bounds: int) -> OpenApiParameter:
    schema = {"type": "array", "items": each, "minItems": 1, **bounds}
    return query(control, schema, about, style="form", explode=False)

"""The description of features shared by reads: pages, tables, and records with `fields` and `expand`."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.operations.registry import registry
from core.reading.collections import Collection, collections
from core.reading.page_numbers import LAST_PAGE
from core.reading.serializers import Output
from core.reading.sparse_fields import ALWAYS, MAX_RELATIONS
from core.schema.answers import ListAdditions
from core.schema.parameters import query

Enum = Callable[[str, Iterable[str]], dict[str, Any]]
PAGE_URL = "The URL of that page; null if there is none."
RELATED = "The record of `{}`, with `expand={}`; null if there is none in the caller's scope."
COUNT = "The total number of results; present with `page`."
PARTIAL = "Partial"
# The variant of a read with `fields`. OpenAPI has one operation per path and method, so the variant is an extension.
PARTIAL_EXTENSION = "x-ims-partial"
FIELDS_DESCRIPTION = "Only these names of each record, in this order; the id is always included."


@cache
def read_of(output: type[Output], name: str) -> Any:
    """The serializer of a record in read responses: all its members, and related records next to their ids."""
    doc = "A record as it is read, with the relations that `expand` adds."
    return _read(output, f"{name}Read", doc, always_shown(output))


@cache
def partial_of(output: type[Output], name: str) -> Any:
    """The serializer of a record in responses with `fields`: the id and the selected members."""
    doc = f"{name}Read with `fields`: the id and the selected members."
    return _read(output, f"{PARTIAL}{name}", doc, {ALWAYS}, partial=True)


def _read(output: type[Output], name: str, doc: str, always: set[str], partial: bool = False) -> Any:
    shown: Any = output.Meta
    related = {
        each: relation.target.output(  # type: ignore[attr-defined]
            allow_null=True, required=False, read_only=True, help_text=RELATED.format(relation.shown_as, each)
        )
        for each, relation in collections[shown.model.entity_type].related(output).items()
    }
    meta = type("Meta", (shown,), {"fields": (*shown.fields, *related)})
    return type(name, (output,), {**related, "Meta": meta, "__doc__": doc, "always": always, "partial": partial})


def always_shown(kind: type[Output]) -> set[str]:
    """The members in every response of a representation: those visible to all roles."""
    if hasattr(kind, "always"):
        return set(kind.always)
    meta: Any = kind.Meta
    shown = set(meta.fields)
    for role in {role for operation in registry for role in operation.roles or ()}:
        only = kind.visible_fields(SimpleNamespace(role=role, is_internal=False))
        shown &= shown if only is None else set(only)
    return shown


@cache
def page_of(row: type, name: str, numbered: bool, additions: ListAdditions | None) -> Any:
    """The serializer of one page of a collection, with the additional members of one list."""
    fields = {
        "next": serializers.URLField(allow_null=True, help_text=PAGE_URL),
        "previous": serializers.URLField(allow_null=True, help_text=PAGE_URL),
        **({"count": serializers.IntegerField(required=False, help_text=COUNT)} if numbered else {}),
        **(additions.members if additions else {}),
        "results": row(many=True),
    }
    return type(name, (serializers.Serializer,), {**fields, "__doc__": "One page of a collection."})


def of_fields(output: type[Output], name: str, enum: Enum) -> dict[str, Any]:
    """`fields`, the parameter that makes a read partial; `enum` names its values once in the document."""
    shown: Any = output.Meta
    several = {"type": "array", "items": enum(f"{name}Field", shown.fields), "minItems": 1}
    written = {"style": "form", "explode": False, "schema": several}
    return {"name": "fields", "in": "query", "required": True, "description": FIELDS_DESCRIPTION, **written}


def of_expand(collection: Collection, output: type[Output], enum: Enum) -> Iterator[OpenApiParameter]:
    """`expand`, where a record refers to others."""
    known = collection.related(output)
    if known:
        about = f"Related records, each next to its id; null outside the caller's scope. At most {MAX_RELATIONS}."
        relation = enum(f"{collection.output.__name__.removesuffix('Output')}Relation", known)
        several = {"type": "array", "items": relation, "minItems": 1, "maxItems": MAX_RELATIONS}
        yield query("expand", several, about, style="form", explode=False)


def of_numbers(collection: Collection) -> Iterator[OpenApiParameter]:
    """`page`, for collections with numbered pages."""
    if collection.numbered:
        number = {"type": "integer", "minimum": 1, "maximum": LAST_PAGE}
        yield query(
            "page", number, "The number of the page, instead of `cursor`; beyond the last page the result is empty."
        )

"""The name of an operation in the description: its object and verb, as a method of an SDK would be named.

POST  /vendors/                       vendors_create
PUT   /clients/{id}/calendar/         clients_set_calendar
GET   /incidents/{id}/timeline/       incidents_timeline
POST  /sla-agreements/bulk/           sla_agreements_bulk_create   (one operation, several endpoints)
"""

from typing import NamedTuple

from core.operations.registry import Operation
from core.schema.text import readable_name

# Verbs that need an object: the rest of the path stays in the name.
GENERIC = ("list", "retrieve")


class Place(NamedTuple):
    """A parsed route: the words of its collection, and those that follow."""

    collection: tuple[str, ...]
    rest: tuple[str, ...]


def verb_in_description(operation: Operation, method: str, action: str) -> str:
    """The verb: the operation's own for a write, the view's for a read."""
    return action if method == "GET" else operation.name.partition(".")[2]


def place_of(path: str, basename: str | None, verb: str) -> Place:
    """Parse a path below the API's prefix. Without a router's basename, the collection ends at the first parameter."""
    words = path.strip("/").split("/")
    if basename:
        size = len(basename.split("/"))
    else:
        size = next((at for at, word in enumerate(words) if word.startswith("{")), len(words))
        ends_in_verb = size == len(words) > 1 and words[-1].replace("-", "_") == verb
        size -= ends_in_verb
    rest = (word for word in words[size:] if not word.startswith("{"))
    return Place(tuple(words[:size]), tuple(rest))


def operation_id(operation: Operation, place: Place, verb: str) -> str:
    """The unique name of an operation at one of its endpoints."""
    ambiguous = verb in GENERIC or (len(operation.endpoints) > 1 and verb == operation.name.partition(".")[2])
    words = [*place.collection, *(place.rest if ambiguous else ()), verb]
    return "_".join(words).replace("-", "_")


def listing(place: Place) -> str:
    """The purpose of a list: the records of a collection, or those that belong to one of them."""
    collection = readable_name(place.collection[-1])
    return (
        f"List the {readable_name(place.rest[-1])} of one of the {collection}." if place.rest else f"List {collection}."
    )

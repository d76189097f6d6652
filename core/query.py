"""Query parameters, read strictly: what would silently widen or change an answer is refused."""

from rest_framework.request import Request

from core.inputs import read_whole
from core.pagination import bad_filter

# A search for nothing finds everything, and the first page has no cursor: these may be empty.
MAY_BE_EMPTY = ("search", "cursor")


def read_params(request: Request) -> dict[str, str]:
    """The query parameters by name. Raises Refusal (400 invalid_filter) for a repeated or an empty one."""
    params = {}
    for name, values in request.query_params.lists():
        if len(values) > 1:
            raise bad_filter(name, f"This is given {len(values)} times; use {name}__in with commas for several values.")
        if not values[0] and name not in MAY_BE_EMPTY:
            raise bad_filter(name, "This has no value; leave it out or give one.")
        params[name] = values[0]
    return params


def read_id(name: str, text: str) -> int:
    """The id of a record that a parameter holds. Raises Refusal (400 invalid_filter) for anything else."""
    number = read_whole(text)
    if number is None:
        raise bad_filter(name, "This must be the id of a record, a whole number.")
    return number

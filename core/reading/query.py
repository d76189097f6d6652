"""Query parameters, read strictly: what would silently widen or change an answer is refused."""

from collections.abc import Iterable, Mapping

from rest_framework.request import Request

from core.codes import Code
from core.errors import MOST_ITEMS, Item, Refusal
from core.operations.fields import read_whole
from core.reading.pagination import bad_filter

# A search for nothing finds everything, and the first page has no cursor: these may be empty.
MAY_BE_EMPTY = ("search", "cursor")
# What takes several values: separated by commas, or, as many clients write it, each under the name again.
TAKE_SEVERAL = ("fields", "expand")
SEVERAL = "__in"
# The longest value of a query parameter. Databases refuse endless patterns and lists; nobody means them.
LONGEST = 4_000
# What stands in for a parameter that only some collections know.
INSTEAD = {"page": "Pages have no numbers here; follow `next`, or give its `cursor`. "}


def read_params(request: Request) -> dict[str, str]:
    """The query parameters by name. Raises Refusal (400 invalid_filter) for an empty one, and for one given twice.

    Those that take several values may be given again and again, which is the same as commas between the values.
    """
    params = {}
    for name, values in request.query_params.lists():
        several = name in TAKE_SEVERAL or name.endswith(SEVERAL)
        if len(values) > 1 and not several:
            detail = f"This is given {len(values)} times and takes one value; {name}{SEVERAL}, where there is one, "
            raise bad_filter(name, f"{detail}takes several.")
        if not all(value.strip() for value in values) and name not in MAY_BE_EMPTY:
            raise bad_filter(name, "This has no value; leave it out or give one.")
        params[name] = ",".join(values)
    return params


def read_id(name: str, text: str) -> int:
    """The id of a record that a parameter holds. Raises Refusal (400 invalid_filter) for anything else."""
    number = read_whole(text)
    if number is None:
        raise bad_filter(name, "This must be the id of a record, a whole number.")
    return number


def refuse_unstorable(params: Mapping[str, str]) -> None:
    """Raise Refusal (400 invalid_filter) for a value that no database could compare with."""
    for name, value in params.items():
        if "\0" in value:
            raise bad_filter(name, "NUL characters are not allowed.")
        if "\ufffd" in value:  # what the server reads where the address holds bytes that are no text
            raise bad_filter(name, "This must be UTF-8.")
        if len(value) > LONGEST:
            raise bad_filter(name, f"This must not exceed {LONGEST} characters.")


def refuse_unknown(params: Iterable[str], known: Iterable[str]) -> None:
    """Raise Refusal (400 invalid_filter) naming every parameter that is not known."""
    known = list(known)
    unknown = sorted(set(params) - set(known))
    if not unknown:
        return
    detail = f"Known here: {', '.join(sorted(known))}." if known else "No parameter is known here."
    items = [
        Item("invalid_filter", f"This filter is unknown. {INSTEAD.get(name, '')}".strip(), name) for name in unknown
    ]
    instead = "".join(INSTEAD.get(name, "") for name in unknown)
    sentence = f"Unknown: {', '.join(unknown[:MOST_ITEMS])}. {instead}{detail}"
    raise Refusal(Code.INVALID_FILTER, sentence, rule="known_filters", errors=items)

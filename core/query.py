"""Query parameters, read strictly: what would silently widen or change an answer is refused."""

from rest_framework.request import Request

from core.inputs import read_whole
from core.pagination import bad_filter

# A search for nothing finds everything, and the first page has no cursor: these may be empty.
MAY_BE_EMPTY = ("search", "cursor")
# What takes several values: separated by commas, or, as many clients write it, each under the name again.
TAKE_SEVERAL = ("fields", "expand")
SEVERAL = "__in"


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

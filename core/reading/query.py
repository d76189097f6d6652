"""Strict query parameters: anything that would silently widen or change a result is refused."""

from collections.abc import Iterable, Mapping

from rest_framework.request import Request

from core.codes import Code
from core.errors import MAX_ITEMS, Item, Refusal
from core.operations.fields import parse_integer
from core.reading.pagination import bad_filter, bad_filters
from core.text.characters import control_character_in, rejection_message, with_line_feeds
from core.text.folding import fold_title, is_blank

# These may be empty: an empty search matches everything, and the first page has no cursor.
MAY_BE_BLANK = ("search", "cursor")
# The most words of a search.
MAX_WORDS = 10
# Parameters with several values: comma-separated or repeated.
MULTI_VALUED = ("fields", "expand")
SEVERAL = "__in"
# The maximum length of a query parameter. Databases refuse very long patterns and lists.
LONGEST = 4_000
# Alternatives to parameters that only some collections support.
INSTEAD = {"page": "Pages are not numbered here; follow `next`, or use its `cursor`."}


def read_params(request: Request) -> dict[str, str]:
    """The query parameters by name. Raises Refusal (400 invalid_filter) for all empty or repeated parameters.

    Parameters with several values may be repeated; repeating is equivalent to commas.
    """
    params, refused = {}, {}
    for name, values in request.query_params.lists():
        several = name in MULTI_VALUED or name.endswith(SEVERAL)
        if len(values) > 1 and not several:
            detail = f"This occurs {len(values)} times and takes one value; {name}{SEVERAL}, where it exists, "
            refused[name] = f"{detail}takes several."
        elif any(map(is_blank, values)) and name not in MAY_BE_BLANK:
            refused[name] = "This is empty; give it a value or remove it."
        params[name] = with_line_feeds(",".join(values))
    if refused:
        raise bad_filters(refused)
    return params


def read_id(name: str, text: str) -> int:
    """The record id in a parameter. Raises Refusal (400 invalid_filter) for anything else."""
    number = parse_integer(text)
    if number is None:
        raise bad_filter(name, "This must be the id of a record, an integer.")
    return number


def read_words(text: str) -> list[str]:
    """The distinct words of a search, by the folding of search terms. Raises Refusal (400 invalid_filter) for too many.

    A word that was dropped silently would find records that the caller excluded.
    """
    words = list(dict.fromkeys(fold_title(text).split()))
    if len(words) > MAX_WORDS:
        raise bad_filter("search", f"This has {len(words)} words; a search takes at most {MAX_WORDS} words.")
    return words


def refuse_unstorable(params: Mapping[str, str]) -> None:
    """Raise Refusal (400 invalid_filter) for all values that no record can have."""
    refused = {}
    for name, value in params.items():
        if character := control_character_in(value):
            refused[name] = rejection_message(character)
        elif "\ufffd" in value:  # the server's replacement for bytes in the URL that are not valid UTF-8
            refused[name] = "This must be UTF-8."
        elif len(value) > LONGEST:
            refused[name] = f"This must not exceed {LONGEST} characters."
    if refused:
        raise bad_filters(refused)


def refuse_unknown(params: Iterable[str], known: Iterable[str]) -> None:
    """Raise Refusal (400 invalid_filter) with every unknown parameter."""
    known = list(known)
    unknown = sorted(set(params) - set(known))
    if not unknown:
        return
    detail = f"Known parameters: {', '.join(sorted(known))}." if known else "This request has no parameters."
    items = [
        Item("invalid_filter", f"This filter is unknown. {INSTEAD.get(name, '')}".strip(), name) for name in unknown
    ]
    instead = [INSTEAD[name] for name in unknown if name in INSTEAD]
    sentences = [f"Unknown: {', '.join(unknown[:MAX_ITEMS])}.", *instead, detail]
    raise Refusal(Code.INVALID_FILTER, " ".join(sentences), rule="known_filters", errors=items)

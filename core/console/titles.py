"""The title of a record on a page. Higher layers register titles that say more than the record's own text."""

from collections.abc import Callable, Mapping
from typing import Any

Title = Callable[[Any], str]

_titles: dict[type, Title] = {}


def register_titles(titles: Mapping[Any, Title]) -> None:
    """Set the titles of records by their model."""
    _titles.update(titles)


def title_of(record: Any) -> str:
    """The title of a record."""
    own = _titles.get(type(record))
    return own(record) if own is not None else str(record)

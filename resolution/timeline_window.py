"""The requested part of an incident's timeline."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.forms import ValidationError

from core.reading.filters import TimeField
from core.reading.pagination import bad_filter
from resolution.choices import TimelineKind as Kind

FILTERS = ("kind", "kind__in", "at__gte", "at__lte")
EVERYTHING = frozenset(Kind)


@dataclass(frozen=True, slots=True)
class Window:
    """The kinds of entries, and the first and last time, both inclusive."""

    kinds: frozenset[Kind] = EVERYTHING
    since: datetime | None = None
    until: datetime | None = None

    def over(self, column: str) -> Q:
        """The condition that a column's time is within the window, so that the database filters the others."""
        bounds = {"gte": self.since, "lte": self.until}
        given = {f"{column}__{name}": moment for name, moment in bounds.items() if moment is not None}
        return Q(**{f"{column}__isnull": False, **given})

    def spans(self, at: datetime | None) -> bool:
        """Whether the time exists and is within the window."""
        return at is not None and (self.since is None or at >= self.since) and (self.until is None or at <= self.until)

    def from_(self, moment: datetime) -> "Window":
        return replace(self, since=max(moment, self.since or moment))

    def up_to(self, moment: datetime) -> "Window":
        return replace(self, until=min(moment, self.until or moment))


def read_window(params: Mapping[str, str]) -> Window:
    """The window in the query parameters. Raises Refusal (400 invalid_filter)."""
    kinds = EVERYTHING
    if "kind" in params:
        kinds &= _kinds("kind", [params["kind"]])
    if "kind__in" in params:
        kinds &= _kinds("kind__in", params["kind__in"].split(","))
    return Window(kinds, _moment("at__gte", params), _moment("at__lte", params))


def _kinds(name: str, given: list[str]) -> frozenset[Kind]:
    unknown = sorted(set(given) - set(Kind.values))
    if unknown:
        raise bad_filter(name, f"Unknown kinds: {', '.join(unknown)}. Known kinds: {', '.join(Kind.values)}.")
    return frozenset(map(Kind, given))


def _moment(name: str, params: Mapping[str, str]) -> datetime | None:
    try:
        moment: datetime | None = TimeField(required=False).clean(params.get(name))
    except ValidationError as error:
        raise bad_filter(name, " ".join(error.messages)) from None
    return moment

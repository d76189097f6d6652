"""The timeline entries of one record: a line for each of its moments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from resolution.choices import TimelineKind as Kind
from resolution.timeline_window import Window
from users.choices import CC

Row = dict[str, Any]
# The maximum length of a text in a summary; the record contains all of it.
BRIEF = 200
# The order of entries at the same time.
RANKS = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of an incident. `number` distinguishes entries of one record with the same kind and time;
    `actor_column` names the column whose change in the audit trail identifies the actor, if the record itself does not.
    """

    at: datetime
    kind: Kind
    summary: str
    actor_id: int | None
    reference_type: str
    reference_id: int
    number: int = 0
    actor_column: str = ""

    @property
    def position(self) -> tuple[datetime, int, str, int, int]:
        return self.at, RANKS[self.kind], self.reference_type, self.reference_id, self.number

    def shown(self) -> Row:
        names = ("at", "kind", "summary", "actor_id", "reference_type", "reference_id")
        return {name: getattr(self, name) for name in names}


# Marks columns whose actor is only in the audit trail.
BY_TRAIL = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One time column of a record: its kind, its column, the actor (None: nobody), the sentence.

    The sentence contains column names as placeholders; `client_sentence` replaces it for client contacts.
    """

    kind: Kind
    at: str
    actor: str | None
    sentence: str
    client_sentence: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The records of one model that belong to an incident.

    `open` records are shown to every reader of the incident, regardless of the model's own scope: their sentences
    disclose nothing that the incident does not. `trailed` are statuses without a time column: their times come from the
    audit trail.
    """

    model: Any
    moments: tuple[Moment, ...]
    columns: tuple[str, ...] = ()
    of: Callable[[int], Q] = lambda pk: Q(incident_id=pk)
    open: bool = False
    trailed: frozenset[str] = frozenset()

    def records(self, incident_id: int, viewer: Any) -> QuerySet[Any]:
        """The records of an incident that a viewer may see."""
        readable = self.model.objects if self.open else self.model.objects.visible_to(viewer)
        found: QuerySet[Any] = readable.filter(self.of(incident_id)).order_by()
        return found

    def entries(self, incident_id: int, viewer: Any, window: Window) -> Iterator[Entry]:
        """The viewer's entries in a window, in one statement, or in none if the window has no such kinds."""
        asked = [moment for moment in self.moments if moment.kind in window.kinds]
        if not asked:
            return
        within = Q(pk__in=())
        for moment in asked:
            within |= window.over(moment.at)
        wanted = {"id", *self.columns, *(each.at for each in asked), *(each.actor for each in asked if each.actor)}
        for row in self.records(incident_id, viewer).filter(within).values(*sorted(wanted)):
            yield from (_entry(self.model, moment, row, viewer) for moment in asked if window.spans(row[moment.at]))


def _entry(model: Any, moment: Moment, row: Row, viewer: Any) -> Entry:
    sentence = moment.client_sentence if viewer.role == CC and moment.client_sentence else moment.sentence
    actor = row[moment.actor] if moment.actor else None
    actor_column = moment.at if moment.actor == BY_TRAIL else ""
    summary = _filled(sentence, row)
    return Entry(row[moment.at], moment.kind, summary, actor, model.entity_type, row["id"], actor_column=actor_column)


def _filled(sentence: str, row: Row) -> str:
    """The sentence with the record's values; missing values become a dash."""
    text = sentence.format_map({name: "–" if value in ("", None) else value for name, value in row.items()})
    return text if len(text) <= BRIEF else f"{text[:BRIEF]}…"

"""What one record of an incident tells of its life: a line for each moment that it holds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from resolution.choices import TimelineKind as Kind
from resolution.timeline_window import Window
from users.choices import CC

Row = dict[str, Any]
# So much of a text stands in a summary; the record holds all of it.
BRIEF = 200
# The order of what happened at the same moment.
RANKS = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in an incident's life. `number` tells apart what one record tells of the same kind and moment;
    `acted_by` names the column whose change in the audit trail tells who acted, where the record itself does not.
    """

    at: datetime
    kind: Kind
    summary: str
    actor_id: int | None
    reference_type: str
    reference_id: int
    number: int = 0
    acted_by: str = ""

    @property
    def position(self) -> tuple[datetime, int, str, int, int]:
        return self.at, RANKS[self.kind], self.reference_type, self.reference_id, self.number

    def shown(self) -> Row:
        names = ("at", "kind", "summary", "actor_id", "reference_type", "reference_id")
        return {name: getattr(self, name) for name in names}


# Instead of a column that names the actor: only the audit trail knows who acted.
BY_TRAIL = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One time that a record may hold: its kind, its column, who acted (None: nobody did), the sentence.

    The sentence takes the names of the record's columns; `to_clients` is said to client contacts instead.
    """

    kind: Kind
    at: str
    actor: str | None
    sentence: str
    to_clients: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The records of one model that belong to an incident.

    `open` marks those that whoever reads the incident is told of, whatever the model's own scope: their sentences
    hold nothing that the incident does not show. `trailed` are the statuses of which no column keeps the time: the
    audit trail tells when a record reached them.
    """

    model: Any
    moments: tuple[Moment, ...]
    columns: tuple[str, ...] = ()
    of: Callable[[int], Q] = lambda pk: Q(incident_id=pk)
    open: bool = False
    trailed: frozenset[str] = frozenset()

    def records(self, incident_id: int, viewer: Any) -> QuerySet[Any]:
        """The records of an incident that a viewer may read of."""
        readable = self.model.objects if self.open else self.model.objects.visible_to(viewer)
        found: QuerySet[Any] = readable.filter(self.of(incident_id)).order_by()
        return found

    def entries(self, incident_id: int, viewer: Any, window: Window) -> Iterator[Entry]:
        """What the viewer may read of in a window, in one statement; in none without such moments."""
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
    sentence = moment.to_clients if viewer.role == CC and moment.to_clients else moment.sentence
    actor = row[moment.actor] if moment.actor else None
    acted_by = moment.at if moment.actor == BY_TRAIL else ""
    summary = _filled(sentence, row)
    return Entry(row[moment.at], moment.kind, summary, actor, model.entity_type, row["id"], acted_by=acted_by)


def _filled(sentence: str, row: Row) -> str:
    """The sentence with the record's values; a value that nobody stated is a dash."""
    text = sentence.format_map({name: "–" if value in ("", None) else value for name, value in row.items()})
    return text if len(text) <= BRIEF else f"{text[:BRIEF]}…"

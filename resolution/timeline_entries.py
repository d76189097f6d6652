"""What each record of an incident tells of its life: one table, a line for each moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from changes.models import ChangeRequest, RollbackRequest
from incidents.models import (
    Communication,
    Escalation,
    Incident,
    IncidentLink,
    IncidentNote,
    RootCauseAnalysis,
    Workaround,
)
from knowledge.models import Article, PostIncidentReview
from reporting.models import IncidentReport
from resolution.choices import TimelineKind as Kind
from resolution.models import MitigationConfirmation, Reopening
from users.choices import CC

Row = dict[str, Any]
# So much of a text stands in a summary; the record holds all of it.
BRIEF = 200
# The order of what happened at the same moment.
RANKS = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in an incident's life. `number` tells apart what one record tells of the same kind and moment."""

    at: datetime
    kind: Kind
    summary: str
    actor_id: int | None
    reference_type: str
    reference_id: int
    number: int = 0

    @property
    def position(self) -> tuple[datetime, int, str, int, int]:
        return self.at, RANKS[self.kind], self.reference_type, self.reference_id, self.number

    def shown(self) -> Row:
        names = ("at", "kind", "summary", "actor_id", "reference_type", "reference_id")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Moment:
    """One time that a record may hold: its kind, its column, who acted, the sentence.

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
    hold nothing that the incident does not show.
    """

    model: Any
    moments: tuple[Moment, ...]
    columns: tuple[str, ...] = ()
    of: Callable[[int], Q] = lambda pk: Q(incident_id=pk)
    open: bool = False

    def entries(self, incident_id: int, viewer: Any, kinds: frozenset[Kind]) -> Iterator[Entry]:
        """The moments of these kinds that the viewer may read of, in one statement; in none without such moments."""
        asked = [moment for moment in self.moments if moment.kind in kinds]
        if not asked:
            return
        records = self.model.objects if self.open else self.model.objects.visible_to(viewer)
        wanted = {"id", *self.columns, *(each.at for each in asked), *(each.actor for each in asked if each.actor)}
        for row in records.filter(self.of(incident_id)).order_by().values(*sorted(wanted)):
            yield from (_entry(self.model, moment, row, viewer) for moment in asked if row[moment.at] is not None)


SOURCES: tuple[Source, ...] = (
    Source(
        Incident,
        (
            Moment(Kind.OCCURRED, "occurred_at", None, "The incident occurred."),
            Moment(Kind.DETECTED, "detected_at", None, "Detected ({detection_source})."),
            Moment(Kind.CREATED, "created_at", "created_by_id", "Recorded: {title}"),
            Moment(Kind.ACKNOWLEDGED, "acknowledged_at", None, "Acknowledged."),
            Moment(Kind.RESOLVED, "resolved_at", "resolved_by_id", "Resolved: {resolution_summary}"),
            Moment(Kind.CLOSED, "closed_at", "closed_by_id", "Closed."),
        ),
        columns=("title", "detection_source", "resolution_summary"),
        of=lambda pk: Q(pk=pk),
        open=True,
    ),
    Source(
        Reopening,
        (
            Moment(Kind.RESOLVED, "was_resolved_at", "was_resolved_by_id", "Resolved: {resolution_summary}"),
            Moment(Kind.REOPENED, "created_at", "created_by_id", "Reopened: {reason}", "Reopened."),
        ),
        columns=("reason", "resolution_summary"),
        open=True,
    ),
    Source(
        IncidentNote,
        (Moment(Kind.NOTE_ADDED, "created_at", "created_by_id", "Note: {body}"),),
        columns=("body",),
    ),
    Source(
        Escalation,
        (
            Moment(
                Kind.ESCALATED,
                "created_at",
                "requested_by_id",
                "Escalated to user {target_user_id} ({escalation_level}): {reason}",
            ),
            Moment(
                Kind.ESCALATION_ACKNOWLEDGED,
                "acknowledged_at",
                None,
                "Escalation to user {target_user_id} acknowledged.",
            ),
            Moment(Kind.ESCALATION_RESOLVED, "resolved_at", None, "Escalation to user {target_user_id} resolved."),
        ),
        columns=("target_user_id", "escalation_level", "reason"),
    ),
    Source(
        Communication,
        (
            Moment(
                Kind.COMMUNICATION_RECORDED,
                "created_at",
                "sender_id",
                "Communication to {recipient_type} by {delivery_method}: {subject}",
            ),
            Moment(Kind.COMMUNICATION_SENT, "sent_at", None, "Communication sent by {delivery_method}: {subject}"),
        ),
        columns=("recipient_type", "delivery_method", "subject"),
    ),
    Source(
        Workaround,
        (
            Moment(
                Kind.WORKAROUND_IMPLEMENTED,
                "implemented_at",
                "implemented_by_id",
                "Workaround ({effectiveness}, {status}): {description}",
            ),
        ),
        columns=("effectiveness", "status", "description"),
    ),
    Source(
        RootCauseAnalysis,
        (
            Moment(
                Kind.ANALYSIS_BEGUN, "created_at", "created_by_id", "Root cause analysis begun ({analysis_method})."
            ),
            Moment(Kind.ANALYSIS_COMPLETED, "completed_at", "completed_by_id", "Root cause found: {root_cause}"),
            Moment(Kind.ANALYSIS_APPROVED, "approved_at", "reviewed_by_id", "Root cause analysis approved."),
        ),
        columns=("analysis_method", "root_cause"),
    ),
    Source(
        ChangeRequest,
        (
            Moment(Kind.CHANGE_REQUESTED, "created_at", "requested_by_id", "Change requested: {change_title}"),
            Moment(Kind.CHANGE_DECIDED, "decided_at", "approved_by_id", "Change decided: {change_title}"),
            Moment(Kind.CHANGE_STARTED, "actual_start", None, "Change started: {change_title}"),
            Moment(Kind.CHANGE_ENDED, "actual_end", None, "Change ended, now {status}: {change_title}"),
        ),
        columns=("change_title", "status"),
    ),
    Source(
        RollbackRequest,
        (
            Moment(
                Kind.ROLLBACK_REQUESTED,
                "created_at",
                "requested_by_id",
                "Rollback of change {change_request_id} requested: {justification}",
            ),
            Moment(Kind.ROLLBACK_COMPLETED, "executed_at", None, "Rollback of change {change_request_id} completed."),
        ),
        columns=("change_request_id", "justification"),
        of=lambda pk: Q(incident_id=pk) | Q(change_request__incident_id=pk),
    ),
    Source(
        MitigationConfirmation,
        (Moment(Kind.MITIGATION_CONFIRMED, "created_at", "created_by_id", "Mitigation confirmed. {note}"),),
        columns=("note",),
    ),
    Source(
        IncidentLink,
        (Moment(Kind.LINKED, "created_at", "created_by_id", "Linked: {reference_type} {reference_id}"),),
        columns=("reference_type", "reference_id"),
    ),
    Source(
        IncidentReport,
        (
            Moment(Kind.REPORT_GENERATED, "generated_at", "generated_by_id", "Report begun: {report_type}"),
            Moment(Kind.POSTMORTEM_REVIEWED, "reviewed_at", "reviewed_by_id", "Report reviewed: {report_type}"),
        ),
        columns=("report_type",),
    ),
    Source(
        Article,
        (
            Moment(Kind.ARTICLE_WRITTEN, "created_at", "author_id", "Article written: {title}"),
            Moment(Kind.ARTICLE_PUBLISHED, "published_at", None, "Article published: {title}"),
        ),
        columns=("title",),
    ),
    Source(
        PostIncidentReview,
        (
            Moment(Kind.REVIEW_SCHEDULED, "created_at", "created_by_id", "Review scheduled for {scheduled_date}."),
            Moment(Kind.REVIEW_STARTED, "started_at", None, "Review started."),
            Moment(Kind.REVIEW_COMPLETED, "completed_at", None, "Review completed."),
        ),
        columns=("scheduled_date",),
    ),
)


def _entry(model: Any, moment: Moment, row: Row, viewer: Any) -> Entry:
    sentence = moment.to_clients if viewer.role == CC and moment.to_clients else moment.sentence
    actor = row[moment.actor] if moment.actor else None
    return Entry(row[moment.at], moment.kind, _filled(sentence, row), actor, model.entity_type, row["id"])


def _filled(sentence: str, row: Row) -> str:
    """The sentence with the record's values; a value that nobody stated is a dash."""
    text = sentence.format_map({name: "–" if value in ("", None) else value for name, value in row.items()})
    return text if len(text) <= BRIEF else f"{text[:BRIEF]}…"

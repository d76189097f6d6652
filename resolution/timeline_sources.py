"""The timeline sources: one table, with an entry for each model."""

from django.db.models import Q

from changes.choices import ChangeStatus, RollbackStatus
from changes.models import ChangeRequest, RollbackRequest
from incidents.models import (
    AffectedClient,
    ClockPause,
    Communication,
    Escalation,
    EventCorrelation,
    EventRecord,
    Incident,
    IncidentLink,
    IncidentNote,
    RootCauseAnalysis,
    Workaround,
)
from incidents.response.choices import AnalysisStatus, DeliveryStatus, WorkaroundStatus
from knowledge.choices import ArticleStatus, ReviewStatus
from knowledge.models import Article, PostIncidentReview
from reporting.metrics.models import Metric
from reporting.models import IncidentReport
from resolution.choices import TimelineKind as Kind
from resolution.models import MitigationConfirmation, Reopening
from resolution.timeline_entries import BY_TRAIL, Moment, Source

SOURCES: tuple[Source, ...] = (
    Source(
        Incident,
        (
            Moment(Kind.OCCURRED, "occurred_at", None, "The incident occurred."),
            Moment(Kind.DETECTED, "detected_at", None, "Detected ({detection_source})."),
            Moment(Kind.CREATED, "created_at", "created_by_id", "Recorded."),
            Moment(Kind.ACKNOWLEDGED, "acknowledged_at", BY_TRAIL, "Acknowledged."),
            Moment(Kind.RESOLVED, "resolved_at", "resolved_by_id", "Resolved: {resolution_summary}"),
            Moment(Kind.CLOSED, "closed_at", "closed_by_id", "Closed."),
        ),
        columns=("detection_source", "resolution_summary"),
        of=lambda pk: Q(pk=pk),
        open=True,
    ),
    Source(
        EventRecord,
        (Moment(Kind.ALERTED, "detected_at", "created_by_id", "Alert ({source}): {payload_summary}"),),
        columns=("source", "payload_summary"),
        of=lambda pk: Q(pk__in=EventCorrelation.objects.filter(incident_id=pk).values("event_id")),
    ),
    Source(
        EventCorrelation,
        (Moment(Kind.CORRELATED, "created_at", "created_by_id", "Event {event_id} correlated: {decision}"),),
        columns=("event_id", "decision"),
    ),
    Source(
        AffectedClient,
        (
            Moment(Kind.CLIENT_AFFECTED, "created_at", "created_by_id", "Client {client_id} is affected."),
            Moment(Kind.CLIENT_RELIEVED, "removed_at", BY_TRAIL, "Client {client_id} is no longer affected."),
        ),
        columns=("client_id",),
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
        ClockPause,
        (
            Moment(
                Kind.CLOCK_PAUSED,
                "started_at",
                "created_by_id",
                "Resolution clock paused ({reason}): {note}",
                "Resolution clock paused ({reason}).",
            ),
            Moment(
                Kind.CLOCK_RESUMED,
                "ended_at",
                "ended_by_id",
                "Resolution clock resumed ({end_cause}): {end_note}",
                "Resolution clock resumed ({end_cause}).",
            ),
        ),
        columns=("reason", "note", "end_cause", "end_note"),
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
                BY_TRAIL,
                "Escalation to user {target_user_id} acknowledged.",
            ),
            Moment(Kind.ESCALATION_RESOLVED, "resolved_at", BY_TRAIL, "Escalation to user {target_user_id} resolved."),
        ),
        columns=("target_user_id", "escalation_level", "reason"),
    ),
    Source(
        Communication,
        (
            Moment(
                Kind.COMMUNICATION_RECORDED,
                "created_at",
                "sender_user_id",
                "Communication to {recipient_type} by {delivery_method}: {subject}",
            ),
            Moment(Kind.COMMUNICATION_SENT, "sent_at", BY_TRAIL, "Communication sent by {delivery_method}: {subject}"),
        ),
        columns=("recipient_type", "delivery_method", "subject"),
        trailed=frozenset({DeliveryStatus.FAILED}),
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
        trailed=frozenset({WorkaroundStatus.INACTIVE, WorkaroundStatus.REPLACED}),
    ),
    Source(
        RootCauseAnalysis,
        (
            Moment(
                Kind.ANALYSIS_BEGUN, "created_at", "created_by_id", "Root cause analysis started ({analysis_method})."
            ),
            Moment(Kind.ANALYSIS_COMPLETED, "completed_at", "completed_by_id", "Root cause identified: {root_cause}"),
            Moment(Kind.ANALYSIS_APPROVED, "approved_at", "reviewed_by_id", "Root cause analysis approved."),
        ),
        columns=("analysis_method", "root_cause"),
        trailed=frozenset({AnalysisStatus.IN_PROGRESS}),
    ),
    Source(
        ChangeRequest,
        (
            Moment(Kind.CHANGE_REQUESTED, "created_at", "requested_by_id", "Change requested: {change_title}"),
            Moment(Kind.CHANGE_DECIDED, "decided_at", "approved_by_id", "Change decided: {change_title}"),
            Moment(Kind.CHANGE_STARTED, "actual_start", BY_TRAIL, "Change started: {change_title}"),
            Moment(Kind.CHANGE_ENDED, "actual_end", BY_TRAIL, "Change ended, now {status}: {change_title}"),
        ),
        columns=("change_title", "status"),
        trailed=frozenset({ChangeStatus.SCHEDULED, ChangeStatus.ROLLED_BACK}),
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
            Moment(
                Kind.ROLLBACK_COMPLETED, "executed_at", BY_TRAIL, "Rollback of change {change_request_id} completed."
            ),
        ),
        columns=("change_request_id", "justification"),
        of=lambda pk: Q(incident_id=pk) | Q(change_request__incident_id=pk),
        trailed=frozenset({RollbackStatus.IN_PROGRESS, RollbackStatus.REJECTED}),
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
            Moment(Kind.REPORT_GENERATED, "generated_at", "generated_by_id", "Report created: {report_type}"),
            Moment(Kind.POSTMORTEM_REVIEWED, "reviewed_at", "reviewed_by_id", "Report reviewed: {report_type}"),
        ),
        columns=("report_type",),
    ),
    Source(
        Article,
        (
            Moment(Kind.ARTICLE_WRITTEN, "created_at", "author_id", "Article created: {title}"),
            Moment(Kind.ARTICLE_PUBLISHED, "published_at", BY_TRAIL, "Article published: {title}"),
        ),
        columns=("title",),
        trailed=frozenset({ArticleStatus.DRAFT, ArticleStatus.IN_REVIEW, ArticleStatus.ARCHIVED}),
    ),
    Source(
        Metric,
        (
            Moment(
                Kind.METRIC_RECORDED,
                "created_at",
                "created_by_id",
                "Metric recorded: {metric_type}, {calculated_value_minutes} {unit}",
            ),
        ),
        columns=("metric_type", "calculated_value_minutes", "unit"),
    ),
    Source(
        PostIncidentReview,
        (
            Moment(Kind.REVIEW_SCHEDULED, "created_at", "created_by_id", "Review scheduled for {scheduled_date}."),
            Moment(Kind.REVIEW_STARTED, "started_at", BY_TRAIL, "Review started."),
            Moment(Kind.REVIEW_COMPLETED, "completed_at", BY_TRAIL, "Review completed."),
        ),
        columns=("scheduled_date",),
        trailed=frozenset({ReviewStatus.CANCELLED}),
    ),
)

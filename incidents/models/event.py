"""Events, correlation rules, and correlations (SOP 2)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from clients.choices import Severity
from core.fields import FoldedKey
from core.models import IMPORTED, Record
from incidents.events.choices import FINGERPRINT_LENGTH, KEY_LENGTH, MAX_WINDOW_MINUTES, Decision, EventSource
from incidents.events.querysets import EventQuerySet, StaffQuerySet


class EventRecord(Record):
    """An alert or submission that may indicate a service impact.

    `fingerprint` is a copy of `attributes.fingerprint`. It identifies an alert, not one occurrence: together with the
    source and the detection time, the database recognises repeats. `source_event_id`, a copy of `attributes.event_id`,
    identifies one event of the source. Attributes may be sensitive: the audit trail only records their presence.
    """

    entity_type = "event_record"
    redacted = frozenset({"fingerprint", "source_event_id"})

    source = models.CharField(max_length=32, choices=EventSource.choices)
    payload_summary = models.TextField()
    severity_hint = models.CharField(max_length=2, choices=Severity.choices, blank=True)
    detected_at = models.DateTimeField()
    client = models.ForeignKey(
        "clients.Client", models.PROTECT, null=True, blank=True, related_name="events", db_index=False
    )
    component = models.ForeignKey(
        "products.Component", models.PROTECT, null=True, blank=True, related_name="events", db_index=False
    )
    attributes = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField(max_length=FINGERPRINT_LENGTH, null=True, editable=False)  # noqa: DJ001 - unique where known
    source_event_id = models.CharField(max_length=FINGERPRINT_LENGTH, null=True, editable=False)  # noqa: DJ001 - unique where known

    objects: ClassVar[Any] = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "fingerprint", "detected_at"], name="event_occurred_once"),
            models.UniqueConstraint(fields=["source", "source_event_id"], name="event_named_once"),
            models.CheckConstraint(condition=Q(source__in=EventSource.values), name="event_source_valid"),
            models.CheckConstraint(condition=Q(severity_hint__in=["", *Severity.values]), name="event_hint_valid"),
            models.CheckConstraint(condition=IMPORTED | ~Q(payload_summary=""), name="event_summarised"),
        ]
        indexes = [
            models.Index(fields=["client", "component", "detected_at"], name="event_client_component"),
            models.Index(fields=["component", "detected_at"], name="event_component"),
            models.Index(fields=["source", "detected_at"], name="event_source"),
            models.Index(fields=["detected_at", "id"], name="event_detected"),
        ]

    def __str__(self) -> str:
        return f"event {self.pk}"


class EventCorrelation(Record):
    """The decision about one event: its correlation key, and the incident, if any."""

    entity_type = "event_correlation"
    redacted = frozenset({"correlation_key"})

    event = models.ForeignKey(EventRecord, models.PROTECT, related_name="correlations", db_index=False)
    correlation_key = models.CharField(max_length=KEY_LENGTH)
    incident = models.ForeignKey(
        "incidents.Incident", models.PROTECT, null=True, related_name="correlations", db_index=False
    )
    decision = models.CharField(max_length=24, choices=Decision.choices, blank=True)

    objects: ClassVar[Any] = StaffQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "incident"], condition=Q(imported_row__isnull=True), name="event_correlated_once"
            ),
            models.UniqueConstraint(
                fields=["event", "correlation_key"],
                condition=Q(imported_row__isnull=True, incident__isnull=True),
                name="event_trended_once",
            ),
            models.CheckConstraint(
                condition=IMPORTED
                | Q(decision=Decision.RECORDED_FOR_TRENDING, incident__isnull=True)
                | Q(decision__in=[Decision.INCIDENT_CREATED, Decision.LINKED], incident__isnull=False),
                name="event_correlation_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["event", "-id"], name="event_correlation_event"),
            models.Index(fields=["incident", "-id"], name="event_correlation_incident"),
            models.Index(fields=["correlation_key", "-id"], name="event_correlation_key"),
        ]

    def __str__(self) -> str:
        return f"correlation {self.pk} of event {self.event_id}"


class CorrelationRule(Record):
    """A stored criterion for creating an incident: a number of related events in a period, or a severity hint."""

    entity_type = "correlation_rule"

    name = models.CharField(max_length=120)
    name_key = FoldedKey("name")
    group_by = models.CharField(max_length=80)
    window_minutes = models.PositiveIntegerField()
    min_events = models.PositiveIntegerField()
    minimum_severity = models.CharField(max_length=2, choices=Severity.choices, null=True, blank=True)  # noqa: DJ001 - the contract's null
    active = models.BooleanField(default=True)

    objects: ClassVar[Any] = StaffQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name_key"], name="correlation_rule_name_unique"),
            models.CheckConstraint(condition=~Q(name_key=""), name="correlation_rule_named"),
            models.CheckConstraint(
                condition=Q(window_minutes__gte=1, window_minutes__lte=MAX_WINDOW_MINUTES),
                name="correlation_rule_window_valid",
            ),
            models.CheckConstraint(condition=Q(min_events__gte=1), name="correlation_rule_counts"),
            models.CheckConstraint(
                condition=Q(minimum_severity__isnull=True) | Q(minimum_severity__in=Severity.values),
                name="correlation_rule_severity_valid",
            ),
        ]

    def __str__(self) -> str:
        return self.name

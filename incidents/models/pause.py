"""Pauses of the resolution clock (SOP 14)."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.models import Record
from incidents.choices import PauseEnd, PauseReason
from incidents.querysets import PauseQuerySet


class ClockPause(Record):
    """A period in which the resolution clock of an incident was paused under its agreement.

    It remains when the agreement changes. `ended_by` is the person who resumed the clock, resolved the incident or
    raised its severity to P1; `end_cause` is which of these happened.
    """

    entity_type = "clock_pause"
    locked_by = "incident"
    redacted = frozenset({"note", "end_note"})

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="pauses", db_index=False)
    reason = models.CharField(max_length=24, choices=PauseReason.choices)
    note = models.TextField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    end_cause = models.CharField(max_length=16, choices=PauseEnd.choices, blank=True)
    end_note = models.TextField(blank=True)

    objects: ClassVar[Any] = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], condition=Q(ended_at__isnull=True), name="clock_pause_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="clock_pause_ends_after"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_cause="", end_note="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_cause="")),
                name="clock_pause_end_known",
            ),
            models.CheckConstraint(condition=Q(reason__in=PauseReason.values), name="clock_pause_reason_valid"),
            models.CheckConstraint(condition=Q(end_cause__in=["", *PauseEnd.values]), name="clock_pause_cause_valid"),
            models.CheckConstraint(condition=~Q(note=""), name="clock_pause_noted"),
        ]
        indexes = [models.Index(fields=["incident", "-id"], name="clock_pause_incident")]

    def __str__(self) -> str:
        return f"pause {self.pk} of incident {self.incident_id}"

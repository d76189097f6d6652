"""Confirmations of mitigation and reopenings, with their constraints."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import Record
from incidents.response.querysets import VendorReadableQuerySet
from resolution.querysets import ConfirmationQuerySet


class MitigationConfirmation(Record):
    """A client contact's confirmation that the impact is mitigated; a reopening of the incident voids it."""

    entity_type = "mitigation_confirmation"

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="confirmations", db_index=False)
    note = models.TextField(blank=True)
    voided_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = ConfirmationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["incident", "-id"], name="confirmation_incident")]

    def __str__(self) -> str:
        return f"confirmation of incident {self.incident_id}"


class Reopening(Record):
    """The reopening of a resolved incident: the reason, and the failed resolution."""

    entity_type = "incident_reopening"

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="reopenings", db_index=False)
    reason = models.TextField()
    was_resolved_at = models.DateTimeField(null=True)
    was_resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    resolution_summary = models.TextField(blank=True)

    objects: ClassVar[Any] = VendorReadableQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="reopening_reasoned")]
        indexes = [models.Index(fields=["incident", "-id"], name="reopening_incident")]

    def __str__(self) -> str:
        return f"reopening of incident {self.incident_id}"

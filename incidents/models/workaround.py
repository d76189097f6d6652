"""Workarounds (SOP 18)."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import IMPORTED, Record
from incidents.response.choices import Effectiveness, WorkaroundStatus
from incidents.response.querysets import VendorReadableQuerySet


class Workaround(Record):
    """A temporary solution that reduces an incident's impact."""

    entity_type = "workaround"

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="workarounds", db_index=False)
    description = models.TextField(blank=True)
    effectiveness = models.CharField(max_length=24, choices=Effectiveness.choices)
    implemented_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    implemented_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=WorkaroundStatus.choices, default=WorkaroundStatus.ACTIVE)

    objects: ClassVar[Any] = VendorReadableQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=IMPORTED | ~Q(description=""), name="workaround_described"),
            models.CheckConstraint(
                condition=Q(effectiveness__in=Effectiveness.values), name="workaround_effectiveness_valid"
            ),
            models.CheckConstraint(condition=Q(status__in=WorkaroundStatus.values), name="workaround_status_valid"),
        ]
        indexes = [models.Index(fields=["incident", "status", "-id"], name="workaround_incident_status")]

    def __str__(self) -> str:
        return f"workaround {self.pk}"

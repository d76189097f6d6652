"""Links from incidents to the changes and knowledge articles that belong to them (SOP 16)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from core.models import Record
from incidents.response.choices import LinkedType
from incidents.response.querysets import VendorReadableQuerySet


class IncidentLink(Record):
    """A related change or article, stated when the incident was resolved."""

    entity_type = "incident_link"

    incident = models.ForeignKey("incidents.Incident", models.PROTECT, related_name="links", db_index=False)
    reference_type = models.CharField(max_length=16, choices=LinkedType.choices)
    reference_id = models.BigIntegerField()

    objects: ClassVar[Any] = VendorReadableQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "reference_type", "reference_id"], name="incident_link_once"),
            models.CheckConstraint(condition=Q(reference_type__in=LinkedType.values), name="incident_link_type_valid"),
        ]

    def __str__(self) -> str:
        return f"{self.reference_type} {self.reference_id} of incident {self.incident_id}"

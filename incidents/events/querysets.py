"""Read scopes of events, correlations and correlation rules: staff only, because they are internal."""

from typing import Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef

from core.querysets import RecordQuerySet
from incidents.choices import UNRESOLVED


class StaffQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. Contacts of clients and vendors: none."""
        return self.all() if user.is_internal else self.none()


class EventQuerySet(StaffQuerySet):
    def uncorrelated_or_open(self) -> Self:
        """Excludes the events of resolved or closed incidents, which are settled."""
        correlations = apps.get_model("incidents.EventCorrelation").objects
        answered = correlations.filter(event_id=OuterRef("pk"), incident__isnull=False)
        return self.exclude(Exists(answered.exclude(incident__status__in=UNRESOLVED)))

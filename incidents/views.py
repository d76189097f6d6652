"""Incidents over HTTP."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from core.http.nested import PartsViewSet
from core.http.views import RecordViewSet, creates, updates, write
from core.reading.collections import Collection, related
from incidents.filters import IncidentFilters, NoteFilters
from incidents.models import Incident, IncidentNote
from incidents.serializers import IncidentDetail, IncidentOutput, NoteOutput
from incidents.service_levels.scope import PROMISES, promises_to


class IncidentCollection(Collection):
    """Incidents. The filters by service level look at promises: a reader whom a promise does not concern could else
    find out its due times by asking for one moment after another."""

    of_promises = frozenset({"sla_state", "due_before", *PROMISES})

    def filtered(self, user: Any, params: Mapping[str, str], within: Any = None) -> QuerySet[Any]:
        queryset = super().filtered(user, params, within)
        asked = {name.partition("__")[0] for name, value in params.items() if value}
        return queryset.filter(promises_to(user)) if asked & self.of_promises else queryset


INCIDENTS = IncidentCollection(
    Incident,
    IncidentOutput,
    IncidentFilters,
    label="title",
    search=("title", "description"),
    ordering=("id", "created_at", "updated_at"),
    detail=IncidentDetail,
    relations=related(
        *("client", "component", "reporter", "assigned_manager", "assigned_to"),
        *("sla_agreement", "duplicate_of", "resolved_by", "closed_by"),
    ),
)
NOTES = Collection(IncidentNote, NoteOutput, NoteFilters, label="id", search=("body",), ordering=("id", "created_at"))


class IncidentViewSet(RecordViewSet):
    collection = INCIDENTS
    create = creates("incident.create")
    partial_update = updates("incident.update")
    classify = write("incident.classify", path="classify", detail=False)


class NoteViewSet(PartsViewSet):
    """The notes of one incident."""

    collection = NOTES
    parent_filter = "incident_id"
    create = creates("incident.add_note")

    def parent_readable(self, user: Any, pk: int) -> bool:
        return bool(INCIDENTS.scoped(user).filter(pk=pk).exists())

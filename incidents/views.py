"""Incidents over HTTP."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from core.http.nested import NestedListViewSet
from core.http.views import RecordViewSet, creates, updates, write
from core.operations.fields import MAX_ID
from core.reading.collections import Collection, related
from incidents.filters import IncidentFilters, NoteFilters, PauseFilters
from incidents.models import ClockPause, Incident, IncidentNote
from incidents.serializers import IncidentDetail, IncidentOutput, NoteOutput, PauseOutput
from incidents.service_levels.scope import SERVICE_LEVEL_FIELDS, with_readable_service_levels


class IncidentCollection(Collection):
    """Incidents. Filters by service level apply only to those visible to the caller: otherwise repeated queries
    would disclose the due times.
    """

    service_level_filters = frozenset({"sla_state", "due_before", *SERVICE_LEVEL_FIELDS})

    def filtered(self, user: Any, params: Mapping[str, str], within: Any = None) -> QuerySet[Any]:
        queryset = super().filtered(user, params, within)
        asked = {name.partition("__")[0] for name, value in params.items() if value}
        return queryset.filter(with_readable_service_levels(user)) if asked & self.service_level_filters else queryset


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
PAUSES = Collection(
    ClockPause,
    PauseOutput,
    PauseFilters,
    label="reason",
    search=("reason",),
    ordering=("id", "created_at"),
    relations=related("ended_by"),
)


class IncidentViewSet(RecordViewSet):
    collection = INCIDENTS
    create = creates("incident.create")
    partial_update = updates("incident.update")
    classify = write("incident.classify", path="classify", detail=False)


class OfIncidentViewSet(NestedListViewSet):
    """Records of one incident, for its readers."""

    parent_filter = "incident_id"

    def parent_readable(self, user: Any, pk: int) -> bool:
        return bool(INCIDENTS.scoped(user).filter(pk=pk).exists())


class NoteViewSet(OfIncidentViewSet):
    """The notes of one incident."""

    collection = NOTES
    create = creates("incident.add_note")


def named_pause(request: Request) -> int | None:
    """The id of the pause in the path, if it belongs to the incident in the path."""
    named: dict[str, Any] = (request.parser_context or {})["kwargs"]
    incident_id, pause_id = int(named["pk"]), int(named["pause_id"])
    if max(incident_id, pause_id) > MAX_ID:
        return None
    found: int | None = (
        ClockPause.objects.filter(incident_id=incident_id, pk=pause_id).values_list("pk", flat=True).first()
    )
    return found


class PauseViewSet(OfIncidentViewSet):
    """The pauses of one incident's resolution clock."""

    collection = PAUSES
    create = creates("incident.pause_clock")
    end = write("incident.resume_clock", target=named_pause)

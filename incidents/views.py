"""Incidents over HTTP."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.collections import CONTROLS, Collection, refuse_unknown
from core.errors import not_found
from core.query import read_params
from core.views import ListViewSet, RecordViewSet, creates, discovered, page_response, updates, write
from incidents.bodies import FactsBody, IncidentBody, IncidentUpdateBody, NoteBody
from incidents.filters import IncidentFilters, NoteFilters
from incidents.models import Incident, IncidentNote
from incidents.serializers import IncidentDetail, IncidentOutput, NoteOutput
from incidents.service_levels.scope import promises_to


class IncidentCollection(Collection):
    """Incidents. The filters by service level look at promises: a reader whom a promise does not concern could else
    find out its due times by asking for one moment after another."""

    of_promises = ("sla_state", "due_before")

    def filtered(self, user: Any, params: Mapping[str, str]) -> QuerySet[Any]:
        queryset = super().filtered(user, params)
        return queryset.filter(promises_to(user)) if any(params.get(name) for name in self.of_promises) else queryset


INCIDENTS = IncidentCollection(
    Incident,
    IncidentOutput,
    IncidentFilters,
    label="title",
    search=("title", "description"),
    ordering=("id", "created_at", "updated_at"),
    detail=IncidentDetail,
)
NOTES = Collection(IncidentNote, NoteOutput, NoteFilters, label="id", search=("body",), ordering=("id", "created_at"))


class IncidentViewSet(RecordViewSet):
    collection = INCIDENTS
    create = creates("incident.create", IncidentBody)
    partial_update = updates("incident.update", IncidentUpdateBody)
    classify = write("incident.classify", FactsBody, path="classify", detail=False)


class NoteViewSet(ListViewSet):
    """The notes of one incident."""

    collection = NOTES
    parent_filter = "incident_id"  # filled by the path
    create = creates("incident.add_note", NoteBody)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the notes of an incident that the caller may read, newest first."""
        params = read_params(request)
        refuse_unknown(params, [name for name in (*NOTES.known_filters(), *CONTROLS) if name != self.parent_filter])
        if not INCIDENTS.scoped(request.user).filter(pk=kwargs["pk"]).exists():
            raise not_found(INCIDENTS.entity_type)
        asked = {**params, self.parent_filter: str(kwargs["pk"])}
        page = NOTES.page(request.user, asked)
        discovered(NOTES.entity_type, None, asked)
        return page_response(request, page)

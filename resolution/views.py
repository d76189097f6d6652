"""The end of an incident over HTTP, and the account of its life."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.discovery import READ
from core.errors import not_found
from core.query import read_params
from core.schema import answers
from core.signals import discovered
from core.views import OperationView, page_response, write
from incidents.models import Incident
from incidents.views import INCIDENTS
from resolution.parameters import TIMELINE
from resolution.readiness import readiness_of
from resolution.serializers import ReadinessAnswer, TimelinePage
from resolution.timeline import timeline_page


class ResolutionView(OperationView):
    """What ends an incident."""

    resolve = write("incident.resolve")
    confirm = write("incident.confirm_mitigation")
    reopen = write("incident.reopen")
    close = write("incident.close")


class ReviewView(OperationView):
    """The review of a postmortem."""

    review = write("postmortem.review")


class LifeView(OperationView):
    """What an incident lacks, and what has become of it."""

    collection = INCIDENTS
    operations = {"readiness": READ, "timeline": READ}
    reads_query = ("timeline",)

    @answers(ReadinessAnswer)
    def readiness(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell what an incident still lacks before it can be resolved and closed, as far as the caller may know."""
        incident = _readable(request, kwargs["pk"])
        answer = readiness_of(incident, request.user)
        discovered(Incident.entity_type, incident.pk, {"view": "readiness"})
        return Response(answer)

    @answers(TimelinePage, query=TIMELINE)
    def timeline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell an incident's life in one ordered account, oldest first, as far as the caller may read it."""
        incident = _readable(request, kwargs["pk"])
        params = read_params(request)
        page = timeline_page(incident.pk, request.user, params)
        discovered(Incident.entity_type, incident.pk, {**params, "view": "timeline"})
        return page_response(request, page)


def _readable(request: Request, pk: int) -> Incident:
    """The incident in the caller's scope. Raises Refusal (404)."""
    incident: Incident | None = INCIDENTS.scoped(request.user).filter(pk=pk).first()
    if incident is None:
        raise not_found(Incident.entity_type)
    return incident

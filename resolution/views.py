"""The resolution, closing and timeline of incidents over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.http.views import OperationView, write
from core.operations.dispatch import Discovery
from core.reading.discovery import READ
from core.reading.generic import page_response
from core.schema import answers
from incidents.models import Incident
from incidents.views import INCIDENTS
from resolution.parameters import TIMELINE
from resolution.readiness import readiness_of
from resolution.serializers import ReadinessAnswer, TimelinePage
from resolution.timeline import timeline_page


class ResolutionView(OperationView):
    """Operations that end or reopen an incident."""

    resolve = write("incident.resolve")
    confirm = write("incident.confirm_mitigation")
    reopen = write("incident.reopen")
    close = write("incident.close")


class ReviewView(OperationView):
    """The review of a postmortem."""

    review = write("postmortem.review")


class LifecycleView(OperationView):
    """Readiness and timeline of an incident."""

    collection = INCIDENTS
    operations = {"readiness": READ, "timeline": READ}

    @answers(ReadinessAnswer)
    def readiness(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Report what an incident lacks for resolution and closing, within the caller's scope."""
        discovery = Discovery(Incident.entity_type, int(kwargs["pk"]), {"view": "readiness"})
        answer = self.read(
            lambda found, query: readiness_of(found, request.user), discovery=discovery, get_target=self._incident
        )
        return Response(answer)

    @answers(TimelinePage, query=TIMELINE)
    def timeline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read an incident's timeline, oldest first, within the caller's scope."""
        page = self.read(
            lambda incident, params: timeline_page(incident.pk, request.user, params),
            discovery=Discovery(Incident.entity_type, int(kwargs["pk"]), {"view": "timeline"}),
            get_target=self._incident,
            get_query=self.params,
        )
        return page_response(request, page)

    def _incident(self) -> Incident | None:
        incident: Incident | None = INCIDENTS.scoped(self.request.user).filter(pk=self.kwargs["pk"]).first()
        return incident

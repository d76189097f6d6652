"""The service levels of an incident over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.codes import Code
from core.errors import Refusal
from core.http.views import OperationView
from core.operations.dispatch import Discovery
from core.reading.discovery import READ
from core.schema import answers
from incidents.models import Incident
from incidents.service_levels.reading import service_levels_of
from incidents.service_levels.scope import may_read_service_levels
from incidents.service_levels.serializers import SlaAnswer
from incidents.views import INCIDENTS

OTHER_CLIENT = "The service levels of this incident are visible only to its client and the provider's staff."


class ServiceLevelView(OperationView):
    """The service levels of an incident and the state of its clocks."""

    collection = INCIDENTS
    operations = {"sla": READ}

    @answers(SlaAnswer)
    def sla(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read the due times of an incident, the elapsed time, and their calculation."""
        discovery = Discovery(Incident.entity_type, int(kwargs["pk"]), {"view": "sla"})
        return Response(
            self.read(
                lambda incident, query: service_levels_of(incident), discovery=discovery, get_target=self._incident
            )
        )

    def _incident(self) -> Incident | None:
        """The incident, if the caller may read it. Raises Refusal (403) if its service levels are hidden."""
        user = self.request.user
        incident: Incident | None = INCIDENTS.scoped(user).filter(pk=self.kwargs["pk"]).first()
        if incident is not None and not may_read_service_levels(user, incident.client_id):
            raise Refusal(Code.OUT_OF_SCOPE, OTHER_CLIENT, rule="promises_concern_their_client")
        return incident

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

OTHER_CLIENT = "What was promised for this incident is a matter of its client and of the provider."


class ServiceLevelView(OperationView):
    """What was promised for an incident, and how its clocks stand."""

    collection = INCIDENTS
    operations = {"sla": READ}

    @answers(SlaAnswer)
    def sla(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell when an incident is due, how much of its time has passed, and by which arithmetic."""
        discovery = Discovery(Incident.entity_type, int(kwargs["pk"]), {"view": "sla"})
        return Response(
            self.read(
                lambda incident, query: service_levels_of(incident), discovery=discovery, get_target=self._incident
            )
        )

    def _incident(self) -> Incident | None:
        """The incident, if the caller may read it. Raises Refusal (403): its promises are for those they concern."""
        user = self.request.user
        incident: Incident | None = INCIDENTS.scoped(user).filter(pk=self.kwargs["pk"]).first()
        if incident is not None and not may_read_service_levels(user, incident.client_id):
            raise Refusal(Code.OUT_OF_SCOPE, OTHER_CLIENT, rule="promises_concern_their_client")
        return incident

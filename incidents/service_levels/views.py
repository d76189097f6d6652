"""The service levels of an incident over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.discovery import READ
from core.errors import not_found
from core.schema import answers
from core.signals import discovered
from core.views import OperationView
from incidents.models import Incident
from incidents.service_levels.reading import service_levels_of
from incidents.service_levels.scope import reads_promises
from incidents.service_levels.serializers import SlaAnswer
from incidents.views import INCIDENTS


class ServiceLevelView(OperationView):
    """What was promised for an incident, and how its clocks stand."""

    collection = INCIDENTS
    operations = {"sla": READ}

    @answers(SlaAnswer)
    def sla(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell when an incident is due, how much of its time has passed, and by which arithmetic."""
        incident = INCIDENTS.scoped(request.user).filter(pk=kwargs["pk"]).first()
        if incident is None or not reads_promises(request.user, incident.client_id):
            raise not_found(Incident.entity_type)
        answer = service_levels_of(incident)
        discovered(Incident.entity_type, incident.pk, {"view": "sla"})
        return Response(answer)

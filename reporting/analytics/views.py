"""The analytics over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from core.formats.streams import wants_table
from core.http.views import OperationView
from core.json import JSONRenderer, TableRenderer
from core.operations.dispatch import Discovery
from core.reading.discovery import READ
from core.schema import answers
from incidents.models import Incident
from reporting.analytics.answer import analyse
from reporting.analytics.question import read_question
from reporting.analytics.schema import AS_TABLE, QUESTION, AnalyticsAnswer
from reporting.analytics.table import table_of


class AnalyticsView(OperationView):
    """Incident analytics."""

    operations = {"measure": READ}
    renderer_classes = [JSONRenderer, TableRenderer]

    @answers(AnalyticsAnswer, query=QUESTION, also=AS_TABLE)
    def measure(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Measure how incidents were detected, acknowledged and resolved, their number, and frequent failures."""
        answer = self.read(
            lambda found, params: analyse(read_question(params), request.user),
            discovery=Discovery(Incident.entity_type, filters={"view": "analytics"}),
            get_query=self.params,
            heavy=True,
        )
        return Response(table_of(answer) if wants_table(request) else answer)

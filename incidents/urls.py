"""Routes of incidents."""

from django.urls import path

from core.http.routes import Router
from incidents.events.views import CorrelationRuleViewSet, CorrelationViewSet, EventViewSet
from incidents.response.views import (
    AnalysisViewSet,
    CommunicationViewSet,
    EscalationViewSet,
    WorkaroundViewSet,
)
from incidents.service_levels.views import ServiceLevelView
from incidents.views import IncidentViewSet, NoteViewSet, PauseViewSet

router = Router()
router.add("incidents", IncidentViewSet)
router.add("events", EventViewSet)
router.add("event-correlations", CorrelationViewSet)
router.add("correlation-rules", CorrelationRuleViewSet)
router.add("escalations", EscalationViewSet)
router.add("communications", CommunicationViewSet)
router.add("workarounds", WorkaroundViewSet)
router.add("root-cause-analyses", AnalysisViewSet)

PAUSES = "incidents/<int:pk>/pauses/"

urlpatterns = [
    *router.urls,
    path("incidents/<int:pk>/sla/", ServiceLevelView.as_view({"get": "sla"})),
    path("incidents/<int:pk>/notes/", NoteViewSet.as_view({"get": "list", "post": "create"})),
    path(PAUSES, PauseViewSet.as_view({"get": "list", "post": "create"})),
    path(f"{PAUSES}<int:pause_id>/end/", PauseViewSet.as_view({"post": "end"})),
]

"""Routes of incidents."""

from django.urls import path

from core.routers import Router
from incidents.views import IncidentViewSet, NoteViewSet

router = Router()
router.add("incidents", IncidentViewSet)

urlpatterns = [
    *router.urls,
    path("incidents/<int:pk>/notes/", NoteViewSet.as_view({"get": "list", "post": "create"})),
]

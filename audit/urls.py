"""Routes of the audit trail."""

from django.urls import path

from audit.views import AuditViewSet, OwnActsViewSet, TokenActivityViewSet
from core.http.routes import Router

router = Router()
router.add("audit-entries", AuditViewSet)

urlpatterns = [
    path("audit-entries/verify/", AuditViewSet.as_view({"get": "verify"})),
    path("me/audit-entries/", OwnActsViewSet.as_view({"get": "list"})),
    path("auth/tokens/<int:pk>/activity/", TokenActivityViewSet.as_view({"get": "list"})),
    *router.urls,
]

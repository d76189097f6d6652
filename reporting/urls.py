"""Routes of reports."""

from core.routers import Router
from reporting.views import ReportViewSet

router = Router()
router.add("incident-reports", ReportViewSet)

urlpatterns = router.urls

"""Routes of reports."""

from core.routers import Router
from reporting.metrics.views import MetricViewSet
from reporting.views import ReportViewSet

router = Router()
router.add("incident-reports", ReportViewSet)
router.add("metrics", MetricViewSet)

urlpatterns = router.urls

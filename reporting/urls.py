"""Routes of reports."""

from django.urls import path

from core.http.routes import Router
from reporting.analytics.views import AnalyticsView
from reporting.metrics.views import MetricViewSet
from reporting.reports.views import DownloadView
from reporting.views import ReportViewSet

router = Router()
router.add("incident-reports", ReportViewSet)
router.add("metrics", MetricViewSet)

urlpatterns = [
    *router.urls,
    path("analytics/", AnalyticsView.as_view({"get": "measure"})),
    path("incident-reports/<int:pk>/download/", DownloadView.as_view({"get": "download"})),
]

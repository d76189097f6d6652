"""All routes. Loading them verifies that each carries a declared operation."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from core.routes import API_PREFIX, verify_routes
from ims.discovery import DiscoveryView
from ims.health import alive, ready

APPS = ["users", "audit", "approvals", "vendors", "products"]

api: list[URLPattern | URLResolver] = [
    path("discovery/", DiscoveryView.as_view({"get": "search"})),
    *(path("", include(f"{app}.urls")) for app in APPS),
]

urlpatterns = [
    path(API_PREFIX, include(api)),
    path("console/", admin.site.urls),
    path("healthz", alive),
    path("readyz", ready),
]

handler400 = "core.problems.handler400"
handler403 = "core.problems.handler403"
handler404 = "core.problems.handler404"
handler500 = "core.problems.handler500"

verify_routes(urlpatterns)

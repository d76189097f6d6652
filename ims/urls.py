"""All routes. Loading them fills the registry, and verifies that each route has its operation."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from core.http.routes import API_PREFIX, register_routes
from ims.health import alive, ready
from ims.observing.views import metrics
from ims.views import DiscoveryView, InboxView

# The order in which URLs are resolved: the most frequent first.
APPS = [
    "incidents",
    "users",
    "audit",
    "approvals",
    "vendors",
    "products",
    "clients",
    "changes",
    "knowledge",
    "reporting",
    "resolution",
]

api: list[URLPattern | URLResolver] = [
    path("", include("ims.docs.urls")),
    path("discovery/", DiscoveryView.as_view({"get": "search"})),
    path("me/inbox/", InboxView.as_view({"get": "inbox"})),
    *(path("", include(f"{app}.urls")) for app in APPS),
]

urlpatterns = [
    path(API_PREFIX, include(api)),
    path("", RedirectView.as_view(url="/console/")),
    path("console", RedirectView.as_view(url="/console/")),
    path("console/", admin.site.urls),
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
]

handler400 = "console.errors.handler400"
handler403 = "console.errors.handler403"
handler404 = "console.errors.handler404"
handler500 = "console.errors.handler500"

register_routes(urlpatterns)

"""Routes of resolutions: actions on incidents and reports, composed here because this layer is above both."""

from django.urls import path

from resolution.views import LifecycleView, ResolutionView, ReviewView

urlpatterns = [
    path("incidents/<int:pk>/resolve/", ResolutionView.as_view({"post": "resolve"})),
    path("incidents/<int:pk>/confirm-mitigation/", ResolutionView.as_view({"post": "confirm"})),
    path("incidents/<int:pk>/reopen/", ResolutionView.as_view({"post": "reopen"})),
    path("incidents/<int:pk>/close/", ResolutionView.as_view({"post": "close"})),
    path("incidents/<int:pk>/readiness/", LifecycleView.as_view({"get": "readiness"})),
    path("incidents/<int:pk>/timeline/", LifecycleView.as_view({"get": "timeline"})),
    path("incident-reports/<int:pk>/review/", ReviewView.as_view({"post": "review"})),
]

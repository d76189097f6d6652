"""Routes of the documentation."""

from django.urls import path

from ims.docs.views import DocsView, SchemaView

urlpatterns = [
    path("schema/", SchemaView.as_view({"get": "retrieve"}), name="schema"),
    path("docs/", DocsView.as_view({"get": "retrieve"}), name="docs"),
]

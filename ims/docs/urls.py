"""Routes of the documentation."""

from django.urls import path

from ims.docs.answers import describe_answers
from ims.docs.change_answers import describe_change_answers
from ims.docs.client_answers import describe_client_answers
from ims.docs.event_answers import describe_event_answers
from ims.docs.inbox_answers import describe_inbox_answers
from ims.docs.incident_answers import describe_incident_answers
from ims.docs.knowledge_answers import describe_knowledge_answers
from ims.docs.report_answers import describe_report_answers
from ims.docs.resolution_answers import describe_resolution_answers
from ims.docs.views import DocsView, SchemaView

describe_answers()
describe_change_answers()
describe_client_answers()
describe_event_answers()
describe_inbox_answers()
describe_incident_answers()
describe_knowledge_answers()
describe_report_answers()
describe_resolution_answers()

urlpatterns = [
    path("schema/", SchemaView.as_view({"get": "retrieve"}), name="schema"),
    path("docs/", DocsView.as_view({"get": "retrieve"}), name="docs"),
]

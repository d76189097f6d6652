"""The request body for a report."""

from rest_framework import serializers

from core.operations.fields import Reference
from core.reading.serializers import Body
from reporting.choices import ReportType


class ReportBody(Body):
    actor_fields = ("generated_by",)

    incident_id = Reference("incidents.Incident", active=False, source="incident")
    report_type = serializers.ChoiceField(choices=ReportType.choices)

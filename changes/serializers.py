"""The serializers of changes and rollbacks."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from changes.choices import ChangeType, RiskLevel
from changes.models import ChangeRequest, RollbackRequest
from core.errors import invalid
from core.operations.fields import NameField, Reference
from core.reading.serializers import Body, Output, extended, outputs

LONG = 20_000


class ChangeBody(Body):
    actor_fields = ("requested_by",)

    change_title = NameField(max_length=200)
    change_type = serializers.ChoiceField(choices=ChangeType.choices)
    risk_level = serializers.ChoiceField(choices=RiskLevel.choices)
    description = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    incident_id = Reference("incidents.Incident", active=False, source="incident", required=False, allow_null=True)


class CommentBody(Body):
    comment = serializers.CharField(max_length=4_000, required=False, allow_blank=True)


class ScheduleBody(Body):
    scheduled_start = serializers.DateTimeField()
    scheduled_end = serializers.DateTimeField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["scheduled_start"] >= attrs["scheduled_end"]:
            raise invalid("scheduled_end", "The window must end after it starts.", "times_not_ordered")
        return attrs


class StartBody(Body):
    """An empty body, unless the change starts outside its window: then it states a reason."""

    outside_window = serializers.BooleanField(required=False)
    outside_window_reason = serializers.CharField(max_length=2_000, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        said, reasoned = attrs.get("outside_window", False), "outside_window_reason" in attrs
        if said and not reasoned:
            raise invalid("outside_window_reason", "State why the change starts outside its window.", "required")
        if reasoned and not said:
            raise invalid("outside_window_reason", "A reason requires outside_window: true.", "not_applicable")
        return attrs


class RollbackBody(Body):
    actor_fields = ("requested_by",)

    change_id = Reference(ChangeRequest, active=False, source="change_request")
    justification = serializers.CharField(max_length=LONG)
    incident_id = Reference("incidents.Incident", active=False, source="incident", required=False)


@extend_schema_field({"type": "boolean", "const": True})
class AffirmationField(serializers.BooleanField):
    """A boolean that must be true."""


class CompleteRollbackBody(Body):
    validation_completed = AffirmationField()

    def validate_validation_completed(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError("A rollback can only be completed after its validation.", "not_validated")
        return value


class ChangeOutput(Output):
    class Meta:
        model = ChangeRequest
        fields = outputs(
            "incident_id",
            "change_title",
            "description",
            "change_type",
            "risk_level",
            "once_critical",
            "requested_by_id",
            "approved_by_id",
            "decided_at",
            "decision_comment",
            "status",
            "scheduled_start",
            "scheduled_end",
            "outside_window",
            "outside_window_reason",
            "actual_start",
            "actual_end",
            "imported_violations",
        )


class RollbackOutput(Output):
    change_id = serializers.IntegerField(read_only=True)

    class Meta:
        model = RollbackRequest
        joined = {"change_id": "change_request_id"}
        fields = outputs(
            "change_id",
            "incident_id",
            "justification",
            "requested_by_id",
            "approved_by_id",
            "decision_comment",
            "status",
            "executed_at",
            "validation_completed",
            "imported_violations",
        )


class OverlapWarning(serializers.Serializer[object]):
    code = serializers.CharField()
    detail = serializers.CharField()
    change_id = serializers.IntegerField()


ScheduledChange = extended(
    ChangeOutput,
    "ScheduledChange",
    "A change with its window, and a warning for each other change with an overlapping window on the same component.",
    warnings=OverlapWarning(many=True),
)

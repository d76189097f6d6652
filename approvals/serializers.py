"""The shape of approvals and their rules."""

from typing import Any

from rest_framework import serializers

from approvals.choices import RuleCondition
from approvals.models import Approval, ApprovalRule
from core.inputs import BIGGEST_ID, BoundedJSONField
from core.serializers import Body, Output, outputs
from users.choices import Role


class CheckBody(Body):
    operation = serializers.CharField(max_length=64)
    reference_type = serializers.CharField(max_length=32, required=False)
    reference_id = serializers.IntegerField(min_value=0, max_value=BIGGEST_ID, required=False)
    payload = BoundedJSONField(limit=200_000, required=False)


class ApprovalBody(CheckBody):
    reason = serializers.CharField(max_length=4_000, required=False, allow_blank=True)


class DecisionBody(Body):
    comment = serializers.CharField(max_length=4_000, required=False, allow_blank=True)


class RuleBody(Body):
    condition = serializers.ChoiceField(choices=RuleCondition.choices, required=False)
    approver_roles = serializers.ListField(
        child=serializers.ChoiceField(choices=Role.choices), min_length=1, max_length=7, required=False
    )
    validity_hours = serializers.IntegerField(min_value=1, max_value=8_760, required=False)

    def validate_approver_roles(self, roles: list[str]) -> list[str]:
        return sorted(set(roles))


class ApprovalOutput(Output):
    expired = serializers.SerializerMethodField()

    class Meta:
        model = Approval
        fields = outputs(
            "operation",
            "reference_type",
            "reference_id",
            "payload",
            "digest",
            "requester_id",
            "reason",
            "status",
            "approver_id",
            "comment",
            "decided_at",
            "expires_at",
            "expired",
            "consumed_at",
            "requested_action",
            "imported_violations",
        )

    @staticmethod
    def get_expired(row: dict[str, Any]) -> bool:
        """Whether an approved request has outlived its time."""
        return Approval(status=row["status"], expires_at=row["expires_at"]).expired


class RuleOutput(Output):
    approver_roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices), read_only=True)

    class Meta:
        model = ApprovalRule
        fields = outputs("operation", "condition", "approver_roles", "validity_hours")
        joined = {"approver_roles": "approver_roles"}

"""The serializers of approvals, their rules and handoffs."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from approvals.choices import ApprovalStatus, RuleCondition
from approvals.models import Approval, ApprovalRule, Handoff
from core.codes import Code
from core.operations.entities import find_readable
from core.operations.fields import MAX_ID, BoundedJSONField
from core.operations.registry import EntryPoint, registry
from core.reading.serializers import Body, Output, outputs
from core.schema.refusals import HandoffOffer, ProblemItem
from users.choices import Role

# The code of an item that would make a rule less strict than the policy.
BELOW_FLOOR = "below_floor"


class CheckBody(Body):
    operation = serializers.CharField(max_length=64)
    reference_type = serializers.CharField(max_length=32, required=False)
    reference_id = serializers.IntegerField(min_value=0, max_value=MAX_ID, required=False)
    payload = BoundedJSONField(limit=200_000, required=False)


class ApprovalBody(CheckBody):
    reason = serializers.CharField(max_length=4_000, required=False, allow_blank=True)


class DecisionBody(Body):
    comment = serializers.CharField(max_length=4_000, required=False, allow_blank=True)


class ConditionField(serializers.ChoiceField):
    """The condition of a rule. "never" gets its own message, because it would disable an elevation of the policy."""

    def to_internal_value(self, data: Any) -> Any:
        if data == "never":
            detail = "The policy elevates this operation; a rule can tighten that, not loosen it."
            raise serializers.ValidationError(detail, code=BELOW_FLOOR)
        return super().to_internal_value(data)


class RuleBody(Body):
    condition = ConditionField(choices=RuleCondition.choices, required=False)
    approver_roles = serializers.ListField(
        child=serializers.ChoiceField(choices=Role.choices), min_length=1, max_length=7, required=False
    )
    validity_hours = serializers.IntegerField(min_value=1, max_value=8_760, required=False)

    def validate_approver_roles(self, roles: list[str]) -> list[str]:
        """Refuse roles that the policy does not accept as approvers of the rule's operation."""
        requested = registry.find(self.context["target"].operation)
        floor = requested.elevated.approvers if requested is not None and requested.elevated else frozenset(roles)
        if lower := sorted(set(roles) - floor):
            detail = f"The policy requires approval by: {', '.join(sorted(floor))}; not by {', '.join(lower)}."
            raise serializers.ValidationError(detail, code=BELOW_FLOOR)
        return sorted(set(roles))


class HandoffBody(Body):
    reason_code = serializers.SlugField(max_length=64)
    details = serializers.CharField(max_length=4_000, required=False, allow_blank=True)
    operation = serializers.CharField(max_length=64, required=False)
    code = serializers.ChoiceField(choices=[(code.value, code.value) for code in Code], required=False)
    reference_type = serializers.CharField(max_length=32, required=False)
    reference_id = serializers.IntegerField(min_value=0, max_value=MAX_ID, required=False)

    def validate_operation(self, name: str) -> str:
        requested = registry.find(name)
        if requested is None or requested.entry_point is not EntryPoint.REST:
            raise serializers.ValidationError("There is no such operation.", code="unknown_operation")
        return name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Resolve the two parts of a reference to the record, if the caller may read it."""
        reference_type, reference_id = attrs.pop("reference_type", None), attrs.pop("reference_id", None)
        if reference_type is None and reference_id is None:
            return attrs
        record = find_readable(reference_type or "", reference_id, self.context["actor"])
        if record is None:
            detail = ErrorDetail("No such record exists in your scope.", "invalid_reference")
            raise serializers.ValidationError({"reference_id": [detail]})
        return {**attrs, "reference": record}


class CloseHandoffBody(Body):
    outcome = serializers.CharField(max_length=4_000)


class HandoffOutput(Output):
    class Meta:
        model = Handoff
        fields = outputs(
            *("reason_code", "details", "operation", "code", "reference_type", "reference_id", "agent", "request_id"),
            *("status", "accepted_by_id", "accepted_at", "closed_by_id", "closed_at", "outcome"),
        )

    @staticmethod
    def get_reference_type(row: dict[str, Any]) -> str | None:
        """The referenced type; null without a reference."""
        return row["reference_type"] or None


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
        requires: dict[str, tuple[str, ...]] = dict.fromkeys(("status", "expired"), ("status", "expires_at"))

    @classmethod
    def get_status(cls, row: dict[str, Any]) -> str:
        """The effective status, including expiry."""
        return str(ApprovalStatus.EXPIRED) if cls.get_expired(row) else row["status"]

    @staticmethod
    def get_expired(row: dict[str, Any]) -> bool:
        """Whether an approved request has expired."""
        return Approval(status=row["status"], expires_at=row["expires_at"]).expired


class RuleOutput(Output):
    approver_roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices), read_only=True)

    class Meta:
        model = ApprovalRule
        fields = outputs("operation", "condition", "approver_roles", "validity_hours")
        joined = {"approver_roles": "approver_roles"}


class DutyAnswer(serializers.Serializer[object]):
    rule = serializers.CharField()
    text = serializers.CharField()
    code = serializers.ChoiceField(choices=[(str(code), str(code)) for code in Code])


class ElevationAnswer(serializers.Serializer[object]):
    when = serializers.CharField()
    condition = serializers.CharField()
    approver_roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))


class PolicyOperationAnswer(serializers.Serializer[object]):
    """The rules of one operation. `roles` is ["*"] if every active user may perform it."""

    operation = serializers.CharField()
    purpose = serializers.CharField()
    sop = serializers.ListField(child=serializers.IntegerField())
    roles = serializers.ListField(child=serializers.CharField())
    endpoints = serializers.ListField(child=serializers.CharField())
    target = serializers.CharField(allow_null=True)
    audit_action = serializers.CharField()
    elevated = ElevationAnswer(allow_null=True)
    duties = DutyAnswer(many=True)
    in_person = serializers.CharField(
        allow_null=True, help_text="When it must be done in person, not by a software agent; null if never."
    )
    condition = serializers.CharField()
    lifecycle = serializers.CharField()
    codes = serializers.ListField(child=serializers.CharField(), help_text="The refusal codes of the operation.")


class PolicyAnswer(serializers.Serializer[object]):
    operations = PolicyOperationAnswer(many=True)


class CheckAnswer(serializers.Serializer[object]):
    """The decision on a checked request, and the next step."""

    decision = serializers.ChoiceField(choices=["allowed", "approval_required", "denied"])
    code = serializers.ChoiceField(choices=[(str(code), str(code)) for code in Code], allow_null=True)
    operation = serializers.CharField()
    sop = serializers.ListField(child=serializers.IntegerField())
    rule = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    approver_roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.choices))
    reasons = ProblemItem(many=True)
    next = serializers.CharField()
    transfer_to_human = serializers.BooleanField()
    handoff = HandoffOffer(required=False, help_text="The body for POST /handoffs/, if a person can help.")

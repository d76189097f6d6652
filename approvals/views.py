"""Approvals, their rules, handoffs and the policy over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from approvals.filters import ApprovalFilters, HandoffFilters, RuleFilters
from approvals.models import Approval, ApprovalRule, Handoff
from approvals.policy import full_policy
from approvals.serializers import (
    ApprovalOutput,
    HandoffOutput,
    PolicyAnswer,
    RuleOutput,
)
from core.http.views import OperationView, RecordViewSet, creates, updates, write
from core.operations.registry import operation
from core.reading.collections import Collection, related
from core.schema import answers
from core.verbs import Verb

APPROVALS = Collection(
    Approval,
    ApprovalOutput,
    ApprovalFilters,
    label="operation",
    search=("operation", "requested_action", "reference_type", "reason", "comment"),
    relations=related("requester", "approver"),
)
RULES = Collection(
    ApprovalRule, RuleOutput, RuleFilters, label="operation", search=("operation", "condition"), numbered=True
)
HANDOFFS = Collection(
    Handoff,
    HandoffOutput,
    HandoffFilters,
    label="reason_code",
    search=("reason_code", "details", "operation", "code", "reference_type", "agent", "outcome"),
    relations=related("accepted_by", "closed_by"),
)


class ApprovalViewSet(RecordViewSet):
    collection = APPROVALS
    create = creates("approval.request")
    approve = write("approval.approve", path="approve")
    reject = write("approval.reject", path="reject")
    check = write("approval.check", path="check", detail=False)


class ApprovalRuleViewSet(RecordViewSet):
    collection = RULES
    partial_update = updates("approval_rule.update")


class HandoffViewSet(RecordViewSet):
    collection = HANDOFFS
    create = creates("handoff.create")
    accept = write("handoff.accept", path="accept")
    close = write("handoff.close", path="close")


@operation(
    "policy.read",
    roles=None,
    verb=Verb.ENTITY_DISCOVERY,
)
def read_policy(*, actor: Any) -> list[dict[str, Any]]:
    """Read the registry: every operation with its SOP, roles, duties, elevation, lifecycle and endpoints."""
    return full_policy()


class PolicyView(OperationView):
    """The policy as the server enforces it."""

    operations = {"retrieve": "policy.read"}

    @answers(PolicyAnswer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every operation with its SOP, roles, duties, elevation, lifecycle and endpoints."""
        # The audit trail records reads of records; the policy is not a record.
        return Response(self.read(lambda *_: {"operations": read_policy(actor=request.user)}, discovery=None))

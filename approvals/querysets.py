"""Who may read approvals and the rules behind them."""

from typing import Any, Self

from core.querysets import RecordQuerySet


class ApprovalQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. Anybody: what they requested."""
        return self.all() if user.is_internal else self.filter(requester_id=user.pk)


class ApprovalRuleQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if user.is_internal else self.none()

"""Read scopes of approvals, approval rules and handoffs."""

from typing import Any, Self

from core.querysets import RecordQuerySet
from users.choices import EX, IM, SA


class ApprovalQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. Others: those they requested."""
        return self.all() if user.is_internal else self.filter(requester_id=user.pk)


class ApprovalRuleQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if user.is_internal else self.none()


class HandoffQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Roles that accept handoffs: all. Others: those they created."""
        return self.all() if user.role in (IM, SA, EX) else self.filter(created_by_id=user.pk)

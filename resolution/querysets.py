"""Read scopes of resolution records."""

from typing import Any, Self

from django.contrib.auth import get_user_model

from incidents.querysets import OfIncidentQuerySet
from users.choices import CC


class ConfirmationQuerySet(OfIncidentQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. A client contact: those of the same client's contacts. A vendor contact: none."""
        if user.is_internal:
            return self.all()
        if user.role != CC:
            return self.none()
        colleagues = get_user_model().objects.filter(client_id=user.client_id)
        return super().visible_to(user).filter(created_by_id__in=colleagues.values("pk"))

    def valid(self) -> Self:
        return self.filter(voided_at__isnull=True)

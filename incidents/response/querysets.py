"""Read scopes of escalations, communications, workarounds and analyses."""

from typing import Any, Self

from django.db.models import Q

from incidents.querysets import OfIncidentQuerySet
from incidents.response.choices import PORTAL
from users.choices import CC, VC


class VendorReadableQuerySet(OfIncidentQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. A vendor contact: those of the incidents in scope. A client contact: none."""
        return self.none() if user.role == CC else super().visible_to(user)


class EscalationQuerySet(OfIncidentQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. A vendor contact: those addressed to them. A client contact: none."""
        if user.is_internal:
            return self.all()
        return self.filter(target_user_id=user.pk) if user.role == VC else self.none()


class CommunicationQuerySet(OfIncidentQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. A client contact: those addressed to their client or its portal. A vendor contact: those
        addressed to their vendor.
        """
        if user.is_internal:
            return self.all()
        readable = super().visible_to(user)
        if user.role == CC:
            own = Q(recipient_user__client_id=user.client_id)
            portal = Q(recipient_user__isnull=True, **PORTAL)
            return readable.filter(Q(pk__in=self._matching(own)) | portal)
        own = Q(recipient_user__vendor_id=user.vendor_id)
        return readable.filter(pk__in=self._matching(own))

    def _matching(self, condition: Q) -> Any:
        return self.model.objects.filter(condition).values("pk")

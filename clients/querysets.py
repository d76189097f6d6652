"""Read scopes of clients, subscriptions and agreements."""

from typing import Any, Self

from clients.choices import CURRENT
from core.querysets import RecordQuerySet
from users.choices import CC, VC


class ClientQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. A client contact: their own client. A vendor contact: those subscribed to the vendor's products.

        Cancelled or expired subscriptions do not count.
        """
        if user.is_internal:
            return self.all()
        if user.role == CC:
            return self.filter(pk=user.client_id)
        if user.role == VC:
            return self.filter(pk__in=self._subscribed_to(user.vendor_id))
        return self.none()

    def _subscribed_to(self, vendor_id: int) -> Any:
        subscribed = {"subscriptions__product__vendor_id": vendor_id, "subscriptions__status__in": CURRENT}
        return self.model.objects.filter(**subscribed).values("pk")


class OfClientQuerySet(RecordQuerySet):
    """Records that belong to a client by `client_path`."""

    client_path = "client_id"

    def visible_to(self, user: Any) -> Self:
        """Staff: all. A client contact: their own client's. A vendor contact: none."""
        if user.is_internal:
            return self.all()
        return self.filter(**{self.client_path: user.client_id}) if user.role == CC else self.none()


class AgreementQuerySet(OfClientQuerySet):
    client_path = "subscription__client_id"

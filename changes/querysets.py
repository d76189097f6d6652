"""Read scopes of changes and rollbacks."""

from typing import Any, Self

from core.querysets import RecordQuerySet
from users.choices import VC


class ChangeQuerySet(RecordQuerySet):
    """Staff: all. A vendor contact: those of incidents on the vendor's products. A client contact: none."""

    vendor_path = "incident__component__product__vendor_id"

    def visible_to(self, user: Any) -> Self:
        if user.is_internal:
            return self.all()
        if user.role != VC:
            return self.none()
        return self.filter(pk__in=self.model.objects.filter(**{self.vendor_path: user.vendor_id}).values("pk"))


class RollbackQuerySet(ChangeQuerySet):
    vendor_path = "change_request__incident__component__product__vendor_id"

"""Read scope of vendors."""

from typing import Any, Self

from core.querysets import RecordQuerySet


class VendorQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. A vendor contact: their own vendor. A client contact: none."""
        if user.is_internal:
            return self.all()
        return self.filter(pk=user.vendor_id) if user.vendor_id is not None else self.none()

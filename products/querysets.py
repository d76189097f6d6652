"""Read scopes of products and components."""

from typing import Any, Self

from core.querysets import RecordQuerySet


class ProductQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. A vendor contact: the vendor's own. A client contact: none."""
        if user.is_internal:
            return self.all()
        return self.filter(vendor_id=user.vendor_id) if user.vendor_id is not None else self.none()


class ComponentQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Staff: all. A vendor contact: those of the vendor's products. A client contact: none."""
        if user.is_internal:
            return self.all()
        return self.filter(product__vendor_id=user.vendor_id) if user.vendor_id is not None else self.none()

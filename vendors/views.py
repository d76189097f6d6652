"""Vendors over HTTP."""

from core.http.views import RecordViewSet, creates, updates
from core.reading.collections import Collection
from vendors.filters import VendorFilters
from vendors.models import Vendor
from vendors.serializers import VendorOutput

VENDORS = Collection(
    Vendor,
    VendorOutput,
    VendorFilters,
    label="vendor_name",
    search=("vendor_name", "contact_email"),
    ordering=("id", "created_at", "updated_at", "vendor_name"),
    numbered=True,
)


class VendorViewSet(RecordViewSet):
    collection = VENDORS
    create = creates("vendor.create")
    partial_update = updates("vendor.update")

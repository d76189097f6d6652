"""Filters of vendors."""

from core.reading.filters import StrictFilterSet, matches
from vendors.models import Vendor


class VendorFilters(StrictFilterSet):
    class Meta:
        model = Vendor
        fields = matches(exact=["vendor_name", "vendor_type", "contact_email", "contact_phone", "status"])

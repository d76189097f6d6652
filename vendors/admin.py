"""Vendors in the console."""

from django.contrib import admin

from core.console.admin import RecordAdmin
from vendors.choices import VendorStatus
from vendors.models import Vendor


@admin.register(Vendor)
class VendorAdmin(RecordAdmin):
    group, icon = "Products & vendors", "handshake"
    columns = ("vendor_name", "vendor_type", "status", "contact_email", "contact_phone", "created_at")
    order = ("vendor_name", "created_at")
    filter_columns = ("status", "created_at")
    search_columns = ("vendor_name", "contact_email")
    sections = (
        (None, ("vendor_name", ("vendor_type", "status"), ("contact_email", "contact_phone"))),
        ("Imported record", ("imported_violations",)),
    )
    related = (("Products", "products.Product", "vendor"), ("People", "users.User", "vendor"))
    tones = {
        "status": {
            VendorStatus.ACTIVE: "success",
            VendorStatus.INACTIVE: "default",
            VendorStatus.SUSPENDED: "warning",
        }
    }

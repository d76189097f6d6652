"""Vendors, with their constraints."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from core.fields import FoldedKey, phone_fits
from core.models import Record
from vendors.choices import VendorStatus
from vendors.querysets import VendorQuerySet


class Vendor(Record):
    """An external service provider. Types beyond the policy's four are a setting, so the database does not restrict
    them.
    """

    entity_type = "vendor"
    redacted = frozenset({"contact_email", "contact_phone"})

    vendor_name = models.CharField(max_length=200)
    vendor_name_key = FoldedKey("vendor_name")
    vendor_type = models.CharField(max_length=64)
    contact_email = models.EmailField(max_length=254)
    contact_email_key = FoldedKey("contact_email", "email")
    contact_phone = models.CharField(max_length=16)
    status = models.CharField(max_length=16, choices=VendorStatus.choices, default=VendorStatus.ACTIVE)

    objects: ClassVar[Any] = VendorQuerySet.as_manager()

    class Meta:
        ordering = ["vendor_name"]
        constraints = [
            models.UniqueConstraint(fields=["vendor_name_key"], name="vendor_name_unique"),
            models.UniqueConstraint(fields=["contact_email_key"], name="vendor_email_unique"),
            models.UniqueConstraint(fields=["contact_phone"], name="vendor_phone_unique"),
            models.CheckConstraint(condition=Q(status__in=VendorStatus.values), name="vendor_status_valid"),
            models.CheckConstraint(condition=phone_fits("contact_phone"), name="vendor_phone_fits"),
            models.CheckConstraint(condition=~Q(vendor_name_key="") & ~Q(vendor_type=""), name="vendor_named"),
        ]

    def __str__(self) -> str:
        return self.vendor_name

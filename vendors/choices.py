"""Vendor types and statuses."""

from django.conf import settings
from django.db.models import TextChoices


class VendorType(TextChoices):
    HARDWARE_PROVIDER = "hardware_provider"
    SOFTWARE_PROVIDER = "software_provider"
    CLOUD_SERVICE_PROVIDER = "cloud_service_provider"
    CONSULTING_PARTNER = "consulting_partner"


class VendorStatus(TextChoices):
    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"


def vendor_types() -> list[str]:
    """The policy's four types and the additional types of this installation."""
    return [*VendorType.values, *settings.IMS_EXTRA_VENDOR_TYPES]

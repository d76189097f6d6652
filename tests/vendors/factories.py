"""Vendors for tests."""

import factory

from vendors.choices import VendorType
from vendors.models import Vendor


class VendorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Vendor

    vendor_name = factory.Sequence(lambda n: f"Vendor {n}")
    contact_email = factory.Sequence(lambda n: f"vendor{n}@example.com")
    contact_phone = factory.Sequence(lambda n: f"+4930{1000000 + n}")
    vendor_type = VendorType.CLOUD_SERVICE_PROVIDER

"""The serializers of vendors."""

from rest_framework import serializers

from core.operations.fields import EmailField, NameField, PhoneField
from core.reading.serializers import Body, ImportedOutput, outputs
from vendors.choices import VendorStatus, vendor_types
from vendors.models import Vendor


class VendorBody(Body):
    vendor_name = NameField(max_length=200)
    contact_email = EmailField(max_length=254)
    contact_phone = PhoneField(max_length=40)
    vendor_type = serializers.ChoiceField(choices=[])
    status = serializers.ChoiceField(choices=VendorStatus.choices, required=False)

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]
        fields = super().get_fields()
        fields["vendor_type"] = serializers.ChoiceField(choices=[(name, name) for name in vendor_types()])
        return fields


class VendorOutput(ImportedOutput):
    class Meta:
        model = Vendor
        fields = outputs(
            "vendor_name", "vendor_type", "contact_email", "contact_phone", "status", "imported_violations"
        )

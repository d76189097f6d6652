"""The serializers of products and components."""

from rest_framework import serializers

from core.operations.fields import NameField, Reference
from core.reading.serializers import Body, ImportedOutput, outputs
from products.choices import ComponentStatus, ComponentType, Environment, ProductStatus, ProductType
from products.models import Component, Product


class ProductBody(Body):
    product_name = NameField(max_length=200)
    product_type = serializers.ChoiceField(choices=ProductType.choices)
    version = NameField(max_length=64, required=False, allow_blank=True, source="version_label")
    vendor_id = Reference("vendors.Vendor", source="vendor", required=False, allow_null=True)
    status = serializers.ChoiceField(choices=ProductStatus.choices, required=False)


class ProductOutput(ImportedOutput):
    version = serializers.CharField(read_only=True)

    class Meta:
        model = Product
        fields = outputs("product_name", "product_type", "version", "vendor_id", "status", "imported_violations")
        joined = {"version": "version_label"}


class ComponentBody(Body):
    product_id = Reference(Product, source="product")
    component_name = NameField(max_length=200)
    component_type = serializers.ChoiceField(choices=ComponentType.choices)
    environment = serializers.ChoiceField(choices=Environment.choices)
    location = NameField(max_length=200)
    ports = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=65_535), max_length=100, required=False
    )
    status = serializers.ChoiceField(choices=ComponentStatus.choices, required=False)


class ComponentOutput(ImportedOutput):
    ports = serializers.ListField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = Component
        fields = outputs(
            *("product_id", "component_name", "component_type", "environment", "location", "ports", "status"),
            "imported_violations",
        )
        joined = {"ports": "ports"}

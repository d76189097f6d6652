"""Filters of products and components."""

from core.reading.filters import StrictFilterSet, matches
from products.models import Component, Product


class ProductFilters(StrictFilterSet):
    class Meta:
        model = Product
        joined = {"version": "version_label"}
        fields = matches(exact=["product_name", "product_type", "version", "vendor_id", "status"])


class ComponentFilters(StrictFilterSet):
    class Meta:
        model = Component
        fields = matches(exact=["product_id", "component_name", "component_type", "environment", "location", "status"])

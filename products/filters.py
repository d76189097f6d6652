"""Filters of products and components."""

import django_filters

from core.filters import StrictFilterSet, matches
from products.models import Component, Product


class ProductFilters(StrictFilterSet):
    version = django_filters.CharFilter(field_name="version_label")

    class Meta:
        model = Product
        fields = matches(exact=["product_name", "product_type", "vendor_id", "status"])


class ComponentFilters(StrictFilterSet):
    class Meta:
        model = Component
        fields = matches(exact=["product_id", "component_name", "component_type", "environment", "location", "status"])

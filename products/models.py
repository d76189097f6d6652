"""Products and components, with their constraints."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from core.fields import FoldedKey
from core.models import Record
from products.choices import ComponentStatus, ComponentType, Environment, ProductStatus, ProductType
from products.querysets import ComponentQuerySet, ProductQuerySet


class Product(Record):
    """A system or application under support."""

    entity_type = "product"

    product_name = models.CharField(max_length=200)
    product_name_key = FoldedKey("product_name")
    product_type = models.CharField(max_length=32, choices=ProductType.choices)
    version_label = models.CharField(max_length=64, blank=True)
    vendor = models.ForeignKey("vendors.Vendor", models.PROTECT, null=True, blank=True, related_name="products")
    status = models.CharField(max_length=16, choices=ProductStatus.choices, default=ProductStatus.ACTIVE)

    objects: ClassVar[Any] = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["product_name"]
        constraints = [
            models.UniqueConstraint(fields=["product_name_key"], name="product_name_unique"),
            models.CheckConstraint(condition=Q(product_type__in=ProductType.values), name="product_type_valid"),
            models.CheckConstraint(condition=Q(status__in=ProductStatus.values), name="product_status_valid"),
            models.CheckConstraint(condition=~Q(product_name_key=""), name="product_named"),
        ]

    def __str__(self) -> str:
        return self.product_name


class Component(Record):
    """An infrastructure component that supports a product."""

    entity_type = "component"

    product = models.ForeignKey(Product, models.PROTECT, related_name="components")
    component_name = models.CharField(max_length=200)
    component_name_key = FoldedKey("component_name")
    component_type = models.CharField(max_length=32, choices=ComponentType.choices)
    environment = models.CharField(max_length=16, choices=Environment.choices)
    location = models.CharField(max_length=200)
    ports = models.JSONField(default=list, blank=True)
    status = models.CharField(max_length=16, choices=ComponentStatus.choices, default=ComponentStatus.ONLINE)

    objects: ClassVar[Any] = ComponentQuerySet.as_manager()

    class Meta:
        ordering = ["product_id", "component_name"]
        constraints = [
            models.UniqueConstraint(fields=["product", "component_name_key"], name="component_name_unique"),
            models.CheckConstraint(condition=Q(component_type__in=ComponentType.values), name="component_type_valid"),
            models.CheckConstraint(condition=Q(environment__in=Environment.values), name="component_environment_valid"),
            models.CheckConstraint(condition=Q(status__in=ComponentStatus.values), name="component_status_valid"),
            models.CheckConstraint(condition=~Q(component_name_key=""), name="component_named"),
        ]

    def __str__(self) -> str:
        return self.component_name

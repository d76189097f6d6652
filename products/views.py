"""Products and components over HTTP."""

from core.http.views import RecordViewSet, creates, updates
from core.reading.collections import Collection, related
from products.filters import ComponentFilters, ProductFilters
from products.models import Component, Product
from products.serializers import ComponentOutput, ProductOutput

PRODUCTS = Collection(
    Product,
    ProductOutput,
    ProductFilters,
    label="product_name",
    search=("product_name",),
    ordering=("id", "created_at", "updated_at", "product_name"),
    relations=related("vendor"),
    numbered=True,
)
COMPONENTS = Collection(
    Component,
    ComponentOutput,
    ComponentFilters,
    label="component_name",
    search=("component_name", "location"),
    ordering=("id", "created_at", "updated_at", "component_name"),
    relations=related("product"),
    numbered=True,
)


class ProductViewSet(RecordViewSet):
    collection = PRODUCTS
    create = creates("product.create")
    partial_update = updates("product.update")


class ComponentViewSet(RecordViewSet):
    collection = COMPONENTS
    create = creates("component.create")
    partial_update = updates("component.update")

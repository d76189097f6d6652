"""Products and components for tests."""

import factory

from products.choices import ComponentType, Environment, ProductType
from products.models import Component, Product


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product

    product_name = factory.Sequence(lambda n: f"Product {n}")
    product_type = ProductType.API_GATEWAY


class ComponentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Component

    product = factory.SubFactory(ProductFactory)
    component_name = factory.Sequence(lambda n: f"component-{n}")
    component_type = ComponentType.DATABASE
    environment = Environment.PRODUCTION
    location = "Frankfurt"

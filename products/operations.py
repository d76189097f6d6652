"""SOP 8: Creating Product Records. SOP 9: Managing Infrastructure Components."""

from typing import Any

from core.codes import Code
from core.operations.registry import operation
from core.verbs import Verb
from products.models import Component, Product
from products.serializers import ComponentBody, ComponentOutput, ProductBody, ProductOutput
from users.choices import SA, TS
from users.models import User


@operation(
    "product.create",
    sop=8,
    roles={TS, SA},
    verb=Verb.CREATE,
    subject="product",
    body=ProductBody,
    answers=ProductOutput,
    raises=[Code.DUPLICATE],
)
def create_product(*, actor: User, **fields: Any) -> Product:
    """Record a system or application under support.

    SOP 8. Raises Refusal: duplicate (name), invalid_reference (vendor).
    """
    product = Product(**fields)
    product.save()
    return product


@operation(
    "product.update",
    sop=8,
    roles={TS, SA},
    verb=Verb.UPDATE,
    target="product",
    body=ProductBody,
    answers=ProductOutput,
    raises=[Code.DUPLICATE],
)
def update_product(*, actor: User, product: Product, **changes: Any) -> Product:
    """Change a product's details, vendor or status.

    SOP 8. Raises Refusal: duplicate (name), invalid_reference (vendor).
    """
    return product.change(**changes)


@operation(
    "component.create",
    sop=9,
    roles={TS, SA},
    verb=Verb.CREATE,
    subject="component",
    body=ComponentBody,
    answers=ComponentOutput,
    raises=[Code.DUPLICATE],
)
def create_component(*, actor: User, **fields: Any) -> Component:
    """Document a component that supports a product.

    SOP 9. Raises Refusal: duplicate (name within the product), invalid_reference (product).
    """
    component = Component(**fields)
    component.save()
    return component


@operation(
    "component.update",
    sop=9,
    roles={TS, SA},
    verb=Verb.UPDATE,
    target="component",
    body=ComponentBody,
    answers=ComponentOutput,
    raises=[Code.DUPLICATE],
)
def update_component(*, actor: User, component: Component, **changes: Any) -> Component:
    """Change a component's details or status.

    SOP 9. Raises Refusal: duplicate (name within the product), invalid_reference (product).
    """
    return component.change(**changes)

"""Descriptions of the fields of products and components."""

HELP_TEXTS = {
    "component_name": "The component's name; unique within its product.",
    "component_type": "The type of component.",
    "environment": "The environment the component runs in.",
    "location": "Where the component is located.",
    "ports": "The network ports it listens on, 1 to 65535.",
    "product_id": "The product.",
    "product_name": "The product's name.",
    "product_type": "The type of product.",
    "vendor_id": "The vendor.",
    "version": "The product's version, as written by its vendor.",
}

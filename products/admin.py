"""Products and components in the console."""

from django.contrib import admin

from core.console.admin import RecordAdmin
from products.choices import ComponentStatus, Environment, ProductStatus
from products.models import Component, Product


@admin.register(Product)
class ProductAdmin(RecordAdmin):
    group, icon = "Products & vendors", "inventory_2"
    columns = ("product_name", "product_type", "version_label", "vendor", "status", "created_at")
    order = ("product_name", "created_at")
    filter_columns = ("status", "product_type", "vendor", "created_at")
    search_columns = ("product_name",)
    sections = (
        (None, ("product_name", ("product_type", "version_label"), ("vendor", "status"))),
        ("Imported record", ("imported_violations",)),
    )
    related = (
        ("Components", "products.Component", "product"),
        ("Subscriptions", "clients.Subscription", "product"),
    )
    titles = {"version_label": "Version"}
    tones = {
        "status": {
            ProductStatus.ACTIVE: "success",
            ProductStatus.MAINTENANCE: "warning",
            ProductStatus.DEPRECATED: "default",
        }
    }


@admin.register(Component)
class ComponentAdmin(RecordAdmin):
    group, icon = "Products & vendors", "dns"
    columns = ("component_name", "product", "component_type", "environment", "location", "status")
    order = ("component_name",)
    filter_columns = ("status", "environment", "component_type", "product", "created_at")
    search_columns = ("component_name", "location")
    sections = (
        (None, (("component_name", "product"), ("component_type", "environment"), ("location", "ports"), "status")),
        ("Imported record", ("imported_violations",)),
    )
    related = (("Incidents", "incidents.Incident", "component"),)
    tones = {
        "status": {
            ComponentStatus.ONLINE: "success",
            ComponentStatus.DEGRADED: "warning",
            ComponentStatus.MAINTENANCE: "info",
            ComponentStatus.OFFLINE: "danger",
        },
        "environment": {Environment.PRODUCTION: "primary"},
    }

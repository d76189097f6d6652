"""Request bodies for the demonstration's world, made by seeded factories: the same world every time."""

from typing import Any

import factory
from factory import random

from clients.choices import ClientType, SubscriptionType, Tier
from incidents.choices import Category, DetectionSource, Level
from products.choices import ComponentType, Environment, ProductType
from vendors.choices import VendorType

SEED = 20_260_101

PRODUCT_NAMES = (
    "Meridian Payments",
    "Ledgerline Core",
    "Gatehouse API",
    "Confluence Data Hub",
    "Clearview Reports",
    "Bastion Identity",
    "Safekeep Backup",
    "Watchtower Monitoring",
)

DESCRIPTIONS = (
    "Requests take longer than ten seconds since the release of last night; most of them end in a time-out.",
    "Scheduled transfers stop half-way and leave incomplete files; restarting them by hand helps for an hour.",
    "Users of one site cannot log in; those of the other sites can.",
    "The monthly figures differ from those of the ledger by a few records; the difference grows every day.",
    "The nightly backup ended with a warning that the target was almost full.",
    "Error rates doubled after the certificate of the upstream service was renewed.",
    "A disk of the standby node reports failing sectors; the service itself is not affected yet.",
)


def made_of(kind: type[factory.DictFactory], **more: Any) -> dict[str, Any]:
    """The next body of a kind, with some values given."""
    return dict(kind.build(**more))


def reseed() -> None:
    """Begin the same world again."""
    random.reseed_random(SEED)
    for made in (VendorBody, ClientBody, ContactBody, ProductBody, ComponentBody):
        made.reset_sequence(0, force=True)  # type: ignore[no-untyped-call]


class VendorBody(factory.DictFactory):
    vendor_name = factory.Faker("company")
    contact_email = factory.Sequence(lambda n: f"support{n}@vendor.example")
    contact_phone = factory.Sequence(lambda n: f"+4930{9_000_000 + n}")
    vendor_type = factory.Iterator(VendorType.values)


class ClientBody(factory.DictFactory):
    name = factory.Faker("company")
    registration_number = factory.Faker("numerify", text="HRB-######")
    contact_email = factory.Sequence(lambda n: f"it{n}@client.example")
    client_type = factory.Iterator(ClientType.values)
    contact_phone = factory.Sequence(lambda n: f"+4989{9_000_000 + n}")
    address = factory.Faker("address")


class ContactBody(factory.DictFactory):
    name = factory.Faker("name")
    email = factory.Sequence(lambda n: f"contact{n}@client.example")
    timezone = factory.Iterator(["Europe/Berlin", "America/New_York", "Asia/Singapore", "Australia/Sydney"])


class ProductBody(factory.DictFactory):
    product_name = factory.Sequence(lambda n: PRODUCT_NAMES[n % len(PRODUCT_NAMES)])
    product_type = factory.Iterator(ProductType.values)
    version = factory.Faker("numerify", text="#.##.#")


class ComponentBody(factory.DictFactory):
    component_type = factory.Iterator(ComponentType.values)
    component_name = factory.LazyAttributeSequence(lambda body, n: f"{body.component_type.replace('_', '-')}-{n:03}")
    environment = factory.Iterator(Environment.values)
    location = factory.Faker("city")
    ports = factory.Iterator([[443], [5432], [22, 8443], [8080]])


class SubscriptionBody(factory.DictFactory):
    subscription_type = factory.Iterator([SubscriptionType.FULL_SERVICE, SubscriptionType.LIMITED_SERVICE])
    service_level_tier = factory.Iterator(Tier.values)
    start_date = "2025-01-01"


class IncidentBody(factory.DictFactory):
    title = factory.LazyAttribute(lambda body: f"{body.category.replace('_', ' ').capitalize()} reported")
    description = factory.Iterator(DESCRIPTIONS)
    category = factory.Iterator(Category.values)
    impact_level = factory.Iterator(Level.values)
    urgency = factory.Iterator(Level.values)
    detection_source = factory.Iterator(DetectionSource.values)
    classification = factory.Iterator(
        [
            {"localized": True, "has_workaround": True},
            {"major_degradation": True, "has_workaround": True},
            {"sla_breach_risk": True},
            {},
            {"complete_outage": True, "business_critical": True, "has_workaround": False},
        ]
    )


# Response in minutes and resolution in hours by severity, inside each tier's ranges.
TARGETS: dict[str, list[tuple[str, int, int]]] = {
    Tier.PREMIUM: [("P1", 20, 4), ("P2", 120, 24), ("P3", 480, 72), ("P4", 1_440, 128)],
    Tier.STANDARD: [("P1", 60, 8), ("P2", 240, 24), ("P3", 960, 96), ("P4", 2_880, 168)],
    Tier.BASIC: [("P1", 240, 24), ("P2", 960, 72), ("P3", 2_880, 168), ("P4", 7_200, 336)],
}
AVAILABILITY = {Tier.PREMIUM: 99.9, Tier.STANDARD: 99.5, Tier.BASIC: 99.0}


def agreements(tier: str) -> list[dict[str, Any]]:
    """The four agreements of a subscription of this tier."""
    return [
        {
            "severity_level": severity,
            "response_time_minutes": response,
            "resolution_time_hours": resolution,
            "availability_target": AVAILABILITY[Tier(tier)],
        }
        for severity, response, resolution in TARGETS[tier]
    ]

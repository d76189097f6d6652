"""One record of every type inside, and one outside, the scope of a client's and of a vendor's people."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.test import Client as Browser
from django.urls import reverse

from approvals.models import Approval, Handoff
from audit.models import AuditEntry
from clients.models import Client, SlaAgreement, Subscription
from core.context import context
from core.operations.registry import registry
from core.signals import send_discovered
from incidents.models import Incident
from products.models import Component, Product
from tests.clients.factories import AgreementFactory, AssignmentFactory, ClientFactory, SubscriptionFactory
from tests.incidents.factories import AffectedClientFactory, IncidentFactory, NoteFactory
from tests.products.factories import ComponentFactory, ProductFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import CC, VC, Role
from users.models import Token, User
from users.tokens import new_token
from vendors.models import Vendor

PASSWORD = "correct horse battery staple"
BACKEND = "users.authentication.EmailBackend"


@dataclass
class World:
    """`near` and `far` hold one record of each model, on this and on the other side of a contact's scope."""

    near: dict[Any, Any]
    far: dict[Any, Any]
    people: dict[str, Any]


def side(suffix: str) -> tuple[dict[Any, Any], Any, Any]:
    """A client with everything that hangs on it, and a vendor with everything that hangs on it."""
    client, vendor = ClientFactory(name=f"Client {suffix}"), VendorFactory(vendor_name=f"Vendor {suffix}")
    product = ProductFactory(vendor=vendor, product_name=f"Product {suffix}")
    component = ComponentFactory(product=product, component_name=f"Component {suffix}")
    subscription = SubscriptionFactory(client=client, product=product)
    incident = IncidentFactory(client=client, component=component, title=f"Outage {suffix}")
    AssignmentFactory(client=client)
    NoteFactory(incident=incident, body=f"Inner note {suffix}")
    NoteFactory(incident=incident, body=f"Public note {suffix}", public=True)
    AffectedClientFactory(incident=incident, client=ClientFactory(name=f"Neighbour {suffix}"))
    records = {
        Client: client,
        Vendor: vendor,
        Product: product,
        Component: component,
        Subscription: subscription,
        SlaAgreement: AgreementFactory(subscription=subscription),
        Incident: incident,
    }
    return records, client, vendor


def build_world() -> World:
    near, client, vendor = side("near")
    far, _, _ = side("far")
    organisation: dict[str, dict[str, Any]] = {CC: {"client": client}, VC: {"vendor": vendor}}
    people = {role: UserFactory(role=role, password=PASSWORD, **organisation.get(role, {})) for role in Role.values}
    return World(near, far, people)


def own(person: Any) -> dict[Any, Any]:
    """Records of every user: the account, a token, an approval request, a handoff, an audit entry."""
    with context(actor=person, operation=registry["system.seed"]):
        approval = Approval(operation="vendor.create", requester=person, digest="0" * 64, payload={})
        approval.save()
        handoff = Handoff(reason_code="other", operation="client.update", details=f"raised by {person.pk}")
        handoff.save()
        token, _ = new_token(person, name=f"token of {person.pk}")
        send_discovered("client", None, {"of": str(person.pk)})
    act = AuditEntry.objects.filter(user=person).latest("id")
    return {User: person, Token: token, Approval: approval, Handoff: handoff, AuditEntry: act}


def browser(person: Any) -> Browser:
    visitor = Browser(raise_request_exception=False)
    visitor.force_login(person, backend=BACKEND)
    return visitor


def registered() -> dict[Any, Any]:
    return dict(admin.site._registry)


def list_of(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(record: Any) -> str:
    meta = type(record)._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])

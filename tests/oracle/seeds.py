"""The world that every run begins with: made by the suite's factories, known to the model by its ids."""

from contextlib import AbstractContextManager
from datetime import datetime

from core.context import context
from core.operations.registry import registry
from tests.clients.factories import AssignmentFactory, ClientFactory, SubscriptionFactory
from tests.oracle.acts_accounts import PASSWORD
from tests.oracle.policy import TABLE, WITHHELD
from tests.oracle.world import Account, Human, Reference, World
from tests.products.factories import ComponentFactory, ProductFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.models import User
from users.system import system_principal
from users.tokens import new_token

PEOPLE = {
    "system_administrator": 2,
    "executive": 2,
    "incident_manager": 3,
    "technical_support": 2,
    "account_manager": 1,
}
CLIENTS = 6


def as_system() -> AbstractContextManager[None]:
    return context(actor=system_principal(), operation=registry["system.seed"], request_id="oracle")


def seeded(now: datetime) -> World:
    with as_system():
        return _seeded(World(now))


def _seeded(world: World) -> World:
    clients = [ClientFactory() for _ in range(CLIENTS)]
    world.clients = {client.pk: False for client in clients}
    vendor = VendorFactory()
    product = ProductFactory(vendor=vendor)
    world.component, world.component_vendor = ComponentFactory(product=product).pk, vendor.pk
    world.product = product.pk
    for client in clients[:2]:
        made = SubscriptionFactory(client=client, product=product)
        more = {"client": client.pk, "tier": str(made.service_level_tier), "start": f"{made.start_date}", "high": False}
        world.references["subscription", made.pk] = Reference(made.pk, "subscription", {**more, "status": "active"})
    world.references["vendor", vendor.pk] = Reference(
        vendor.pk, "vendor", {"name": vendor.vendor_name, "email": vendor.contact_email}
    )
    for role, count in PEOPLE.items():
        for _ in range(count):
            _person(world, UserFactory(role=role, password=PASSWORD))
    for client in clients[:2]:
        _person(world, UserFactory(role="client_contact", client=client, password=PASSWORD))
    _person(world, UserFactory(role="vendor_contact", vendor=vendor, password=PASSWORD))
    AssignmentFactory(client=clients[0], user_id=_of(world, "account_manager"))
    world.assigned.add((_of(world, "account_manager"), clients[0].pk))
    for account in world.accounts.values():
        account.tokens = {agent: login(account, "triage" if agent else "") for agent in (False, True)}
    return world


def _person(world: World, user: object) -> None:
    pk = user.pk  # type: ignore[attr-defined]
    client, vendor = user.client_id, user.vendor_id  # type: ignore[attr-defined]
    email = str(user.email)  # type: ignore[attr-defined]
    world.accounts[pk] = Account(pk, str(user.role), client, vendor, email=email)  # type: ignore[attr-defined]
    world.humans.append(Human(len(world.humans), {pk}))


def _of(world: World, role: str) -> int:
    return next(each.id for each in world.accounts.values() if each.role == role)


def login(account: Account, agent: str) -> str:
    """A token of a person, or of their software agent."""
    with as_system():
        granted = sorted(set(TABLE) - WITHHELD) if agent else ()
        return new_token(User.objects.get(pk=account.id), agent=agent, operations=granted)[1]

"""The start world of every task: a small house, made by the factories of the tests, and what the task adds to it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from django.utils import timezone

from agents.toolsets import grant_of_role
from core.context import context
from core.operations.dispatch import submit
from core.operations.registry import registry
from evals.language import Act, Record, Task
from tests.architecture.targets import factories
from tests.resolution import factories as lives
from users.system import system_principal
from users.tokens import new_token

AGENT = "evals"
# Key, role, name, and the client or vendor of a contact.
PEOPLE = (
    ("sam", "system_administrator", "Sam Okonkwo", {}),
    ("eva", "executive", "Eva Lindqvist", {}),
    ("ines", "incident_manager", "Ines Moreau", {}),
    ("ivan", "incident_manager", "Ivan Petrov", {}),
    ("tara", "technical_support", "Tara Singh", {}),
    ("tom", "technical_support", "Tom Becker", {}),
    ("ada", "account_manager", "Ada Romero", {}),
    ("carl", "client_contact", "Carl Jensen", {"client": "@aurora"}),
    ("vera", "vendor_contact", "Vera Novak", {"vendor": "@nimbus"}),
)
BASE = (
    Record("vendor", "nimbus", {"vendor_name": "Nimbus Cloud", "contact_email": "support@nimbus.example"}),
    Record("client", "aurora", {"name": "Aurora Payments", "registration_number": "HRB-100200"}),
    Record("client", "borealis", {"name": "Borealis Logistics", "registration_number": "HRB-100300"}),
    Record("product", "ledger", {"product_name": "Ledgerline Core", "vendor": "@nimbus"}),
    Record("component", "gateway", {"component_name": "payment-gateway-01", "product": "@ledger"}),
    Record("component", "archive", {"component_name": "archive-db-02", "product": "@ledger"}),
    Record("subscription", "coverage", {"client": "@aurora", "product": "@ledger", "service_level_tier": "basic"}),
)
# Whole lives that take more than one record, by the name of the kind.
LIVES = {"mitigated incident": lives.mitigated, "reviewed incident": lives.reviewed}
World = dict[str, Any]


def as_system() -> AbstractContextManager[None]:
    return context(actor=system_principal(), operation=registry["system.seed"], request_id="evals")


def house() -> World:
    """The records that every task starts with, by key."""
    world: World = {}
    with as_system():
        for each in BASE:
            _make(world, each)
        for key, role, name, more in PEOPLE:
            _make(world, Record("user", key, {"role": role, "name": name, "email": f"{key}@ims.example", **more}))
        _make(world, Record("account_assignment", "assigned", {"client": "@aurora", "user": "@ada"}))
    return world


def prepare(task: Task, world: World) -> tuple[World, str, int]:
    """Add what the task needs; returns the world, the secret of the agent's token, and its id."""
    world = dict(world)
    for step in task.given:
        if isinstance(step, Record):
            with as_system():
                _make(world, step)
        else:
            _play(world, step)
    world["person"] = person = world[task.person]
    with as_system():
        bound = world[task.bound_to] if task.bound_to else None
        token, secret = new_token(person, agent=AGENT, operations=grant_of_role(person.role), client=bound)
    return world, secret, token.pk


def _make(world: World, step: Record) -> None:
    values = {name: resolved(world, value) for name, value in step.values.items()}
    if step.kind == "incident" and values.get("status") in ("resolved", "closed"):
        values |= _times(values["status"])
    maker = LIVES.get(step.kind) or factories()[step.kind]
    world[step.key] = maker(**values)


def _times(status: str) -> dict[str, Any]:
    now = timezone.now()
    return {"resolved_at": now, **({"closed_at": now} if status == "closed" else {})}


def _play(world: World, step: Act) -> None:
    target = world[step.on].pk if step.on else None
    body = {name: getattr(found, "pk", found) for name, found in resolved(world, step.body).items()}
    with context(request_id="evals"):
        result = submit(step.operation, actor=world[step.person], target_id=target, body=body)
    world[step.key] = getattr(result, "record", result)


def resolved(world: World, value: Any) -> Any:
    """A value of a table with the records that it names; `now-1h` is the time an hour ago."""
    if isinstance(value, Mapping):
        return {name: resolved(world, inner) for name, inner in value.items()}
    if isinstance(value, str) and value.startswith("@"):
        return world[value[1:]]
    if isinstance(value, str) and value.startswith("now-"):
        return timezone.now() - timedelta(hours=int(value[4:-1]))
    return value

"""The demo data: every record is created by an operation, so all of them obey the policy."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from core.context import context, new_request_id
from core.operations.dispatch import execute
from tools.demo.bodies import (
    ClientBody,
    ComponentBody,
    ContactBody,
    IncidentBody,
    ProductBody,
    SubscriptionBody,
    VendorBody,
    agreements,
    made_of,
    reseed,
)
from tools.demo.cast import CAST, WORLD_CLIENT_CONTACT, WORLD_VENDOR_CONTACT
from tools.demo.incident_scripts import lead
from tools.demo.shift import begin_shift, covered
from tools.demo.stage import Stage
from users.choices import CC, EX, SA, VC
from users.system import system_principal

DAYS = 45
INCIDENTS = 24


def load(now: datetime, progress: Callable[[str], None] = lambda step: None) -> Stage:
    """Create the data of the last DAYS days; returns the stage with its people."""
    reseed()
    stage = Stage(now - timedelta(days=DAYS))
    for step, build in STEPS:
        progress(step)
        build(stage)
    progress("the running shift")
    begin_shift(stage, now)
    return stage


def _founders(stage: Stage) -> None:
    """The first administrator and executive come from the bootstrap command, all others from them."""
    people = {str(p.role): {"email": p.email, "name": p.name} for p in CAST if p.role in (SA, EX)}
    with stage.at_this_time(), context(request_id=new_request_id()):
        made = execute("user.bootstrap", actor=system_principal(), data={"people": people})
    for user, shares in made:
        stage.people[next(p.key for p in CAST if p.email == user.email)] = user
        with stage.at_this_time(), context(request_id=new_request_id()):
            execute("access.open_session", actor=user, data={"key": f"console of {user.pk}"})
        stage.activate(shares)


def _staff(stage: Stage) -> None:
    for person in CAST:
        if person.key not in stage.people and person.role not in (CC, VC):
            stage.enrol(person)


def _vendors(stage: Stage) -> None:
    made = [stage.play_approved("sam", "vendor.create", made_of(VendorBody)) for _ in range(3)]
    made.append(stage.play("eva", "vendor.create", made_of(VendorBody)))
    stage.play("ines", "vendor.update", {"status": "suspended"}, on=made[2])
    stage.play("ines", "vendor.update", {"status": "inactive"}, on=made[3])
    stage.vendors = made
    stage.enrol(WORLD_VENDOR_CONTACT, vendor_id=made[0].pk)


def _products(stage: Stage) -> None:
    usable = cycle([stage.vendors[0].pk, stage.vendors[1].pk, None])
    stage.products = [
        stage.play("tara", "product.create", _without_none(made_of(ProductBody, vendor_id=next(usable))))
        for _ in range(8)
    ]
    stage.components = [
        stage.play("tara", "component.create", made_of(ComponentBody, product_id=product.pk))
        for product in stage.products
        for _ in range(2)
    ]
    for component, status in zip(stage.components[-3:], ("offline", "maintenance", "degraded"), strict=True):
        stage.play("tom", "component.update", {"status": status}, on=component)


def _clients(stage: Stage) -> None:
    stage.clients = [stage.play("ada", "client.create", made_of(ClientBody)) for _ in range(6)]
    stage.enrol(WORLD_CLIENT_CONTACT, client_id=stage.clients[0].pk)
    for client in stage.clients[1:]:
        body = made_of(ContactBody, role=str(CC), client_id=client.pk)
        answer = stage.play("sam", "user.create", body)
        stage.open(answer)
        stage.people[f"contact of {client.pk}"] = answer.record
    stage.play(
        "ada",
        "client.set_calendar",
        {
            "timezone": "Europe/Berlin",
            "weekly_hours": {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
            "country": "DE",
            "holidays": ["2026-12-24"],
        },
        on=stage.clients[0],
    )


def _coverage(stage: Stage) -> None:
    subscriptions = stage.subscriptions
    for index, client in enumerate(stage.clients):
        for product in stage.products[index % 4 :: 4]:
            body = made_of(SubscriptionBody, client_id=client.pk, product_id=product.pk)
            body["recovery_objectives"] = {"rto_minutes": 240, "rpo_minutes": 60}
            subscriptions.append(stage.play("ada", "subscription.create", body))
    for subscription in subscriptions:
        bulk = {"subscription_id": subscription.pk, "agreements": agreements(subscription.service_level_tier)}
        stage.play_approved("ada", "sla.create", bulk)
    for subscription, status in zip(subscriptions[-3:], ("suspended", "expired", "cancelled"), strict=True):
        stage.play("ada", "subscription.update", {"status": status}, on=subscription)


def _retirements(stage: Stage) -> None:
    """Statuses that only existing records can reach."""
    stage.play("tara", "product.update", {"status": "maintenance"}, on=stage.products[6])
    stage.play("tara", "product.update", {"status": "deprecated"}, on=stage.products[7])
    stage.play("ada", "client.update", {"status": "suspended"}, on=stage.clients[4])
    stage.play("ada", "client.update", {"status": "inactive"}, on=stage.clients[5])
    for client, status in zip(stage.clients[2:5], ("inactive", "suspended", "on_leave"), strict=True):
        stage.play("ines", "user.permissions", {"status": status}, on=stage.people[f"contact of {client.pk}"])


def _approvals(stage: Stage) -> None:
    """One approval in each status."""
    expired = stage.ask("sam", "vendor.create", made_of(VendorBody))
    stage.play("eva", "approval.approve", {"comment": "Go ahead this week."}, on=expired)
    stage.wait(days=3)
    rejected = stage.ask("sam", "vendor.create", made_of(VendorBody))
    stage.play("eva", "approval.reject", {"comment": "No budget."}, on=rejected)


def _incidents(stage: Stage) -> None:
    pairs = cycle(covered(stage))
    step = timedelta(days=DAYS - 5) / INCIDENTS
    for number in range(INCIDENTS):
        client, component = next(pairs)
        body = made_of(
            IncidentBody,
            client_id=client.pk,
            component_id=component.pk,
            reporter_id=stage.people["tara"].pk,
            assigned_manager_id=stage.people["ines"].pk,
        )
        incident = stage.play("tara", "incident.create", body)
        stage.incidents.append(incident)
        if number % 3:
            stage.wait(minutes=12)
            stage.play("tom", "incident.update", {"status": "in_progress"}, on=incident)
            note = {"body": "Reproduced; logs collected, looking for the change that started it.", "public": False}
            stage.play("tom", "incident.add_note", note, on=incident)
        stage.now += step - timedelta(minutes=12)


def _lives(stage: Stage) -> None:
    lead(stage, stage.incidents)


def _last_requests(stage: Stage) -> None:
    """Requests that await the executive."""
    stage.ask("sam", "vendor.create", made_of(VendorBody))
    approved = stage.ask("sam", "vendor.create", made_of(VendorBody))
    stage.play("eva", "approval.approve", {"comment": "Approved; use it today."}, on=approved)


def _without_none(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


STEPS: tuple[tuple[str, Callable[[Stage], None]], ...] = (
    ("founders", _founders),
    ("staff", _staff),
    ("vendors", _vendors),
    ("products", _products),
    ("clients", _clients),
    ("service levels", _coverage),
    ("approvals", _approvals),
    ("incidents", _incidents),
    ("further lifecycles", _lives),
    ("retirements", _retirements),
    ("open requests", _last_requests),
)

"""Executes operations as named people at a frozen time, through the regular dispatcher."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.contrib.auth.models import AnonymousUser

from clients.models import Client, Subscription
from core.context import context, new_request_id
from core.operations.dispatch import submit
from core.operations.results import Answer
from incidents.models import Escalation, Incident
from products.models import Component, Product
from tools.demo.cast import CAST, PASSWORD, Person
from users.choices import EX, PRIVILEGED
from users.models import User
from vendors.models import Vendor


class Stage:
    """Executes operations as people of the cast, and advances the clock."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self.people: dict[str, User] = {}
        self.vendors: list[Vendor] = []
        self.products: list[Product] = []
        self.components: list[Component] = []
        self.clients: list[Client] = []
        self.subscriptions: list[Subscription] = []
        self.incidents: list[Incident] = []
        self.escalations: list[Escalation] = []

    def wait(self, **duration: float) -> None:
        """Advance the clock (timedelta's arguments)."""
        self.now += timedelta(**duration)

    def play(
        self, who: str | User, operation: str, body: Any = None, *, on: Any = None, approval: int | None = None
    ) -> Any:
        """Execute one operation as a person, and advance the clock by a second; returns the result. Raises Refusal."""
        actor = self.people[who] if isinstance(who, str) else who
        with self.at_this_time(), context(request_id=new_request_id()):
            target_id = getattr(on, "pk", on)
            result = submit(operation, actor=actor, target_id=target_id, body=body or {}, approval_id=approval)
        self.wait(seconds=1)
        return result

    def play_approved(self, who: str, operation: str, body: Any, *, on: Any = None) -> Any:
        """Execute an elevated operation: request, approval by the executive, execution."""
        asked = self.ask(who, operation, body, on=on)
        self.play(self.executive, "approval.approve", {"comment": "Reviewed."}, on=asked)
        return self.play(who, operation, body, on=on, approval=asked.pk)

    def ask(self, who: str, operation: str, body: Any, *, on: Any = None) -> Any:
        """Request an approval and leave it pending."""
        reference = {"reference_type": on.entity_type, "reference_id": on.pk} if on is not None else {}
        return self.play(who, "approval.request", {"operation": operation, "payload": body, **reference})

    def activate(self, shares: Sequence[str]) -> None:
        """Activate an account with both shares and the demo password."""
        body = {"shares": list(shares), "password": PASSWORD}
        self.play(AnonymousUser(), "access.activate", body)  # type: ignore[arg-type]

    def open(self, made: Answer) -> None:
        """Countersign a new account as the executive, and activate it."""
        other: Answer = self.play(self.executive, "user.countersign", on=made.record)
        self.activate((made.extra["activation_share"], other.extra["activation_share"]))

    def enrol(self, person: Person, **association: int) -> None:
        """Create an account for a member of the cast; for a privileged one with the executive's approval."""
        body = {
            "name": person.name,
            "email": person.email,
            "role": str(person.role),
            "timezone": person.timezone,
            "department": person.department,
            **association,
        }
        play = self.play_approved if person.role in PRIVILEGED else self.play
        made: Answer = play("sam", "user.create", body)
        self.people[person.key] = made.record
        self.open(made)

    @property
    def executive(self) -> User:
        return next(self.people[person.key] for person in CAST if person.role == EX)

    @contextmanager
    def at_this_time(self) -> Iterator[None]:
        with time_machine.travel(self.now.astimezone(UTC), tick=False):
            yield

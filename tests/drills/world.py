"""Records for drills, made over the API."""

from dataclasses import replace
from itertools import count
from typing import Any
from uuid import uuid4

from tests.drills.server import Answer, Server
from tests.live import environment_of, manage

HOURS = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
TERMS = {"subscription_type": "full_service", "service_level_tier": "premium", "start_date": "2025-01-01"}
MINUTES = {"P1": (20, 4), "P2": (60, 8)}


class World:
    """One client with its services, and what tries to change them. `ex` and `sam` act through one server."""

    def __init__(self, server: Server, sam: str = "") -> None:
        self.ex, self.numbers = server, count(1)
        self.sam = replace(server, token=sam or administrator(server.url))

    def through(self, other: Server) -> "World":
        """The same records through another server."""
        seen = World(replace(other, token=self.ex.token), self.sam.token)
        seen.__dict__.update({name: value for name, value in vars(self).items() if name not in ("ex", "sam")})
        return seen

    def build(self) -> "World":
        self.me = self.ex.send("/me/").document["id"]
        self.client, self.vendor = self.new_client(), made(self.ex.vendor())
        self.product = made(self.new_product(uuid4().hex))
        self.subscription = self.new_subscription()
        self.agreement, self.second = (made(self.agree(self.subscription, each)) for each in MINUTES)
        self.incident = made(self.open_incident(uuid4().hex))
        return self

    def new_client(self) -> int:
        return made(self.register(uuid4().hex[:8]))

    def register(self, mark: str) -> Answer:
        body = {"name": f"C {mark}", "registration_number": mark, "contact_email": f"{mark}@example.com"}
        return self.sam.send("/clients/", {**body, "client_type": "enterprise"})

    def new_product(self, name: str) -> Answer:
        body = {"product_name": f"P {name}", "product_type": "other", "vendor_id": self.vendor}
        return self.sam.send("/products/", body)

    def new_component(self, name: str) -> Answer:
        body = {"product_id": self.product, "component_name": name, "component_type": "payment_gateway"}
        return self.sam.send("/components/", {**body, "environment": "production"})

    def new_subscription(self) -> int:
        client, product = self.new_client(), made(self.new_product(uuid4().hex))
        return made(self.ex.send("/subscriptions/", {"client_id": client, "product_id": product, **TERMS}))

    def agree(self, subscription: int, severity: str) -> Answer:
        minutes, hours = MINUTES[severity]
        targets = {"response_time_minutes": minutes, "resolution_time_hours": hours}
        return self.ex.send(
            "/sla-agreements/", {"subscription_id": subscription, "severity_level": severity, **targets}
        )

    def client_of_terms(self) -> int:
        return int(self.ex.send(f"/subscriptions/{self.subscription}/").document["client_id"])

    def open_incident(self, title: str, **more: Any) -> Answer:
        facts = {"category": "system_outage", "impact_level": "critical", "severity": "P1"}
        who = {"reporter_id": self.me, "client_id": self.client}
        return self.ex.send("/incidents/", {"title": title, "description": "Down.", **facts, **who, **more})

    def set_calendar(self, client: int, zone: str) -> Answer:
        return self.sam.send(f"/clients/{client}/calendar/", {"timezone": zone, "weekly_hours": HOURS}, "PUT")


def administrator(url: str) -> str:
    return manage(environment_of(url), "issue_token", "sam@example.com").splitlines()[-1]


def made(answer: Answer) -> int:
    assert answer.status == 201, answer.document
    return int(answer.document["id"])

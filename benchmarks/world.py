"""The world of the benchmarks: `python -m benchmarks.world FOLDER INCIDENTS` fills an empty PostgreSQL database.

As many incidents as are asked for, three audit entries for each, 1,000 users, and 500 clients that all have a promise.
The folder gets what those who ask have to know (told.json), and the statements that the bare view of the comparison
replays for each request (statements.pickle; see benchmarks.baseline).
"""

import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ims.settings")
django.setup()

from django.db.models import Min

from audit.models import AuditEntry
from benchmarks.baseline import statements
from benchmarks.rows import multiply
from clients.models import Client, SlaAgreement, Subscription
from core.context import context
from core.operations.registry import registry
from core.reading.pagination import Cursor
from incidents.models import Incident
from products.models import Component
from tests.clients.factories import AgreementFactory, SubscriptionFactory
from tests.incidents.factories import IncidentFactory, NoteFactory
from tests.products.factories import ComponentFactory
from tests.users.factories import UserFactory
from users.choices import IM, TS
from users.models import User
from users.system import system_principal
from users.tokens import new_token

ENTRIES_EACH, USERS, CLIENTS, COMPONENTS = 3, 1_000, 500, 2_000
# One in this number of incidents is open, and one in four of those has the severity of the list's filter.
OPEN_ONE_IN = 20
# The fixed numbers of rare records, spread evenly over all of them.
RARE = 20
LIST = "/api/v1/incidents/?status=open&severity=P3"


def populate(incidents: int) -> dict[str, Any]:
    """Fill the database. Returns the data for requests: ids, URLs, a token of an incident manager."""
    caller, worker = UserFactory(role=IM), UserFactory(role=TS)
    multiply(User, USERS - 2, **dict.fromkeys(("email", "email_key"), "'user' || n || '@bench.example'"))
    numbers = {**promised(), "manager": caller.pk, "worker": worker.pk}
    fill_incidents(incidents, numbers)
    one = Incident.objects.filter(status="open").order_by("id")[incidents // OPEN_ONE_IN // 2].pk
    for public in (True, False, True):
        NoteFactory(incident_id=one, public=public)
    return {"token": new_token(caller, days=1)[1], "numbers": numbers, "requests": requests_about(one, numbers)}


def requests_about(incident: int, numbers: dict[str, int]) -> dict[str, Any]:
    """The requests: their paths, and their bodies if they have any."""
    check = {"operation": "incident.close", "reference_type": "incident", "reference_id": incident, "payload": {}}
    return {
        "list": {"path": LIST},
        "get": {"path": f"/api/v1/incidents/{incident}/"},
        "create": {"path": "/api/v1/incidents/", "body": body(numbers), "script": "create.lua"},
        "check": {"path": "/api/v1/approvals/check/", "body": check},
        "timeline": {"path": f"/api/v1/incidents/{incident}/timeline/"},
        **lists_of_ten(incident),
    }


def lists_of_ten(incident: int) -> dict[str, Any]:
    """Lists that find as much in a small world as in a large one."""
    middle = Cursor("-id", backwards=False, value=incident, pk=incident).encode()
    asked = {
        "newest": "",
        "common status": "status=closed",
        "rare status": "status=escalated",
        "rare category": "category=network_issue",
        "one client's": "client_id=7",
        "a page in the middle": f"cursor={middle}",
        "a page of a common status in the middle": f"status=closed&cursor={middle}",
    }
    return {name: {"path": f"/api/v1/incidents/?page_size=10&{query}".rstrip("&")} for name, query in asked.items()}


def promised() -> dict[str, int]:
    """Clients, all subscribed to one product with an agreement, and the components of that product."""
    component = ComponentFactory()
    names = dict.fromkeys(("component_name", "component_name_key"), "'component-of-bench-' || n")
    multiply(Component, COMPONENTS - 1, **names)
    AgreementFactory(subscription=SubscriptionFactory(product=component.product), severity_level="P3")
    keys = ("name", "registration_number", "registration_number_key", "contact_email", "contact_email_key")
    multiply(Client, CLIENTS - 1, **dict.fromkeys(keys, "'client' || n || '@bench.example'"))
    firsts = {model: model.objects.aggregate(first=Min("id"))["first"] for model in (Client, Subscription, Component)}
    multiply(Subscription, CLIENTS - 1, client_id=f"{firsts[Client]} + n")
    multiply(SlaAgreement, CLIENTS - 1, subscription_id=f"{firsts[Subscription]} + n")
    firsts_told = {"first_client": firsts[Client], "first_component": firsts[Component]}
    return {"clients": CLIENTS, "components": COMPONENTS, **firsts_told}


def fill_incidents(incidents: int, numbers: dict[str, int]) -> None:
    """Closed incidents of one year and among them open ones, each with entries in the audit trail."""
    first = IncidentFactory(component_id=numbers["first_component"], client_id=numbers["first_client"])
    moment = "timestamptz '2025-01-01' + n * interval '5 minutes'"
    is_open, is_rare = f"n % {OPEN_ONE_IN} = 0", f"n % {incidents // RARE} = 1"
    ends = {
        name: f"CASE WHEN {is_open} OR {is_rare} THEN NULL ELSE {moment} + interval '{after}' END"
        for name, after in {"resolved_at": "4 hours", "closed_at": "1 day"}.items()
    }
    for name in ("resolved_by_id", "closed_by_id"):
        ends[name] = f"CASE WHEN {is_open} OR {is_rare} THEN NULL ELSE {numbers['manager']} END"
    severity = f"'P' || 1 + n / {OPEN_ONE_IN} % 4"
    multiply(
        Incident,
        incidents - 1,
        **ends,
        status=f"CASE WHEN {is_open} THEN 'open' WHEN {is_rare} THEN 'escalated' ELSE 'closed' END",
        category=f"CASE WHEN {is_rare} THEN 'network_issue' ELSE 'system_outage' END",
        severity=severity,
        peak_severity=severity,
        client_id=f"{numbers['first_client']} + n % {CLIENTS}",
        component_id=f"{numbers['first_component']} + n % {COMPONENTS}",
        open_key="'bench/' || n",
        detected_at=moment,
        created_at=moment,
        updated_at=moment,
    )
    multiply(
        AuditEntry,
        incidents * ENTRIES_EACH,
        reference_type="'incident'",
        reference_id=f"{first.pk} + n % {incidents}",
        sequence=f"2 + n / {incidents}",
        created_at="timestamptz '2025-01-01' + n * interval '1 minute'",
    )


def body(numbers: dict[str, int]) -> dict[str, Any]:
    """The body of a creation; benchmarks/create.lua sends the like, each for something else."""
    return {
        "title": "Payments fail",
        "description": "Card payments are declined.",
        "category": "data_corruption",
        "severity": "P3",
        "impact_level": "medium",
        "client_id": numbers["first_client"],
        "component_id": numbers["first_component"],
        "reporter_id": numbers["worker"],
        "assigned_manager_id": numbers["manager"],
        "assigned_to_id": numbers["worker"],
    }


def main() -> None:
    folder, incidents = sys.argv[1:]
    with context(actor=system_principal(), operation=registry["system.seed"], request_id="bench"):
        told = populate(int(incidents))
    (Path(folder) / "told.json").write_text(json.dumps(told))
    (Path(folder) / "statements.pickle").write_bytes(pickle.dumps(statements(told)))


if __name__ == "__main__":
    main()

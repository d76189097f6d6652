"""An installation of before, with records in every table that later migrations touch: upgraded, reversed, upgraded."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from django.core.management.base import CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from tests import database

ALIAS = "upgrade"
# The first release.
BEFORE = [
    ("knowledge", "0001_initial"),
    ("users", "0002_initial"),
    ("approvals", "0001_initial"),
    ("vendors", "0001_initial"),
    ("products", "0001_initial"),
    ("clients", "0001_initial"),
    ("incidents", "0004_category_index"),
    ("changes", "0001_initial"),
    ("reporting", "0001_initial"),
]
# What later migrations mark, and their reversal does not leave marked.
MARKED = (
    "incidents.Incident",
    "incidents.Communication",
    "incidents.Escalation",
    "incidents.RootCauseAnalysis",
    "changes.ChangeRequest",
    "changes.RollbackRequest",
    "knowledge.Article",
)
THEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 1, 7, 9, 0, tzinfo=UTC)
STAMPS = {"created_at": THEN, "updated_at": THEN, "created_by_id": 0, "updated_by_id": 0}


class Installation:
    """A database of its own that is migrated step by step."""

    def __init__(self, database_connection: Any) -> None:
        self.connection = database_connection
        self.apps: Any = None

    def migrate(self, targets: list[tuple[str, str]]) -> None:
        executor = MigrationExecutor(self.connection)
        self.apps = executor.migrate(targets).apps

    def upgrade(self) -> None:
        leaves = MigrationExecutor(self.connection).loader.graph.leaf_nodes()
        self.migrate([leaf for leaf in leaves if leaf[0] in dict(BEFORE)])

    def rows(self, model: str) -> Any:
        return self.apps.get_model(model).objects.using(ALIAS)

    def make(self, model: str, /, **values: Any) -> Any:
        return self.rows(model).create(**{**STAMPS, **values})


@pytest.fixture(scope="module")
def installation(django_db_blocker: Any) -> Iterator[Installation]:
    """The first release's database, filled and upgraded."""
    with django_db_blocker.unblock():
        settings = deepcopy(connection.settings_dict)
        settings["NAME"] = f"{connection.settings_dict['NAME']}_upgrade".replace(":", "").replace("?", "_")[:60]
        if connection.vendor == "sqlite":
            settings["NAME"] = "file:upgrade?mode=memory&cache=shared"
        else:
            administer(settings, "DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}")
        connections.databases[ALIAS] = settings
        try:
            held = Installation(connections[ALIAS])
            held.migrate(BEFORE)
            fill(held)
            held.upgrade()
            yield held
        finally:
            connections[ALIAS].close()
            del connections[ALIAS], connections.databases[ALIAS]
            if connection.vendor != "sqlite":
                administer(settings, "DROP DATABASE IF EXISTS {} WITH (FORCE)")


def administer(settings: dict[str, Any], *commands: str) -> None:
    url = f"postgres://{database.credentials(settings)}/postgres"
    with psycopg.connect(url, autocommit=True) as server:
        for each in commands:
            database.command(server, each, settings["NAME"])


def fill(held: Installation) -> None:
    """What breaks today's rules in as many ways as the first release allowed."""
    people(held)
    vendor = held.make(
        "vendors.Vendor",
        vendor_name="Volta\u200b",
        vendor_name_key="volta\u200b",
        contact_email="v@volta.example",
        contact_email_key="v@volta.example",
        vendor_type="cloud_service_provider",
    )
    product = held.make(
        "products.Product", product_name="Pay", product_name_key="pay", product_type="other", vendor=vendor
    )
    component = held.make(
        "products.Component",
        component_name="Api",
        component_name_key="api",
        component_type="other",
        environment="test",
        product=product,
    )
    clients = [
        held.make(
            "clients.Client",
            name=f"Client {number}",
            registration_number=f"R {number}",
            registration_number_key=f"r {number}",
            contact_email=f"c{number}@x.example",
            contact_email_key=f"c{number}@x.example",
            client_type="enterprise",
        )
        for number in range(6)
    ]
    subscription = held.make(
        "clients.Subscription",
        client=clients[0],
        product=product,
        subscription_type="full_service",
        service_level_tier="premium",
        start_date=date(2025, 1, 1),
    )
    held.make(
        "clients.SlaAgreement",
        subscription=subscription,
        severity_level="P1",
        response_time_minutes=20,
        resolution_time_hours=4,
    )
    incidents(held, clients, component)


def people(held: Installation) -> None:
    if not held.rows("users.User").filter(pk=0).exists():
        held.make("users.User", pk=0, name="System", email="", email_key="", role="system_administrator")
    for name, password in (("used", "argon2$x"), ("new", "!x"), ("bare", "")):
        email = f"{name}@x.example"
        user = held.make(
            "users.User", name=name, email=email, email_key=email, role="incident_manager", password=password
        )
        for number in range(2):
            held.make("users.ActivationToken", user=user, digest=f"{name}{number}", expires_at=LATER)
    for operation, condition, roles in (
        ("vendor.create", "never", ["client_contact"]),
        ("sla.create", "always", ["executive"]),
    ):
        held.make(
            "approvals.ApprovalRule",
            operation=operation,
            condition=condition,
            approver_roles=roles,
            validity_hours=24,
        )


def incidents(held: Installation, clients: list[Any], component: Any) -> None:
    manager = held.rows("users.User").get(email="used@x.example")

    def incident(title: str, **values: Any) -> Any:
        base = {"client": clients[0], "reporter": manager, "detected_at": THEN, "impact_level": "low"}
        facts = {"title": title, "description": title, "category": "network_issue", "open_key": title}
        return held.make("incidents.Incident", **{**base, **facts, "severity": "P4", "peak_severity": "P4", **values})

    incident("understated", classification={"complete_outage": True, "business_critical": True})
    incident("lowered", classification={"localized": True}, severity_rule="overridden")
    wide = incident("wide", component=component)
    for client in clients[1:]:
        held.make("incidents.AffectedClient", incident=wide, client=client)
    word = {"status": "resolved", "resolved_at": LATER, "resolved_by": manager, "resolution_summary": "Gone."}
    resolved = incident("by word", resolution_code="false_alarm", **word)
    held.make("incidents.IncidentNote", incident=resolved, body="It was none.")
    for number, mark in enumerate(({"fingerprint": "disk", "event_id": "e1"}, {"event_id": "e1"}, {"event_id": 7}, {})):
        held.make(
            "incidents.EventRecord",
            source="alert_log",
            payload_summary=f"Alert {number}",
            detected_at=THEN,
            attributes=mark,
            fingerprint=mark.get("fingerprint"),
        )
    held.make(
        "incidents.Communication",
        incident=resolved,
        sender_user=manager,
        recipient_type="user",
        recipient_user=manager,
        message_content="Gone.",
        delivery_method="email",
    )
    unlike_their_status(held, resolved, manager)
    held.make(
        "changes.ChangeRequest",
        incident=resolved,
        change_title="Renew",
        change_type="standard",
        risk_level="low",
        requested_by=manager,
    )
    without_their_people(held, incident, manager)
    report = {"report_type": "postmortem_report", "generated_by": manager, "generated_at": LATER, "automatic": True}
    held.make("reporting.IncidentReport", incident=resolved, voided_at=LATER, **report)


def unlike_their_status(held: Installation, incident: Any, manager: Any) -> None:
    """Times that the status contradicts: the first release kept no order between them."""
    message = {"incident": incident, "sender_user": manager, "recipient_type": "executive_team"}
    for status, at in (("pending", LATER), ("sent", None), ("delivered", LATER)):
        times = {"delivery_status": status, "sent_at": at, "delivery_method": "email"}
        held.make("incidents.Communication", message_content=status, **times, **message)
    people = {"requested_by": manager, "target_user": held.rows("users.User").get(email="new@x.example")}
    for reason, status in (("open", "open"), ("answered", "acknowledged")):
        level = {"escalation_level": "management", "status": status}
        held.make("incidents.Escalation", incident=incident, reason=reason, **level, **people)


def without_their_people(held: Installation, incident: Any, manager: Any) -> None:
    """Statuses without whoever brought the record there, or with a person or a code that contradicts them."""
    resolved = {"status": "resolved", "resolved_at": LATER}
    closed = {**resolved, "status": "closed", "closed_at": LATER, "resolved_by": manager}
    one = incident("resolved without resolver", **resolved)
    incident("closed without closer", **closed)
    incident("closed by its initiator", closed_by=manager, **closed)
    incident("a duplicate of nothing", resolution_code="duplicate", **{**resolved, "resolved_by": manager})
    incident("repeats without saying so", duplicate_of=one, **{**resolved, "resolved_by": manager})
    incident("two things at once", resolution_code="duplicate", **resolved)
    asked = {"incident": one, "requested_by": manager, "change_type": "standard", "risk_level": "low"}
    change = held.make("changes.ChangeRequest", change_title="Undecided", status="completed", **asked)
    reversal = {"justification": "It fails.", "requested_by": manager, "status": "in_progress"}
    held.make("changes.RollbackRequest", change_request=change, **reversal)
    analysis = {"analysis_method": "five_whys", "assigned_to": manager, "root_cause": "A leak.", "status": "approved"}
    held.make("incidents.RootCauseAnalysis", incident=one, completed_by=manager, completed_at=LATER, **analysis)
    kind = {"content_type": "faq", "category": "best_practice", "status": "published"}
    held.make("knowledge.Article", title="Unpublished", author=manager, **kind)


def test_old_activations_are_void_and_old_passwords_remembered(installation):
    assert not installation.rows("users.ActivationToken").filter(used_at=None).exists()
    users = installation.rows("users.User").exclude(pk=0)
    assert {user.name: user.password_set_at is not None for user in users} == {
        "used": True,
        "new": False,
        "bare": False,
    }


def test_rules_that_loosened_the_policy_say_what_it_says(installation):
    rules = installation.rows("approvals.ApprovalRule").filter(operation__in=["vendor.create", "sla.create"])
    assert {rule.operation: (rule.condition, rule.approver_roles) for rule in rules} == {
        "vendor.create": ("declared", ["executive"]),
        "sla.create": ("always", ["executive"]),
    }


def test_peaks_rise_to_what_the_facts_give_and_what_stands_below_keeps_a_violation(installation):
    named = ["understated", "lowered", "wide", "by word"]
    found = {each.title: each for each in installation.rows("incidents.Incident").filter(title__in=named)}
    assert {title: (each.severity, each.peak_severity) for title, each in found.items()} == {
        "understated": ("P4", "P1"),
        "lowered": ("P4", "P3"),
        "wide": ("P4", "P1"),
        "by word": ("P4", "P4"),
    }
    marked = {title for title, each in found.items() if each.imported_violations}
    assert marked == {"understated", "wide"}
    assert {title for title, each in found.items() if each.mitigation_stated} == {"by word"}
    assert found["by word"].severity_rested_on_facts is False


def test_times_that_contradict_their_status_are_kept_with_a_violation(installation):
    marked = {"imported_violations__isnull": False}
    communications = installation.rows("incidents.Communication").filter(**marked)
    assert {each.message_content for each in communications} == {"pending", "sent"}
    assert {each.reason for each in installation.rows("incidents.Escalation").filter(**marked)} == {"answered"}


def test_people_and_codes_that_contradict_their_status_are_kept_with_a_violation_for_each_rule(installation):
    def rules(model: str, name: str) -> dict[str, set[str]]:
        rows = installation.rows(model).filter(imported_violations__isnull=False)
        return {getattr(row, name): {each["rule"] for each in row.imported_violations} for row in rows}

    marked = rules("incidents.Incident", "title")
    assert {title: found for title, found in marked.items() if title not in ("understated", "wide")} == {
        "resolved without resolver": {"resolver_known"},
        "closed without closer": {"closer_known"},
        "closed by its initiator": {"closed_by_another"},
        "a duplicate of nothing": {"duplicate_named"},
        "repeats without saying so": {"duplicate_named"},
        "two things at once": {"resolver_known", "duplicate_named"},
    }
    assert rules("changes.ChangeRequest", "change_title") == {"Undecided": {"decider_known"}}
    assert rules("changes.RollbackRequest", "justification") == {"It fails.": {"decider_known"}}
    assert rules("incidents.RootCauseAnalysis", "root_cause") == {"A leak.": {"approver_known"}}
    assert rules("knowledge.Article", "title") == {"Unpublished": {"publisher_known"}}


def test_the_first_event_with_a_number_of_its_source_keeps_it(installation):
    events = installation.rows("incidents.EventRecord").exclude(payload_summary="Again").order_by("pk")
    assert [event.source_event_id for event in events] == ["e1", None, None, None]


def test_what_is_new_is_as_it_was_before_it_could_be_said(installation):
    assert installation.rows("clients.Subscription").get().high_priority is False
    assert installation.rows("clients.SlaAgreement").get().pauses_allowed is False
    assert not installation.rows("changes.ChangeRequest").filter(outside_window=True).exists()
    assert installation.rows("reporting.IncidentReport").get().void_reason == "reopened"
    vendor = installation.rows("vendors.Vendor").get(imported_violations__isnull=True)
    assert vendor.vendor_name_key == "volta"


def test_reversing_is_refused_for_what_the_first_release_cannot_store_and_safe_for_the_rest(installation):
    """One story, because each step takes seconds: refused, then reversed, then upgraded again."""
    resolved = installation.rows("incidents.Incident").get(title="by word")
    portal = installation.make(
        "incidents.Communication",
        incident_id=resolved.pk,
        sender_user_id=resolved.resolved_by_id,
        recipient_type="client_contact",
        message_content="It works again.",
        delivery_method="incident_portal_update",
    )
    for at in (THEN, LATER):
        installation.make(
            "incidents.EventRecord",
            source="alert_log",
            payload_summary="Again",
            detected_at=at,
            attributes={"fingerprint": "again"},
            fingerprint="again",
        )
    user = installation.rows("users.User").get(email="new@x.example")
    share = installation.make("users.ActivationToken", user_id=user.pk, digest="share", expires_at=LATER)

    with pytest.raises(CommandError, match="1 portal updates name no contact"):
        installation.migrate(BEFORE)
    installation.upgrade()
    installation.rows("incidents.Communication").filter(pk=portal.pk).delete()
    installation.migrate(BEFORE)

    again = installation.rows("incidents.EventRecord").filter(payload_summary="Again").order_by("pk")
    assert [event.fingerprint for event in again] == ["again", None]
    assert installation.rows("users.ActivationToken").get(pk=share.pk).used_at is not None
    for model in MARKED:
        assert not installation.rows(model).filter(imported_violations__isnull=False).exists()

    installation.upgrade()
    again = installation.rows("incidents.EventRecord").filter(payload_summary="Again").order_by("pk")
    assert [event.fingerprint for event in again] == ["again", "again"]

"""Every elevated operation, as a request that needs an approval: the table that the table-driven tests run over."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from approvals.models import ApprovalRule
from core.operations.entities import model_of
from core.operations.registry import registry
from incidents.service_levels.timers import change_stamped
from tests.api import Api
from tests.clients.factories import AgreementFactory, SubscriptionFactory
from tests.incidents.factories import IncidentFactory
from tests.users.factories import UserFactory
from tests.vendors.factories import VendorFactory
from users.choices import EX, IM, SA, TS


@dataclass(frozen=True)
class Request:
    """One elevated request: its target, its body, and another valid body."""

    target: Any
    body: dict[str, Any] | None
    other_body: dict[str, Any] | None


@dataclass(frozen=True)
class Case:
    """How an elevated operation is requested: by which role, through which endpoint."""

    operation: str
    role: str
    method: str
    path: str
    prepare: Callable[[], Request]

    def send(self, caller: Api, request: Request, *, target: Any = None, other: bool = False, **options: Any) -> Any:
        target = target or request.target
        path = self.path.format(id=target.pk) if target is not None else self.path
        return getattr(caller, self.method)(path, request.other_body if other else request.body, **options)

    def written(self) -> list[Any]:
        """The rows of the type that it writes: equal before and after a refusal."""
        kind = {"user.issue_activation": "activation_token"}.get(self.operation, registry[self.operation].subject)
        return list(model_of(str(kind)).objects.order_by("pk").values())


VENDOR = {
    "vendor_name": "Nimbus Cloud",
    "contact_email": "support@nimbus.example",
    "contact_phone": "+49301234567",
    "vendor_type": "cloud_service_provider",
}
USER = {"name": "Eve", "email": "eve@example.com", "role": EX, "timezone": "UTC"}


def vendor() -> Request:
    return Request(None, VENDOR, {**VENDOR, "vendor_name": "Other"})


def user() -> Request:
    return Request(None, USER, {**USER, "email": "other@example.com"})


def activation() -> Request:
    return Request(UserFactory(role=EX), None, None)


def second_factor() -> Request:
    return Request(UserFactory(role=IM, second_factor_at=timezone.now()), None, None)


def permissions() -> Request:
    return Request(UserFactory(role=TS), {"role": EX}, {"role": SA})


def address() -> Request:
    return Request(UserFactory(role=IM), {"email": "moved@example.com"}, {"email": "away@example.com"})


def rule() -> Request:
    return Request(ApprovalRule.objects.get(operation="vendor.create"), {"validity_hours": 2}, {"validity_hours": 3})


def agreement() -> Request:
    subscription = SubscriptionFactory(service_level_tier="premium")
    body = {
        "subscription_id": subscription.pk,
        "severity_level": "P1",
        "response_time_minutes": 20,
        "resolution_time_hours": 4,
    }
    return Request(None, body, {**body, "response_time_minutes": 25})


def changed_agreement() -> Request:
    return Request(
        AgreementFactory(response_time_minutes=20), {"response_time_minutes": 25}, {"response_time_minutes": 30}
    )


def renamed_vendor() -> Request:
    return Request(VendorFactory(), {"vendor_name": "Nimbus"}, {"vendor_name": "Cirrus"})


def running_subscription() -> Request:
    agreement = AgreementFactory()
    IncidentFactory(client=agreement.subscription.client, severity="P1", sla_agreement=agreement)
    return Request(agreement.subscription, {"end_date": "2099-01-01"}, {"end_date": "2098-01-01"})


def running_calendar() -> Request:
    """A clock of a basic agreement runs by the client's business hours."""
    agreement = AgreementFactory(
        subscription__service_level_tier="basic", response_time_minutes=300, resolution_time_hours=24
    )
    client = agreement.subscription.client
    change_stamped(IncidentFactory(client=client, severity="P1"))
    hours = {"timezone": "UTC", "weekly_hours": {"sat": [["10:00", "20:00"]]}}
    return Request(client, hours, {**hours, "timezone": "Europe/Berlin"})


def report() -> Request:
    body = {"incident_id": IncidentFactory().pk, "report_type": "executive_summary"}
    return Request(None, body, {**body, "report_type": "trend_analysis"})


CASES = {
    case.operation: case
    for case in (
        Case("vendor.create", SA, "post", "/vendors/", vendor),
        Case("user.create", SA, "post", "/users/", user),
        Case("user.issue_activation", IM, "post", "/users/{id}/activation-token/", activation),
        Case("user.reset_second_factor", SA, "post", "/users/{id}/reset-second-factor/", second_factor),
        Case("user.update", IM, "patch", "/users/{id}/", address),
        Case("user.permissions", IM, "patch", "/users/{id}/permissions/", permissions),
        Case("approval_rule.update", SA, "patch", "/approval-rules/{id}/", rule),
        Case("sla.create", IM, "post", "/sla-agreements/", agreement),
        Case("sla.update", IM, "patch", "/sla-agreements/{id}/", changed_agreement),
        Case("vendor.update", SA, "patch", "/vendors/{id}/", renamed_vendor),
        Case("subscription.update", IM, "patch", "/subscriptions/{id}/", running_subscription),
        Case("client.set_calendar", SA, "put", "/clients/{id}/calendar/", running_calendar),
        Case("report.generate", IM, "post", "/incident-reports/", report),
    )
}

"""The request bodies of incidents."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, NoReturn

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from clients.choices import Severity
from core.operations.fields import NameField
from core.reading.serializers import Body
from incidents.choices import Category, DetectionSource, IncidentStatus, Level, PauseReason
from incidents.duties import lowers_severity
from incidents.inputs import AffectedComponent, ClientList, OwnClient, PeopleBody, Person
from users.choices import CC, IM, SA, STAFF, TS
from users.models import User

REASON_LENGTH = 2_000
TEXT_LENGTH = 20_000
MANAGERS = frozenset({IM})
WORKERS = frozenset({IM, TS, SA})
# The maximum age of an incident when a person records it: a year.
OLDEST = timedelta(days=366)


def refuse(name: str, sentence: str, code: str) -> NoReturn:
    raise serializers.ValidationError({name: [ErrorDetail(sentence, code)]})


def refuse_occurred_later(occurred: datetime | None, detected: datetime) -> None:
    if occurred is not None and occurred > detected:
        refuse("occurred_at", "An incident cannot be detected before it occurred.", "after_detection")


def refuse_too_old(name: str, moment: datetime, now: datetime, oldest: timedelta | None) -> None:
    """Refuse a time older than a person may record."""
    if oldest is not None and moment < now - oldest:
        refuse(name, "This is more than a year ago.", "too_old")


class FactsBody(Body):
    """The facts about an incident's impact (SOP 13)."""

    complete_outage = serializers.BooleanField(required=False)
    business_critical = serializers.BooleanField(required=False)
    has_workaround = serializers.BooleanField(required=False)
    affected_clients = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    regulatory_safety_or_financial_impact = serializers.BooleanField(required=False)
    high_priority_client = serializers.BooleanField(required=False)
    major_degradation = serializers.BooleanField(required=False)
    multiple_departments_or_sites = serializers.BooleanField(required=False)
    sla_breach_risk = serializers.BooleanField(required=False)
    localized = serializers.BooleanField(required=False)
    moderate_degradation = serializers.BooleanField(required=False)


def _manager() -> Person:
    misfit = "The assigned manager must be an incident manager."
    return Person(roles=MANAGERS, misfit=misfit, source="assigned_manager", required=False, allow_null=True)


def _worker() -> Person:
    misfit = "The assignee must be in technical support, a system administrator or an incident manager."
    return Person(roles=WORKERS, misfit=misfit, source="assigned_to", required=False, allow_null=True)


def _reason() -> serializers.CharField:
    return serializers.CharField(max_length=REASON_LENGTH, required=False, allow_blank=True)


class IncidentBody(PeopleBody):
    """A new incident. `severity_override_reason` is the reason for stating a severity above the facts."""

    oldest: ClassVar[timedelta | None] = OLDEST
    reporter_id = Person(source="reporter")
    client_id = OwnClient(source="client")
    title = NameField(max_length=200)
    description = serializers.CharField(max_length=TEXT_LENGTH)
    category = serializers.ChoiceField(choices=Category.choices)
    impact_level = serializers.ChoiceField(choices=Level.choices)
    severity = serializers.ChoiceField(choices=Severity.choices, required=False)
    classification = FactsBody(required=False)
    severity_override_reason = _reason()
    component_id = AffectedComponent()
    detection_source = serializers.ChoiceField(choices=DetectionSource.choices, required=False)
    occurred_at = serializers.DateTimeField(required=False, allow_null=True)
    detected_at = serializers.DateTimeField(required=False)
    urgency = serializers.ChoiceField(choices=Level.choices, required=False)
    affected_client_ids = ClientList(source="affected_clients", required=False)
    assigned_manager_id = _manager()
    assigned_to_id = _worker()

    def assignable_users(self, actor: User) -> QuerySet[User]:
        """Staff as well: an incident reported by a vendor needs an internal manager, and vendor contacts can't read
        internal accounts.
        """
        readable = super().assignable_users(actor)
        return readable if actor.is_internal else readable | User.objects.filter(role__in=STAFF)

    def latest(self, attrs: dict[str, Any]) -> datetime:
        """The latest time that this body may state."""
        return timezone.now()

    def check_reporter(self, values: Any) -> None:
        reporter = values["reporter"]
        if reporter.role == CC and reporter.client_id != values["client"].pk:
            refuse(
                "reporter_id", "A client contact can report incidents of their own client only.", "invalid_reference"
            )

    def check_detected(self, values: Any) -> None:
        now = self.latest(values)
        detected = values.get("detected_at") or now
        if detected > now:
            refuse("detected_at", "This time is in the future.", "in_the_future")
        refuse_too_old("detected_at", detected, now, self.oldest)

    def check_occurred(self, values: Any) -> None:
        occurred = values.get("occurred_at")
        if occurred is not None:
            refuse_too_old("occurred_at", occurred, self.latest(values), self.oldest)

    def check_occurred_first(self, values: Any) -> None:
        refuse_occurred_later(values.get("occurred_at"), values.get("detected_at") or self.latest(values))

    def check_severity(self, values: Any) -> None:
        if not any(name in values for name in ("severity", "classification")):
            refuse("severity", "Send the severity, or the facts that decide it.", "required")

    joint_checks = (check_reporter, check_detected, check_occurred, check_occurred_first, check_severity)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"detected_at": self.latest(attrs), **attrs}


class EventIncidentBody(IncidentBody):
    """The body for an incident created from events, which may have been detected long ago."""

    oldest = None

    def latest(self, attrs: dict[str, Any]) -> datetime:
        """The events are on record: another server, whose clock may be ahead, has detected them."""
        return max(super().latest(attrs), attrs.get("detected_at") or super().latest(attrs))


class IncidentUpdateBody(PeopleBody):
    actor_fields = ("updated_by",)

    status = serializers.ChoiceField(choices=IncidentStatus.choices, required=False)
    assigned_manager_id = _manager()
    assigned_to_id = _worker()
    component_id = AffectedComponent()
    severity = serializers.ChoiceField(choices=Severity.choices, required=False)
    severity_override_reason = _reason()
    impact_level = serializers.ChoiceField(choices=Level.choices, required=False)
    urgency = serializers.ChoiceField(choices=Level.choices, required=False, allow_blank=True)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    title = NameField(max_length=200, required=False)
    description = serializers.CharField(max_length=TEXT_LENGTH, required=False)
    is_recurring = serializers.BooleanField(required=False)
    downtime_minutes = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True)
    affected_client_ids = ClientList(source="affected_clients", required=False)
    root_cause_undetermined_reason = _reason()
    classification = FactsBody(required=False)
    detection_source = serializers.ChoiceField(choices=DetectionSource.choices, required=False)
    occurred_at = serializers.DateTimeField(required=False, allow_null=True)

    def check_lowered(self, values: Any) -> None:
        if lowers_severity(self.context["target"], values) and not values.get("severity_override_reason"):
            refuse("severity_override_reason", "Lowering a severity requires a reason.", "required")

    def check_occurred(self, values: Any) -> None:
        if occurred := values.get("occurred_at"):
            refuse_occurred_later(occurred, self.context["target"].detected_at)
            refuse_too_old("occurred_at", occurred, timezone.now(), OLDEST)

    joint_checks = (check_lowered, check_occurred)


class NoteBody(Body):
    body = serializers.CharField(max_length=TEXT_LENGTH)
    public = serializers.BooleanField(required=False)


class PauseBody(Body):
    reason = serializers.ChoiceField(choices=PauseReason.choices)
    note = serializers.CharField(max_length=REASON_LENGTH)


class PauseEndBody(Body):
    note = serializers.CharField(max_length=REASON_LENGTH, required=False, allow_blank=True)

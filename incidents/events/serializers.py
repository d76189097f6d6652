"""The serializers of events, correlation requests and correlation rules."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from clients.choices import Severity
from clients.models import Client
from core.operations.fields import MAX_ID, BoundedJSONField, NameField, Reference
from core.reading.serializers import Body, Output, extended, outputs
from core.text.folding import is_blank
from incidents.bodies import REASON_LENGTH, TEXT_LENGTH, FactsBody
from incidents.choices import Category, Level
from incidents.events.choices import (
    ATTRIBUTES_LENGTH,
    FINGERPRINT_LENGTH,
    GROUP_BY,
    KEY_LENGTH,
    MAX_RELATED_EVENTS,
    MAX_WINDOW_MINUTES,
    MOST_GIVEN,
    MOST_PAYLOADS,
    Decision,
    EventSource,
)
from incidents.models import CorrelationRule, EventCorrelation, EventRecord, Incident
from incidents.serializers import IncidentDetail
from incidents.severity_updates import affected_ids
from products.models import Component

SUMMARY_LENGTH = 2_000


class EventBody(Body):
    source = serializers.ChoiceField(choices=EventSource.choices)  # type: ignore[assignment]  # the field's name
    payload_summary = serializers.CharField(max_length=SUMMARY_LENGTH)
    severity_hint = serializers.ChoiceField(choices=Severity.choices, required=False, allow_blank=True)
    detected_at = serializers.DateTimeField(required=False)
    client_id = Reference(Client, source="client", required=False, allow_null=True)
    component_id = Reference(Component, active=False, source="component", required=False, allow_null=True)
    attributes = BoundedJSONField(limit=ATTRIBUTES_LENGTH, required=False)

    def validate_detected_at(self, value: Any) -> Any:
        if value > timezone.now():
            raise serializers.ValidationError("This time is in the future.", code="in_the_future")
        return value

    def validate_attributes(self, value: dict[str, Any]) -> dict[str, Any]:
        for name in ("fingerprint", "event_id"):
            mark = value.get(name)
            if name in value and (not isinstance(mark, str) or is_blank(mark) or len(mark) > FINGERPRINT_LENGTH):
                detail = (
                    f"{name} must be a string of 1 to {FINGERPRINT_LENGTH} characters, at least one of them visible."
                )
                raise serializers.ValidationError(detail, code=name)
        return value


class EventList(serializers.ListField):
    """Ids of readable stored events, looked up in one statement. The field's value is the list of events."""

    def __init__(self, **options: Any) -> None:
        child = serializers.IntegerField(min_value=0, max_value=MAX_ID)
        super().__init__(child=child, max_length=MOST_GIVEN, **options)

    def to_internal_value(self, data: Any) -> Any:
        ids = set(super().to_internal_value(data))
        events = EventRecord.objects.visible_to(self.context["actor"])
        found = {event.pk: event for event in events.filter(pk__in=ids)} if ids else {}
        if missing := sorted(ids - set(found)):
            detail = f"No such event exists in your scope: {', '.join(map(str, missing))}."
            raise serializers.ValidationError(detail, code="invalid_reference")
        return [found[pk] for pk in sorted(found)]


@extend_schema_field({"type": "string", "pattern": f"^({GROUP_BY.pattern})$"})
class GroupByField(serializers.CharField):
    """The attributes by which events are grouped."""

    default_error_messages = {"group_by": "This must be client, component, source or attributes.<name>."}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=80, **options)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not GROUP_BY.fullmatch(text):
            self.fail("group_by")
        return text


def _window(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=MAX_WINDOW_MINUTES, **options)


def _count(**options: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=MAX_RELATED_EVENTS, **options)


class StatedRuleBody(Body):
    """A correlation rule for one request; missing fields have the default's values."""

    group_by = GroupByField(required=False)
    window_minutes = _window(required=False)
    min_events = _count(required=False)


class ThresholdsBody(Body):
    minimum_severity = serializers.ChoiceField(choices=Severity.choices)


class StatedIncidentBody(Body):
    """The request's fields of the incident; they are validated like those of any new incident."""

    client_id = Reference(Client, source="client", required=False)
    title = NameField(max_length=200, required=False)
    description = serializers.CharField(max_length=TEXT_LENGTH, required=False)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    impact_level = serializers.ChoiceField(choices=Level.choices, required=False)
    component_id = Reference(Component, active=False, source="component", required=False, allow_null=True)
    severity = serializers.ChoiceField(choices=Severity.choices, required=False)
    classification = FactsBody(required=False)
    severity_override_reason = serializers.CharField(max_length=REASON_LENGTH, required=False, allow_blank=True)
    urgency = serializers.ChoiceField(choices=Level.choices, required=False)


class CorrelateBody(Body):
    event_record_ids = EventList(source="events", required=False)
    event_payloads = EventBody(  # type: ignore[call-arg]  # many=True takes it
        source="payloads", many=True, required=False, max_length=MOST_PAYLOADS
    )
    correlation_key = NameField(max_length=KEY_LENGTH, required=False)
    correlation_rules = StatedRuleBody(source="rule", required=False)
    severity_thresholds = ThresholdsBody(source="thresholds", required=False)
    link_incident_id = Reference(Incident, active=False, source="link_to", required=False)
    incident = StatedIncidentBody(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("events") and not attrs.get("payloads"):
            detail = [ErrorDetail("Send stored events, payloads, or both.", "required")]
            raise serializers.ValidationError({"event_record_ids": detail})
        if "link_to" in attrs and (foreign := _clients_of(attrs) - affected_ids(attrs["link_to"])):
            named = ", ".join(map(str, sorted(foreign)))
            sentence = f"Events of client {named} cannot be linked to an incident that does not affect that client."
            raise serializers.ValidationError({"link_incident_id": [ErrorDetail(sentence, "invalid_reference")]})
        return attrs


def _clients_of(attrs: dict[str, Any]) -> set[int]:
    """The clients named in the given events."""
    stored = {event.client_id for event in attrs.get("events", ())}
    sent = {payload["client"].pk for payload in attrs.get("payloads", ()) if payload.get("client")}
    return (stored | sent) - {None}


class CorrelationRuleBody(Body):
    name = NameField(max_length=120)
    group_by = GroupByField()
    window_minutes = _window()
    min_events = _count()
    minimum_severity = serializers.ChoiceField(choices=Severity.choices, required=False, allow_null=True)
    active = serializers.BooleanField(required=False)


class EventOutput(Output):
    attributes = serializers.DictField(read_only=True)

    class Meta:
        model = EventRecord
        joined = {"attributes": "attributes"}
        fields = outputs(
            "source",
            "payload_summary",
            "severity_hint",
            "detected_at",
            "client_id",
            "component_id",
            "attributes",
            "imported_violations",
        )


class CorrelationOutput(Output):
    class Meta:
        model = EventCorrelation
        fields = outputs("event_id", "correlation_key", "incident_id", "decision", "imported_violations")


class CorrelationRuleOutput(Output):
    class Meta:
        model = CorrelationRule
        fields = outputs(
            *("name", "group_by", "window_minutes", "min_events", "minimum_severity", "active"), "imported_violations"
        )


RecordedEvent = extended(
    EventOutput,
    "RecordedEvent",
    "An event, and whether the same alert was recorded before; then this is the existing record, with status 200.",
    already_recorded=serializers.BooleanField(),
)

CorrelatedEvent = extended(
    EventOutput,
    "CorrelatedEvent",
    "An event of a correlation, and whether this request sent again what was recorded before.",
    already_recorded=serializers.BooleanField(),
)


class CorrelationAnswer(serializers.Serializer[object]):
    """The decision about events, its reasons, and every record involved."""

    decision = serializers.ChoiceField(choices=Decision.choices)
    reasons = serializers.ListField(child=serializers.CharField())
    incident = IncidentDetail(allow_null=True)
    events = CorrelatedEvent(many=True)
    correlations = CorrelationOutput(many=True)
